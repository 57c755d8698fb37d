"""How a score reads: with its interval, or why there is none. The same words on every page."""

from typing import Final

from assessment.models.results import ScoreRow

WHY_NOT: Final = {
    "waiting for answers": "too few answers",
    "too few applicable questions": "too few questions apply",
    "too few questions answered": "too few questions answered",
    "pulse": "not scored in a pulse",
}


def why_not(row: ScoreRow) -> str:
    """Return why there is no score, as short as a chart needs it."""
    return WHY_NOT.get(row.why_not, "no score")


def between(row: ScoreRow) -> str:
    """Return a score's interval; empty for a score without one."""
    return "" if row.low is None or row.high is None else f"{row.low:.1f}\u2013{row.high:.1f}"


def in_words(row: ScoreRow) -> str:
    """Return a score with its interval, or why there is none."""
    if row.score is None:
        return why_not(row)
    return f"{row.score:.1f} ({between(row)})" if between(row) else f"{row.score:.1f}"
