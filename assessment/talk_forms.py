"""What is typed during a talk: an agreed answer with its reason, and an action."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils import timezone

from assessment.models.answering import LONGEST_NOTE
from assessment.models.planning import LONGEST_ACTION
from assessment.models.talking import AGREED_CHOICES
from teams.models import Team, User


class OneText(forms.CharField):
    """Text whose lines end as the browser counts them: in one character, not in two."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        super().__init__(max_length=longest, **kwargs)
        for validator in self.validators:
            if isinstance(validator, ProhibitNullCharactersValidator):
                validator.message = "There is a character in it that is not text. Type it again."

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


def too_long(longest: int) -> str:
    return f"That has %(show_value)d characters; {longest:,} is the most. Shorten it."


class AgreeForm(forms.Form):
    """What the team agrees on for one question, and why."""

    answer = forms.ChoiceField(
        choices=AGREED_CHOICES,
        error_messages={
            "required": "Choose what you agree on: one of the five levels, or not applicable.",
            "invalid_choice": "You agree on one of the five levels, or on not applicable.",
        },
    )
    reason = OneText(
        longest=LONGEST_NOTE,
        error_messages={
            "required": "An agreed answer needs its reason: say in one line why.",
            "max_length": too_long(LONGEST_NOTE),
        },
    )


class ActionForm(forms.Form):
    """Something the team decides to do."""

    text = OneText(
        longest=LONGEST_ACTION,
        error_messages={
            "required": "Say what is to be done.",
            "max_length": too_long(LONGEST_ACTION),
        },
    )
    owner = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        error_messages={"invalid_choice": "The owner is one of the team. Choose from the list."},
    )
    due_on = forms.DateField(
        required=False, error_messages={"invalid": "Write the day as 2027-03-31, or choose it."}
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = User.objects.filter(memberships__team=team)
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]  # a choice of models

    def clean_due_on(self) -> object:
        due_on = self.cleaned_data["due_on"]
        # Yesterday here may still be today where the team is.
        if due_on and due_on < timezone.localdate() - timedelta(days=1):
            raise forms.ValidationError("That day is over. Choose today or a later day.")
        return due_on


def first_error(form: forms.Form) -> str:
    """Return what is wrong with a form in one sentence."""
    return next(str(errors[0]) for errors in form.errors.values())


@dataclass(frozen=True)
class Typed:
    """What somebody typed into a form of the talk, so that it comes back if it was not taken."""

    act: str = ""
    question: str = ""
    answer: str = ""
    reason: str = ""
    text: str = ""
    owner: str = ""
    due_on: str = ""

    @classmethod
    def from_post(cls, sent: Mapping[str, str]) -> "Typed":
        return cls(**{name: sent.get(name, "") for name in cls.__dataclass_fields__})

    @property
    def text_given(self) -> str:
        """What would have to be typed again."""
        return {"agree": self.reason, "note_action": self.text}.get(self.act, "")

    @property
    def quoted(self) -> str:
        return f"You had written: “{self.text_given}”" if self.text_given else ""
