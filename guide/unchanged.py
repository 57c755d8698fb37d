"""Whoever has a page already is told so before anything else is done.

Middleware, and the outermost that may be: a session, a form's token or an address's view are for
answers that have something in them.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse

from guide.reading import has_it, not_modified

Handler = Callable[[HttpRequest], HttpResponse]

PAGE = re.compile(r"/guide/([-\w]+)/([^\x00]+)/")
FIND = """
SELECT page.id, guide.revision
FROM guide_page AS page JOIN guide_guide AS guide ON guide.id = page.guide_id
WHERE guide.slug = %s AND page.path = %s AND guide.organization_id IS NULL
"""


class Unchanged:
    """Answer 304 where a reader without a session names the current version of a public page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        etag = current(request) if may_be_known(request) else None
        if etag and has_it(request, etag):
            return not_modified(etag)
        return self.get_response(request)


def may_be_known(request: HttpRequest) -> bool:
    return (
        "HTTP_IF_NONE_MATCH" in request.META
        and request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
    )


def current(request: HttpRequest) -> str | None:
    """Return the version of the public page at this address, once somebody was sent it."""
    place = PAGE.fullmatch(request.path_info)
    if place is None:
        return None
    request.get_host()  # refuses a host that we do not answer to
    with connection.cursor() as cursor:
        cursor.execute(FIND, place.groups())
        found = cursor.fetchone()
    etag: str | None = found and caches["rendered"].get(f"guide-etag:{found[0]}:{found[1]}")
    return etag
