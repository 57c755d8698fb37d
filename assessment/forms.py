"""One form for each thing a team does with its assessments."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.utils import timezone

from assessment.models.answering import Mode
from assessment.models.maturity_model import Length
from assessment.modes import Meaning, meaning_of, suggested_mode

WHAT_A_LENGTH_GIVES = {
    Length.PULSE: "Shows which gates are passed; it gives no score and no level.",
    Length.CORE: "Scores and levels of the core questionnaires, and the stage.",
    Length.FULL: "Everything: the core and the supporting questionnaires.",
}


class WayOfAnswering(NamedTuple):
    value: str
    label: str
    meaning: Meaning
    suggested: bool


class DueField(forms.DateField):
    """A day to come, or none."""

    def __init__(self) -> None:
        super().__init__(
            label="Answers wanted by",
            required=False,
            # A date picker takes its value in one form only, whatever the language.
            widget=forms.DateInput(
                format="%Y-%m-%d",
                attrs={"type": "date", "max": "9999-12-31", "class": "form-control"},
            ),
            help_text="Optional. Nothing closes by itself on that day.",
        )

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and day < timezone.localdate():
            raise forms.ValidationError("That day is over. Choose today or a later day.")
        return day


class DueDateForm(forms.Form):
    """Change by when answers are wanted."""

    due_on = DueField()


class OpenAssessmentForm(forms.Form):
    """Choose how the team answers, how much is asked, and by when."""

    mode = forms.ChoiceField(choices=Mode.choices)
    length = forms.ChoiceField(choices=Length.choices)
    due_on = DueField()

    def __init__(self, *args: Any, members: int, least_answers: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.least_answers = least_answers
        self.suggested = suggested_mode(members, least_answers)
        self.initial = {"mode": self.suggested, "length": Length.FULL}

    def ways_of_answering(self) -> Iterator[WayOfAnswering]:
        for value, label in Mode.choices:
            meaning = meaning_of(value, self.least_answers)
            yield WayOfAnswering(value, label, meaning, value == self.suggested)

    def lengths(self) -> Iterator[tuple[str, str, str]]:
        """Yield each length with its name and what it gives."""
        for length in Length:
            yield length.value, length.label, WHAT_A_LENGTH_GIVES[length]


MOST_ADDRESSES = 100


class AddressesForm(forms.Form):
    """Several e-mail addresses at once, as somebody pastes them."""

    addresses = forms.CharField(
        label="E-mail addresses",
        max_length=50_000,
        widget=forms.Textarea(
            attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false", "class": "form-control"}
        ),
        help_text=f"One on each line, or with commas between them; {MOST_ADDRESSES} at most.",
        error_messages={"required": "Write at least one address. Nobody was invited."},
    )
