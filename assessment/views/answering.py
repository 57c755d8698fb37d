"""The page on which a respondent answers one questionnaire."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from assessment.answer_form import (
    Filled,
    Posted,
    as_stored,
    conflict_html,
    error_html,
    posted_answers,
    questions_html,
    ways_html,
)
from assessment.models import Assessment
from assessment.progress import Progress, QuestionnaireProgress, progress_through
from assessment.published import PublishedQuestionnaire, published_model
from assessment.saving import (
    AssessmentClosed,
    Conflict,
    Saved,
    StoredAnswer,
    answers_of,
    save_answers,
)
from teams.access import Right, SignedIn, team_for
from teams.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def answer(
    request: SignedIn, organization: str, team: str, assessment: UUID, questionnaire: str
) -> HttpResponse:
    """Show one questionnaire with the visitor's own answers; without scripts, save it as a form."""
    found = assessment_to_answer(request.user, organization, team, assessment)
    if not found.is_open:
        messages.warning(request, "This assessment was submitted; its answers stand as they are.")
        return redirect(found)
    asked = questionnaire_asked(found, questionnaire)
    if request.method == "POST":
        return save_form(request, found, asked)
    return page(request, found, asked, answers_of(request.user, found))


def assessment_to_answer(user: User, organization: str, team: str, assessment: UUID) -> Assessment:
    """Return the assessment with its team and organization, for somebody who answers there.

    Who answers there comes in by one query; to anybody else the usual doors say why not.
    """
    mine = Assessment.objects.select_related("team__organization").filter(
        pk=assessment,
        team__memberships__user=user.pk,
        team__memberships__role__in=Right.ANSWER.value,
    )
    found = next(iter(mine.order_by()), None)
    if found and (found.team.organization.slug, found.team.slug) == (organization, team):
        return found
    team_for(user, organization, team, Right.ANSWER)
    raise Http404


def questionnaire_asked(assessment: Assessment, key: str) -> PublishedQuestionnaire:
    model = published_model(assessment.maturity_model_id)
    for each in model.asked(assessment.length, assessment.rules_control_changes):
        if each.key == key:
            return each
    raise Http404


def page(
    request: SignedIn,
    assessment: Assessment,
    questionnaire: PublishedQuestionnaire,
    stored: Mapping[int, StoredAnswer],
    unsaved: dict[str, Filled] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the questionnaire as stored, or as sent where `unsaved` has a question's key."""
    unsaved = unsaved or {}
    questions = questionnaire.questions
    shown = {each.key: as_stored(stored[each.id]) for each in questions if each.id in stored}
    progress = progress_in(assessment, stored)
    model, length = assessment.maturity_model_id, assessment.length
    context = {
        "assessment": assessment,
        "team": assessment.team,
        "organization": assessment.team.organization,
        "questionnaire": questionnaire,
        "questions": questions_html(questions, shown | unsaved),
        "ways": ways_html(
            f"{model}:{length}:{assessment.rules_control_changes}", progress, questionnaire.key
        ),
        "unsaved": [each for each in questions if each.key in unsaved],
        "next": following(progress, questionnaire.key),
        "saving_address": reverse("api-1:save_answer", args=[assessment.pk, "-"])[:-1],
    }
    return render(request, "assessment/answer.html", context, status=status)


def progress_in(assessment: Assessment, stored: Mapping[int, StoredAnswer]) -> Progress:
    answered = {key for key, value in stored.items() if value.given.answer is not None}
    return progress_through(assessment, answered)


def following(progress: Progress, key: str) -> QuestionnaireProgress | None:
    """Return the questionnaire after this one, or None after the last."""
    keys = [each.key for each in progress.questionnaires]
    return next(iter(progress.questionnaires[keys.index(key) + 1 :]), None)


# Without scripts --------------------------------------------------------------------------------


def save_form(
    request: SignedIn, assessment: Assessment, questionnaire: PublishedQuestionnaire
) -> HttpResponse:
    """Save what can be saved; show the rest as it was sent, with the reason at each question."""
    stored = answers_of(request.user, assessment)
    posted = posted_answers(request.POST, questionnaire.questions, stored)
    sound = [each for each in posted if not each.error]
    try:
        outcomes = save_answers(
            user=request.user,
            assessment_id=assessment.pk,
            changes=[each.change for each in sound],
        )
    except AssessmentClosed as closed:
        messages.error(request, f"{closed} What you just sent was not stored.")
        return redirect(assessment)
    unsaved = not_saved(posted, zip(sound, outcomes, strict=True))
    saved = len(posted) - len(unsaved)
    if not unsaved:
        messages.success(request, said_about(saved))
        return redirect(where_next(request, assessment, questionnaire))
    if saved:
        messages.success(request, said_about(saved))
    status = 422 if any(each.error for each in posted) else 409
    now = answers_of(request.user, assessment)
    return page(request, assessment, questionnaire, now, unsaved, status)


def not_saved(
    posted: Collection[Posted], outcomes: Iterable[tuple[Posted, Saved | Conflict]]
) -> dict[str, Filled]:
    """Return how the form looks at each question that was not saved: as sent, with the reason."""
    troubles = {each.change.question: error_html(each.error) for each in posted if each.error}
    for each, outcome in outcomes:
        if isinstance(outcome, Conflict):
            troubles[each.change.question] = conflict_html(each.question, outcome)
    changes = {each.change.question: each.change for each in posted}
    return {
        key: Filled(changes[key].given, changes[key].revision, trouble=trouble)
        for key, trouble in troubles.items()
    }


def where_next(
    request: SignedIn, assessment: Assessment, questionnaire: PublishedQuestionnaire
) -> str:
    if request.POST.get("then") != "next":
        return request.path
    progress = progress_in(assessment, answers_of(request.user, assessment))
    after = following(progress, questionnaire.key)
    return after.resume_url if after else assessment.get_absolute_url()


def said_about(saved: int) -> str:
    if not saved:
        return "Nothing had changed, so there was nothing to save."
    return f"Saved: {saved} answer{'s' if saved > 1 else ''}."
