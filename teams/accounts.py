"""How allauth fits our house."""

import logging
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest

from teams.models import User

logger = logging.getLogger(__name__)

MAIL_FAILED = (SMTPException, OSError)


def display_name(user: User) -> str:
    return str(user)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # untyped library
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "email_taken": "There is an account with this address already. Sign in with it.",
        "incorrect_password": "The password is not right.",
        "enter_current_password": "This is not your present password.",
        "too_many_login_attempts": "Too many attempts failed. Wait five minutes, then try again.",
        "rate_limited": "Too many requests. Wait a few minutes, then try again.",
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail whose every link leads to BASE_URL, whatever Host the request named.

        Tell the visitor when it could not be sent.
        """
        ours = {
            name: with_our_host(value) for name, value in context.items() if name.endswith("_url")
        }
        site = {"name": "Rungs", "domain": urlsplit(settings.BASE_URL).netloc}
        try:
            super().send_mail(template_prefix, email, context | ours | {"current_site": site})
        except MAIL_FAILED:
            logger.exception("mail not sent: %s", template_prefix)
            reason = "The e-mail could not be sent. Try again in a few minutes."
            messages.error(self.request, reason)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Let the link remember where the person was going, such as an invitation."""
        url: str = super().get_email_confirmation_url(request, emailconfirmation)
        onward = get_next_redirect_url(request)
        return f"{url}?{urlencode({'next': onward})}" if onward else url


def with_our_host(url: str) -> str:
    _, _, path, query, _ = urlsplit(url)
    return settings.BASE_URL + urlunsplit(("", "", path, query, ""))
