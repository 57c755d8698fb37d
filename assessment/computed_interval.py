"""How a score's interval was computed, with the team's own numbers, or why there is none."""

from math import sqrt
from typing import Final

from scipy.special import stdtrit

from assessment.computed_level import EXACTER
from assessment.models import QuestionnaireScore, Snapshot
from assessment.models.answering import Mode
from assessment.question_score import EPSILON, TOP
from assessment.scoring import PRIOR_DF, PRIOR_SPREAD, assumed_interval, firmness

TIMES: Final = "\N{MULTIPLICATION SIGN}"


def interval_in_words(score: QuestionnaireScore, snapshot: Snapshot) -> list[str]:
    """Return the interval, what it rests on and how firm it is, or why there is none."""
    if score.score is None:
        return ["Without a score there is no interval."]
    if score.low is None or score.high is None or score.half_width is None:
        if snapshot.mode == Mode.CONSENSUS:
            return ["One sheet has no spread, so its score has no interval."]
        return ["The people who answered cannot be told apart from the mean: no interval."]
    n = score.respondents
    cut = [end for end, at in (("0", score.low <= 0), (str(TOP), score.high >= TOP)) if at]
    assumed = abs(assumed_interval(score.score, n).half_width - score.half_width) <= EPSILON
    said = [
        f"{score.low:.1f} to {score.high:.1f}, with 95 % confidence: how far the score could move "
        f"if {n} equally placed colleagues had answered. It does not cover what the whole team "
        "overlooks.",
        _by_the_usual_spread() if assumed else _by_their_own_spread(n),
    ]
    if not assumed and len(cut) < 2:
        said.append(_half_width(score.score, score.low, score.high, n))
    said.append(
        f"That is {firmness(score.half_width)}: firm is at most 0.35 to either side, fair at most "
        "0.60, loose more."
    )
    if cut:
        said.append(f"The scale ends at {' and '.join(cut)}, and the interval with it.")
    if score.agreed and not assumed:
        said.append("An agreed answer has no spread, so agreeing makes the interval narrower.")
    return said


def _by_the_usual_spread() -> str:
    return (
        "How far so few people lie apart would tell what single ones said, so it is not looked "
        f"at. The interval rests on the usual variance between colleagues, {PRIOR_SPREAD:.1f}, "
        f"and on Student's t for {PRIOR_DF} degrees of freedom."
    )


def _by_their_own_spread(n: int) -> str:
    return (
        "How far these people lie apart, as a variance, is pulled towards the usual "
        f"{PRIOR_SPREAD:.1f}, which weighs as much as {PRIOR_DF} more people: a small group can "
        f"agree by luck. Student's t for {n} + {PRIOR_DF - 1} degrees of freedom does the rest."
    )


def _half_width(score: float, low: float, high: float, n: int) -> str:
    """Return the interval's rule with what the interval itself tells, and no more than that."""
    half = round(score - low if low > 0 else high - score, 1)
    t = round(float(stdtrit(n + PRIOR_DF - 1, 0.975)), 1)
    spread = round(half * sqrt(n) / t, 1)
    remark = ""
    if f"{t * spread / sqrt(n):.1f}" != f"{half:.1f}":
        t = round(float(stdtrit(n + PRIOR_DF - 1, 0.975)), 2)
        spread = round(half * sqrt(n) / t, 2)
        remark = f" ({EXACTER})"
    return (
        f"To either side: t {TIMES} spread ÷ √n = {t} {TIMES} {spread} ÷ √{n} = {half:.1f}"
        f"{remark}. The people's own spread is not shown by itself."
    )
