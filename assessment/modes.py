"""What each way of answering means, in the words that everybody reads before they answer."""

from dataclasses import dataclass

from assessment.disclosure import Thresholds, thresholds
from assessment.models import Assessment
from assessment.models.answering import Mode


@dataclass(frozen=True)
class Meaning:
    """How answers are given, who sees what of them, and when to choose this way."""

    what: str
    who_sees: str
    when: str


def meaning_of(mode: str, least_answers: int) -> Meaning:
    """Return what a mode means where a mean needs so many answers."""
    rule = thresholds_of(least_answers)
    if mode == Mode.CONSENSUS:
        return Meaning(
            "The team fills one sheet together, in one session.",
            "Everybody in the team sees and changes the same answers, and the result counts as "
            "one answer: no spread, no interval, nothing to reveal.",
            "For teams under three, or when you can sit together.",
        )
    if mode == Mode.OPEN:
        return Meaning(
            "Each member answers alone, with their name on it.",
            "After the reveal everybody in the team sees who answered what. Owners and managers "
            f"who are not in the team see no names: {from_on(rule)}.",
            "For teams under five, when everybody has agreed to it beforehand.",
        )
    return Meaning(
        "Each member answers alone, on a sheet of their own.",
        "What anybody answered is shown to nobody, not to the lead and not to an administrator. "
        f"After the reveal the team sees all answers together, without names: {from_on(rule)}.",
        "For five people or more: it gets the most honest answers.",
    )


def meaning_here(assessment: Assessment) -> Meaning:
    """Return what the mode of an assessment means, under the rule fixed when it was opened."""
    return meaning_of(assessment.mode, assessment.least_answers)


def thresholds_of(least_answers: int) -> Thresholds:
    """Return what holds for answers without names where a mean needs so many."""
    return thresholds(mode=Mode.INDIVIDUAL, least_answers=least_answers, in_team=True)


def from_on(rule: Thresholds) -> str:
    if rule.mean == rule.spread:
        return f"means, distributions and notes from {rule.mean} answers on"
    return f"a mean from {rule.mean} answers on, a distribution or notes from {rule.spread} on"


def suggested_mode(members: int, least_answers: int) -> Mode:
    """Return the mode to propose: too few for a mean answer together, as it would stay hidden."""
    return Mode.CONSENSUS if members < least_answers else Mode.INDIVIDUAL
