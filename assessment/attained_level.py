"""Scores of questions in; the level they attain, and what blocks the next, out. Plain values.

The rules are the Rungs scoring rules.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import floor
from typing import Final, Literal

from assessment.question_score import EPSILON, TOP, QuestionScore, applicable_means

Rule = Literal["share", "gate", "floor"]

LEVEL_TOLERANCE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Gate:
    """How far one applicable gate question lets its questionnaire rise: levels 1 to `level`."""

    key: str
    level: int

    def passes(self, level: int) -> bool:
        """Whether the gate is open at a level, 0-4."""
        return level <= self.level


@dataclass(frozen=True, slots=True)
class Blocker:
    """A question that stands in the way of the next level, and the rules it fails."""

    key: str
    rules: tuple[Rule, ...]


def level_of(mean: float) -> int:
    """Return the highest level, 0-4, that a question's mean reaches: at most 0.25 short of it."""
    return min(TOP, floor(mean + LEVEL_TOLERANCE + EPSILON))


def attained_level(
    questions: Mapping[str, QuestionScore], gates: Collection[str] = ()
) -> int | None:
    """Return the highest level with nothing in its way, nor in the way of any level below it.

    Level 0 is the bottom of the scale and needs nothing; None where no question applies.
    """
    return level_from(applicable_means(questions), gates)


def level_from(means: Mapping[str, float | None], gates: Collection[str] = ()) -> int | None:
    """Return the attained level from the means of the questions that apply."""
    if not means:
        return None
    level = 0
    while level < TOP and not any(failing(means, gates, level + 1).values()):
        level += 1
    return level


def blockers(
    questions: Mapping[str, QuestionScore], gates: Collection[str], level: int
) -> tuple[Blocker, ...]:
    """Return the applicable questions that keep a questionnaire from a level, in their order."""
    means = applicable_means(questions)
    rules = failing(means, gates, level)
    failed = {key: tuple(rule for rule, keys in rules.items() if key in keys) for key in means}
    return tuple(Blocker(key, names) for key, names in failed.items() if names)


def failing(
    means: Mapping[str, float | None], gates: Collection[str], level: int
) -> dict[Rule, set[str]]:
    """Return which applicable questions fail each rule at a level, from their means.

    The rules are *share* (80 % of the questions reach the level; named only where too few do),
    *gate* (every gate question reaches it) and *floor* (no mean more than a level below it).
    A question nobody could judge has not reached a level, but is not below the floor either.
    """
    short = {key for key, mean in means.items() if mean is None or level_of(mean) < level}
    return {
        "share": short if 5 * len(short) > len(means) else set(),
        "gate": short & set(gates),
        "floor": {
            k for k, mean in means.items() if mean is not None and mean < level - 1 - EPSILON
        },
    }


def gates_of(questions: Mapping[str, QuestionScore], gates: Collection[str]) -> tuple[Gate, ...]:
    """Return how far each applicable gate question lets its questionnaire rise."""
    means = applicable_means(questions)
    reached = {key: 0 if mean is None else level_of(mean) for key, mean in means.items()}
    return tuple(Gate(key, level) for key, level in reached.items() if key in gates)
