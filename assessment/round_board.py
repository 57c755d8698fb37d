"""What a round's board shows: each team by name, how far it is, which are late. Never people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, When

from assessment.latest_results import count_of
from assessment.model_choice import everybodys_newest
from assessment.models import Assessment, Participation, Round, RoundEntry
from assessment.models.answering import RUNNING, AssessmentStatus, Mode
from assessment.models.rounds import RoundStatus
from assessment.ordering import folded
from assessment.round_days import opening_after
from teams.models import Membership, Organization
from teams.zones import today_in, zone_named


class Stage(StrEnum):
    """How far a team is in a round. `NOT` is only said of one that is over."""

    OUT = "not in it"
    ANSWERING = "answering"
    TALKING = "talking it over"
    SUBMITTED = "submitted"
    NOT = "not submitted"


class Found(NamedTuple):
    """A team's assessment as the database tells it."""

    team: int
    assessment: UUID
    of_this_round: bool
    status: str
    mode: str
    least_answers: int
    due_on: date | None
    submitted_at: datetime | None
    finished: int
    members: int
    reminded_on: date | None
    answered: int | None
    invited: int | None
    elsewhere: str | None
    elsewhere_is: str | None


@dataclass(frozen=True)
class Row:
    """One team. `people` is how many of how many have finished, or answered what is submitted.

    `too_few` says that they answer individually and are so few that nothing would ever be shown.
    """

    team: str
    slug: str
    stage: Stage
    why_out: str = ""
    people: tuple[int, int] | None = None
    on_one_sheet: bool = False
    too_few: bool = False
    submitted_on: date | None = None
    after_due: bool = False
    own_due: date | None = None
    reminded_on: date | None = None
    days_late: int = 0

    @property
    def is_submitted(self) -> bool:
        return self.stage is Stage.SUBMITTED

    @property
    def is_out(self) -> bool:
        return self.stage is Stage.OUT

    @property
    def submitted_since(self) -> date | None:
        """The day on which it was submitted after all, when the round was closed already."""
        return self.submitted_on if self.stage is Stage.NOT else None


@dataclass(frozen=True)
class Board:
    rows: tuple[Row, ...]
    days_left: int

    @property
    def days_late(self) -> int:
        return max(0, -self.days_left)

    @cached_property
    def after_due(self) -> int:
        return sum(row.after_due for row in self.rows)

    @cached_property
    def submitted(self) -> int:
        return sum(row.is_submitted for row in self.rows)

    @cached_property
    def late(self) -> list[Row]:
        return [row for row in self.rows if row.days_late]

    @cached_property
    def out(self) -> list[Row]:
        return [row for row in self.rows if row.is_out]

    @cached_property
    def people(self) -> tuple[int, int]:
        """How many of all the people who are asked have finished or answered."""
        counts = [row.people for row in self.rows if row.people]
        return sum(done for done, _ in counts), sum(asked for _, asked in counts)


def board_of(of_round: Round, now: datetime) -> Board:
    """Return the board of a round that has opened. As many queries for 3 teams as for 300."""
    chosen = of_round.teams.order_by().values_list("pk", "name", "slug")
    found = newest_by_team(found_in(of_round))
    days_left = (of_round.due_on - today_in(of_round.time_zone, now)).days
    no_model = everybodys_newest() is None
    rows = [
        row_of(of_round, (name, slug), found.get(team), days_left, no_model)
        for team, name, slug in sorted(chosen, key=lambda each: folded(each[1]))
    ]
    return Board(tuple(rows), days_left)


def found_in(of_round: Round) -> QuerySet[Assessment, tuple[object, ...]]:
    """Return the columns of `Found` for the round's assessments and for what runs beside it.

    Of a round that is over, what counts is how it was when it was closed: what was left over then
    and goes on in a later round was in it, what ran in another round at the same time was not.
    """
    running = Q(status__in=RUNNING)
    done = Participation.objects.filter(
        assessment=OuterRef("pk"),
        finished_on__isnull=False,
        user__memberships__team=OuterRef("team"),
    )
    members = Membership.objects.filter(team=OuterRef("team"))
    if closed_at := of_round.closed_at:
        was_running = Q(submitted_at=None) | Q(submitted_at__gt=closed_at)
        running = was_running & Q(
            opened_at__lte=closed_at, round_entry__round__opened_at__gt=closed_at
        )
        done = done.filter(finished_on__lte=closed_at.date())
        members = members.filter(since__lte=closed_at)
    reminded = Participation.objects.filter(assessment=OuterRef("pk")).order_by()
    last = reminded.values("assessment").annotate(last=Max("reminded_on")).values("last")
    mine = Q(round_entry__round=of_round)
    return (
        Assessment.objects.filter(mine | running, team__rounds=of_round)
        .annotate(
            mine=Case(When(mine, then=1), default=0, output_field=IntegerField()),
            finished=count_of(done, "assessment"),
            asked=count_of(members, "team"),
            reminded_on=Subquery(last),
        )
        .order_by("mine")
        .values_list(
            "team_id",
            "pk",
            "mine",
            "status",
            "mode",
            "least_answers",
            "due_on",
            "submitted_at",
            "finished",
            "asked",
            "reminded_on",
            "snapshot__respondents",
            "snapshot__invited",
            "round_entry__round__title",
            "round_entry__round__status",
        )
    )


def newest_by_team(rows: Iterable[tuple[object, ...]]) -> dict[int, Found]:
    """Return each team's assessment; that of the round, which comes last, before any other."""
    found = (Found(*row) for row in rows)  # type: ignore[arg-type]
    return {each.team: each for each in found}


def row_of(
    of_round: Round, team: tuple[str, str], found: Found | None, days_left: int, no_model: bool
) -> Row:
    """Return what the board says of one team."""
    name, slug = team
    late = max(0, -days_left) if of_round.is_open else 0
    if found is None or not (found.of_this_round or of_round.is_closed):
        return Row(name, slug, Stage.OUT, why_out(of_round, found, no_model), days_late=late)
    stage = stage_of(found, of_round.closed_at)
    submitted_on = found.submitted_at and (
        found.submitted_at.astimezone(zone_named(of_round.time_zone)).date()
    )
    submitted = stage is Stage.SUBMITTED
    return Row(
        name,
        slug,
        stage,
        people=people_of(found, submitted=submitted),
        on_one_sheet=found.mode == Mode.CONSENSUS,
        too_few=found.mode == Mode.INDIVIDUAL
        and 0 < found.members < found.least_answers
        and not submitted,
        submitted_on=submitted_on,
        after_due=bool(submitted and submitted_on and submitted_on > of_round.due_on),
        own_due=found.due_on if found.due_on != of_round.due_on and not submitted else None,
        reminded_on=found.reminded_on,
        days_late=0 if submitted else late,
    )


def stage_of(found: Found, closed_at: datetime | None) -> Stage:
    if closed_at:
        in_it = found.submitted_at is not None and found.submitted_at <= closed_at
        return Stage.SUBMITTED if in_it else Stage.NOT
    if found.status == AssessmentStatus.SUBMITTED:
        return Stage.SUBMITTED
    return Stage.TALKING if found.status == AssessmentStatus.REVEALED else Stage.ANSWERING


def people_of(found: Found, *, submitted: bool) -> tuple[int, int] | None:
    """Return how many of how many have finished; of what is submitted, what its snapshot says."""
    if found.mode == Mode.CONSENSUS:
        return None
    if submitted and found.invited is not None:
        return found.answered or 0, found.invited
    return found.finished, found.members


def why_out(of_round: Round, running: Found | None, no_model: bool) -> str:
    """Return why a chosen team is not in the round."""
    if of_round.is_closed:
        return "It had no assessment in this round."
    if running and running.elsewhere_is == RoundStatus.OPEN:
        return (
            f"Its assessment belongs to the round “{running.elsewhere}”, which is still open. "
            "Once it is submitted, bring the team in."
        )
    if no_model:
        return "No maturity model is published yet, so there is nothing to ask."
    return "It was not brought in yet."


# The list of an organization's rounds ---------------------------------------------------------


def rounds_of(organization: Organization) -> QuerySet[Round]:
    """Return the organization's rounds, the latest first, each with how many submitted in it."""
    while_open = Q(round__closed_at=None) | Q(assessment__submitted_at__lte=F("round__closed_at"))
    submitted = RoundEntry.objects.filter(
        while_open, round=OuterRef("pk"), assessment__status=AssessmentStatus.SUBMITTED
    )
    through = Round.teams.through.objects.filter(round=OuterRef("pk"))
    return Round.objects.filter(organization=organization).annotate(
        chosen=count_of(through, "round"),
        submitted=count_of(submitted, "round"),
    )


def next_opening(planned: Round) -> date | None:
    """Return when the round after this one opens."""
    if not planned.recurs:
        return None
    return opening_after(planned.anchor_on, planned.recurs, planned.opens_on)
