"""Open an assessment; see who has finished; reveal, reopen and submit it."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from assessment import lifecycle
from assessment.carried_over import carried_over
from assessment.forms import AddressesForm, DueDateForm, OpenAssessmentForm
from assessment.freezing import rule_of
from assessment.inviting import usable_links
from assessment.lifecycle import NotPossible, Revealed, least_changes, least_sheets
from assessment.models import Action, AgreedAnswer, Assessment
from assessment.models.answering import AssessmentStatus
from assessment.modes import meaning_here, thresholds_of
from assessment.progress import Progress, progress_of
from assessment.rounds import round_shown_with
from assessment.taking_part import taking_part
from teams.access import Right, SignedIn, may, team_for
from teams.models import User

STOP_POLLING = 286  # htmx shows what came and asks no more


def assessment_for(
    request: SignedIn, organization: str, team: str, assessment: UUID, right: Right = Right.ENTER
) -> Assessment:
    """Return the team's assessment for somebody who may enter; 404 and 403 as at every door."""
    place = team_for(request.user, organization, team, right)
    found = (
        Assessment.objects.select_related("round_entry__round")
        .filter(team=place, pk=assessment)
        .first()
    )
    if found is None:
        raise Http404
    found.team = place
    return found


def assessment_new(request: SignedIn, organization: str, team: str) -> HttpResponse:
    place = team_for(request.user, organization, team, Right.LEAD)
    members = place.memberships.count()
    least_answers = place.organization.least_answers
    form = OpenAssessmentForm(request.POST or None, members=members, least_answers=least_answers)
    if form.is_valid():
        try:
            opened = lifecycle.open_assessment(team=place, by=request.user, **form.cleaned_data)
        except NotPossible as error:
            messages.error(request, str(error))
            return redirect(place)
        messages.success(request, f"The assessment is open. {meaning_here(opened).what}")
        return redirect(opened)
    context = {
        "form": form,
        "team": place,
        "organization": place.organization,
        "members": members,
        "rule": thresholds_of(least_answers),
    }
    return render(request, "assessment/new.html", context)


def assessment(request: SignedIn, organization: str, team: str, assessment: UUID) -> HttpResponse:
    found = assessment_for(request, organization, team, assessment)
    context = who_context(request, found) | {
        "organization": found.team.organization,
        "meaning": meaning_here(found),
        "progress": own_progress(found, request.user),
        "round": round_shown_with(found),
    }
    if found.is_submitted or found.is_revealed:
        context |= record(found)
    if not found.is_submitted:
        context["carried_over"] = carried_over(found)
        context["today"] = timezone.localdate()
    if found.is_submitted:
        context["before"] = one_before(found)
    elif may(found.team, Right.LEAD):
        context |= for_the_lead(found)
    return render(request, "assessment/assessment.html", context)


def who_context(request: SignedIn, assessment: Assessment) -> dict[str, Any]:
    """Return who takes part, for the page and for the part of it that is renewed."""
    who = taking_part(assessment)
    has_finished = who.has_finished(request.user)
    return {
        "assessment": assessment,
        "team": assessment.team,
        "may_lead": may(assessment.team, Right.LEAD),
        "who": who,
        "has_finished": has_finished,
        "to_remind": who.to_remind(request.user),
        "asker_waits": may(assessment.team, Right.ANSWER) and not has_finished,
        "least": least_sheets(assessment),
    }


def own_progress(assessment: Assessment, user: User) -> Progress | None:
    """Return how far the sheet the visitor fills is, if they answer in this team."""
    if not (assessment.is_open and may(assessment.team, Right.ANSWER)):
        return None
    return progress_of(assessment, user)


def for_the_lead(assessment: Assessment) -> dict[str, Any]:
    return {
        "due_form": DueDateForm(initial={"due_on": assessment.due_on}),
        "addresses": AddressesForm(),
        "links": usable_links(assessment),
        "least_for_a_score": rule_of(assessment).least.respondents,
        "changes_needed": least_changes(assessment),
    }


def record(assessment: Assessment) -> dict[str, Any]:
    """Return what came out of the talk so far, in the order of the questions."""
    agreed = AgreedAnswer.objects.filter(assessment=assessment, answer__isnull=False)
    actions = Action.objects.filter(assessment=assessment).select_related("owner", "question")
    return {
        "agreed": agreed.select_related("question").order_by(
            "question__questionnaire__position", "question__position"
        ),
        "actions": actions.order_by("status", F("due_on").asc(nulls_last=True), "pk"),
    }


def one_before(assessment: Assessment) -> Assessment | None:
    """Return the team's assessment that was submitted last before this one."""
    earlier = Assessment.objects.filter(
        team=assessment.team,
        status=AssessmentStatus.SUBMITTED,
        submitted_at__lt=assessment.submitted_at,
    )
    return earlier.order_by("-submitted_at").first()


@never_cache
@login_not_required
def assessment_who(
    request: HttpRequest, organization: str, team: str, assessment: UUID
) -> HttpResponse:
    """Return who has finished, for a page that asks every few seconds; 204 when it knows already.

    Whoever was signed out meanwhile is told so in place: the login page would be put there.
    """
    if not request.user.is_authenticated:
        return render(request, "assessment/_signed_out.html", status=STOP_POLLING)
    visitor = cast(SignedIn, request)
    found = assessment_for(visitor, organization, team, assessment)
    context = who_context(visitor, found)
    if request.GET.get("seen") == context["who"].version:
        return HttpResponse(status=204)
    return render(request, "assessment/_who.html", context | {"renewed": True})


@require_POST
def assessment_finish(
    request: SignedIn, organization: str, team: str, assessment: UUID
) -> HttpResponse:
    found = assessment_for(request, organization, team, assessment, Right.ANSWER)
    if found.is_consensus:
        messages.info(request, "The team answers together, so nobody finishes alone.")
    elif found.is_open:
        lifecycle.finish(assessment=found, user=request.user)
        messages.success(
            request, "Thank you. You can still change your answers until they are revealed."
        )
    else:
        messages.warning(request, "The sheets are closed already; nothing was changed.")
    return redirect(found)


@require_POST
def assessment_unfinish(
    request: SignedIn, organization: str, team: str, assessment: UUID
) -> HttpResponse:
    found = assessment_for(request, organization, team, assessment, Right.ANSWER)
    if found.is_open:
        lifecycle.unfinish(assessment=found, user=request.user)
        messages.success(request, "You have not finished after all. Your answers are all there.")
    else:
        messages.warning(request, "The sheets are closed already; nothing was changed.")
    return redirect(found)


@require_POST
def assessment_due(
    request: SignedIn, organization: str, team: str, assessment: UUID
) -> HttpResponse:
    found = assessment_for(request, organization, team, assessment, Right.LEAD)
    form = DueDateForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"The day was not changed. {form.errors['due_on'][0]}")
        return redirect(found)
    try:
        lifecycle.change_due_date(assessment=found, due_on=form.cleaned_data["due_on"])
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The day by which answers are wanted was changed.")
    return redirect(found)


@require_POST
def assessment_reveal(
    request: SignedIn, organization: str, team: str, assessment: UUID
) -> HttpResponse:
    found = assessment_for(request, organization, team, assessment, Right.LEAD)
    try:
        revealed = lifecycle.reveal(assessment=found, by=request.user)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        say_what_the_reveal_did(request, revealed, least_changes(found))
    return redirect(found)


def say_what_the_reveal_did(request: HttpRequest, revealed: Revealed, least: int) -> None:
    if revealed is Revealed.NOW:
        messages.success(request, "Revealed. The sheets are closed, and the team can talk.")
    elif revealed in (Revealed.IN_PART, Revealed.AS_BEFORE):
        where = "" if revealed is Revealed.AS_BEFORE else " for some questions"
        messages.warning(
            request,
            f"The sheets are closed again, and the result is the one before{where}: a question "
            f"counts anew once {least} people have changed their answer to it, as otherwise one "
            "person's change would show. The changes are kept until then.",
        )
    else:
        messages.info(request, "It was revealed already.")


@require_POST
def assessment_reopen(
    request: SignedIn, organization: str, team: str, assessment: UUID
) -> HttpResponse:
    found = assessment_for(request, organization, team, assessment, Right.LEAD)
    try:
        now = lifecycle.reopen(assessment=found)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        said = "Open again: everybody can change their answers." if now else "It is open already."
        messages.success(request, said)
    return redirect(found)


@require_POST
def assessment_submit(
    request: SignedIn, organization: str, team: str, assessment: UUID
) -> HttpResponse:
    found = assessment_for(request, organization, team, assessment, Right.LEAD)
    try:
        _, now = lifecycle.submit(assessment=found, by=request.user)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect(found)
    said = "Submitted. These are the new scores." if now else "It was submitted already."
    messages.success(request, said)
    return redirect(found.team)
