"""Reading: a page is rendered once for each version of its guide and then only looked up."""

import gzip
import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.db import connection
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import parse_etags
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from guide.models import READABLE, Asset, Guide, Page
from guide.search import search
from teams.models import User

WORDS_A_MINUTE = 220
# A drawing opened by itself keeps the styles in it; they can fetch nothing.
SANDBOX = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"
SHOWN = ("image/", "text/")

# Django takes fifteen times as long to put this together as the database to answer it.
FIND = f"""
SELECT page.id, guide.revision, guide.organization_id
FROM guide_page AS page JOIN guide_guide AS guide ON guide.id = page.guide_id
WHERE guide.slug = %s AND page.path = %s AND {READABLE}
"""  # noqa: S608 - a condition of ours


@dataclass(frozen=True)
class Reading:
    """A page rendered up to what stands around it, which depends on the reader."""

    title: str
    description: str
    main: SafeString


@dataclass(frozen=True)
class Answer:
    """The whole answer to anybody who is not signed in, plain and packed."""

    body: bytes
    packed: bytes
    etag: str


@login_not_required
@require_safe
def guides(request: HttpRequest) -> HttpResponse:
    readable = Guide.objects.filter(pk__in=Guide.objects.readable_by(visitor(request)).values("pk"))
    sized = readable.annotate(page_count=Count("pages"), words=Sum("pages__words"))
    listed = [
        {"guide": guide, "time": reading_time(guide.words or 0)}  # type: ignore[attr-defined] # annotated
        for guide in sized.select_related("organization")
    ]
    return render(request, "guide/guides.html", {"guides": listed})


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
    with connection.cursor() as cursor:
        cursor.execute(FIND, [slug, path, request.user.pk])
        found = cursor.fetchone()
    if found is None:
        raise Http404
    page_id, revision, organization_id = found
    if organization_id is None and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return sent(request, answer(request, page_id, revision))
    return render(request, "guide/page.html", {"reading": reading(page_id, revision)})


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


def visitor(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def has_it(request: HttpRequest, etag: str) -> bool:
    """Say whether the browser names this version, weakened by a proxy or not."""
    named = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return etag.removeprefix("W/") in [each.removeprefix("W/") for each in named]


def reading_time(words: int) -> str:
    """Say how long reading takes: in minutes, from an hour on in half hours."""
    minutes = max(1, round(words / WORDS_A_MINUTE))
    if minutes < 60:
        return f"{minutes} minute{'s' if minutes > 1 else ''}"
    hours, half = divmod(round(minutes / 30), 2)
    return f"{hours}{'½' if half else ''} hour{'s' if hours > 1 or half else ''}"


# Rendered once ----------------------------------------------------------------------------------


def reading(page_id: int, revision: int) -> Reading:
    key = f"guide-reading:{page_id}:{revision}"
    kept: Reading | None = caches["rendered"].get(key)
    if kept is None:
        kept = read(page_id)
        caches["rendered"].set(key, kept)
    return kept


def read(page_id: int) -> Reading:
    """Render a page with its guide's contents and the pages before and after it."""
    page = Page.objects.select_related("guide").get(pk=page_id)
    pages = list(page.guide.pages.all())
    sections = list(page.sections.all())
    place = next(place for place, each in enumerate(pages) if each.pk == page.pk)
    for each in pages:
        each.guide = page.guide
    context = {
        "guide": page.guide,
        "page": page,
        "pages": pages,
        "sections": sections,
        "time": reading_time(page.words),
        "before": pages[place - 1] if place else None,
        "after": pages[place + 1] if place + 1 < len(pages) else None,
    }
    opening = " ".join(section.text for section in sections[:2])
    return Reading(
        title=page.title
        if page.title == page.guide.title
        else f"{page.title} · {page.guide.title}",
        description=Truncator(opening).chars(155),
        main=render_to_string("guide/_page.html", context),
    )


def answer(request: HttpRequest, page_id: int, revision: int) -> Answer:
    """Return the whole page for readers without a session: it holds nothing of theirs."""
    key = f"guide-answer:{page_id}:{revision}"
    kept: Answer | None = caches["rendered"].get(key)
    if kept is None:
        context = {"reading": reading(page_id, revision)}
        body = render_to_string("guide/page.html", context, request).encode()
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        kept = Answer(body=body, packed=gzip.compress(body, 9, mtime=0), etag=etag)
        caches["rendered"].set(key, kept)
    return kept


def sent(request: HttpRequest, kept: Answer) -> HttpResponse:
    """Send the answer, packed if the browser can unpack it, or say that the reader has it."""
    headers = {
        "ETag": kept.etag,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding, Cookie",
    }
    if has_it(request, kept.etag):
        return HttpResponseNotModified(headers=headers)
    if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        return HttpResponse(kept.packed, headers=headers | {"Content-Encoding": "gzip"})
    return HttpResponse(kept.body, headers=headers)
