"""Error pages that say what happened, what was kept and what to do."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views.decorators.csrf import requires_csrf_token
from psycopg_pool import PoolTimeout

# A database that is away, full, or kept somebody waiting too long.
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
SECONDS_TO_WAIT = "5"


def answer(request: HttpRequest, status: int, title: str, advice: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"saved": False, "error": f"{title}. {advice}"}, status=status)
    return render(request, "error.html", {"title": title, "advice": advice}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(
        request,
        400,
        "Rungs could not read that request",
        "Nothing was stored. Go back, check what you sent and try again.",
    )


def too_much(request: HttpRequest) -> HttpResponse:
    most = settings.LARGEST_REQUEST // 1024**2
    return answer(
        request,
        413,
        "That is too large",
        f"Rungs takes {most} MB at once at most. Nothing was kept. Go back and send less.",
    )


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    reason = str(exception) or "Your role does not allow this."
    return answer(request, 403, "This is not yours to do", reason)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(
        request,
        404,
        "There is nothing here",
        "The address may be mistyped, or the page may belong to a team you are not in.",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(
        request,
        403,
        "This form has expired",
        "Nothing was stored. Load the page again and send the form once more; cookies must be on.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 when it is the database that is away, else 500; neither page needs a database."""
    if isinstance(sys.exc_info()[1], DATABASE_AWAY):
        return unavailable(request)
    return plain(request, 500, "500.html", "Something broke in Rungs; the log has the details.")


def unavailable(request: HttpRequest) -> HttpResponse:
    reason = "The database cannot be reached. Nothing was stored; send it again."
    response = plain(request, 503, "503.html", reason)
    response["Retry-After"] = SECONDS_TO_WAIT
    return response


def plain(request: HttpRequest, status: int, template: str, reason: str) -> HttpResponse:
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = JsonResponse({"saved": False, "error": reason}, status=status)
    else:
        response = HttpResponse(get_template(template).render(), status=status)
    response["Cache-Control"] = "no-store"
    return response
