"""The mails about an assessment. None says what anybody answered, nor how far they are."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from assessment.models import Assessment, GuestLink
from assessment.modes import meaning_here
from teams.mail import subject
from teams.models import User


def invitation(link: GuestLink, address: str) -> EmailMessage:
    """Return the mail that invites one address to an assessment."""
    context = {
        "invitation": link.invitation,
        "assessment": link.assessment,
        "meaning": meaning_here(link.assessment),
        "address": address,
    }
    return EmailMessage(
        subject(f"{link.invitation.invited_by} invites you to {link.invitation.team}"),
        render_to_string("assessment/email/invitation.txt", context),
        to=[link.invitation.email],
    )


def reminder(assessment: Assessment, *, to: User, by: User) -> EmailMessage:
    """Return the mail that asks a member to finish."""
    context = {
        "assessment": assessment,
        "to": to,
        "by": by,
        "address": settings.BASE_URL + assessment.get_absolute_url(),
    }
    return EmailMessage(
        subject(f"{assessment.team} waits for your answers"),
        render_to_string("assessment/email/reminder.txt", context),
        to=[to.email],
    )
