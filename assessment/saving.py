"""Saving answers: one transaction, one commit, and nothing overwritten that was not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404

from assessment.models.answering import (
    LONGEST_NOTE,
    TOGETHER,
    Answer,
    AnswerChoice,
    Assessment,
    AssessmentStatus,
    Mode,
    Sheet,
    respondent_key,
)
from assessment.published import PublishedModel, PublishedQuestion, published_model
from teams.access import Right, admit
from teams.models import User

NEVER_ANSWERED = 0

WHY_CLOSED: dict[str, str] = {
    AssessmentStatus.REVEALED: (
        "The answers were revealed, so the sheets are closed while the team talks."
    ),
    AssessmentStatus.SUBMITTED: (
        "This assessment was submitted, so its answers stand as they are."
    ),
}


class NotAcceptable(Exception):
    """The answer cannot be stored as it is; the text says why and what to do."""


class QuestionNotAsked(Exception):
    """The assessment does not ask this question; the text names it."""


class AssessmentClosed(Exception):
    """The sheets take no answers in this status; the text says why."""

    def __init__(self, status: str) -> None:
        super().__init__(WHY_CLOSED[status])
        self.status = status


@dataclass(frozen=True)
class GivenAnswer:
    """What a respondent says to one question: a value of AnswerChoice or nothing, and a note."""

    answer: str | None = None
    note: str = ""


NOTHING = GivenAnswer()


@dataclass(frozen=True)
class StoredAnswer:
    """What the sheet holds for one question. Revision 0: it was never answered."""

    given: GivenAnswer = NOTHING
    revision: int = NEVER_ANSWERED


@dataclass(frozen=True)
class Change:
    """A given answer and the revision of the stored one it is meant to replace."""

    question: str
    given: GivenAnswer
    revision: int


@dataclass(frozen=True)
class Saved:
    """The answer is in the database; this is its revision now."""

    revision: int


@dataclass(frozen=True)
class Conflict:
    """Somebody else stored another answer first. Nothing was overwritten."""

    yours: GivenAnswer
    stored: StoredAnswer


def given_answer(answer: str | None, note: str) -> GivenAnswer:
    """Return the answer as it may be stored, without blanks around the note.

    Raises NotAcceptable.
    """
    note = note.strip()
    if answer is not None and answer not in AnswerChoice.values:
        raise NotAcceptable("An answer is one of the five lines, don't know or not applicable.")
    if len(note) > LONGEST_NOTE:
        raise NotAcceptable(
            f"The note has {len(note):,} characters; {LONGEST_NOTE:,} is the most. Shorten it."
        )
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in note):
        raise NotAcceptable("The note has a character that is not text. Type it again.")
    if answer == AnswerChoice.NOT_APPLICABLE and not note:
        raise NotAcceptable("Not applicable needs a reason: say in one line why.")
    return GivenAnswer(answer, note)


def save_answer(*, user: User, assessment_id: UUID, change: Change) -> Saved | Conflict:
    """Save one answer to the user's own sheet. Raises what `save_answers` raises."""
    (outcome,) = save_answers(user=user, assessment_id=assessment_id, changes=[change])
    return outcome


def save_answers(
    *, user: User, assessment_id: UUID, changes: Sequence[Change]
) -> list[Saved | Conflict]:
    """Save answers to the user's own sheet and return the outcome of each, in their order.

    All that can be saved are committed together; a conflict keeps none of the others back.
    The same change sent again is saved already and changes nothing.

    Raises Http404 for a stranger, PermissionDenied for one who does not answer here,
    AssessmentClosed, QuestionNotAsked.
    """
    try:
        return _save(user, assessment_id, changes, look_first=False)
    except IntegrityError:
        # The same person's other tab put in the first sheet or answer while this one waited for
        # the lock. It is committed, so a second look sees it.
        return _save(user, assessment_id, changes, look_first=True)


def assessment_to_answer(user: User, assessment_id: UUID) -> Assessment:
    """Return the assessment with its team and organization, for somebody who answers there.

    Who answers there comes in by one query. Raises Http404 for a stranger, PermissionDenied for
    one who may look but does not answer.
    """
    found = next(iter(answered_by(user.pk, assessment_id).all()), None)
    return found or _refuse(user, assessment_id)


# Composing this takes longer than answering it; it holds no rows. Take `.all()`: a fresh answer.
@lru_cache(maxsize=256)
def answered_by(user: int, assessment_id: UUID) -> QuerySet[Assessment]:
    """Return the query for the assessment, if the user answers there."""
    mine = Assessment.objects.filter(
        pk=assessment_id,
        team__memberships__user=user,
        team__memberships__role__in=Right.ANSWER.value,
    )
    return mine.order_by().select_related("team__organization")


def answers_of(user: User, assessment: Assessment) -> dict[int, StoredAnswer]:
    """Return what the sheet the user fills holds, by question id."""
    rows = on_sheet(assessment.pk, assessment.respondent(user)).all()
    return {row[0]: StoredAnswer(GivenAnswer(row[1], row[2]), row[3]) for row in rows}


@lru_cache(maxsize=256)
def on_sheet(
    assessment_id: UUID, respondent: str
) -> QuerySet[Any, tuple[int, str | None, str, int]]:
    """Return the query for what one sheet holds, likewise."""
    answers = Answer.objects.filter(sheet__assessment=assessment_id, sheet__respondent=respondent)
    return answers.order_by().values_list("question_id", "answer", "note", "revision")


@dataclass(frozen=True)
class OpenSheet:
    """The user's sheet in a locked, open assessment, and what may be answered there."""

    sheet_id: UUID
    questions: dict[str, PublishedQuestion]
    model: PublishedModel

    def question(self, key: str) -> PublishedQuestion:
        if key in self.questions:
            return self.questions[key]
        if key in self.model.questions:
            raise QuestionNotAsked(f"This assessment does not ask the question “{key}”.")
        raise QuestionNotAsked(f"There is no question “{key[:80]}”.")


def _save(
    user: User, assessment_id: UUID, changes: Sequence[Change], *, look_first: bool
) -> list[Saved | Conflict]:
    with transaction.atomic():
        sheet = _lock(user, assessment_id)
        asked = [sheet.question(change.question) for change in changes]
        return [
            _store(sheet.sheet_id, question.id, change, look_first=look_first)
            for question, change in zip(asked, changes, strict=True)
        ]


def _lock(user: User, assessment_id: UUID) -> OpenSheet:
    """Hold the assessment until commit, so that submit counts an answer or refuses it.

    One query brings all there is to know. Every sheet's key comes along because the user's own
    can only be computed from the team. After waiting for the lock the assessment's own columns
    are current, the sheets may be those of before the wait.
    """
    rows = list(
        Assessment.objects.select_for_update(of=("self",), no_key=True)
        .filter(
            pk=assessment_id,
            team__memberships__user=user.pk,
            team__memberships__role__in=Right.ANSWER.value,
        )
        .order_by()
        .values_list(
            "status",
            "team_id",
            "maturity_model_id",
            "length",
            "rules_control_changes",
            "mode",
            "sheets__respondent",
            "sheets__id",
        )
    )
    if not rows:
        _refuse(user, assessment_id)
    status, team_id, model_id, length, rules_control_changes, mode = rows[0][:6]
    if status != AssessmentStatus.OPEN:
        raise AssessmentClosed(status)
    respondent = TOGETHER if mode == Mode.CONSENSUS else respondent_key(user.pk, team_id)
    sheets: dict[str | None, UUID] = {row[6]: row[7] for row in rows}
    model = published_model(model_id)
    return OpenSheet(
        sheet_id=sheets.get(respondent) or _new_sheet(assessment_id, respondent),
        questions={
            question.key: question
            for questionnaire in model.asked(length, rules_control_changes)
            for question in questionnaire.questions
        },
        model=model,
    )


def _refuse(user: User, assessment_id: UUID) -> NoReturn:
    assessment = Assessment.objects.select_related("team").filter(pk=assessment_id).first()
    admit(user, assessment.team if assessment else None, Right.ANSWER)
    raise Http404


def _new_sheet(assessment_id: UUID, respondent: str) -> UUID:
    return Sheet.objects.create(assessment_id=assessment_id, respondent=respondent).pk


def _store(
    sheet_id: UUID, question_id: int, change: Change, *, look_first: bool
) -> Saved | Conflict:
    stored = _stored(sheet_id, question_id) if look_first else StoredAnswer()
    if change.revision == stored.revision == NEVER_ANSWERED:
        return _insert(sheet_id, question_id, change.given)
    if change.revision and _update(sheet_id, question_id, change):
        return Saved(change.revision + 1)
    stored = _stored(sheet_id, question_id)
    if stored.given == change.given and stored.revision:
        return Saved(stored.revision)
    return Conflict(yours=change.given, stored=stored)


def _insert(sheet_id: UUID, question_id: int, given: GivenAnswer) -> Saved:
    row = Answer.objects.create(
        sheet_id=sheet_id, question_id=question_id, answer=given.answer, note=given.note
    )
    return Saved(row.revision)


def _update(sheet_id: UUID, question_id: int, change: Change) -> bool:
    """Replace the stored answer if it still is the one the respondent saw."""
    return bool(
        Answer.objects.filter(
            sheet_id=sheet_id, question_id=question_id, revision=change.revision
        ).update(answer=change.given.answer, note=change.given.note, revision=change.revision + 1)
    )


def _stored(sheet_id: UUID, question_id: int) -> StoredAnswer:
    row = (
        Answer.objects.filter(sheet_id=sheet_id, question_id=question_id)
        .values_list("answer", "note", "revision")
        .first()
    )
    return StoredAnswer(GivenAnswer(row[0], row[1]), row[2]) if row else StoredAnswer()
