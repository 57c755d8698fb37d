"""Values in, tiny SVG strings out. Colours come from the page's style sheet, by class.

Every scale runs from 0 to 4, so that two pictures can be compared by eye. Values are as exact as
the page says them: nothing more can be measured off a picture. It says nothing to a screen reader:
the words beside it do.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from django.utils.safestring import SafeString, mark_safe

from assessment.question_score import TOP

WIDTH: Final = 72
HEIGHT: Final = 28
EDGE: Final = 4  # room for a dot at the end of the scale

SCALE_WIDTH: Final = 120
SCALE_HEIGHT: Final = 16


def line(scores: Sequence[float]) -> SafeString:
    """Draw scores 0-4, oldest first, as a line with a dot on the newest. Empty without any.

    Each step is given from the point before: the same few come again, and pack well.
    """
    if not scores:
        return SafeString("")
    heights = [_from_top(score) for score in scores]
    step = int((WIDTH - 2 * EDGE) / max(1, len(scores) - 1))
    first = WIDTH - EDGE - step * (len(scores) - 1)
    steps = "".join(f"l{step} {short(after - before)}" for before, after in pairwise(heights))
    drawn = f'<path d="M{first} {short(heights[0])}{steps}"/>'
    drawn += f'<circle cx="{WIDTH - EDGE}" cy="{short(heights[-1])}" r="3"/>'
    return _svg("spark", WIDTH, HEIGHT, drawn)


def scale(
    score: float,
    low: float | None = None,
    high: float | None = None,
    before: float | None = None,
    target: int | None = None,
) -> SafeString:
    """Draw one score on its scale 0-4: interval, the last time hollow, the target as a tick."""
    middle = SCALE_HEIGHT / 2
    ends = (short(_across(0)), short(_across(TOP)), short(middle))
    drawn = '<path class="track" d="M{0} {2}H{1}"/>'.format(*ends)
    if low is not None and high is not None:
        start, end = short(_across(low)), short(_across(high))
        drawn += f'<path class="interval" d="M{start} {short(middle)}H{end}"/>'
    if target is not None:
        drawn += f'<path class="aim" d="M{short(_across(target))} 2V{SCALE_HEIGHT - 2}"/>'
    if before is not None:
        drawn += _dot("before", before)
    return _svg("scale", SCALE_WIDTH, SCALE_HEIGHT, drawn + _dot("now", score))


def move(before: float | None, now: float | None) -> SafeString:
    """Draw a step from one score to the next, the earlier one hollow. Empty without either."""
    if before is None and now is None:
        return SafeString("")
    middle = short(SCALE_HEIGHT / 2)
    drawn = f'<path class="track" d="M{short(_across(0))} {middle}H{short(_across(TOP))}"/>'
    if before is not None and now is not None:
        way = f"M{short(_across(before))} {middle}H{short(_across(now))}"
        drawn += f'<path class="way" d="{way}"/>'
    if before is not None:
        drawn += _dot("before", before)
    if now is not None:
        drawn += _dot("now", now)
    return _svg("move", SCALE_WIDTH, SCALE_HEIGHT, drawn)


def strip(scores: Iterable[float], middle: float) -> SafeString:
    """Draw the scores of several teams as dots on one scale 0-4, with a tick at their middle.

    Teams with the same score share a dot.
    """
    ends = (short(_across(0)), short(_across(TOP)), short(SCALE_HEIGHT / 2))
    drawn = '<path class="track" d="M{0} {2}H{1}"/>'.format(*ends)
    drawn += f'<path class="middle" d="M{short(_across(middle))} 1V{SCALE_HEIGHT - 1}"/>'
    drawn += "".join(_dot("one", score) for score in sorted(set(scores)))
    return _svg("strip", SCALE_WIDTH, SCALE_HEIGHT, drawn)


def short(number: float) -> str:
    """Write a coordinate with at most one decimal: 12, 12.5."""
    return f"{number:.1f}".removesuffix(".0")


def _svg(name: str, width: int, height: int, drawn: str) -> SafeString:
    # Numbers and our own names only.
    return mark_safe(
        f'<svg class="{name}" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'aria-hidden="true">{drawn}</svg>'
    )


def _dot(name: str, score: float) -> str:
    return f'<circle class="{name}" cx="{short(_across(score))}" cy="{SCALE_HEIGHT // 2}" r="4"/>'


def _from_top(score: float) -> float:
    return EDGE + (1 - round(score, 1) / TOP) * (HEIGHT - 2 * EDGE)


def _across(score: float) -> float:
    return EDGE + 2 + round(score, 1) / TOP * (SCALE_WIDTH - 2 * EDGE - 4)
