"""A chart's drawing in, the same as a picture that stands alone out.

On a page the drawing is as wide as its place, and the style sheet colours it. Alone it has one
width, its colours are those of the light page, and everything is in it: it looks the same in a
browser, on a slide and in a PDF. It is read back from `drawing`, so both show the same.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from textwrap import wrap
from typing import Any, Final
from xml.etree.ElementTree import Element, fromstring

from django.contrib.staticfiles import finders
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from assessment.drawing import WIDTH

Values = Mapping[str, Any]
# How wide a picture is, by the kind of chart, in pixels with its margins.
WIDTHS: Final = {"over-time": 760, "one-line": 360, "profile": 680, "radar": 460}
USUAL_WIDTH: Final = 760
FONTS: Final = "Inter, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
TITLE_SIZE: Final = 16
WORDS_SIZE: Final = 12.5
# A letter is about so wide, as a share of its size, in the widest of FONTS.
LETTER: Final = 0.56
BOLD_LETTER: Final = 0.64
LINE: Final = 1.35
EDGE: Final = 16
# What each part of a drawing looks like; `currentColor` is that of its class.
LOOKS: Final[dict[str, dict[str, str]]] = {
    "grid": {"fill": "none", "stroke": "grid"},
    "line": {"fill": "none", "stroke": "", "stroke-width": "2", "stroke-linejoin": "round"},
    "mark": {"fill": "none", "stroke": "", "stroke-width": "1.5"},
    "band": {"fill": "", "fill-opacity": "0.16"},
    "bar": {"fill": "none", "stroke": "", "stroke-width": "7", "stroke-opacity": "0.3"},
    "upright": {"fill": "none", "stroke": "", "stroke-width": "2.5"},
    "lead": {"fill": "none", "stroke": ""},
    "dots": {"fill": ""},
    "diamond": {"fill": "bg", "stroke": "", "stroke-width": "2"},
    "tick": {"fill": "text", "font-size": "11.5"},
    "label": {"fill": ""},
    "letter": {"fill": "", "font-size": "11", "font-weight": "700"},
    "strong": {"font-weight": "600"},
}
STEP: Final = re.compile(r"([MmLlHhVvZz])|(-?\d*\.?\d+)")


@lru_cache(maxsize=1)
def colours() -> dict[str, str]:
    """Return the colours of the light page, by name: they live in the style sheet."""
    sheet = Path(str(finders.find("css/rungs.css")))
    light = sheet.read_text(encoding="utf-8").split("}", 1)[0]
    return dict(re.findall(r"--(?:chart-)?([\w-]+): (#[0-9a-f]{6});", light))


def picture(figure: Values, drawn: str, title: str = "", words: str = "") -> SafeString:
    """Return a drawing as an SVG that stands alone, under its title and what is to be seen.

    `drawn` is what `drawing` made of the figure.
    """
    layout = figure["layout"]
    margin, kind = layout["margin"], layout["meta"]["kind"]
    wide = WIDTHS.get(kind, USUAL_WIDTH)
    root = fromstring(drawn)  # noqa: S314 - our own drawing
    plot = wide - margin["l"] - margin["r"]
    inside = "".join(_inside(root, plot, float(root.get("height", "0"))))
    head, above = _head(title, words, wide)
    high = above + layout["height"] + (EDGE if title else 0)
    # Numbers and our own names, and texts that went through `escape`.
    return mark_safe(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high:g}" '
        f'viewBox="0 0 {wide} {high:g}" role="img" font-family="{escape(FONTS)}">'
        f"<title>{escape(title or root.get('aria-label', ''))}</title>"
        f'<rect width="{wide}" height="{high:g}" fill="{colours()["bg"]}"/>{head}'
        f'<g transform="translate({margin["l"]} {above + margin["t"]:g})">{inside}</g></svg>'
    )


def _head(title: str, words: str, wide: int) -> tuple[str, float]:
    """Return title and words as lines of text, and how high they are."""
    down, written = 0.0, ""
    for text, size, letter, style in (
        (title, TITLE_SIZE, BOLD_LETTER, f'fill="{colours()["ink"]}" font-weight="700"'),
        (words, WORDS_SIZE, LETTER, f'fill="{colours()["text"]}"'),
    ):
        for line in wrap(text, int((wide - 2 * EDGE) / (size * letter))):
            down += size * LINE
            at = f'x="{EDGE}" y="{EDGE + down - size * 0.3:.1f}"'
            written += f'<text {at} font-size="{size}" {style}>{escape(line)}</text>'
    return written, EDGE + down if written else 0.0


def _inside(parent: Element, wide: float, high: float) -> Iterator[str]:
    """Yield what lies in a drawing, in pixels."""
    for each in parent:
        tag = each.tag.rpartition("}")[2]
        if tag == "svg":
            yield from _drawing_in_it(each, wide, high)
        elif tag == "text":
            yield _text(each, wide)
        else:
            yield _path(each, 1.0)


def _drawing_in_it(inner: Element, wide: float, high: float) -> Iterator[str]:
    if inner.get("class") == "stretched":
        for each in inner:
            yield _path(each, wide / WIDTH)
    elif box := inner.get("viewBox"):
        _, _, _, side = (float(each) for each in box.split())
        move = f"translate({wide / 2:g} {high / 2:g}) scale({min(wide, high) / side:.4g})"
        yield f'<g transform="{move}">{"".join(_inside(inner, side, side))}</g>'
    else:
        at = f"{_pixels(inner.get('x', '0'), wide)} {inner.get('y')}"
        yield f'<g transform="translate({at})">{"".join(_inside(inner, wide, high))}</g>'


def _pixels(length: str, wide: float) -> str:
    if length.endswith("%"):
        return f"{float(length[:-1]) / 100 * wide:.1f}"
    return length


def _text(each: Element, wide: float) -> str:
    look = _look(each)
    size = look.pop("font-size", each.get("font-size", "12"))
    anchor = each.get("text-anchor", "start")
    at = f'x="{_pixels(each.get("x", "0"), wide)}" y="{each.get("y", "0")}"'
    return (
        f'<text {at} font-size="{size}" text-anchor="{anchor}"{_written(look)}>'
        f"{escape(each.text or '')}</text>"
    )


def _path(each: Element, stretch: float) -> str:
    look, steps = _look(each), each.get("d", "")
    if "dots" in each.get("class", ""):
        radius = float(each.get("stroke-width", "0")) / 2
        return "".join(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"{_written(look)}/>'
            for x, y in _places(steps, stretch)
        )
    dashes = each.get("stroke-dasharray")
    if dashes:
        look["stroke-dasharray"] = dashes
    return f'<path d="{_stretched(steps, stretch)}"{_written(look)}/>'


def _look(each: Element) -> dict[str, str]:
    """Return the attributes that stand for the classes of an element."""
    names = each.get("class", "").split()
    own = next((name[2:] for name in names if name.startswith("c-")), "text")
    found: dict[str, str] = {}
    for name in names:
        found |= LOOKS.get(name, {})
    painted = {
        name: colours().get(value or own, value)
        for name, value in found.items()
        if name in ("fill", "stroke")
    }
    return found | painted


def _written(look: Values) -> str:
    return "".join(f' {name}="{value}"' for name, value in look.items())


def _steps(path: str) -> Iterator[tuple[str, list[float]]]:
    command, numbers = "", list[float]()
    for letter, number in STEP.findall(path):
        if letter:
            if command:
                yield command, numbers
            command, numbers = letter, []
        else:
            numbers.append(float(number))
    if command:
        yield command, numbers


def _stretched(path: str, stretch: float) -> str:
    """Return a path made wider or narrower; what it measures upwards stays."""
    written = ""
    for command, numbers in _steps(path):
        across = [
            number * stretch if command in "Hh" or (command in "MmLl" and not place % 2) else number
            for place, number in enumerate(numbers)
        ]
        written += command + " ".join(f"{number:.1f}".removesuffix(".0") for number in across)
    return written


def _places(path: str, stretch: float) -> Iterator[tuple[float, float]]:
    """Yield where the dots of a path are: it moves from one to the next."""
    x = y = 0.0
    for command, numbers in _steps(path):
        if command in "Mm":
            start = (x, y) if command == "m" else (0.0, 0.0)
            x, y = start[0] + numbers[0], start[1] + numbers[1]
            yield x * stretch, y
