"""What the demo's team with logins plans: some of what is suggested to it, in every state."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from assessment.last_means import last_means
from assessment.models import Action, ActionChange, Exemption
from assessment.models.planning import TO_DO, ActionStatus, ExemptionKind
from assessment.overview import overview
from assessment.planning import as_text
from assessment.standing import Step
from teams.models import Team, User

# The days its history happened on, counted from today.
MADE, STARTED, CLOSED = -16, -12, -5


class Planned(NamedTuple):
    """How one of the suggestions fares: its state, in how many days it is due, and whose it is."""

    status: ActionStatus
    due_in: int
    owner: int
    note: str = ""


PLANNED = (
    Planned(ActionStatus.OPEN, 12, 1),
    Planned(ActionStatus.IN_PROGRESS, 25, 0, "Half of the rules are through."),
    Planned(ActionStatus.OPEN, -3, 1),
    Planned(ActionStatus.DONE, -6, 2),
    Planned(ActionStatus.DROPPED, 9, 3, "Another team will do it for all of us."),
)
REASON = "We replace this service in spring. Until then we live with it, and look again before."


def plan_for_the_demo(team: Team, people: Sequence[User], today: date) -> None:
    """Make actions of the first suggestions, and put the one after them aside for ten days."""
    known, shown = last_means(team), overview(team, {}, (), 1)
    suggested = [*shown.get("steps", ()), *shown.get("more_steps", ())]
    if known is None or len(suggested) <= len(PLANNED):
        return
    ids = {key: question.id for key, question in known.model.questions.items()}
    for planned, step in zip(PLANNED, suggested, strict=False):
        assessment = known.assessments[step.step.key]
        _make(team, planned, step, ids[step.step.key], assessment, people, today)
    Exemption.objects.create(
        team=team,
        question_id=ids[suggested[len(PLANNED)].step.key],
        kind=ExemptionKind.RISK_ACCEPTED,
        reason=REASON,
        until=today + timedelta(days=10),
        by=people[0],
        at=_moment(today, MADE),
    )


def _make(
    team: Team,
    planned: Planned,
    step: Step,
    question: int,
    assessment: UUID,
    people: Sequence[User],
    today: date,
) -> None:
    changes = _way_to(planned.status)
    closed = planned.status not in TO_DO
    action = Action.objects.create(
        team=team,
        assessment_id=assessment,
        question_id=question,
        level=step.step.next_level,
        text=as_text(step.step.do),
        note=planned.note,
        owner=people[planned.owner],
        due_on=today + timedelta(days=planned.due_in),
        status=planned.status,
        revision=1 + len(changes),
        noted_by=people[0],
        noted_at=_moment(today, MADE),
        closed_at=_moment(today, CLOSED) if closed else None,
    )
    ActionChange.objects.bulk_create(
        ActionChange(
            action=action,
            revision=number,
            field="status",
            before=before,
            after=after,
            by=people[planned.owner],
            at=_moment(today, day),
        )
        for number, (day, before, after) in enumerate(changes, start=2)
    )


def _way_to(status: ActionStatus) -> list[tuple[int, str, str]]:
    """Return through which states an action came to its own, and on which day each."""
    started = (STARTED, ActionStatus.OPEN, ActionStatus.IN_PROGRESS)
    if status == ActionStatus.OPEN:
        return []
    if status == ActionStatus.IN_PROGRESS:
        return [started]
    return [started, (CLOSED, ActionStatus.IN_PROGRESS, status)]


def _moment(today: date, day: int) -> datetime:
    return datetime.combine(today + timedelta(days=day), time(10, 20), tzinfo=UTC)
