"""A CSV file of answers in, sheets out, for scoring without storing anything. No database."""

import csv
from collections.abc import Collection, Iterator
from pathlib import Path

from assessment.question_score import AnswerValue

COLUMNS = ("respondent", "question", "answer")
LARGEST_FILE = 5 * 1024 * 1024
ANSWERS: dict[str, AnswerValue] = {"dk": "dk", "na": "na", "": None} | {
    str(level): level for level in range(5)
}


class AnswerFileError(Exception):
    """The file cannot be scored. The text says where and why, a line for each complaint."""


def read_answers(path: Path, questions: Collection[str]) -> dict[str, dict[str, AnswerValue]]:
    """Return each respondent's answers, 0-4, "dk", "na" or None, by question key.

    The columns are respondent, question, answer and, read over, note. Raises AnswerFileError.
    """
    sheets: dict[str, dict[str, AnswerValue]] = {}
    complaints = []
    for line, row in _rows(path):
        respondent, question, answer = (row[name].strip() for name in COLUMNS)
        reason = _complaint(sheets, questions, respondent, question, answer)
        if reason:
            complaints.append(f"{path.name}, line {line}: {reason}")
        else:
            sheets.setdefault(respondent, {})[question] = ANSWERS[answer]
    if complaints:
        raise AnswerFileError("\n".join(complaints))
    return sheets


def _complaint(
    sheets: dict[str, dict[str, AnswerValue]],
    questions: Collection[str],
    respondent: str,
    question: str,
    answer: str,
) -> str:
    if not respondent:
        return "respondent is empty."
    if question not in questions:
        return f"there is no question “{question[:80]}” in the maturity model."
    if answer not in ANSWERS:
        return f"the answer “{answer[:20]}” is none of 0, 1, 2, 3, 4, dk, na or empty."
    if question in sheets.get(respondent, {}):
        return f"{respondent} answers {question} a second time."
    return ""


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(_text(path).splitlines(), strict=True)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
    if missing:
        raise AnswerFileError(
            f"{path.name}, line 1: there is no column {' and no column '.join(missing)}."
        )
    try:
        for row in reader:
            if any(row[name] is None for name in COLUMNS):
                raise AnswerFileError(f"{path.name}, line {reader.line_num}: a column is missing.")
            yield reader.line_num, row
    except csv.Error as error:
        raise AnswerFileError(f"{path.name}, line {reader.line_num}: {error}.") from error


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise AnswerFileError(f"{path.name} cannot be read: {error.strerror}.") from error
    if len(raw) > LARGEST_FILE:
        raise AnswerFileError(f"{path.name} is larger than 5 MB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise AnswerFileError(f"{path.name}, line {line}: the text is not UTF-8.") from error
