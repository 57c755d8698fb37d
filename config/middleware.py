"""Headers that every answer carries."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


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
