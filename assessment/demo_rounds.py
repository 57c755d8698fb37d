"""The demo's rounds: closed ones for its history, one that is open with two teams late, the next.

Plain rows around the assessments that the demo has made; nothing in here is left to chance.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from assessment.models import Assessment, Participation, Round, RoundEntry
from assessment.models.answering import RUNNING
from assessment.models.maturity_model import Length
from assessment.models.rounds import Recurrence, RoundStatus
from assessment.round_days import months_later, usual_title
from teams.models import Organization, Team, User

OPENED_BEFORE_TODAY: Final = timedelta(days=42)  # before the first of its assessments was opened
DUE_BEFORE_TODAY: Final = timedelta(days=2)
TIME_GIVEN: Final = timedelta(days=21)
CLOSED_AFTER: Final = timedelta(days=30)
MONTHS: Final = Recurrence.QUARTERLY
MESSAGE: Final = (
    "We look at this together in the operations review. Answer as it is, not as it should be."
)


def make_rounds(
    organization: Organization, teams: Iterable[Team], *, by: User, today: date, quarters: int
) -> None:
    """Make a closed round for each quarter but the last, which is open, and plan the next."""
    if not quarters:
        return
    anchor = months_later(today - OPENED_BEFORE_TODAY, -MONTHS * (quarters - 1))
    *closed, opened, coming = (
        round_at(organization, number, anchor, by) for number in range(1, quarters + 2)
    )
    for each in closed:
        each.status, each.closed_by = RoundStatus.CLOSED, by
        each.opened_at, each.closed_at = (
            morning(each.opens_on),
            morning(each.opens_on + CLOSED_AFTER),
        )
    opened.status, opened.opened_at = RoundStatus.OPEN, morning(opened.opens_on)
    opened.due_on = today - DUE_BEFORE_TODAY  # more time was given
    made = [*closed, opened, coming]
    Round.objects.bulk_create(made)
    through = Round.teams.through
    through.objects.bulk_create(through(round=each, team=team) for each in made for team in teams)
    ask_the_silent(opened)
    RoundEntry.objects.bulk_create(entries(organization, [*closed, opened]))


def round_at(organization: Organization, number: int, anchor: date, by: User) -> Round:
    """Return a planned round of the series."""
    opens_on = months_later(anchor, MONTHS * (number - 1))
    return Round(
        id=round_id(organization.slug, number),
        organization=organization,
        title=usual_title(opens_on, MONTHS),
        message=MESSAGE,
        length=Length.FULL,
        opens_on=opens_on,
        due_on=opens_on + TIME_GIVEN,
        recurs=MONTHS,
        series=round_id(organization.slug, 1),
        number=number,
        anchor_on=anchor,
        planned_by=by,
    )


def round_id(organization: str, number: int) -> UUID:
    """Return under which id the demo has a round, the same each time."""
    return uuid5(NAMESPACE_URL, f"rungs demo {organization} round {number}")


def morning(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC)


def ask_the_silent(opened: Round) -> None:
    """Let the open round have asked the teams that have stopped answering, and reminded them."""
    newest = Assessment.objects.filter(team__rounds=opened).order_by("-opened_at")
    model = newest.values_list("maturity_model", flat=True)[0]
    heard = Team.objects.filter(assessments__opened_at__gte=opened.opened_at)
    for team in opened.teams.exclude(pk__in=heard):
        assessment = Assessment.objects.create(
            team=team,
            maturity_model_id=model,
            length=opened.length,
            rules_control_changes=team.rules_control_changes,
            opened_by=opened.planned_by,
            opened_at=morning(opened.opens_on),
            due_on=opened.due_on,
        )
        Participation.objects.bulk_create(
            Participation(assessment=assessment, user_id=user, reminded_on=opened.due_on)
            for user in team.memberships.values_list("user", flat=True)
        )


def entries(organization: Organization, made: list[Round]) -> Iterable[RoundEntry]:
    """Yield each team's assessment in each round: of several, the one that still runs."""
    found: dict[tuple[int, int], Assessment] = {}
    mine = Assessment.objects.filter(team__organization=organization)
    for each in sorted(mine, key=lambda each: each.status in RUNNING):
        number = sum(one.opens_on <= each.opened_at.date() for one in made)
        if number:
            found[number, each.team_id] = each
    return (
        RoundEntry(round=made[number - 1], assessment=each) for (number, _), each in found.items()
    )
