"""What every request and answer goes through: the door, headers, and packing."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from config.errors import too_much
from config.packing import PACKINGS
from teams.zones import zone_named

Handler = Callable[[HttpRequest], HttpResponse]

WORTH_PACKING = 1000  # bytes
READ_AWAY = 5  # times what is allowed


class SignInFirst(LoginRequiredMiddleware):
    """Let whoever is not signed in sign in first.

    What was sent meanwhile is not done, and its address shows no page: so they come back to the
    page they sent it from, and learn it.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        messages.warning(
            request, "You were signed out, so nothing was changed. Sign in, then do it once more."
        )
        return redirect_to_login(sent_from(request), self.get_login_url(view_func))


def sent_from(request: HttpRequest) -> str:
    """Return the page of ours from which a form was sent; the start if the browser does not say."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure()):
        return reverse("home")
    return urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl()


class NotTooMuch:
    """Turn away what is too large for any page before anything of it is kept.

    It is read to its end, unless that is far: a browser that is cut off shows no answer.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) <= settings.LARGEST_REQUEST:
            return self.get_response(request)
        if int(length) <= READ_AWAY * settings.LARGEST_REQUEST:
            while request.read(1 << 20):
                pass
        return too_much(request)


class ReadersZone:
    """Show whoever is signed in dates and times in the zone they chose; everybody else UTC.

    What is kept for several readers (the cache named "rendered") is rendered in UTC instead.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = zone_named(request.user.time_zone) if request.user.is_authenticated else None
        with timezone.override(zone):
            return self.get_response(request)


class SecurityHeaders:
    """Keep private pages out of shared caches and other origins out of ours."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        # Whoever carries a session may have been answered with what is theirs alone.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and is_a_page(request):
            response["Cache-Control"] = "private, no-store"
        return response


def is_a_page(request: HttpRequest) -> bool:
    """Say whether this is anything but a static file, which is everybody's."""
    return not request.path.startswith(settings.STATIC_URL)


class Compress:
    """Pack pages for the wire, if the browser says that it can unpack them."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or len(response.content) < WORTH_PACKING:
            return response
        if response.has_header("Content-Encoding"):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        accepted = request.headers.get("Accept-Encoding", "")
        for name, packed in PACKINGS.items():
            if name in accepted:
                response.content = packed(response.content)
                response.headers["Content-Encoding"] = name
                response.headers["Content-Length"] = str(len(response.content))
                break
        return response
