"""The sheets of an assessment: closing them, and reading what they said when they were closed."""

import enum
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from assessment.models import AgreedAnswer, Answer, Assessment, Sheet
from assessment.question_score import TOP, AnswerValue
from assessment.scoring import Sheets

VALUES: dict[str | None, AnswerValue] = {None: None, "dk": "dk", "na": "na"} | {
    str(level): level for level in range(TOP + 1)
}
LEVELS = {str(level) for level in range(TOP + 1)}
# Order comes from the system's own randomness: nobody can draw the same order again.
shuffle = random.SystemRandom().shuffle


class Counted(enum.Enum):
    """What closing the sheets let count."""

    ALL = enum.auto()
    IN_PART = enum.auto()  # some questions still count as they did at the reveal before
    NOTHING_NEW = enum.auto()  # every question with other answers does


def close_sheets(assessment: Assessment, *, least: int = 1) -> Counted:
    """Count the answers as they stand now. Call it in the transaction that closes the assessment.

    After a first reveal a question is counted anew only where `least` sheets differ in it: the
    difference of two results would otherwise be what one or two people changed.

    The rows are written anew in a random order, so that nothing of the order in which people began
    and answered is left in the tables.
    """
    sheets = list(Sheet.objects.filter(assessment=assessment))
    answers = list(Answer.objects.filter(sheet__assessment=assessment))
    other, held = held_back(answers, least) if assessment.reveals else (set(), set())
    Sheet.objects.filter(assessment=assessment).delete()
    fresh: dict[UUID, Sheet] = {
        each.pk: Sheet(assessment=assessment, respondent=each.respondent) for each in sheets
    }
    in_random_order = list(fresh.values())
    shuffle(in_random_order)
    shuffle(answers)
    Sheet.objects.bulk_create(in_random_order)
    Answer.objects.bulk_create(
        Answer(
            sheet=fresh[each.sheet_id],
            question_id=each.question_id,
            answer=each.answer,
            note=each.note,
            revision=each.revision,
            revealed_answer=each.revealed_answer if stays else each.answer,
            revealed_note=each.revealed_note if stays else each.note,
        )
        for each in answers
        for stays in [each.question_id in held]
    )
    if not held:
        return Counted.ALL
    return Counted.NOTHING_NEW if held == other else Counted.IN_PART


def held_back(answers: Iterable[Answer], least: int) -> tuple[set[int], set[int]]:
    """Return the questions that say something else now, and those of them that may not count."""
    of_question: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        of_question[answer.question_id].append(answer)
    changes = {key: changed(rows) for key, rows in of_question.items()}
    other = {key for key, rows in changes.items() if rows}
    return other, {
        key for key in other if len(changes[key]) < least and was_shown(of_question[key], least)
    }


def changed(answers: Sequence[Answer]) -> list[Answer]:
    """Return a question's answers that say something else now than at the newest reveal.

    Where levels came, went or changed, only these: no other change hides whose they are.
    """
    other = [each for each in answers if each.answer != each.revealed_answer]
    levels = [each for each in other if LEVELS & {each.answer, each.revealed_answer}]
    return levels or other or [each for each in answers if each.note != each.revealed_note]


def was_shown(answers: Iterable[Answer], least: int) -> bool:
    """Whether anything but their number was shown of a question's counted answers."""
    return sum(each.revealed_answer is not None for each in answers) >= least


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
