"""One form for each thing a team does with its assessments."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils import timezone

from assessment.models.maturity_model import Length


class OpenAssessmentForm(forms.Form):
    """Choose how much is asked, and by when."""

    length = forms.ChoiceField(
        choices=Length.choices,
        initial=Length.FULL,
        widget=forms.RadioSelect,
        help_text="The pulse shows which gates are passed; a score and a level need core or full.",
    )
    due_on = forms.DateField(
        label="Answers wanted by",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Optional. Nothing closes by itself on that day.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.add_input(Submit("open", "Open the assessment"))

    def clean_due_on(self) -> object:
        due_on = self.cleaned_data["due_on"]
        if due_on and due_on < timezone.localdate():
            raise forms.ValidationError("That day is over. Choose today or a later day.")
        return due_on
