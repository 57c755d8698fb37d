"""Guest links with their QR code, invitations and reminders by e-mail, and joining by a link."""

from uuid import UUID

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from assessment import inviting
from assessment.forms import AddressesForm
from assessment.inviting import Invited, invite_by_mail, make_guest_link
from assessment.lifecycle import NotPossible
from assessment.models import Assessment, GuestLink
from assessment.modes import meaning_here
from assessment.reminding import Reminded, remind
from assessment.views.assessments import assessment_for
from teams import people
from teams.access import Right, SignedIn, admit
from teams.mail import MailServerAway
from teams.models import InvitationNotUsable, User
from teams.views.invitations import NOT_KNOWN, closed, withdraw

SERVER_AWAY = "The mail server could not be reached, so nobody was {}. Try again in a few minutes."


@never_cache
@require_POST
def guest_link_new(
    request: SignedIn, organization: str, team: str, assessment: UUID
) -> HttpResponse:
    """Make a link and go where it is shown, so that loading that page again makes no other."""
    found = assessment_for(request, organization, team, assessment, Right.LEAD)
    try:
        _, token = make_guest_link(assessment=found, by=request.user)
    except (NotPossible, people.Refused) as error:
        messages.error(request, str(error))
        return redirect(found)
    return redirect("join_link", token)


def shown_link(link: GuestLink, token: str, assessment: Assessment) -> dict[str, object]:
    address = inviting.address_of(token)
    return {
        "assessment": assessment,
        "team": assessment.team,
        "organization": assessment.team.organization,
        "invitation": link.invitation,
        "token": token,
        "link": address,
        "qr_code": qr_code(address),
    }


def qr_code(text: str) -> SafeString:
    """Return the text as a QR code in SVG: dark on white in every theme, as scanners want it."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr-code")
    # The library writes numbers and colours, and nothing of the text.
    return mark_safe(svg)


@never_cache
def join_link(request: SignedIn, token: str) -> HttpResponse:
    """Show a guest link that was just made, with its QR code."""
    return shown_to_a_lead(request, token, "assessment/guest_link.html")


@never_cache
def join_wall(request: SignedIn, token: str) -> HttpResponse:
    """Show a guest link's QR code as large as the screen."""
    return shown_to_a_lead(request, token, "assessment/join_wall.html")


def shown_to_a_lead(request: SignedIn, token: str, template: str) -> HttpResponse:
    link = inviting.guest_link_with(token)
    if link is None:
        raise Http404
    team = admit(request.user, link.assessment.team, Right.LEAD)
    if reason := why_closed(link):
        return closed(request, reason, 410)
    link.assessment.team = team
    return render(request, template, shown_link(link, token, link.assessment))


@require_POST
def guest_link_withdraw(
    request: SignedIn, organization: str, team: str, assessment: UUID, invitation: UUID
) -> HttpResponse:
    found = assessment_for(request, organization, team, assessment, Right.LEAD)
    withdraw(request, found.invitations().filter(pk=invitation))
    return redirect(found)


# Joining by a link ----------------------------------------------------------------------------


@never_cache
@login_not_required
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Say what a link leads to, and let whoever agrees join. Nothing happens by looking."""
    link = inviting.guest_link_with(token)
    if link is None:
        return closed(request, NOT_KNOWN, 404)
    user = request.user if request.user.is_authenticated else None
    if user and (held := link.invitation.held_by(user)):
        messages.info(request, f"You are in {held.place} already, as {held.role}.")
        return redirect(link.assessment)
    if reason := why_closed(link):
        return closed(request, reason, 410)
    if user and (reason := link.invitation.why_not_for(user)):
        return closed(request, reason, 403)
    if request.method == "POST":
        return joined(request, link)
    context = {
        "link": link,
        "assessment": link.assessment,
        "team": link.assessment.team,
        "meaning": meaning_here(link.assessment),
        "elsewhere": other_organizations(user, link) if user else [],
    }
    return render(request, "assessment/join.html", context)


def why_closed(link: GuestLink) -> str:
    """Return why a link lets nobody in; empty while it does."""
    if link.assessment.is_submitted:
        return (
            f"The assessment of {link.assessment.team} was submitted, and its links ended with "
            "it. Ask for an invitation to the team, or wait for the next assessment."
        )
    return link.invitation.why_not_usable()


def other_organizations(user: User, link: GuestLink) -> list[str]:
    """Return the other organizations in which the visitor is, to tell them that nothing changes."""
    others = user.memberships.exclude(organization=link.invitation.organization)
    return sorted(set(others.values_list("organization__name", flat=True)))


def joined(request: HttpRequest, link: GuestLink) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    try:
        membership = link.invitation.accept(request.user)
    except InvitationNotUsable as refusal:
        return closed(request, str(refusal), 410)
    messages.success(request, f"Welcome to {membership.place}: you are in as {membership.role}.")
    return redirect(link.assessment)


# By e-mail ------------------------------------------------------------------------------------


def assessment_invite(
    request: SignedIn, organization: str, team: str, assessment: UUID
) -> HttpResponse:
    """Invite several addresses at once, and say of each what became of it."""
    found = assessment_for(request, organization, team, assessment, Right.LEAD)
    form = AddressesForm(request.POST or None)
    report: list[Invited] = []
    if form.is_valid():
        try:
            report = invite_by_mail(
                assessment=found, text=form.cleaned_data["addresses"], by=request.user
            )
        except (NotPossible, people.Refused) as refusal:
            form.add_error("addresses", str(refusal))
        except MailServerAway:
            form.add_error("addresses", SERVER_AWAY.format("invited"))
        else:
            again = "\n".join(each.written for each in report if each.again)
            form = AddressesForm(initial={"addresses": again})
    context = {
        "assessment": found,
        "team": found.team,
        "organization": found.team.organization,
        "form": form,
        "report": report,
        "sent": sum(each.sent for each in report),
        "again": any(each.again for each in report),
    }
    return render(request, "assessment/invite.html", context)


@require_POST
def assessment_remind(
    request: SignedIn, organization: str, team: str, assessment: UUID
) -> HttpResponse:
    found = assessment_for(request, organization, team, assessment, Right.LEAD)
    try:
        say_who_was_reminded(request, remind(assessment=found, by=request.user))
    except NotPossible as error:
        messages.error(request, str(error))
    except MailServerAway:
        messages.error(request, SERVER_AWAY.format("reminded"))
    return redirect(found)


def say_who_was_reminded(request: HttpRequest, reminded: Reminded) -> None:
    if reminded.reached:
        messages.success(request, f"Reminded by e-mail: {', '.join(reminded.reached)}.")
    if reminded.missed:
        messages.warning(
            request,
            f"The mail server did not take the mail for {', '.join(reminded.missed)}. "
            "You can remind them again.",
        )
    if not (reminded.reached or reminded.missed):
        messages.info(
            request,
            "Nobody was reminded: everybody else has finished or was reminded today already.",
        )
