"""What may be done during a talk. Each act holds the assessment and takes the talk one turn on.

An act names the turn its screen showed. If the talk has moved on since, nothing is changed and the
facilitator learns it, so two screens cannot undo each other unseen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from assessment import planning
from assessment.lifecycle import lock
from assessment.models import Action, AgreedAnswer, Assessment, Talk
from assessment.models.answering import AssessmentStatus
from assessment.models.planning import ActionStatus
from assessment.published import PublishedQuestion, asked_in
from assessment.saving import NotAcceptable, QuestionNotAsked
from teams.access import Right, may
from teams.models import TEAM_ROLES, Team, User

MINUTES = (2, 5, 10)

WHY_NOT_NOW: dict[str, str] = {
    AssessmentStatus.OPEN: (
        "The answers are open, so there is nothing to talk over yet. The talk begins when the lead "
        "reveals them."
    ),
    AssessmentStatus.SUBMITTED: (
        "This assessment was submitted, so the talk is over and what was agreed stands."
    ),
}


class NotTalking(Exception):
    """The assessment is not revealed; the text says what it is."""


class NotFacilitating(Exception):
    """Somebody else facilitates; the text says who, and who may take over."""


class MovedOn(Exception):
    """The talk has moved on since the screen was shown; the text says to where."""


def facilitates(talk: Talk, team: Team, user: User) -> bool:
    """Whether the user leads through the talk: named so, and still somebody who may."""
    return talk.facilitator_id == user.pk and (may(team, Right.ANSWER) or may(team, Right.LEAD))


@contextmanager
def one_turn(assessment: Assessment, by: User, turn: int) -> Iterator[Talk]:
    """Hold the talk for one act of its facilitator; commit it with the next turn.

    `assessment.team` has come through a door, which knows the user's roles.
    Raises NotTalking, NotFacilitating, MovedOn.
    """
    with transaction.atomic():
        talk = held(assessment)
        if not facilitates(talk, assessment.team, by):
            raise NotFacilitating(who_may_act(talk))
        if not Talk.objects.filter(pk=talk.pk, turn=turn).update(turn=F("turn") + 1):
            raise MovedOn(where_it_went(talk))
        yield talk


def held(assessment: Assessment) -> Talk:
    """Hold the assessment until commit and return its talk. Raises NotTalking."""
    locked = lock(assessment)
    if not locked.is_revealed:
        raise NotTalking(WHY_NOT_NOW[locked.status])
    return Talk.objects.select_related("facilitator", "question").get(assessment=locked)


def who_may_act(talk: Talk) -> str:
    someone = f"{talk.facilitator} facilitates" if talk.facilitator else "Nobody facilitates"
    return (
        f"{someone} this talk, so nothing was changed. The team's lead or an owner of the "
        "organization can take over."
    )


def where_it_went(talk: Talk) -> str:
    where = f"“{talk.question.title}”" if talk.question else "the agenda"
    # Only the facilitator acts, so it was the same person: twice, or on another screen.
    return (
        "You pressed twice, or moved the talk on with another screen in the meantime: "
        f"it is at {where} now. This press changed nothing."
    )


# Where the talk is --------------------------------------------------------------------------------


def go_to(*, assessment: Assessment, by: User, turn: int, question: str | None) -> None:
    """Talk about a question, or go back to the agenda without one. The timer stops.

    Raises QuestionNotAsked, and what `one_turn` raises.
    """
    asked = question_asked(assessment, question) if question else None
    with one_turn(assessment, by, turn) as talk:
        talk.question_id = asked.id if asked else None
        talk.timer_ends_at = None
        talk.save(update_fields=["question", "timer_ends_at"])


def start_timer(*, assessment: Assessment, by: User, turn: int, minutes: int) -> None:
    """Start the timer anew. Raises NotAcceptable, and what `one_turn` raises."""
    if minutes not in MINUTES:
        raise NotAcceptable("The timer runs for 2, 5 or 10 minutes.")
    with one_turn(assessment, by, turn) as talk:
        talk.timer_ends_at = timezone.now() + timedelta(minutes=minutes)
        talk.save(update_fields=["timer_ends_at"])


def stop_timer(*, assessment: Assessment, by: User, turn: int) -> None:
    with one_turn(assessment, by, turn) as talk:
        talk.timer_ends_at = None
        talk.save(update_fields=["timer_ends_at"])


# What comes of it ---------------------------------------------------------------------------------


def agree(
    *, assessment: Assessment, by: User, turn: int, question: str, answer: str | None, reason: str
) -> None:
    """Record what the team agreed on, or without an answer that it leaves the question as it is.

    `answer` and `reason` are those of a valid form. The sheets stay as they are.
    Raises QuestionNotAsked, and what `one_turn` raises.
    """
    asked = question_asked(assessment, question)
    with one_turn(assessment, by, turn):
        settled = {"answer": answer, "reason": reason, "by": by, "at": timezone.now()}
        AgreedAnswer.objects.update_or_create(
            assessment=assessment,
            question_id=asked.id,
            defaults=settled | {"revision": F("revision") + 1},
            create_defaults=settled,
        )


def withdraw(*, assessment: Assessment, by: User, turn: int, question: str) -> None:
    """Take back what the team settled on for a question; what was answered stands again."""
    asked = question_asked(assessment, question)
    with one_turn(assessment, by, turn):
        AgreedAnswer.objects.filter(assessment=assessment, question_id=asked.id).delete()


def note_action(
    *,
    assessment: Assessment,
    by: User,
    turn: int,
    question: str | None,
    text: str,
    owner: User | None,
    due_on: date | None,
) -> None:
    """Note what the team decides to do, about one question or about none.

    `text`, `owner` and `due_on` are those of a valid form.
    """
    asked = question_asked(assessment, question) if question else None
    with one_turn(assessment, by, turn):
        planning.note_action(
            team=assessment.team,
            by=by,
            text=text,
            owner=owner,
            due_on=due_on,
            assessment=assessment,
            question=asked.id if asked else None,
        )


def drop_action(*, assessment: Assessment, by: User, turn: int, action: int) -> None:
    """Take back an action that was noted in this talk: it is dropped, and its history tells."""
    with one_turn(assessment, by, turn):
        for noted in Action.objects.filter(assessment=assessment, pk=action):
            planning.change_action(
                action=noted,
                by=by,
                revision=noted.revision,
                values={"status": ActionStatus.DROPPED},
            )


# Who leads through it, and who watches ------------------------------------------------------------


def hand_over(*, assessment: Assessment, by: User, turn: int, to: int) -> None:
    """Let another of the team facilitate. Raises NotAcceptable, and what `one_turn` raises."""
    if not assessment.team.memberships.filter(user=to, role__in=TEAM_ROLES).exists():
        raise NotAcceptable("The facilitator is one of the team. Choose from the list.")
    with one_turn(assessment, by, turn) as talk:
        talk.facilitator_id = to
        talk.save(update_fields=["facilitator"])


def take_over(*, assessment: Assessment, by: User) -> None:
    """Facilitate from now on, whoever did. Needs the right to lead; raises NotTalking."""
    with transaction.atomic():
        talk = held(assessment)
        if talk.facilitator_id != by.pk:
            Talk.objects.filter(pk=talk.pk).update(facilitator=by, turn=F("turn") + 1)


def let_watch(*, assessment: Assessment, by: User, turn: int, spectators: bool) -> None:
    """Let owners and managers who are not in the team watch, or not."""
    with one_turn(assessment, by, turn) as talk:
        talk.spectators = spectators
        talk.save(update_fields=["spectators"])


def question_asked(assessment: Assessment, key: str) -> PublishedQuestion:
    """Return the question. Raises QuestionNotAsked for any but those of the assessment's length."""
    for questionnaire in asked_in(assessment):
        for question in questionnaire.questions:
            if question.key == key:
                return question
    raise QuestionNotAsked(f"This assessment does not ask the question “{key[:80]}”.")
