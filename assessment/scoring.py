"""Answers in; scores, intervals, agreement and levels out, by questionnaire. No database.

The rules are the Rungs scoring rules. Published sources: r_wg is James, Demaree & Wolf 1984, taken
over the mean question variance (Lindell, Brandt & Whitney 1999), its words are LeBreton & Senter
2008; AD_md and its limit are Burke & Dunlap 2002; a profile first and a stage on top is CMMI's pair
of views. Shrinking a small group's variance to a prior is a convention of Rungs.

Privacy thresholds belong to whoever shows these figures, and come in as `Least`: a question that
too few judged counts as one that nobody judged, so no figure rests on what is not shown.
Sums use `fsum`, whose single rounding makes every figure independent of the order of respondents.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from math import fsum, sqrt
from typing import Final, Literal

from scipy.special import stdtrit

from assessment.attained_level import Blocker, Gate, attained_level, blockers, gates_of
from assessment.question_score import (
    EPSILON,
    TOP,
    AnswerValue,
    QuestionScore,
    applicable_means,
    score_question,
    variance,
)

Sheet = Mapping[str, AnswerValue]
Sheets = Mapping[str, Sheet]
Role = Literal["core", "support", "conditional"]
Firmness = Literal["firm", "fair", "loose"]
AgreementWord = Literal["none", "weak", "moderate", "strong", "very strong"]
WhyNot = Literal[
    "waiting for answers", "pulse", "too few applicable questions", "too few questions answered"
]

LEAST_RESPONDENTS: Final = 3
LEAST_QUESTIONS: Final = 4
PRIOR_DF: Final = 6
PRIOR_SPREAD: Final = 0.30
RANDOM_VARIANCE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Least:
    """How many answers 0-4 a question's mean needs, and how many respondents a score needs."""

    answers: int = 1
    respondents: int = LEAST_RESPONDENTS


RULE: Final = Least()


@dataclass(frozen=True, slots=True)
class QuestionSpec:
    """A question as scoring sees it. `weight` is how many questions it counts as in the score."""

    key: str
    gate: bool = False
    weight: int = 1


@dataclass(frozen=True, slots=True)
class QuestionnaireSpec:
    """The questions that were asked: at the pulse length, fewer than the whole questionnaire."""

    key: str
    role: Role
    questions: tuple[QuestionSpec, ...]

    @property
    def gates(self) -> tuple[str, ...]:
        """The keys of the gate questions."""
        return tuple(question.key for question in self.questions if question.gate)

    @property
    def weights(self) -> dict[str, int]:
        """How many questions each counts as, by key; all 1 but in an organization's own model."""
        return {question.key: question.weight for question in self.questions}


@dataclass(frozen=True, slots=True)
class Interval:
    """A score's 95 % interval: how far it could move had equally placed colleagues answered."""

    s2: float
    s2_shrunk: float
    half_width: float
    low: float
    high: float
    word: Firmness


@dataclass(frozen=True, slots=True)
class Agreement:
    """r_wg over a questionnaire (negative when a team is polarised) and its mean AD_md."""

    rwg: float
    word: AgreementWord
    ad_md: float


@dataclass(frozen=True, slots=True)
class QuestionnaireScore:
    """One questionnaire as one assessment answered it.

    `respondents` gave any answer; `n` of them judged at least half of the applicable questions and
    carry the interval, their `effects` being their distance from the question means. `why_not` says
    why there is no score; then score, interval, agreement and level are None and nothing blocks.
    `gates` is empty while waiting for answers. `dk_share` is the part of all respondents' places
    for an answer to an applicable question that hold *don't know*.
    """

    key: str
    role: Role
    questions: Mapping[str, QuestionScore]
    respondents: int
    n: int
    effects: Mapping[str, float]
    dk_share: float | None
    gates: tuple[Gate, ...] = ()
    why_not: WhyNot | None = None
    score: float | None = None
    interval: Interval | None = None
    agreement: Agreement | None = None
    level: int | None = None
    blocked_by: tuple[Blocker, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether there is a score."""
        return self.why_not is None

    @property
    def index(self) -> float | None:
        """The score as 0-100, for a bar."""
        return None if self.score is None else 25 * self.score


def score_questionnaire(
    spec: QuestionnaireSpec, sheets: Sheets, least: Least = RULE
) -> QuestionnaireScore:
    """Score one questionnaire from the sheets of one assessment; they may hold other questions too.

    A sheet without any answer to this questionnaire counts nowhere. A sheet that a team filled
    together is a score without an interval. Raises ValueError for a value that is not an answer.
    """
    keys = [question.key for question in spec.questions]
    started = {
        respondent: sheet
        for respondent, sheet in sheets.items()
        if any(sheet.get(key) is not None for key in keys)
    }
    questions = {
        key: score_question((s.get(key) for s in started.values()), least=least.answers)
        for key in keys
    }
    effects = respondent_effects(questions, started, spec.weights)
    why_not = _why_not(questions, len(effects), least)
    scored = QuestionnaireScore(
        key=spec.key,
        role=spec.role,
        questions=questions,
        respondents=len(started),
        n=len(effects),
        effects=effects,
        dk_share=_dk_share(questions, len(started)),
        gates=() if why_not == "waiting for answers" else gates_of(questions, spec.gates),
        why_not=why_not,
    )
    return scored if why_not else _with_score(scored, spec)


def respondent_effects(
    questions: Mapping[str, QuestionScore], sheets: Sheets, weights: Mapping[str, int]
) -> dict[str, float]:
    """Return each respondent's mean distance from the question means, weighted as the score is.

    Only those who gave an answer 0-4 to at least half of the applicable questions: with fewer, the
    distance says more about the questions somebody chose than about the respondent.
    """
    means = applicable_means(questions)
    effects = {}
    for respondent, sheet in sheets.items():
        distances = {
            key: answer - mean
            for key, mean in means.items()
            if isinstance(answer := sheet.get(key), int) and mean is not None
        }
        if distances and 2 * len(distances) >= len(means):
            effects[respondent] = weighted_mean(distances, weights)
    return effects


def weighted_mean(values: Mapping[str, float], weights: Mapping[str, int]) -> float:
    """Return the mean of at least one question's value, each counting as often as it weighs."""
    total = sum(weights[key] for key in values)
    return fsum(weights[key] * value for key, value in values.items()) / total


def interval(score: float, effects: Collection[float]) -> Interval:
    """Return the 95 % interval of a score from at least two respondents' effects."""
    n = len(effects)
    s2 = variance(effects)
    s2_shrunk, df = shrink(s2, n - 1, prior=PRIOR_SPREAD)
    return _interval(score, margin(s2_shrunk / n, df), s2=s2, s2_shrunk=s2_shrunk)


def assumed_interval(score: float, n: int) -> Interval:
    """Return the 95 % interval of a score from n respondents whose own spread is not looked at.

    It rests on the prior alone: as if no variance had been seen yet.
    """
    half_width = margin(PRIOR_SPREAD / n, PRIOR_DF)
    return _interval(score, half_width, s2=PRIOR_SPREAD, s2_shrunk=PRIOR_SPREAD)


def firmness(half_width: float) -> Firmness:
    """Return the word for an interval by its half-width."""
    return "firm" if half_width <= 0.35 else "fair" if half_width <= 0.60 else "loose"


def shrink(s2: float, df: int, *, prior: float) -> tuple[float, int]:
    """Pull a variance on `df` degrees of freedom towards a prior variance worth six more.

    Returns the shrunk variance and its degrees of freedom. A group of three can agree by luck.
    """
    return (df * s2 + PRIOR_DF * prior) / (df + PRIOR_DF), df + PRIOR_DF


def margin(squared_error: float, df: int) -> float:
    """Return the half-width of a 95 % interval by Student's t, from a squared standard error."""
    return float(stdtrit(df, 0.975)) * sqrt(squared_error)


def agreement(questions: Iterable[QuestionScore]) -> Agreement | None:
    """Return r_wg and mean AD_md over the questions with two or more answers; None without any."""
    spread = [(q.s2, q.ad_md) for q in questions if q.s2 is not None and q.ad_md is not None]
    if not spread:
        return None
    rwg = 1 - fsum(s2 for s2, _ in spread) / len(spread) / RANDOM_VARIANCE
    return Agreement(rwg, rwg_word(rwg), fsum(ad_md for _, ad_md in spread) / len(spread))


def rwg_word(rwg: float) -> AgreementWord:
    """Return the word for r_wg (LeBreton & Senter 2008)."""
    words: list[tuple[float, AgreementWord]] = [
        (0.91, "very strong"),
        (0.71, "strong"),
        (0.51, "moderate"),
        (0.31, "weak"),
    ]
    return next((word for bound, word in words if rwg >= bound - EPSILON), "none")


def stage(
    specs: Iterable[QuestionnaireSpec],
    scores: Mapping[str, QuestionnaireScore],
    *,
    regulated: bool,
) -> int | None:
    """Return the lowest attained level of the core questionnaires; None when any has no level.

    `regulated` adds the conditional ones: the team says that rules control production changes.
    """
    roles = {"core", "conditional"} if regulated else {"core"}
    levels = [_level(scores.get(spec.key)) for spec in specs if spec.role in roles]
    known = [level for level in levels if level is not None]
    return min(known) if known and len(known) == len(levels) else None


def overall(
    specs: Iterable[QuestionnaireSpec], scores: Mapping[str, QuestionnaireScore]
) -> float | None:
    """Return the mean score of the core questionnaires; None when any has no score."""
    core = [scores.get(spec.key) for spec in specs if spec.role == "core"]
    known = [score.score for score in core if score is not None and score.score is not None]
    return fsum(known) / len(known) if known and len(known) == len(core) else None


def _with_score(unscored: QuestionnaireScore, spec: QuestionnaireSpec) -> QuestionnaireScore:
    gates, means = spec.gates, applicable_means(unscored.questions)
    score = weighted_mean({k: mean for k, mean in means.items() if mean is not None}, spec.weights)
    level = attained_level(unscored.questions, gates)
    to_pass = None if level is None or level == TOP else level + 1
    return replace(
        unscored,
        score=score,
        interval=interval(score, unscored.effects.values()) if unscored.n > 1 else None,
        agreement=agreement(unscored.questions[key] for key in means),
        level=level,
        blocked_by=blockers(unscored.questions, gates, to_pass) if to_pass else (),
    )


def _interval(score: float, half_width: float, *, s2: float, s2_shrunk: float) -> Interval:
    return Interval(
        s2=s2,
        s2_shrunk=s2_shrunk,
        half_width=half_width,
        low=max(0.0, score - half_width),
        high=min(float(TOP), score + half_width),
        word=firmness(half_width),
    )


def _why_not(questions: Mapping[str, QuestionScore], n: int, least: Least) -> WhyNot | None:
    means = applicable_means(questions)
    answered = sum(mean is not None for mean in means.values())
    if n < least.respondents:
        return "waiting for answers"
    if len(questions) < LEAST_QUESTIONS:
        return "pulse"
    if len(means) < LEAST_QUESTIONS:
        return "too few applicable questions"
    if answered < LEAST_QUESTIONS or 3 * answered < 2 * len(means):
        return "too few questions answered"
    return None


def _dk_share(questions: Mapping[str, QuestionScore], respondents: int) -> float | None:
    applicable = [q for q in questions.values() if not q.not_applicable]
    places = len(applicable) * respondents
    return sum(q.dk for q in applicable) / places if places else None


def _level(score: QuestionnaireScore | None) -> int | None:
    return None if score is None else score.level
