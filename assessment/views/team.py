"""The team page: how mature we are, whether it changes, what next. And the targets shown on it."""

from hashlib import blake2b
from typing import Any

from django.contrib import messages
from django.core.cache import caches
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from assessment.history import Aim
from assessment.models import Assessment, Snapshot, Target
from assessment.models.answering import AssessmentStatus
from assessment.overview import WINDOW, overview
from assessment.targets import TargetsForm, newest_model
from teams.access import Right, SignedIn, may, team_for
from teams.models import Team, User


def team(request: SignedIn, organization: str, team: str) -> HttpResponse:
    place = team_for(request.user, organization, team)
    context = {
        "team": place,
        "organization": place.organization,
        "may_lead": may(place, Right.LEAD),
        "may_answer": may(place, Right.ANSWER),
        "open": open_assessment(place, request.user),
        "results": results(place, request.GET.get("page", "")),
    }
    return render(request, "assessment/team.html", context)


def team_targets(request: SignedIn, organization: str, team: str) -> HttpResponse:
    place = team_for(request.user, organization, team, Right.LEAD)
    model = newest_model()
    form = model and TargetsForm(request.POST or None, team=place, model=model)
    if form and form.is_valid():
        form.save()
        messages.success(request, "The targets are saved. They stand on the charts from now on.")
        return redirect(place)
    context = {"form": form, "team": place, "organization": place.organization}
    return render(request, "assessment/targets.html", context)


def open_assessment(team: Team, visitor: User) -> dict[str, Any] | None:
    """Return the team's open assessment, how many of its members have finished, and the visitor.

    Only that they finished: never what, nor how far.
    """
    rows = list(
        Assessment.objects.filter(team=team, status=AssessmentStatus.OPEN)
        .order_by()
        .values_list("pk", "due_on", "participations__user", "participations__finished_on")
    )
    if not rows:
        return None
    members = set(team.memberships.values_list("user", flat=True))
    finished = {user for _, _, user, day in rows if day} & members
    return {
        "url": reverse("assessment", args=[team.organization.slug, team.slug, rows[0][0]]),
        "due_on": rows[0][1],
        "members": len(members),
        "finished": len(finished),
        "visitor_finished": visitor.pk in finished,
    }


def results(team: Team, page: str) -> SafeString:
    """Return the part of the page that rests on snapshots and targets alone; empty without any.

    Snapshots never change, so it is rendered once for each set of them. Pages lead back in time.
    """
    snapshots = Snapshot.objects.of_team(team).ids()
    if not snapshots:
        return SafeString()
    oldest = (len(snapshots) - 1) // WINDOW + 1
    wanted = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
    at = min(max(wanted, 1), oldest)
    targets = targets_of(team)
    rests_on = repr((team.pk, snapshots, at, sorted(targets.items())))
    key = f"team-{blake2b(rests_on.encode(), digest_size=16).hexdigest()}"
    html = caches["rendered"].get(key)
    if html is None:
        html = render_to_string("assessment/_results.html", overview(team, targets, at))
        caches["rendered"].set(key, html)
    return SafeString(html)


def targets_of(team: Team) -> dict[str, Aim]:
    rows = Target.objects.filter(team=team).values_list("questionnaire_key", "level", "by")
    return {key: Aim(level, by) for key, level, by in rows.order_by()}
