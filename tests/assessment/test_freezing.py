"""A snapshot holds what may be shown, and nothing else."""

import pytest

from assessment.lifecycle import open_assessment, submit
from assessment.models import AgreedAnswer, Question, QuestionnaireScore, QuestionScore
from teams.models import Role
from tests.assessment.sheets import answer_each, fill
from tests.conftest import join, person, signed_in

NOISE = ["noise.actionability", "noise.symptoms", "noise.grouping", "noise.review"]
OF_SPREAD = ["variance", "rwg", "average_deviation", "dont_know_share", "change_margin", "change_p"]
OF_QUESTION_SPREAD = [
    "dont_know", "not_applicable", "median", "variance", "average_deviation", "range"
]  # fmt: skip


@pytest.fixture
def people(payments):
    """Nine members of Payments."""
    names = ("Amy", "Bob", "Cat", "Dan", "Fay", "Gus", "Hal", "Ina", "Joe")
    found = [person(f"{name} Payments") for name in names]
    for member in found:
        join(member, payments, Role.MEMBER)
    return found


@pytest.fixture
def assess(payments, model, lena):
    """Open an assessment, fill it person by person and submit it."""

    def assess_(*filled, mode="individual"):
        assessment = open_assessment(team=payments, by=lena, length="full", mode=mode)
        for member, answers in filled:
            if isinstance(answers, dict):
                answer_each(assessment, member, answers)
            else:
                fill(assessment, member, answers)
        return submit(assessment=assessment, by=lena)[0]

    return assess_


def noise_of(snapshot):
    return snapshot.scores.get(questionnaire__key="noise")


def gate_of(snapshot):
    return snapshot.question_scores.get(question__key=NOISE[0])


def columns(row, names):
    return {name: getattr(row, name) for name in names}


def test_two_sheets_leave_no_value_in_the_snapshot(assess, people):
    snapshot = assess((people[0], 1), (people[1], 4))

    values = [*OF_SPREAD, "score", "low", "high", "half_width", "level", "change", "as_answered"]
    for row in QuestionnaireScore.objects.filter(snapshot=snapshot):
        assert columns(row, values) == dict.fromkeys(values)
        assert (row.why_not, row.blocked_by) == ("waiting for answers", [])
    values = [*OF_QUESTION_SPREAD, "mean", "as_answered"]
    for row in QuestionScore.objects.filter(snapshot=snapshot):
        assert columns(row, values) == dict.fromkeys(values)
        assert (row.answered, row.agreement, row.applicable) == (2, "", True)
    assert (snapshot.enough, snapshot.respondents) == (False, 2)


def test_three_sheets_leave_a_score_and_no_spread(assess, people):
    snapshot = assess(*zip(people[:3], (0, 2, 4), strict=True))

    noise = noise_of(snapshot)
    assert (noise.score, noise.level, noise.respondents) == (2.0, 2, 3)
    assert (round(noise.low, 4), round(noise.high, 4)) == (1.2262, 2.7738)
    assert columns(noise, OF_SPREAD) == dict.fromkeys(OF_SPREAD)
    gate = gate_of(snapshot)
    assert (gate.mean, gate.agreement) == (2.0, "")
    assert columns(gate, OF_QUESTION_SPREAD) == dict.fromkeys(OF_QUESTION_SPREAD)


def test_how_three_people_differ_changes_nothing_in_the_snapshot(assess, people, payments):
    apart = assess(*zip(people[:3], (0, 2, 4), strict=True))
    rows = list(apart.scores.order_by("pk").values("score", "low", "high", "level", "blocked_by"))
    payments.snapshots.all().delete()
    payments.assessments.all().delete()

    together = assess(*zip(people[3:6], (2, 2, 2), strict=True))

    now = list(together.scores.order_by("pk").values("score", "low", "high", "level", "blocked_by"))
    assert now == rows


def test_a_question_two_judged_counts_as_unanswered(assess, people):
    three = dict.fromkeys(NOISE, 4)
    snapshot = assess(
        (people[0], three | {NOISE[3]: 0}),
        (people[1], three | {NOISE[3]: "dk"}),
        (people[2], three | {NOISE[3]: 0}),
        (people[3], three | {NOISE[3]: "dk"}),
    )

    noise, review = noise_of(snapshot), snapshot.question_scores.get(question__key=NOISE[3])
    assert (review.answered, review.mean) == (2, None)
    assert (noise.score, noise.why_not) == (None, "too few questions answered")


def test_two_who_say_not_applicable_do_not_settle_it(assess, people):
    snapshot = assess((people[0], {NOISE[0]: "na"}), (people[1], {NOISE[0]: "na"}))

    assert gate_of(snapshot).applicable


def test_the_dont_knows_of_four_are_in_no_share(assess, people):
    """Five took part; one left a question blank, and what the other four said stays theirs."""
    most = {NOISE[0]: 2, NOISE[1]: 2, NOISE[2]: 2}
    all_of_them = [(member, most | {NOISE[3]: "dk"}) for member in people[:2]]
    all_of_them += [(member, most | {NOISE[3]: 1}) for member in people[2:4]]

    snapshot = assess(*all_of_them, (people[4], most))

    assert noise_of(snapshot).dont_know_share == 0.0
    assert snapshot.question_scores.get(question__key=NOISE[3]).dont_know is None


def test_the_change_is_the_difference_of_two_shown_scores(assess, people):
    assess(*zip(people[:4], (2, 2, 2, 2), strict=True))

    snapshot = assess(*zip(people[:5], (3, 3, 3, 3, 0), strict=True))

    noise = noise_of(snapshot)
    assert (round(noise.change, 4), noise.change_linked, noise.change_margin) == (0.4, 4, None)


def test_the_margin_of_five_is_kept(assess, people):
    assess(*zip(people[:5], (1, 2, 2, 2, 3), strict=True))

    snapshot = assess(*zip(people[:5], (2, 3, 3, 3, 4), strict=True))

    noise = noise_of(snapshot)
    assert (noise.change, round(noise.change_margin, 4)) == (1.0, 0.3452)
    assert noise.change_p < 0.01


def test_what_the_stricter_of_two_assessments_hides_stays_hidden(assess, people, harbour):
    """Five answered while six were needed; the organization asks for three by now."""
    harbour.least_answers = 6
    harbour.save(update_fields=["least_answers"])
    assess(*zip(people[:6], (1, 2, 2, 2, 3, 3), strict=True))
    harbour.least_answers = 3
    harbour.save(update_fields=["least_answers"])

    snapshot = assess(*zip(people[:5], (2, 3, 3, 3, 4), strict=True))

    assert noise_of(snapshot).change_margin is None


def test_an_open_assessment_freezes_what_managers_may_see(assess, people):
    snapshot = assess(*zip(people[:2], (1, 4), strict=True), mode="open")

    assert (noise_of(snapshot).score, gate_of(snapshot).mean) == (None, None)


def test_one_sheet_for_all_freezes_what_it_says(assess, people):
    snapshot = assess((people[0], 3), mode="consensus")

    noise, gate = noise_of(snapshot), gate_of(snapshot)
    assert (noise.score, noise.level, noise.low, noise.change) == (3.0, 3, None, None)
    assert (gate.mean, gate.answered, snapshot.enough) == (3.0, 1, True)


def test_an_agreed_answer_stands_where_too_few_judged(assess, people, payments, model, lena):
    """It is the team's, not somebody's; what the two answered stays hidden beside it."""
    assessment = open_assessment(team=payments, by=lena, length="full")
    for member, answers in zip(people[:3], ({NOISE[0]: 1}, {NOISE[0]: 4}, {}), strict=True):
        fill(assessment, member, 2, only=NOISE[1:])
        answer_each(assessment, member, answers)
    question = Question.objects.get(key=NOISE[0])
    AgreedAnswer.objects.create(
        assessment=assessment, question=question, answer="3", reason="We looked together."
    )

    gate = gate_of(submit(assessment=assessment, by=lena)[0])

    assert (gate.mean, gate.agreed, gate.as_answered, gate.answered) == (3.0, True, None, 2)


def test_two_snapshots_of_the_same_minute_are_drawn(assess, people, payments, lena):
    """Somebody who tries things out submits twice in a row."""
    assess(*zip(people[:5], (1, 2, 2, 2, 3), strict=True))
    assess(*zip(people[:5], (2, 3, 3, 3, 4), strict=True))

    assert signed_in(lena).get(payments.get_absolute_url()).status_code == 200
