"""What every answer goes through on its way out: headers, and packing."""

import secrets
from collections.abc import Callable
from gzip import GzipFile
from io import BytesIO

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

Handler = Callable[[HttpRequest], HttpResponse]

WORTH_PACKING = 1000  # bytes


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
    """Pack pages for the wire, lightly: most of the gain for a fraction of the time.

    Django's GZipMiddleware packs at level 6, which costs as much as rendering the page. Like it,
    this one adds some random bytes, so that sizes tell little about secrets in a page (BREACH).
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or len(response.content) < WORTH_PACKING:
            return response
        if response.has_header("Content-Encoding"):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.content = packed(response.content)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Length"] = str(len(response.content))
        return response


def packed(content: bytes) -> bytes:
    name = "x" * secrets.randbelow(100)
    buffer = BytesIO()
    with GzipFile(filename=name, mode="wb", compresslevel=2, fileobj=buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()
