"""What a manager fills in for a round, before it opens and while it is open."""

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final, NamedTuple

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from assessment.forms import WHAT_A_LENGTH_GIVES
from assessment.latest_results import count_of
from assessment.models import Assessment, Round
from assessment.models.answering import RUNNING
from assessment.models.maturity_model import Length
from assessment.models.rounds import Recurrence
from assessment.round_days import opening_after, usual_title
from teams.forms import NameField
from teams.models import Membership, Organization, Team

USUAL_TIME: Final = timedelta(days=14)
FARTHEST: Final = timedelta(days=5 * 365)
GONE = "One of the teams is not there any more. Look through the list."
OVER = "That day is over. Choose today or a later day."


class DayField(forms.DateField):
    """A day. One that no calendar has is refused by its name."""

    def __init__(self, **kwargs: Any) -> None:
        # A date picker takes its value in one form only, whatever the language.
        picker = forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "max": "9999-12-31", "class": "form-control"}
        )
        super().__init__(widget=picker, **kwargs)

    def to_python(self, value: Any) -> date | None:
        written = re.fullmatch(r"\s*(\d{4})-(\d\d?)-(\d\d?)\s*", str(value), re.ASCII)
        if written:
            year, month, day = map(int, written.groups())
            if 1 <= month <= 12 and not 1 <= day <= calendar.monthrange(max(year, 1), month)[1]:
                raise forms.ValidationError(
                    f"There is no {day} {calendar.month_name[month]} {year}. "
                    "Choose a day that is in the calendar."
                )
        found: date | None = super().to_python(value)
        return found


class Choice(NamedTuple):
    """A team that can be chosen, with what a manager would want to know before."""

    id: int
    name: str
    chosen: bool
    members: int
    is_running: bool


class TeamsField(forms.ModelMultipleChoiceField[Team]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Team.objects.none(),
            error_messages={
                "required": "Choose at least one team: a round without teams asks nobody.",
                "invalid_choice": GONE,
                "invalid_pk_value": GONE,
            },
            **kwargs,
        )


class RoundBasics(forms.Form):
    """What may be changed of a round as long as it is not closed."""

    title = NameField(label="Name", required=False)
    message = forms.CharField(
        label="Message to the teams",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        help_text="Why you ask, and what will be done with the answers. It stands on the pages of "
        "the teams and in reminders.",
    )
    due_on = DayField(label="Answers wanted by")
    teams = TeamsField()

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        today: date,
        of_round: Round | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organization, self.today, self.of_round = organization, today, of_round
        self.fields["title"].widget.attrs["class"] = "form-control"
        self.teams_here = teams_to_choose(organization)
        self.fields["teams"].queryset = self.teams_here  # type: ignore[attr-defined]

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        kept = self.of_round is not None and day == self.of_round.due_on
        if day < self.today and not kept:
            raise forms.ValidationError(OVER)
        if day > self.today + FARTHEST:
            raise forms.ValidationError("That is more than five years ahead.")
        return day

    def require_order(self, opens_on: date, anchor: date, recurs: int) -> None:
        """Note an error when answers are wanted before the round opens, or after the next does."""
        due_on = self.cleaned_data.get("due_on")
        if due_on is None:
            return
        if due_on < opens_on:
            self.add_error("due_on", "That is before the round opens. Choose a later day.")
        elif recurs and due_on >= (following := opening_after(anchor, recurs, opens_on)):
            self.add_error(
                "due_on",
                f"The next round opens on {following.day} {following:%B %Y}. "
                "Choose a day before that, or let rounds come less often.",
            )

    @cached_property
    def choices_by_parent(self) -> list[tuple[str, list[Choice]]]:
        """The teams under the name of their parent, by name; first those without one."""
        written = {str(each) for each in self["teams"].value() or ()}
        groups: dict[str, list[Choice]] = {}
        for team in self.teams_here:
            parent = team.parent.name if team.parent else ""
            groups.setdefault(parent, []).append(
                Choice(
                    team.pk,
                    team.name,
                    str(team.pk) in written,
                    team.members,  # type: ignore[attr-defined]
                    team.is_running,  # type: ignore[attr-defined]
                )
            )
        return sorted(groups.items(), key=lambda group: group[0].casefold())


class OpenRoundForm(RoundBasics):
    """Change an open round; `teams` are those it may still get, beside those that are in it."""

    def __init__(self, *args: Any, of_round: Round, **kwargs: Any) -> None:
        super().__init__(*args, of_round=of_round, **kwargs)
        inside = Q(assessments__round_entry__round=of_round)
        self.teams_here = self.teams_here.exclude(inside)
        self.fields["teams"].queryset = self.teams_here  # type: ignore[attr-defined]
        self.fields["teams"].required = False
        self.initial = basics_of(of_round)

    def clean(self) -> dict[str, Any]:
        if self.of_round:
            round_ = self.of_round
            self.require_order(round_.opens_on, round_.anchor_on, round_.recurs)
        return self.cleaned_data


class RoundForm(RoundBasics):
    """Plan a round, or change one that has not opened."""

    length = forms.ChoiceField(choices=Length.choices)
    opens_on = DayField(label="Opens on")
    recurs = forms.TypedChoiceField(
        label="How often",
        choices=Recurrence.choices,
        coerce=int,
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text="Each further round opens by itself, with the same teams and as much time. "
        "You see it beforehand and can change it or call it off.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.of_round:
            self.initial = basics_of(self.of_round) | {
                "length": self.of_round.length,
                "opens_on": self.of_round.opens_on,
                "recurs": self.of_round.recurs,
            }
        else:
            self.initial = {
                "length": Length.CORE,
                "opens_on": self.today,
                "due_on": self.today + USUAL_TIME,
                "recurs": Recurrence.NEVER,
                "teams": [team.pk for team in self.teams_here],
            }

    @property
    def usual_title(self) -> str:
        return usual_title(self.initial["opens_on"], self.initial["recurs"])

    def lengths(self) -> Iterator[tuple[str, str, str]]:
        """Yield each length with its name and what it gives."""
        for length in Length:
            yield length.value, length.label, WHAT_A_LENGTH_GIVES[length]

    def clean_opens_on(self) -> date:
        day: date = self.cleaned_data["opens_on"]
        if day < self.today:
            raise forms.ValidationError(OVER)
        if day > self.today + FARTHEST:
            raise forms.ValidationError("That is more than five years ahead.")
        return day

    def clean(self) -> dict[str, Any]:
        opens_on, recurs = self.cleaned_data.get("opens_on"), self.cleaned_data.get("recurs", 0)
        if opens_on:
            same = self.of_round and (opens_on, recurs) == (
                self.of_round.opens_on,
                self.of_round.recurs,
            )
            anchor = self.of_round.anchor_on if self.of_round and same else opens_on
            self.require_order(opens_on, anchor, recurs)
        return self.cleaned_data


def basics_of(of_round: Round) -> dict[str, Any]:
    """Return what stands in the form. A usual title is left out: it follows the opening day."""
    usual = of_round.title == usual_title(of_round.opens_on, of_round.recurs)
    return {
        "title": "" if usual else of_round.title,
        "message": of_round.message,
        "due_on": of_round.due_on,
        "teams": list(of_round.teams.values_list("pk", flat=True)),
    }


def teams_to_choose(organization: Organization) -> QuerySet[Team]:
    """Return the organization's teams by name, without those that are only a heading."""
    of_team = {"team": OuterRef("pk")}
    return (
        Team.objects.filter(organization=organization)
        .annotate(
            members=count_of(Membership.objects.filter(**of_team), "team"),
            is_running=Exists(Assessment.objects.filter(**of_team, status__in=RUNNING)),
            has_others_below=Exists(Team.objects.filter(parent=OuterRef("pk"))),
            has_assessments=Exists(Assessment.objects.filter(**of_team)),
        )
        .filter(Q(has_others_below=False) | Q(members__gt=0) | Q(has_assessments=True))
        .select_related("parent")
        .order_by(Lower("name"))
    )
