"""One's own name, preferences, roles and ways out."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from teams import people
from teams.access import SignedIn
from teams.forms import NameForm, PreferencesForm
from teams.mail import who_stops
from teams.models import Reminders, User


def account(request: SignedIn) -> HttpResponse:
    form = NameForm(request.POST or None, initial={"name": request.user.name})
    if form.is_valid():
        request.user.name = form.cleaned_data["name"]
        request.user.save(update_fields=["name"])
        messages.success(request, "Your name was changed.")
        return redirect("account")
    return account_page(request, form, PreferencesForm(initial=preferences_of(request.user)))


def account_preferences(request: SignedIn) -> HttpResponse:
    now = preferences_of(request.user)
    form = PreferencesForm(request.POST or None, initial=now)
    if form.is_valid():
        request.user.time_zone = form.cleaned_data["time_zone"]
        request.user.reminders = form.cleaned_data["reminders"]
        request.user.save(update_fields=["time_zone", "reminders"])
        messages.success(request, "Your preferences were saved.")
        return redirect("account")
    return account_page(request, NameForm(initial={"name": request.user.name}), form)


def preferences_of(user: User) -> dict[str, str]:
    return {"time_zone": user.time_zone, "reminders": user.reminders}


def account_page(request: SignedIn, form: NameForm, preferences: PreferencesForm) -> HttpResponse:
    memberships = request.user.memberships.select_related("organization", "team__organization")
    context = {
        "form": form,
        "preferences": preferences,
        "memberships": memberships.order_by(Lower("organization__name"), Lower("team__name")),
    }
    return render(request, "teams/account.html", context)


# A mail program sends this form too, and has no token of a page; the link itself is the proof.
@csrf_exempt
@never_cache
@login_not_required
def reminders_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the mails that remind a person. The link came by mail, so nobody signs in for it.

    It is answered in place: mail programs do not follow a redirect here (RFC 8058).
    """
    person = who_stops(token)
    if person is None:
        return render(request, "teams/reminders_stop.html", status=404)
    if request.method == "POST":
        person.reminders = Reminders.NONE
        person.save(update_fields=["reminders"])
    return render(request, "teams/reminders_stop.html", {"person": person})


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
