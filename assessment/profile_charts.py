"""Where a team stands at one time, as Plotly figures: the profile, and the same as a radar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from assessment.chart_style import (
    HOVER,
    LEVELS,
    NOW,
    PROFILE,
    RADAR,
    TEXT,
    Figure,
    Values,
    axis,
    dot,
    rounded,
    stroke,
)
from assessment.charts import agreed
from assessment.history import ProfileRow
from assessment.question_score import TOP
from assessment.wording import in_words

LEAST_SPOKES: Final = 3
NOTHING_AHEAD: Final[Mapping[str, float]] = {}


def profile(rows: Sequence[ProfileRow], ahead: Mapping[str, float] = NOTHING_AHEAD) -> Figure:
    """Return a dot with its interval for each questionnaire, with last time and target.

    `ahead` are the scores that a plan leads to, by questionnaire.
    """
    places = [(-n, row) for n, row in enumerate(rows)]
    layout = replace(PROFILE, height=PROFILE.height * len(rows)).layout(
        xaxis=axis([-0.1, TOP + 0.1], LEVELS, [str(level) for level in LEVELS]),
        yaxis={**axis([rounded(0.4 - len(rows)), 0.8], [], []), "zeroline": False},
        shapes=[],
        annotations=[label for y, each in places for label in _row_labels(y, each)],
    )
    planned = [(y, ahead[each.line.key]) for y, each in places if each.line.key in ahead]
    data = _profile_traces(places)
    if planned:
        data.append(_marks("if the plan is done", planned, "diamond-open", NOW, 13))
    return {"data": data, "layout": layout}


def radar(rows: Sequence[ProfileRow]) -> Figure | None:
    """Return the profile as a radar; None with fewer spokes than a surface needs."""
    asked = [each for each in rows if each.now and each.now.score is not None]
    if len(asked) < LEAST_SPOKES:
        return None
    names = [each.line.name for each in asked]
    before = [each.before and each.before.score for each in asked]
    aims = [each.line.target and each.line.target.level for each in asked]
    spokes = {"categoryorder": "array", "categoryarray": names, "direction": "clockwise"}
    rings = {
        "range": [0, TOP],
        "hoverformat": HOVER,
        "tickvals": list(LEVELS),
        "ticktext": [str(level) for level in LEVELS],
        "angle": 90,
        "tickangle": 90,
    }
    now = [each.now and each.now.score for each in asked]
    ring = {"mode": "markers", "marker": {"symbol": "circle-open", "color": TEXT, "size": 10}}
    data = [
        _around("time before", names, before, mode="lines", line=stroke(TEXT, "dash")),
        _around("target", names, aims, **ring),
        _around("now", names, now, mode="lines+markers", line=stroke(NOW), marker=dot(NOW))
        | agreed([*(each.now for each in asked), asked[0].now]),
    ]
    polar = {
        "gridshape": "linear",
        "radialaxis": rings,
        "angularaxis": {**spokes, "rotation": 90},
    }
    return {"data": data, "layout": RADAR.layout(polar=polar)}


def _row_labels(y: int, row: ProfileRow) -> list[Values]:
    at = {"y": y, "yanchor": "bottom", "yshift": 9, "showarrow": False}
    font = {"size": 13, "color": TEXT}
    name = {"x": 0, "xanchor": "left", "text": row.line.name, "font": font | {"weight": 600}}
    figures = {
        "x": TOP,
        "xanchor": "right",
        "text": in_words(row.now) if row.now else "not asked this time",
        "font": font,
    }
    return [at | name, at | figures]


def _profile_traces(places: Iterable[tuple[int, ProfileRow]]) -> list[Values]:
    places = list(places)
    now = [(y, each.now) for y, each in places if each.now and each.now.score is not None]
    before = [(y, each.before) for y, each in places if each.before]
    aims = [(y, each.line.target.level) for y, each in places if each.line.target]
    ends = [(x, y) for y, row in now for x in (rounded(row.low), rounded(row.high), None)]
    interval = {"color": NOW, "width": 7}
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "95 % interval",
            "hoverinfo": "skip",
            "opacity": 0.3,
            "x": [x for x, _ in ends],
            "y": [y for _, y in ends],
            "line": interval,
        },
        _marks("target", aims, "line-ns-open", TEXT, 18),
        _marks("time before", [(y, row.score) for y, row in before], "circle-open", TEXT, 10),
        _marks("now", [(y, row.score) for y, row in now], "circle", NOW, 12)
        | agreed(row for _, row in now),
    ]


def _marks(
    name: str, marks: Iterable[tuple[int, float | None]], symbol: str, named: str, size: int
) -> Values:
    marks = list(marks)
    outline = {"width": 2 if symbol.endswith("open") else 0}
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [rounded(x) for _, x in marks],
        "y": [y for y, _ in marks],
        "hoverinfo": "x+name+text",
        "marker": {"symbol": symbol, "color": named, "size": size, "line": outline},
    }


def _around(
    name: str, names: Sequence[str], values: Sequence[float | None], **style: Any
) -> Values:
    """Return a trace that goes round once; where a value is missing it has a gap."""
    return {
        "type": "scatterpolar",
        "name": name,
        "theta": [*names, names[0]],
        "r": [rounded(value) for value in (*values, values[0])],
        "hoverinfo": "r+theta+name+text",
        **style,
    }
