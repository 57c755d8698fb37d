"""In which order a team talks its answers over. Plain values, no database.

The agenda is made from what may be shown and from nothing else, so its order tells nothing that the
page does not say anyway.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assessment.disclosure import ShownQuestion
from assessment.published import PublishedQuestion, PublishedQuestionnaire
from assessment.question_score import score_question


class Group(enum.StrEnum):
    """Why a question stands where it does, in the order of the agenda.

    Gaps to measured facts have their place between NOT_VISIBLE and REST.
    """

    SPLIT = "split"
    NOT_VISIBLE = "not_visible"
    REST = "rest"


class State(enum.StrEnum):
    """What came of a question so far."""

    NOT_YET = "not_yet"
    AGREED = "agreed"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Entry:
    """One question on the agenda."""

    question: PublishedQuestion
    questionnaire: str
    group: Group
    state: State

    @property
    def key(self) -> str:
        return self.question.key

    @property
    def part(self) -> str:
        """The questionnaire under which the rest is listed; empty where urgency decides."""
        return self.questionnaire if self.group is Group.REST else ""


@dataclass(frozen=True)
class Agenda:
    """The questions in the order in which they are talked over."""

    entries: tuple[Entry, ...]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def groups(self) -> list[tuple[Group, list[Entry]]]:
        """Return the groups that have any question, each with its questions."""
        found = [(group, [each for each in self if each.group == group]) for group in Group]
        return [(group, entries) for group, entries in found if entries]

    def place(self, key: str) -> int:
        """Return the place of a question, counted from 1."""
        return [each.key for each in self].index(key) + 1

    def after(self, key: str | None) -> Entry | None:
        """Return what follows a question, or the first one; None after the last."""
        place = self.place(key) if key else 0
        return self.entries[place] if place < len(self) else None

    def before(self, key: str) -> Entry | None:
        """Return what comes before a question; None before the first."""
        place = self.place(key)
        return self.entries[place - 2] if place > 1 else None

    def count(self, state: State) -> int:
        return sum(each.state == state for each in self)


def agenda(
    asked: Iterable[PublishedQuestionnaire],
    shown: Mapping[str, ShownQuestion],
    settled: Mapping[str, State],
) -> Agenda:
    """Return the agenda of the questions asked.

    `shown` holds what may be shown of each, by key; `settled` what came of those talked over.
    Split questions come first, those furthest apart ahead; then what a third cannot see, what most
    cannot see ahead; then the others as they were asked.
    """
    entries = [
        Entry(
            question,
            questionnaire.title,
            group_of(shown[question.key]),
            settled.get(question.key, State.NOT_YET),
        )
        for questionnaire in asked
        for question in questionnaire.questions
    ]
    order = list(Group)
    # Sorting keeps the questionnaires' order where nothing else decides.
    entries.sort(
        key=lambda each: (order.index(each.group), -weight(each.group, shown[each.key])),
    )
    return Agenda(tuple(entries))


def group_of(question: ShownQuestion) -> Group:
    if question.agreement == "split":
        return Group.SPLIT
    return Group.NOT_VISIBLE if question.not_visible else Group.REST


def weight(group: Group, question: ShownQuestion) -> float:
    """Return how urgent a question is within its group."""
    if group is Group.SPLIT:
        return distance(question)
    if group is Group.NOT_VISIBLE:
        return (question.dont_know or 0) / question.answered
    return 0.0


def distance(question: ShownQuestion) -> float:
    """Return how far apart the answers lie: their mean distance to the middle one, in levels."""
    spread = enumerate(question.spread or ())
    levels = [level for level, how_many in spread for _ in range(how_many)]
    return score_question(levels).ad_md or 0.0


def has_no_spread(shown: Iterable[ShownQuestion]) -> bool:
    """Whether nothing tells where a team differs, as too few answered to show a spread at all."""
    return all(question.spread is None for question in shown)
