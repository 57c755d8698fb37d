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
from assessment.last_time import last_time
from assessment.lifecycle import least_changes
from assessment.models import Assessment
from assessment.modes import thresholds_of
from assessment.progress import Progress, QuestionnaireProgress, progress_through
from assessment.published import PublishedQuestionnaire, asked_in
from assessment.saving import (
    WHY_CLOSED,
    AssessmentClosed,
    Conflict,
    Saved,
    StoredAnswer,
    answers_of,
    assessment_to_answer,
    save_answers,
)
from teams.access import SignedIn

LAST_TIME = "?last=1"


@require_http_methods(["GET", "HEAD", "POST"])
def answer(
    request: SignedIn, organization: str, team: str, assessment: UUID, questionnaire: str
) -> HttpResponse:
    """Show one questionnaire with the visitor's own answers; without scripts, save it as a form."""
    found = assessment_to_answer(request.user, assessment)
    if (found.team.organization.slug, found.team.slug) != (organization, team):
        raise Http404
    asked = questionnaire_asked(found, questionnaire)
    if request.method == "POST":
        return save_form(request, found, asked)
    if not found.is_open:
        messages.warning(request, WHY_CLOSED[found.status])
        return redirect(found)
    return page(request, found, asked, answers_of(request.user, found))


def questionnaire_asked(assessment: Assessment, key: str) -> PublishedQuestionnaire:
    for each in asked_in(assessment):
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
    closed: str = "",
) -> HttpResponse:
    """Render the questionnaire as stored, or as sent where `unsaved` has a question's key.

    `closed` says why nothing can be saved.
    """
    unsaved = unsaved or {}
    questions = questionnaire.questions
    shown = {each.key: as_stored(stored[each.id]) for each in questions if each.id in stored}
    progress = progress_in(assessment, stored, kept_in_address(request))
    model, length = assessment.maturity_model_id, assessment.length
    with_last_time = bool(kept_in_address(request))
    last = last_time(request.user, assessment) if with_last_time else None
    saving_address = reverse("api-1:save_answer", args=[assessment.pk, "-"]).removesuffix("-")
    context = {
        "assessment": assessment,
        "team": assessment.team,
        "organization": assessment.team.organization,
        "questionnaire": questionnaire,
        "questions": questions_html(questions, shown | unsaved, last),
        "ways": ways_html(
            f"{model}:{length}:{assessment.rules_control_changes}", progress, questionnaire.key
        ),
        "unsaved": [each for each in questions if each.key in unsaved],
        "next": following(progress, questionnaire.key),
        "saving_address": saving_address,
        "with_last_time": with_last_time,
        "last_time": last,
        "thresholds": thresholds_of(assessment.least_answers),
        "who_sees_in_full": not progress.answered,
        "changes_needed": least_changes(assessment) if assessment.reveals else 0,
        "closed": closed,
    }
    return render(request, "assessment/answer.html", context, status=status)


def kept_in_address(request: SignedIn) -> str:
    """Return what goes along from questionnaire to questionnaire: whether last time is shown."""
    return LAST_TIME if request.GET.get("last") == "1" else ""


def progress_in(assessment: Assessment, stored: Mapping[int, StoredAnswer], query: str) -> Progress:
    answered = {key for key, value in stored.items() if value.given.answer is not None}
    return progress_through(assessment, answered, query)


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
        return nothing_saved(request, assessment, questionnaire, posted, str(closed))
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


def nothing_saved(
    request: SignedIn,
    assessment: Assessment,
    questionnaire: PublishedQuestionnaire,
    posted: Collection[Posted],
    why: str,
) -> HttpResponse:
    """Say that the sheets are closed, and show what was sent, so that it can be copied."""
    if not posted:
        messages.warning(request, why)
        return redirect(assessment)
    unsaved = {
        each.question.key: Filled(each.change.given, each.change.revision, trouble=error_html(why))
        for each in posted
    }
    now = answers_of(request.user, assessment)
    return page(request, assessment, questionnaire, now, unsaved, status=409, closed=why)


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
        return request.path + kept_in_address(request)
    stored = answers_of(request.user, assessment)
    progress = progress_in(assessment, stored, kept_in_address(request))
    after = following(progress, questionnaire.key)
    return after.resume_url if after else assessment.get_absolute_url()


def said_about(saved: int) -> str:
    if not saved:
        return "Nothing had changed, so there was nothing to save."
    return f"Saved: {saved} answer{'s' if saved > 1 else ''}."
