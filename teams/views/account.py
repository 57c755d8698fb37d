"""One's own name, roles and ways out."""

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from teams import people
from teams.access import SignedIn
from teams.forms import NameForm


def account(request: SignedIn) -> HttpResponse:
    form = NameForm(request.POST or None, initial={"name": request.user.name})
    if form.is_valid():
        request.user.name = form.cleaned_data["name"]
        request.user.save(update_fields=["name"])
        messages.success(request, "Your name was changed.")
        return redirect("account")
    memberships = request.user.memberships.select_related("organization", "team__organization")
    context = {
        "form": form,
        "memberships": memberships.order_by(Lower("organization__name"), Lower("team__name")),
    }
    return render(request, "teams/account.html", context)


def membership_leave(request: SignedIn, membership: int) -> HttpResponse:
    mine = request.user.memberships.select_related("organization", "team")
    held = get_object_or_404(mine, pk=membership)
    if request.method != "POST":
        return render(request, "teams/membership_leave.html", {"membership": held})
    try:
        people.remove(
            user=request.user, organization=held.organization, team=held.team, by=request.user
        )
    except people.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"You have left {held.place}.")
    return redirect("account")
