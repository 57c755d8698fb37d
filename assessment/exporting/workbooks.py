"""Everything of a place in one workbook: a tab for each table, and one that says what they mean."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from assessment.exporting import tables
from assessment.exporting.compared import compared
from assessment.exporting.offers import NOTHING_ASKED, Place, teams_in
from assessment.exporting.spreadsheets import workbook
from assessment.exporting.tables import Cell, Table
from assessment.models import RoundEntry
from assessment.models.answering import AssessmentStatus
from assessment.models.rounds import RoundStatus
from teams.models import Organization

MOST_TABS: Final = 9
MEANINGS: Final = (
    (
        "Score",
        "The plain mean of the question means, 0 to 4. Don't know and not applicable count neither "
        "as 0 nor at all.",
    ),
    (
        "From, To",
        "The interval: how far the score could move if equally placed colleagues had answered, "
        "with 95 % confidence. It does not cover what the whole team overlooks.",
    ),
    (
        "Verdict",
        "Changed: by more than the people who answered explain by chance, and by at least 0.25. "
        "Anything else is within noise.",
    ),
    (
        "As answered",
        "Where the team agreed on answers, these count. As answered is the figure without that.",
    ),
    (
        "Fewer than three",
        "Where fewer people answered than three, or than the organization asks for, no figure is "
        "shown, so that nobody's own answers can be read from it.",
    ),
    (
        "No ranking",
        "Teams judge themselves, each by its own light: figures of two teams say nothing about "
        "which of them is better.",
    ),
)


def made_of(place: Place, progress: Callable[[int], None]) -> bytes:
    return workbook(telling(of_place(place), progress))


def of_place(place: Place) -> Iterator[Table]:
    """Yield the tables of a team or of an organization."""
    teams = teams_in(place)
    yield about(place)
    if isinstance(place, Organization):
        yield tables.comparison(compared(place, NOTHING_ASKED))
    yield tables.assessments(teams)
    yield tables.scores(teams)
    yield tables.answers(teams)
    yield tables.targets(teams)
    yield tables.actions(teams)
    yield tables.projected(teams)
    if isinstance(place, Organization):
        yield rounds(place)


def telling(found: Iterator[Table], progress: Callable[[int], None]) -> Iterator[Table]:
    """Give out the tables and tell how far that is: each is written before the next is wanted."""
    for done, each in enumerate(found):
        progress(100 * done // MOST_TABS)
        yield each


def about(place: Place) -> Table:
    first: list[Sequence[Cell]] = [
        ("What this is", f"What Rungs shows of {place}"),
        ("Taken away on", timezone.now().date()),
    ]
    return Table("About", ["Word", "What it is"], [*first, *MEANINGS])


def rounds(organization: Organization) -> Table:
    """Return the rounds with the assessment of each team that has opened one."""
    columns = ["Round", "Opens", "Due", "Status", "Team", "Assessment", "Submitted"]
    rows = RoundEntry.objects.filter(round__organization=organization).order_by(
        "round__opens_on", "round__number", "assessment__team__name"
    )
    told = rows.values_list(
        "round__title",
        "round__opens_on",
        "round__due_on",
        "round__status",
        "assessment__team__name",
        "assessment__status",
        "assessment__submitted_at",
    )
    return Table("Rounds", columns, (_round(*row) for row in told.iterator(tables.CHUNK)))


def _round(
    title: str,
    opens: date,
    due: date,
    status: str,
    team: str,
    assessment: str,
    submitted_at: datetime | None,
) -> Sequence[Cell]:
    return [
        *(title, opens, due, RoundStatus(status).label, team, AssessmentStatus(assessment).label),
        submitted_at.date() if submitted_at else None,
    ]
