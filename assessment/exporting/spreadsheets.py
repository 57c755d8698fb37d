"""Tables in, CSV and XLSX out, row by row. No cell, header or tab can become a formula."""

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from io import BytesIO, StringIO
from typing import Any, Final

from assessment.exporting.tables import Cell, Table

# Excel takes what begins with one of these for a formula, or for the beginning of one.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
LONGEST_CELL: Final = 32_767
LONGEST_TAB: Final = 31
NOT_IN_A_TAB: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
# Widths of columns, in characters: as the header asks, within these.
NARROWEST, WIDEST = 8, 60
LONG_TEXTS: Final = {"Action", "Question", "What that line says", "Note", "What it is"}
BYTE_ORDER_MARK: Final = "\ufeff"


def neutral(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet computes: a text that looks like a formula gets a ' ."""
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return f"'{cell}"
    return cell


def csv_lines(table: Table) -> Iterator[bytes]:
    """Yield the table as CSV: UTF-8 with a mark that Excel knows it by, days as 2026-01-31."""
    yield BYTE_ORDER_MARK.encode()
    yield _csv_line(table.columns)
    for row in table.rows:
        yield _csv_line(row)


def _csv_line(row: Sequence[Cell]) -> bytes:
    line = StringIO()
    csv.writer(line).writerow([_plain(neutral(cell)) for cell in row])
    return line.getvalue().encode()


def _plain(cell: Cell) -> Any:
    return cell.isoformat() if isinstance(cell, date) else cell


def workbook(tables: Iterable[Table]) -> bytes:
    """Return a workbook with a tab for each table. Rows are written away as they come."""
    import xlsxwriter  # here: the processes that answer people need not hold it in memory

    content = BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(content, options)
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    taken: list[str] = []
    for table in tables:
        taken.append(tab_name(table.title, taken))
        _write_tab(book.add_worksheet(taken[-1]), table, heading, day)
    book.close()
    return content.getvalue()


def tab_name(title: str, taken: Collection[str] = ()) -> str:
    """Return the name of a tab: short enough, without what Excel refuses, once in its book."""
    plain = title.translate(NOT_IN_A_TAB).strip().lstrip("".join(FORMULA)).strip("' ")
    name = plain[:LONGEST_TAB].strip("' ") or "Table"
    if name.lower() == "history":
        name = "History of it"
    others = {each.lower() for each in taken}
    number, unique = 1, name
    while unique.lower() in others:
        number += 1
        unique = f"{name[: LONGEST_TAB - 4]} {number}"
    return unique


def _write_tab(tab: Any, table: Table, heading: Any, day: Any) -> None:
    for place, column in enumerate(table.columns):
        wide = WIDEST if column in LONG_TEXTS else max(NARROWEST, min(len(column) + 2, 28))
        tab.set_column(place, place, wide)
    tab.freeze_panes(1, 0)
    _write_row(tab, 0, table.columns, heading, day)
    number = 0
    for number, row in enumerate(table.rows, start=1):
        _write_row(tab, number, row, None, day)
    if number:
        tab.autofilter(0, 0, number, len(table.columns) - 1)


def _write_row(tab: Any, number: int, row: Sequence[Cell], style: Any, day: Any) -> None:
    for place, cell in enumerate(row):
        if cell is None or cell == "":
            continue
        if isinstance(cell, str):
            tab.write_string(number, place, str(neutral(cell))[:LONGEST_CELL], style)
        elif isinstance(cell, date):
            tab.write_datetime(number, place, cell, day)
        else:
            tab.write(number, place, cell, style)
