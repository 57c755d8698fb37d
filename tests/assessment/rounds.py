"""Rounds as managers plan them, and clocks to live through them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import time_machine

from assessment.models import Round
from assessment.models.maturity_model import Length
from assessment.models.rounds import Recurrence
from assessment.rounds import plan_round
from teams.models import Team, User


def at(text: str, zone: str = "UTC") -> datetime:
    """Return a moment as a clock on a wall shows it: "2026-03-29 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def clock(text: str, zone: str = "UTC"):
    """Stop the clock at a moment."""
    return time_machine.travel(at(text, zone), tick=False)


def planned(by: User, teams: list[Team], opens_on: str, due_on: str, **fields) -> Round:
    """Plan a round of full length, without a name or a message unless they are given."""
    defaults = {"title": "", "message": "", "length": Length.FULL, "recurs": Recurrence.NEVER}
    return plan_round(
        organization=teams[0].organization,
        by=by,
        teams=teams,
        opens_on=date.fromisoformat(opens_on),
        due_on=date.fromisoformat(due_on),
        **(defaults | fields),
    )
