"""How each figure of a snapshot was computed, with the team's own numbers. Plain values.

Rows of one snapshot in, sentences and tables for the page out. Everything comes from the snapshot,
so what it does not hold cannot appear: where a rule rests on something hidden, this says so.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Final, NamedTuple

from scipy.special import stdtrit

from assessment.attained_level import level_of
from assessment.computed_change import Before, change_in_words
from assessment.computed_level import (
    EXACTER,
    LevelRule,
    level_in_words,
    levels_shown,
    mean_of,
    rules_of_levels,
)
from assessment.disclosure import Thresholds, thresholds
from assessment.models import QuestionnaireScore, QuestionScore, Snapshot
from assessment.models.answering import Mode
from assessment.models.maturity_model import Length
from assessment.published import Place, PublishedModel, PublishedQuestion, PublishedQuestionnaire
from assessment.question_score import EPSILON, TOP
from assessment.scoring import (
    LEAST_QUESTIONS,
    PRIOR_DF,
    PRIOR_SPREAD,
    assumed_interval,
    firmness,
)

READING_INTERVALS: Final = ("measuring", "reading-intervals")
AGREEING: Final = ("using_the_assessment", "the-meeting")
READING_LEVELS: Final = ("using_the_assessment", "after")
COMPARING: Final = ("using_the_assessment", "second-wave")
PRIVACY: Final = ("measuring", "privacy")
PLACES: Final[dict[Place, str]] = {
    READING_INTERVALS: "Reading intervals",
    READING_LEVELS: "Levels and stage",
    AGREEING: "The meeting that agrees",
    COMPARING: "Comparing with last time",
    PRIVACY: "Privacy",
}
TIMES: Final = "\N{MULTIPLICATION SIGN}"


class AskedQuestion(NamedTuple):
    """A question as it went in. `mean` is what counts; empty where `left_out` says why not."""

    title: str
    gate: bool
    levels: str
    mean: str
    reaches: str
    as_answered: str
    left_out: str
    dont_know: int


class Computed(NamedTuple):
    """How one questionnaire of one assessment was computed, section by section."""

    people: list[str]
    questions: list[AskedQuestion]
    score: list[str]
    interval: list[str]
    level: list[str]
    levels: list[str]
    rules: list[LevelRule]
    change: list[str]


def computed(
    model: PublishedModel,
    snapshot: Snapshot,
    score: QuestionnaireScore,
    rows: Mapping[str, QuestionScore],
    before: Before | None,
    compared: int,
) -> Computed:
    """Return how the figures of one questionnaire came about.

    `rows` are its questions by key, `compared` counts the questionnaires that have a change.
    """
    questionnaire = next(each for each in model.questionnaires if each.id == score.questionnaire_id)
    asked = [(each, rows[each.key]) for each in questionnaire.questions if each.key in rows]
    rule = rule_of(snapshot)
    means = {question.key: row.mean for question, row in asked if row.applicable}
    shown = levels_shown(score.level)
    return Computed(
        people=_people(snapshot, score, questionnaire, len(asked), rule),
        questions=[_asked(question, row, rule) for question, row in asked],
        score=_score(score, asked, rule),
        interval=_interval(score, snapshot),
        level=level_in_words(score, model),
        levels=[f"{level} {model.level_names[level]}" for level in shown],
        rules=rules_of_levels(asked, means, shown),
        change=change_in_words(snapshot, score, before, compared, rule),
    )


def rule_of(snapshot: Snapshot) -> Thresholds:
    """Return what held when the snapshot was written. Its assessment has to be read already."""
    least = snapshot.assessment.least_answers
    return thresholds(mode=snapshot.mode, least_answers=least, in_team=False)


# What went in


def _people(
    snapshot: Snapshot,
    score: QuestionnaireScore,
    questionnaire: PublishedQuestionnaire,
    asked: int,
    rule: Thresholds,
) -> list[str]:
    said = [_how_it_was_answered(snapshot)]
    least = rule.least.respondents
    if snapshot.mode != Mode.CONSENSUS and score.respondents >= least:
        said.append(
            f"{score.respondents} of them gave a level to at least half of the questions here: "
            "these make up the interval."
        )
    all_of_them = len(questionnaire.questions)
    if snapshot.length == Length.PULSE:
        said.append(f"A pulse asks {asked} of this questionnaire's {all_of_them} questions.")
    return said


def _how_it_was_answered(snapshot: Snapshot) -> str:
    if snapshot.mode == Mode.CONSENSUS:
        return "The team answered together, on one sheet."
    how = (
        "openly, each on a sheet with their name"
        if snapshot.mode == Mode.OPEN
        else "each on a sheet of their own"
    )
    return f"{snapshot.respondents} of {snapshot.invited} in the team answered, {how}."


def _asked(question: PublishedQuestion, row: QuestionScore, rule: Thresholds) -> AskedQuestion:
    return AskedQuestion(
        title=question.title,
        gate=question.gate,
        levels=_how_many(row, rule),
        mean="" if row.mean is None or not row.applicable else f"{row.mean:.1f}",
        reaches="" if row.mean is None or not row.applicable else str(level_of(row.mean)),
        as_answered=_as_answered(row),
        left_out=_left_out(row, rule),
        dont_know=row.dont_know or 0,
    )


def _how_many(row: QuestionScore, rule: Thresholds) -> str:
    """Return how many gave a level, as far as that may be told."""
    few = rule.mean > 1 and rule.why_no_mean(row.answered)
    return f"fewer than {rule.mean}" if few else str(row.answered)


def _as_answered(row: QuestionScore) -> str:
    if not row.agreed:
        return ""
    return "no mean" if row.as_answered is None else f"{row.as_answered:.1f}"


def _left_out(row: QuestionScore, rule: Thresholds) -> str:
    if not row.applicable:
        if row.agreed:
            return "the team agreed that it does not apply"
        return "more than half of those who answered said that it does not apply"
    if row.mean is not None:
        return ""
    return rule.why_no_mean(row.answered) if rule.mean > 1 else "no level was given"


# Score


def _score(
    score: QuestionnaireScore,
    asked: Sequence[tuple[PublishedQuestion, QuestionScore]],
    rule: Thresholds,
) -> list[str]:
    rows = [row for _, row in asked]
    means = [row.mean for row in rows if row.applicable and row.mean is not None]
    if score.score is None:
        return [_why_no_score(score, rows, len(means), rule)]
    applicable = sum(row.applicable for row in rows)
    said = [
        f"The plain mean of the means that count: {mean_of(means, score.score)}.",
        f"{len(means)} of the {applicable} questions that apply have a mean. "
        f"A score needs {LEAST_QUESTIONS}, and two thirds of those that apply.",
    ]
    if score.agreed:
        said.append(_without_the_agreed(score, rows))
    return said


def _without_the_agreed(score: QuestionnaireScore, rows: Sequence[QuestionScore]) -> str:
    counted = (
        "1 question was agreed in the talk. It counts"
        if score.agreed == 1
        else f"{score.agreed} questions were agreed in the talk. They count"
    )
    if score.as_answered is None:
        return f"{counted} as agreed. As answered, without that, there would be no score."
    return (
        f"{counted} as agreed, whatever the sheets said. As answered, the score is "
        f"{score.as_answered:.1f}; the sheets stay as they are."
    )


def _why_no_score(
    score: QuestionnaireScore, rows: Sequence[QuestionScore], means: int, rule: Thresholds
) -> str:
    applicable = sum(row.applicable for row in rows)
    least = rule.least.respondents
    reasons = {
        "waiting for answers": (
            "There is no score: the sheet holds a level for fewer than half of these questions."
            if least == 1
            else f"There is no score: fewer than {least} people gave a level to at least half of "
            "these questions."
        ),
        "pulse": f"There is no score: a pulse asks too little. A score needs {LEAST_QUESTIONS} "
        "questions; the pulse shows how far each gate question is passed.",
        "too few applicable questions": f"There is no score: it needs {LEAST_QUESTIONS} questions "
        f"that apply, and here {_are(applicable)}.",
        "too few questions answered": f"There is no score: {means} of the {applicable} questions "
        f"that apply have a mean. It needs {LEAST_QUESTIONS}, and two thirds of them.",
    }
    return reasons.get(score.why_not, "There is no score.")


def _are(number: int) -> str:
    return "is 1" if number == 1 else f"are {number}"


# Interval


def _interval(score: QuestionnaireScore, snapshot: Snapshot) -> list[str]:
    if score.score is None:
        return ["Without a score there is no interval."]
    if score.low is None or score.high is None or score.half_width is None:
        if snapshot.mode == Mode.CONSENSUS:
            return ["One sheet has no spread, so its score has no interval."]
        return ["The people who answered cannot be told apart from the mean: no interval."]
    n = score.respondents
    cut = [end for end, at in (("0", score.low <= 0), (str(TOP), score.high >= TOP)) if at]
    said = [
        f"{score.low:.1f} to {score.high:.1f}, with 95 % confidence: how far the score could move "
        f"if {n} equally placed colleagues had answered. It does not cover what the whole team "
        "overlooks.",
    ]
    assumed = abs(assumed_interval(score.score, n).half_width - score.half_width) <= EPSILON
    if assumed:
        said.append(
            "How far so few people lie apart would tell what single ones said, so it is not looked "
            f"at. The interval rests on the usual variance between colleagues, {PRIOR_SPREAD:.1f}, "
            f"and on Student's t for {PRIOR_DF} degrees of freedom."
        )
    else:
        said.append(
            "How far these people lie apart, as a variance, is pulled towards the usual "
            f"{PRIOR_SPREAD:.1f}, which weighs as much as {PRIOR_DF} more people: a small group "
            f"can agree by luck. Student's t for {n} + {PRIOR_DF - 1} degrees of freedom does the "
            "rest."
        )
        if len(cut) < 2:
            said.append(_half_width(score.score, score.low, score.high, n))
    word = firmness(score.half_width)
    said.append(
        f"That is {word}: firm is at most 0.35 to either side, fair at most 0.60, loose more."
    )
    if cut:
        said.append(f"The scale ends at {' and '.join(cut)}, and the interval with it.")
    if score.agreed and not assumed:
        said.append("An agreed answer has no spread, so agreeing makes the interval narrower.")
    return said


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
