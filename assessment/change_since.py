"""What moved in a team since another day than its assessment before. Plain values.

Only the change against the assessment before is frozen, with its verdict. For any other pair the
verdict follows from what both snapshots show: two scores, how many people each rests on, and their
variance where it may be shown. So it tells nothing that does not stand there already. The same
people are not paired, as that would take the closed sheets of every team; against them the rule
for different people is the more careful one (Compare two pairs them).
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from assessment.change import Change, Estimate, summary_verdicts, unpaired_change
from assessment.comparison import Latest, Step, frozen_step
from assessment.models.results import ScoreRow
from assessment.verdicts import ONE_SHEET

OTHER_VERSION: Final = "another version of the model"
OTHER_QUESTIONS: Final = "different questions were counted"
NO_STEP: Final = Step()

# The questions that count in a score, by the questionnaire's key.
Counted = Mapping[str, Collection[int]]


class State(NamedTuple):
    """Where a team stands on a day: its newest snapshot then, with its scores by questionnaire."""

    snapshot: Latest
    scores: Mapping[str, ScoreRow]
    counted: Counted


def steps_between(then: State, now: State) -> dict[str, Step]:
    """Return how far each questionnaire moved from one day to another, by its key.

    Nothing is said of one without a score both times.
    """
    if now.snapshot.before == then.snapshot.id:
        return {key: frozen_step(row) for key, row in now.scores.items()}
    changes: dict[str, Change] = {}
    steps: dict[str, Step] = {}
    for key, after in now.scores.items():
        before = then.scores.get(key)
        if before is None or before.score is None or after.score is None:
            continue
        if why := why_no_verdict(key, then, now):
            steps[key] = Step(difference(before.score, after.score), None, why)
        else:
            changes[key] = unpaired_change(estimate(before), estimate(after))
            steps[key] = Step(difference(before.score, after.score))
    verdicts = summary_verdicts(changes)
    return {
        key: step._replace(changed=verdicts[key].verdict == "changed") if key in verdicts else step
        for key, step in steps.items()
    }


def why_no_verdict(key: str, then: State, now: State) -> str:
    """Return why two scores of a questionnaire get no verdict; empty when they get one."""
    if then.snapshot.on_one_sheet or now.snapshot.on_one_sheet:
        return ONE_SHEET
    if then.snapshot.model != now.snapshot.model:
        return OTHER_VERSION
    if set(then.counted.get(key, ())) != set(now.counted.get(key, ())):
        return OTHER_QUESTIONS
    return ""


def needs_counted(then: Latest, now: Latest) -> bool:
    """Whether it has to be read which questions counted, to say what moved between the two."""
    frozen = then.id == now.id or now.before == then.id
    one_sheet = then.on_one_sheet or now.on_one_sheet
    return not (frozen or one_sheet or then.model != now.model)


def estimate(row: ScoreRow) -> Estimate:
    """Return a frozen score, which has to be there, as change sees it."""
    return Estimate(row.score or 0.0, row.respondents, row.variance)


def difference(before: float, after: float) -> float:
    """Return the difference of two scores as they are shown, so that it fits what stands there."""
    return round(round(after, 1) - round(before, 1), 1)
