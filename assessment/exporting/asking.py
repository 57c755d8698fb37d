"""Files that are asked for, fetched and removed, and what becomes of the rest with time."""

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.shortcuts import get_object_or_404
from django.utils import timezone

from assessment.exporting.belonging import in_the_log, named, offer_at, page_of, place_of
from assessment.exporting.making import BEGAN, KEPT_FOR, make_export
from assessment.exporting.offers import Place
from assessment.models import Export
from assessment.models.exporting import ExportStatus
from teams.models import Team, User
from teams.notices import tell

logger = logging.getLogger(__name__)

# Nothing takes so long: the process that made it is gone.
STUCK_AFTER: Final = timedelta(minutes=15)
# No worker has looked at it.
FORGOTTEN_AFTER: Final = timedelta(hours=1)
MOST_AT_ONCE: Final = 3
UNFINISHED: Final = (ExportStatus.WAITING, ExportStatus.WORKING)
STOPPED: Final = "It was begun and not finished: the process that made it was stopped."
FORGOTTEN: Final = (
    "Nothing began to make it. Whoever runs Rungs should look whether its worker runs."
)


class NotNow(Exception):
    """The file is not asked for; the text says why and what to do."""


def ask(*, place: Place, by: User, key: str) -> Export:
    """Ask for a file; the same one again, while it is being made, is the one there is already.

    `place` came through a door of `access`. Raises Http404 for what is not offered there, NotNow.
    """
    offer = offer_at(place, key)
    team = place if isinstance(place, Team) else None
    organization = place.organization if isinstance(place, Team) else place
    with transaction.atomic():
        # Whoever presses twice waits here for themselves.
        User.objects.select_for_update().get(pk=by.pk)
        unfinished = Export.objects.filter(by=by, status__in=UNFINISHED).defer("content")
        same = unfinished.filter(organization=organization, team=team, kind=key).first()
        if same:
            return same
        if unfinished.count() >= MOST_AT_ONCE:
            raise NotNow(
                f"{MOST_AT_ONCE} of your files are being made already. Ask again when one is ready."
            )
        now = timezone.now()
        export = Export.objects.create(
            organization=organization,
            team=team,
            by=by,
            kind=key,
            asked={"title": offer.title, "form": offer.form},
            asked_at=now,
            expires_at=now + KEPT_FOR,
        )
        transaction.on_commit(partial(make_export.enqueue, str(export.pk)))
    logger.info("export %s of %s asked for by user %s", key, in_the_log(place), by.pk)
    return export


def own_exports(user: User, place: Place) -> QuerySet[Export]:
    """Return a person's files of one place, newest first, each with its size and no content."""
    of_place = (
        Export.objects.filter(team=place)
        if isinstance(place, Team)
        else Export.objects.filter(organization=place, team=None)
    )
    mine = of_place.filter(by=user, expires_at__gt=timezone.now())
    return mine.defer("content").annotate(size=Length("content"))


def ready_for(user: User, export: object) -> Export:
    """Return a file to fetch. Raises Http404 unless it is theirs, ready, and may still be seen."""
    found = get_object_or_404(
        Export.objects.select_related("organization", "team__organization", "by"),
        pk=export,
        by=user,
        status=ExportStatus.READY,
        expires_at__gt=timezone.now(),
    )
    place = place_of(found)
    logger.info("export %s of %s fetched by user %s", found.kind, in_the_log(place), user.pk)
    return found


def remove(user: User, export: object) -> Export:
    """Remove somebody's own file, also while it is made. Raises Http404 for another's."""
    mine = Export.objects.defer("content").select_related("organization", "team")
    found = get_object_or_404(mine, pk=export, by=user)
    Export.objects.filter(pk=found.pk).delete()
    logger.info("export %s removed by user %s", found.kind, user.pk)
    return found


# What comes due ---------------------------------------------------------------------------------


def remove_expired(now: datetime) -> int:
    """Remove the files that have been kept for long enough."""
    removed, _ = Export.objects.filter(expires_at__lte=now).delete()
    return removed


def give_up_stuck(now: datetime) -> int:
    """Say of files that nobody makes any more that they failed, so that they can be asked again."""
    unfinished = Export.objects.filter(
        status__in=UNFINISHED, asked_at__lte=now - STUCK_AFTER
    ).select_related("organization", "team", "by")
    return sum(
        _give_up(each, reason) for each in unfinished.defer("content") if (reason := why(each, now))
    )


def why(export: Export, now: datetime) -> str:
    """Return why a file will not be made any more; empty while it may."""
    if export.status == ExportStatus.WAITING:
        return FORGOTTEN if now - export.asked_at >= FORGOTTEN_AFTER else ""
    began = datetime.fromisoformat(export.asked.get(BEGAN, export.asked_at.isoformat()))
    return STOPPED if now - began >= STUCK_AFTER else ""


def _give_up(export: Export, reason: str) -> int:
    with transaction.atomic():
        given_up = Export.objects.filter(pk=export.pk, status=export.status).update(
            status=ExportStatus.FAILED, reason=reason, finished_at=timezone.now()
        )
        if given_up:
            tell(export.by, f"{named(export)} could not be made. {reason}", page_of(export))
    return given_up
