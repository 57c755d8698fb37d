"""Which assessment takes part in a round for each team, and who is told of it."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Lower
from django.utils.formats import date_format

from assessment.latest_results import count_of
from assessment.lifecycle import NotPossible, open_assessment
from assessment.models import Assessment, Round, RoundEntry
from assessment.models.answering import RUNNING, Mode
from assessment.modes import suggested_mode
from teams.models import Membership, Role, Team, User
from teams.notices import tell


def bring_in(held: Round) -> list[Team]:
    """Let each chosen team that is not in the round yet take part, and return those that now do.

    A team that assesses itself already takes part with that assessment, unless that belongs to
    another open round: then it stays out until it is submitted.
    """
    waiting = with_how_they_answer(held.teams.exclude(assessments__round_entry__round=held))
    running = {
        each.team_id: each
        for each in Assessment.objects.filter(status__in=RUNNING, team__rounds=held)
    }
    entries = [entry for team in waiting if (entry := entry_of(team, held, running.get(team.pk)))]
    tell_leads(entries, held)
    return [entry.assessment.team for entry in entries]


def with_how_they_answer(teams: QuerySet[Team]) -> QuerySet[Team]:
    """Return the teams by name, each with its number of members and how it answered last time."""
    earlier = Assessment.objects.filter(team=OuterRef("pk")).order_by("-opened_at")
    return (
        teams.annotate(
            members=count_of(Membership.objects.filter(team=OuterRef("pk")), "team"),
            last_mode=Subquery(earlier.values("mode")[:1]),
        )
        .select_related("organization")
        .order_by(Lower("name"))
    )


def mode_of(team: Team) -> str:
    """Return how a team answers in a round: as last time, or as is suggested for one so small.

    `team` is one of `with_how_they_answer`. Where there is one member or none, more are to come.
    """
    last: str | None = team.last_mode  # type: ignore[attr-defined]
    members: int = team.members  # type: ignore[attr-defined]
    if last or members < 2:
        return last or Mode.INDIVIDUAL
    return suggested_mode(members, team.organization.least_answers)


def entry_of(team: Team, held: Round, running: Assessment | None) -> RoundEntry | None:
    """Let one team take part; return nothing when it cannot, which its board says.

    An assessment left over from a round that was closed goes on in this one.
    """
    try:
        with transaction.atomic():
            if running is None:
                running = open_assessment(
                    team=team,
                    by=held.planned_by,
                    length=held.length,
                    mode=mode_of(team),
                    due_on=held.due_on,
                )
            running.team = team
            entry = entry_for(running, held)
            if running.due_on is None or running.due_on < held.opens_on:
                Assessment.objects.filter(pk=running.pk).update(due_on=held.due_on)
            return entry
    except (NotPossible, IntegrityError):
        return None


def entry_for(running: Assessment, held: Round) -> RoundEntry:
    """Make an assessment part of the round. Raises NotPossible while another open one has it."""
    there = RoundEntry.objects.select_for_update().filter(assessment=running).first()
    if there is None:
        return RoundEntry.objects.create(round=held, assessment=running)
    if there.round.is_open:
        raise NotPossible("This assessment belongs to another open round.")
    there.round = held
    there.save(update_fields=["round"])
    return there


def tell_leads(entries: Iterable[RoundEntry], held: Round) -> None:
    by = date_format(held.due_on, "j F Y")
    for lead, assessment in leads_of([entry.assessment for entry in entries]):
        tell(
            lead,
            f"{assessment.team} is part of the round “{held.title}”: answers are wanted by {by}.",
            assessment.get_absolute_url(),
        )


def leads_of(assessments: Iterable[Assessment]) -> list[tuple[User, Assessment]]:
    """Return each lead of the assessments' teams, with the assessment."""
    by_team = {each.team_id: each for each in assessments}
    leads = Membership.objects.filter(team__in=by_team, role=Role.LEAD, user__is_active=True)
    return [
        (lead.user, by_team[lead.team_id])
        for lead in leads.select_related("user")
        if lead.team_id is not None
    ]
