"""Snapshots: written straight into the database as a submit leaves them, or by a submit itself."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from assessment.lifecycle import submit
from assessment.models import (
    AgreedAnswer,
    Answer,
    Assessment,
    MaturityModel,
    Question,
    Questionnaire,
    QuestionnaireScore,
    Sheet,
    Snapshot,
)
from assessment.models.answering import AssessmentStatus
from teams.models import Team

Scores = Mapping[str, float | Mapping[str, Any]]
Answers = Mapping[str, int | str]


def snapshot(
    team: Team,
    model: MaturityModel,
    scores: Scores,
    *,
    days_ago: float = 10,
    respondents: int = 5,
    invited: int = 6,
    **fields: Any,
) -> Snapshot:
    """Freeze an assessment of the team: questionnaire key -> score, or its row's columns."""
    taken_at = timezone.now() - timedelta(days=days_ago)
    assessment = Assessment.objects.create(
        team=team,
        maturity_model=model,
        length=fields.get("length", "full"),
        mode=fields.get("mode", "individual"),
        status=AssessmentStatus.SUBMITTED,
        opened_at=taken_at - timedelta(days=7),
        submitted_at=taken_at,
    )
    frozen = Snapshot.objects.create(
        assessment=assessment,
        team=team,
        maturity_model=model,
        taken_at=taken_at,
        respondents=respondents,
        invited=invited,
        **{"length": "full", **fields},
    )
    ids = dict(Questionnaire.objects.filter(maturity_model=model).values_list("key", "pk"))
    for key, score in scores.items():
        columns = score if isinstance(score, Mapping) else {"score": score}
        QuestionnaireScore.objects.create(
            snapshot=frozen,
            questionnaire_id=ids[key],
            **{"respondents": respondents, **columns},
        )
    return frozen


def too_few(team: Team, model: MaturityModel, **fields: Any) -> Snapshot:
    """Freeze an assessment that two people answered."""
    waiting = {"why_not": "waiting for answers"}
    fields = {"respondents": 2, "enough": False, **fields}
    return snapshot(team, model, {"noise": waiting, "runbooks": waiting}, **fields)


def pulse(team: Team, model: MaturityModel, **fields: Any) -> Snapshot:
    no_score = {"why_not": "pulse"}
    return snapshot(
        team, model, {"noise": no_score, "runbooks": no_score}, length="pulse", **fields
    )


def submitted(
    team: Team,
    model: MaturityModel,
    sheets: Mapping[str, Answers],
    *,
    agreed: Answers | None = None,
    **fields: Any,
) -> Snapshot:
    """Let respondents answer, the team agree on some answers, and somebody submit: the real path.

    `sheets` are respondent -> question key -> answer; the key "*" stands for every question.
    """
    assessment = Assessment.objects.create(team=team, maturity_model=model, **fields)
    questions = {
        each.key: each for each in Question.objects.filter(questionnaire__maturity_model=model)
    }
    for respondent, answers in sheets.items():
        sheet = Sheet.objects.create(assessment=assessment, respondent=respondent)
        every = dict.fromkeys(questions, answers["*"]) if "*" in answers else {}
        given = every | {key: answer for key, answer in answers.items() if key != "*"}
        Answer.objects.bulk_create(
            Answer(sheet=sheet, question=questions[key], answer=str(answer), note="because")
            for key, answer in given.items()
        )
    for key, answer in (agreed or {}).items():
        AgreedAnswer.objects.create(
            assessment=assessment, question=questions[key], answer=str(answer), reason="We talked"
        )
    frozen, _ = submit(assessment=assessment, by=None)  # type: ignore[arg-type]  # nobody in a test
    return frozen
