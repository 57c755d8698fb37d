"""Scores and levels in, the next steps that apply out, best gain for effort first. Plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from assessment.attained_level import level_of
from assessment.question_score import TOP

Effort = Literal["S", "M", "L"]

# A convention, not a measurement: days of one person, weeks of some, a quarter or other people.
EFFORT_COST: Final[dict[Effort, int]] = {"S": 1, "M": 3, "L": 8}
# Also a convention: a step in the way of the next level counts like twice its gain in score, so it
# comes before its equals, while a far cheaper step elsewhere can still come first.
BLOCKER_WEIGHT: Final = 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Prepared advice for leaving one level for the next; `guide` refers to the section to read."""

    do: str
    effort: Effort
    gives: str
    guide: str


@dataclass(frozen=True, slots=True)
class AssessedQuestion:
    """A question with what the team answered, and all that could be said about it.

    `levels` holds the descriptions of levels 0-4, `suggestions` the advice for leaving levels 0-3.
    `applicable_questions` counts those of its questionnaire, each as often as it weighs, as
    `weight` says; `target` is the questionnaire's own.
    """

    key: str
    title: str
    mean: float | None
    applicable_questions: int
    gate: bool
    blocks_next_level: bool
    levels: tuple[str, str, str, str, str]
    suggestions: tuple[Suggestion, Suggestion, Suggestion, Suggestion]
    target: int | None = None
    applicable: bool = True
    weight: int = 1


@dataclass(frozen=True, slots=True)
class NextStep:
    """One suggestion that applies, with its cause and its worth.

    `reason` describes the level the team answered, `goal` the next one. `gain` is what reaching it
    adds to the questionnaire's score, `worth` the gain for effort by which steps are ordered.
    `blocks_next_level` says that the question keeps its questionnaire from the next level today.
    """

    key: str
    title: str
    level: int
    reason: str
    goal: str
    do: str
    effort: Effort
    gives: str
    guide: str
    gain: float
    worth: float
    gate: bool
    blocks_next_level: bool

    @property
    def next_level(self) -> int:
        """The level the step leads to, 1-4."""
        return self.level + 1


def next_steps(
    questions: Iterable[AssessedQuestion], target: int | None = None, limit: int | None = None
) -> list[NextStep]:
    """Return a step for each applicable question below its target, most gain for effort first.

    The target is the question's own, else `target`, else the top. Equals are ordered by key.
    """
    default = TOP if target is None else target
    steps = [step for question in questions if (step := _next_step(question, default))]
    return sorted(steps, key=lambda step: (-round(step.worth, 9), step.key))[:limit]


def gain_of(mean: float, applicable_questions: int, weight: int = 1) -> float:
    """Return what the next level of one question adds to its questionnaire's score; 0 at the top.

    `applicable_questions` counts those of its questionnaire, each as often as it weighs.
    """
    return max(0.0, min(TOP, level_of(mean) + 1) - mean) * weight / applicable_questions


def _next_step(question: AssessedQuestion, default: int) -> NextStep | None:
    target = default if question.target is None else question.target
    if not question.applicable or question.mean is None or level_of(question.mean) >= target:
        return None
    level = level_of(question.mean)
    suggestion = question.suggestions[level]
    gain = gain_of(question.mean, question.applicable_questions, question.weight)
    weight = BLOCKER_WEIGHT if question.blocks_next_level else 1
    return NextStep(
        key=question.key,
        title=question.title,
        level=level,
        reason=question.levels[level],
        goal=question.levels[level + 1],
        do=suggestion.do,
        effort=suggestion.effort,
        gives=suggestion.gives,
        guide=suggestion.guide,
        gain=gain,
        worth=weight * gain / EFFORT_COST[suggestion.effort],
        gate=question.gate,
        blocks_next_level=question.blocks_next_level,
    )
