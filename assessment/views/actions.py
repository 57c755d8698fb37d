"""A team's actions: as a board and as a list, one by itself, and made of suggestions."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from assessment import planning
from assessment.action_forms import EditForm, PlanForm, as_typed
from assessment.action_history import Difference, differences, history
from assessment.action_list import Chosen, actions_of, board, headings, page_of
from assessment.action_origin import origin_of
from assessment.attained_level import level_of
from assessment.last_means import last_means
from assessment.models import Action, Assessment
from assessment.models.planning import ActionStatus
from assessment.planning import FIELDS, ChangedMeanwhile
from assessment.published import PublishedQuestion
from assessment.question_score import TOP
from teams.access import Right, SignedIn, team_for
from teams.models import Team

MOST_AT_ONCE: Final = 40
UNDECIDED: Final = "Choose which of the two to keep, in each. Nothing was changed yet."


@require_safe
def actions(request: SignedIn, organization: str, team: str) -> HttpResponse:
    place = team_for(request.user, organization, team, Right.PLAN)
    chosen = Chosen.from_address(request.GET.dict())
    today = timezone.localdate()
    found = actions_of(place, chosen, request.user, today)
    context = {
        "team": place,
        "organization": place.organization,
        "chosen": chosen,
        "today": today,
    }
    if chosen.as_list:
        context |= {"page": page_of(found, chosen), "headings": headings(chosen)}
    else:
        context |= {"columns": board(found)}
    return render(request, "assessment/actions.html", context)


def action_new(request: SignedIn, organization: str, team: str) -> HttpResponse:
    """Note an action outside of a talk."""
    place = team_for(request.user, organization, team, Right.PLAN)
    form = PlanForm(request.POST or None, team=place)
    if form.is_valid():
        made = planning.note_action(team=place, by=request.user, **form.cleaned_data)
        messages.success(request, "The action is noted.")
        return redirect(planning.address_of(made))
    context = {"team": place, "organization": place.organization, "form": form}
    return render(request, "assessment/action_new.html", context)


@require_POST
def action_make(request: SignedIn, organization: str, team: str) -> HttpResponse:
    """Make actions of what is suggested: one press for one, or for a whole set of steps."""
    place = team_for(request.user, organization, team, Right.PLAN)
    steps = steps_asked(place, request.POST.get("steps", ""))
    if not steps:
        messages.error(
            request,
            "What this page suggested is not suggested any more: a newer assessment was submitted. "
            "No action was made. Choose from the next steps as they are now.",
        )
        return redirect(f"{place.get_absolute_url()}#next-steps")
    made = [
        planning.make_of_step(
            team=place,
            by=request.user,
            assessment=step.assessment,
            question=step.question,
            level=step.level,
        )
        for step in steps
    ]
    messages.success(request, what_was_made([new for _, new in made]))
    if len(made) == 1:
        return redirect(planning.address_of(made[0][0]))
    return redirect("actions", organization, team)


class AskedStep(NamedTuple):
    """A question and the level it is to come to, with the assessment that suggests it."""

    question: PublishedQuestion
    level: int
    assessment: Assessment


def steps_asked(team: Team, sent: str) -> list[AskedStep]:
    """Return the steps that a form names as `key:level`; none at all if one does not apply."""
    known = last_means(team)
    named = sent.split()
    if known is None or not 0 < len(named) <= MOST_AT_ONCE:
        return []
    assessments = Assessment.objects.in_bulk(set(known.assessments.values()))
    found = []
    for each in dict.fromkeys(named):
        key, _, level = each.rpartition(":")
        question, row = known.model.questions.get(key), known.means.get(key)
        if question is None or row is None or row.mean is None or not row.applicable:
            return []
        if level not in {str(n) for n in range(level_of(row.mean) + 1, TOP + 1)}:
            return []
        found.append(AskedStep(question, int(level), assessments[known.assessments[key]]))
    return found


def what_was_made(new: list[bool]) -> str:
    if len(new) == 1:
        if new[0]:
            return "This is an action now. Change what you like: who, by when, how far it is."
        return "This is an action already."
    made, there = sum(new), new.count(False)
    said = f"{made} action{' was' if made == 1 else 's were'} made"
    if there:
        said += f"; {there} {'was' if there == 1 else 'were'} there already"
    return f"{said}. Give each an owner and a day."


# One action --------------------------------------------------------------------------------------


def action(request: SignedIn, organization: str, team: str, action: int) -> HttpResponse:
    """Show an action with its history; take what was changed of it."""
    found = action_of(team_for(request.user, organization, team, Right.PLAN), action)
    if request.method != "POST":
        return show(request, found, EditForm(as_typed(found), action=found))
    sent = what_was_chosen(request.POST, found)
    form = EditForm(sent, action=found)
    revision = number(sent.get("revision"))
    differing = differences(found, form, revision)
    if "seen" in sent and any(f"keep-{each.field}" not in sent for each in differing):
        return show(request, found, form, differing, UNDECIDED, status=409)
    if not form.is_valid():
        return show(request, found, form, differing if "seen" in sent else [])
    seen = number(sent.get("seen")) if "seen" in sent else revision
    try:
        planning.change_action(
            action=found, by=request.user, revision=seen, values=form.cleaned_data
        )
    except ChangedMeanwhile as error:
        now = differences(error.action, form, revision)
        return show(request, error.action, form, now, status=409)
    messages.success(request, "Saved.")
    return redirect(request.path)


@require_POST
def action_status(request: SignedIn, organization: str, team: str, action: int) -> HttpResponse:
    """Move an action to another status and go back to where that was pressed."""
    place = team_for(request.user, organization, team, Right.PLAN)
    found = action_of(place, action)
    status = request.POST.get("status", "")
    revision = number(request.POST.get("revision") or request.GET.get("revision"))
    if status not in ActionStatus.values:
        messages.error(
            request, "An action is open, in progress, done or dropped. Nothing was changed."
        )
        return redirect(back(request, place))
    try:
        planning.change_action(
            action=found,
            by=request.user,
            revision=revision,
            values={"status": ActionStatus(status)},
        )
    except ChangedMeanwhile as error:
        typed = {**as_typed(error.action), "status": status, "revision": str(revision)}
        form = EditForm(typed, action=error.action)
        differing = differences(error.action, form, revision)
        return show(request, error.action, form, differing, status=409)
    return redirect(back(request, place))


def action_of(team: Team, action: int) -> Action:
    rows = Action.objects.select_related(
        "owner", "question__questionnaire", "noted_by", "assessment"
    )
    found = get_object_or_404(rows, team=team, pk=action)
    found.team = team
    return found


def what_was_chosen(sent: QueryDict, action: Action) -> QueryDict:
    """Return what was sent with what is stored in place of each field where that is to be kept."""
    stored, chosen = as_typed(action), sent.copy()
    for field in FIELDS:
        if sent.get(f"keep-{field}") == "theirs":
            chosen[field] = stored[field]
    return chosen


def show(
    request: SignedIn,
    action: Action,
    form: EditForm,
    differing: Sequence[Difference] = (),
    trouble: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show an action, its form as it was typed, and where two have changed the same of it."""
    team = action.team
    context = {
        "team": team,
        "organization": team.organization,
        "action": action,
        "form": form,
        "statuses": ActionStatus.choices,
        "revision": form.data.get("revision") or action.revision,
        "differs": {each.field: each for each in differing},
        "trouble": trouble,
        "history": history(action),
        "origin": origin_of(action),
        "today": timezone.localdate(),
    }
    return render(request, "assessment/action.html", context, status=status)


def back(request: SignedIn, team: Team) -> str:
    """Return where the visitor came from, if that is here; else the team's page."""
    wanted = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if here else team.get_absolute_url()


def number(text: str | None) -> int:
    """Return a revision as sent; 0, which everything has changed since, for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0
