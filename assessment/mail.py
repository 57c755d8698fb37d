"""The mails about an assessment. None says what anybody answered, nor how far they are."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from assessment.models import Action, Assessment, GuestLink
from assessment.modes import meaning_here
from assessment.round_days import Occasion
from assessment.rounds import round_shown_with
from teams.mail import stop_link, subject, unsubscribe_headers
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
    """Return the mail in which a lead asks a member to finish."""
    return to_stop(
        to,
        f"{assessment.team} waits for your answers",
        "reminder",
        about(assessment) | {"by": by},
    )


SUBJECTS: Final = {
    Occasion.WEEK: "A week left: {} waits for your answers",
    Occasion.DAY: "A day left: {} waits for your answers",
    Occasion.TODAY: "Last day: {} waits for your answers",
    Occasion.LATE: "{} still waits for your answers",
}


def due_reminder(assessment: Assessment, *, to: User, occasion: Occasion) -> EmailMessage:
    """Return the mail that goes out by itself, on one of the days around the due one."""
    return to_stop(
        to,
        SUBJECTS[occasion].format(assessment.team),
        "due_reminder",
        about(assessment) | {"is_over": occasion is Occasion.LATE},
    )


def digest(
    to: User, assessments: Iterable[Assessment], actions: Iterable[Action], today: date
) -> EmailMessage:
    """Return the one mail of a day to somebody who wants no more than one."""
    context = {
        "assessments": [about(each) for each in assessments],
        "actions": [{"action": each, "address": address_of(each)} for each in actions],
        "today": today,
    }
    return to_stop(to, "what waits for you", "digest", context)


def address_of(action: Action) -> str:
    team = action.team
    where = reverse("action", args=[team.organization.slug, team.slug, action.pk])
    return settings.BASE_URL + where


def about(assessment: Assessment) -> dict[str, object]:
    return {
        "assessment": assessment,
        "round": round_shown_with(assessment),
        "address": settings.BASE_URL + assessment.get_absolute_url(),
    }


def to_stop(to: User, title: str, template: str, context: dict[str, object]) -> EmailMessage:
    """Return a mail that its reader can stop from coming, in it and in their mail program."""
    account = settings.BASE_URL + reverse("account")
    text = render_to_string(
        f"assessment/email/{template}.txt",
        context | {"to": to, "account": account, "stop": stop_link(to)},
    )
    return EmailMessage(subject(title), text, to=[to.email], headers=unsubscribe_headers(to))
