"""What a reader suggests, and why an owner declines it."""

from collections.abc import Sequence
from typing import Any

from django import forms

from guide.models import Correction, CorrectionKind
from teams.models import Organization


class LinesField(forms.CharField):
    """A text of several lines. A browser sends each end of line as two signs and counts one."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(str(value or "").replace("\r\n", "\n")))


class CorrectionForm(forms.Form):
    """A suggestion for a section. Where several organizations could look after it, one is asked."""

    kind = forms.ChoiceField(
        label="What is it?",
        choices=CorrectionKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the two."},
    )
    text = LinesField(
        max_length=Correction._meta.get_field("text").max_length,
        rows=7,
        label="What should it say?",
        help_text="Up to 2000 characters. A source helps whoever looks after it.",
        error_messages={"required": "Write what is wrong or missing."},
    )

    def __init__(self, *args: Any, organizations: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organizations = organizations
        if len(organizations) > 1:
            self.fields["organization"] = forms.ChoiceField(
                label="Who should look after it?",
                choices=[(str(each.pk), each.name) for each in organizations],
                widget=forms.RadioSelect,
                help_text="You are in several organizations; the owners of one are asked.",
                error_messages={"required": "Choose one of them."},
            )

    @property
    def organization(self) -> Organization | None:
        """Return the chosen one, the only one, or none."""
        chosen = self.cleaned_data.get("organization")
        fitting = [each for each in self.organizations if chosen in (None, str(each.pk))]
        return fitting[0] if fitting else None


class DeclineForm(forms.Form):
    reason = LinesField(
        max_length=Correction._meta.get_field("reason").max_length,
        rows=4,
        label="Why?",
        help_text="Whoever suggested it reads this. Up to 1000 characters.",
        error_messages={"required": "Write why, so that the reader understands."},
    )
