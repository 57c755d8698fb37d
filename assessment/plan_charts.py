"""Where a questionnaire's line goes on if the team's plan is done: dotted, to a hollow diamond."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from assessment.chart_style import Figure, Values, colour, moment, stroke
from assessment.charts import End, Span, at_the_end, line_ends, one_questionnaire
from assessment.history import Line, TimelineNote, VersionChange
from assessment.models.results import SnapshotRow

# What is planned stands at least this part of the time so far to the right of the newest score.
LEAST_AHEAD: Final = 0.06
LEAST_DAYS_AHEAD: Final = timedelta(days=20)


def with_plan(
    line: Line,
    snapshots: Sequence[SnapshotRow],
    versions: Iterable[VersionChange],
    notes: Iterable[TimelineNote],
    until: datetime,
    ahead: float,
) -> Figure:
    """Return the chart of one questionnaire with the score that the plan leads to.

    `until` is when the plan of the whole team is done: all its charts share their time.
    """
    figure = one_questionnaire(line, snapshots, versions, notes, until, names_its_end=False)
    goal, now = End(line, until, round(ahead, 1)), line_ends([line])
    figure["layout"]["annotations"] += [_above(each) for each in now]
    figure["layout"]["annotations"].append(at_the_end(goal, f"{goal.score:.1f}"))
    figure["data"] += _if_the_plan_is_done(now, goal)
    return figure


def day_ahead(snapshots: Sequence[SnapshotRow], by: date | None) -> datetime:
    """Return where on the time of snapshots, oldest first, a plan that is done by a day stands.

    Without a day, or with one that is over, it stands a little to the right of the newest.
    """
    first, last = Span.of(snapshots)
    day = datetime.combine(by, last.timetz()) if by else last
    return max(day, last + max((last - first) * LEAST_AHEAD, LEAST_DAYS_AHEAD))


def _above(end: End) -> Values:
    """Name the newest score above it, as something stands to its right."""
    named = colour(end.line.place)
    at = {"x": moment(end.taken_at), "y": end.score, "yanchor": "bottom", "yshift": 5}
    font = {"size": 12.5, "color": named, "weight": 600}
    return {**at, "text": f"{end.score:.1f}", "xanchor": "right", "showarrow": False, "font": font}


def _if_the_plan_is_done(now: Sequence[End], goal: End) -> list[Values]:
    """Return a dotted line from the newest score to a hollow diamond."""
    named = colour(goal.line.place)
    marker = {"symbol": "diamond-open", "color": named, "size": 11, "line": {"width": 2}}
    way = [*now, goal]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "hoverinfo": "skip",
            "x": [moment(each.taken_at) for each in way],
            "y": [each.score for each in way],
            "line": stroke(named, "dot", 1.5),
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": "if the plan is done",
            "hoverinfo": "x+y+name",
            "x": [moment(goal.taken_at)],
            "y": [goal.score],
            "marker": marker,
        },
    ]
