"""Starting a team, its settings, and who is in it."""

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from teams import people
from teams.access import Right, SignedIn, may, organization_for, team_for
from teams.forms import InvitationForm, NewTeamForm, RoleForm, TeamForm
from teams.views.invitations import issued


def team_new(request: SignedIn, organization: str) -> HttpResponse:
    place = organization_for(request.user, organization, Right.ARRANGE)
    form = NewTeamForm(request.POST or None, organization=place)
    if form.is_valid():
        team = people.start_team(organization=place, by=request.user, **form.cleaned_data)
        messages.success(request, f"{team} is there. Now invite the people in it.")
        return redirect("team_people", place.slug, team.slug)
    context = {"organization": place, "form": form, "known_tags": place.tags.all()}
    return render(request, "teams/team_new.html", context)


def team_settings(request: SignedIn, organization: str, team: str) -> HttpResponse:
    place = team_for(request.user, organization, team, Right.LEAD)
    tags = [each.name for each in place.tags.all()]
    now = {name: getattr(place, name) for name in ("name", "parent", "rules_control_changes")}
    form = TeamForm(
        request.POST or None,
        initial=now | {"tags": ", ".join(tags)},
        organization=place.organization,
        team=place,
        arranges=may(place, Right.ARRANGE),
    )
    if form.is_valid():
        try:
            people.settle_team(team=place, by=request.user, **form.cleaned_data)
        except people.Refused as refusal:
            form.add_error("parent", str(refusal))
        else:
            messages.success(request, "The settings were saved.")
            return redirect("team_settings", organization, team)
    context = {
        "team": place,
        "form": form,
        "tags": tags,
        "known_tags": place.organization.tags.all(),
    }
    return render(request, "teams/team_settings.html", context)


def team_people(request: SignedIn, organization: str, team: str) -> HttpResponse:
    right = Right.LEAD if request.method == "POST" else Right.ENTER
    place = team_for(request.user, organization, team, right)
    form = InvitationForm(request.POST or None, organization=place.organization, team=place)
    if form.is_valid() and (answer := issued(request, form)):
        return answer
    members = place.memberships.select_related("user")
    into = place.invitations.pending().select_related("invited_by")
    context = {
        "team": place,
        "memberships": members.order_by(Lower("user__name"), "user__email"),
        "form": form,
        "invitations": into if may(place, Right.LEAD) else [],
    }
    return render(request, "teams/team_people.html", context)


def team_person(request: SignedIn, organization: str, team: str, person: int) -> HttpResponse:
    place = team_for(request.user, organization, team, Right.LEAD)
    held = get_object_or_404(place.memberships.select_related("user"), user=person)
    form = RoleForm(request.POST or None, initial={"role": held.role}, team=place)
    if form.is_valid():
        try:
            people.change_role(
                user=held.user,
                organization=place.organization,
                team=place,
                role=form.cleaned_data["role"],
                by=request.user,
            )
        except people.Refused as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, f"The role of {held.user} was changed.")
            return redirect("team_people", organization, team)
    context = {"team": place, "person": held.user, "form": form}
    return render(request, "teams/team_person.html", context)


@require_POST
def team_person_remove(
    request: SignedIn, organization: str, team: str, person: int
) -> HttpResponse:
    place = team_for(request.user, organization, team, Right.LEAD)
    held = get_object_or_404(place.memberships.select_related("user"), user=person)
    people.remove(user=held.user, organization=place.organization, team=place, by=request.user)
    messages.success(request, f"{held.user} is no longer in {place}.")
    if held.user == request.user:
        return redirect("account")
    return redirect("team_people", organization, team)
