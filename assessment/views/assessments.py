"""Open an assessment, see who has finished, say so oneself, submit."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from assessment.forms import OpenAssessmentForm
from assessment.models import Assessment
from assessment.progress import Progress, progress_of
from assessment.scoring import LEAST_RESPONDENTS
from assessment.submitting import NotPossible, finish, open_assessment, submit
from teams.access import Right, SignedIn, may, team_for
from teams.models import Team, User


def assessment_for(
    request: SignedIn, organization: str, team: str, assessment: UUID, right: Right = Right.ENTER
) -> Assessment:
    """Return the team's assessment for somebody who may enter; 404 and 403 as at every door."""
    place = team_for(request.user, organization, team, right)
    found = Assessment.objects.filter(team=place, pk=assessment).first()
    if found is None:
        raise Http404
    found.team = place
    return found


def assessment_new(request: SignedIn, organization: str, team: str) -> HttpResponse:
    place = team_for(request.user, organization, team, Right.LEAD)
    form = OpenAssessmentForm(request.POST or None)
    if form.is_valid():
        try:
            opened = open_assessment(
                team=place,
                by=request.user,
                length=form.cleaned_data["length"],
                due_on=form.cleaned_data["due_on"],
            )
        except NotPossible as error:
            messages.error(request, str(error))
            return redirect(place)
        messages.success(request, "The assessment is open. Each member now answers alone.")
        return redirect(opened)
    context = {"form": form, "team": place, "organization": place.organization}
    return render(request, "assessment/new.html", context)


def assessment(request: SignedIn, organization: str, team: str, assessment: UUID) -> HttpResponse:
    found = assessment_for(request, organization, team, assessment)
    context = {
        "assessment": found,
        "team": found.team,
        "organization": found.team.organization,
        "may_lead": may(found.team, Right.LEAD),
        "progress": own_progress(found, request.user),
        **participation(found.team, found),
    }
    return render(request, "assessment/assessment.html", context)


def own_progress(assessment: Assessment, user: User) -> Progress | None:
    """Return how far the visitor's own sheet is, if they answer in this team."""
    if not (assessment.is_open and may(assessment.team, Right.ANSWER)):
        return None
    return progress_of(assessment, user)


def participation(team: Team, assessment: Assessment) -> dict[str, object]:
    """Return who takes part and who said they have finished: never what, nor how far."""
    finished = set(
        assessment.participations.exclude(finished_on=None).values_list("user_id", flat=True)
    )
    members = [
        {"name": str(membership.user), "finished": membership.user_id in finished}
        for membership in team.memberships.select_related("user").order_by("user__name")
    ]
    return {
        "members": members,
        "finished": sum(bool(member["finished"]) for member in members),
        "too_few": len(finished) < LEAST_RESPONDENTS,
        "least": LEAST_RESPONDENTS,
    }


@require_POST
def assessment_finish(
    request: SignedIn, organization: str, team: str, assessment: UUID
) -> HttpResponse:
    found = assessment_for(request, organization, team, assessment, Right.ANSWER)
    if found.is_open:
        finish(assessment=found, user=request.user)
        messages.success(
            request, "Thank you. You can still change your answers until your lead submits."
        )
    else:
        messages.warning(request, "This assessment was submitted already; nothing was changed.")
    return redirect(found)


@require_POST
def assessment_submit(
    request: SignedIn, organization: str, team: str, assessment: UUID
) -> HttpResponse:
    found = assessment_for(request, organization, team, assessment, Right.LEAD)
    try:
        _, now = submit(assessment=found, by=request.user)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect(found)
    said = "Submitted. These are the new scores." if now else "It was submitted already."
    messages.success(request, said)
    return redirect(found.team)
