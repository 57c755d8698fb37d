"""What moved since another day, and with which verdict: from what two snapshots show, no more."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from assessment.change import Estimate, unpaired_change
from assessment.change_since import State, needs_counted, steps_between
from assessment.comparison import Latest, Step
from assessment.models.results import ScoreRow

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def snapshot(at, model=1, mode="individual", before=None):
    return Latest(at, model, NOW, "full", True, 5, 6, 1, 2.0, UUID(int=at), mode, before=before)


def row(key, score, people=8, variance=0.2, change=None, changed=None):
    return ScoreRow(
        1, NOW, key, people, "", score, None, None, None, 2, change, None, changed, 0, None,
        "individual", variance,
    )  # fmt: skip


def state(snapshot, counted=((1, 2, 3, 4)), **scores):
    rows = {
        key: each if isinstance(each, ScoreRow) else row(key, each) for key, each in scores.items()
    }
    return State(snapshot, rows, dict.fromkeys(rows, counted))


def test_against_the_assessment_before_the_frozen_change_and_verdict_hold():
    now = state(snapshot(2, before=1), noise=row("noise", 2.3, change=0.6, changed=True))

    assert steps_between(state(snapshot(1), noise=2.2), now) == {"noise": Step(0.6, True)}


def test_between_others_the_difference_is_that_of_the_figures_shown():
    then, now = state(snapshot(1), noise=1.04), state(snapshot(3, before=2), noise=2.26)

    assert steps_between(then, now) == {"noise": Step(1.3, True)}


def test_a_small_difference_is_within_noise():
    then, now = state(snapshot(1), noise=2.0), state(snapshot(3), noise=2.3)

    assert steps_between(then, now) == {"noise": Step(0.3, False)}


def test_what_counts_as_one_change_may_be_noise_among_eight():
    keys = [f"q{n}" for n in range(8)]
    then = dict.fromkeys(keys, 2.0)
    alone = steps_between(state(snapshot(1), q0=2.0), state(snapshot(3), q0=2.56))
    among = steps_between(state(snapshot(1), **then), state(snapshot(3), **then | {"q0": 2.56}))

    assert alone["q0"] == Step(0.6, True)
    assert among["q0"] == Step(0.6, False)


def test_three_people_whose_spread_is_hidden_are_judged_by_the_spread_that_is_assumed():
    few = {"people": 3, "variance": None}

    def moved_to(score):
        now = state(snapshot(3), noise=row("noise", score, **few))
        return steps_between(state(snapshot(1), noise=row("noise", 1.0, **few)), now)["noise"]

    assert moved_to(2.0) == Step(1.0, False)
    assert moved_to(2.2) == Step(1.2, True)


def test_an_assumed_spread_counts_as_nothing_seen():
    assumed = unpaired_change(Estimate(1.0, 3, None), Estimate(2.0, 4, None))
    half = unpaired_change(Estimate(1.0, 3, None), Estimate(2.0, 8, 0.3))

    assert (assumed.df, round(assumed.s2_shrunk, 3)) == (6, 0.3)
    assert (half.df, round(half.s2_shrunk, 3)) == (13, 0.3)


@pytest.mark.parametrize(
    ("then", "now", "why"),
    [
        (snapshot(1, mode="consensus"), snapshot(3), "one sheet has no spread"),
        (snapshot(1), snapshot(3, mode="consensus"), "one sheet has no spread"),
        (snapshot(1), snapshot(3, model=2), "another version of the model"),
    ],
)
def test_where_no_verdict_may_stand_the_difference_says_why(then, now, why):
    assert steps_between(state(then, noise=1.0), state(now, noise=3.0)) == {
        "noise": Step(2.0, None, why)
    }


def test_scores_of_different_questions_get_no_verdict():
    then, now = (
        state(snapshot(1), (1, 2, 3, 4), noise=1.0),
        state(snapshot(3), (1, 2, 3), noise=3.0),
    )

    assert steps_between(then, now) == {
        "noise": Step(2.0, None, "different questions were counted")
    }


def test_nothing_is_said_without_a_score_both_times():
    hidden = row("noise", None)

    assert steps_between(state(snapshot(1), noise=hidden), state(snapshot(3), noise=2.0)) == {}
    assert steps_between(state(snapshot(1), noise=2.0), state(snapshot(3), noise=hidden)) == {}
    assert steps_between(state(snapshot(1)), state(snapshot(3), noise=2.0)) == {}


def test_which_questions_counted_is_read_only_where_it_decides():
    assert needs_counted(snapshot(1), snapshot(3, before=2))
    assert not needs_counted(snapshot(2), snapshot(3, before=2))
    assert not needs_counted(snapshot(3), snapshot(3))
    assert not needs_counted(snapshot(1), snapshot(3, model=2))
    assert not needs_counted(snapshot(1), snapshot(3, mode="consensus"))
