"""Where a team would stand if its plan were done: snapshots and actions in, scores out.

An action that leads to a level is assumed to bring its question's mean there, and nothing else to
move. Everything rests on the newest snapshot with a score, so nothing hidden can appear.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from math import fsum
from typing import NamedTuple

from assessment.attained_level import level_from
from assessment.models import Snapshot
from assessment.models.maturity_model import QuestionnaireRole
from assessment.models.results import QuestionRow, ScoreRow, question_means, scores_over_time
from assessment.plan import PlannedAction, plan_of
from assessment.published import PublishedModel, PublishedQuestionnaire, published_model
from assessment.targets import RECENT
from teams.models import Team

Means = Mapping[str, QuestionRow]


class ProjectedScore(NamedTuple):
    """One questionnaire as it stands, and as it would if the plan were done."""

    key: str
    title: str
    score: float
    projected: float
    level: int | None
    projected_level: int | None
    is_core: bool
    counts_for_stage: bool

    @property
    def moves(self) -> bool:
        return self.projected > self.score

    @property
    def level_rises(self) -> bool:
        return self.projected_level is not None and self.projected_level > (self.level or 0)


class Projection(NamedTuple):
    """A team's scores as of its newest snapshot with a score, and if the plan were done.

    `actions` counts those that lead to a level, `by` is the last day any of them is due, None where
    none has a day. Stage and overall score are None where the snapshot has none.
    """

    taken_at: datetime
    actions: int
    by: date | None
    questionnaires: tuple[ProjectedScore, ...]
    stage: int | None
    projected_stage: int | None
    overall: float | None
    projected_overall: float | None

    @property
    def moving(self) -> list[ProjectedScore]:
        return [each for each in self.questionnaires if each.moves]

    @property
    def overall_rises(self) -> bool:
        """Whether the overall score rises by as much as is shown of it."""
        if self.overall is None or self.projected_overall is None:
            return False
        return round(self.overall, 1) < round(self.projected_overall, 1)

    @property
    def by_key(self) -> dict[str, ProjectedScore]:
        """The questionnaires that move, by key."""
        return {each.key: each for each in self.moving}


def projection_of(team: Team) -> Projection | None:
    """Read where a team would stand; None without a score or a plan that moves one."""
    rows = Snapshot.objects.of_team(team).newest_first(0, RECENT)
    scores = scores_over_time([row.id for row in rows])
    scored = {score.snapshot for score in scores if score.score is not None}
    last = next((row for row in rows if row.id in scored), None)
    if last is None:
        return None
    means = question_means([last.id])[last.id]
    own = [score for score in scores if score.snapshot == last.id]
    return projected(
        published_model(last.model),
        own,
        means,
        plan_of(team.pk).leading,
        overall=last.overall,
        stage=last.stage,
    )


def projected(
    model: PublishedModel,
    scores: Iterable[ScoreRow],
    means: Means,
    leading: Iterable[PlannedAction],
    *,
    overall: float | None,
    stage: int | None,
) -> Projection | None:
    """Return where one snapshot's scores would go if the actions that lead to a level were done.

    `scores`, `means`, `overall` and `stage` are the snapshot's. None where no score would move.
    """
    by_key = {row.questionnaire: row for row in scores if row.score is not None}
    if not by_key:
        return None
    taken_at = next(iter(by_key.values())).taken_at
    planned = [each for each in leading if _moves(each, means, taken_at)]
    levels: dict[str, int] = {}
    for each in planned:
        if each.key and each.level:
            levels[each.key] = max(each.level, levels.get(each.key, 0))
    found = tuple(
        _projected(questionnaire, by_key[questionnaire.key], means, levels)
        for questionnaire in model.questionnaires
        if questionnaire.key in by_key
    )
    if not any(each.moves for each in found):
        return None
    core = [each for each in found if each.is_core]
    counted = [each.projected_level for each in found if each.counts_for_stage]
    return Projection(
        taken_at=taken_at,
        actions=len(planned),
        by=max((each.due_on for each in planned if each.due_on), default=None),
        questionnaires=found,
        stage=stage,
        projected_stage=None
        if stage is None
        else min((level for level in counted if level is not None), default=stage),
        overall=overall,
        projected_overall=None
        if overall is None
        else overall + fsum(each.projected - each.score for each in core) / len(core),
    )


def _moves(action: PlannedAction, means: Means, taken_at: datetime) -> bool:
    """Whether an action leads above the mean its question had, and was not done by then."""
    row = means.get(action.key or "")
    if row is None or row.mean is None or not row.applicable or (action.level or 0) <= row.mean:
        return False
    return action.is_open or (action.closed_at is not None and action.closed_at > taken_at)


def _projected(
    questionnaire: PublishedQuestionnaire, row: ScoreRow, means: Means, levels: Mapping[str, int]
) -> ProjectedScore:
    asked = {q.key: means[q.key] for q in questionnaire.questions if q.key in means}
    now = {key: question.mean for key, question in asked.items() if question.applicable}
    known = {key: mean for key, mean in now.items() if mean is not None}
    raised = {key: max(mean, levels.get(key, 0)) for key, mean in known.items()}
    weights = {question.key: question.weight for question in questionnaire.questions}
    gained = fsum(weights[key] * (raised[key] - mean) for key, mean in known.items())
    gates = [question.key for question in questionnaire.questions if question.gate]
    score = row.score or 0.0
    return ProjectedScore(
        key=questionnaire.key,
        title=questionnaire.title,
        score=score,
        projected=score + gained / max(1, sum(weights[key] for key in known)),
        level=row.level,
        projected_level=level_from(now | raised, gates)
        if gained and row.level is not None
        else row.level,
        is_core=questionnaire.is_core,
        counts_for_stage=questionnaire.role != QuestionnaireRole.SUPPORT,
    )
