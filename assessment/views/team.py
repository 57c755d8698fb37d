"""The team page: how mature we are, whether it changes, what next. And the targets shown on it."""

from hashlib import blake2b
from typing import Any

from django.contrib import messages
from django.core.cache import caches
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from assessment.history import Aim
from assessment.models import Assessment, Snapshot, Target
from assessment.models.answering import AssessmentStatus
from assessment.overview import WINDOW, overview
from assessment.targets import TargetsForm, newest_model
from teams.access import Right, SignedIn, may, team_for
from teams.models import Membership, Team, User


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
    """Return the team's open assessment and how many have finished of how many, and the visitor.

    Only that they finished: never what, nor how far.
    """
    found = Assessment.objects.filter(team=team, status=AssessmentStatus.OPEN).first()
    if found is None:
        return None
    found.team = team
    finished = Q(user__in=found.participations.exclude(finished_on=None).values("user"))
    counts = Membership.objects.filter(team=team).aggregate(
        members=Count("pk"),
        finished=Count("pk", filter=finished),
        mine=Count("pk", filter=finished & Q(user=visitor)),
    )
    return {"assessment": found, **counts}


def results(team: Team, page: str) -> SafeString:
    """Return the part of the page that rests on snapshots and targets alone; empty without any.

    Snapshots never change, so it is rendered once for each set of them. Pages lead back in time.
    """
    newest, number = Snapshot.objects.of_team(team).fingerprint()
    if not number:
        return SafeString()
    oldest = (number - 1) // WINDOW + 1
    wanted = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
    at = min(max(wanted, 1), oldest)
    targets = targets_of(team)
    rests_on = repr((team.pk, newest, number, at, sorted(targets.items())))
    key = f"team-{blake2b(rests_on.encode(), digest_size=16).hexdigest()}"
    html = caches["rendered"].get(key)
    if html is None:
        html = render_to_string("assessment/_results.html", overview(team, targets, at))
        caches["rendered"].set(key, html)
    return SafeString(html)


def targets_of(team: Team) -> dict[str, Aim]:
    rows = Target.objects.filter(team=team).values_list("questionnaire_key", "level", "by")
    return {key: Aim(level, by) for key, level, by in rows.order_by()}
