"""What a respondent said last time, as a quiet mark at the lines. It chooses nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import FilteredRelation, Q

from assessment.models import Assessment
from assessment.models.answering import TOGETHER, AssessmentStatus
from assessment.published import PublishedQuestion, published_model
from teams.models import User


@dataclass(frozen=True)
class LastTime:
    """One sheet of the team's newest submitted assessment.

    `answers` holds, by question key, what was chosen; `lines` how its line read then, for levels.
    `on_a_sheet` is False when there is no such sheet. `together` says it is the team's.
    """

    submitted_on: date
    on_a_sheet: bool
    together: bool
    answers: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)

    def marks(self, questions: Iterable[PublishedQuestion]) -> dict[tuple[str, str], bool]:
        """Return where marks stand: (question key, answer) → whether the line read differently."""
        return {
            (each.key, answer): self._reads_differently(each, answer)
            for each in questions
            if (answer := self.answers.get(each.key))
        }

    def _reads_differently(self, question: PublishedQuestion, answer: str) -> bool:
        if not answer.isdecimal():
            return False
        return question.levels[int(answer)].description != self.lines.get(question.key)


def last_time(user: User, assessment: Assessment) -> LastTime | None:
    """Return what the user said last time, or None when nothing was submitted before. One query.

    On a sheet filled together, only such a sheet is looked for: others may be looking on.
    """
    whose = {TOGETHER, assessment.respondent(user)}  # the same one, on a sheet filled together
    submitted = Assessment.objects.filter(
        team=assessment.team_id, status=AssessmentStatus.SUBMITTED
    )
    rows = list(
        Assessment.objects.filter(pk=submitted.order_by("-submitted_at", "pk").values("pk")[:1])
        .annotate(mine=FilteredRelation("sheets", condition=Q(sheets__respondent__in=whose)))
        .order_by()
        .values_list(
            "submitted_at__date",
            "maturity_model_id",
            "mine__respondent",
            "mine__answers__question__key",
            "mine__answers__answer",
        )
    )
    if not rows:
        return None
    submitted_on, model_id, respondent = rows[0][:3]
    answers = {row[3]: row[4] for row in rows if row[4] is not None}
    questions = published_model(model_id).questions
    lines = {
        key: questions[key].levels[int(answer)].description
        for key, answer in answers.items()
        if answer.isdecimal()
    }
    return LastTime(submitted_on, respondent is not None, respondent == TOGETHER, answers, lines)
