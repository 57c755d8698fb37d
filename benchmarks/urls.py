"""The product's addresses and the floors: the least this stack can do for a page."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

FLOOR = engines["django"].from_string(
    "<!doctype html><title>Floor</title><p>The least there is.</p>\n"
)


@login_not_required
def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse(FLOOR.render({}, request))


def signed_in(request: HttpRequest) -> HttpResponse:
    """The middleware has loaded the session and its user before this is called."""
    return HttpResponse(FLOOR.render({}, request))


urlpatterns = [
    path("floor/constant/", constant),
    path("floor/signed-in/", signed_in),
    *urlpatterns,
]
