"""The mails that this room sends itself, and how every room hands mails to the mail server."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.signing import BadSignature, Signer
from django.template.loader import render_to_string
from django.urls import reverse

from teams.accounts import MAIL_FAILED
from teams.models import Invitation, User

logger = logging.getLogger(__name__)

# The links in old mails stop opening when this changes.
STOPPING: Final = Signer(salt="teams.reminders.stop")


class MailServerAway(Exception):
    """The mail server could not be reached, so no mail was sent."""


@contextmanager
def mail_server() -> Iterator[BaseEmailBackend]:
    """Hold one connection to the mail server for several mails. Raises MailServerAway."""
    server = get_connection()
    try:
        server.open()
    except MAIL_FAILED as failure:
        logger.exception("the mail server is away")
        raise MailServerAway from failure
    try:
        yield server
    finally:
        with suppress(*MAIL_FAILED):
            server.close()


def taken(message: EmailMessage, server: BaseEmailBackend | None = None) -> bool:
    """Send a mail and say whether the mail server took it."""
    message.connection = server
    try:
        message.send()
    except MAIL_FAILED:
        logger.exception("a mail was not taken")
        return False
    return True


def subject(text: str) -> str:
    """Return a subject on one line: names stand in it, and a second line would be a header."""
    return " ".join(f"Rungs: {text}".split())


def send_invitation(invitation: Invitation, link: str) -> bool:
    """Mail the link to whom it is for and say whether the mail server took it."""
    text = render_to_string("teams/email/invitation.txt", {"invitation": invitation, "link": link})
    title = subject(f"{invitation.invited_by} invites you to {invitation.place}")
    return taken(EmailMessage(title, text, to=[invitation.email]))


def stop_link(user: User) -> str:
    """Return where the person, without signing in, says that they want no more reminders."""
    return settings.BASE_URL + reverse("reminders_stop", args=[STOPPING.sign(str(user.pk))])


def who_stops(token: str) -> User | None:
    """Return whose link it is; None for one that is not of ours, or of somebody who is gone."""
    try:
        return User.objects.filter(pk=STOPPING.unsign(token)).first()
    except BadSignature:
        return None


def unsubscribe_headers(user: User) -> dict[str, str]:
    """Return the headers by which a mail program offers to stop reminders in one step."""
    return {
        "List-Unsubscribe": f"<{stop_link(user)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
