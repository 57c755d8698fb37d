"""What may be shown of a group's answers, and from how many on."""

import pytest

from assessment.change import Answered, change
from assessment.disclosure import (
    NOTHING_TO_HIDE,
    Thresholds,
    linked_may_be_shown,
    margin_may_be_shown,
    shown_agreement,
    shown_change,
    shown_dont_know_share,
    shown_interval,
    shown_question,
    thresholds,
)
from assessment.scoring import QuestionnaireSpec, QuestionSpec, score_questionnaire

USUAL = Thresholds(mean=3, spread=5)
KEYS = ("a", "b", "c", "d", "e")


def questionnaire(questions=4):
    return QuestionnaireSpec("noise", "core", tuple(QuestionSpec(key) for key in KEYS[:questions]))


def sheets_of(*columns):
    """Return a sheet for each person, named p0, p1 …, from what each answered, None for blank."""
    return {
        f"p{number}": dict(zip(KEYS, answers, strict=False))
        for number, answers in enumerate(columns)
    }


def scored(*columns, rule=USUAL, questions=4):
    return score_questionnaire(questionnaire(questions), sheets_of(*columns), rule.least)


# Who sees how much ------------------------------------------------------------------------------


@pytest.mark.parametrize("in_team", [True, False])
def test_individual_answers_are_hidden_from_everybody_alike(in_team):
    rule = thresholds(mode="individual", least_answers=3, in_team=in_team)

    assert (rule.mean, rule.spread) == (3, 5)


def test_an_organization_that_asks_for_more_gets_more_of_both():
    rule = thresholds(mode="individual", least_answers=8, in_team=True)

    assert (rule.mean, rule.spread) == (8, 8)


def test_names_are_on_among_the_team_only():
    assert thresholds(mode="open", least_answers=3, in_team=True) == NOTHING_TO_HIDE
    assert thresholds(mode="open", least_answers=3, in_team=False) == USUAL


def test_one_sheet_filled_together_hides_nothing():
    assert thresholds(mode="consensus", least_answers=6, in_team=False) == NOTHING_TO_HIDE


def test_a_score_needs_three_people_however_the_team_answers_openly():
    assert USUAL.least.respondents == 3
    assert Thresholds(6, 6).least.respondents == 6
    assert NOTHING_TO_HIDE.least.respondents == 1


def test_of_two_rules_the_stricter_holds_for_both():
    assert Thresholds(3, 5).stricter(Thresholds(6, 6)) == Thresholds(6, 6)
    assert Thresholds(4, 5).stricter(NOTHING_TO_HIDE) == Thresholds(4, 5)


# One question -----------------------------------------------------------------------------------


def test_two_levels_make_no_mean_and_it_says_why():
    shown = shown_question([1, 4, "dk", "dk"], ["a note"], USUAL)

    assert (shown.mean, shown.why_no_mean) == (None, "fewer than 3 gave a level")
    assert (shown.answered, shown.levels) == (4, 2)


def test_three_levels_make_a_mean_and_nothing_else():
    shown = shown_question([0, 4, 2], ["first", "second", "third"], USUAL)

    assert (shown.mean, shown.why_no_mean) == (2.0, "")
    assert (shown.spread, shown.why_no_spread) == (None, "fewer than 5 answered")
    assert (shown.agreement, shown.notes) == (None, ())
    assert (shown.dont_know, shown.not_applicable, shown.not_visible) == (None, None, False)


def test_five_levels_make_a_distribution():
    shown = shown_question([0, 4, 2, 2, 4], ["z", "a"], USUAL)

    assert shown.spread == (1, 0, 2, 0, 2)
    assert (shown.agreement, shown.notes) == ("split", ("a", "z"))


def test_four_levels_and_a_dont_know_show_no_distribution_but_the_notes():
    """The four are too few; five people answered, so a note leads to none of them."""
    shown = shown_question([0, 4, 2, 2, "dk"], ["z", "a"], USUAL)

    assert (shown.spread, shown.agreement) == (None, None)
    assert (shown.dont_know, shown.notes) == (1, ("a", "z"))


def test_two_of_four_who_dont_know_are_not_counted_out():
    shown = shown_question([3, 3, "dk", "dk"], [], USUAL)

    assert (shown.dont_know, shown.not_visible) == (None, False)


def test_two_of_five_who_dont_know_are():
    shown = shown_question([3, 3, 3, "dk", "dk"], [], USUAL)

    assert (shown.dont_know, shown.not_visible) == (2, True)


def test_notes_stand_in_the_same_order_whoever_wrote_them_first():
    one = shown_question([1] * 5, ["later", "earlier"], USUAL)
    other = shown_question([1] * 5, ["earlier", "later"], USUAL)

    assert one == other


# One questionnaire ------------------------------------------------------------------------------


def test_the_interval_of_three_tells_nothing_of_how_far_apart_they_are():
    near = scored([2, 2, 2, 2], [2, 2, 2, 2], [2, 2, 2, 2])
    far = scored([0, 0, 0, 0], [2, 2, 2, 2], [4, 4, 4, 4])

    assert near.interval != far.interval
    shown = shown_interval(near, near, USUAL)
    assert shown == shown_interval(far, far, USUAL)
    assert (round(shown.low, 4), round(shown.high, 4)) == (1.2262, 2.7738)


def test_the_interval_of_five_is_their_own():
    five = scored([1] * 4, [2] * 4, [2] * 4, [2] * 4, [3] * 4)

    assert shown_interval(five, five, USUAL) == five.interval


def test_agreeing_on_answers_lends_nobody_an_interval():
    """Four people answered. That a fifth agreed afterwards adds no answer of theirs."""
    four = scored([1] * 4, [2] * 4, [2] * 4, [3] * 4, [3, None, None, None])
    agreed = scored([1, 2, 2, 2], [2] * 4, [2] * 4, [3, 2, 2, 2], [3, 2, 2, 2])

    assert (four.n, agreed.n) == (4, 5)
    assert shown_interval(agreed, four, USUAL) != agreed.interval


def test_where_nothing_is_hidden_three_have_their_own_interval():
    three = scored([1] * 4, [2] * 4, [3] * 4, rule=NOTHING_TO_HIDE)

    assert shown_interval(three, three, NOTHING_TO_HIDE) == three.interval


def test_agreement_leaves_out_what_four_answered():
    """Five agree on three questions; on the fourth four of them could not be further apart."""
    five = scored(*[[2, 2, 2, 0]] * 2, *[[2, 2, 2, 4]] * 2, [2, 2, 2, "dk"])

    assert five.agreement.rwg < 1
    assert shown_agreement(five, USUAL).rwg == 1.0


def test_agreement_of_four_is_not_shown():
    assert shown_agreement(scored(*[[2, 2, 2, 2]] * 4), USUAL) is None


def test_the_dont_know_share_leaves_out_what_four_answered():
    """The fifth left the last question blank, so who did not know there may not be counted."""
    five = scored(*[[2, 2, 2, "dk"]] * 2, *[[2, 2, "dk", 4]] * 2, [2, 2, 2, None])

    assert five.dk_share == 4 / 20
    assert shown_dont_know_share(five, USUAL) == 2 / 15


def test_the_dont_know_share_of_four_is_not_shown():
    assert shown_dont_know_share(scored(*[[2, 2, 2, "dk"]] * 4), USUAL) is None


# Change -----------------------------------------------------------------------------------------


def moved(before, after, questions=4, rule=USUAL):
    spec = questionnaire(questions)
    return change(
        Answered(spec, sheets_of(*before), rule.least),
        Answered(spec, sheets_of(*after), rule.least),
    )


def test_the_change_shown_is_the_difference_of_the_scores_shown():
    five = moved([[1] * 4, [2] * 4, [2] * 4, [2] * 4, [3] * 4], [[2] * 4] * 3 + [[3] * 4] * 2)

    assert five.linked == 5
    assert shown_change(five, USUAL) == pytest.approx(0.4)


def test_a_joiners_answers_cannot_be_had_from_the_change():
    """Four go up by one and a fifth joins at the bottom: their own change would give the fifth."""
    found = moved([[2] * 4] * 4, [[3] * 4] * 4 + [[1] * 4])

    assert (found.linked, found.delta) == (4, 1.0)
    assert shown_change(found, USUAL) == pytest.approx(0.6)
    assert not linked_may_be_shown(found, USUAL)


def test_the_change_of_the_same_people_is_not_shown_beside_means_that_weigh_them_otherwise():
    """One left the last question blank: means and linked change together would tell what else."""
    before = [[1, 1, 1, 1, 1]] * 3 + [[1, 1, 1, 1, None]]
    after = [[2, 2, 2, 2, 4]] * 3 + [[2, 2, 2, 1, None]]

    found = moved(before, after, questions=5)

    assert found.linked == found.before == found.after == 4
    assert found.delta == pytest.approx(1.2375)
    assert shown_change(found, USUAL) == found.difference == pytest.approx(1.35)


def test_a_change_that_the_scores_contradict_has_no_number():
    """Six rise by one; three harsh ones join, and the score falls."""
    found = moved([[2] * 4] * 6, [[3] * 4] * 6 + [[0] * 4] * 4)

    assert (found.verdict, found.difference < 0) == ("changed", True)
    assert shown_change(found, USUAL) is None


def test_within_noise_the_difference_stands_whichever_way_it_goes():
    found = moved([[2] * 4] * 5, [[2] * 4] * 5)

    assert (found.verdict, shown_change(found, USUAL)) == ("within noise", 0.0)


def test_how_many_answered_twice_is_told_when_it_leaves_out_nobody_or_three():
    nobody = moved([[2] * 4] * 5, [[3] * 4] * 5)
    three = moved([[2] * 4] * 5, [[3] * 4] * 8)
    two = moved([[2] * 4] * 5, [[3] * 4] * 7)

    assert [linked_may_be_shown(each, USUAL) for each in (nobody, three, two)] == [
        True,
        True,
        False,
    ]


def test_the_margin_needs_five_and_the_change_it_belongs_to():
    five = moved([[2] * 4] * 5, [[3] * 4] * 5)
    four = moved([[2] * 4] * 4, [[3] * 4] * 4)
    with_a_joiner = moved([[2] * 4] * 5, [[3] * 4] * 5 + [[0] * 4])

    assert margin_may_be_shown(five, USUAL)
    assert not margin_may_be_shown(four, USUAL)
    assert not margin_may_be_shown(with_a_joiner, USUAL)


@pytest.mark.parametrize(
    ("part", "whole", "may"),
    [(5, 5, True), (5, 6, False), (5, 7, False), (5, 8, True), (2, 9, False)],
)
def test_a_part_may_stand_beside_its_whole_when_the_rest_is_nobody_or_enough(part, whole, may):
    assert USUAL.may_stand_beside(part, whole) is may
