"""Making a file that was asked for, in the worker's process, with progress and a notice."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django_tasks import task

from assessment.exporting import data, report, workbooks
from assessment.exporting.belonging import in_the_log, named, offer_at, page_of, place_of
from assessment.exporting.offers import FileOffer, Place
from assessment.exporting.printing import CannotBeMade
from assessment.models import Export
from assessment.models.exporting import ExportStatus
from teams.models import Team
from teams.notices import tell

logger = logging.getLogger(__name__)

KEPT_FOR: Final = timedelta(days=7)
LARGEST: Final = 100 * 2**20
BEGAN: Final = "began"
WENT_WRONG: Final = (
    "Something went wrong while it was made. Ask for it again; if that fails too, tell whoever "
    "runs Rungs: its log says what it was."
)

# The place and a function to be told how far it is, in per cent, in; the file out.
Maker = Callable[[Any, Callable[[int], None]], bytes]
MAKERS: Final[dict[tuple[bool, str], Maker]] = {
    (True, "workbook"): workbooks.made_of,
    (True, "report"): report.of_team,
    (False, "workbook"): workbooks.made_of,
    (False, "report"): report.of_organization,
    (False, "data"): data.of_organization,
}


@task()
def make_export(pk: str) -> None:
    """Make the file, once: whoever comes second finds it begun, and lets it be."""
    export = begun(pk)
    if export is None:
        return
    try:
        place = place_of(export)
        offer = offer_at(place, export.kind)
        content = made(export, place)
    except Http404:
        # Whoever asked may see it no longer; so there is nobody to tell.
        Export.objects.filter(pk=pk).delete()
        logger.info("export %s dropped: user %s lost the role", export.kind, export.by_id)
    except CannotBeMade as error:
        fail(export, str(error))
    except Exception:
        logger.exception("export %s of %s could not be made", export.kind, pk)
        fail(export, WENT_WRONG)
    else:
        finish(export, offer, content, place)


def begun(pk: str) -> Export | None:
    """Take a waiting file up; None if there is none, or somebody else has."""
    waiting = Export.objects.filter(pk=pk, status=ExportStatus.WAITING)
    if not waiting.update(status=ExportStatus.WORKING, progress=1):
        return None
    export = Export.objects.select_related("organization", "team", "by").get(pk=pk)
    export.asked |= {BEGAN: timezone.now().isoformat()}
    export.save(update_fields=["asked"])
    return export


def made(export: Export, place: Place) -> bytes:
    def progress(percent: int) -> None:
        Export.objects.filter(pk=export.pk).update(progress=min(99, percent))

    content = MAKERS[isinstance(place, Team), export.kind](place, progress)
    if len(content) > LARGEST:
        raise CannotBeMade(
            f"It has {len(content) // 2**20} MB, and {LARGEST // 2**20} MB are kept. Take the "
            "tables one by one instead."
        )
    return content


def finish(export: Export, offer: FileOffer, content: bytes, place: Place) -> None:
    """Put the file where it is fetched, unless it was given up or removed meanwhile."""
    now = timezone.now()
    with transaction.atomic():
        ready = Export.objects.filter(pk=export.pk, status=ExportStatus.WORKING).update(
            status=ExportStatus.READY,
            progress=100,
            content=content,
            filename=filename(place, f"{offer.key}-{now:%Y-%m-%d}.{offer.form}"),
            content_type=offer.content_type,
            finished_at=now,
            expires_at=now + KEPT_FOR,
        )
        if ready:
            tell(
                export.by,
                f"{named(export)} is ready to take away. It is kept for {KEPT_FOR.days} days.",
                page_of(export),
            )
    logger.info("export %s of %s made for user %s", offer.key, in_the_log(place), export.by_id)


def fail(export: Export, reason: str) -> None:
    with transaction.atomic():
        failed = Export.objects.filter(pk=export.pk, status=ExportStatus.WORKING).update(
            status=ExportStatus.FAILED, reason=reason[:300], finished_at=timezone.now()
        )
        if failed:
            tell(export.by, f"{named(export)} could not be made. {reason}", page_of(export))


def filename(place: Place, rest: str) -> str:
    """Return a name for a file of a place; slugs are plain letters on every system."""
    return f"{place.slug}-{rest}"
