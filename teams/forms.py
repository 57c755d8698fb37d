"""One form for each thing a person does with organizations, teams and roles."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from teams import zones
from teams.models import (
    LEAST_ANSWERS,
    MOST_ANSWERS,
    ORGANIZATION_ROLES,
    TEAM_ROLES,
    Invitation,
    Membership,
    Organization,
    Reminders,
    Role,
    Tag,
    Team,
    User,
)

MOST_TAGS: Final = 10

WHAT_A_ROLE_MAY = {
    Role.OWNER: "Owner: everything, including who else is in",
    Role.MANAGER: "Manager: sees and compares the results of all teams, never one person's answers",
    Role.LEAD: "Lead: opens and submits assessments, invites people, and answers too",
    Role.MEMBER: "Member: answers, and sees the team's results",
}


class NameField(forms.CharField):
    """A name on one line. Names stand in mails, where an address would become a link."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=120, **kwargs)

    def to_python(self, value: Any) -> str:
        return " ".join(str(super().to_python(value)).split())

    def validate(self, value: str) -> None:
        super().validate(value)
        if "://" in value or "www." in value.lower():
            raise ValidationError("Write a name here, not a web address.", code="address")


class NameForm(forms.Form):
    """What sign-up asks besides e-mail and password, and what the account page changes."""

    name = NameField(
        label="Your name",
        help_text="The people in your teams see it.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class SignUpForm(NameForm):
    """Asks for a name. The zone is what the browser says, without a question; UTC if nothing."""

    time_zone = forms.CharField(required=False, widget=forms.HiddenInput)

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        if self.cleaned_data["time_zone"] in zones.names():
            user.time_zone = self.cleaned_data["time_zone"]
        user.save(update_fields=["name", "time_zone"])


class PreferencesForm(forms.Form):
    """How a person reads times, and which mails they want."""

    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=zones.by_region,
        help_text="Rungs shows you dates and times in it.",
        error_messages={"invalid_choice": "Choose a time zone from the list."},
    )
    reminders = forms.ChoiceField(
        label="Reminders by e-mail",
        choices=Reminders.choices,
        widget=forms.RadioSelect,
        help_text="Also what became of your suggestions for a guide. Invitations that somebody "
        "sends you, and mails about signing in, always come.",
    )


class OrganizationForm(forms.Form):
    name = NameField(
        label="Name of the organization",
        help_text="Your company, or the part of it that wants to compare its teams.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class OrganizationSettingsForm(OrganizationForm):
    least_answers = forms.IntegerField(
        label="How many must have answered before a mean is shown",
        min_value=LEAST_ANSWERS,
        max_value=MOST_ANSWERS,
        help_text=f"{LEAST_ANSWERS} to {MOST_ANSWERS}. Distributions and notes always need 5 or "
        "more. It holds for assessments opened from now on: one that is open keeps what its "
        "members were told.",
    )


class TagsField(forms.CharField):
    """Words to find a team by, separated by commas. Each counts once, whatever its case."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"list": "known-tags", "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs=attributes), required=False, **kwargs)

    def clean(self, value: Any) -> list[str]:
        found: dict[str, str] = {}
        for word in str(super().clean(value)).split(","):
            tag = " ".join(word.split())
            if tag:
                _check_tag(tag)
                found.setdefault(tag.casefold(), tag)
        if len(found) > MOST_TAGS:
            raise ValidationError(
                f"A team has at most {MOST_TAGS} tags; these are {len(found)}.", code="too many"
            )
        return list(found.values())


def _check_tag(tag: str) -> None:
    longest = Tag._meta.get_field("name").max_length or 0
    if len(tag) > longest:
        raise ValidationError(
            f"A tag has at most {longest} characters. This one has {len(tag)}: "
            f"\N{LEFT DOUBLE QUOTATION MARK}{tag[:longest]}\N{HORIZONTAL ELLIPSIS}"
            "\N{RIGHT DOUBLE QUOTATION MARK}. Separate tags by commas.",
            code="too long",
        )
    if "://" in tag or "www." in tag.lower():
        raise ValidationError("Write words here, not a web address.", code="address")


class TeamForm(forms.Form):
    """A team's settings; `team` is the one being changed, none for a new one.

    `arranges` says that an owner settles it: tags are the organization's words.
    """

    name = NameField(
        label="Name of the team", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    parent = forms.ModelChoiceField(
        Team.objects.none(),
        label="Parent",
        required=False,
        empty_label="None",
        help_text="A team that this one belongs to, such as a department.",
    )
    rules_control_changes = forms.BooleanField(
        label="Laws, standards or contracts control how we change or access production",
        required=False,
        help_text="The team is then asked six more questions, about working under such rules.",
    )
    tags = TagsField(
        label="Tags",
        help_text="Words to find teams by when they are compared, separated by commas: "
        "customer-facing, Lisbon.",
    )

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        team: Team | None = None,
        arranges: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if not arranges:
            del self.fields["tags"]
        self.others = organization.teams.exclude(pk=team.pk) if team else organization.teams.all()
        below = team.with_all_below() if team else set()
        parents = self.others.exclude(pk__in=below)
        self.fields["parent"].queryset = parents  # type: ignore[attr-defined] # a choice of models

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self.others.filter(name__iexact=name).exists():
            raise ValidationError("Another team of the organization has this name.", code="taken")
        return name


class NewTeamForm(TeamForm):
    join = forms.BooleanField(
        label="I am in this team myself, as its lead",
        required=False,
        initial=True,
        help_text="Owners see every team's results; only leads and members answer.",
    )


class RoleForm(forms.Form):
    """A choice of the roles that a place has."""

    role = forms.ChoiceField(label="Role", widget=forms.RadioSelect)

    def __init__(self, *args: Any, team: Team | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Typed as any Field; it is the ChoiceField above.
        self.fields["role"].choices = roles_of(team)  # type: ignore[attr-defined]


class OrganizationRoleForm(RoleForm):
    """A role over the organization, or none for somebody who stays in teams only."""

    NONE = "none"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, team=None, **kwargs)
        role = self.fields["role"]
        role.label = "Role over the organization"
        # Typed as any Field, as in RoleForm.
        role.choices = [*role.choices, (self.NONE, "None: only in teams")]  # type: ignore[attr-defined]

    def clean_role(self) -> str:
        """Return the role, "" for none. None is a choice of its own: silence must take no role."""
        role: str = self.cleaned_data["role"]
        return "" if role == self.NONE else role


class InvitationForm(RoleForm):
    """An invitation into a team or, without one, to a role over the organization."""

    email = forms.EmailField(
        label="E-mail address",
        required=False,
        max_length=Invitation._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("email", "role")

    def __init__(
        self, *args: Any, organization: Organization, team: Team | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, team=team, **kwargs)
        self.place: dict[str, Any] = {"organization": organization, "team": team}
        self.fields["role"].initial = roles_of(team)[-1][0]
        people = "up to 50 people" if team else "one person"
        self.fields[
            "email"
        ].help_text = f"Leave it empty for a link that you pass on yourself, good for {people}."

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        there = Membership.objects.filter(user__email__iexact=email, **self.place)
        if email and (membership := there.select_related("user").first()):
            raise ValidationError(f"{membership.user} is in already.", code="in already")
        return email


def roles_of(team: Team | None) -> list[tuple[str, str]]:
    """Return a place's roles with what each may do, the one that may most first."""
    return [
        (role.value, WHAT_A_ROLE_MAY[role]) for role in (TEAM_ROLES if team else ORGANIZATION_ROLES)
    ]
