"""The talk on every screen: the facilitator's, each member's own, and those of spectators.

A whole page and the part that follows the talk are the same template's work, so a screen with
scripts and one without show the same.
"""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from assessment import talking
from assessment.models import Assessment, Talk
from assessment.models.answering import AssessmentStatus
from assessment.published import asked_in, published_model
from assessment.saving import NotAcceptable, QuestionNotAsked
from assessment.talk_forms import ActionForm, AgreeForm, Typed, first_error
from assessment.talk_screen import (
    QuestionScreen,
    Viewer,
    screen,
    seconds_until,
    timer_of_a_talk_still_at,
)
from assessment.talking import MINUTES, MovedOn, NotFacilitating, NotTalking
from assessment.views.assessments import assessment_for
from teams.access import Right, SignedIn, may
from teams.models import User

NOTHING_TYPED = Typed()


@require_safe
def talk(request: SignedIn, organization: str, team: str, assessment: UUID) -> HttpResponse:
    """Show where the talk is, with what this visitor may see and do."""
    found = assessment_for(request, organization, team, assessment)
    if not found.is_revealed:
        return sent_elsewhere(request, found)
    return show(request, found)


@require_safe
def talk_now(request: SignedIn, organization: str, team: str, assessment: UUID) -> HttpResponse:
    """Answer a screen that asks whether the talk has moved on since its turn: with 204 if not."""
    turn = number(request.GET.get("turn"))
    for ends_at in timer_of_a_talk_still_at(turn, request.user, organization, team, assessment):
        response = HttpResponse(status=204)
        return in_step(response, turn, seconds_until(ends_at))
    found = assessment_for(request, organization, team, assessment)
    if not found.is_revealed:
        return screen_sent_to(address(found))
    return show(request, found)


@require_POST
def talk_act(request: SignedIn, organization: str, team: str, assessment: UUID) -> HttpResponse:
    """Do what the facilitator asks for. What was typed and cannot be taken comes back."""
    found = assessment_for(request, organization, team, assessment)
    typed = Typed.from_post(request.POST)
    try:
        act(request, found)
    except NotTalking as error:
        messages.error(request, f"{error} Nothing was changed. {typed.quoted}".strip())
        return sent_to(request, address(found))
    except NotFacilitating as error:
        return show(request, found, typed, str(error), status=403)
    except MovedOn as error:
        return show(request, found, typed, str(error), status=409)
    except (NotAcceptable, QuestionNotAsked) as error:
        return show(request, found, typed, str(error), status=422)
    if follows(request):
        return show(request, found)
    return redirect(address(found, request.GET.get("wall", "")))


@require_POST
def talk_take_over(
    request: SignedIn, organization: str, team: str, assessment: UUID
) -> HttpResponse:
    """Let a lead or an owner facilitate, whoever did."""
    found = assessment_for(request, organization, team, assessment, Right.LEAD)
    try:
        talking.take_over(assessment=found, by=request.user)
    except NotTalking as error:
        messages.error(request, f"{error} Nothing was changed.")
    return sent_to(request, address(found))


# What a facilitator can do ------------------------------------------------------------------------


def act(request: SignedIn, assessment: Assessment) -> None:
    """Do one act. Raises what the acts of `talking` raise, and NotAcceptable for no act at all."""
    chosen = ACTS.get(request.POST.get("act", ""))
    if chosen is None:
        raise NotAcceptable("Rungs does not know that act. Nothing was changed.")
    chosen(assessment, request.user, number(request.POST.get("turn")), request.POST)


def go(assessment: Assessment, by: User, turn: int, sent: QueryDict) -> None:
    question = sent.get("question") or None
    talking.go_to(assessment=assessment, by=by, turn=turn, question=question)


def start_timer(assessment: Assessment, by: User, turn: int, sent: QueryDict) -> None:
    minutes = number(sent.get("minutes"))
    talking.start_timer(assessment=assessment, by=by, turn=turn, minutes=minutes)


def stop_timer(assessment: Assessment, by: User, turn: int, sent: QueryDict) -> None:
    talking.stop_timer(assessment=assessment, by=by, turn=turn)


def agree(assessment: Assessment, by: User, turn: int, sent: QueryDict) -> None:
    form = AgreeForm(sent)
    if not form.is_valid():
        raise NotAcceptable(first_error(form))
    question = sent.get("question", "")
    talking.agree(assessment=assessment, by=by, turn=turn, question=question, **form.cleaned_data)


def leave(assessment: Assessment, by: User, turn: int, sent: QueryDict) -> None:
    question = sent.get("question", "")
    talking.agree(
        assessment=assessment, by=by, turn=turn, question=question, answer=None, reason=""
    )


def withdraw(assessment: Assessment, by: User, turn: int, sent: QueryDict) -> None:
    question = sent.get("question", "")
    talking.withdraw(assessment=assessment, by=by, turn=turn, question=question)


def note_action(assessment: Assessment, by: User, turn: int, sent: QueryDict) -> None:
    form = ActionForm(sent, team=assessment.team)
    if not form.is_valid():
        raise NotAcceptable(first_error(form))
    question = sent.get("question") or None
    talking.note_action(
        assessment=assessment, by=by, turn=turn, question=question, **form.cleaned_data
    )


def drop_action(assessment: Assessment, by: User, turn: int, sent: QueryDict) -> None:
    action = number(sent.get("action"))
    talking.drop_action(assessment=assessment, by=by, turn=turn, action=action)


def hand_over(assessment: Assessment, by: User, turn: int, sent: QueryDict) -> None:
    talking.hand_over(assessment=assessment, by=by, turn=turn, to=number(sent.get("to")))


def let_watch(assessment: Assessment, by: User, turn: int, sent: QueryDict) -> None:
    spectators = sent.get("spectators") == "on"
    talking.let_watch(assessment=assessment, by=by, turn=turn, spectators=spectators)


ACTS: Mapping[str, Callable[[Assessment, User, int, QueryDict], None]] = {
    "go": go,
    "start_timer": start_timer,
    "stop_timer": stop_timer,
    "agree": agree,
    "leave": leave,
    "withdraw": withdraw,
    "note_action": note_action,
    "drop_action": drop_action,
    "hand_over": hand_over,
    "let_watch": let_watch,
}


def number(text: str | None) -> int:
    """Return a number as sent; -1, which is no turn, id or time, for anything else."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else -1


# What a screen gets -------------------------------------------------------------------------------


def show(
    request: SignedIn,
    assessment: Assessment,
    typed: Typed = NOTHING_TYPED,
    trouble: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the talk as it is now: the whole page, or for a screen that follows it the part."""
    now = Talk.objects.select_related("facilitator", "question").get(assessment=assessment)
    viewer = Viewer.of(now, assessment, request.user, request.GET.get("wall", ""))
    if not viewer.may_watch(now):
        return closed(request, assessment, now, viewer)
    shown = screen(now, assessment, viewer)
    here = shown.question.entry.key if shown.question else ""
    in_place = typed if viewer.facilitates and typed.question == here else NOTHING_TYPED
    context = {
        "screen": shown,
        "assessment": assessment,
        "team": assessment.team,
        "organization": assessment.team.organization,
        "viewer": viewer,
        "talk": now,
        "question": shown.question,
        "wall": "1" if viewer.on_the_wall else "0",
        "minutes": MINUTES,
        "today": timezone.localdate(),
        "trouble": trouble,
        # What was typed stands in its form again if that form is on the screen, else by itself.
        "agreeing": in_place if in_place.act == "agree" else as_settled(shown.question),
        "noting": in_place if in_place.act == "note_action" else NOTHING_TYPED,
        "kept": typed if typed.text_given and typed is not in_place else NOTHING_TYPED,
        "kept_for": title_of(assessment, typed.question),
    }
    template = "assessment/_talk.html" if follows(request) else "assessment/talk.html"
    response = render(request, template, context, status=status)
    return in_step(response, now.turn, shown.seconds_left)


def as_settled(question: QuestionScreen | None) -> Typed:
    """Return what the form for agreeing shows to begin with: what was agreed on, if anything."""
    settled = question.settled if question else None
    return Typed(answer=settled.answer or "", reason=settled.reason) if settled else NOTHING_TYPED


def title_of(assessment: Assessment, key: str) -> str:
    question = published_model(assessment.maturity_model_id).questions.get(key)
    return question.title if question else ""


def closed(request: SignedIn, assessment: Assessment, now: Talk, viewer: Viewer) -> HttpResponse:
    """Tell an owner or manager outside the team that it talks among itself."""
    if follows(request):
        return screen_sent_to(address(assessment))
    context = {
        "assessment": assessment,
        "team": assessment.team,
        "organization": assessment.team.organization,
        "talk": now,
        "viewer": viewer,
    }
    return render(request, "assessment/talk_closed.html", context, status=403)


def follows(request: SignedIn) -> bool:
    """Whether a script asks for the part of the page that follows the talk."""
    return request.headers.get("HX-Request") == "true"


def in_step(response: HttpResponse, turn: int, seconds_left: int | None) -> HttpResponse:
    """Tell the screen its turn, and the time left, by which it corrects its own clock."""
    response["Talk-Turn"] = str(turn)
    response["Talk-Seconds-Left"] = "" if seconds_left is None else str(seconds_left)
    return response


def address(assessment: Assessment, wall: str = "") -> str:
    place = assessment.team
    found = reverse("talk", args=[place.organization.slug, place.slug, assessment.pk])
    return f"{found}?wall={wall}" if wall in {"0", "1"} else found


def sent_to(request: SignedIn, where: str) -> HttpResponse:
    return screen_sent_to(where) if follows(request) else HttpResponseRedirect(where)


def screen_sent_to(where: str) -> HttpResponse:
    """Move a screen that follows the talk to another page."""
    return HttpResponse(status=204, headers={"HX-Redirect": where})


def sent_elsewhere(request: SignedIn, assessment: Assessment) -> HttpResponse:
    """Say why there is no talk, and go to where things go on."""
    if assessment.is_consensus and not assessment.is_submitted:
        messages.info(
            request, "Your team answers together on one sheet: you talk while you fill it in."
        )
        return redirect(sheet_of_all(assessment))
    if assessment.is_submitted:
        messages.info(request, "The talk is over: this assessment was submitted.")
        return redirect(assessment.team)
    messages.info(request, why_not_yet(assessment))
    return redirect(assessment)


def why_not_yet(assessment: Assessment) -> str:
    if assessment.reveals:
        return "The answers were reopened. The talk goes on when the lead reveals them again."
    return talking.WHY_NOT_NOW[AssessmentStatus.OPEN]


def sheet_of_all(assessment: Assessment) -> str:
    """Return where the one sheet is filled in, for those who may."""
    if not may(assessment.team, Right.ANSWER):
        return assessment.get_absolute_url()
    first, place = asked_in(assessment)[0], assessment.team
    return reverse("answer", args=[place.organization.slug, place.slug, assessment.pk, first.key])
