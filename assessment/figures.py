"""A chart as a page shows it: its figure, its picture, and its figures as a table."""

import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from assessment.chart_style import Figure
from assessment.drawing import drawing

# As Django's json_script does: no text of a figure may end its script element.
IN_SCRIPT: Final = {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"}


class Table(NamedTuple):
    """The figures of a chart. The first cell of each row is its heading."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]

    @property
    def body(self) -> SafeString:
        """Return the rows as HTML; a template takes five times as long for so many cells."""
        # `_row` escapes every cell.
        return mark_safe("\n".join(_row(*row) for row in self.rows))


def _row(heading: Any, *cells: Any) -> str:
    rest = "".join(f"<td>{conditional_escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{conditional_escape(heading)}</th>{rest}</tr>'


class Chart(NamedTuple):
    """A figure with its picture, what is to be seen on it, and its figures as a table.

    `computed` is the address that says how its figures are computed, where no table leads there.
    """

    key: str
    title: str
    summary: str
    figure: Figure
    svg: SafeString
    table: Table | None
    computed: str = ""

    @property
    def script(self) -> SafeString:
        """Return the figure for charts.js, a quarter smaller than json_script's writing of it."""
        text = json.dumps(self.figure, ensure_ascii=False, separators=(",", ":"))
        kind = f'<script id="fig-{self.key}" type="application/json">'
        for character, escape in IN_SCRIPT.items():
            text = text.replace(character, escape)
        # IN_SCRIPT leaves no character that could end the element; a key is a slug of the model.
        return mark_safe(f"{kind}{text}</script>")

    @property
    def kind(self) -> str:
        return str(self.figure["layout"]["meta"]["kind"])


def chart(
    key: str,
    title: str,
    summary: str,
    figure: Figure,
    table: Table | None = None,
    computed: str = "",
) -> Chart:
    return Chart(key, title, summary, figure, drawing(figure, title), table, computed)
