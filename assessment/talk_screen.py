"""What one viewer's screen of a talk shows: the agenda, or the question the talk is at.

Answers of others reach it through `disclosure.shown_question` and no other way.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone

from assessment.agenda import Agenda, Entry, State, agenda, has_no_spread
from assessment.carried_over import CarriedOver, Done, carried_over
from assessment.disclosure import ShownQuestion, Thresholds, shown_question
from assessment.models import Action, AgreedAnswer, Assessment, Talk
from assessment.models.answering import AssessmentStatus
from assessment.models.planning import ActionStatus
from assessment.plan import SOMEBODY_WHO_LEFT
from assessment.published import PublishedModel, asked_in, published_model
from assessment.question_score import AnswerValue
from assessment.sheets import CountedAnswer, counted_answers
from assessment.talking import facilitates
from teams.access import Right, may
from teams.models import Membership, Role, User


@dataclass(frozen=True)
class Viewer:
    """Who looks, and as what. On the wall nothing stands that is the viewer's own."""

    user: User
    in_team: bool
    facilitates: bool
    may_lead: bool
    on_the_wall: bool

    @classmethod
    def of(cls, talk: Talk, assessment: Assessment, user: User, wall: str) -> "Viewer":
        """Return the viewer. A facilitator's screen is on the wall unless `wall` is "0"."""
        leads = facilitates(talk, assessment.team, user)
        return cls(
            user=user,
            in_team=may(assessment.team, Right.ANSWER),
            facilitates=leads,
            may_lead=may(assessment.team, Right.LEAD),
            on_the_wall=wall == "1" or (leads and wall != "0"),
        )

    def may_watch(self, talk: Talk) -> bool:
        return self.in_team or self.facilitates or talk.spectators

    def among_the_team(self, talk: Talk) -> bool:
        """Whether only the team sees this screen. A wall that spectators may see shows less."""
        return self.in_team and not (self.on_the_wall and talk.spectators)

    def rule(self, talk: Talk, assessment: Assessment) -> Thresholds:
        """Return what may be shown here."""
        return assessment.thresholds(in_team=self.among_the_team(talk))

    def sees_names(self, talk: Talk, assessment: Assessment) -> bool:
        return assessment.names_are_on and self.among_the_team(talk)


@dataclass(frozen=True)
class Line:
    """One of the five levels of the question: how many chose it, if that may be shown."""

    level: int
    name: str
    description: str
    chosen: int | None
    share: int  # of all levels given, in per cent
    mine: bool
    agreed: bool
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class NamedAnswer:
    """An answer that is no level, or a note, with the name of who gave it."""

    name: str
    said: str


@dataclass(frozen=True)
class QuestionScreen:
    """The question the talk is at."""

    entry: Entry
    place: int
    before: Entry | None
    after: Entry | None
    shown: ShownQuestion
    lines: tuple[Line, ...]
    mine: str  # the viewer's own answer if it is no level, in words
    settled: AgreedAnswer | None
    settled_as: str
    actions: tuple[Action, ...]
    still_open: tuple[Action, ...] = ()  # from before this assessment
    done: tuple[Done, ...] = ()  # since the last one
    named_others: tuple[NamedAnswer, ...] = ()
    named_notes: tuple[NamedAnswer, ...] = ()

    # The forms' fields are kept across turns, typed text and all, as long as their ids are the
    # same: until what was typed has been taken.
    @property
    def agree_fields(self) -> str:
        revision = self.settled.revision if self.settled else 0
        return f"agree-{self.entry.question.id}-{revision}"

    @property
    def action_fields(self) -> str:
        return f"action-{self.entry.question.id}-{len(self.actions)}"

    @property
    def may_leave(self) -> bool:
        """Whether the question can still be left as it is."""
        return self.settled is None

    @property
    def guide_id(self) -> str:
        return f"guide-{self.entry.question.id}"


class DoneBefore(NamedTuple):
    """An action that was done since the last assessment; `now` is its question's mean, if shown."""

    done: Done
    entry: Entry
    now: float | None


@dataclass(frozen=True)
class Screen:
    """Everything a viewer's screen shows at one turn of the talk."""

    assessment: Assessment
    talk: Talk
    viewer: Viewer
    model: PublishedModel
    agenda: Agenda
    no_spread: bool
    least_spread: int
    people: tuple[User, ...]  # of the team: who may facilitate or own an action
    settled: Mapping[int, AgreedAnswer]
    actions: tuple[Action, ...]
    carried_over: CarriedOver
    shown: Mapping[str, ShownQuestion] = field(repr=False)
    counted: Mapping[str, Sequence[CountedAnswer]] = field(repr=False)

    @property
    def sees_names(self) -> bool:
        return self.viewer.sees_names(self.talk, self.assessment)

    @cached_property
    def question(self) -> QuestionScreen | None:
        """Return the question the talk is at; None at the agenda."""
        if self.talk.question is None:
            return None
        return question_screen(self, self.talk.question.key)

    @property
    def now(self) -> str:
        """Say where the talk is, for those who hear the page."""
        question = self.question
        if question is None:
            return "Now at the agenda."
        return f"Question {question.place} of {len(self.agenda)}: {question.entry.question.title}"

    @property
    def settled_in_words(self) -> str:
        """Say what the current question was settled on, for those who hear the page."""
        question = self.question
        if question is None or question.settled is None:
            return ""
        return f"Agreed: {question.settled_as}" if question.settled_as else "Left as it is"

    @property
    def action_fields(self) -> str:
        return f"action-{len(self.actions)}"

    @cached_property
    def done_before(self) -> list[DoneBefore]:
        """Return what was done since the last assessment, with its question's mean then and now."""
        return [
            DoneBefore(each, entry, self.shown[each.key].mean)
            for entry in self.agenda.entries
            for each in self.carried_over.done_for(entry.key)
        ]

    @property
    def next_up(self) -> Entry | None:
        """Return the first question that was not talked over."""
        return next((each for each in self.agenda if each.state is State.NOT_YET), None)

    @property
    def begun(self) -> bool:
        return bool(self.settled)

    @property
    def agreed(self) -> int:
        return self.agenda.count(State.AGREED)

    @property
    def left(self) -> int:
        return self.agenda.count(State.LEFT)

    @property
    def not_yet(self) -> int:
        return self.agenda.count(State.NOT_YET)

    @property
    def seconds_left(self) -> int | None:
        return seconds_until(self.talk.timer_ends_at)

    @property
    def clock(self) -> str:
        """Return the time left as minutes and seconds, for pages without scripts."""
        left = self.seconds_left or 0
        return f"{left // 60}:{left % 60:02}"


def seconds_until(moment: datetime | None) -> int | None:
    """Return the whole seconds until a moment, 0 once it is over; None without one."""
    if moment is None:
        return None
    return max(0, round((moment - timezone.now()).total_seconds()))


def timer_of_a_talk_still_at(
    turn: int, user: User, organization: str, team: str, assessment: UUID
) -> list[datetime | None]:
    """Return one value, when the timer ends, if the talk is at that turn and the user may watch it.

    Every screen asks for this every two seconds, so it is one query that looks at the door, too.
    """
    in_team = Membership.objects.filter(user=user, team=OuterRef("assessment__team"))
    over = Membership.objects.filter(
        user=user, team=None, organization=OuterRef("assessment__team__organization")
    )
    talks = Talk.objects.filter(
        Q(Exists(in_team))
        | Q(Exists(over), spectators=True)
        | Q(Exists(over.filter(role=Role.OWNER)), facilitator=user),
        assessment=assessment,
        turn=turn,
        assessment__status=AssessmentStatus.REVEALED,
        assessment__team__slug=team,
        assessment__team__organization__slug=organization,
    )
    return list(talks.values_list("timer_ends_at", flat=True))


def screen(talk: Talk, assessment: Assessment, viewer: Viewer) -> Screen:
    """Read what the viewer's screen shows now."""
    asked = asked_in(assessment)
    rule = viewer.rule(talk, assessment)
    counted = counted_answers(assessment)
    shown = {
        question.key: what_is_shown(counted.get(question.key, ()), rule)
        for questionnaire in asked
        for question in questionnaire.questions
    }
    rows = AgreedAnswer.objects.filter(assessment=assessment).select_related("question")
    settled = {row.question.key: row for row in rows}
    noted = Action.objects.filter(assessment=assessment).exclude(status=ActionStatus.DROPPED)
    actions = noted.select_related("owner", "question")
    return Screen(
        assessment=assessment,
        talk=talk,
        viewer=viewer,
        model=published_model(assessment.maturity_model_id),
        agenda=agenda(asked, shown, {key: state_of(row) for key, row in settled.items()}),
        no_spread=has_no_spread(shown.values()),
        least_spread=rule.spread,
        people=people_of(assessment),
        settled={row.question_id: row for row in settled.values()},
        actions=tuple(actions.order_by("pk")),
        carried_over=carried_over(assessment),
        shown=shown,
        counted=counted,
    )


def people_of(assessment: Assessment) -> tuple[User, ...]:
    in_team = User.objects.filter(memberships__team=assessment.team_id)
    return tuple(in_team.order_by(Lower("name"), "email"))


def what_is_shown(counted: Collection[CountedAnswer], rule: Thresholds) -> ShownQuestion:
    answers = [each.answer for each in counted]
    return shown_question(answers, [each.note for each in counted if each.note], rule)


def state_of(settled: AgreedAnswer) -> State:
    return State.LEFT if settled.answer is None else State.AGREED


def question_screen(of: Screen, key: str) -> QuestionScreen:
    place = of.agenda.place(key)
    entry = of.agenda.entries[place - 1]
    question = entry.question
    settled = of.settled.get(question.id)
    counted = of.counted.get(key, ())
    mine = own_answer(of, counted)
    named = named_answers(of, counted) if of.sees_names else []
    shown = of.shown[key]
    return QuestionScreen(
        entry=entry,
        place=place,
        before=of.agenda.before(key),
        after=of.agenda.after(key),
        shown=shown,
        lines=tuple(
            Line(
                level=each.level,
                name=of.model.level_names[each.level],
                description=each.description,
                chosen=shown.spread[each.level] if shown.spread else None,
                share=round(100 * shown.spread[each.level] / shown.levels) if shown.spread else 0,
                mine=mine == each.level,
                agreed=settled is not None and settled.answer == str(each.level),
                names=tuple(name for name, one in named if one.answer == each.level),
            )
            for each in question.levels
        ),
        mine=OTHER_ANSWERS.get(mine, "") if isinstance(mine, str) else "",
        settled=settled,
        settled_as=in_words(of.model, settled),
        actions=tuple(each for each in of.actions if each.question_id == question.id),
        still_open=tuple(of.carried_over.open_for(key)),
        done=tuple(of.carried_over.done_for(key)),
        named_others=tuple(
            NamedAnswer(name, OTHER_ANSWERS[one.answer])
            for name, one in named
            if isinstance(one.answer, str)
        ),
        named_notes=tuple(NamedAnswer(name, one.note) for name, one in named if one.note),
    )


OTHER_ANSWERS = {"dk": "don't know", "na": "not applicable"}


def in_words(model: PublishedModel, settled: AgreedAnswer | None) -> str:
    """Return what was agreed on, such as “2, Repeatable”; empty for what was left as it is."""
    if settled is None or settled.answer is None:
        return ""
    if settled.answer in OTHER_ANSWERS:
        return OTHER_ANSWERS[settled.answer]
    return f"{settled.answer}, {model.level_names[int(settled.answer)]}"


def own_answer(of: Screen, counted: Collection[CountedAnswer]) -> AnswerValue:
    """Return the viewer's own counted answer, for their own screen; None on the wall."""
    if of.viewer.on_the_wall or not of.viewer.in_team:
        return None
    me = of.assessment.respondent(of.viewer.user)
    return next((each.answer for each in counted if each.respondent == me), None)


def named_answers(
    of: Screen, counted: Collection[CountedAnswer]
) -> list[tuple[str, CountedAnswer]]:
    """Return who answered what in a team that answers openly: the team's people, then leavers."""
    left = {each.respondent: each for each in counted}
    named = [
        (str(person), left.pop(respondent))
        for person in of.people
        if (respondent := of.assessment.respondent(person)) in left
    ]
    return named + [(SOMEBODY_WHO_LEFT, each) for each in left.values()]
