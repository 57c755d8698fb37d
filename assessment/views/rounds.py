"""Rounds: see them, plan one, follow it on its board, close it."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessment import rounds
from assessment.lifecycle import NotPossible
from assessment.models import Round
from assessment.round_board import board_of, next_opening, rounds_of
from assessment.round_forms import OpenRoundForm, RoundForm
from teams.access import Right, SignedIn, organization_for
from teams.models import Team
from teams.zones import today_in


def round_for(request: SignedIn, organization: str, round_id: UUID) -> Round:
    """Return a round for an owner or manager of its organization; 404 and 403 as at every door."""
    place = organization_for(request.user, organization, Right.COMPARE)
    found = Round.objects.filter(organization=place, pk=round_id).first()
    if found is None:
        raise Http404
    found.organization = place
    return found


def rounds_list(request: SignedIn, organization: str) -> HttpResponse:
    place = organization_for(request.user, organization, Right.COMPARE)
    now = timezone.now()
    found = list(rounds_of(place))
    for each in found:
        each.organization = place
    context = {
        "organization": place,
        "open": [(each, *days_left_and_late(each, now)) for each in found if each.is_open],
        "planned": sorted(
            (each for each in found if each.is_planned), key=lambda each: each.opens_on
        ),
        "closed": [each for each in found if each.is_closed],
    }
    return render(request, "assessment/rounds.html", context)


def days_left_and_late(opened: Round, now: datetime) -> tuple[int, int]:
    """Return how many days are left, and how many have passed since the last one."""
    days = (opened.due_on - today_in(opened.time_zone, now)).days
    return max(0, days), max(0, -days)


def round_new(request: SignedIn, organization: str) -> HttpResponse:
    place = organization_for(request.user, organization, Right.COMPARE)
    today = today_in(request.user.time_zone, timezone.now())
    form = RoundForm(request.POST or None, organization=place, today=today)
    if form.is_valid():
        planned = rounds.plan_round(organization=place, by=request.user, **form.cleaned_data)
        say_what_became_of(request, planned)
        return redirect(planned)
    context = {"form": form, "organization": place, "time_zone": request.user.time_zone}
    return render(request, "assessment/round_form.html", context)


def say_what_became_of(request: HttpRequest, planned: Round) -> None:
    if not planned.is_open:
        when = f"{planned.opens_on.day} {planned.opens_on:%B %Y}"
        messages.success(request, f"The round is planned. It opens by itself on {when}.")
        return
    inside, chosen = planned.entries.count(), planned.teams.count()
    messages.success(
        request,
        f"The round is open: {in_numbers(inside)} now {'has' if inside == 1 else 'have'} an "
        "open assessment, and the leads were told.",
    )
    if inside < chosen:
        messages.warning(
            request, f"{in_numbers(chosen - inside)} could not be brought in; the board says why."
        )


def in_numbers(teams: int) -> str:
    return f"{teams} team{'' if teams == 1 else 's'}"


def round_page(request: SignedIn, organization: str, round_id: UUID) -> HttpResponse:
    found = round_for(request, organization, round_id)
    context: dict[str, object] = {"round": found, "organization": found.organization}
    if found.is_planned:
        teams = found.teams.order_by("name").values_list("name", flat=True)
        context |= {"teams": teams, "after_that": next_opening(found)}
        return render(request, "assessment/round_planned.html", context)
    following = Round.objects.filter(series=found.series, number=found.number + 1).first()
    context |= {"board": board_of(found, timezone.now()), "following": following}
    return render(request, "assessment/round.html", context)


def round_edit(request: SignedIn, organization: str, round_id: UUID) -> HttpResponse:
    found = round_for(request, organization, round_id)
    if found.is_closed:
        messages.info(request, "This round is closed, so there is nothing to change.")
        return redirect(found)
    kind = RoundForm if found.is_planned else OpenRoundForm
    today = today_in(found.time_zone, timezone.now())
    form = kind(request.POST or None, organization=found.organization, today=today, of_round=found)
    if form.is_valid():
        try:
            change(request, found, form)
        except NotPossible as error:
            messages.error(request, str(error))
        return redirect(found)
    context = {
        "form": form,
        "round": found,
        "organization": found.organization,
        "time_zone": found.time_zone,
    }
    return render(request, "assessment/round_form.html", context)


def change(request: HttpRequest, found: Round, form: RoundForm | OpenRoundForm) -> None:
    if found.is_planned:
        rounds.change_plan(round_id=found.pk, **form.cleaned_data)
        messages.success(request, "The plan was changed.")
    else:
        came_in = rounds.change_open_round(round_id=found.pk, **form.cleaned_data)
        messages.success(request, f"The round was changed.{who_came(came_in)}")


def who_came(teams: list[Team]) -> str:
    return f" New in it: {', '.join(team.name for team in teams)}." if teams else ""


@require_POST
def round_bring_in(request: SignedIn, organization: str, round_id: UUID) -> HttpResponse:
    found = round_for(request, organization, round_id)
    try:
        came_in = rounds.bring_in_the_rest(round_id=found.pk)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        if came_in:
            messages.success(request, who_came(came_in).strip())
        else:
            messages.info(request, "No further team could be brought in; the board says why.")
    return redirect(found)


def round_close(request: SignedIn, organization: str, round_id: UUID) -> HttpResponse:
    found = round_for(request, organization, round_id)
    if request.method != "POST" and found.is_open:
        running = rounds.still_running(found)
        context = {"round": found, "organization": found.organization, "running": running}
        return render(request, "assessment/round_close.html", context)
    if request.method == "POST":
        try:
            now = rounds.close_round(round_id=found.pk, by=request.user)
        except NotPossible as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, "The round is closed." if now else "The round was closed already."
            )
    return redirect(found)


def round_call_off(request: SignedIn, organization: str, round_id: UUID) -> HttpResponse:
    found = round_for(request, organization, round_id)
    if request.method != "POST" and found.is_planned:
        context = {"round": found, "organization": found.organization}
        return render(request, "assessment/round_call_off.html", context)
    if request.method != "POST":
        return redirect(found)
    try:
        rounds.call_off(round_id=found.pk)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{found.title}” was called off. Nobody was asked anything.")
    return redirect("rounds", organization)
