"""Reading: guides, their pages, the whole on one page, pictures, and marks on what was read."""

from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.models import Count, F, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from guide.marks import mark_as_read, marks_in, own_parts, take_back, with_progress
from guide.models import READABLE, Asset, Guide, Page
from guide.reading import (
    MOST_WORDS_ON_ONE_PAGE,
    answer,
    has_it,
    reading,
    reading_time,
    suggestions_reading,
    whole_reading,
)
from guide.search import search
from teams.access import SignedIn
from teams.models import User

# A drawing opened by itself keeps the styles in it; they can fetch nothing.
SANDBOX = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"
SHOWN = ("image/", "text/")

# Django takes fifteen times as long to put this together as the database to answer it.
FIND = f"""
SELECT page.id, guide.revision, organization.name
FROM guide_page AS page JOIN guide_guide AS guide ON guide.id = page.guide_id
LEFT JOIN teams_organization AS organization ON organization.id = guide.organization_id
WHERE guide.slug = %s AND page.path = %s AND {READABLE}
"""  # noqa: S608 - a condition of ours


@login_not_required
@require_safe
def guides(request: HttpRequest) -> HttpResponse:
    """List the guides one may read: first those for everybody, then each organization's own."""
    reader = visitor(request)
    readable = Guide.objects.filter(pk__in=Guide.objects.readable_by(reader).values("pk"))
    listed = [
        {"guide": guide, "time": reading_time(guide.words or 0)}
        for guide in by_organization(readable, reader)
    ]
    groups = [
        {"organization": organization, "guides": list(each)}
        for organization, each in groupby(listed, lambda one: one["guide"].organization)
    ]
    return render(request, "guide/guides.html", {"groups": groups})


def by_organization(guides: QuerySet[Guide], reader: User | None) -> QuerySet[Any]:
    sized = guides.annotate(page_count=Count("pages"), words=Sum("pages__words"))
    sized = sized.select_related("organization").order_by(
        F("organization__name").asc(nulls_first=True), "organization_id", "title"
    )
    return with_progress(sized, reader) if reader else sized


@login_not_required
@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead to the first page."""
    readable = Guide.objects.readable_by(visitor(request)).filter(slug=slug)
    first = Page.objects.filter(guide__in=readable).select_related("guide").first()
    if first is None:
        raise Http404
    return redirect(first)


@login_not_required
@require_safe
def guide_page(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    page_id, revision, organization = found_page(request, slug, path)
    if organization is None and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        version = f"{page_id}:{revision}"
        return answer(request, "guide/page.html", version, lambda: reading(page_id, revision))
    kept, reader = reading(page_id, revision), visitor(request)
    marks = own_parts(request, kept, marks_in(kept.guide_id, reader)) if reader else {}
    context = {"reading": kept, "own": marks | whose(organization)}
    return render(request, "guide/page.html", context)


def found_page(request: HttpRequest, slug: str, path: str) -> tuple[int, int, str | None]:
    """Return a page's id, its guide's revision and its organization's name; Http404 for none."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, [slug, path, request.user.pk])
        found: tuple[int, int, str | None] | None = cursor.fetchone()
    if found is None:
        raise Http404
    return found


@login_not_required
@require_safe
def guide_suggestions(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    """Show the suggestions that point to the sections of a page."""
    page_id, revision, organization = found_page(request, slug, path)
    kept = suggestions_reading(page_id, revision)
    if organization is None and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        version = f"suggestions:{page_id}:{revision}"
        return answer(request, "guide/suggestions.html", version, lambda: kept)
    context = {"reading": kept, "own": whose(organization)}
    return render(request, "guide/suggestions.html", context)


@login_not_required
@require_safe
def guide_whole(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the whole guide on one page, to be read through or printed."""
    readable = Guide.objects.readable_by(visitor(request)).filter(slug=slug)
    found = readable.annotate(words=Sum("pages__words")).values_list(
        "pk", "revision", "organization__name", "words"
    )
    guide_id, revision, organization, words = found.first() or (0, 0, None, None)
    if words is None or words > MOST_WORDS_ON_ONE_PAGE:
        raise Http404
    if organization is None and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        version = f"whole:{guide_id}:{revision}"
        return answer(
            request, "guide/whole.html", version, lambda: whole_reading(guide_id, revision)
        )
    context = {"reading": whole_reading(guide_id, revision), "own": whose(organization)}
    return render(request, "guide/whole.html", context)


@require_POST
def guide_read(request: SignedIn, slug: str, path: str) -> HttpResponse:
    """Mark a page as read, or take that back; then the page again, where its button was."""
    readable = Guide.objects.readable_by(request.user).filter(slug=slug)
    page = get_object_or_404(Page.objects.select_related("guide"), guide__in=readable, path=path)
    if request.POST.get("read") == "yes":
        mark_as_read(page, request.user, request.POST.get("seen", "")[:64])
    else:
        take_back(page, request.user)
    return redirect(f"{page.get_absolute_url()}#your-reading")


@login_not_required
@require_safe
def guide_search(request: HttpRequest) -> HttpResponse:
    """Say where the guides speak of what was asked. The whole state is in the address."""
    wanted = request.GET.get("page", "")
    page = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 else 1
    found = search(request.GET.get("q", ""), visitor(request), page)
    return render(request, "guide/search.html", {"found": found})


@login_not_required
@require_safe
def guide_asset(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    """Answer with a picture or file. Whatever is in it, it runs nothing under our name."""
    readable = Guide.objects.readable_by(visitor(request)).filter(slug=slug)
    assets = Asset.objects.filter(guide__in=readable, path=path)
    asset = assets.defer("content").first()
    if asset is None:
        raise Http404
    etag = f'"{asset.checksum[:32]}"'
    response: HttpResponse
    if has_it(request, etag):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(bytes(asset.content), content_type=asset.content_type)
    response["ETag"] = etag
    if not asset.content_type.startswith(SHOWN):
        response["Content-Disposition"] = "attachment"
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response


def whose(organization: str | None) -> dict[str, str]:
    """Return what says on a page of an organization's guide that nobody else may read it."""
    if organization is None:
        return {}
    return {"whose": render_to_string("guide/_whose.html", {"organization": organization})}


def visitor(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None
