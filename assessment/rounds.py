"""What happens to a round: planned, opened on its day, closed; and the next one of its series.

Whatever changes a round holds its row and looks at its status then, so that of many who open or
close it at once one does. A round never closes a sheet: assessments outlive it.
"""

import logging
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from assessment.lifecycle import NotPossible
from assessment.models import Assessment, Round, RoundEntry
from assessment.models.answering import RUNNING
from assessment.models.rounds import Recurrence, RoundStatus
from assessment.round_days import last_opening, opening_after, usual_title
from assessment.round_entries import bring_in, leads_of
from teams.models import Organization, Team, User
from teams.notices import tell
from teams.zones import today_in

logger = logging.getLogger(__name__)


# Planning -------------------------------------------------------------------------------------


def plan_round(
    *,
    organization: Organization,
    by: User,
    title: str,
    message: str,
    length: str,
    opens_on: date,
    due_on: date,
    recurs: int,
    teams: Collection[Team],
) -> Round:
    """Plan a round. One whose day has come in the planner's time zone opens at once."""
    with transaction.atomic():
        planned = Round.objects.create(
            organization=organization,
            title=title or usual_title(opens_on, recurs),
            message=message,
            length=length,
            opens_on=opens_on,
            due_on=due_on,
            recurs=recurs,
            anchor_on=opens_on,
            time_zone=by.time_zone,
            planned_by=by,
        )
        planned.teams.set(teams)
        open_round(round_id=planned.pk, now=timezone.now())
    logger.info("round %s planned by user %s", planned.pk, by.pk)
    planned.refresh_from_db()
    return planned


def change_plan(
    *,
    round_id: UUID,
    title: str,
    message: str,
    length: str,
    opens_on: date,
    due_on: date,
    recurs: int,
    teams: Collection[Team],
) -> None:
    """Change a round that has not opened. Those after it are counted from its new day.

    Raises NotPossible when it has opened in the meantime.
    """
    with transaction.atomic():
        planned = lock_planned(round_id)
        if (opens_on, recurs) != (planned.opens_on, planned.recurs):
            planned.anchor_on = opens_on
        planned.title = title or usual_title(opens_on, recurs)
        planned.message, planned.length = message, length
        planned.opens_on, planned.due_on, planned.recurs = opens_on, due_on, recurs
        planned.save()
        planned.teams.set(teams)
        open_round(round_id=round_id, now=timezone.now())


def call_off(*, round_id: UUID) -> None:
    """Take back a round that has not opened, and with it those that would come after it.

    Raises NotPossible when it has opened in the meantime.
    """
    with transaction.atomic():
        planned = lock_planned(round_id)
        rest = Round.objects.filter(series=planned.series, status=RoundStatus.OPEN)
        rest.update(recurs=Recurrence.NEVER)
        planned.delete()
    logger.info("round %s called off", round_id)


def lock(round_id: UUID) -> Round:
    """Hold the round until commit and return it as it is now."""
    held = Round.objects.select_for_update(of=("self",)).select_related("organization")
    return held.get(pk=round_id)


def lock_planned(round_id: UUID) -> Round:
    try:
        held = lock(round_id)
    except Round.DoesNotExist:
        raise NotPossible("This round was called off in the meantime.") from None
    if not held.is_planned:
        raise NotPossible("This round has opened in the meantime; nothing was changed.")
    return held


# Opening --------------------------------------------------------------------------------------


def open_due(now: datetime) -> int:
    """Open every planned round whose day has begun in its time zone; return how many did."""
    # No place is more than a day ahead of another.
    coming = Round.objects.filter(
        status=RoundStatus.PLANNED, opens_on__lte=now.date() + timedelta(days=1)
    )
    opened = 0
    for round_id in coming.order_by("opens_on", "pk").values_list("pk", flat=True):
        if found := open_round(round_id=round_id, now=now):
            opened += 1
            tell_planner(found)
    return opened


def open_round(*, round_id: UUID, now: datetime) -> Round | None:
    """Open a planned round if its day has come; return it if this call was the one that did.

    Its teams get their assessments, and the next of its series is planned, or nothing happens.
    """
    with transaction.atomic():
        try:
            held = lock_planned(round_id)
        except NotPossible:
            return None
        today = today_in(held.time_zone, now)
        if held.opens_on > today:
            return None
        if not held.teams.exists():
            give_up(held)
            return None
        catch_up(held, today)
        held.status, held.opened_at = RoundStatus.OPEN, now
        held.save()
        bring_in(held)
        plan_next(held)
    logger.info("round %s opened", held.pk)
    return held


def give_up(held: Round) -> None:
    """Call off a round whose teams were all deleted before its day, and tell whoever planned it."""
    if held.planned_by:
        tell(
            held.planned_by,
            f"The round “{held.title}” was called off: none of its teams is there any more.",
            reverse("rounds", args=[held.organization.slug]),
        )
    call_off(round_id=held.pk)


def tell_planner(opened: Round) -> None:
    """Tell whoever planned a round that it has opened by itself."""
    if opened.planned_by:
        inside, chosen = opened.entries.count(), opened.teams.count()
        tell(
            opened.planned_by,
            f"The round “{opened.title}” has opened: {inside} of {chosen} teams take part.",
            opened.get_absolute_url(),
        )


def catch_up(held: Round, today: date) -> None:
    """Let a round that opens late stand for the latest that should have, due as many days later.

    Otherwise, after Rungs was off for months, rounds would open one upon another, all of them late.
    """
    time_given = held.due_on - held.opens_on
    if held.recurs:
        move(held, last_opening(held.anchor_on, held.recurs, today))
    if held.due_on < today:
        held.due_on = today + time_given


def move(held: Round, opens_on: date) -> None:
    """Let a round open on a later day of its series, and be due as many days after it."""
    if opens_on <= held.opens_on:
        return
    if held.title == usual_title(held.opens_on, held.recurs):
        held.title = usual_title(opens_on, held.recurs)
    held.due_on = opens_on + (held.due_on - held.opens_on)
    held.opens_on = opens_on


def plan_next(held: Round) -> None:
    """Plan the round after this one, so that it can be seen, changed and called off."""
    if not held.recurs:
        return
    following, created = Round.objects.get_or_create(
        series=held.series,
        number=held.number + 1,
        defaults={
            "organization": held.organization,
            "title": held.title,
            "message": held.message,
            "length": held.length,
            "opens_on": held.opens_on,
            "due_on": held.due_on,
            "recurs": held.recurs,
            "anchor_on": held.anchor_on,
            "time_zone": held.time_zone,
            "planned_by": held.planned_by,
        },
    )
    if created:
        move(following, opening_after(held.anchor_on, held.recurs, held.opens_on))
        following.save(update_fields=["title", "opens_on", "due_on"])
        following.teams.set(held.teams.all())


# While it is open -----------------------------------------------------------------------------


def change_open_round(
    *, round_id: UUID, title: str, message: str, due_on: date, teams: Iterable[Team]
) -> list[Team]:
    """Change what may change in an open round, and choose which teams are in beside those in it.

    Returns the teams that came in. A day that a lead has set for their team stays as it is.
    Raises NotPossible when the round was closed in the meantime.
    """
    with transaction.atomic():
        held = lock_open(round_id)
        still_asked = Assessment.objects.filter(
            round_entry__round=held, status__in=RUNNING, due_on=held.due_on
        )
        still_asked.update(due_on=due_on)
        held.title = title or usual_title(held.opens_on, held.recurs)
        held.message, held.due_on = message, due_on
        held.save(update_fields=["title", "message", "due_on"])
        inside = Team.objects.filter(assessments__round_entry__round=held)
        held.teams.set({*inside, *teams})
        return bring_in(held)


def bring_in_the_rest(*, round_id: UUID) -> list[Team]:
    """Bring in the chosen teams that could not be before. Raises NotPossible on a closed round."""
    with transaction.atomic():
        return bring_in(lock_open(round_id))


def close_round(*, round_id: UUID, by: User) -> bool:
    """Close a round and say whether this call did it. Raises NotPossible before it has opened.

    What is not submitted stays as it is: sheets go on taking answers, and leads reveal and submit.
    """
    with transaction.atomic():
        held = lock(round_id)
        if held.is_planned:
            raise NotPossible("This round has not opened, so it can only be called off.")
        if held.is_closed:
            return False
        held.status, held.closed_at, held.closed_by = RoundStatus.CLOSED, timezone.now(), by
        held.save(update_fields=["status", "closed_at", "closed_by"])
        for lead, assessment in leads_of(still_running(held)):
            tell(
                lead,
                f"The round “{held.title}” was closed. The assessment of {assessment.team} stays "
                "as it is: you can still reveal and submit it.",
                assessment.get_absolute_url(),
            )
    logger.info("round %s closed by user %s", held.pk, by.pk)
    return True


def lock_open(round_id: UUID) -> Round:
    held = lock(round_id)
    if not held.is_open:
        raise NotPossible("This round is not open, so nothing was changed.")
    return held


def still_running(of_round: Round) -> QuerySet[Assessment]:
    """Return the round's assessments that are not submitted, by the name of their team."""
    running = Assessment.objects.filter(round_entry__round=of_round, status__in=RUNNING)
    return running.select_related("team__organization").order_by(Lower("team__name"))


# What a team sees of it -----------------------------------------------------------------------


def round_shown_with(assessment: Assessment) -> Round | None:
    """Return the open round that an assessment belongs to; once it is closed, there is none."""
    entry: RoundEntry | None = getattr(assessment, "round_entry", None)
    return entry.round if entry and entry.round.is_open else None
