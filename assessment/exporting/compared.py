"""The organization's comparison: the rows of its page, filtered and ordered as there."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.http import QueryDict
from django.utils import timezone

from assessment.choice import choice_from, days_from
from assessment.comparison import Row
from assessment.drawn_comparison import rows_of
from assessment.ordering import in_order
from assessment.organization_results import results_of
from assessment.where_to_help import summary
from teams.models import Organization


class Compared(NamedTuple):
    """The questionnaires by key, the teams with the name of what they are under, and what moved."""

    titles: Mapping[str, str]
    rows: Sequence[tuple[Row, str]]
    summary: str


def compared(place: Organization, query: QueryDict) -> Compared:
    """Return what the organization's page shows at that address."""
    days, complaints = days_from(query, timezone.now().date())
    results = results_of(place, days)
    choice = choice_from(query, days, complaints, results.known())
    columns = results.columns_shown(choice)
    rows = rows_of(results, columns, results.shown(choice))
    gists = {team: row.gist() for team, row in rows.items()}
    return Compared(
        dict(columns),
        [
            (rows[team], results.parent_name(results.teams[team]))
            for team in in_order(gists, choice.order)
        ],
        summary(gists.values()),
    )
