"""How each figure of a snapshot was computed, with the team's own numbers. Plain values.

Rows of one snapshot in, sentences and tables for the page out. Everything comes from the snapshot,
so what it does not hold cannot appear: where a rule rests on something hidden, this says so.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from assessment.attained_level import level_of
from assessment.computed_change import Before, change_in_words
from assessment.computed_interval import interval_in_words
from assessment.computed_level import (
    LevelRule,
    level_in_words,
    levels_shown,
    mean_of,
    rules_of_levels,
)
from assessment.disclosure import Thresholds, too_few
from assessment.models import QuestionnaireScore, QuestionScore, Snapshot
from assessment.models.answering import Mode
from assessment.models.maturity_model import Length
from assessment.published import Place, PublishedModel, PublishedQuestion, PublishedQuestionnaire
from assessment.question_score import TOP
from assessment.scoring import (
    LEAST_QUESTIONS,
    rwg_word,
)
from assessment.suggestions import BLOCKER_WEIGHT, EFFORT_COST, gain_of
from assessment.wording import gain_in_words

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


class AskedQuestion(NamedTuple):
    """A question as it went in. `mean` is what counts; empty where `left_out` says why not.

    `gain` is what its next level would add to the score, `remarks` what else may be told.
    """

    key: str
    title: str
    gate: bool
    levels: str
    mean: str
    reaches: str
    as_answered: str
    left_out: str
    gain: str
    agreement: str
    remarks: tuple[str, ...]


class Computed(NamedTuple):
    """How one questionnaire of one assessment was computed, section by section."""

    people: list[str]
    questions: list[AskedQuestion]
    gains: str
    score: list[str]
    interval: list[str]
    agreement: list[str]
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
    of_all = sum(question.weight for question in questionnaire.questions)
    dropped = sum(question.weight for question, row in asked if not row.applicable)
    applicable = max(1, of_all - dropped)
    shown = levels_shown(score.level)
    return Computed(
        people=_people(snapshot, score, questionnaire, len(asked), rule),
        questions=[_asked(question, row, rule, applicable) for question, row in asked],
        gains=_gains(applicable),
        score=_score(score, asked, rule),
        interval=interval_in_words(score, snapshot),
        agreement=_agreement(score, snapshot, rule),
        level=level_in_words(score, model),
        levels=[f"{level} {model.level_names[level]}" for level in shown],
        rules=rules_of_levels(asked, means, shown),
        change=change_in_words(snapshot, score, before, compared, rule),
    )


def rule_of(snapshot: Snapshot) -> Thresholds:
    """Return what held when the snapshot was written. Its assessment has to be read already."""
    return snapshot.assessment.thresholds(in_team=False)


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


def _asked(
    question: PublishedQuestion, row: QuestionScore, rule: Thresholds, applicable: int
) -> AskedQuestion:
    mean = row.mean if row.applicable else None
    return AskedQuestion(
        key=question.key,
        title=question.title,
        gate=question.gate,
        levels=_how_many(row, rule),
        mean="" if mean is None else f"{mean:.1f}",
        reaches="" if mean is None else str(level_of(mean)),
        as_answered=_as_answered(row),
        left_out=left_out(row, rule),
        gain=_gain(mean, applicable, question.weight),
        agreement=row.agreement,
        remarks=(*_weight(question), *_remarks(row)),
    )


def _gain(mean: float | None, applicable: int, weight: int) -> str:
    if mean is None:
        return ""
    return (
        "at the top" if level_of(mean) >= TOP else gain_in_words(gain_of(mean, applicable, weight))
    )


def _gains(applicable: int) -> str:
    """Return the rule of what a question's next level adds, and of the order of next steps."""
    s, m, large = (EFFORT_COST[effort] for effort in ("S", "M", "L"))
    return (
        "What its next level adds to the score: the next level less the mean, divided by the "
        f"{applicable} question{'' if applicable == 1 else 's'} that apply. Next steps stand in "
        f"the order of this gain for their effort (small {s}, medium {m}, large {large}); what "
        f"blocks the next level of a questionnaire counts {BLOCKER_WEIGHT} times as much."
    )


def _weight(question: PublishedQuestion) -> tuple[str, ...]:
    return () if question.weight == 1 else (f"counts {question.weight} times: custom weight",)


def _remarks(row: QuestionScore) -> tuple[str, ...]:
    """Return who could not judge the question, where that may be told: None hides it."""
    dont_know, not_applicable = row.dont_know or 0, row.not_applicable or 0
    said = []
    if dont_know:
        everybody = row.answered + dont_know + not_applicable
        third = ": not visible to a third" if 3 * dont_know >= everybody else ""
        said.append(f"{dont_know} did not know{third}")
    if not_applicable and row.applicable:
        said.append(f"{not_applicable} said that it does not apply: disputed")
    return tuple(said)


def _how_many(row: QuestionScore, rule: Thresholds) -> str:
    """Return how many gave a level, as far as that may be told."""
    few = rule.mean > 1 and not rule.shows_mean(row.answered)
    return too_few(rule.mean) if few else str(row.answered)


def _as_answered(row: QuestionScore) -> str:
    if not row.agreed:
        return ""
    return "no mean" if row.as_answered is None else f"{row.as_answered:.1f}"


def left_out(row: QuestionScore, rule: Thresholds) -> str:
    """Return why a question has no mean that counts; empty if it has one."""
    if not row.applicable:
        if row.agreed:
            return "the team agreed that it does not apply"
        return "more than half of those who answered said that it does not apply"
    if row.mean is not None:
        return ""
    return rule.why_no_mean(row.answered)


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
    weights = {question.weight for question, _ in asked}
    said = [
        f"The plain mean of the means that count: {mean_of(means, score.score)}."
        if weights == {1}
        else "The mean of the means that count, each as often as its custom weight says: "
        f"{score.score:.1f}.",
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


# Agreement


def _agreement(score: QuestionnaireScore, snapshot: Snapshot, rule: Thresholds) -> list[str]:
    """Return how close the sheets lie together, as far as that may be told, and by what rule."""
    if snapshot.mode == Mode.CONSENSUS:
        return ["The team answered on one sheet, so there is nobody to agree with."]
    if score.score is None or (score.agreed and score.as_answered is None):
        return ["Without a score from the sheets there is no agreement over them."]
    if score.rwg is None or score.average_deviation is None:
        return [
            f"Not shown: how far apart people lie needs {rule.spread} of them on a question, so "
            "that nobody's own answer can be read from it."
        ]
    return [
        f"{_word_for(score.rwg)} agreement. The index r_wg is 1 less half the mean of "
        f"the questions' variances: {max(0.0, score.rwg):.2f}. Two would be the variance if "
        "everybody chose by chance.",
        f"On average an answer lies {score.average_deviation:.1f} of a level from the middle one "
        "of its question.",
        "A question is together up to 0.5 of a level from its middle answer, mixed up to 0.83, "
        "and split beyond that or where answers lie three levels apart. That is a prompt to talk, "
        "and no test.",
        f"Only questions count for which {rule.spread} people or more gave a level. The sheets "
        "count here, also where the team agreed on something else.",
    ]


def _word_for(rwg: float) -> str:
    word = rwg_word(rwg)
    return "No" if word == "none" else word.capitalize()
