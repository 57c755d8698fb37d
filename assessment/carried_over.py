"""What a team decided before the assessment it fills now: still open, or done since the last one.

At the next assessment open actions come first, and those that are done ask whether the answer
moved. Means of then come from the last snapshot, so they are what anybody in the team may see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import F, Q

from assessment.models import Action, Assessment, QuestionScore, Snapshot
from assessment.models.planning import TO_DO, ActionStatus


class Done(NamedTuple):
    """An action for a question that was done since the last assessment.

    `then` is the question's mean in that one; None where too few judged it, or it was not asked.
    """

    action: Action
    key: str
    then: float | None


@dataclass(frozen=True)
class CarriedOver:
    """Open actions, the next one due first, and those done since the last assessment."""

    open: Sequence[Action] = ()
    done: Sequence[Done] = ()

    def open_for(self, key: str) -> list[Action]:
        return [each for each in self.open if each.question and each.question.key == key]

    def done_for(self, key: str) -> list[Done]:
        return [each for each in self.done if each.key == key]


def carried_over(assessment: Assessment) -> CarriedOver:
    """Read what was decided before this assessment. Two queries, and a third if anything is done.

    What is noted in its own talk does not come from before.
    """
    last = (
        Snapshot.objects.filter(team=assessment.team_id)
        .exclude(assessment=assessment)
        .order_by("-taken_at", "-pk")
        .values_list("pk", "taken_at")
        .first()
    )
    decided = Q(status__in=TO_DO)
    if last:
        decided |= Q(status=ActionStatus.DONE, question__isnull=False, closed_at__gt=last[1])
    rows = (
        Action.objects.filter(decided, team=assessment.team_id)
        .exclude(assessment=assessment)
        .select_related("owner", "question")
        .order_by(F("due_on").asc(nulls_last=True), "pk")
    )
    still_open = [each for each in rows if each.status in TO_DO]
    over = [each for each in rows if each.status == ActionStatus.DONE]
    then = means_then(last[0], over) if last and over else {}
    done = [
        Done(each, each.question.key, then.get(each.question.key)) for each in over if each.question
    ]
    return CarriedOver(still_open, done)


def means_then(snapshot: int, actions: Sequence[Action]) -> Mapping[str, float | None]:
    """Return what a snapshot shows of the questions of some actions, by key."""
    keys = {each.question.key for each in actions if each.question}
    rows = QuestionScore.objects.filter(snapshot=snapshot, question__key__in=keys, applicable=True)
    return dict(rows.values_list("question__key", "mean"))
