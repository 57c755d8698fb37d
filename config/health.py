"""`/healthz` says the process lives; `/readyz` says it can do its work."""

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from psycopg_pool import PoolTimeout

logger = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]


class Health:
    """Answer before host checks and redirects, as a probe asks by address and over plain http."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path == "/readyz":
            return readiness()
        return self.get_response(request)


def readiness() -> HttpResponse:
    """Name the first thing that is not ready; the others need the database and would wait too."""
    checks = {"database": database_answers, "migrations": migrations_applied, "cache": cache_works}
    failed = next((name for name, check in checks.items() if not passes(name, check)), None)
    body = {"ready": failed is None, "failed": [failed] if failed else []}
    return JsonResponse(body, status=503 if failed else 200)


def passes(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, PoolTimeout, OSError) as error:
        logger.warning("not ready: %s: %s", name, error)
        return False


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def migrations_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def cache_works() -> bool:
    cache.get("readyz")
    return True
