"""The parts of an organization file, in an order in which each refers only to those before it.

Where a reference may go to rows of two parts, to what is the organization's own or everybody's,
both keep their ids in one space, named after the organization's own part.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import ForeignKey, ManyToManyField, Model, QuerySet

from assessment import models as assessed
from assessment.organization_file import (
    assessment_records,
    guide_records,
    model_records,
    plan_records,
    team_records,
)
from assessment.organization_file.fields import Record, reference_of
from guide import models as guides
from teams import models as teams

Organization = teams.Organization

# What is not in the file, and why.
LEFT_OUT: Final = {
    assessed.Export: "a file in passing",
    guides.GuideUpload: "a file in passing",
    guides.IndexedSection: "made anew from the sections",
    guides.KnownWord: "made anew from the sections",
    teams.Notice: "what somebody is told in passing",
    assessed.SentDigest: "a person's own, of all their organizations",
}
# What an account has besides is its person's own or this installation's.
ACCOUNT: Final = {"password", "last_login", "is_staff", "is_superuser"}


@dataclass(frozen=True)
class Part:
    """One part: what its rows hold, the table they are in and how they lead to the organization.

    `label` is how a row is named without its id, by look-ups. `columns` are look-ups where a field
    is not named as in the table. What is `shared` is only named: it has to be there already.
    """

    name: str
    record: type[Record]
    model: type[Model]
    of: str
    label: tuple[str, ...] = ()
    space: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    shared: bool = False

    @property
    def ids_of(self) -> str:
        """The space in which the part's ids are looked up."""
        return self.space or self.name

    @cached_property
    def references(self) -> dict[str, str]:
        """The part each reference leads to, by field."""
        found = {name: reference_of(self.record, name) for name in self.record.model_fields}
        return {name: part for name, part in found.items() if part}

    @cached_property
    def lists(self) -> list[str]:
        """The fields that hold several references."""
        if self.shared:
            return []
        kinds = {name: self.model._meta.get_field(name) for name in self.references}
        return [name for name, kind in kinds.items() if isinstance(kind, ManyToManyField)]

    @cached_property
    def late(self) -> list[str]:
        """The references to rows of the part itself, which may come later."""
        return [name for name, part in self.references.items() if part == self.ids_of]

    @cached_property
    def fields(self) -> dict[str, str]:
        """The column or look-up of each field that is not a list."""
        return {
            name: self.columns.get(name) or self._column(name)
            for name in self.record.model_fields
            if name not in self.lists
        }

    def _column(self, name: str) -> str:
        found = self.model._meta.get_field(name)
        return found.attname if isinstance(found, ForeignKey) else name

    @cached_property
    def has_organization(self) -> bool:
        """Whether a row names the organization, which the file does not repeat."""
        return self.of == "organization" and not self.shared

    def own(self, organization: Organization | None) -> QuerySet[Any]:
        """Return the organization's rows; without one those that are everybody's."""
        whose = {self.of: organization and organization.pk}
        return self.model._default_manager.filter(**whose).order_by("pk")


PARTS: Final[tuple[Part, ...]] = (
    Part("organization", team_records.Organization, teams.Organization, "pk", ("slug",)),
    Part("people", team_records.Person, teams.User, "", ("email",)),
    Part("tags", team_records.Tag, teams.Tag, "organization", ("name",)),
    Part("teams", team_records.Team, teams.Team, "organization", ("slug",)),
    Part("memberships", team_records.Membership, teams.Membership, "organization"),
    Part(
        "invitations",
        team_records.Invitation,
        teams.Invitation,
        "organization",
        ("token_digest",),
    ),
    # Guides
    Part(
        "shared_guides",
        guide_records.SharedGuide,
        guides.Guide,
        "organization",
        space="guides",
        shared=True,
    ),
    Part("guides", guide_records.Guide, guides.Guide, "organization", ("slug",)),
    Part("pages", guide_records.Page, guides.Page, "guide__organization", ("guide__slug", "path")),
    Part(
        "shared_sections",
        guide_records.SharedSection,
        guides.Section,
        "page__guide__organization",
        space="sections",
        columns={"guide": "page__guide_id", "page": "page__path"},
        shared=True,
    ),
    Part(
        "sections",
        guide_records.Section,
        guides.Section,
        "page__guide__organization",
        ("page__guide__slug", "page__path", "anchor"),
    ),
    Part("assets", guide_records.Asset, guides.Asset, "guide__organization"),
    Part("read_marks", guide_records.ReadMark, guides.ReadMark, "page__guide__organization"),
    Part("corrections", guide_records.Correction, guides.Correction, "organization"),
    # Maturity models
    Part(
        "shared_models",
        model_records.SharedModel,
        assessed.MaturityModel,
        "organization",
        space="models",
        shared=True,
    ),
    Part(
        "models",
        model_records.MaturityModel,
        assessed.MaturityModel,
        "organization",
        ("key", "version"),
    ),
    Part(
        "shared_questionnaires",
        model_records.SharedQuestionnaire,
        assessed.Questionnaire,
        "maturity_model__organization",
        space="questionnaires",
        shared=True,
    ),
    Part(
        "questionnaires",
        model_records.Questionnaire,
        assessed.Questionnaire,
        "maturity_model__organization",
        ("maturity_model__key", "maturity_model__version", "key"),
    ),
    Part(
        "shared_questions",
        model_records.SharedQuestion,
        assessed.Question,
        "questionnaire__maturity_model__organization",
        space="questions",
        shared=True,
    ),
    Part(
        "questions",
        model_records.Question,
        assessed.Question,
        "questionnaire__maturity_model__organization",
        (
            "questionnaire__maturity_model__key",
            "questionnaire__maturity_model__version",
            "questionnaire__key",
            "key",
        ),
    ),
    Part(
        "levels",
        model_records.QuestionLevel,
        assessed.Level,
        "question__questionnaire__maturity_model__organization",
    ),
    Part("model_drafts", model_records.ModelDraft, assessed.ModelDraft, "organization"),
    Part("models_in_use", model_records.ModelInUse, assessed.ModelInUse, "team__organization"),
    # Assessments
    Part(
        "assessments",
        assessment_records.Assessment,
        assessed.Assessment,
        "team__organization",
        ("team__slug", "opened_at", "submitted_at"),
    ),
    Part(
        "participations",
        assessment_records.Participation,
        assessed.Participation,
        "assessment__team__organization",
    ),
    Part(
        "guest_links",
        assessment_records.GuestLink,
        assessed.GuestLink,
        "assessment__team__organization",
    ),
    Part("sheets", assessment_records.Sheet, assessed.Sheet, "assessment__team__organization"),
    Part(
        "answers",
        assessment_records.Answer,
        assessed.Answer,
        "sheet__assessment__team__organization",
    ),
    Part(
        "agreed_answers",
        assessment_records.AgreedAnswer,
        assessed.AgreedAnswer,
        "assessment__team__organization",
    ),
    Part("talks", assessment_records.Talk, assessed.Talk, "assessment__team__organization"),
    Part(
        "snapshots",
        assessment_records.Snapshot,
        assessed.Snapshot,
        "team__organization",
        ("team__slug", "taken_at", "assessment__opened_at"),
    ),
    Part(
        "questionnaire_scores",
        assessment_records.QuestionnaireScore,
        assessed.QuestionnaireScore,
        "snapshot__team__organization",
    ),
    Part(
        "question_scores",
        assessment_records.QuestionScore,
        assessed.QuestionScore,
        "snapshot__team__organization",
    ),
    # Plans
    Part("targets", plan_records.Target, assessed.Target, "organization"),
    Part(
        "actions",
        plan_records.Action,
        assessed.Action,
        "team__organization",
        ("team__slug", "noted_at", "text"),
    ),
    Part(
        "action_changes",
        plan_records.ActionChange,
        assessed.ActionChange,
        "action__team__organization",
    ),
    Part("exemptions", plan_records.Exemption, assessed.Exemption, "team__organization"),
    Part("annotations", plan_records.Annotation, assessed.Annotation, "team__organization"),
    Part(
        "rounds",
        plan_records.Round,
        assessed.Round,
        "organization",
        ("opens_on", "number", "title"),
    ),
    Part("round_entries", plan_records.RoundEntry, assessed.RoundEntry, "round__organization"),
    Part(
        "sent_reminders",
        plan_records.SentReminder,
        assessed.SentReminder,
        "assessment__team__organization",
    ),
)
BY_NAME: Final = {part.name: part for part in PARTS}


def referring_to(space: str) -> Iterator[tuple[Part, str]]:
    """Yield each part with a field that refers to the space."""
    for part in PARTS:
        for name, to in part.references.items():
            if to == space:
                yield part, name


def is_account(model: type[Model]) -> bool:
    return issubclass(model, AbstractBaseUser)
