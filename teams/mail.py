"""The mails that this room sends itself."""

import logging

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from teams.accounts import MAIL_FAILED
from teams.models import Invitation

logger = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, link: str) -> bool:
    """Mail the link to whom it is for and say whether the mail server took it."""
    text = render_to_string("teams/email/invitation.txt", {"invitation": invitation, "link": link})
    subject = " ".join(f"Rungs: {invitation.invited_by} invites you to {invitation.place}".split())
    try:
        EmailMessage(subject, text, to=[invitation.email]).send()
    except MAIL_FAILED:
        logger.exception("invitation %s not mailed", invitation.pk)
        return False
    return True
