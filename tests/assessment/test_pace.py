"""When a score would be at its target: a date with its uncertainty, and no false promise."""

from datetime import UTC, datetime

import pytest

from assessment.models.results import ScoreRow
from assessment.pace import QUARTER, line_through, pace_in_words, pace_of

FIRST = datetime(2025, 1, 15, tzinfo=UTC)


def scores(*values, half_width=0.3):
    """A score each quarter; None for one with too few answers."""
    return [
        ScoreRow(
            snapshot=n,
            taken_at=FIRST + n * QUARTER,
            questionnaire="noise",
            respondents=6,
            why_not="" if value is not None else "waiting for answers",
            score=value,
            low=None,
            high=None,
            half_width=half_width if value is not None else None,
            level=None,
            change=None,
            change_linked=None,
            changed=None,
            agreed=0,
            as_answered=None,
            mode="individual",
        )
        for n, value in enumerate(values)
    ]


def test_a_steady_rise_has_its_slope_a_quarter():
    pace = pace_of(scores(1.0, 1.2, 1.4, 1.6, 1.8))

    assert pace.slope == pytest.approx(0.2)
    assert pace.low == pytest.approx(0.2 - 0.3 / 10**0.5)
    assert pace.high == pytest.approx(0.2 + 0.3 / 10**0.5)


def test_a_score_known_better_weighs_more():
    heavy = line_through([0, 1, 2], [1, 2, 2], [100, 100, 1])
    light = line_through([0, 1, 2], [1, 2, 2], [1, 1, 100])

    assert heavy.slope > light.slope


def test_scores_far_from_the_line_widen_its_interval():
    steady = pace_of(scores(1.0, 1.2, 1.4, 1.6))
    jumping = pace_of(scores(0.2, 2.0, 0.6, 2.4))

    assert jumping.high - jumping.low > steady.high - steady.low


def test_when_the_target_is_reached_is_said_with_its_uncertainty():
    assert pace_in_words(scores(1.0, 1.4, 1.8, 2.2, 2.6), target=3) == (
        "at this pace in about a quarter, Apr 2026 (1 to 1 quarters)"
    )
    assert pace_in_words(scores(0.6, 0.9, 1.2, 1.5, 1.8), target=3) == (
        "at this pace in about 4 quarters, Jan 2027 (3 to 6 quarters)"
    )


def test_a_rise_that_may_be_chance_says_so():
    assert pace_in_words(scores(1.0, 1.1, 1.2), target=2) == (
        "at this pace in about 8 quarters, Jul 2027; but the rise may be chance"
    )


@pytest.mark.parametrize("values", [(2.0, 1.8, 1.6), (1.5, 1.5, 1.5)])
def test_what_does_not_rise_promises_nothing(values):
    assert pace_in_words(scores(*values), target=3) == (
        "at the pace of the last assessments not in sight"
    )


def test_two_scores_make_no_pace():
    assert pace_in_words(scores(1.0, 2.0), target=3) == (
        "no pace yet: it takes three scores with intervals"
    )


def test_assessments_with_too_few_answers_are_passed_over():
    assert pace_of(scores(1.0, None, 1.4, 1.6)) == pace_of(scores(1.0, None, 1.4, 1.6, None))


def test_at_the_target_there_is_nothing_to_say():
    assert pace_in_words(scores(1.0, 2.0, 3.0), target=3) == ""


def test_only_the_last_eight_count():
    long_ago = scores(4.0, 4.0, *(1.0 + 0.1 * n for n in range(8)))

    assert pace_of(long_ago).slope == pytest.approx(0.1)
