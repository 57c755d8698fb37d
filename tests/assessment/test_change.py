# What may be None is not in these cases, and a test that forgets fails.
# mypy: no-check-untyped-defs

import pytest

from assessment.change import (
    Answered,
    Change,
    Estimate,
    change,
    holm,
    paired_change,
    question_change,
    question_changes,
    respondent_differences,
    summary_verdicts,
    unpaired_change,
)
from assessment.scoring import Least, score_questionnaire
from tests.assessment.worked_example import (
    EARLIER,
    KEYS,
    LATER,
    NOISE,
    questionnaire,
    sheets,
    weighted,
)

FOUR = ("q1", "q2", "q3", "q4")
EQUAL = dict.fromkeys(KEYS, 1)
BEFORE = Answered(NOISE, EARLIER)
AFTER = Answered(NOISE, LATER)


def same(value: float) -> object:
    return pytest.approx(value, abs=5e-5)


def spread(n: int, s2: float, *, around: float = 0.0) -> list[float]:
    """Return n values with this mean and this variance (n - 1)."""
    distance = (s2 * (n - 1) / 2) ** 0.5
    return [around + distance, around - distance] + [around] * (n - 2)


def with_p(p_value: float, delta: float = 0.5) -> Change:
    return Change(delta, 0.4, 9, p_value, 0.2, "changed")


def unlinked(table):
    return {f"another {name}": sheet for name, sheet in table.items()}


# The worked example: the same answers, changed or within noise.


def test_each_person_is_compared_with_themselves():
    differences = respondent_differences(EARLIER, LATER, EQUAL, ["r1", "r2", "r3", "r4"])

    assert differences == {
        "r1": same(0.6667),
        "r2": same(0.7143),
        "r3": same(0.5),
        "r4": same(0.6667),
    }


def test_the_four_who_answered_twice_changed():
    noise = change(BEFORE, AFTER)

    assert (noise.linked, noise.df) == (4, 9)
    assert (noise.delta, noise.margin) == (same(0.6369), same(0.4175))
    assert noise.s2_shrunk == same(0.1363)
    assert noise.verdict == "changed"
    assert (noise.questions, noise.questions_differ) == (7, False)


def test_without_links_the_same_answers_are_within_noise():
    noise = change(Answered(NOISE, unlinked(EARLIER)), AFTER)

    assert (noise.linked, noise.df) == (None, 14)
    assert (noise.delta, noise.margin) == (same(0.4190), same(0.6489))
    assert noise.s2_shrunk == same(0.2289)
    assert noise.verdict == "within noise"


# Which rule applies.


def team(*names, level):
    return {name: dict.fromkeys(FOUR, level) for name in names}


def compared(earlier, later):
    spec = questionnaire(*FOUR)
    return change(Answered(spec, earlier), Answered(spec, later))


def test_two_linked_people_are_too_few_to_pair():
    found = compared(team("Ada", "Bea", "Cem", level=1), team("Ada", "Bea", "Dara", "Eli", level=3))

    assert (found.linked, found.delta) == (None, 2.0)


def test_three_linked_people_are_enough_when_they_are_half_of_the_smaller_assessment():
    three = ("Ada", "Bea", "Cem")
    six = team(*three, "Dara", "Eli", "Finn", level=1)
    eight = team(*three, "Gus", "Hana", "Ines", "Jon", "Kim", level=3)

    assert compared(six, eight).linked == 3


def test_three_linked_people_are_too_few_of_seven():
    three = ("Ada", "Bea", "Cem")
    seven = team(*three, "Dara", "Eli", "Finn", "Gus", level=1)
    eight = team(*three, "Hana", "Ines", "Jon", "Kim", "Lou", level=3)

    assert compared(seven, eight).linked is None


def test_a_person_with_three_common_questions_is_not_linked():
    later = sheets("Ada 3 3 3 dk\nBea 3 3 3 3", *FOUR)

    earlier = team("Ada", "Bea", level=1)
    differences = respondent_differences(earlier, later, dict.fromkeys(FOUR, 1), ["Ada", "Bea"])

    assert differences == {"Bea": 2.0}


def test_a_question_weighs_in_both_assessments_as_in_the_later_one():
    three = ("Ada", "Bea", "Cem")
    plain, heavy = questionnaire(*FOUR), weighted(q1=3, q2=1, q3=1, q4=1)
    one = sheets("Ada 0 2 2 2\nBea 0 2 2 2\nCem 0 2 2 2", *FOUR)
    other = sheets("Ada 4 2 2 2\nBea 4 2 2 2\nCem 4 2 2 2", *FOUR)

    moved = change(Answered(plain, one), Answered(heavy, other))

    # Twelve sixths rather than four quarters, of the same people and of all alike.
    assert (moved.delta, moved.difference, moved.linked) == (2.0, 2.0, len(three))
    assert moved.questions_differ


def test_a_person_with_fewer_than_half_of_the_questions_is_not_linked():
    keys = [f"q{i}" for i in range(10)]
    spec = questionnaire(*keys)
    full = {name: dict.fromkeys(keys, 2) for name in ("Ada", "Bea", "Cem", "Dara")}
    short = full | {"Dara": dict.fromkeys(keys[:4], 2)}

    assert change(Answered(spec, full), Answered(spec, short)).linked == 3


@pytest.mark.parametrize("names", [("Ada", "Bea"), ()])
def test_there_is_no_change_without_two_scores(names):
    three = team("Ada", "Bea", "Cem", level=1)

    assert compared(three, team(*names, level=3)) is None
    assert compared(team(*names, level=3), three) is None


# Questions that differ.


def test_versions_are_compared_on_the_questions_they_share():
    new = questionnaire("q1", "q2", "q3", "q4", "q5", "q8", "q9")
    answers = sheets(
        """
        r1  3 3 3 2 3 0 0
        r2  2 3 3 2 2 0 0
        r3  3 3 3 3 3 0 0
        r4  3 2 4 1 3 0 0
        """,
        *("q1", "q2", "q3", "q4", "q5", "q8", "q9"),
    )

    found = change(BEFORE, Answered(new, answers))

    assert (found.questions, found.questions_differ, found.linked) == (5, True, 4)
    # r1 0.8, r2 0.8, r3 0.4, r4 0.8
    assert found.delta == pytest.approx(0.7)


def test_versions_that_share_three_questions_are_not_compared():
    keys = ("q1", "q2", "q3", "q8", "q9")
    new = Answered(questionnaire(*keys), {name: dict.fromkeys(keys, 2) for name in EARLIER})

    assert score_questionnaire(new.spec, new.sheets).score == 2.0
    assert change(BEFORE, new) is None


def test_dropping_a_weak_question_is_no_progress():
    keys = (*FOUR, "q5")
    spec = questionnaire(*keys)
    earlier = {name: dict.fromkeys(FOUR, 3) | {"q5": 0} for name in ("Ada", "Bea", "Cem")}
    later = earlier | {name: earlier[name] | {"q5": "na"} for name in ("Ada", "Bea")}

    for people in (later, unlinked(later)):
        found = change(Answered(spec, earlier), Answered(spec, people))
        assert (found.delta, found.questions, found.questions_differ) == (0.0, 4, True)


def test_no_longer_judging_a_weak_question_is_no_progress():
    keys = (*FOUR, "q5")
    spec = questionnaire(*keys)
    earlier = {name: dict.fromkeys(FOUR, 3) | {"q5": 0} for name in ("Ada", "Bea", "Cem")}
    later = {name: sheet | {"q5": "dk"} for name, sheet in earlier.items()}

    for people in (later, unlinked(later)):
        found = change(Answered(spec, earlier), Answered(spec, people))
        assert (found.delta, found.questions, found.questions_differ) == (0.0, 4, True)


def test_an_assessment_without_a_score_is_not_compared_on_the_questions_it_did_answer():
    few = {name: dict.fromkeys(FOUR, 2) for name in EARLIER}

    assert score_questionnaire(NOISE, few).why_not == "too few questions answered"
    assert change(Answered(NOISE, few), AFTER) is None


# Margins and p-values.


@pytest.mark.parametrize(
    ("n", "smallest"), [(3, 0.60), (4, 0.51), (5, 0.45), (6, 0.40), (8, 0.34), (12, 0.27)]
)
def test_the_smallest_change_called_real_with_the_same_people(n, smallest):
    assert round(paired_change(spread(n, 0.20)).margin, 2) == smallest


@pytest.mark.parametrize(
    ("n", "smallest"), [(3, 1.00), (4, 0.84), (5, 0.74), (6, 0.67), (8, 0.57), (12, 0.46)]
)
def test_the_smallest_change_called_real_with_different_people(n, smallest):
    found = unpaired_change(Estimate(2.0, n, 0.30), Estimate(2.0, n, 0.30))

    assert round(found.margin, 2) == smallest


def test_the_p_value_is_five_percent_at_the_tabled_quantile():
    # Five people with a variance of 0.20 have a standard error of 0.2; t(0.975, 10) is 2.228139.
    found = paired_change(spread(5, 0.20, around=2.228139 * 0.2))

    assert found.p_value == pytest.approx(0.05, abs=1e-7)


def test_the_p_value_has_two_sides():
    rise, fall = (paired_change(spread(5, 0.20, around=delta)) for delta in (0.6, -0.6))

    assert rise.p_value == pytest.approx(fall.p_value)
    assert (rise.verdict, fall.verdict) == ("changed", "changed")


def test_no_difference_at_all_has_a_p_value_of_one():
    assert paired_change([0.0, 0.0, 0.0]).p_value == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("delta", "verdict"), [(0.24, "within noise"), (0.25, "changed"), (-0.25, "changed")]
)
def test_a_change_is_at_least_a_quarter_however_certain(delta, verdict):
    found = paired_change([delta] * 20)

    assert found.margin < 0.24
    assert found.verdict == verdict


# Several questionnaires.


def test_holm_by_hand():
    # From the smallest: 4 * 0.005, 3 * 0.01, 2 * 0.03, and 1 * 0.04 raised to the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_stops_at_one():
    assert holm([0.6, 0.7, 0.2]) == pytest.approx([1.0, 1.0, 0.6])


def test_holm_leaves_a_single_p_value():
    assert holm([0.03]) == [0.03]
    assert holm([]) == []


def test_a_summary_keeps_only_the_changes_that_survive_holm():
    changes = {
        "noise": with_p(0.001),
        "candidates": with_p(0.02),
        "evolution": with_p(0.03),
        "maintenance": with_p(0.2),
    }

    found = summary_verdicts(changes)

    assert {key: (round(s.p_value, 9), s.verdict) for key, s in found.items()} == {
        "noise": (0.004, "changed"),
        "candidates": (0.06, "within noise"),
        "evolution": (0.06, "within noise"),
        "maintenance": (0.2, "within noise"),
    }


def test_a_summary_never_calls_less_than_a_quarter_a_change():
    assert summary_verdicts({"noise": with_p(0.0001, delta=0.2)})["noise"].verdict == "within noise"


def test_a_summary_of_one_questionnaire_says_what_its_own_page_says():
    found = change(BEFORE, AFTER)

    assert summary_verdicts({"noise": found})["noise"].verdict == found.verdict


# One question.


FIVE = ("Ada", "Bea", "Cem", "Dara", "Eli")


def everybody(level, *names):
    return dict.fromkeys(names or FIVE, level)


def test_one_question_of_five_people_who_all_moved_a_level():
    found = question_change(everybody(1), everybody(2))

    # (4 * 0 + 6 * 1.4) / 10 = 0.84; t(0.975, 10) * sqrt(0.84 / 5) = 2.228139 * 0.409878
    assert (found.linked, found.df, found.delta) == (5, 10, 1.0)
    assert found.s2_shrunk == pytest.approx(0.84)
    assert found.margin == same(0.91327)
    assert found.verdict == "changed"


def test_it_is_within_noise_as_one_of_fifty():
    one = question_change(everybody(1), everybody(2))
    still = question_change(everybody(1), everybody(1))

    found = summary_verdicts({"moved": one} | {f"q{n}": still for n in range(49)})

    assert found["moved"].verdict == "within noise"


def test_people_are_compared_with_themselves_on_one_question():
    earlier = {"Ada": 0, "Bea": 1, "Cem": 2, "Dara": 3}
    later = {"Ada": 1, "Bea": 3, "Cem": 3, "Eli": 0}

    found = question_change(earlier, later)

    # 1, 2 and 1: mean 4/3, variance 1/3; (2 / 3 + 8.4) / 8 = 1.133333;
    # t(0.975, 8) = 2.306004, times sqrt(1.133333 / 3) = 0.614636
    assert (found.linked, found.df) == (3, 8)
    assert found.delta == pytest.approx(4 / 3)
    assert found.margin == same(1.41735)
    assert (found.before, found.after, found.difference) == (4, 4, 0.25)
    assert found.verdict == "within noise"


def test_different_people_on_one_question():
    found = question_change(
        {"Ada": 1, "Bea": 2, "Cem": 3}, {"Dara": 3, "Eli": 4, "Finn": 4, "Gus": 4}
    )

    # (2 * 1 + 3 * 0.25) / 5 = 0.55; (5 * 0.55 + 6 * 0.9) / 11 = 0.740909;
    # t(0.975, 11) = 2.200985, times sqrt(0.740909 * (1 / 3 + 1 / 4)) = 0.657416
    assert (found.linked, found.df, found.delta) == (None, 11, 1.75)
    assert found.s2_shrunk == pytest.approx(0.740909, abs=1e-6)
    assert found.margin == same(1.44696)
    assert found.verdict == "changed"


def test_two_who_answered_a_question_twice_are_too_few_to_pair():
    assert (
        question_change(everybody(1, "Ada", "Bea", "Cem"), everybody(2, "Ada", "Bea")).linked
        is None
    )


@pytest.mark.parametrize("names", [("Ada",), ()])
def test_one_answer_to_a_question_has_no_spread(names):
    few = dict.fromkeys(names, 1)

    assert question_change(few, everybody(2)) is None
    assert question_change(everybody(2), few) is None


def test_only_questions_that_both_counted_are_compared():
    spec = questionnaire(*FOUR)
    earlier = sheets("Ada 1 1 1 1\nBea 1 1 1 1\nCem 1 1 na 1", *FOUR)
    later = sheets("Ada 2 dk na 2\nBea 2 dk na 2\nCem 2 2 2 na", *FOUR)

    found = question_changes(
        Answered(spec, earlier, Least(3)),
        Answered(questionnaire("q1", "q2", "q3"), later, Least(3)),
    )

    assert found.keys() == {"q1"}


def test_questions_are_compared_where_a_pulse_has_no_score():
    pulse = questionnaire("q1", "q2")

    found = question_changes(
        Answered(pulse, team("Ada", "Bea", "Cem", level=1)),
        Answered(pulse, team("Ada", "Bea", "Cem", level=2)),
    )

    assert {key: moved.delta for key, moved in found.items()} == {"q1": 1.0, "q2": 1.0}


def test_what_people_answered_to_one_question_tells_nothing_of_another():
    found = question_changes(BEFORE, AFTER)

    assert found["q3"].difference == 0.0
    assert found["q1"].difference == same(0.6)
    assert found["q1"].linked == 4
    assert found["q6"].linked is None
