# What may be None is not in these cases, and a test that forgets fails.
# mypy: no-check-untyped-defs

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from assessment.attained_level import attained_level
from assessment.change import (
    LEAST_CHANGE,
    Answered,
    change,
    holm,
    question_change,
    summary_verdicts,
)
from assessment.scoring import score_questionnaire
from tests.assessment.worked_example import questionnaire

# These run beside a browser and a database server on small machines.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

LEVELS = st.integers(0, 4)
ANYTHING = st.one_of(LEVELS, LEVELS, st.sampled_from(["dk", "na", None]))
NEVER_NA = st.one_of(LEVELS, LEVELS, st.sampled_from(["dk", None]))


@st.composite
def teams(draw, answers=ANYTHING, assessments=1):
    """Up to nine questions, some of them gates, and the sheets of 3-8 people in each assessment."""
    keys = [f"q{i}" for i in range(draw(st.integers(4, 9)))]
    gates = tuple(draw(st.sets(st.sampled_from(keys), max_size=2)))
    names = [f"r{i}" for i in range(draw(st.integers(3, 8)))]
    sheet = st.fixed_dictionaries(dict.fromkeys(keys, answers))
    team = st.fixed_dictionaries(dict.fromkeys(names, sheet))
    return questionnaire(*keys, gates=gates), *(draw(team) for _ in range(assessments))


@UNHURRIED
@given(teams())
def test_a_score_and_its_interval_stay_on_the_scale(team):
    scored = score_questionnaire(*team)
    assume(scored.valid)

    assert 0 <= scored.interval.low <= scored.score <= scored.interval.high <= 4
    assert 0 <= scored.index <= 100
    assert scored.agreement.rwg <= 1
    assert 0 <= scored.dk_share <= 1


@UNHURRIED
@given(teams(), st.randoms())
def test_the_order_of_respondents_is_irrelevant(team, random):
    spec, sheets = team
    names = list(sheets)
    random.shuffle(names)

    shuffled = score_questionnaire(spec, {name: sheets[name] for name in names})

    assert shuffled == score_questionnaire(spec, sheets)


@UNHURRIED
@given(teams(), st.integers(2, 10))
def test_equal_weights_are_no_weights(team, weight):
    spec, sheets = team
    heavy = replace(spec, questions=tuple(replace(q, weight=weight) for q in spec.questions))
    plain, scored = score_questionnaire(spec, sheets), score_questionnaire(heavy, sheets)
    assume(plain.valid)

    assert scored.score == pytest.approx(plain.score, abs=1e-12)
    assert scored.interval.half_width == pytest.approx(plain.interval.half_width, abs=1e-12)
    assert (scored.level, scored.blocked_by) == (plain.level, plain.blocked_by)


def as_scored(spec, sheets):
    """Everything that rests on the answers 0-4 alone."""
    scored = score_questionnaire(spec, sheets)
    return scored.score, scored.interval, scored.agreement, scored.level, scored.blocked_by


def with_answer(sheets, old, new):
    return {
        name: {key: new if answer == old else answer for key, answer in sheet.items()}
        for name, sheet in sheets.items()
    }


@UNHURRIED
@given(teams(answers=NEVER_NA))
def test_a_dont_know_counts_no_more_than_a_blank(team):
    spec, sheets = team

    assert as_scored(spec, with_answer(sheets, None, "dk")) == as_scored(spec, sheets)


@UNHURRIED
@given(teams(answers=NEVER_NA), st.data())
def test_a_not_applicable_counts_no_more_than_a_blank_while_the_question_applies(team, data):
    spec, sheets = team
    name = data.draw(st.sampled_from(sorted(sheets)))
    key = data.draw(st.sampled_from(sorted(sheets[name])))
    assume(any(sheets[other][key] is not None for other in sheets if other != name))

    disputed, blank = (sheets | {name: sheets[name] | {key: value}} for value in ("na", None))

    assert score_questionnaire(spec, disputed).questions[key].applicability_disputed
    assert as_scored(spec, disputed) == as_scored(spec, blank)


@UNHURRIED
@given(teams())
def test_a_question_mean_is_the_mean_of_its_levels_alone(team):
    spec, sheets = team

    for key, question in score_questionnaire(spec, sheets).questions.items():
        levels = [sheet[key] for sheet in sheets.values() if isinstance(sheet[key], int)]
        assert question.n == len(levels)
        assert question.mean == (sum(levels) / len(levels) if levels else None)


@UNHURRIED
@given(teams(), st.data())
def test_neither_score_nor_level_rises_when_an_answer_falls(team, data):
    spec, sheets = team
    before = score_questionnaire(spec, sheets)
    places = [(n, k) for n, sheet in sheets.items() for k, a in sheet.items() if a not in (0, "dk")]
    places = [(n, k) for n, k in places if isinstance(sheets[n][k], int)]
    assume(before.valid and places)
    name, key = data.draw(st.sampled_from(places))
    lower = data.draw(st.integers(0, sheets[name][key] - 1))

    after = score_questionnaire(spec, sheets | {name: sheets[name] | {key: lower}})

    assert after.score <= before.score
    assert after.level <= before.level


def rules_hold(spec, sheets, level):
    """The three rules as they are written, in exact fractions."""
    asked = score_questionnaire(spec, sheets).questions
    means = {
        key: Fraction(sum(s[key] for s in sheets.values() if isinstance(s[key], int)), q.n)
        for key, q in asked.items()
    }
    near = {key for key, mean in means.items() if mean >= level - Fraction(1, 4)}
    return (
        Fraction(len(near), len(means)) >= Fraction(4, 5)
        and near >= set(spec.gates)
        and all(mean >= level - 1 for mean in means.values())
    )


@UNHURRIED
@given(teams(answers=LEVELS))
def test_the_level_is_the_highest_at_which_the_rules_hold_there_and_below(team):
    spec, sheets = team
    held = [
        all(rules_hold(spec, sheets, lower) for lower in range(level + 1)) for level in range(5)
    ]

    assert score_questionnaire(spec, sheets).level == max(i for i in range(5) if held[i])


@UNHURRIED
@given(teams())
def test_only_the_top_level_has_nothing_in_the_way_of_the_next(team):
    scored = score_questionnaire(*team)
    assume(scored.valid)

    assert (scored.blocked_by == ()) == (scored.level == 4)


@UNHURRIED
@given(teams())
def test_gates_only_ever_lower_the_level(team):
    spec, sheets = team
    scored = score_questionnaire(spec, sheets)
    assume(scored.valid)

    assert scored.level <= attained_level(scored.questions)
    assert all(gate.passes(scored.level) for gate in scored.gates)


@UNHURRIED
@given(LEVELS, st.integers(4, 9), st.integers(3, 9))
def test_identical_answers_are_their_own_score(level, questions, people):
    keys = [f"q{i}" for i in range(questions)]
    sheets = {f"r{i}": dict.fromkeys(keys, level) for i in range(people)}

    scored = score_questionnaire(questionnaire(*keys, gates=("q0",)), sheets)

    assert (scored.score, scored.level) == (level, level)
    assert (scored.agreement.rwg, scored.agreement.word) == (1.0, "very strong")
    assert set(scored.effects.values()) == {0.0}


@UNHURRIED
@given(teams(assessments=2))
def test_time_turned_round_turns_the_change_round(team):
    spec, earlier, later = team
    forth = change(Answered(spec, earlier), Answered(spec, later))
    back = change(Answered(spec, later), Answered(spec, earlier))
    assume(forth is not None)

    assert back.delta == pytest.approx(-forth.delta)
    assert back.margin == pytest.approx(forth.margin)
    assert back.p_value == pytest.approx(forth.p_value)
    assert (back.linked, back.questions) == (forth.linked, forth.questions)


@UNHURRIED
@given(teams())
def test_nothing_has_changed_between_an_assessment_and_itself(team):
    found = change(Answered(*team), Answered(*team))
    assume(found is not None)

    assert (found.delta, found.verdict, found.questions_differ) == (0.0, "within noise", False)
    assert found.p_value == pytest.approx(1.0)


@UNHURRIED
@given(teams(assessments=2))
def test_a_change_is_beyond_its_margin_exactly_when_its_p_value_is_below_five_percent(team):
    spec, earlier, later = team
    found = change(Answered(spec, earlier), Answered(spec, later))
    assume(found is not None and abs(abs(found.delta) - found.margin) > 1e-6)

    assert (abs(found.delta) > found.margin) == (found.p_value < 0.05)


@UNHURRIED
@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_holm_raises_p_values_and_keeps_their_order(p_values):
    adjusted = holm(p_values)

    assert all(p <= a <= 1 for p, a in zip(p_values, adjusted, strict=True))
    assert [a for _, a in sorted(zip(p_values, adjusted, strict=True))] == sorted(adjusted)


QUESTION = st.dictionaries(st.sampled_from("ABCDEFGHIJKL"), LEVELS, min_size=2)


@UNHURRIED
@given(QUESTION, QUESTION, st.randoms())
def test_the_order_of_respondents_is_irrelevant_to_one_question(earlier, later, random):
    names = list(earlier)
    random.shuffle(names)

    shuffled = question_change({name: earlier[name] for name in names}, later)

    assert shuffled == question_change(earlier, later)


@UNHURRIED
@given(QUESTION)
def test_the_same_answers_to_one_question_are_no_change(answers):
    found = question_change(answers, answers)

    assert (found.delta, found.difference, found.verdict) == (0.0, 0.0, "within noise")


@UNHURRIED
@given(st.lists(st.tuples(QUESTION, QUESTION), max_size=9))
def test_no_question_changes_by_less_than_a_quarter(pairs):
    found = {n: question_change(*pair) for n, pair in enumerate(pairs)}

    for key, verdict in summary_verdicts(found).items():
        assert verdict.verdict == "within noise" or abs(found[key].delta) >= LEAST_CHANGE - 1e-9
        assert verdict.verdict == "within noise" or found[key].verdict == "changed"


@UNHURRIED
@given(QUESTION, QUESTION)
def test_the_way_back_of_one_question_is_as_far(earlier, later):
    there, back = question_change(earlier, later), question_change(later, earlier)

    assert there.delta == pytest.approx(-back.delta)
    assert there.difference == pytest.approx(-back.difference)
    assert there.margin == pytest.approx(back.margin)
    assert there.p_value == pytest.approx(back.p_value)
    assert (there.verdict, there.linked) == (back.verdict, back.linked)
