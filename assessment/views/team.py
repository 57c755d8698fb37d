"""The team page: how mature we are, whether it changes, what next. And the targets shown on it."""

from datetime import UTC, date
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.cache import caches
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from assessment.aims import aims_of
from assessment.history import lettered
from assessment.models import Annotation, Assessment, Snapshot
from assessment.models.answering import RUNNING, AssessmentStatus, Mode
from assessment.models.rounds import RoundStatus
from assessment.overview import WINDOW, overview
from assessment.plan import Plan, plan_of
from assessment.targets import TargetsForm, model_aimed_at
from teams.access import Right, SignedIn, may, organization_for, team_for
from teams.models import Membership, Organization, Team, User


def team(request: SignedIn, organization: str, team: str) -> HttpResponse:
    place = team_for(request.user, organization, team)
    plan = plan_of(place.pk)
    context = {
        "team": place,
        "organization": place.organization,
        "may_lead": may(place, Right.LEAD),
        "may_answer": may(place, Right.ANSWER),
        "running": running_assessment(place, request.user),
        "actions": plan.open_actions,
        "actions_panel": actions_panel(place, plan),
        "today": timezone.localdate(),
        "results": results(place, request.GET.get("page", ""), plan),
    }
    return render(request, "assessment/team.html", context)


def team_targets(request: SignedIn, organization: str, team: str) -> HttpResponse:
    place = team_for(request.user, organization, team, Right.LEAD)
    return targets(request, place.organization, place)


def organization_targets(request: SignedIn, organization: str) -> HttpResponse:
    return targets(request, organization_for(request.user, organization, Right.COMPARE), None)


def targets(request: SignedIn, organization: Organization, team: Team | None) -> HttpResponse:
    """Show and keep the targets of a team, or those that its teams inherit."""
    model = model_aimed_at(team)
    form = model and TargetsForm(
        request.POST or None, organization=organization, team=team, model=model
    )
    if form and form.is_valid():
        form.save()
        messages.success(request, "The targets are saved. They stand on the charts from now on.")
        return redirect(team or organization)
    context = {"form": form, "team": team, "organization": organization}
    return render(request, "assessment/targets.html", context)


def running_assessment(team: Team, visitor: User) -> dict[str, Any] | None:
    """Return what goes on in the team, how many of its members have finished, and the visitor.

    Only that they finished: never what, nor how far.
    """
    ask = questions_about(team.pk)
    rows = list(ask.running.all())
    if not rows:
        return None
    assessment, status, mode, due_on, *round_ = rows[0][:8]
    members = set(ask.members.all())
    finished = {user for *_, user, day in rows if day} & members
    is_revealed = status == AssessmentStatus.REVEALED
    return {
        "address": reverse(
            "talk" if is_revealed else "assessment",
            args=[team.organization.slug, team.slug, assessment],
        ),
        "is_revealed": is_revealed,
        "is_consensus": mode == Mode.CONSENSUS,
        "due_on": due_on,
        "round": PartOfRound(*round_),
        "members": len(members),
        "finished": len(finished),
        "visitor_finished": visitor.pk in finished,
    }


class PartOfRound(NamedTuple):
    """What the team sees of its assessment's round; all empty without one."""

    title: str | None
    message: str | None
    due_on: date | None
    status: str | None

    @property
    def is_open(self) -> bool:
        return self.status == RoundStatus.OPEN


class Questions(NamedTuple):
    """What each visit asks the database about one team. Take `.all()`: a fresh answer."""

    running: QuerySet[Any, tuple[Any, ...]]
    members: QuerySet[Any, int]
    snapshots: QuerySet[Any, int]
    notes: QuerySet[Any, tuple[date, str]]


# Composing these takes longer than answering them; they hold no rows.
@lru_cache(maxsize=256)
def questions_about(team: int) -> Questions:
    return Questions(
        running=Assessment.objects.filter(team=team, status__in=RUNNING)
        .order_by()
        .values_list(
            "pk",
            "status",
            "mode",
            "due_on",
            "round_entry__round__title",
            "round_entry__round__message",
            "round_entry__round__due_on",
            "round_entry__round__status",
            "participations__user",
            "participations__finished_on",
        ),
        members=Membership.objects.filter(team=team).order_by().values_list("user", flat=True),
        snapshots=Snapshot.objects.filter(team=team).order_by("pk").values_list("pk", flat=True),
        notes=Annotation.objects.filter(team=team).order_by("on", "at").values_list("on", "text"),
    )


def results(team: Team, page: str, plan: Plan) -> SafeString:
    """Return the part of the page that rests on snapshots, aims, notes and the plan; empty without.

    Snapshots never change, so it is rendered once for each set of them with what is aimed at and
    planned, for those who lead and for those who don't. Pages lead back in time.
    """
    ask = questions_about(team.pk)
    snapshots = list(ask.snapshots.all())
    if not snapshots:
        return SafeString()
    oldest = (len(snapshots) - 1) // WINDOW + 1
    wanted = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
    at = min(max(wanted, 1), oldest)
    targets = aims_of(team)
    notes = lettered(ask.notes.all())
    leads = may(team, Right.LEAD)
    rests_on = repr((team.pk, snapshots, at, targets, notes, plan.results_rest_on, leads))
    key = f"team-{blake2b(rests_on.encode(), digest_size=16).hexdigest()}"
    html = caches["rendered"].get(key)
    if html is None:
        with timezone.override(UTC):  # it is kept for readers of every zone
            context = overview(team, targets, notes, at, plan) | {"may_lead": leads}
            html = render_to_string("assessment/_results.html", context)
        caches["rendered"].set(key, html)
    return SafeString(html)


def actions_panel(team: Team, plan: Plan) -> SafeString:
    """Return the open actions, the same for everybody who plans; rendered once for each state."""
    if not plan.open_actions:
        return SafeString()
    today = timezone.localdate()
    rests_on = repr((team.pk, team.name, plan.open_actions, today))
    key = f"actions-{blake2b(rests_on.encode(), digest_size=16).hexdigest()}"
    html = caches["rendered"].get(key)
    if html is None:
        context = {"team": team, "actions": plan.open_actions, "today": today}
        html = render_to_string("assessment/_team_actions_panel.html", context)
        caches["rendered"].set(key, html)
    return SafeString(html)
