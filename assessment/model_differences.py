"""What differs between two versions of a maturity model, question by question. Plain values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assessment.model_file import ModelPart, QuestionPart


@dataclass(frozen=True)
class Difference:
    """One question that is not the same in both, and in what, in words."""

    key: str
    title: str
    questionnaire: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class Differences:
    """From one version to another. `shared` counts the questions both ask, by their keys.

    Scores of the two are compared on these.
    """

    added: tuple[Difference, ...]
    removed: tuple[Difference, ...]
    changed: tuple[Difference, ...]
    other: tuple[str, ...]
    shared: int
    before: int
    after: int

    @property
    def none(self) -> bool:
        return not (self.added or self.removed or self.changed or self.other)


Placed = Mapping[str, tuple[QuestionPart, str, str]]  # by key: question, questionnaire key, title


def differences(before: ModelPart, after: ModelPart) -> Differences:
    """Return what somebody who knows the one has to know of the other."""
    old, new = placed(before), placed(after)
    shared = [key for key in new if key in old]
    return Differences(
        added=tuple(_whole(new[key], "new") for key in new if key not in old),
        removed=tuple(_whole(old[key], "no longer asked") for key in old if key not in new),
        changed=tuple(
            Difference(key, new[key][0].title, new[key][2], said)
            for key in shared
            if (said := tuple(_said(old[key], new[key])))
        ),
        other=tuple(_other(before, after)),
        shared=len(shared),
        before=len(old),
        after=len(new),
    )


def placed(model: ModelPart) -> Placed:
    return {
        question.key: (question, each.key, each.title)
        for each in model.questionnaires
        for question in each.questions
    }


def _whole(place: tuple[QuestionPart, str, str], said: str) -> Difference:
    question, _, title = place
    return Difference(question.key, question.title, title, (said,))


def _said(
    before: tuple[QuestionPart, str, str], after: tuple[QuestionPart, str, str]
) -> Iterator[str]:
    (old, old_place, _), (new, new_place, title) = before, after
    if old_place != new_place:
        yield f"moved to {title}"
    if old.title != new.title:
        yield f"asked as “{old.title}” before"
    if old.weight != new.weight:
        yield f"weight {old.weight} → {new.weight}"
    if old.gate != new.gate:
        yield "a gate question now" if new.gate else "no gate question any more"
    if old.pulse != new.pulse:
        yield "in the pulse now" if new.pulse else "not in the pulse any more"
    levels = zip(old.levels, new.levels, strict=True)
    changed = [n for n, (one, other) in enumerate(levels) if one.description != other.description]
    if changed:
        yield f"level {', '.join(map(str, changed))} described differently"
    suggested = [
        n
        for n, (one, other) in enumerate(zip(old.levels, new.levels, strict=True))
        if one.suggestion != other.suggestion
    ]
    if suggested:
        yield f"another suggestion at level {', '.join(map(str, suggested))}"
    if old.guide != new.guide:
        yield f"leads to {new.guide}"


def _other(before: ModelPart, after: ModelPart) -> Iterator[str]:
    """Yield what changed around the questions."""
    if before.level_names != after.level_names:
        yield f"The levels are called {', '.join(after.level_names)}."
    old = {each.key: each for each in before.questionnaires}
    new = {each.key: each for each in after.questionnaires}
    for key, each in new.items():
        if key not in old:
            yield f"The questionnaire “{each.title}” is new."
        elif old[key].role != each.role:
            yield f"“{each.title}” is {each.role} now, {old[key].role} before."
        elif old[key].title != each.title:
            yield f"“{old[key].title}” is called “{each.title}”."
    for key, each in old.items():
        if key not in new:
            yield f"The questionnaire “{each.title}” is gone."
