"""Dated notes on a team's timeline, by whoever may see it: what happened beside the assessments."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessment.history import lettered
from assessment.models import Annotation
from teams.access import SignedIn, team_for

MOST: Final = 100  # notes a team; more would hide the lines they stand on


class AnnotationForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    """What happened, and when. A timeline looks back, so no day to come."""

    class Meta:
        model = Annotation
        fields = ["on", "text"]
        labels = {"on": "When", "text": "What happened"}
        widgets = {
            "on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "text": forms.TextInput(
                attrs={
                    "placeholder": "New pager, reorganization, outage",
                    "autocomplete": "off",
                }
            ),
        }

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError("That day has not come yet.", code="to come")
        if on.year < 2000:
            raise forms.ValidationError("That is before any assessment.", code="long ago")
        return on

    def clean_text(self) -> str:
        return " ".join(self.cleaned_data["text"].split())


def timeline(request: SignedIn, organization: str, team: str) -> HttpResponse:
    """List the notes on the timeline, newest first, and take another."""
    place = team_for(request.user, organization, team)
    note = Annotation(team=place, by=request.user, on=timezone.localdate())
    form = AnnotationForm(request.POST or None, instance=note)
    rows = list(place.annotations.select_related("by"))
    if form.is_valid() and len(rows) >= MOST:
        form.add_error(None, f"A timeline holds {MOST} notes. Remove one that says little now.")
    if form.is_valid():
        form.save()
        messages.success(request, "The note stands on the timeline and on the charts.")
        return redirect("timeline", organization, team)
    letters = lettered((row.on, row.text) for row in rows)
    context = {
        "form": form,
        "team": place,
        "organization": place.organization,
        "notes": list(zip(letters, rows, strict=True))[::-1],
    }
    return render(request, "assessment/timeline.html", context)


@require_POST
def annotation_remove(
    request: SignedIn, organization: str, team: str, annotation: UUID
) -> HttpResponse:
    place = team_for(request.user, organization, team)
    removed, _ = place.annotations.filter(pk=annotation).delete()
    if not removed:
        raise Http404
    messages.success(request, "The note is off the timeline.")
    return redirect("timeline", organization, team)
