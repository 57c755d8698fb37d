"""What a team's page shows of its results, to be taken away: its charts as pictures and figures."""

import html
from collections.abc import Mapping
from typing import Any, Final

from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from assessment.aims import aims_of
from assessment.exporting import tables
from assessment.exporting.tables import Cell, Table
from assessment.figures import Chart
from assessment.figures import Table as Shown
from assessment.history import lettered
from assessment.models import Snapshot
from assessment.models.maturity_model import Length
from assessment.overview import NONE, WINDOW, overview
from assessment.plan import plan_of
from teams.models import Team

OF_ONE_LINE: Final = "over-time-"


def results_of(team: Team, page: int = 1) -> dict[str, Any]:
    """Return what a page shows of the team's snapshots; {} without any. They lead back in time."""
    number = Snapshot.objects.of_team(team).count()
    if not number:
        return {}
    notes = lettered(team.annotations.values_list("on", "text"))
    at = min(max(page, 1), (number - 1) // WINDOW + 1)
    return overview(team, aims_of(team), notes, at, plan_of(team.pk))


def charts_in(results: Mapping[str, Any]) -> dict[str, Chart]:
    """Return the charts of such a page by their keys."""
    found = [results.get(name) for name in ("over_time", "profile", "radar")]
    return {each.key: each for each in [*found, *results.get("lines", ())] if each}


def figures(team: Team, results: Mapping[str, Any], chart: Chart) -> Table:
    """Return the figures of a chart: those of the table under it, or the scores of its line."""
    key = chart.key.removeprefix(OF_ONE_LINE)
    if key != chart.key:
        # A pulse gives no point.
        asked_as_a_whole = [each for each in Length.values if each != Length.PULSE]
        return tables.scores(
            Team.objects.filter(pk=team.pk),
            questionnaire__key=key,
            snapshot__length__in=asked_as_a_whole,
        )
    return as_shown(chart.table or results["profile"].table)


def as_shown(told: Shown) -> Table:
    """Return the table under a chart, without its links."""
    return Table(told.caption, told.columns, ([plain(cell) for cell in row] for row in told.rows))


def plain(cell: object) -> Cell:
    """Return a cell of a page's table without its links."""
    if isinstance(cell, SafeString):
        cell = html.unescape(strip_tags(cell))
    return "" if cell == NONE else cell if isinstance(cell, int | float) else str(cell)
