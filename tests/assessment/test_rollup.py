"""The teams under a parent together: a distribution of what is shown, and never one mean."""

import pytest

from assessment.comparison import Gist, Heading
from assessment.disclosure import LEAST_TEAMS, shown_distribution
from assessment.rollup import rolled_up
from assessment.sparklines import strip

NOISE = Heading("noise", "Noise")


def gist(team, stale=False, rose=(), fell=(), **values):
    return Gist(team, "", stale, False, values, rose, fell)


def test_lowest_middle_and_highest_of_the_scores():
    lie = shown_distribution([3.0, 1.0, 1.5, 2.0])

    assert lie is not None
    assert lie.scores == (1.0, 1.5, 2.0, 3.0)
    assert (lie.low, lie.middle, lie.high) == (1.0, 1.8, 3.0)


def test_a_hidden_team_is_in_no_part_of_it():
    assert shown_distribution([1.0, 2.0, 3.0, None]) == shown_distribution([1.0, 2.0, 3.0])


@pytest.mark.parametrize("scores", [[], [1.0], [1.0, 2.0], [1.0, 2.0, None, None, None]])
def test_fewer_than_three_shown_scores_are_not_told_together(scores):
    assert LEAST_TEAMS == 3
    assert shown_distribution(scores) is None


def test_no_score_is_finer_than_it_is_shown():
    lie = shown_distribution([1.04, 2.06, 3.0])

    assert lie is not None
    assert lie.scores == (1.0, 2.1, 3.0)


def test_a_parent_in_words():
    parent = rolled_up(
        "Platform",
        "?parent=platform",
        [
            gist("A", noise=1.0, assessed=1.0, rose=("noise",)),
            gist("B", noise=2.0, assessed=1.0, stale=True),
            gist("C", noise=4.0, assessed=1.0, fell=("noise",)),
            gist("D"),
        ],
        [NOISE],
    )

    assert (parent.teams, parent.fresh) == (4, "2 fresh, 1 stale, 1 never assessed")
    cell = parent.cells[0]
    assert cell.words == "lowest 1.0, middle 2.0, highest 4.0"
    assert (cell.scored, cell.moved) == (3, "1 rose, 1 fell")


@pytest.mark.parametrize(
    ("gists", "words"),
    [
        ([gist("A", noise=1.0), gist("B")], "fewer than 3 teams with a score"),
        ([gist("A"), gist("B")], "no team with one"),
    ],
)
def test_what_is_not_told_says_why(gists, words):
    cell = rolled_up("Platform", "", gists, [NOISE]).cells[0]

    assert (cell.words, cell.lie, cell.drawing) == (words, None, "")


def test_teams_with_the_same_score_share_a_dot():
    assert strip([1.0, 1.0, 2.0], 1.0).count("<circle") == 2
