"""A chart's dict in, its picture as a small SVG out: for first paint, print and no JavaScript.

It reads what `charts` writes, a small part of Plotly's language. The SVG is the plot itself, as
wide as its place; labels hang over its edges into the margins that charts.css gives each kind.
Lines lie in an inner drawing that is stretched; text and dots keep their size. Colour comes by
class alone.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from math import cos, pi, sin
from typing import Any, Final

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

Values = Mapping[str, Any]
Scale = Callable[[Any], float]
Point = tuple[float, float]

WIDTH: Final = 1000
DASHES: Final = {
    "solid": "",
    "dot": "2 4",
    "dash": "7 4",
    "longdash": "12 4",
    "dashdot": "8 3 2 3",
    "longdashdot": "14 3 2 3",
}
ANCHORS: Final = {"left": "start", "center": "middle", "right": "end"}
COLOUR: Final = re.compile(r"var\(--chart-(\w+)\)")
# From a line of text's middle down to its foot, as a part of its size.
TO_FOOT: Final = 0.35
RADIUS: Final = 106
SPOKE_LABEL: Final = 12
DIAMOND: Final = "diamond-open"


def drawing(figure: Values, label: str) -> SafeString:
    """Return the figure as SVG; `label` is what is read out in its place."""
    layout = figure["layout"]
    draw = _polar if "polar" in layout else _cartesian
    kind = layout["meta"]["kind"]
    margin = layout["margin"]
    height = layout["height"] - margin["t"] - margin["b"]
    inside = "".join(draw(figure["data"], layout, height))
    # Every text of the figure goes through `escape`; the rest is numbers and our own names.
    return mark_safe(
        f'<svg class="drawing drawing-{kind}" width="100%" height="{height}" role="img" '
        f'aria-label="{escape(label)}">{inside}</svg>'
    )


def _cartesian(data: Sequence[Values], layout: Values, height: int) -> Iterator[str]:
    x, y = _scale(layout["xaxis"], 0, WIDTH), _scale(layout["yaxis"], height, 0)
    yield f'<svg width="100%" height="{height}" viewBox="0 0 {WIDTH} {height}" '
    yield 'preserveAspectRatio="none" class="stretched">'
    yield _grid(layout, x, y, height)
    yield from (_shape(shape, x, y, height) for shape in layout["shapes"])
    yield from (part for trace in data for part in _trace(trace, x, y))
    yield "</svg>"
    yield from _ticks(layout, x, y, height)
    yield from (part for trace in data for part in _texts(trace, x, y))
    yield from (part for trace in data for part in _diamonds(trace, x, y))
    yield from (_annotation(each, x, y, height) for each in layout["annotations"])


def _scale(axis: Values, start: float, end: float) -> Scale:
    low, high = (_number(bound) for bound in axis["range"])
    step = (end - start) / (high - low)
    return lambda value: start + (_number(value) - low) * step


def _number(value: Any) -> float:
    return _days(value) if isinstance(value, str) else float(value)


@lru_cache(maxsize=4096)
def _days(moment: str) -> float:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() / 86400


def _class(colour: str) -> str:
    found = COLOUR.fullmatch(colour)
    return f"c-{found[1]}" if found else ""


def _dashes(line: Values) -> str:
    dash = line.get("dash", "solid")
    pattern = DASHES.get(dash, dash.replace("px", "").replace(",", " "))
    return f' stroke-dasharray="{pattern}"' if pattern else ""


def _grid(layout: Values, x: Scale, y: Scale, height: int) -> str:
    rows = "".join(f"M0 {y(value):.1f}h{WIDTH}" for value in layout["yaxis"]["tickvals"])
    columns = ""
    if layout["xaxis"].get("showgrid", True):
        columns = "".join(f"M{x(value):.0f} 0v{height}" for value in layout["xaxis"]["tickvals"])
    return f'<path class="grid" d="{rows}{columns}"/>'


def _shape(shape: Values, x: Scale, y: Scale, height: int) -> str:
    across, down = _in(shape, "xref", x, WIDTH), _in(shape, "yref", y, -height, height)
    start = f"M{across(shape['x0']):.0f} {down(shape['y0']):.1f}"
    end = f"L{across(shape['x1']):.0f} {down(shape['y1']):.1f}"
    line = shape["line"]
    return f'<path class="mark {_class(line["color"])}" d="{start}{end}"{_dashes(line)}/>'


def _in(values: Values, ref: str, scale: Scale, size: float, origin: float = 0) -> Scale:
    """Return the scale a shape or annotation uses: the axis, or the plot's own size."""
    return (lambda value: origin + value * size) if values.get(ref) == "paper" else scale


def _trace(trace: Values, x: Scale, y: Scale) -> Iterator[str]:
    points = [
        None if b is None or a is None else (round(x(a)), round(y(b), 1))
        for a, b in zip(trace["x"], trace["y"], strict=True)
    ]
    if trace.get("fill") == "toself":
        yield f'<path class="band {_class(trace["fillcolor"])}" d="{_path(points)}z"/>'
    elif "lines" in trace["mode"]:
        line = trace["line"]
        name = "bar" if "opacity" in trace else "line"
        yield f'<path class="{name} {_class(line["color"])}" d="{_path(points)}"{_dashes(line)}/>'
    if "markers" in trace["mode"]:
        yield from _markers(trace["marker"], [point for point in points if point])


def _path(points: Iterable[Point | None]) -> str:
    """Return a path through the points, begun again after each missing one.

    Each step is given from the point before: the same few steps come again, and compress well.
    """
    parts: list[str] = []
    last: Point | None = None
    for point in points:
        if point is not None:
            parts.append(f"M{_pair(point)}" if last is None else f"l{_pair(_step(last, point))}")
        last = point
    return "".join(parts)


def _step(start: Point, end: Point) -> Point:
    return end[0] - start[0], end[1] - start[1]


def _pair(point: Point) -> str:
    """Write a point with at most one decimal."""
    return " ".join(f"{value:.1f}".removesuffix(".0") for value in point)


def _markers(marker: Values, points: Sequence[Point]) -> Iterator[str]:
    """Draw dots as strokes without a length: these stay round however the plot is stretched."""
    if not points:
        return
    symbol, named, size = marker.get("symbol", "circle"), _class(marker["color"]), marker["size"]
    if symbol == DIAMOND:
        return
    if symbol == "line-ns-open":
        ticks = "".join(f"M{_pair(point)}m0 -{size / 2:g}v{size}" for point in points)
        yield f'<path class="upright {named}" d="{ticks}"/>'
        return
    steps = [f"m{_pair(_step(*both))}h0" for both in pairwise(points)]
    dots = f"M{_pair(points[0])}h0{''.join(steps)}"
    yield f'<path class="dots {named}" stroke-width="{size}" d="{dots}"/>'
    if symbol == "circle-open":
        yield f'<path class="dots c-bg" stroke-width="{size - 4}" d="{dots}"/>'


def _ticks(layout: Values, x: Scale, y: Scale, height: int) -> Iterator[str]:
    for value, text in zip(layout["yaxis"]["tickvals"], layout["yaxis"]["ticktext"], strict=True):
        yield f'<text class="tick" x="-8" y="{y(value) + 4:.1f}" text-anchor="end">{text}</text>'
    for value, text in zip(layout["xaxis"]["tickvals"], layout["xaxis"]["ticktext"], strict=True):
        at = f'x="{x(value) / 10:.1f}%" y="{height + 18}"'
        yield f'<text class="tick" {at} text-anchor="middle">{escape(text)}</text>'


def _texts(trace: Values, x: Scale, y: Scale) -> Iterator[str]:
    if trace["mode"] != "text":
        return
    font = trace["textfont"]
    kind = f"letter {_class(font['color'])}" if font.get("weight") else "tick"
    for across, up, text in zip(trace["x"], trace["y"], trace["text"], strict=True):
        at = f'x="{x(across) / 10:.1f}%" y="{y(up) + 4:.1f}"'
        yield f'<text class="{kind}" {at} text-anchor="middle">{escape(text)}</text>'


def _diamonds(trace: Values, x: Scale, y: Scale) -> Iterator[str]:
    """Draw hollow diamonds outside the stretched part, where they keep their shape."""
    if trace.get("marker", {}).get("symbol") != DIAMOND:
        return
    half = f"{trace['marker']['size'] / 2:g}"
    shape = f"M0 -{half}L{half} 0L0 {half}L-{half} 0z"
    named = _class(trace["marker"]["color"])
    for across, up in zip(trace["x"], trace["y"], strict=True):
        at = f'x="{x(across) / 10:.1f}%" y="{y(up):.1f}"'
        yield f'<svg class="over" {at}><path class="diamond {named}" d="{shape}"/></svg>'


def _annotation(note: Values, x: Scale, y: Scale, height: int) -> str:
    """Return a text, at the end of a thin line from its point where it has an arrow."""
    font = note["font"]
    across, down = _in(note, "xref", x, WIDTH), _in(note, "yref", y, -height, height)
    to_right, to_foot = note.get("ax", 0), note.get("ay", 0) - note.get("yshift", 0)
    lead = ""
    if note["showarrow"]:
        lead = f'<path class="lead {_class(font["color"])}" d="M7 0L{to_right - 3} {to_foot}"/>'
    to_foot += -4 if note.get("yanchor") == "bottom" else font["size"] * TO_FOOT
    anchor = ANCHORS[note.get("xanchor", "center")]
    weight = " strong" if font.get("weight") else ""
    return (
        f'<svg class="over" x="{across(note["x"]) / 10:.1f}%" y="{down(note["y"]):.1f}">{lead}'
        f'<text class="label {_class(font["color"])}{weight}" x="{to_right}" y="{to_foot:.1f}" '
        f'font-size="{font["size"]}" text-anchor="{anchor}">{escape(note["text"])}</text></svg>'
    )


# The radar


def _polar(data: Sequence[Values], layout: Values, height: int) -> Iterator[str]:
    names = layout["polar"]["angularaxis"]["categoryarray"]
    rings = layout["polar"]["radialaxis"]
    angles = {name: 2 * pi * n / len(names) for n, name in enumerate(names)}
    top = rings["range"][1]
    corner = f"{-RADIUS} {-RADIUS}"
    yield f'<svg width="100%" height="{height}" viewBox="{corner} {2 * RADIUS} {2 * RADIUS}">'
    for level in rings["tickvals"][1:]:
        ring = _path(_at(angle, level / top) for angle in angles.values())
        yield f'<path class="grid" d="{ring}z"/>'
    spokes = "".join(f"M0 0L{_pair(_at(angle, 1))}" for angle in angles.values())
    yield f'<path class="grid" d="{spokes}"/>'
    for trace in data:
        yield from _polar_trace(trace, angles, top)
    for level in rings["tickvals"]:
        at = f'x="-5" y="{4 - level / top * RADIUS:.0f}"'
        yield f'<text class="tick" {at} text-anchor="end">{level}</text>'
    yield from (_spoke_label(name, angle) for name, angle in angles.items())
    yield "</svg>"


def _at(angle: float, share: float) -> Point:
    return round(sin(angle) * share * RADIUS, 1), round(-cos(angle) * share * RADIUS, 1)


def _polar_trace(trace: Values, angles: Mapping[str, float], top: float) -> Iterator[str]:
    corners = [
        None if r is None else _at(angles[name], r / top)
        for name, r in zip(trace["theta"], trace["r"], strict=True)
    ]
    if "lines" in trace["mode"]:
        line = trace["line"]
        yield f'<path class="line {_class(line["color"])}" d="{_path(corners)}"{_dashes(line)}/>'
    if "markers" in trace["mode"]:
        yield from _markers(trace["marker"], [corner for corner in corners if corner])


def _spoke_label(name: str, angle: float) -> str:
    side = sin(angle)
    x, y = side * (RADIUS + SPOKE_LABEL), 4 - cos(angle) * (RADIUS + SPOKE_LABEL)
    anchor = "middle" if abs(side) < 0.2 else "start" if side > 0 else "end"
    at = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="label c-text" font-size="13" {at}>{escape(name)}</text>'
