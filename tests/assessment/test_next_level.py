"""The cheapest set of steps to the next level: found without a search, and proved by one."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.attained_level import failing, level_from
from assessment.next_level import Candidate, Raise, cheapest_steps
from assessment.question_score import TOP

SMALL = ("S", "S", "S", "S")
LARGE = ("L", "L", "L", "L")


def question(key, mean, *, gate=False, efforts=SMALL, stays=False):
    return Candidate(key, mean, gate, efforts, stays)


def raised(way):
    return {each.key: (each.start, each.level) for each in way.raises}


# By example ------------------------------------------------------------------------------------


def test_a_gate_has_to_rise_however_dear_it_is():
    questions = [question("gate", 1.2, gate=True, efforts=LARGE)]
    questions += [question(f"q{n}", 2.0) for n in range(4)]

    way = cheapest_steps(questions, 2)

    assert way.raises == (Raise("gate", 1, 2, 8, ("gate",)),)
    assert (way.reaching, way.needed, way.applicable) == (4, 4, 5)


def test_of_those_that_may_rise_for_the_share_the_cheapest_do():
    questions = [question("dear", 1.0, efforts=LARGE), question("cheap", 1.0)]
    questions += [question(f"q{n}", 2.0) for n in range(3)]

    way = cheapest_steps(questions, 2)

    assert raised(way) == {"cheap": (1, 2)}
    assert way.raises[0].rules == ("share",)
    assert way.cost == 1


def test_what_lies_below_the_floor_rises_as_far_as_the_floor_and_no_further():
    questions = [question("deep", 0.2)] + [question(f"q{n}", 2.0) for n in range(4)]

    way = cheapest_steps(questions, 2)

    assert way.raises == (Raise("deep", 0, 1, 1, ("floor",)),)


def test_two_steps_of_one_question_are_taken_where_the_share_needs_them():
    questions = [question(f"deep{n}", 0.2) for n in range(2)]
    questions += [question(f"q{n}", 2.0) for n in range(3)]

    way = cheapest_steps(questions, 2)

    assert raised(way) == {"deep0": (0, 2), "deep1": (0, 1)}
    assert [each.rules for each in way.raises] == [("floor", "share"), ("floor",)]
    assert list(way.raises[0].steps) == [1, 2]
    assert (way.steps, way.cost) == (3, 3)


def test_a_mean_that_is_at_its_level_by_tolerance_and_below_the_floor_takes_the_next_step():
    # 0.8 counts as level 1, and lies below the floor of level 2, which is 1.
    questions = [question("near", 0.8)] + [question(f"q{n}", 2.0) for n in range(4)]

    assert raised(cheapest_steps(questions, 2)) == {"near": (1, 2)}


def test_equally_cheap_questions_are_chosen_by_the_gain_in_score_then_in_their_order():
    questions = [question("a", 1.4), *(question(key, 1.0) for key in "bcd")]
    questions += [question(f"q{n}", 2.0) for n in range(3)]

    assert list(raised(cheapest_steps(questions, 2))) == ["b", "c", "d"]
    assert list(raised(cheapest_steps([*questions, question("q4", 2.0)], 2))) == ["b", "c", "d"]
    assert list(raised(cheapest_steps(questions[2:], 2))) == ["c"]


def test_one_dear_step_gives_way_to_two_that_cost_less_together():
    questions = [question("dear", 1.0, efforts=("S", "L", "S", "S"))]
    questions += [question("deep", 0.8, efforts=("S", "M", "S", "S"))]
    questions += [question(f"q{n}", 2.0) for n in range(3)]

    assert raised(cheapest_steps(questions, 2)) == {"deep": (1, 2)}


@pytest.mark.parametrize("mean", [None, 1.0])
def test_without_a_gate_that_may_move_there_is_no_way(mean):
    questions = [question("gate", mean, gate=True, stays=True), question("other", 1.0)]

    way = cheapest_steps(questions, 2)

    assert way.stuck == ("gate",)
    assert way.raises == ()


def test_with_too_many_that_stay_the_share_cannot_be_reached():
    questions = [question("unseen", None), question("declined", 1.0, stays=True)]
    questions += [question(f"q{n}", 1.0) for n in range(3)]

    assert cheapest_steps(questions, 2).stuck == ("unseen", "declined")


def test_one_of_five_may_stay_behind():
    questions = [question("declined", 1.0, stays=True)]
    questions += [question(f"q{n}", 1.9) for n in range(4)]

    assert cheapest_steps(questions, 2).raises == ()
    assert cheapest_steps(questions, 2).stuck == ()


# By search -------------------------------------------------------------------------------------

MEANS = st.one_of(st.none(), st.integers(0, 16).map(lambda quarters: quarters / 4))
ANY_MEAN = st.one_of(st.none(), st.floats(0, TOP, allow_nan=False).map(lambda mean: round(mean, 3)))
EFFORTS = st.tuples(*[st.sampled_from("SML")] * 4)


@st.composite
def questionnaires(draw, means):
    return [
        Candidate(
            f"q{n}", draw(means), draw(st.booleans()), draw(EFFORTS), draw(st.integers(0, 7)) == 0
        )
        for n in range(draw(st.integers(1, 5)))
    ]


def every_choice(questions):
    """Yield every way of moving the questions, as the level each comes to."""
    return product(
        *(range(each.level, TOP + 1) if each.movable else [each.level] for each in questions)
    )


def means_after(questions, ends):
    return {
        each.key: each.mean if end == each.level else float(end)
        for each, end in zip(questions, ends, strict=True)
    }


def worth(questions, ends):
    """What a choice is judged by: its cost, its steps, and what it takes from the score."""
    means = means_after(questions, ends)
    return (
        sum(each.cost(each.level, end) for each, end in zip(questions, ends, strict=True)),
        sum(end - each.level for each, end in zip(questions, ends, strict=True)),
        -round(sum(mean for mean in means.values() if mean is not None), 6),
    )


@given(questionnaires(MEANS) | questionnaires(ANY_MEAN))
@settings(max_examples=150, deadline=None)
def test_no_other_choice_is_cheaper_nor_as_cheap_with_fewer_steps_or_more_gain(questions):
    gates = [each.key for each in questions if each.gate]
    now = level_from({each.key: each.mean for each in questions}, gates)
    if now == TOP:
        return
    wanted = now + 1

    way = cheapest_steps(questions, wanted)

    enough = [
        ends
        for ends in every_choice(questions)
        if not any(failing(means_after(questions, ends), gates, wanted).values())
    ]
    assert bool(way.stuck) == (not enough)
    if enough:
        found = {each.key: each.level for each in way.raises}
        ends = [found.get(each.key, each.level) for each in questions]
        assert level_from(means_after(questions, ends), gates) >= wanted
        assert worth(questions, ends) == min(worth(questions, choice) for choice in enough)
        assert way.cost == worth(questions, ends)[0]
