"""The sheets of an assessment: closing them, and reading what they said when they were closed."""

import enum
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import Q

from assessment.models import AgreedAnswer, Answer, Assessment, Sheet
from assessment.question_score import TOP, AnswerValue
from assessment.scoring import Sheets

VALUES: dict[str | None, AnswerValue] = {None: None, "dk": "dk", "na": "na"} | {
    str(level): level for level in range(TOP + 1)
}
LEVELS = {str(level) for level in range(TOP + 1)}


Row = TypeVar("Row")


class Counted(enum.Enum):
    """What closing the sheets let count."""

    ALL = enum.auto()
    IN_PART = enum.auto()  # some of the questions that changed stand as they were shown before
    NOTHING_NEW = enum.auto()  # all of them do


def close_sheets(assessment: Assessment, *, least: int = 1) -> Counted:
    """Count the answers as they stand now. Call it in the transaction that closes the assessment.

    After a first reveal a question is counted anew only where `least` sheets differ in it: the
    difference of two results would otherwise be what one or two people changed.

    The rows are written anew in a random order, so that nothing of the order in which people began
    and answered is left in the tables.
    """
    answers = list(Answer.objects.filter(sheet__assessment=assessment))
    moved, held = held_back(answers, least) if assessment.reveals else (set(), set())
    for each in answers:
        if each.question_id not in held:
            each.revealed_answer, each.revealed_note = each.answer, each.note
    write_anew(assessment, answers)
    if not held:
        return Counted.ALL
    return Counted.NOTHING_NEW if held == moved else Counted.IN_PART


def write_anew(assessment: Assessment, answers: Iterable[Answer]) -> None:
    """Replace all sheets of an assessment, and these answers on them, in a random order."""
    sheets = Sheet.objects.filter(assessment=assessment)
    fresh: dict[UUID, Sheet] = {
        each.pk: Sheet(assessment=assessment, respondent=each.respondent) for each in sheets
    }
    sheets.delete()
    Sheet.objects.bulk_create(in_random_order(fresh.values()))
    Answer.objects.bulk_create(
        Answer(
            sheet=fresh[each.sheet_id],
            question_id=each.question_id,
            answer=each.answer,
            note=each.note,
            revision=each.revision,
            revealed_answer=each.revealed_answer,
            revealed_note=each.revealed_note,
        )
        for each in in_random_order(answers)
    )


def in_random_order(rows: Iterable[Row]) -> list[Row]:
    """Return the rows in an order from the system's own randomness: nobody can draw it again."""
    shuffled = list(rows)
    random.SystemRandom().shuffle(shuffled)
    return shuffled


def held_back(answers: Iterable[Answer], least: int) -> tuple[set[int], set[int]]:
    """Return the questions that say something else now, and those of them that may not count."""
    rows: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        rows[answer.question_id].append(answer)
    changes = {question: len(changed(of_it)) for question, of_it in rows.items()}
    moved = {question for question, number in changes.items() if number}
    return moved, {key for key in moved if changes[key] < least and was_shown(rows[key], least)}


def changed(answers: Sequence[Answer]) -> list[Answer]:
    """Return a question's answers that say something else now than at the newest reveal.

    Where levels came, went or changed, only these: no other change hides whose they are.
    Where nothing but notes did, the changed notes.
    """
    other = [each for each in answers if each.answer != each.revealed_answer]
    levels = [each for each in other if LEVELS & {each.answer, each.revealed_answer}]
    return levels or other or [each for each in answers if each.note != each.revealed_note]


def was_shown(answers: Iterable[Answer], least: int) -> bool:
    """Whether anything but their number was shown of a question's counted answers."""
    return sum(each.revealed_answer is not None for each in answers) >= least


@dataclass(frozen=True, slots=True)
class CountedAnswer:
    """One respondent's answer to one question, as the newest reveal counted it."""

    respondent: str
    answer: AnswerValue
    note: str


def counted_answers(assessment: Assessment) -> dict[str, list[CountedAnswer]]:
    """Return all counted answers and notes, by question, in an order that tells nothing."""
    rows = (
        Answer.objects.filter(sheet__assessment=assessment)
        .filter(Q(revealed_answer__isnull=False) | ~Q(revealed_note=""))
        .order_by("revealed_answer", "revealed_note")
        .values_list("question__key", "sheet__respondent", "revealed_answer", "revealed_note")
    )
    found: dict[str, list[CountedAnswer]] = defaultdict(list)
    for key, respondent, answer, note in rows:
        found[key].append(CountedAnswer(respondent, VALUES[answer], note))
    return dict(found)


def sheets_with_answers(assessment: Assessment) -> int:
    """Return how many sheets have any answer now."""
    answered = Answer.objects.filter(sheet__assessment=assessment, answer__isnull=False)
    return answered.values("sheet").distinct().count()


def answers_by_respondent(assessment: Assessment) -> dict[str, dict[str, AnswerValue]]:
    """Return the counted answers of every sheet that has any: respondent → question → answer."""
    sheets: dict[str, dict[str, AnswerValue]] = defaultdict(dict)
    rows = Answer.objects.filter(sheet__assessment=assessment, revealed_answer__isnull=False)
    for respondent, question, answer in rows.values_list(
        "sheet__respondent", "question__key", "revealed_answer"
    ):
        sheets[respondent][question] = VALUES[answer]
    return dict(sheets)


def agreed_answers(assessment: Assessment) -> dict[str, AnswerValue]:
    """Return what the team settled on, by question; nothing for a question left as it is."""
    agreed = AgreedAnswer.objects.filter(assessment=assessment, answer__isnull=False)
    return {key: VALUES[answer] for key, answer in agreed.values_list("question__key", "answer")}


def as_agreed(sheets: Sheets, agreed: Mapping[str, AnswerValue]) -> Sheets:
    """Return the sheets as if everybody had given the agreed answers. The sheets stay as they are.

    So an agreed answer goes through the same rules as any other, and has no spread.
    """
    return {respondent: {**sheet, **agreed} for respondent, sheet in sheets.items()}


def standing_sheets(assessment: Assessment) -> Sheets:
    """Return the counted sheets of an assessment as the team agreed them."""
    return as_agreed(answers_by_respondent(assessment), agreed_answers(assessment))
