"""How a score reads: with its interval, or why there is none. The same words on every page."""

from typing import Final

from assessment.models.results import ScoreRow

WHY_NOT: Final = {
    "waiting for answers": "too few answers",
    "too few applicable questions": "too few questions apply",
    "too few questions answered": "too few questions answered",
    "pulse": "not scored in a pulse",
}
ON_ONE_SHEET: Final = "agreed on one sheet"


def why_not(row: ScoreRow) -> str:
    """Return why there is no score, as short as a chart needs it."""
    if row.on_one_sheet and row.why_not == "waiting for answers":
        return WHY_NOT["too few questions answered"]
    return WHY_NOT.get(row.why_not, "no score")


def between(row: ScoreRow) -> str:
    """Return a score's interval; empty for a score without one."""
    return "" if row.low is None or row.high is None else f"{row.low:.1f}\u2013{row.high:.1f}"


def in_words(row: ScoreRow) -> str:
    """Return a score with its interval and whether it was agreed, or why there is none."""
    if row.score is None:
        return why_not(row)
    said = [f"{row.score:.1f}"]
    if row.on_one_sheet:
        said.append("on one sheet")
    elif row.agreed:
        said.append("agreed")
    if between(row):
        said.append(f"({between(row)})")
    return " ".join(said)


def as_answered(row: ScoreRow) -> str:
    """Return what an agreed score would be without the agreed answers; empty without any."""
    if row.score is None or not row.agreed:
        return ""
    number = "no score" if row.as_answered is None else f"{row.as_answered:.1f}"
    return f"{number} as answered; {row.agreed} question{'' if row.agreed == 1 else 's'} agreed"


def as_agreed(row: ScoreRow) -> str:
    """Return a score that was agreed beside what it would be without; empty for any other."""
    return f"{row.score:.1f} agreed; {as_answered(row)}" if as_answered(row) else ""


def in_full(row: ScoreRow) -> str:
    """Return `in_words` and, for an agreed score, what it would be without."""
    return "; ".join(filter(None, [in_words(row), as_answered(row)]))


def gain_in_words(gain: float) -> str:
    """Return what a step adds to a score."""
    return f"+{gain:.1f}" if gain >= 0.05 else "under +0.1"


def signed(change: float) -> str:
    """Return a change to one decimal with its sign, and never a minus before nothing."""
    return f"{round(change, 1) + 0.0:+.1f}"


def quoted(title: str) -> str:
    """Return something with the marks of a quotation."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{title}\N{RIGHT DOUBLE QUOTATION MARK}"
