"""Means and efforts in; the cheapest set of steps to a questionnaire's next level out.

Plain values. A step takes one question up one level: its mean is assumed to rise to that whole
level. What gates and floor ask for, a question has to do by itself; only the share leaves a choice,
and it counts questions, whatever they are. So a set is cheapest when it holds what has to be and,
of the others, those that cost least more: nothing has to be searched (docs/decisions/0020).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment.attained_level import Rule, failing, level_of
from assessment.suggestions import EFFORT_COST, Effort


@dataclass(frozen=True, slots=True)
class Candidate:
    """One applicable question of a questionnaire; `efforts` are those of leaving levels 0-3.

    No step can move what has no mean, as too few judged it, nor what `stays` where it is, as the
    team does not work on it for now.
    """

    key: str
    mean: float | None
    gate: bool
    efforts: Sequence[Effort]
    stays: bool = False

    @property
    def level(self) -> int:
        return 0 if self.mean is None else level_of(self.mean)

    @property
    def movable(self) -> bool:
        return self.mean is not None and not self.stays

    def cost(self, start: int, level: int) -> int:
        """Return the effort of going from one level up to another."""
        return sum(EFFORT_COST[effort] for effort in self.efforts[start:level])


@dataclass(frozen=True, slots=True)
class Raise:
    """One question taken from its level `start` to `level`, and the rules that ask for it."""

    key: str
    start: int
    level: int
    cost: int
    rules: tuple[Rule, ...]

    @property
    def steps(self) -> range:
        """The levels that its steps lead to, one each."""
        return range(self.start + 1, self.level + 1)


@dataclass(frozen=True, slots=True)
class Way:
    """The cheapest set of raises with which a questionnaire attains `level`.

    `reaching` of the `applicable` questions reach it today, `needed` have to. Where some are
    `stuck` there is no way as long as they stay where they are, and there are no raises.
    """

    level: int
    raises: tuple[Raise, ...]
    applicable: int
    reaching: int
    needed: int
    stuck: tuple[str, ...] = ()

    @property
    def cost(self) -> int:
        return sum(each.cost for each in self.raises)

    @property
    def steps(self) -> int:
        return sum(len(each.steps) for each in self.raises)


def cheapest_steps(candidates: Sequence[Candidate], level: int) -> Way:
    """Return the cheapest way to a level, 1-4, of a questionnaire that has attained the one below.

    Of equally cheap ways it has the fewest steps, and of those the greatest gain in score; further
    equals are taken in the order of the questions.
    """
    means = {each.key: each.mean for each in candidates}
    failed = failing(means, [each.key for each in candidates if each.gate], level)
    ends = {each.key: _has_to_come_to(each, level, failed) for each in candidates}
    needed = len(candidates) - len(candidates) // 5
    missing = max(0, needed - sum(end >= level for end in ends.values()))
    rest = [each for each in candidates if each.movable and ends[each.key] < level]
    rest.sort(key=lambda each: _what_more_it_takes(each, ends[each.key], level))
    chosen = {each.key for each in rest[:missing]}
    stuck = [e.key for e in candidates if ends[e.key] > e.level and not e.movable]
    if missing > len(rest):
        stuck += [
            e.key for e in candidates if e.level < level and not e.movable and e.key not in stuck
        ]
    ends |= dict.fromkeys(chosen, level)
    raises = [
        Raise(
            each.key,
            each.level,
            ends[each.key],
            each.cost(each.level, ends[each.key]),
            _asked_by(each.key, failed, each.key in chosen),
        )
        for each in candidates
        if ends[each.key] > each.level
    ]
    return Way(
        level=level,
        raises=() if stuck else tuple(raises),
        applicable=len(candidates),
        reaching=sum(each.level >= level for each in candidates),
        needed=needed,
        stuck=tuple(stuck),
    )


def _has_to_come_to(candidate: Candidate, level: int, failed: dict[Rule, set[str]]) -> int:
    """Return where a question has to come by itself: its own level, unless gate or floor ask."""
    if candidate.key in failed["gate"]:
        return level
    if candidate.key in failed["floor"]:
        return max(candidate.level + 1, level - 1)
    return candidate.level


def _what_more_it_takes(candidate: Candidate, end: int, level: int) -> tuple[int, int, float]:
    """Return by what to choose between questions that could go on to the level, least first."""
    mean = candidate.mean if end == candidate.level and candidate.mean is not None else end
    return candidate.cost(end, level), level - end, mean - level


def _asked_by(key: str, failed: dict[Rule, set[str]], chosen: bool) -> tuple[Rule, ...]:
    rules: list[Rule] = [rule for rule in ("gate", "floor") if key in failed[rule]]
    return (*rules, "share") if chosen else tuple(rules)
