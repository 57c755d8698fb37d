"""What an organization and its teams plan, in an organization file: targets, actions, rounds."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from assessment.models.maturity_model import Length
from assessment.models.planning import LONGEST_ACTION, ActionStatus, ExemptionKind
from assessment.models.rounds import Recurrence, RoundStatus
from assessment.organization_file.fields import (
    Id,
    Link,
    Moment,
    Note,
    Record,
    Slug,
    Small,
    Whole,
    text,
    to,
)

AimedAt = Annotated[int, Field(ge=1, le=4)]


class Target(Record):
    """A team's target or, without a team, the organization's."""

    id: Id
    team: Annotated[Id | None, to("teams")]
    questionnaire_key: Slug
    level: AimedAt
    by: date | None


class Action(Record):
    id: Id
    team: Annotated[Id, to("teams")]
    assessment: Annotated[UUID | None, to("assessments")]
    question: Annotated[Id | None, to("questions")]
    level: AimedAt | None
    text: Annotated[str, text(LONGEST_ACTION, least=1)]
    note: Note
    link: Link
    owner: Annotated[Id | None, to("people")]
    due_on: date | None
    status: ActionStatus
    revision: Whole
    noted_by: Annotated[Id | None, to("people")]
    noted_at: Moment
    closed_at: Moment | None


class ActionChange(Record):
    id: Id
    action: Annotated[Id, to("actions")]
    revision: Whole
    field: Annotated[str, text(20)]
    before: Note
    after: Note
    by: Annotated[Id | None, to("people")]
    at: Moment


class Exemption(Record):
    id: Id
    team: Annotated[Id, to("teams")]
    question: Annotated[Id, to("questions")]
    kind: ExemptionKind
    reason: Annotated[str, text(1000, least=1)]
    until: date
    by: Annotated[Id | None, to("people")]
    at: Moment
    ended_at: Moment | None


class Annotation(Record):
    id: UUID
    team: Annotated[Id, to("teams")]
    on: date
    text: Annotated[str, text(200, least=1)]
    by: Annotated[Id | None, to("people")]
    at: Moment


class Round(Record):
    """A round. Those of one series recur and share it."""

    id: UUID
    teams: Annotated[list[Id], to("teams")]
    title: Annotated[str, text(120)]
    message: Note
    length: Length
    status: RoundStatus
    opens_on: date
    due_on: date
    time_zone: Annotated[str, text(60)]
    recurs: Recurrence
    series: UUID
    number: Small
    anchor_on: date
    planned_by: Annotated[Id | None, to("people")]
    opened_at: Moment | None
    closed_by: Annotated[Id | None, to("people")]
    closed_at: Moment | None


class RoundEntry(Record):
    id: Id
    round: Annotated[UUID, to("rounds")]
    assessment: Annotated[UUID, to("assessments")]


class SentReminder(Record):
    id: UUID
    assessment: Annotated[UUID, to("assessments")]
    user: Annotated[Id, to("people")]
    occasion: Annotated[str, text(20)]
    sent_on: date
