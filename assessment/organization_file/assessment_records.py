"""Assessments in an organization file: what was answered, agreed and frozen.

Sheets name nobody. Whoever has the file and not the installation's RESPONDENT_KEY finds nobody in
them; whoever has both finds everybody, as with a backup of the database.
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from assessment.models.answering import AnswerChoice, AssessmentStatus, Mode
from assessment.models.maturity_model import Length
from assessment.organization_file.fields import (
    Digest,
    Id,
    Level,
    Moment,
    Note,
    Record,
    Score,
    Small,
    Values,
    Whole,
    text,
    to,
)
from assessment.organization_file.team_records import Least


class Assessment(Record):
    id: UUID
    team: Annotated[Id, to("teams")]
    maturity_model: Annotated[Id, to("models")]
    length: Length
    rules_control_changes: bool
    status: AssessmentStatus
    opened_by: Annotated[Id | None, to("people")]
    opened_at: Moment
    mode: Mode
    least_answers: Least
    due_on: date | None
    reveals: Small
    revealed_by: Annotated[Id | None, to("people")]
    revealed_at: Moment | None
    submitted_by: Annotated[Id | None, to("people")]
    submitted_at: Moment | None


class Participation(Record):
    """Who said that they have finished: to the day, and leading to no sheet."""

    id: UUID
    assessment: Annotated[UUID, to("assessments")]
    user: Annotated[Id, to("people")]
    finished_on: date | None
    reminded_on: date | None


class GuestLink(Record):
    id: Id
    assessment: Annotated[UUID, to("assessments")]
    invitation: Annotated[UUID, to("invitations")]


class Sheet(Record):
    """One respondent's answers; `respondent` is a keyed hash, or the team on one sheet."""

    id: UUID
    assessment: Annotated[UUID, to("assessments")]
    respondent: Digest | Literal["together"]


class Answer(Record):
    id: UUID
    sheet: Annotated[UUID, to("sheets")]
    question: Annotated[Id, to("questions")]
    answer: AnswerChoice | None
    note: Note
    revision: Annotated[int, Field(ge=1, le=2**31 - 1)]
    revealed_answer: AnswerChoice | None
    revealed_note: Note


class AgreedAnswer(Record):
    id: Id
    assessment: Annotated[UUID, to("assessments")]
    question: Annotated[Id, to("questions")]
    answer: AnswerChoice | None
    reason: Note
    by: Annotated[Id | None, to("people")]
    at: Moment
    revision: Whole


class Talk(Record):
    id: Id
    assessment: Annotated[UUID, to("assessments")]
    facilitator: Annotated[Id | None, to("people")]
    question: Annotated[Id | None, to("questions")]
    turn: Whole
    timer_ends_at: Moment | None
    spectators: bool
    started_at: Moment


class Snapshot(Record):
    """The frozen scores of one submitted assessment: what may be shown and nothing else."""

    id: Id
    assessment: Annotated[UUID, to("assessments")]
    team: Annotated[Id, to("teams")]
    maturity_model: Annotated[Id, to("models")]
    taken_at: Moment
    length: Length
    mode: Mode
    enough: bool
    respondents: Small
    invited: Small
    stage: Level | None
    overall: Score | None


class Blocker(Values):
    """A question in the way of the next level, and the rules that make it weigh more."""

    question: Annotated[str, text(80)]
    rules: list[Annotated[str, text(20)]]


class QuestionnaireScore(Record):
    id: Id
    snapshot: Annotated[Id, to("snapshots")]
    questionnaire: Annotated[Id, to("questionnaires")]
    respondents: Small
    score: Score | None
    agreed: Small
    as_answered: Score | None
    why_not: Annotated[str, text(40)]
    low: float | None
    high: float | None
    half_width: float | None
    variance: float | None
    rwg: float | None
    average_deviation: float | None
    dont_know_share: float | None
    level: Level | None
    blocked_by: Annotated[list[Blocker], Field(max_length=200)]
    change: float | None
    change_margin: float | None
    change_p: float | None
    change_linked: Small | None
    change_questions: Small | None
    changed: bool | None


class QuestionScore(Record):
    """One question of a snapshot. Where fewer gave a level than may be told, `answered` is empty
    in what Rungs shows; a file to come back with has the number."""

    id: Id
    snapshot: Annotated[Id, to("snapshots")]
    question: Annotated[Id, to("questions")]
    answered: Small | None
    dont_know: Small | None
    not_applicable: Small | None
    applicable: bool
    mean: Score | None
    agreed: bool
    as_answered: Score | None
    median: float | None
    variance: float | None
    average_deviation: float | None
    range: Small | None
    agreement: Annotated[str, text(8)]
