"""What the invented people of the demo answer: near what they believe, or that they cannot."""

import random

from assessment.demo_stories import NOTES, REASONS, Beliefs
from assessment.models import Answer, Assessment, Sheet
from assessment.models.answering import respondent_key
from assessment.published import PublishedQuestion, asked_in
from assessment.question_score import TOP
from teams.models import User


def fill_sheets(
    chance: random.Random, assessment: Assessment, present: list[User], beliefs: Beliefs
) -> None:
    """Give everybody who is present a sheet with an answer to each question that is asked."""
    sheets = {
        person.pk: Sheet(
            assessment=assessment, respondent=respondent_key(person.pk, assessment.team_id)
        )
        for person in present
    }
    Sheet.objects.bulk_create(sheets.values())
    Answer.objects.bulk_create(
        answer(chance, sheet, question, beliefs.of(person, questionnaire.key, question.key))
        for person, sheet in sheets.items()
        for questionnaire in asked_in(assessment)
        for question in questionnaire.questions
    )


def answer(
    chance: random.Random, sheet: Sheet, question: PublishedQuestion, belief: float
) -> Answer:
    drawn = chance.random()
    if drawn < 0.035:
        return Answer(sheet=sheet, question_id=question.id, answer="dk")
    if drawn < 0.042:
        reason = chance.choice(REASONS)
        return Answer(sheet=sheet, question_id=question.id, answer="na", note=reason)
    level = min(TOP, max(0, round(belief + chance.gauss(0, 0.45))))
    note = chance.choice(NOTES) if drawn > 0.95 else ""
    return Answer(sheet=sheet, question_id=question.id, answer=str(level), note=note)
