"""Several teams on one chart, as Plotly figures: profiles, and overall scores over time.

A team is told by a letter in its mark, and by its name where there is room: never by colour alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from assessment.chart_style import LEVELS, PAPER, TEXT, Figure, Frame, Values, axis, colour, rounded
from assessment.charts import Span, line_trace, names_at_ends, time_layout
from assessment.history import Line
from assessment.models.results import ScoreRow
from assessment.question_score import TOP
from assessment.wording import in_words

BESIDE: Final = Frame("beside", 0, 28, 28, 4, 36)
TEAMS_OVER_TIME: Final = Frame("teams-over-time", 280, 24, 128, 16, 28, -0.1, date_gap=0.36)
# Heights in pixels: a questionnaire's name, one line of marks, and the space below them.
NAME: Final = 26
LANE: Final = 21
SPACE: Final = 12
MARK: Final = 18
# How far apart two marks have to be, on a phone, to stand on one line.
APART: Final = 0.28


class Marked(NamedTuple):
    """A team on the chart: the letter in its mark, its name, and its scores by questionnaire."""

    letter: str
    name: str
    scores: Mapping[str, ScoreRow]


def profiles(questionnaires: Sequence[tuple[str, str]], teams: Sequence[Marked]) -> Figure:
    """Return a line for each questionnaire, by key and title, with a mark for each team's score."""
    places: dict[tuple[str, int], float] = {}
    names: list[Values] = []
    y = 0.0
    for key, title in questionnaires:
        names.append(_name(y, title))
        scores = {n: _score(team, key) for n, team in enumerate(teams)}
        lanes = in_lanes({n: score for n, score in scores.items() if score is not None})
        places |= {(key, n): y - NAME - LANE * (lane + 0.5) for n, lane in lanes.items()}
        y -= NAME + LANE * (1 + max(lanes.values(), default=0)) + SPACE
    layout = replace(BESIDE, height=round(-y)).layout(
        xaxis=axis([-0.1, TOP + 0.1], LEVELS, [str(level) for level in LEVELS]),
        yaxis={**axis([y, 0], [], []), "zeroline": False, "fixedrange": True},
        shapes=[],
        annotations=names,
    )
    marks = [_marks(n, team, places) for n, team in enumerate(teams)]
    return {"data": [*marks, _letters(teams, places)], "layout": layout}


def overall_over_time(lines: Sequence[Line]) -> Figure:
    """Return a line for each team, named at its end. There has to be a point."""
    moments = sorted({row.taken_at for line in lines for row in line.points})
    span = Span(moments[0], moments[-1]).padded
    layout = time_layout(TEAMS_OVER_TIME, span, moments, ())
    layout["annotations"] += names_at_ends(TEAMS_OVER_TIME, lines, moments[-1])
    return {"data": [line_trace(line) for line in lines], "layout": layout}


def in_lanes(scores: Mapping[int, float]) -> dict[int, int]:
    """Return for each mark the line 0, 1, … on which it touches no other."""
    ends: list[float] = []
    found = {}
    for n in sorted(scores, key=lambda each: (scores[each], each)):
        lane = next((at for at, end in enumerate(ends) if scores[n] - end >= APART), len(ends))
        ends[lane : lane + 1] = [scores[n]]
        found[n] = lane
    return found


def _score(team: Marked, key: str) -> float | None:
    row = team.scores.get(key)
    return rounded(row.score) if row else None


def _name(y: float, title: str) -> Values:
    at = {"x": 0, "xanchor": "left", "y": y - NAME + 4, "yanchor": "bottom", "showarrow": False}
    return {**at, "text": title, "font": {"size": 13, "color": TEXT, "weight": 600}}


def _marks(n: int, team: Marked, places: Mapping[tuple[str, int], float]) -> Values:
    own = [(team.scores[key], y) for (key, at), y in places.items() if at == n]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": team.name,
        "x": [rounded(row.score) for row, _ in own],
        "y": [y for _, y in own],
        "text": [in_words(row) for row, _ in own],
        "hoverinfo": "name+text",
        "marker": {"symbol": "circle", "color": colour(n), "size": MARK, "line": {"width": 0}},
    }


def _letters(teams: Sequence[Marked], places: Mapping[tuple[str, int], float]) -> Values:
    return {
        "type": "scatter",
        "mode": "text",
        "hoverinfo": "skip",
        "x": [_score(teams[n], key) for key, n in places],
        "y": list(places.values()),
        "text": [teams[n].letter for _, n in places],
        "textfont": {"color": PAPER, "size": 11, "weight": 700},
    }
