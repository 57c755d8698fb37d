"""What is said of a question or questionnaire in two assessments: a verdict, or why there is none.

Plain values in, words out. A verdict adds a word to the figures that two snapshots show, and never
a number that they do not give.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from assessment.change import LEAST_CHANGE, Change, SummaryVerdict
from assessment.disclosure import Thresholds, linked_may_be_shown, shown_change
from assessment.models.answering import Mode
from assessment.models.maturity_model import Length
from assessment.models.results import ScoreRow, SnapshotRow
from assessment.published import PublishedModel, PublishedQuestion, PublishedQuestionnaire
from assessment.question_score import EPSILON
from assessment.wording import why_not

ONE_SHEET: Final = "one sheet has no spread"
NO_VERDICT: Final = "no verdict"


class Judged(NamedTuple):
    """One question as one snapshot shows it; the mean is None where too few gave a level.

    `mean` is the agreed answer where there is one, for the `reason` the team wrote; `as_answered`
    is then the mean of the sheets, if that may be shown.
    """

    applicable: bool
    mean: float | None
    agreed: bool = False
    as_answered: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the two assessments: what it asked and what its snapshot shows, by key.

    `rule` is what the snapshot may show.
    """

    row: SnapshotRow
    model: PublishedModel
    asked: tuple[PublishedQuestionnaire, ...]
    scores: Mapping[str, ScoreRow]
    questions: Mapping[str, Judged]
    rule: Thresholds

    @property
    def is_consensus(self) -> bool:
        return self.row.mode == Mode.CONSENSUS

    @property
    def titles(self) -> dict[str, PublishedQuestion]:
        """The questions it asked, by key."""
        return {each.key: each for part in self.asked for each in part.questions}

    @property
    def too_few(self) -> str:
        """Why a hidden mean is hidden here."""
        return self.rule.why_no_mean(0)


class Said(NamedTuple):
    """A verdict or what stands in its place, why, and which way it went: 1, -1, or 0."""

    word: str
    why: str = ""
    way: int = 0

    @property
    def changed(self) -> bool:
        return self.word == "changed"


def on_question(
    key: str,
    then: Part,
    now: Part,
    moved: Change | None,
    verdict: SummaryVerdict | None,
    rule: Thresholds,
    among: int,
) -> Said:
    """Return what is said of one of several questions: its verdict, or why there is none."""
    first, last = then.questions.get(key), now.questions.get(key)
    if first is None:
        return Said("not asked then", why_not_asked(key, then, "then"))
    if last is None:
        return Said("not asked any more", why_not_asked(key, now, "now"))
    if not (first.applicable and last.applicable):
        return _on_applicability(first, last, then, now)
    if first.mean is None or last.mean is None:
        return _on_hidden(first, last, then, now)
    if then.is_consensus or now.is_consensus:
        return Said(NO_VERDICT, ONE_SHEET)
    if moved is None or verdict is None:
        return Said(NO_VERDICT, "its answers cannot be compared")
    return _judged(last.mean - first.mean, moved, verdict, rule, f"{among} questions")


def on_questionnaire(
    key: str,
    then: Part,
    now: Part,
    moved: Change | None,
    verdict: SummaryVerdict | None,
    rule: Thresholds,
    among: int,
) -> Said:
    """Return what is said of one of several questionnaires: its verdict, or why there is none."""
    first, last = then.scores.get(key), now.scores.get(key)
    if first is None:
        return Said("not asked then")
    if last is None:
        return Said("not asked any more")
    if first.score is None or last.score is None:
        unscored = [
            f"{when}: {why_not(row)}"
            for row, when in ((first, "then"), (last, "now"))
            if row.score is None
        ]
        return Said(NO_VERDICT, "; ".join(unscored))
    if then.is_consensus or now.is_consensus:
        return Said(NO_VERDICT, ONE_SHEET)
    if moved is None or verdict is None:
        return Said(NO_VERDICT, "too few questions were counted both times")
    said = _judged(shown_change(moved, rule), moved, verdict, rule, f"{among} questionnaires")
    if moved.questions_differ and said.word != NO_VERDICT:
        return said._replace(why=f"{said.why}; on the {moved.questions} questions both counted")
    return said


def is_verdict(said: Said) -> bool:
    return said.word in ("changed", "within noise")


def why_not_asked(key: str, part: Part, when: str) -> str:
    """Return why an assessment did not ask a question; empty where only a condition left it out."""
    if key not in part.model.questions:
        return f"version {part.row.version} has no such question"
    if part.row.length == Length.PULSE:
        return f"{when} it was a pulse"
    if part.row.length == Length.CORE:
        return f"{when} only the core was asked"
    return f"{when} no rules controlled the team's changes"


def _judged(
    shown: float | None, moved: Change, verdict: SummaryVerdict, rule: Thresholds, among: str
) -> Said:
    """Word a verdict beside the change shown: that of all, which the linked need not share."""
    people, may_tell = _people(moved, rule), linked_may_be_shown(moved, rule)
    if verdict.verdict == "changed":
        if shown is not None and shown * moved.delta > 0:
            return Said("changed", people, 1 if moved.delta > 0 else -1)
        if may_tell:
            return Said(
                "changed",
                f"among {people}, not among all who answered",
                1 if moved.delta > 0 else -1,
            )
        return Said(NO_VERDICT, "too many different people answered")
    if shown is not None and abs(shown) < LEAST_CHANGE - EPSILON:
        return Said("within noise", f"less than a quarter of a level; {people}")
    if moved.verdict == "changed":
        return Said("within noise", f"beyond noise by itself, but not as one of {among}; {people}")
    return Said("within noise", f"chance could bring it about; {people}")


def _people(moved: Change, rule: Thresholds) -> str:
    if moved.linked is None:
        return "different people"
    return f"the same {moved.linked} people" if linked_may_be_shown(moved, rule) else "same people"


def _on_applicability(first: Judged, last: Judged, then: Part, now: Part) -> Said:
    if not (first.applicable or last.applicable):
        return Said("not applicable", "neither then nor now")
    if first.applicable:
        return Said("no longer applicable", "" if last.agreed else "by most of those who answered")
    why = "" if last.mean is not None else f"now {now.too_few}, so it is hidden"
    return Said("applicable now", why or "not applicable then")


def _on_hidden(first: Judged, last: Judged, then: Part, now: Part) -> Said:
    if last.mean is not None:
        return Said("newly answered", f"then {then.too_few}, so it is hidden")
    if first.mean is not None:
        return Said("too few now", f"now {now.too_few}, so it is hidden")
    both = then.too_few
    why = f"{both}, both times" if both == now.too_few else f"then {both}, now {now.too_few}"
    return Said("too few answers", f"{why}, so it is hidden")
