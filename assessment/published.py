"""A published maturity model as plain values.

It never changes, so each process reads it once and every page, the API and scoring share it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, Final

from django.db.models import QuerySet

from assessment.models.answering import Assessment
from assessment.models.maturity_model import (
    Length,
    Level,
    MaturityModel,
    Question,
    Questionnaire,
    QuestionnaireRole,
)
from guide.models import Section

# What stands beside scores by a model that lets some questions count more than others.
WEIGHTED: Final = "custom weights"
# A section of a guide: its page's path and its own anchor.
Place = tuple[str, str]


@dataclass(frozen=True)
class GuideLink:
    """Where in the guide to read more: the section's address and its title."""

    url: str
    title: str


@dataclass(frozen=True)
class PublishedLevel:
    """A level 0-4 of a question. Below the top: what leads to the next one."""

    level: int
    description: str
    suggestion: str
    effort: str
    gives: str
    guide: GuideLink | None


@dataclass(frozen=True)
class PublishedQuestion:
    id: int
    key: str
    title: str
    gate: bool
    in_pulse: bool
    weight: int
    guide: GuideLink
    indicators: tuple[str, ...]
    sources: tuple[str, ...]
    levels: tuple[PublishedLevel, ...]


@dataclass(frozen=True)
class PublishedQuestionnaire:
    id: int
    key: str
    title: str
    note: str
    role: str
    questions: tuple[PublishedQuestion, ...]

    @property
    def is_core(self) -> bool:
        return self.role == QuestionnaireRole.CORE


@dataclass(frozen=True)
class PublishedModel:
    id: int
    key: str
    version: str
    title: str
    level_names: tuple[str, ...]
    questionnaires: tuple[PublishedQuestionnaire, ...]

    def asked(self, length: str, rules_control_changes: bool) -> tuple[PublishedQuestionnaire, ...]:
        """Return the questionnaires of one length, each with the questions that length asks."""
        if length == Length.PULSE:
            return tuple(pulse(each) for each in self.questionnaires if each.is_core)
        if length == Length.CORE:
            return tuple(each for each in self.questionnaires if each.is_core)
        return tuple(
            each
            for each in self.questionnaires
            if rules_control_changes or each.role != QuestionnaireRole.CONDITIONAL
        )

    @cached_property
    def questions(self) -> dict[str, PublishedQuestion]:
        """Every question by its key."""
        return {
            question.key: question
            for questionnaire in self.questionnaires
            for question in questionnaire.questions
        }

    @cached_property
    def custom_weights(self) -> bool:
        """Whether any question counts more than once, as an organization's own model may say."""
        return any(question.weight != 1 for question in self.questions.values())

    @cached_property
    def by_key(self) -> dict[str, PublishedQuestionnaire]:
        return {questionnaire.key: questionnaire for questionnaire in self.questionnaires}


def weighted_among(models: Iterable[int] | QuerySet[Any]) -> set[int]:
    """Return which of these models let some questions count more than others. One query."""
    questions = Question.objects.filter(questionnaire__maturity_model__in=models)
    return set(
        questions.exclude(weight=1)
        .order_by()
        .values_list("questionnaire__maturity_model", flat=True)
        .distinct()
    )


def pulse(questionnaire: PublishedQuestionnaire) -> PublishedQuestionnaire:
    asked = tuple(question for question in questionnaire.questions if question.in_pulse)
    return replace(questionnaire, questions=asked)


@lru_cache(maxsize=16)
def published_model(model_id: int) -> PublishedModel:
    """Return the model with this id. Raises MaturityModel.DoesNotExist."""
    model = MaturityModel.objects.prefetch_related(
        "questionnaires__questions__levels__section__page__guide",
        "questionnaires__questions__section__page__guide",
    ).get(pk=model_id)
    return PublishedModel(
        id=model.pk,
        key=model.key,
        version=model.version,
        title=model.title,
        level_names=tuple(model.level_names),
        questionnaires=tuple(_questionnaire(row) for row in model.questionnaires.all()),
    )


def asked_in(assessment: Assessment) -> tuple[PublishedQuestionnaire, ...]:
    """Return the questionnaires of an assessment, each with those questions that it asks."""
    model = published_model(assessment.maturity_model_id)
    return model.asked(assessment.length, assessment.rules_control_changes)


def guide_links(model: PublishedModel, places: Collection[Place]) -> dict[Place, GuideLink]:
    """Return where the model's guide says more; without those places that it does not have."""
    sections = Section.objects.filter(
        page__guide__in=MaturityModel.objects.filter(pk=model.id).values("guide"),
        page__path__in={path for path, _ in places},
        anchor__in={anchor for _, anchor in places},
    ).select_related("page__guide")
    found = {(each.page.path, each.anchor): _link(each) for each in sections}
    return {place: found[place] for place in places if place in found}


def _questionnaire(row: Questionnaire) -> PublishedQuestionnaire:
    return PublishedQuestionnaire(
        id=row.pk,
        key=row.key,
        title=row.title,
        note=row.note,
        role=row.role,
        questions=tuple(_question(question) for question in row.questions.all()),
    )


def _question(row: Question) -> PublishedQuestion:
    return PublishedQuestion(
        id=row.pk,
        key=row.key,
        title=row.title,
        gate=row.gate,
        in_pulse=row.in_pulse,
        weight=row.weight,
        guide=_link(row.section),
        indicators=tuple(row.indicators),
        sources=tuple(row.sources),
        levels=tuple(_level(level) for level in row.levels.all()),
    )


def _level(row: Level) -> PublishedLevel:
    return PublishedLevel(
        level=row.level,
        description=row.description,
        suggestion=row.suggestion,
        effort=row.effort,
        gives=row.gives,
        guide=_link(row.section) if row.section else None,
    )


def _link(section: Section) -> GuideLink:
    return GuideLink(url=section.get_absolute_url(), title=section.title)
