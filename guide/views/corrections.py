"""Suggesting a correction, looking after what readers suggest, and learning what became of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from guide.correcting import (
    NotOpen,
    TooMany,
    section_at,
    settle,
    suggest,
    take_back,
    who_may_look_after,
)
from guide.correction_forms import CorrectionForm, DeclineForm
from guide.models import Correction, CorrectionStatus, Section
from teams.access import Right, SignedIn, organization_for
from teams.models import Organization

ON_A_PAGE = 20
KEPT = "correction"  # what somebody wrote before they signed in, in their session
GONE = "This suggestion is no longer here: its reader took it back."


@login_not_required
def correction_new(request: HttpRequest, guide: str, path: str) -> HttpResponse:
    """Ask what is wrong or missing. Whoever is not signed in does that first, and loses nothing."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    anchor = request.GET.get("section", "")
    section = section_at(request.user, guide, path, anchor)
    if section is None:
        raise Http404
    organizations = who_may_look_after(section.page.guide, request.user)
    kept = request.session.pop(KEPT, None) if request.method == "GET" else None
    form = CorrectionForm(request.POST or None, organizations=organizations, initial=kept)
    if form.is_valid() and suggested(request, form, section):
        return redirect("own_corrections")
    context = {
        "section": section,
        "moved": section.anchor != anchor,
        "form": form,
        "organizations": organizations,
    }
    return render(request, "guide/correction_new.html", context)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        text = request.POST.get("text", "")[:2000]
        request.session[KEPT] = {"kind": request.POST.get("kind", "")[:10], "text": text}
        messages.warning(request, "Sign in to send your suggestion. What you wrote is kept.")
    return redirect_to_login(request.get_full_path())


def suggested(request: HttpRequest, form: CorrectionForm, section: Section) -> bool:
    """Send the suggestion and say where it went. Past the day's limit, say so on the form."""
    organization = form.organization
    try:
        suggest(
            section=section,
            organization=organization,
            kind=form.cleaned_data["kind"],
            text=form.cleaned_data["text"],
            by=request.user,  # type: ignore[arg-type] # signed in
        )
    except TooMany as refusal:
        form.add_error(None, str(refusal))
        return False
    to = f"The owners of {organization}" if organization else "Those who run this installation"
    messages.success(request, f"Thank you. {to} see it, and you will be told what came of it.")
    return True


@require_safe
def own_corrections(request: SignedIn) -> HttpResponse:
    """List what the reader suggested; what happened last stands first."""
    own = Correction.objects.filter(by=request.user).select_related(
        "section__page__guide", "organization", "settled_by"
    )
    newest = own.order_by(Coalesce("settled_at", "at").desc(), "-pk")
    context = {"page": Paginator(newest, ON_A_PAGE).get_page(request.GET.get("page"))}
    return render(request, "guide/own_corrections.html", context)


@require_POST
def correction_take_back(request: SignedIn, correction: int) -> HttpResponse:
    own = Correction.objects.filter(by=request.user, pk=correction)
    if take_back(correction=correction, by=request.user):
        messages.success(request, "Your suggestion was taken back.")
    elif own.exists():
        messages.info(request, "It was settled in the meantime, so it stays here.")
    return redirect("own_corrections")


# For owners -------------------------------------------------------------------------------------


@require_safe
def corrections(request: SignedIn, organization: str) -> HttpResponse:
    """List what readers suggest: open ones first, who has waited longest at the top."""
    place = organization_for(request.user, organization, Right.ARRANGE)
    open_ones = suggested_to(place).filter(status=CorrectionStatus.OPEN).order_by("at", "pk")
    settled = (
        suggested_to(place).exclude(status=CorrectionStatus.OPEN).order_by("-settled_at", "pk")
    )
    context = {
        "organization": place,
        "open_ones": page_of(open_ones, request.GET.get("open")),
        "settled": page_of(settled, request.GET.get("page")),
    }
    return render(request, "guide/corrections.html", context)


@require_POST
def correction_done(request: SignedIn, organization: str, correction: int) -> HttpResponse:
    place = organization_for(request.user, organization, Right.ARRANGE)
    found = suggested_to(place).filter(pk=correction).first()
    if found is None:
        messages.info(request, GONE)
        return redirect("corrections", place.slug)
    try:
        settle(correction=found, status=CorrectionStatus.DONE, by=request.user)
    except NotOpen as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"Marked as done.{told(found)}")
    return redirect("corrections", place.slug)


def correction_decline(request: SignedIn, organization: str, correction: int) -> HttpResponse:
    """Ask why, then decline. Where somebody was first, say so; the reason typed still stands."""
    place = organization_for(request.user, organization, Right.ARRANGE)
    found = suggested_to(place).filter(pk=correction).first()
    if found is None:
        messages.info(request, GONE)
        return redirect("corrections", place.slug)
    form = DeclineForm(request.POST or None)
    if form.is_valid() and declined(request, found, form):
        return redirect("corrections", place.slug)
    context = {"organization": place, "correction": found, "form": form}
    return render(request, "guide/correction_decline.html", context)


def declined(request: SignedIn, correction: Correction, form: DeclineForm) -> bool:
    reason = form.cleaned_data["reason"]
    try:
        settle(
            correction=correction,
            status=CorrectionStatus.DECLINED,
            by=request.user,
            reason=reason,
        )
    except NotOpen as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, f"Declined.{told(correction)}")
    return True


def told(correction: Correction) -> str:
    """Say that the reader learns of it, where there is one who does not know already."""
    to_tell = correction.by and correction.by != correction.settled_by
    return f" {correction.by} is told." if to_tell else ""


def suggested_to(organization: Organization) -> QuerySet[Correction]:
    return organization.corrections.select_related("section__page__guide", "by", "settled_by")


def page_of(rows: QuerySet[Correction], number: str | None) -> Page[Any]:
    return Paginator(rows, ON_A_PAGE).get_page(number)
