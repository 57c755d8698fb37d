"""What somebody owes their teams, in one list by due date: sheets, talks, actions, reviews."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse

from assessment.history import day
from assessment.latest_results import count_of
from assessment.models import Action, Assessment, Exemption, Participation, Round
from assessment.models.answering import RUNNING
from assessment.models.planning import TO_DO, ActionStatus, ExemptionKind
from assessment.rounds import round_shown_with
from assessment.wording import quoted
from teams.models import Membership, Role, Team, User

DAYS_TO_REVIEW: Final = 14


class Kind(enum.Enum):
    """What is owed. Of what is due on one day, or on none, the first of these comes first."""

    TALK = "talk"
    SUBMIT = "submit"
    REVEAL = "reveal"
    SHEET = "sheet"
    REVIEW = "review"
    ACTION = "action"


@dataclass(frozen=True)
class Owed:
    """One thing somebody owes: where it is done, and in which words a button leads there.

    `since` words what there is to know besides the day it is due, `of_round` is the round that an
    assessment is part of.
    """

    kind: Kind
    title: str
    team: Team
    address: str
    press: str
    due_on: date | None
    since: str = ""
    of_round: Round | None = None

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def is_the_teams(self) -> bool:
        """Whether the team does it together: an assessment, and what leads it on."""
        return self.kind not in (Kind.ACTION, Kind.REVIEW)


ICONS: Final = {
    Kind.TALK: "people",
    Kind.SUBMIT: "flag",
    Kind.REVEAL: "flag",
    Kind.SHEET: "clipboard-check",
    Kind.REVIEW: "shield-check",
    Kind.ACTION: "list-check",
}


@dataclass(frozen=True)
class Owing:
    """All that somebody owes by due date, and the open assessments they have finished."""

    owed: tuple[Owed, ...]
    finished: tuple[Assessment, ...]


def owing(user: User, today: date) -> Owing:
    """Read what the user owes: three queries, however many teams they are in."""
    running = list(running_assessments_of(user))
    found = [
        *(each for assessment in running for each in _of_assessment(assessment, today)),
        *(_of_action(action) for action in open_actions_of(user)),
        *(_of_exemption(exemption) for exemption in to_review(user, today)),
    ]
    order = list(Kind)
    found.sort(key=lambda each: (_waits_from(each, today), not each.due_on, order.index(each.kind)))
    finished = tuple(each for each in running if each.is_open and _has_finished(each))
    return Owing(tuple(found), finished)


def _waits_from(owed: Owed, today: date) -> date:
    """Return by which day to sort: what the team does together, without a day, waits now."""
    return owed.due_on or (today if owed.is_the_teams else date.max)


# Assessments --------------------------------------------------------------------------------------


def running_assessments_of(user: User) -> QuerySet[Assessment]:
    """Return the assessments in which the user answers and talks, with how far they are.

    `leads` says whether the user leads the team, `has_finished` whether they said so; `members`
    counts the team, `ready` those of it who have finished.
    """
    team = Membership.objects.filter(team=OuterRef("team"))
    member = Membership.objects.filter(team=OuterRef("assessment__team"), user=OuterRef("user"))
    said = Participation.objects.filter(assessment=OuterRef("pk"), finished_on__isnull=False)
    ready = said.filter(Exists(member))
    return (
        Assessment.objects.filter(status__in=RUNNING, team__memberships__user=user)
        .annotate(
            has_finished=Exists(said.filter(user=user)),
            leads=Exists(team.filter(user=user, role=Role.LEAD)),
            members=count_of(team, "team"),
            ready=count_of(ready, "assessment"),
        )
        .select_related("team__organization", "round_entry__round")
        .order_by("opened_at")
    )


def _of_assessment(assessment: Assessment, today: date) -> Iterator[Owed]:
    team, address = assessment.team, assessment.get_absolute_url()
    if assessment.is_revealed:
        yield _talk(assessment, address)
        return
    if not _has_finished(assessment):
        together = "Your team's sheet, answered together. " if assessment.is_consensus else ""
        opened = f"{together}Opened {day(assessment.opened_at)}."
        title = f"Assessment of {team}"
        part_of = round_shown_with(assessment)
        yield Owed(Kind.SHEET, title, team, address, "Continue", assessment.due_on, opened, part_of)
    if _is_ready(assessment, today):
        yield _to_lead_on(assessment, address)


def _talk(assessment: Assessment, address: str) -> Owed:
    said = "The team is talking it over."
    if assessment.revealed_at:
        said += f" Answers were revealed {day(assessment.revealed_at)}."
    if _leads(assessment):
        said += " When you have talked, you submit it."
    team, title, due_on = assessment.team, f"Talk: {assessment.team}", assessment.due_on
    part_of = round_shown_with(assessment)
    return Owed(Kind.TALK, title, team, f"{address}talk/", "Join the talk", due_on, said, part_of)


def _has_finished(assessment: Assessment) -> bool:
    return bool(getattr(assessment, "has_finished", False))


def _leads(assessment: Assessment) -> bool:
    return bool(getattr(assessment, "leads", False))


def _is_ready(assessment: Assessment, today: date) -> bool:
    """Whether its lead can go on: everybody has finished, or the day has passed."""
    if not _leads(assessment):
        return False
    over = assessment.due_on is not None and assessment.due_on < today
    return over or 0 < assessment.members <= assessment.ready  # type: ignore[attr-defined]


def _to_lead_on(assessment: Assessment, address: str) -> Owed:
    team, due_on = assessment.team, assessment.due_on
    if assessment.is_consensus:
        said = "The day by which it was wanted has passed."
        return Owed(Kind.SUBMIT, f"Submit: {team}", team, address, "To the sheet", due_on, said)
    ready, members = assessment.ready, assessment.members  # type: ignore[attr-defined]
    said = f"{ready} of {members} {'has' if ready == 1 else 'have'} finished."
    return Owed(Kind.REVEAL, f"Reveal: {team}", team, address, "See who", due_on, said)


# Actions and exemptions ---------------------------------------------------------------------------


def open_actions_of(user: User) -> QuerySet[Action]:
    """Return what the user has to do in teams they are in."""
    return (
        Action.objects.filter(owner=user, status__in=TO_DO, team__memberships__user=user)
        .select_related("team__organization")
        .order_by(F("due_on").asc(nulls_last=True), "pk")
    )


def _of_action(action: Action) -> Owed:
    team = action.team
    address = reverse("action", args=[team.organization.slug, team.slug, action.pk])
    said = "In progress." if action.status == ActionStatus.IN_PROGRESS else ""
    return Owed(Kind.ACTION, action.text, team, address, "Open", action.due_on, said)


def to_review(user: User, today: date) -> QuerySet[Exemption]:
    """Return what the teams that the user leads put aside until a day that is near."""
    leads = Membership.objects.filter(user=user, role=Role.LEAD, team=OuterRef("team"))
    near = Q(until__gte=today, until__lte=today + timedelta(days=DAYS_TO_REVIEW))
    return Exemption.objects.filter(near, Exists(leads), ended_at=None).select_related(
        "team__organization", "question"
    )


def _of_exemption(exemption: Exemption) -> Owed:
    return Owed(
        Kind.REVIEW,
        f"Look again at {quoted(exemption.question.title)}",
        exemption.team,
        f"{exemption.team.get_absolute_url()}#put-aside",
        "Review",
        exemption.until,
        f"{ExemptionKind(exemption.kind).label} until then; after that it is suggested again.",
    )
