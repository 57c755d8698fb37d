"""Starting an organization, and who is in it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from teams import people
from teams.access import Right, SignedIn, may, organization_for
from teams.forms import (
    InvitationForm,
    OrganizationForm,
    OrganizationRoleForm,
    OrganizationSettingsForm,
)
from teams.models import Organization, User
from teams.views.invitations import issued


def organization_new(request: SignedIn) -> HttpResponse:
    form = OrganizationForm(request.POST or None)
    if form.is_valid():
        organization = people.start_organization(name=form.cleaned_data["name"], by=request.user)
        messages.success(request, f"{organization} is there, and you are its owner.")
        return redirect(organization)
    return render(request, "teams/organization_new.html", {"form": form})


def organization_settings(request: SignedIn, organization: str) -> HttpResponse:
    place = organization_for(request.user, organization, Right.ARRANGE)
    now = {"name": place.name, "least_answers": place.least_answers}
    form = OrganizationSettingsForm(request.POST or None, initial=now)
    if form.is_valid():
        people.settle_organization(organization=place, by=request.user, **form.cleaned_data)
        messages.success(request, "The settings were saved.")
        return redirect("organization_settings", organization)
    return render(
        request, "teams/organization_settings.html", {"organization": place, "form": form}
    )


def organization_people(request: SignedIn, organization: str) -> HttpResponse:
    right = Right.ARRANGE if request.method == "POST" else Right.COMPARE
    place = organization_for(request.user, organization, right)
    form = InvitationForm(request.POST or None, organization=place, team=None)
    if form.is_valid() and (answer := issued(request, form)):
        return answer
    over = place.invitations.filter(team=None).pending().select_related("invited_by")
    context = {
        "organization": place,
        "people": people.everyone_in(place),
        "form": form,
        "invitations": over if may(place, Right.ARRANGE) else [],
    }
    return render(request, "teams/organization_people.html", context)


def organization_person(request: SignedIn, organization: str, person: int) -> HttpResponse:
    place = organization_for(request.user, organization, Right.ARRANGE)
    user = get_object_or_404(people.everyone_in(place), pk=person)
    held = place.memberships.filter(user=user, team=None).first()
    role = held.role if held else OrganizationRoleForm.NONE
    form = OrganizationRoleForm(request.POST or None, initial={"role": role})
    if form.is_valid() and gave_role(request, form, user, place):
        return after_a_change(request, user, place)
    context = {"organization": place, "person": user, "form": form}
    return render(request, "teams/organization_person.html", context)


@require_POST
def organization_person_remove(request: SignedIn, organization: str, person: int) -> HttpResponse:
    place = organization_for(request.user, organization, Right.ARRANGE)
    user = get_object_or_404(people.everyone_in(place), pk=person)
    try:
        people.remove_altogether(user=user, organization=place, by=request.user)
    except people.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("organization_person", place.slug, user.pk)
    messages.success(request, f"{user} is no longer in {place}.")
    return after_a_change(request, user, place)


def gave_role(
    request: SignedIn, form: OrganizationRoleForm, user: User, organization: Organization
) -> bool:
    """Give or take the role the form names; say on the form why not and return False."""
    place: dict[str, Any] = {"organization": organization, "team": None}
    try:
        if role := form.cleaned_data["role"]:
            people.change_role(user=user, role=role, by=request.user, **place)
        else:
            people.remove(user=user, by=request.user, **place)
    except people.Refused as refusal:
        form.add_error("role", str(refusal))
        return False
    messages.success(request, f"The role of {user} was changed.")
    return True


def after_a_change(request: SignedIn, user: User, organization: Organization) -> HttpResponse:
    """Go back to the list, which whoever gave up their own role may not see any more."""
    if user == request.user:
        return redirect("account")
    return redirect("organization_people", organization.slug)
