"""The cheapest way of each questionnaire to its next level, in words and as steps to act on."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

from django.utils.text import get_text_list

from assessment.attained_level import Rule
from assessment.history import Aim, ProfileRow, short_name
from assessment.models.maturity_model import Effort
from assessment.models.results import QuestionRow
from assessment.next_level import Candidate, Raise, Way, cheapest_steps
from assessment.plan import Plan
from assessment.published import PublishedModel, PublishedQuestion, PublishedQuestionnaire
from assessment.question_score import TOP
from assessment.standing import sent_for
from assessment.wording import gain_in_words, quoted

Means = Mapping[str, QuestionRow]

ASKED_BY: Final[dict[Rule, str]] = {
    "gate": "gate question",
    "floor": "more than a level below",
    "share": "for the 8 in 10",
}
NAMED_AT_MOST: Final = 2


class StepUp(NamedTuple):
    """One step of a way: one question up one level. `planned` is where its open action stands."""

    title: str
    asked_by: str
    level_name: str
    do: str
    effort: str
    gain: str
    guide: str
    guide_title: str
    computed: str
    sent: str
    planned: str


class WayUp(NamedTuple):
    """What leads one questionnaire to its next level; `why` says it in sentences.

    `stuck` says why there is no way as things stand, in place of the steps.
    """

    title: str
    name: str
    level: int
    level_name: str
    next_name: str
    steps: tuple[StepUp, ...]
    efforts: str
    gain: str
    why: tuple[str, ...]
    stuck: str

    @property
    def next_level(self) -> int:
        return self.level + 1

    @property
    def to_make(self) -> list[StepUp]:
        """The steps that are no action yet."""
        return [each for each in self.steps if not each.planned]

    @property
    def planned(self) -> int:
        return len(self.steps) - len(self.to_make)

    @property
    def sent(self) -> str:
        """What a form sends to make actions of all that is none yet."""
        return " ".join(each.sent for each in self.to_make)


def ways_up(
    model: PublishedModel,
    rows: Iterable[ProfileRow],
    means: Means,
    targets: Mapping[str, Aim],
    plan: Plan,
    scores: str,
) -> list[WayUp]:
    """Return the way of each questionnaire that has a level, and has not come to its target.

    `means` are those of one snapshot, `scores` is where its figures are told.
    """
    found = []
    for row in rows:
        level = row.now.level if row.now else None
        aim = targets.get(row.line.key)
        if level is None or level >= (aim.level if aim else TOP):
            continue
        questionnaire = model.by_key.get(row.line.key)
        asked = _candidates(questionnaire, means, plan) if questionnaire else []
        if questionnaire and asked:
            way = cheapest_steps(asked, level + 1)
            told = f"{scores}{questionnaire.key}/"
            found.append(_way_up(model, questionnaire, asked, way, plan, told))
    return found


def reaches(ways: Iterable[WayUp]) -> dict[str, str]:
    """Return to which level each step of a way leads, by what a form sends for it."""
    found = {}
    for way in ways:
        for step in way.steps:
            others = [each.title for each in way.steps if each.title != step.title]
            found[step.sent] = f"lets {way.name} reach {way.next_name}{_together_with(others)}"
    return found


def _together_with(titles: Sequence[str]) -> str:
    if not titles:
        return ""
    others = list(dict.fromkeys(titles))
    named = [quoted(each) for each in others[:NAMED_AT_MOST]]
    if len(others) > NAMED_AT_MOST:
        named.append(f"{len(others) - NAMED_AT_MOST} more")
    return f" together with {get_text_list(named, 'and')}"


def _candidates(questionnaire: PublishedQuestionnaire, means: Means, plan: Plan) -> list[Candidate]:
    left_alone = {each.key for each in plan.exempted}
    return [
        Candidate(
            question.key,
            row.mean,
            question.gate,
            cast(Any, [level.effort for level in question.levels[:TOP]]),
            question.key in left_alone,
        )
        for question in questionnaire.questions
        if (row := means.get(question.key)) and row.applicable
    ]


def _way_up(
    model: PublishedModel,
    questionnaire: PublishedQuestionnaire,
    asked: Sequence[Candidate],
    way: Way,
    plan: Plan,
    told: str,
) -> WayUp:
    by_key = {each.key: each for each in asked}
    weights = {each.key: each.weight for each in questionnaire.questions}
    judged = max(1, sum(weights[each.key] for each in asked if each.mean is not None))
    gains = [
        weights[each.key] * (each.level - (by_key[each.key].mean or 0.0)) for each in way.raises
    ]
    steps = tuple(
        _step_up(model, each, level, by_key[each.key], judged, plan, told)
        for each in way.raises
        for level in each.steps
    )
    name = f"{way.level} {model.level_names[way.level]}"
    return WayUp(
        title=questionnaire.title,
        name=short_name(questionnaire.key),
        level=way.level - 1,
        level_name=f"{way.level - 1} {model.level_names[way.level - 1]}",
        next_name=name,
        steps=steps,
        efforts=_efforts([each.effort for each in steps]),
        gain=gain_in_words(sum(gains) / judged),
        why=tuple(why(way, model.questions, name)),
        stuck=_stuck(way, model.questions, by_key, name),
    )


def _step_up(
    model: PublishedModel,
    risen: Raise,
    level: int,
    candidate: Candidate,
    judged: int,
    plan: Plan,
    told: str,
) -> StepUp:
    question = model.questions[risen.key]
    advice = question.levels[level - 1]
    start = candidate.mean or 0.0 if level == risen.start + 1 else level - 1
    return StepUp(
        title=question.title,
        asked_by=", ".join(ASKED_BY[rule] for rule in risen.rules),
        level_name=f"{level} {model.level_names[level]}",
        do=advice.suggestion,
        effort=str(Effort(advice.effort).label),
        gain=gain_in_words(question.weight * (level - start) / judged),
        guide=advice.guide.url if advice.guide else "",
        guide_title=advice.guide.title if advice.guide else "",
        computed=f"{told}#{risen.key}",
        sent=sent_for(risen.key, level),
        planned=plan.made_of(risen.key, level)[0],
    )


def _efforts(efforts: Iterable[str]) -> str:
    counted = Counter(efforts)
    return ", ".join(
        f"{counted[name]} {name}" for each in Effort if counted[name := str(each.label)]
    )


# Why these ----------------------------------------------------------------------------------------


def why(way: Way, questions: Mapping[str, PublishedQuestion], name: str) -> Iterable[str]:
    """Yield why a way has the steps it has, in sentences."""
    titles = {each.key: quoted(questions[each.key].title) for each in way.raises}
    gates = [titles[each.key] for each in way.raises if "gate" in each.rules]
    low = [titles[each.key] for each in way.raises if "floor" in each.rules]
    chosen = [titles[each.key] for each in way.raises if "share" in each.rules]
    if gates:
        one = "is a gate question, which has" if len(gates) == 1 else "are gate questions: all have"
        yield f"{get_text_list(gates, 'and')} {one} to reach {name}."
    if low:
        lie = "lies" if len(low) == 1 else "lie"
        yield f"{get_text_list(low, 'and')} {lie} more than a level below it, which none may."
    share = (
        f"{way.needed} of the {way.applicable} questions have to reach it, "
        f"and {way.reaching or 'none'} {'does' if way.reaching == 1 else 'do'} today"
    )
    if chosen and (gates or low):
        yield f"{share}: {get_text_list(chosen, 'and')} besides, as these take the least effort."
    elif chosen:
        yield f"{share}: {get_text_list(chosen, 'and')} take the least effort."
    elif way.reaching < way.needed:
        yield f"{share}; with these steps that is enough."


def _stuck(
    way: Way,
    questions: Mapping[str, PublishedQuestion],
    candidates: Mapping[str, Candidate],
    name: str,
) -> str:
    """Return why there is no way, in a sentence; empty where there is one.

    Which questions too few people judged would tell what those few answered, so these are counted.
    """
    if not way.stuck:
        return ""
    left = [quoted(questions[key].title) for key in way.stuck if candidates[key].stays]
    unseen = sum(not candidates[key].stays for key in way.stuck)
    said = []
    if left:
        said.append(f"the team does not work on {get_text_list(left, 'and')} for now")
    if unseen:
        were = "question was" if unseen == 1 else "questions were"
        said.append(f"{unseen} {were} judged by too few people to show")
    return f"No set of steps leads to {name} as things stand: {' and '.join(said)}."
