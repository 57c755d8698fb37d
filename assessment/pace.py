"""How fast a score rises, and when it would be at a target. Plain values.

A straight line through the last scores, each weighing as much as its interval is narrow. The line's
own interval is wider where the scores lie farther from it than theirs say. A rule of Rungs, which
tells nothing of what the team will do.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from math import fsum, sqrt
from typing import Final, NamedTuple

from scipy.special import stdtrit

from assessment.history import day
from assessment.models.results import ScoreRow

LAST: Final = 8  # two years of quarters; what was before says little about now
LEAST: Final = 3
QUARTER: Final = timedelta(days=91)
FARTHEST: Final = 12  # quarters; in three years everything else has changed too


class Pace(NamedTuple):
    """How much a score rises in a quarter, with its 95 % interval."""

    slope: float
    low: float
    high: float


def pace_of(points: Sequence[ScoreRow]) -> Pace | None:
    """Return the pace of a questionnaire's last scores; None below three with an interval."""
    known = [
        (row.taken_at, row.score, row.half_width)
        for row in points
        if row.score is not None and row.half_width
    ][-LAST:]
    if len(known) < LEAST:
        return None
    first = known[0][0]
    xs = [(taken_at - first) / QUARTER for taken_at, _, _ in known]
    ys = [score for _, score, _ in known]
    weights = [1 / width**2 for _, _, width in known]
    return line_through(xs, ys, weights)


def line_through(xs: Sequence[float], ys: Sequence[float], weights: Sequence[float]) -> Pace | None:
    """Return the slope of the weighted line through at least three points, with its interval.

    A weight is one over the square of a point's half-width at 95 %. None if all stand at one x.
    """
    total = fsum(weights)
    middle = fsum(w * x for w, x in zip(weights, xs, strict=True)) / total
    height = fsum(w * y for w, y in zip(weights, ys, strict=True)) / total
    spread = fsum(w * (x - middle) ** 2 for w, x in zip(weights, xs, strict=True))
    if spread <= 0:
        return None
    pairs = list(zip(weights, xs, ys, strict=True))
    slope = fsum(w * (x - middle) * (y - height) for w, x, y in pairs) / spread
    rest = fsum(w * (y - height - slope * (x - middle)) ** 2 for w, x, y in pairs)
    df = len(xs) - 2
    # The half-widths are those of 95 %: so is 1/√spread. Scores farther off widen it.
    half = 1 / sqrt(spread)
    scatter = float(stdtrit(df, 0.975)) * sqrt(rest / df / spread)
    half = max(half, scatter)
    return Pace(slope, slope - half, slope + half)


def pace_in_words(points: Sequence[ScoreRow], target: int) -> str:
    """Return when the newest score would be at the target at its pace; empty once it is there."""
    now = next((row for row in reversed(points) if row.score is not None), None)
    if now is None or now.score is None or round(now.score, 1) >= target:
        return ""
    pace = pace_of(points)
    if pace is None:
        return "no pace yet: it takes three scores with intervals"
    gap = target - now.score
    if pace.slope <= 0 or gap / pace.slope > FARTHEST:
        return "at the pace of the last assessments not in sight"
    said = f"at this pace {quarters(gap / pace.slope)}, {month(now.taken_at, gap / pace.slope)}"
    soonest = round(gap / pace.high)
    if pace.low <= 0 or gap / pace.low > FARTHEST:
        return f"{said}; but the rise may be chance"
    return f"{said} ({max(1, soonest)} to {max(1, round(gap / pace.low))} quarters)"


def quarters(number: float) -> str:
    rounded = max(1, round(number))
    return "in about a quarter" if rounded == 1 else f"in about {rounded} quarters"


def month(start: date, number: float) -> str:
    """Return the month so many quarters after a day."""
    return day(start + number * QUARTER).split(" ", 1)[1]
