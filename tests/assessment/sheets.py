"""Sheets as people leave them, written straight into the database."""

from collections.abc import Iterable, Mapping

from assessment.models import Answer, Assessment, Question, Sheet
from teams.models import User


def fill(assessment: Assessment, user: User, answer: object, *, only: Iterable[str] = ()) -> Sheet:
    """Give one answer to every question of the assessment, or to some."""
    questions = Question.objects.filter(questionnaire__maturity_model=assessment.maturity_model)
    keys = only or questions.values_list("key", flat=True)
    return answer_each(assessment, user, dict.fromkeys(keys, answer))


def answer_each(assessment: Assessment, user: User, answers: Mapping[str, object]) -> Sheet:
    """Put answers on the user's sheet by question key; each with a note."""
    sheet, _ = Sheet.objects.get_or_create(
        assessment=assessment, respondent=assessment.respondent(user)
    )
    questions = Question.objects.filter(questionnaire__maturity_model=assessment.maturity_model)
    ids = dict(questions.values_list("key", "pk"))
    Answer.objects.bulk_create(
        (
            Answer(sheet=sheet, question_id=ids[key], answer=str(answer), note="because")
            for key, answer in answers.items()
        ),
        update_conflicts=True,
        unique_fields=["sheet", "question"],
        update_fields=["answer", "note"],
    )
    return sheet
