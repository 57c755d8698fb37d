"""Snapshots as a submit leaves them, written straight into the database."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from assessment.models import Assessment, MaturityModel, Questionnaire, QuestionnaireScore, Snapshot
from assessment.models.answering import AssessmentStatus
from teams.models import Team

Scores = Mapping[str, float | Mapping[str, Any]]


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
    return snapshot(team, model, {"noise": waiting, "runbooks": waiting}, respondents=2, **fields)


def pulse(team: Team, model: MaturityModel, **fields: Any) -> Snapshot:
    no_score = {"why_not": "pulse"}
    return snapshot(
        team, model, {"noise": no_score, "runbooks": no_score}, length="pulse", **fields
    )
