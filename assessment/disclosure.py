"""What may be shown of a group's answers: the one place that decides it.

Plain values, no database. Every page, chart, export, e-mail and API answer shows answers of others
only as this module lets them through; what it keeps back, it says why. A snapshot is written from
what it lets through, so that everything that reads snapshots is safe by construction.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from assessment.change import Change
from assessment.question_score import EPSILON, AnswerValue, Label, score_question
from assessment.scoring import (
    LEAST_RESPONDENTS,
    Agreement,
    Interval,
    Least,
    QuestionnaireScore,
    agreement,
    assumed_interval,
)

# A convention of the field, as is three for a mean; an organization may ask for more of both.
LEAST_SPREAD: Final = 5
# Of how many teams a parent shows how their scores lie.
LEAST_TEAMS: Final = 3


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many must have answered for a mean, and how many for a distribution or for comments.

    Fixed when an assessment opens. `why` words what is kept back.
    """

    mean: int
    spread: int

    @property
    def least(self) -> Least:
        """What scoring needs to know of it."""
        return Least(self.mean, 1 if self.mean == 1 else max(self.mean, LEAST_RESPONDENTS))

    def may_stand_beside(self, part: int, whole: int) -> bool:
        """Whether a figure of some of a group may stand beside one of all.

        Not when that leaves one or two others, or any number below the least: the difference
        of the two figures would be theirs.
        """
        rest = whole - part
        return part >= self.mean and (rest == 0 or rest >= self.mean)

    def shows_mean(self, answers: int) -> bool:
        """Whether so many answers 0-4 are enough for their mean."""
        return answers >= self.mean

    def shows_spread(self, answers: int) -> bool:
        """Whether so many answers are enough for their distribution, or for their notes."""
        return answers >= self.spread

    def why_no_mean(self, answers: int) -> str:
        """Return why there is no mean of so many answers 0-4; empty when there may be one."""
        return "" if self.shows_mean(answers) else f"{too_few(self.mean)} gave a level"

    def why_no_spread(self, answers: int) -> str:
        """Return why there is no distribution of so many answers; empty when there may be one."""
        return "" if self.shows_spread(answers) else f"{too_few(self.spread)} answered"

    def stricter(self, other: "Thresholds") -> "Thresholds":
        """Return what both let through."""
        return Thresholds(max(self.mean, other.mean), max(self.spread, other.spread))


def too_few(least: int) -> str:
    return "nobody" if least == 1 else f"fewer than {least}"


# The team agreed beforehand that everybody sees everything, or there is one sheet for all.
NOTHING_TO_HIDE: Final = Thresholds(mean=1, spread=1)


def thresholds(*, mode: str, least_answers: int, in_team: bool) -> Thresholds:
    """Return what holds for a viewer of an assessment.

    `in_team` says that the viewer answers in the team: names are on among the team only.
    """
    if mode == "consensus" or (mode == "open" and in_team):
        return NOTHING_TO_HIDE
    return Thresholds(least_answers, max(LEAST_SPREAD, least_answers))


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """What may be shown of the answers to one question. What is None is hidden; `why_…` says why.

    `answered` counts levels, *don't know* and *not applicable*, `levels` the levels alone.
    `spread` is how many chose each level 0-4. Notes stand in no order that tells anything.
    """

    answered: int
    levels: int
    mean: float | None
    why_no_mean: str
    spread: tuple[int, int, int, int, int] | None
    why_no_spread: str
    dont_know: int | None = None
    not_applicable: int | None = None
    not_visible: bool = False
    agreement: Label | None = None
    notes: tuple[str, ...] = field(default=())


def shown_question(
    answers: Sequence[AnswerValue], notes: Collection[str], rule: Thresholds
) -> ShownQuestion:
    """Return what the thresholds let through of one question's answers and notes.

    The distribution, and the agreement that follows from it, need enough levels; how many don't
    know, and the notes, need enough answers of any kind.
    """
    score = score_question(answers)
    shows_spread, counted = rule.shows_spread(score.n), rule.shows_spread(score.answered)
    levels = [answer for answer in answers if isinstance(answer, int)]
    spread = tuple(levels.count(level) for level in range(5))
    return ShownQuestion(
        answered=score.answered,
        levels=score.n,
        mean=score.mean if rule.shows_mean(score.n) else None,
        why_no_mean=rule.why_no_mean(score.n),
        spread=spread if shows_spread else None,  # type: ignore[arg-type]  # it has five
        why_no_spread=rule.why_no_spread(score.n),
        dont_know=score.dk if counted else None,
        not_applicable=score.na if counted else None,
        not_visible=counted and score.not_visible,
        agreement=score.label if shows_spread else None,
        notes=tuple(sorted(notes)) if counted else (),
    )


def shown_interval(
    standing: QuestionnaireScore, answered: QuestionnaireScore, rule: Thresholds
) -> Interval | None:
    """Return the interval to show around the score that stands, given the sheets alone.

    How far apart three or four colleagues are would tell one of them what the others said, so for
    them the interval rests on the spread that is assumed between colleagues.
    """
    if standing.interval is None or standing.score is None:
        return None
    if rule.shows_spread(min(standing.n, answered.n)):
        return standing.interval
    return assumed_interval(standing.score, standing.n)


def shown_agreement(answered: QuestionnaireScore, rule: Thresholds) -> Agreement | None:
    """Return the agreement over the questions whose own spread may be shown.

    One over all of them would tell, less those, the spread of the rest.
    """
    if not answered.valid:
        return None
    return agreement(
        question
        for question in answered.questions.values()
        if not question.not_applicable and rule.shows_spread(question.n)
    )


def shown_dont_know_share(answered: QuestionnaireScore, rule: Thresholds) -> float | None:
    """Return the part of all places for an answer that hold *don't know*.

    Over the questions whose own count may be shown, for the same reason.
    """
    counted = [
        question
        for question in answered.questions.values()
        if not question.not_applicable and rule.shows_spread(question.answered)
    ]
    places = len(counted) * answered.respondents
    return sum(question.dk for question in counted) / places if places else None


def linked_may_be_shown(found: Change, rule: Thresholds) -> bool:
    """Whether it may be told how many answered both times, beside those who answered at all."""
    linked = found.linked
    return linked is None or all(
        rule.may_stand_beside(linked, whole) for whole in (found.before, found.after)
    )


def margin_may_be_shown(found: Change, rule: Thresholds) -> bool:
    """Whether the margin may stand beside the change: enough people, and it belongs to it."""
    return (
        rule.shows_spread(min(found.fewest, found.linked or found.fewest))
        and found.difference is not None
        and abs(found.difference - found.delta) <= EPSILON
    )


@dataclass(frozen=True, slots=True)
class Distribution:
    """How the scores of several teams lie, as they are shown, lowest first. It has no mean."""

    scores: tuple[float, ...]

    @property
    def low(self) -> float:
        return self.scores[0]

    @property
    def middle(self) -> float:
        return round(median(self.scores), 1)

    @property
    def high(self) -> float:
        return self.scores[-1]


def shown_distribution(scores: Iterable[float | None]) -> Distribution | None:
    """Return how the scores of the teams under a parent lie; None where that may not be shown.

    It stands beside the teams' own scores, under parents and filters that differ by a single team.
    So a team whose score is hidden is in none of it: whatever is taken away from whatever, only
    scores that are shown come out. Of fewer than three it would be nothing but these scores under
    another name, and who reads it without them would know them.
    """
    shown = sorted(round(score, 1) for score in scores if score is not None)
    return Distribution(tuple(shown)) if len(shown) >= LEAST_TEAMS else None


def shown_change(found: Change, rule: Thresholds) -> float | None:
    """Return the change to show beside the scores of all who answered, later minus earlier.

    It is the difference of two scores that stand there already. That of the people who answered
    both times decides the verdict and is never shown: where somebody left blanks, it weighs
    people otherwise than the means do, and the two together tell what that one person said.
    None where the same people call it changed and the difference does not go their way.
    """
    difference = found.difference
    if difference is None or (found.verdict == "changed" and difference * found.delta <= 0):
        return None
    return difference
