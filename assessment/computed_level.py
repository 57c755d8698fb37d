"""How a level, the stage and the overall score came about, with the team's own numbers."""

from collections.abc import Collection, Mapping, Sequence
from statistics import fmean
from typing import Final, NamedTuple

from assessment.attained_level import Rule, failing, level_of
from assessment.models import QuestionnaireScore, QuestionScore, Snapshot
from assessment.published import PublishedModel, PublishedQuestion, PublishedQuestionnaire
from assessment.question_score import TOP

EXACTER: Final = "with two decimals here, as with one it would not come out"


class LevelRule(NamedTuple):
    """One of the rules of a level: what it asks for, and how it came out at each level shown."""

    asks: str
    outcomes: tuple[tuple[bool, str], ...]


def levels_shown(level: int | None) -> list[int]:
    """Return the level attained, which above 0 has passed its rules, and the next one."""
    return [] if level is None else [each for each in (level, level + 1) if 0 < each <= TOP]


def level_in_words(score: QuestionnaireScore, model: PublishedModel) -> list[str]:
    """Return which level was attained, or why none."""
    if score.level is None:
        return ["Without a score there is no level."]
    name = model.level_names[score.level]
    if score.level == TOP:
        return [f"{score.level} {name}, the top: its rules hold, and those of every level below."]
    held = "its rules hold, and those of every level below" if score.level else "the bottom"
    return [f"{score.level} {name}: {held}. Those of the next level do not all hold yet."]


def rules_of_levels(
    asked: Sequence[tuple[PublishedQuestion, QuestionScore]],
    means: Mapping[str, float | None],
    levels: Sequence[int],
) -> list[LevelRule]:
    """Return how each rule came out at these levels. `means` are those of what applies, by key."""
    titles = {question.key: question.title for question, _ in asked}
    gates = [question.key for question, _ in asked if question.gate and question.key in means]
    failed = [(level, failing(means, gates, level)) for level in levels]
    return [
        LevelRule(
            "At least 8 in 10 questions reach it; a mean of up to 0.25 below is enough",
            tuple((not rules["share"], _share(means, level)) for level, rules in failed),
        ),
        LevelRule(
            "Every gate question reaches it",
            tuple(_none_of("gate", rules, titles, f"all {len(gates)}") for _, rules in failed),
        ),
        LevelRule(
            "No mean lies more than a level below it",
            tuple(_none_of("floor", rules, titles, "none does") for _, rules in failed),
        ),
    ]


def _share(means: Mapping[str, float | None], level: int) -> str:
    reach = sum(mean is not None and level_of(mean) >= level for mean in means.values())
    needed = len(means) - len(means) // 5
    return f"{reach} of {len(means)} do, {needed} needed"


def _none_of(
    rule: Rule, failed: Mapping[Rule, Collection[str]], titles: Mapping[str, str], otherwise: str
) -> tuple[bool, str]:
    named = [title for key, title in titles.items() if key in failed[rule]]
    return not named, "; ".join(named) or otherwise


class Whole(NamedTuple):
    """How stage and overall score came about."""

    stage: list[str]
    overall: list[str]


def whole(
    model: PublishedModel, snapshot: Snapshot, scores: Mapping[str, QuestionnaireScore]
) -> Whole:
    """Return how a snapshot's stage and overall score follow from its questionnaires, by key."""
    core = [each for each in model.questionnaires if each.is_core and each.key in scores]
    regulated = [
        each for each in model.questionnaires if each.role == "conditional" and each.key in scores
    ]
    return Whole(
        _stage(model, snapshot, [*core, *regulated], scores), _overall(snapshot, core, scores)
    )


def _stage(
    model: PublishedModel,
    snapshot: Snapshot,
    counted: Sequence[PublishedQuestionnaire],
    scores: Mapping[str, QuestionnaireScore],
) -> list[str]:
    if snapshot.stage is None:
        without = [each.title for each in counted if scores[each.key].level is None]
        return [f"There is no stage: no level in {', '.join(without)}." if without else "None."]
    levels = ", ".join(f"{each.title} {scores[each.key].level}" for each in counted)
    name = model.level_names[snapshot.stage]
    said = [f"{snapshot.stage} {name}: the lowest level among {levels}."]
    if any(not each.is_core for each in counted):
        said.append("Rules control production changes here, so that questionnaire counts as well.")
    return said


def _overall(
    snapshot: Snapshot,
    core: Sequence[PublishedQuestionnaire],
    scores: Mapping[str, QuestionnaireScore],
) -> list[str]:
    if snapshot.overall is None:
        without = [each.title for each in core if scores[each.key].score is None]
        return [f"There is none: no score in {', '.join(without)}." if without else "None."]
    known = [row.score for each in core if (row := scores[each.key]).score is not None]
    return [
        f"The mean of the core scores: {mean_of(known, snapshot.overall)}. "
        "It stands last, as a mean hides the profile."
    ]


def mean_of(values: Sequence[float], mean: float) -> str:
    """Return a mean as the sum it is, with as few decimals as let it come out."""
    for digits in (1, 2) if values else ():
        shown = [round(value, digits) for value in values]
        if f"{fmean(shown):.1f}" == f"{mean:.1f}":
            terms = " + ".join(f"{value:.{digits}f}" for value in shown)
            remark = f" ({EXACTER})" if digits > 1 else ""
            return f"({terms}) ÷ {len(values)} = {mean:.1f}{remark}"
    return f"{mean:.1f}"
