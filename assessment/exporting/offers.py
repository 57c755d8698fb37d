"""What may be taken away from a team or an organization, as what, by whom, and what is in it."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict

from assessment.exporting import tables
from assessment.exporting.compared import compared
from assessment.exporting.tables import Table
from teams.access import Right, may
from teams.models import Organization, Team, User

Place = Team | Organization
NOTHING_ASKED: Final = QueryDict()


class TableOffer(NamedTuple):
    """A table that is given at once, as CSV. `table` makes it for who asks, as they ask."""

    key: str
    title: str
    about: str
    right: Right
    table: Callable[[Any, User, QueryDict], Table]


class FileOffer(NamedTuple):
    """A file that the worker makes, while whoever asked does something else."""

    key: str
    title: str
    about: str
    right: Right
    form: str
    content_type: str


ANSWERS: Final = (
    "What each assessment shows of each question: how many gave a level, the mean, how close they "
    "were, what was agreed. Nobody's own answers."
)
SCORES: Final = (
    "Every questionnaire in every assessment: score, interval, level, change and whether it is "
    "more than noise."
)
PLAN: Final = (
    "Each questionnaire's score and level now, and as they would be if the open actions that lead "
    "to a level are done."
)
ACTIONS: Final = "What was decided to be done, by whom and by when; done and dropped ones too."
WORKBOOK: Final = (
    "Assessments, scores, answers, targets, actions and what these would bring, a tab for each, "
    "with a tab that says what they mean."
)
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

OF_A_TEAM: Final = (
    TableOffer(
        "scores",
        "Scores over time",
        SCORES,
        Right.ENTER,
        lambda place, *_: tables.scores(teams_in(place)),
    ),
    TableOffer(
        "answers",
        "Answers by question",
        ANSWERS,
        Right.ENTER,
        lambda place, *_: tables.answers(teams_in(place)),
    ),
    TableOffer(
        "actions",
        "Actions",
        ACTIONS,
        Right.ENTER,
        lambda place, *_: tables.actions(teams_in(place)),
    ),
    TableOffer(
        "plan",
        "What the plan would bring",
        PLAN,
        Right.ENTER,
        lambda place, *_: tables.projected(teams_in(place)),
    ),
    TableOffer(
        "my-answers",
        "My own answers",
        "What you answered in each assessment, with your notes, and what the team answered on one "
        "sheet. Only you are given yours.",
        Right.ANSWER,
        lambda place, user, _: tables.own_answers(place, user),
    ),
)
OF_AN_ORGANIZATION: Final = (
    TableOffer(
        "comparison",
        "Comparison",
        "The teams beside each other, as the organization's page shows them now: scores, changes, "
        "each team's own targets, how fresh they are and who took part.",
        Right.COMPARE,
        lambda place, _, query: tables.comparison(compared(place, query)),
    ),
    TableOffer(
        "scores",
        "Scores over time",
        f"{SCORES} Of all teams.",
        Right.COMPARE,
        lambda place, *_: tables.scores(teams_in(place)),
    ),
    TableOffer(
        "answers",
        "Answers by question",
        f"{ANSWERS} Of all teams.",
        Right.COMPARE,
        lambda place, *_: tables.answers(teams_in(place)),
    ),
    TableOffer(
        "actions",
        "Actions",
        f"{ACTIONS} Of all teams.",
        Right.COMPARE,
        lambda place, *_: tables.actions(teams_in(place)),
    ),
)
FILES_OF_A_TEAM: Final = (
    FileOffer(
        "report",
        "Report",
        "For people who do not use Rungs: one page of summary first, then charts, levels with what "
        "is in the way, next steps and actions.",
        Right.ENTER,
        "pdf",
        "application/pdf",
    ),
    FileOffer("workbook", "Workbook", WORKBOOK, Right.ENTER, "xlsx", XLSX),
)
FILES_OF_AN_ORGANIZATION: Final = (
    FileOffer(
        "report",
        "Report",
        "One page of summary first, then the teams beside each other and a short section on each.",
        Right.COMPARE,
        "pdf",
        "application/pdf",
    ),
    FileOffer(
        "workbook",
        "Workbook",
        f"The comparison first. {WORKBOOK} Of all teams, with the rounds.",
        Right.COMPARE,
        "xlsx",
        XLSX,
    ),
    FileOffer(
        "data",
        "Data for programs",
        "Everything Rungs shows of the organization as JSON: people, teams, maturity models, "
        "assessments, scores, plans. No sheets: whoever runs the installation can export these "
        "too, with export_organization.",
        Right.ARRANGE,
        "json",
        "application/json",
    ),
)


def tables_of(place: Place) -> list[TableOffer]:
    """Return the tables a visitor may take; the place came through a door of `access`."""
    offered = OF_A_TEAM if isinstance(place, Team) else OF_AN_ORGANIZATION
    return [each for each in offered if may(place, each.right)]


def files_of(place: Place) -> list[FileOffer]:
    offered = FILES_OF_A_TEAM if isinstance(place, Team) else FILES_OF_AN_ORGANIZATION
    return [each for each in offered if may(place, each.right)]


def teams_in(place: Place) -> QuerySet[Team]:
    """Return the team, or all of the organization."""
    found = Team.objects.filter(pk=place.pk) if isinstance(place, Team) else place.teams.all()
    return found.order_by()
