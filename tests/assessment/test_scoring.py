# What may be None is not in these cases, and a test that forgets fails.
# mypy: no-check-untyped-defs

from dataclasses import astuple, replace

import pytest

from assessment.attained_level import Blocker, Gate, attained_level, blockers, level_of
from assessment.question_score import QuestionScore, score_question
from assessment.scoring import agreement, interval, overall, rwg_word, score_questionnaire, stage
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


def questions(**means: float | None) -> dict[str, QuestionScore]:
    """Questions with these means; what else is known about them does not matter here."""
    any_question = score_question([2, 2, 2])
    return {
        key: replace(any_question, mean=mean, n=0 if mean is None else 3)
        for key, mean in means.items()
    }


def same(value: float) -> object:
    return pytest.approx(value, abs=5e-5)


# The worked example, to four decimals.


@pytest.mark.parametrize(
    ("key", "n", "dk", "na", "blank", "mean", "median", "s2", "ad_md", "width", "label"),
    [
        ("q1", 5, 0, 0, 0, 2.0, 2, 0.5, 0.4, 2, "together"),
        ("q2", 5, 0, 0, 0, 2.0, 2, 0.5, 0.4, 2, "together"),
        ("q3", 5, 0, 0, 0, 3.0, 3, 0.5, 0.4, 2, "together"),
        ("q4", 5, 0, 0, 0, 1.0, 1, 0.5, 0.4, 2, "together"),
        ("q5", 4, 0, 0, 1, 2.0, 2, 0.0, 0.0, 0, "together"),
        ("q6", 3, 2, 0, 0, 1.6667, 2, 0.3333, 0.3333, 1, "together"),
        ("q7", 4, 0, 1, 0, 1.75, 2, 0.25, 0.25, 1, "together"),
    ],
)
def test_the_questions_of_the_earlier_assessment(
    key, n, dk, na, blank, mean, median, s2, ad_md, width, label
):
    question = score_questionnaire(NOISE, EARLIER).questions[key]

    assert (question.n, question.dk, question.na, question.blank) == (n, dk, na, blank)
    assert (question.mean, question.median) == (same(mean), median)
    assert (question.s2, question.ad_md) == (same(s2), same(ad_md))
    assert (question.range, question.label) == (width, label)
    assert not question.not_applicable


@pytest.mark.parametrize(
    ("key", "n", "dk", "na", "mean", "median", "s2", "ad_md", "width", "label"),
    [
        ("q1", 5, 0, 0, 2.6, 3, 0.3, 0.4, 1, "together"),
        ("q2", 5, 0, 0, 2.6, 3, 0.3, 0.4, 1, "together"),
        ("q3", 5, 0, 0, 3.0, 3, 0.5, 0.4, 2, "together"),
        ("q4", 5, 0, 0, 1.8, 2, 0.7, 0.6, 2, "mixed"),
        ("q5", 5, 0, 0, 2.6, 3, 0.3, 0.4, 1, "together"),
        ("q6", 4, 1, 0, 1.75, 2, 0.25, 0.25, 1, "together"),
        ("q7", 4, 0, 1, 2.0, 2, 0.6667, 0.5, 2, "together"),
    ],
)
def test_the_questions_of_the_later_assessment(
    key, n, dk, na, mean, median, s2, ad_md, width, label
):
    question = score_questionnaire(NOISE, LATER).questions[key]

    assert (question.n, question.dk, question.na, question.blank) == (n, dk, na, 0)
    assert (question.mean, question.median) == (same(mean), median)
    assert (question.s2, question.ad_md) == (same(s2), same(ad_md))
    assert (question.range, question.label) == (width, label)
    assert not question.not_applicable


def test_the_score_of_the_earlier_assessment():
    noise = score_questionnaire(NOISE, EARLIER)

    assert (noise.score, noise.index) == (same(1.9167), pytest.approx(47.9, abs=0.05))
    assert (noise.valid, noise.why_not) == (True, None)
    assert (noise.respondents, noise.n) == (5, 5)
    assert noise.effects == {
        "r1": same(0.0417),
        "r2": same(-0.3452),
        "r3": same(0.5417),
        "r4": same(-0.1111),
        "r5": same(-0.0694),
    }
    assert astuple(noise.interval) == (
        same(0.1077),
        same(0.2231),
        same(0.4706),
        same(1.4460),
        same(2.3873),
        "fair",
    )
    assert astuple(noise.agreement) == (same(0.8155), "strong", same(0.3119))
    assert noise.dk_share == same(0.0571)


def test_the_score_of_the_later_assessment():
    noise = score_questionnaire(NOISE, LATER)

    assert (noise.score, noise.index) == (same(2.3357), pytest.approx(58.4, abs=0.05))
    assert (noise.respondents, noise.n) == (5, 5)
    assert noise.effects == {
        "r1": same(0.2357),
        "r2": same(-0.05),
        "r3": same(0.5667),
        "r4": same(0.1083),
        "r6": same(-0.7643),
    }
    assert astuple(noise.interval) == (
        same(0.2433),
        same(0.2773),
        same(0.5247),
        same(1.8110),
        same(2.8605),
        "fair",
    )
    assert astuple(noise.agreement) == (same(0.7845), "strong", same(0.4214))
    assert noise.dk_share == same(0.0286)


def test_the_earlier_assessment_stays_at_level_1_for_its_gate_and_for_five_of_seven():
    noise = score_questionnaire(NOISE, EARLIER)

    assert noise.level == 1
    assert noise.blocked_by == (Blocker("q4", ("share",)), Blocker("q6", ("share", "gate")))
    assert noise.gates == (Gate("q1", 2), Gate("q6", 1))


def test_the_later_assessment_reaches_level_2_with_a_gate_exactly_a_quarter_short():
    noise = score_questionnaire(NOISE, LATER)

    assert noise.questions["q6"].mean == 1.75
    assert noise.level == 2
    assert noise.gates == (Gate("q1", 2), Gate("q6", 2))
    assert noise.blocked_by == (
        Blocker("q1", ("share", "gate")),
        Blocker("q2", ("share",)),
        Blocker("q4", ("share", "floor")),
        Blocker("q5", ("share",)),
        Blocker("q6", ("share", "gate", "floor")),
        Blocker("q7", ("share",)),
    )


# One question.


@pytest.mark.parametrize(
    ("answers", "rwg", "ad_md", "label"),
    [
        ([0, 0, 4, 4], -1.6667, 2.0, "split"),
        ([1, 1, 3, 3], 0.3333, 1.0, "split"),
        ([2, 2, 3, 3], 0.8333, 0.5, "together"),
        ([2, 2, 2, 4], 0.5, 0.5, "together"),
        ([1, 2, 3], 0.5, 0.6667, "mixed"),
    ],
)
def test_agreement_on_one_question(answers, rwg, ad_md, label):
    question = score_question(answers)

    assert question.label == label
    assert astuple(agreement([question])) == (same(rwg), rwg_word(rwg), same(ad_md))


def test_a_range_of_three_is_split_however_many_agree():
    assert score_question([3, 3, 3, 3, 3, 3, 0]).label == "split"


def test_an_average_deviation_of_five_sixths_is_still_mixed():
    question = score_question([1, 1, 1, 3, 3, 2])

    assert question.ad_md == same(0.8333)
    assert question.label == "mixed"


def test_one_answer_has_no_variance_and_no_label():
    question = score_question([3, "dk"])

    assert (question.mean, question.s2, question.ad_md, question.label) == (3.0, None, 0.0, None)


def test_there_is_no_agreement_without_two_answers_to_a_question():
    assert agreement([score_question([3, "dk"]), score_question([None])]) is None


def test_no_answer_has_no_statistics():
    question = score_question(["dk", None])

    assert (question.n, question.mean, question.median) == (0, None, None)
    assert (question.ad_md, question.range, question.label) == (None, None, None)


@pytest.mark.parametrize(
    ("answers", "not_visible"),
    [
        ([2, 2, "dk"], True),
        ([2, 2, 2, "dk"], False),
        ([2, 2, "dk", None, None], True),
        ([2, "na", "dk"], True),
        ([None, None], False),
    ],
)
def test_a_question_is_not_visible_when_a_third_of_the_answerers_do_not_know(answers, not_visible):
    assert score_question(answers).not_visible is not_visible


@pytest.mark.parametrize(
    ("answers", "not_applicable", "disputed"),
    [
        (["na", "na", 2], True, False),
        (["na", "na", 2, "dk"], False, True),
        (["na", "na", 2, None], True, False),
        (["na", 2, 2], False, True),
        ([2, 2, 2], False, False),
        ([None, None], False, False),
    ],
)
def test_a_question_is_dropped_when_more_than_half_of_the_answerers_say_so(
    answers, not_applicable, disputed
):
    question = score_question(answers)

    assert (question.not_applicable, question.applicability_disputed) == (not_applicable, disputed)


@pytest.mark.parametrize("wrong", [5, -1, 2.0, "2", "DK", "", float("nan")])
def test_anything_but_an_answer_is_refused(wrong):
    with pytest.raises(ValueError, match=r"An answer is 0, 1, 2, 3, 4, 'dk', 'na' or None\."):
        score_question([2, wrong])


# Who and what counts.


def test_a_respondent_with_fewer_than_half_of_the_questions_counts_in_the_means_only():
    team = sheets(
        """
        Ada   2 2 2 2
        Bea   2 2 2 2
        Cem   2 2 - -
        Dara  4 - - -
        """,
        *FOUR,
    )

    score = score_questionnaire(questionnaire(*FOUR), team)

    assert set(score.effects) == {"Ada", "Bea", "Cem"}
    assert (score.respondents, score.n) == (4, 3)
    assert score.questions["q1"].mean == 2.5


def test_half_of_the_questions_means_half_of_those_that_apply():
    team = sheets(
        """
        Ada   2 2 2 2 na na na na
        Bea   2 2 2 2 na na na na
        Cem   2 2 - - na na na  -
        """,
        *(f"q{i}" for i in range(1, 9)),
    )
    spec = questionnaire(*(f"q{i}" for i in range(1, 9)))

    assert score_questionnaire(spec, team).n == 3


def test_a_question_the_team_drops_counts_nowhere():
    keys = (*FOUR, "q5")
    team = sheets(
        """
        Ada   2 2 2 2 na
        Bea   2 2 2 2 na
        Cem   2 2 2 2  0
        """,
        *keys,
    )

    score = score_questionnaire(questionnaire(*keys, gates=("q5",)), team)

    assert (score.score, score.level, score.gates) == (2.0, 2, ())
    assert score.effects == {"Ada": 0.0, "Bea": 0.0, "Cem": 0.0}


def test_a_sheet_without_an_answer_to_the_questionnaire_counts_nowhere():
    elsewhere = {"r7": {"response.first": 4}, "r8": dict.fromkeys(KEYS)}

    assert score_questionnaire(NOISE, EARLIER | elsewhere) == score_questionnaire(NOISE, EARLIER)


def test_two_respondents_are_waited_for():
    two = {name: EARLIER[name] for name in ("r1", "r2")}

    noise = score_questionnaire(NOISE, two)

    assert (noise.why_not, noise.valid, noise.n) == ("waiting for answers", False, 2)
    assert (noise.score, noise.index, noise.interval, noise.agreement) == (None, None, None, None)
    assert (noise.level, noise.blocked_by, noise.gates) == (None, (), ())


def test_the_pulse_passes_gates_and_gives_no_score():
    pulse = questionnaire("q1", "q6", "q3", gates=("q1", "q6"))

    noise = score_questionnaire(pulse, LATER)

    assert (noise.why_not, noise.score, noise.level) == ("pulse", None, None)
    assert noise.gates == (Gate("q1", 2), Gate("q6", 2))
    assert [noise.gates[0].passes(level) for level in range(5)] == [True, True, True, False, False]


def test_three_questions_that_apply_give_no_score():
    team = sheets(
        """
        Ada   2 2 2 na
        Bea   2 2 2 na
        Cem   2 2 2  2
        """,
        *FOUR,
    )

    score = score_questionnaire(questionnaire(*FOUR), team)

    assert (score.why_not, score.score) == ("too few applicable questions", None)


@pytest.mark.parametrize(
    ("asked", "answered", "why_not"),
    [
        (4, 4, None),
        (6, 4, None),
        (7, 5, None),
        (7, 4, "too few questions answered"),
        (4, 3, "too few questions answered"),
    ],
)
def test_two_thirds_of_the_questions_and_at_least_four_need_an_answer(asked, answered, why_not):
    keys = [f"q{i}" for i in range(asked)]
    sheet = {key: 2 if i < answered else "dk" for i, key in enumerate(keys)}
    team = dict.fromkeys(("Ada", "Bea", "Cem"), sheet)

    assert score_questionnaire(questionnaire(*keys), team).why_not == why_not


# An organization's own weights.


def test_a_question_that_weighs_three_counts_in_the_score_as_three_do():
    answers = sheets("Ada 4 1 1 1\nBea 4 1 1 1\nCem 4 1 1 1", *FOUR)

    scored = score_questionnaire(weighted(q1=3, q2=1, q3=1, q4=1), answers)

    assert scored.score == 2.5


def test_a_question_of_weight_three_that_is_dropped_weighs_nothing():
    answers = sheets("Ada na 1 1 1 3\nBea na 1 1 1 3\nCem na 1 1 1 3", *FOUR, "q5")

    scored = score_questionnaire(weighted(q1=3, q2=1, q3=1, q4=1, q5=2), answers)

    assert scored.score == 9 / 5


def test_weights_change_no_level_and_nothing_that_blocks_one():
    answers = sheets("Ada 4 1 1 1\nBea 4 1 1 1\nCem 4 1 1 1", *FOUR)

    plain = score_questionnaire(questionnaire(*FOUR), answers)
    heavy = score_questionnaire(weighted(q1=9, q2=1, q3=1, q4=1), answers)

    assert (heavy.level, heavy.blocked_by) == (plain.level, plain.blocked_by)


# The interval.


@pytest.mark.parametrize(
    ("n", "half_width"), [(3, 0.73), (4, 0.62), (5, 0.55), (6, 0.49), (8, 0.42), (12, 0.33)]
)
def test_the_half_width_when_colleagues_spread_as_the_prior_assumes(n, half_width):
    # Two effects of plus and minus this give a variance of 0.30 among n.
    distance = (0.15 * (n - 1)) ** 0.5

    found = interval(2.0, [distance, -distance] + [0.0] * (n - 2))

    assert found.s2 == pytest.approx(0.30)
    assert found.s2_shrunk == pytest.approx(0.30)
    assert round(found.half_width, 2) == half_width


def test_the_interval_ends_with_the_scale():
    assert interval(0.1, [0.0, 0.0, 0.0]).low == 0.0
    assert interval(3.9, [0.0, 0.0, 0.0]).high == 4.0


@pytest.mark.parametrize(("n", "word"), [(4, "loose"), (5, "fair"), (12, "firm")])
def test_the_words_for_an_interval(n, word):
    distance = (0.15 * (n - 1)) ** 0.5

    assert interval(2.0, [distance, -distance] + [0.0] * (n - 2)).word == word


@pytest.mark.parametrize(
    ("rwg", "word"),
    [
        (-1.0, "none"),
        (0.30, "none"),
        (0.31, "weak"),
        (0.51, "moderate"),
        (0.71, "strong"),
        (0.91, "very strong"),
        (1 - 0.98 / 2, "moderate"),
    ],
)
def test_the_words_for_r_wg(rwg, word):
    assert rwg_word(rwg) == word


def test_a_polarised_team_has_a_negative_r_wg():
    team = {"Ada": 0, "Bea": 0, "Cem": 4, "Dara": 4}

    score = score_questionnaire(
        questionnaire(*FOUR), {name: dict.fromkeys(FOUR, level) for name, level in team.items()}
    )

    assert (score.agreement.rwg, score.agreement.word) == (same(-1.6667), "none")


# The level.


@pytest.mark.parametrize(
    ("mean", "level"),
    [(0.0, 0), (0.74, 0), (0.75, 1), (1.75, 2), (1.7499, 1), (3.74, 3), (3.75, 4), (4.0, 4)],
)
def test_a_question_reaches_a_level_at_most_a_quarter_short(mean, level):
    assert level_of(mean) == level


def test_a_rounding_error_does_not_cost_a_level():
    assert level_of(1.75 - 1e-12) == 2


def test_four_of_five_questions_carry_a_level():
    assert attained_level(questions(a=2.0, b=2.0, c=2.0, d=2.0, e=1.0)) == 2


def test_three_of_four_questions_do_not_carry_a_level():
    four = questions(a=2.0, b=2.0, c=2.0, d=1.0)

    assert attained_level(four) == 1
    assert blockers(four, (), 2) == (Blocker("d", ("share",)),)


def test_a_gate_below_the_level_blocks_it_alone():
    five = questions(a=2.0, b=2.0, c=2.0, d=2.0, e=1.5)

    assert attained_level(five, gates=["e"]) == 1
    assert blockers(five, ["e"], 2) == (Blocker("e", ("gate",)),)


def test_a_question_more_than_a_level_below_blocks_it_alone():
    five = questions(a=3.0, b=3.0, c=3.0, d=3.0, e=1.9)

    assert attained_level(five) == 2
    assert blockers(five, (), 3) == (Blocker("e", ("floor",)),)


def test_a_question_nobody_could_judge_has_not_reached_a_level():
    assert attained_level(questions(a=4.0, b=4.0, c=4.0, d=4.0, e=None)) == 4
    assert attained_level(questions(a=4.0, b=4.0, c=4.0, d=4.0, e=None), gates=["e"]) == 0
    assert attained_level(questions(a=4.0, b=4.0, c=4.0, d=None)) == 0


def test_no_applicable_question_gives_no_level():
    assert attained_level({}) is None
    assert attained_level({"a": score_question(["na", "na", 4])}) is None


# Stage and overall score.


CORE = [questionnaire(*FOUR, key=key) for key in ("noise", "candidates", "evolution")]
OTHERS = [
    questionnaire(*FOUR, key="response", role="support"),
    questionnaire(*FOUR, key="regulated", role="conditional"),
]
HARBOUR = CORE + OTHERS


def harbour(**levels: int):
    """The scores of a team of three that gave everywhere the same answer in a questionnaire."""
    team = ("Ada", "Bea", "Cem")
    return {
        spec.key: score_questionnaire(
            spec, {name: dict.fromkeys(FOUR, levels[spec.key]) for name in team}
        )
        for spec in HARBOUR
        if spec.key in levels
    }


def test_the_stage_is_the_lowest_level_of_the_core_questionnaires():
    scores = harbour(noise=3, candidates=2, evolution=4, response=0, regulated=1)

    assert stage(HARBOUR, scores, regulated=False) == 2


def test_the_regulated_questionnaire_counts_where_rules_control_changes():
    scores = harbour(noise=3, candidates=2, evolution=4, response=0, regulated=1)

    assert stage(HARBOUR, scores, regulated=True) == 1


def test_there_is_no_stage_while_a_core_questionnaire_is_missing():
    scores = harbour(noise=3, candidates=2, regulated=1)

    assert stage(HARBOUR, scores, regulated=False) is None
    assert overall(HARBOUR, scores) is None


def test_there_is_no_stage_while_the_regulated_questionnaire_is_missing():
    scores = harbour(noise=3, candidates=2, evolution=4)

    assert stage(HARBOUR, scores, regulated=True) is None
    assert stage(HARBOUR, scores, regulated=False) == 2


def test_there_is_no_stage_without_a_score():
    waiting = score_questionnaire(CORE[2], {"Ada": dict.fromkeys(FOUR, 4)})
    scores = harbour(noise=3, candidates=2) | {"evolution": waiting}

    assert stage(HARBOUR, scores, regulated=False) is None
    assert overall(HARBOUR, scores) is None


def test_there_is_no_stage_without_core_questionnaires():
    assert stage(OTHERS, harbour(response=4, regulated=4), regulated=False) is None
    assert overall(OTHERS, harbour(response=4)) is None


def test_overall_is_the_mean_of_the_core_scores():
    scores = harbour(noise=3, candidates=2, evolution=4, response=0, regulated=1)

    assert overall(HARBOUR, scores) == 3.0
