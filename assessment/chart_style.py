"""How charts look: colours, lines, frames and axes, as Plotly writes them. The one place for it.

Colours are names of CSS variables, so that drawings and interactive charts follow light and dark;
the margins of a frame are also those of charts.css.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from assessment.question_score import TOP

Figure = dict[str, Any]
Values = dict[str, Any]

TEXT: Final = "var(--chart-text)"
PAPER: Final = "var(--chart-bg)"
NOW: Final = "var(--chart-1)"
COLOURS: Final = 8
# A line differs from its neighbours in more than colour.
DASHES: Final = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash")
TARGET_DASH: Final = "5px,4px"
VERSION_DASH: Final = "1px,3px"
NOTE_DASH: Final = "3px,3px"
# Nobody is shown two decimals; `rounded` lets none leave the server.
HOVER: Final = ".1f"
BAND_OPACITY: Final = 0.16
# A line of text is about this high, so names at line ends must be as far apart.
LABEL_PIXELS: Final = 16
LEVELS: Final = tuple(range(TOP + 1))
HIGHEST: Final = TOP + 0.2
# With more points than this, smaller dots keep the line readable.
FEW_POINTS: Final = 16


@dataclass(frozen=True, slots=True)
class Frame:
    """A kind of chart: its plot's height, its margins, all in pixels, and the room its labels need.

    `floor` is the lowest y, below 0 to hold the numbers of people. The gaps are the shares of the
    plot's width that a date and a number of people take on the narrowest screen.
    """

    kind: str
    height: int
    left: int
    right: int
    top: int
    bottom: int
    floor: float = 0.0
    date_gap: float = 0.0
    people_gap: float = 0.0

    def layout(self, **more: Any) -> Values:
        return {
            "meta": {"kind": self.kind},
            "height": self.height + self.top + self.bottom,
            "margin": {"l": self.left, "r": self.right, "t": self.top, "b": self.bottom},
            "showlegend": False,
            "font": {"size": 11.5},
            **more,
        }


OVER_TIME: Final = Frame("over-time", 300, 24, 128, 20, 28, -0.6, date_gap=0.36, people_gap=0.09)
ONE_LINE: Final = Frame("one-line", 132, 20, 36, 18, 24, -1.0, date_gap=0.5, people_gap=0.1)
PROFILE: Final = Frame("profile", 46, 28, 28, 4, 40)
RADAR: Final = Frame("radar", 250, 76, 76, 45, 45)


def colour(place: int) -> str:
    return f"var(--chart-{place % COLOURS + 1})"


def stroke(named: str, dash: str = "solid", width: float = 2) -> Values:
    return {"color": named, "dash": dash, "width": width}


def dot(named: str, size: int = 7) -> Values:
    return {"color": named, "size": size}


@lru_cache(maxsize=1024)
def moment(taken_at: datetime) -> str:
    return f"{taken_at:%Y-%m-%d %H:%M}"


def rounded(value: float | None) -> float | None:
    """Return a value as exact as the page shows it: no more than that reaches the browser."""
    return None if value is None else round(value, 1)


def axis(between: Sequence[Any], ticks: Sequence[Any], labels: Sequence[str]) -> Values:
    return {
        "range": list(between),
        "tickvals": list(ticks),
        "ticktext": list(labels),
        "ticks": "",
        "hoverformat": HOVER,
        "automargin": False,
    }
