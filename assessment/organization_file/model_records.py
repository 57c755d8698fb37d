"""Maturity models in an organization file: those of its own in full, the others by their name.

What is everybody's has to be there already, with the same content: the checksum says so.
"""

from typing import Annotated

from pydantic import Field

from assessment.models.maturity_model import Effort, QuestionnaireRole
from assessment.organization_file.fields import (
    Id,
    Level,
    Long,
    Moment,
    Record,
    Slug,
    Small,
    Whole,
    text,
    to,
)

Version = Annotated[str, text(20, least=1)]
QuestionKey = Annotated[str, text(80, least=1)]
Words = Annotated[list[Annotated[str, text(2000)]], Field(max_length=100)]


class SharedModel(Record):
    id: Id
    key: Slug
    version: Version
    checksum: Annotated[str, text(64)]


class SharedQuestionnaire(Record):
    id: Id
    maturity_model: Annotated[Id, to("models")]
    key: Slug


class SharedQuestion(Record):
    id: Id
    questionnaire: Annotated[Id, to("questionnaires")]
    key: QuestionKey


class MaturityModel(Record):
    """A published version of a maturity model of the organization's own."""

    id: Id
    based_on: Annotated[Id | None, to("models")]
    key: Slug
    version: Version
    title: Annotated[str, text(200)]
    checksum: Annotated[str, text(64)]
    guide: Annotated[Id, to("guides")]
    level_names: Annotated[list[Annotated[str, text(200)]], Field(min_length=5, max_length=5)]
    published_at: Moment


class Questionnaire(Record):
    id: Id
    maturity_model: Annotated[Id, to("models")]
    key: Slug
    title: Annotated[str, text(200)]
    note: Long
    role: QuestionnaireRole
    position: Small


class Question(Record):
    id: Id
    questionnaire: Annotated[Id, to("questionnaires")]
    key: QuestionKey
    title: Annotated[str, text(300)]
    gate: bool
    in_pulse: bool
    weight: Annotated[int, Field(ge=1, le=10)]
    position: Small
    section: Annotated[Id, to("sections")]
    indicators: Words
    sources: Words


class QuestionLevel(Record):
    id: Id
    question: Annotated[Id, to("questions")]
    level: Level
    description: Long
    suggestion: Long
    effort: Effort | Annotated[str, Field(pattern="^$")]
    gives: Long
    section: Annotated[Id | None, to("sections")]


class ModelDraft(Record):
    id: Id
    key: Slug
    title: Annotated[str, text(200)]
    based_on: Annotated[Id | None, to("models")]
    text: Annotated[str, text(2_100_000)]
    revision: Whole
    changed_by: Annotated[Id | None, to("people")]
    changed_at: Moment


class ModelInUse(Record):
    id: Id
    team: Annotated[Id, to("teams")]
    maturity_model: Annotated[Id, to("models")]
    chosen_by: Annotated[Id | None, to("people")]
    chosen_at: Moment
