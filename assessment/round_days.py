"""The days of rounds and of reminders, from plain values: when the next one opens, who is late.

Every day is counted in a calendar, never in hours, so that no change of the clock moves one.
"""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import count
from typing import Final

from assessment.models.rounds import Recurrence

ORDINALS: Final = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th"}


# When a round opens ---------------------------------------------------------------------------


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later; the last one of a month too short for it."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def openings(anchor: date, months: int) -> Iterator[date]:
    """Yield the days on which the rounds of a series open.

    Each is counted from the first, so that 31 January, 28 February and 31 March are one series.
    """
    yield from (months_later(anchor, months * number) for number in count())


def opening_after(anchor: date, months: int, day: date) -> date:
    """Return when the first round of a series opens after a day."""
    return next(each for each in openings(anchor, months) if each > day)


def last_opening(anchor: date, months: int, day: date) -> date:
    """Return the latest day until `day` on which a round of the series opens; else the first."""
    latest = anchor
    for each in openings(anchor, months):
        if each > day:
            break
        latest = each
    return latest


def usual_title(opens_on: date, recurs: int) -> str:
    """Return what a round is called when nobody gives it a name: the time it stands for."""
    if recurs == Recurrence.MONTHLY:
        return f"{calendar.month_name[opens_on.month]} {opens_on.year}"
    if recurs == Recurrence.HALF_YEARLY:
        return f"{ORDINALS[(opens_on.month + 5) // 6]} half of {opens_on.year}"
    if recurs == Recurrence.YEARLY:
        return str(opens_on.year)
    return f"{ORDINALS[(opens_on.month + 2) // 3]} quarter {opens_on.year}"


# When somebody is reminded --------------------------------------------------------------------

NINE: Final = time(9)  # nobody is reminded before that, where they are


class Occasion(StrEnum):
    """Why somebody is reminded: by how the day stands to the one on which answers are wanted."""

    WEEK = "week"
    DAY = "day"
    TODAY = "today"
    LATE = "late"


DAYS_AFTER_DUE: Final = {
    Occasion.WEEK: -7,
    Occasion.DAY: -1,
    Occasion.TODAY: 0,
    Occasion.LATE: 3,
}


def last_day(due_on: date, ends_in: tzinfo, person: tzinfo) -> date:
    """Return a person's own last day: the last on which nine o'clock comes before the end.

    The day ends at midnight where the round is; that may be another day where the person is.
    """
    end = datetime.combine(due_on + timedelta(days=1), time(), tzinfo=ends_in).astimezone(person)
    return end.date() if end.time() > NINE else end.date() - timedelta(days=1)


def is_humane(now: datetime, person: tzinfo) -> bool:
    """Say whether it is nine o'clock or later where a person is."""
    return now.astimezone(person).time() >= NINE


def occasion_at(now: datetime, *, due_on: date, ends_in: tzinfo, person: tzinfo) -> Occasion | None:
    """Return on what occasion a person is to be reminded now, if on any."""
    if not is_humane(now, person):
        return None
    passed = (now.astimezone(person).date() - last_day(due_on, ends_in, person)).days
    return next((each for each, days in DAYS_AFTER_DUE.items() if days == passed), None)
