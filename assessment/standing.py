"""Where a team stands after an assessment: levels, what blocks the next, gates, next steps.

Rows of a snapshot and the published model in, plain values for the page out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

from assessment.attained_level import level_of
from assessment.history import Aim, ProfileRow, short_name
from assessment.models.maturity_model import Effort
from assessment.models.results import QuestionRow
from assessment.plan import Exempted, Plan
from assessment.published import PublishedLevel, PublishedModel, PublishedQuestionnaire
from assessment.question_score import TOP
from assessment.suggestions import AssessedQuestion, NextStep, Suggestion, next_steps
from assessment.wording import as_agreed, gain_in_words, why_not

Means = Mapping[str, QuestionRow]
Blocked = Mapping[str, list[dict[str, Any]]]

# What makes a question weigh more than others that are not there yet, weightiest first.
RULES: Final = {"gate": "gate question", "floor": "more than a level below"}


class Blocking(NamedTuple):
    """A question in the way of the next level, its mean, and what makes it weigh more, in words."""

    key: str
    title: str
    mean: float
    rules: tuple[str, ...]
    guide: str


class Attained(NamedTuple):
    """A questionnaire's level and what blocks the next one.

    `next_name` is empty at the top. `unseen` counts questions in the way that too few people
    judged: which ones they are would tell what those few answered.
    """

    row: ProfileRow
    level: int | None
    level_name: str
    next_name: str
    blocking: list[Blocking]
    unseen: int

    @property
    def why_not(self) -> str:
        """Why there is no level."""
        return why_not(self.row.now) if self.row.now else ""

    @property
    def agreed(self) -> str:
        """The score as agreed and as answered, where the team agreed on answers."""
        return as_agreed(self.row.now) if self.row.now else ""

    @property
    def first(self) -> list[Blocking]:
        return self.blocking[:1]

    @property
    def rest(self) -> list[Blocking]:
        return self.blocking[1:]

    @property
    def others(self) -> int:
        return len(self.rest) + self.unseen


class OpenGate(NamedTuple):
    """A gate question and the level up to which it is open; None if too few people judged it."""

    key: str
    questionnaire: str
    title: str
    level: int | None
    level_name: str
    target: int | None

    @property
    def passed(self) -> bool | None:
        """Whether it is open up to the target, where there is one."""
        if self.level is None or self.target is None:
            return None
        return self.level >= self.target


class Step(NamedTuple):
    """A next step with what the page says besides; `computed` is where its gain is told.

    `reaches` says to which level of its questionnaire it leads, and with which others. `planned`
    is where the open action stands that it was made into, `about` where one for its question does.
    `ended` is an exemption whose day has passed.
    """

    step: NextStep
    questionnaire: str
    effort: str
    guide_title: str
    computed: str
    reaches: str = ""
    planned: str = ""
    about: str = ""
    ended: Exempted | None = None

    @property
    def gain(self) -> str:
        """What the step adds to its questionnaire's score."""
        return gain_in_words(self.step.gain)

    @property
    def put_aside(self) -> str:
        """Where it can be put aside, from the team's page."""
        return f"exemptions/{self.step.key}/"

    @property
    def sent(self) -> str:
        """What a form sends to make the step an action."""
        return sent_for(self.step.key, self.step.next_level)


def sent_for(key: str, level: int) -> str:
    """Return how a form names the step of a question to a level."""
    return f"{key}:{level}"


def attained(
    model: PublishedModel, rows: Iterable[ProfileRow], means: Means, blocked: Blocked
) -> list[Attained]:
    """Return the level of each questionnaire that was asked, and what blocks the next one."""
    return [_attained(model, each, means, blocked) for each in rows if each.now]


def _attained(model: PublishedModel, row: ProfileRow, means: Means, blocked: Blocked) -> Attained:
    level = row.now.level if row.now else None
    blockers = blocked.get(row.line.key, []) if level is not None else []
    shown = [found for blocker in blockers if (found := _blocking(model, blocker, means))]
    return Attained(
        row=row,
        level=level,
        level_name=_name(model, level),
        next_name=_name(model, None if level is None else level + 1),
        blocking=sorted(shown, key=lambda each: (-len(each.rules), each.mean)),
        unseen=len(blockers) - len(shown),
    )


def _name(model: PublishedModel, level: int | None) -> str:
    return f"{level} {model.level_names[level]}" if level is not None and level <= TOP else ""


def _blocking(model: PublishedModel, blocker: Mapping[str, Any], means: Means) -> Blocking | None:
    question = model.questions.get(blocker["question"])
    row = means.get(blocker["question"])
    if question is None or row is None or row.mean is None:
        return None
    rules = tuple(words for rule, words in RULES.items() if rule in blocker["rules"])
    return Blocking(question.key, question.title, row.mean, rules, question.guide.url)


def open_gates(model: PublishedModel, means: Means, targets: Mapping[str, Aim]) -> list[OpenGate]:
    """Return the gate questions that were asked, with the level up to which each is open."""
    found = []
    for questionnaire in model.questionnaires:
        target = _target(targets.get(questionnaire.key))
        for question in questionnaire.questions:
            row = means.get(question.key)
            if question.gate and row and row.applicable:
                level = None if row.mean is None else level_of(row.mean)
                name = short_name(questionnaire.key)
                found.append(
                    OpenGate(
                        questionnaire.key, name, question.title, level, _name(model, level), target
                    )
                )
    return found


def _target(aim: Aim | None) -> int | None:
    return aim.level if aim else None


def steps(
    model: PublishedModel,
    means: Means,
    blocked: Blocked,
    targets: Mapping[str, Aim],
    scores: Mapping[str, str],
    plan: Plan,
    reaches: Mapping[str, str],
) -> list[Step]:
    """Return what to do next, best gain for effort first.

    Nothing that too few people judged, and nothing the team does not work on for now. `scores` is
    where the figures of the assessment that a mean comes from are told, by question; `reaches` what
    is said of the level a step leads to, by what a form sends for it.
    """
    in_the_way = {each["question"] for blockers in blocked.values() for each in blockers}
    left_alone = {each.key for each in plan.exempted}
    over = {each.key: each for each in plan.over}
    questions = [
        question
        for questionnaire in model.questionnaires
        for question in _assessed(questionnaire, means, in_the_way, targets)
        if question.key not in left_alone
    ]
    owners = {q.key: each.key for each in model.questionnaires for q in each.questions}
    found = []
    for step in next_steps(questions):
        made = _step(model, owners[step.key], step, scores[step.key])
        planned, about = plan.made_of(step.key, step.next_level)
        found.append(
            made._replace(
                reaches=reaches.get(made.sent, ""),
                planned=planned,
                about=about,
                ended=over.get(step.key),
            )
        )
    return found


class LeftAlone(NamedTuple):
    """A question the team does not work on for now, with its title and questionnaire."""

    exempted: Exempted
    title: str
    questionnaire: str


def exempted(model: PublishedModel, rows: Iterable[Exempted]) -> list[LeftAlone]:
    """Return what a team leaves alone, the first to end first. A question that is gone is not."""
    places = {q.key: (q.title, each.key) for each in model.questionnaires for q in each.questions}
    return [
        LeftAlone(row, places[row.key][0], short_name(places[row.key][1]))
        for row in rows
        if row.key in places
    ]


def _step(model: PublishedModel, questionnaire: str, step: NextStep, scores: str) -> Step:
    guide = model.questions[step.key].levels[step.level].guide
    return Step(
        step,
        short_name(questionnaire),
        str(Effort(step.effort).label),
        guide.title if guide else "",
        f"{scores}{questionnaire}/#{step.key}",
    )


def _assessed(
    questionnaire: PublishedQuestionnaire,
    means: Means,
    in_the_way: set[str],
    targets: Mapping[str, Aim],
) -> Iterator[AssessedQuestion]:
    asked = [(each, row) for each in questionnaire.questions if (row := means.get(each.key))]
    dropped = sum(question.weight for question, row in asked if not row.applicable)
    of_all = sum(question.weight for question in questionnaire.questions)
    for question, row in asked:
        yield AssessedQuestion(
            key=question.key,
            title=question.title,
            mean=row.mean,
            applicable=row.applicable,
            applicable_questions=max(1, of_all - dropped),
            weight=question.weight,
            gate=question.gate,
            blocks_next_level=question.key in in_the_way,
            levels=cast(Any, tuple(level.description for level in question.levels)),
            suggestions=cast(Any, _suggestions(question.levels)),
            target=_target(targets.get(questionnaire.key)),
        )


def _suggestions(levels: Sequence[PublishedLevel]) -> tuple[Suggestion, ...]:
    return tuple(
        Suggestion(
            do=level.suggestion,
            effort=cast(Any, level.effort),
            gives=level.gives,
            guide=level.guide.url if level.guide else "",
        )
        for level in levels[:TOP]
    )
