"""What a team plans, as pages and the projection need it: open actions, and what it leaves alone.

Plain rows. An action that a suggestion was made into leads to a level of its question; one that was
done since the last assessment still belongs to the plan, as no assessment has seen what came of it.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from assessment.models import Action, Exemption, Snapshot
from assessment.models.maturity_model import Length
from assessment.models.planning import TO_DO, ActionStatus, ExemptionKind

SOMEBODY_WHO_LEFT = "somebody who left"


class PlannedAction(NamedTuple):
    """An action still to be done, or done since the last assessment with enough answers."""

    id: int
    text: str
    status: str
    due_on: date | None
    owner_name: str | None
    owner_email: str | None
    question: str | None
    key: str | None
    level: int | None
    closed_at: datetime | None
    revision: int

    @property
    def owner(self) -> str:
        return self.owner_name or self.owner_email or "nobody yet"

    @property
    def is_open(self) -> bool:
        return self.status in TO_DO

    @property
    def started(self) -> bool:
        return self.status == ActionStatus.IN_PROGRESS


class Exempted(NamedTuple):
    """A question that the team does not work on until a day, or has not until one."""

    id: int
    key: str
    kind: str
    reason: str
    until: date
    at: datetime
    by_name: str | None
    by_email: str | None

    @property
    def by(self) -> str:
        return self.by_name or self.by_email or SOMEBODY_WHO_LEFT.capitalize()

    @property
    def what(self) -> str:
        return str(ExemptionKind(self.kind).label)

    def holds(self, on: date) -> bool:
        """Whether it still holds on a day; its last day is `until`."""
        return self.until >= on


class Plan(NamedTuple):
    """What a team plans on one day. `over` are exemptions whose day has passed, newest last."""

    actions: tuple[PlannedAction, ...] = ()
    exempted: tuple[Exempted, ...] = ()
    over: tuple[Exempted, ...] = ()

    @property
    def open_actions(self) -> list[PlannedAction]:
        return [each for each in self.actions if each.is_open]

    @property
    def leading(self) -> list[PlannedAction]:
        """The actions that lead to a level, done or not."""
        return [each for each in self.actions if each.key and each.level]

    def made_of(self, key: str, level: int) -> tuple[str, str]:
        """Return where the open action stands that leads a question to the level, and one about it.

        From the team's page; empty where there is none.
        """
        about = [each for each in self.open_actions if each.key == key]
        leading = [f"actions/{each.id}/" for each in about if (each.level or 0) >= level]
        others = [f"actions/{each.id}/" for each in about if not each.level]
        return next(iter(leading), ""), next(iter(others), "")

    @property
    def results_rest_on(self) -> tuple[object, ...]:
        """What of the plan stands among a team's results; they are kept under it."""
        actions = [
            (each.id, each.key, each.level, each.due_on, each.is_open)
            for each in self.actions
            if each.key
        ]
        return sorted(actions), self.exempted, self.over


NO_PLAN = Plan()


@lru_cache(maxsize=256)
def planned_actions(team: int) -> QuerySet[Any, tuple[Any, ...]]:
    """Return the query for a team's planned actions, in no order; take `.all()` of it."""
    with_answers = Snapshot.objects.filter(team=team, enough=True).exclude(length=Length.PULSE)
    last = with_answers.order_by("-taken_at")
    done_since = Q(
        status=ActionStatus.DONE,
        level__isnull=False,
        closed_at__gt=last.values("taken_at")[:1],
    )
    return (
        Action.objects.filter(Q(status__in=TO_DO) | done_since, team=team)
        .order_by()
        .values_list(
            "pk",
            "text",
            "status",
            "due_on",
            "owner__name",
            "owner__email",
            "question__title",
            "question__key",
            "level",
            "closed_at",
            "revision",
        )
    )


@lru_cache(maxsize=256)
def standing_exemptions(team: int) -> QuerySet[Any, tuple[Any, ...]]:
    """Return the query for a team's exemptions that nobody has ended, in no order, likewise."""
    return (
        Exemption.objects.filter(team=team, ended_at=None)
        .order_by()
        .values_list(
            "pk", "question__key", "kind", "reason", "until", "at", "by__name", "by__email"
        )
    )


def plan_of(team: int) -> Plan:
    """Read what a team plans today: two queries."""
    return plan(
        (PlannedAction(*row) for row in planned_actions(team).all()),
        (Exempted(*row) for row in standing_exemptions(team).all()),
        timezone.localdate(),
    )


def plan(actions: Iterable[PlannedAction], exemptions: Iterable[Exempted], today: date) -> Plan:
    """Return these rows as a plan: the next one due first, undated ones last."""
    # A few rows, sorted here: to have a database do it costs more than all the rest of the query.
    rows = sorted(exemptions, key=lambda each: (each.until, each.id))
    return Plan(
        tuple(sorted(actions, key=lambda each: (each.due_on or date.max, each.id))),
        tuple(each for each in rows if each.holds(today)),
        tuple(each for each in rows if not each.holds(today)),
    )
