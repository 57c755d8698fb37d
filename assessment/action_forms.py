"""What is typed about actions and exemptions."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.core.validators import URLValidator
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from assessment.models import Action
from assessment.models.planning import ActionStatus, ExemptionKind
from assessment.planning import LONGEST_EXEMPTION, kept_as
from assessment.talk_forms import ActionForm, OneText, too_long
from teams.models import Team, User

LONGEST_PLAN_NOTE: Final = 2000
LONGEST_LINK: Final = 500
LONGEST_REASON: Final = 1000
NO_LINK: Final = "Write a web address that begins with https:// or http://."


class PlanForm(ActionForm):
    """An action with all that can be said of it. The owner is one of the team, or nobody yet."""

    note = OneText(
        longest=LONGEST_PLAN_NOTE,
        required=False,
        error_messages={"max_length": too_long(LONGEST_PLAN_NOTE)},
    )
    link = forms.URLField(
        max_length=LONGEST_LINK,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": NO_LINK, "max_length": too_long(LONGEST_LINK)},
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, team=team, **kwargs)
        link = self.fields["link"]
        # Anything else, such as javascript:, would run or lead out of the browser.
        link.validators = [
            *(each for each in link.validators if not isinstance(each, URLValidator)),
            URLValidator(schemes=["http", "https"], message=NO_LINK),
        ]
        self.people = list(self.owners().order_by(Lower("name"), "email"))

    def owners(self) -> Any:
        return self.fields["owner"].queryset  # type: ignore[attr-defined]  # a choice of models


class EditForm(PlanForm):
    """An action that is there already. Its owner may have left, its day be over: both may stay."""

    status = forms.ChoiceField(
        choices=ActionStatus.choices,
        error_messages={
            "required": "Choose how far it is.",
            "invalid_choice": "An action is open, in progress, done or dropped. Choose one.",
        },
    )

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        self.action = action
        super().__init__(*args, team=action.team, **kwargs)

    def owners(self) -> Any:
        here = Q(memberships__team=self.action.team)
        owners = User.objects.filter(here | Q(pk=self.action.owner_id)).distinct()
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]
        return owners

    def typed(self, field: str) -> str:
        """Return a field as an action's history keeps it; as it was typed if it cannot be kept."""
        if field in self.errors:
            return str(self.data.get(field, ""))
        return kept_as(self.cleaned_data.get(field))

    def clean_due_on(self) -> date | None:
        due_on: date | None = self.cleaned_data["due_on"]
        if due_on and due_on != self.action.due_on and not self._was_due(due_on):
            super().clean_due_on()
        return due_on

    def _was_due(self, day: date) -> bool:
        """Whether the action had this day before: a form that was shown then may still hold it."""
        return self.action.changes.filter(field="due_on", before=day.isoformat()).exists()


class ExemptionForm(forms.Form):
    """Why a team leaves a question alone, and until when."""

    kind = forms.ChoiceField(
        choices=ExemptionKind.choices,
        error_messages={
            "required": "Choose whether the risk is accepted or the suggestion declined.",
            "invalid_choice": "Choose one of the two.",
        },
    )
    reason = OneText(
        longest=LONGEST_REASON,
        error_messages={
            "required": "Say why: whoever reads it next year was not there.",
            "max_length": too_long(LONGEST_REASON),
        },
    )
    until = forms.DateField(
        error_messages={
            "required": "Choose the day on which you look at it again.",
            "invalid": "Write the day as 2027-03-31, or choose it.",
        }
    )

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        today = timezone.localdate()
        if until < today:
            raise forms.ValidationError("That day is over. Choose today or a later day.")
        if until > today + LONGEST_EXEMPTION:
            latest = today + LONGEST_EXEMPTION
            raise forms.ValidationError(
                f"A year is the longest: choose {latest.day} {latest:%B %Y} or an earlier day."
            )
        return until


def as_typed(action: Action) -> Mapping[str, str]:
    """Return what the form of an action shows to begin with, each field as a browser sends it."""
    return {
        "text": action.text,
        "owner": str(action.owner_id or ""),
        "due_on": action.due_on.isoformat() if action.due_on else "",
        "status": action.status,
        "note": action.note,
        "link": action.link,
    }
