"""What owners fill in about guides."""

from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.text import slugify

from guide.importer import LONGEST_SLUG
from guide.uploads import why_taken
from teams.models import Organization


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Zip file",
        validators=[FileExtensionValidator(["zip"], "Choose a file that ends in .zip.")],
        error_messages={
            "required": "Choose a zip file.",
            "empty": "This file is empty. Nothing was kept.",
        },
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )


class AddressForm(forms.Form):
    slug = forms.CharField(
        label="Address",
        max_length=LONGEST_SLUG,
        error_messages={"required": "The guide needs an address."},
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization

    def clean_slug(self) -> str:
        slug: str = slugify(self.cleaned_data["slug"])[:LONGEST_SLUG]
        if not slug:
            raise forms.ValidationError("Use letters, digits and hyphens.")
        if reason := why_taken(slug, self.organization):
            raise forms.ValidationError(reason)
        return slug
