"""What moved between two assessments of one team, and whether that is more than noise.

The rules are the Rungs scoring rules. The same people are compared with themselves wherever enough
of them answered twice: with five people, pairing finds a true half step about twice as often.
Variances are shrunk as in `scoring`; several questionnaires at once are corrected after Holm 1979.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum, sqrt
from typing import Final, Literal

from scipy.special import stdtr

from assessment.question_score import EPSILON, AnswerValue, variance
from assessment.scoring import (
    LEAST_QUESTIONS,
    PRIOR_SPREAD,
    RULE,
    Least,
    QuestionnaireScore,
    QuestionnaireSpec,
    Sheets,
    margin,
    score_questionnaire,
    shrink,
    weighted_mean,
)

Verdict = Literal["changed", "within noise"]

PRIOR_CHANGE: Final = 0.20
LEAST_LINKED: Final = 3
LEAST_CHANGE: Final = 0.25
ALPHA: Final = 0.05
# One question is noisier than a questionnaire; docs/decisions/0008 derives these from the two above
# it: seven differences average to 0.20, so one has 1.4, and one answer 0.20 + 0.70.
PRIOR_QUESTION_CHANGE: Final = 1.4
PRIOR_QUESTION_SPREAD: Final = 0.9


@dataclass(frozen=True, slots=True)
class Answered:
    """One questionnaire as it was asked in one assessment, and everybody's answers."""

    spec: QuestionnaireSpec
    sheets: Sheets
    least: Least = RULE


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score and what its interval rests on: `n` respondents, the variance of their effects.

    Without `s2` their spread is not looked at, because they are too few to show it.
    """

    score: float
    n: int
    s2: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """A change in score, later minus earlier, with its 95 % margin and two-sided p-value.

    `linked` is how many people were compared with themselves, None when different people answered.
    `questions` is how many questions were compared; `questions_differ` says that one assessment
    counted more than these, so that delta need not be the difference of the two scores.
    `difference` is that of the scores of all who answered, on the questions that were compared;
    `before` and `after` are how many these were, `fewest` how many judged at least half of the
    questions in whichever assessment fewer did.
    """

    delta: float
    margin: float
    df: int
    p_value: float
    s2_shrunk: float
    verdict: Verdict
    linked: int | None = None
    questions: int | None = None
    questions_differ: bool = False
    difference: float | None = None
    before: int = 0
    after: int = 0
    fewest: int = 0


@dataclass(frozen=True, slots=True)
class SummaryVerdict:
    """The verdict on one of several questionnaires, and its p-value adjusted after Holm."""

    p_value: float
    verdict: Verdict


def change(earlier: Answered, later: Answered) -> Change | None:
    """Compare two assessments on the questions both counted; None unless both have a score.

    A question counts in both when both asked it, it applies in both, and both have an answer 0-4.
    It weighs in both as in the later one.
    """
    before = score_questionnaire(earlier.spec, earlier.sheets, earlier.least)
    after = score_questionnaire(later.spec, later.sheets, later.least)
    if not (before.valid and after.valid):
        return None
    keys = _counted(before) & _counted(after)
    weights = {key: weight for key, weight in later.spec.weights.items() if key in keys}
    weigh_alike = all(earlier.spec.weights[key] == weight for key, weight in weights.items())
    differ = keys != _counted(before) or keys != _counted(after) or not weigh_alike
    if differ:
        before, after = _score_on(weights, earlier), _score_on(weights, later)
    linked = before.effects.keys() & after.effects.keys()
    differences = respondent_differences(earlier.sheets, later.sheets, weights, linked)
    if len(differences) >= LEAST_LINKED and 2 * len(differences) >= min(before.n, after.n):
        found = paired_change(differences.values())
    elif (first := _estimate(before)) and (second := _estimate(after)):
        found = unpaired_change(first, second)
    else:
        return None
    return replace(
        found,
        questions=len(keys),
        questions_differ=differ,
        difference=_difference(before, after),
        before=before.respondents,
        after=after.respondents,
        fewest=min(before.n, after.n),
    )


def question_changes(earlier: Answered, later: Answered) -> dict[str, Change]:
    """Return the change of each question that both assessments counted, by its key.

    A question counts as for `change`; the questionnaire needs no score. A question that fewer than
    two answered 0-4 in either assessment has no spread and is left out, as is a sheet filled
    together.
    """
    before = score_questionnaire(earlier.spec, earlier.sheets, earlier.least)
    after = score_questionnaire(later.spec, later.sheets, later.least)
    found = {
        key: question_change(_levels(key, earlier.sheets), _levels(key, later.sheets))
        for key in before.questions
        if key in _counted(before) & _counted(after)
    }
    return {key: moved for key, moved in found.items() if moved is not None}


def question_change(earlier: Mapping[str, int], later: Mapping[str, int]) -> Change | None:
    """Compare the levels given to one question, by respondent; None below two in either.

    The rule of `change` for one question: the same people where there are enough of them.
    """
    if min(len(earlier), len(later)) < 2:
        return None
    before, after = _estimate_of(earlier.values()), _estimate_of(later.values())
    linked = earlier.keys() & later.keys()
    if len(linked) >= LEAST_LINKED and 2 * len(linked) >= min(before.n, after.n):
        steps = [later[each] - earlier[each] for each in linked]
        found = paired_change(steps, prior=PRIOR_QUESTION_CHANGE)
    else:
        found = unpaired_change(before, after, prior=PRIOR_QUESTION_SPREAD)
    return replace(
        found,
        questions=1,
        difference=after.score - before.score,
        before=before.n,
        after=after.n,
    )


def respondent_differences(
    earlier: Sheets, later: Sheets, weights: Mapping[str, int], linked: Collection[str]
) -> dict[str, float]:
    """Return each linked person's mean difference over the questions answered 0-4 both times.

    `weights` are those of the questions that count. Who has fewer than four of them is left out.
    """
    means = {}
    for respondent in linked:
        before, after = earlier[respondent], later[respondent]
        steps = {
            key: float(b - a)
            for key in weights
            if isinstance(a := before.get(key), int) and isinstance(b := after.get(key), int)
        }
        if len(steps) >= LEAST_QUESTIONS:
            means[respondent] = weighted_mean(steps, weights)
    return means


def paired_change(differences: Collection[float], *, prior: float = PRIOR_CHANGE) -> Change:
    """Return the change of at least two linked people from their own differences."""
    k = len(differences)
    s2_shrunk, df = shrink(variance(differences), k - 1, prior=prior)
    found = _change(fsum(differences) / k, s2_shrunk, squared_error=s2_shrunk / k, df=df)
    return replace(found, linked=k)


def unpaired_change(earlier: Estimate, later: Estimate, *, prior: float = PRIOR_SPREAD) -> Change:
    """Return the change between two groups whose members cannot be linked, by pooled variance.

    A group whose variance is not looked at adds none: what is assumed between colleagues stands
    for it.
    """
    seen = [(each.n - 1, each.s2) for each in (earlier, later) if each.s2 is not None]
    df = sum(own for own, _ in seen)
    pooled = sum(own * s2 for own, s2 in seen) / df if df else prior
    s2_shrunk, df = shrink(pooled, df, prior=prior)
    squared_error = s2_shrunk * (1 / earlier.n + 1 / later.n)
    return _change(later.score - earlier.score, s2_shrunk, squared_error=squared_error, df=df)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted for their number, in their order (Holm 1979)."""
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, at in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[at]))
        adjusted[at] = highest
    return adjusted


def summary_verdicts(changes: Mapping[str, Change]) -> dict[str, SummaryVerdict]:
    """Return the verdict for each of several questionnaires, at 5 % for any false alarm among them.

    A questionnaire without a comparison has no place here and does not count towards their number.
    Several questions are corrected in the same way.
    """
    adjusted = holm([found.p_value for found in changes.values()])
    return {
        key: SummaryVerdict(p_value, _verdict(found.delta, significant=p_value < ALPHA))
        for (key, found), p_value in zip(changes.items(), adjusted, strict=True)
    }


def _change(delta: float, s2_shrunk: float, *, squared_error: float, df: int) -> Change:
    width = margin(squared_error, df)
    return Change(
        delta=delta,
        margin=width,
        df=df,
        p_value=2 * float(stdtr(df, -abs(delta) / sqrt(squared_error))),
        s2_shrunk=s2_shrunk,
        verdict=_verdict(delta, significant=abs(delta) > width),
    )


def _verdict(delta: float, *, significant: bool) -> Verdict:
    large_enough = abs(delta) >= LEAST_CHANGE - EPSILON
    return "changed" if significant and large_enough else "within noise"


def _counted(score: QuestionnaireScore) -> set[str]:
    return {k for k, q in score.questions.items() if q.mean is not None and not q.not_applicable}


def _levels(key: str, sheets: Sheets) -> dict[str, int]:
    answers: dict[str, AnswerValue] = {who: sheet.get(key) for who, sheet in sheets.items()}
    return {who: answer for who, answer in answers.items() if isinstance(answer, int)}


def _score_on(weights: Mapping[str, int], answered: Answered) -> QuestionnaireScore:
    """Score the questions that have a weight, with it."""
    questions = tuple(
        replace(q, weight=weights[q.key]) for q in answered.spec.questions if q.key in weights
    )
    spec = replace(answered.spec, questions=questions)
    return score_questionnaire(spec, answered.sheets, answered.least)


def _difference(before: QuestionnaireScore, after: QuestionnaireScore) -> float | None:
    if before.score is None or after.score is None:
        return None
    return after.score - before.score


def _estimate(score: QuestionnaireScore) -> Estimate | None:
    if score.score is None or score.interval is None:
        return None
    return Estimate(score.score, score.n, score.interval.s2)


def _estimate_of(levels: Collection[int]) -> Estimate:
    return Estimate(fsum(levels) / len(levels), len(levels), variance(levels))
