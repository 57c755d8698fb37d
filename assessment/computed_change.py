"""How a change was computed, with the team's own numbers, or why nothing is said about one."""

from typing import NamedTuple

from assessment.change import LEAST_CHANGE, LEAST_LINKED
from assessment.disclosure import Thresholds
from assessment.history import day
from assessment.models import QuestionnaireScore, Snapshot
from assessment.models.answering import Mode
from assessment.wording import signed


class Before(NamedTuple):
    """The assessment that a change was counted from, and its score of the questionnaire if any."""

    snapshot: Snapshot
    score: QuestionnaireScore | None


def change_in_words(
    snapshot: Snapshot,
    score: QuestionnaireScore,
    before: Before | None,
    compared: int,
    rule: Thresholds,
) -> list[str]:
    """Return what moved and how that was found, or why nothing is said about it."""
    if score.changed is None or before is None or before.score is None:
        return [_why_no_change(snapshot, score, before)]
    when = f"against the assessment of {day(before.snapshot.taken_at)}{_questions_shared(score)}"
    if score.change is None:
        return [f"Nothing is said {when}: too many different people answered."]
    verdict = "changed" if score.changed else "within noise"
    return [
        f"{signed(score.change)}, {verdict}, {when}.",
        _difference(score, score.change, before.score),
        _who_decides(score, before.score, rule),
        _margin(score),
        f"Changed means: beyond the margin, and by at least {LEAST_CHANGE}. {_holm(compared)}",
    ]


def _questions_shared(score: QuestionnaireScore) -> str:
    shared = score.change_questions
    return f", on the {shared} questions that counted both times" if shared else ""


def _difference(score: QuestionnaireScore, change: float, before: QuestionnaireScore) -> str:
    """Return where the number comes from, with the two scores where they show it."""
    then, now = before.score or 0.0, score.score or 0.0
    if signed(round(now, 1) - round(then, 1)) == signed(change):
        return f"The number is the difference of the two scores: {then:.1f} then, {now:.1f} now."
    return (
        f"The number is the difference of the two scores, here {then:.1f} and {now:.1f}, taken on "
        "the questions both share and before rounding."
    )


def _who_decides(score: QuestionnaireScore, before: QuestionnaireScore, rule: Thresholds) -> str:
    linked = score.change_linked
    if linked is None:
        return (
            f"Fewer than {LEAST_LINKED} people, or fewer than half, answered both times, so the "
            "two groups are compared as such, by the spread in both."
        )
    may_tell = all(rule.may_stand_beside(linked, each.respondents) for each in (before, score))
    people = f"{linked} people" if may_tell else "Enough people"
    return (
        f"{people} answered both times. Each is compared with themselves, and what they moved "
        "decides whether it is more than noise. Theirs is not shown by itself: beside the scores "
        "of all it would tell what single people said."
    )


def _margin(score: QuestionnaireScore) -> str:
    if score.change_margin is None:
        return "The margin is not shown: it says too much of few people, or is not this number's."
    return f"The margin is {score.change_margin:.1f} to either side."


def _holm(compared: int) -> str:
    if compared < 2:
        return "Only this questionnaire was compared, so nothing is corrected for."
    return (
        f"{compared} questionnaires were compared at once; Holm's correction keeps the risk of any "
        "false alarm among them at 5 %."
    )


def _why_no_change(snapshot: Snapshot, score: QuestionnaireScore, before: Before | None) -> str:
    if before is None:
        return "There is no earlier assessment to compare with."
    when = day(before.snapshot.taken_at)
    if score.score is None:
        return "Without a score there is no change."
    if before.score is None or before.score.score is None:
        return f"The assessment of {when} has no score here to compare with."
    if Mode.CONSENSUS in (snapshot.mode, before.snapshot.mode):
        return (
            f"One sheet has no spread, so nobody can say whether the difference to {when} is more "
            "than noise."
        )
    return f"Too few questions counted both now and on {when} to compare them."
