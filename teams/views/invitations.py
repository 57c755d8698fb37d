"""Inviting people, and what somebody with an invitation sees."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from teams import mail, people
from teams.access import Right, SignedIn, organization_for, team_for
from teams.forms import InvitationForm
from teams.models import Invitation, InvitationNotUsable, InvitationQuerySet, token_digest

NOT_KNOWN = (
    "Rungs knows no such invitation. Check that the whole link was copied, or ask for a new one."
)


def issued(request: SignedIn, form: InvitationForm) -> HttpResponse | None:
    """Issue the invitation and return the page with its link, the only place that ever shows it.

    Past the day's limit, say so on the form and return None.
    """
    try:
        invitation, token = people.invite(**form.place, **form.cleaned_data, by=request.user)
    except people.Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    link = settings.BASE_URL + reverse("invitation", args=[token])
    mailed = bool(invitation.email) and mail.send_invitation(invitation, link)
    context = {"invitation": invitation, "link": link, "mailed": mailed} | form.place
    return render(request, "teams/invitation_issued.html", context)


@require_POST
def organization_invitation_withdraw(
    request: SignedIn, organization: str, invitation: UUID
) -> HttpResponse:
    place = organization_for(request.user, organization, Right.ARRANGE)
    withdraw(request, Invitation.objects.filter(pk=invitation, organization=place, team=None))
    return redirect("organization_people", organization)


@require_POST
def team_invitation_withdraw(
    request: SignedIn, organization: str, team: str, invitation: UUID
) -> HttpResponse:
    place = team_for(request.user, organization, team, Right.LEAD)
    withdraw(request, Invitation.objects.filter(pk=invitation, team=place))
    return redirect("team_people", organization, team)


def withdraw(request: SignedIn, invitation: InvitationQuerySet) -> None:
    if not invitation.exists():
        raise Http404
    if invitation.withdraw():
        messages.success(request, "The invitation was withdrawn: its link opens nothing now.")
    else:
        messages.info(request, "The invitation was closed already.")


@never_cache
@login_not_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = (
        Invitation.objects.filter(token_digest=token_digest(token))
        .select_related("organization", "team__organization", "invited_by")
        .first()
    )
    if found is None:
        return closed(request, NOT_KNOWN, 404)
    user = request.user if request.user.is_authenticated else None
    if user and (held := found.held_by(user)):
        messages.info(request, f"You are in {found.place} already, as {held.role}.")
        return redirect(found.place)
    if reason := found.why_not_usable():
        return closed(request, reason, 410)
    if user and (reason := found.why_not_for(user)):
        return closed(request, reason, 403)
    if request.method == "POST":
        return accepted(request, found)
    return render(request, "teams/invitation.html", {"invitation": found})


def accepted(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    try:
        membership = invitation.accept(request.user)
    except InvitationNotUsable as refusal:
        return closed(request, str(refusal), 410)
    messages.success(request, f"Welcome to {membership.place}: you are in as {membership.role}.")
    return redirect(membership.place)


def closed(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    """Say why an invitation opens nothing. Nothing is lost: the visitor keeps what they have."""
    return render(request, "teams/invitation_closed.html", {"reason": reason}, status=status)
