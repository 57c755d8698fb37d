"""Reveals, reopenings and submits that meet one another, and saves that meet them."""

import pytest
from django.urls import reverse

from assessment.lifecycle import NotPossible, Revealed, reopen, reveal, submit
from assessment.models import Answer, Assessment, QuestionnaireScore, Sheet, Snapshot, Talk
from assessment.sheets import answers_by_respondent
from teams.models import Role
from tests.assessment.sheets import fill
from tests.assessment.test_answer_concurrency import QUESTIONS, at_once, putting, tabs
from tests.conftest import join, person, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ten(payments):
    """Ten members of Payments."""
    people = [person(f"Member{number}") for number in range(10)]
    for member in people:
        join(member, payments, Role.MEMBER)
    return people


@pytest.fixture
def answered(assessment, ten):
    """Five of the ten have answered 2 to the last question."""
    for member in ten[:5]:
        fill(assessment, member, 2, only=QUESTIONS[-1:])
    return assessment


@pytest.fixture
def revealed(answered, lena):
    reveal(assessment=answered, by=lena)
    return answered


def fifty_saves(assessment, people):
    """Ten people save five answers each, all at once."""
    return [
        putting(signed_in(member), assessment, question, 3)
        for question in QUESTIONS[:5]
        for member in people
    ]


def counted_answers(assessment):
    """Return how many answers count, without the five that were there before."""
    return sum(map(len, answers_by_respondent(assessment).values())) - 5


def test_of_fifty_saves_each_is_revealed_or_refused(answered, ten, lena):
    jobs = fifty_saves(answered, ten)

    *responses, done = at_once([*jobs, lambda: reveal(assessment=answered, by=lena)])

    statuses = [response.status_code for response in responses]
    assert done is Revealed.NOW
    assert len(statuses) == 50
    assert set(statuses) <= {200, 409}
    assert statuses.count(200) == counted_answers(answered) == Answer.objects.count() - 5
    refused = {response.json()["code"] for response in responses if response.status_code == 409}
    assert refused <= {"closed"}


def test_of_twenty_reveals_at_once_one_is_it(answered, lena):
    done = at_once([lambda: reveal(assessment=answered, by=lena)] * 20)

    answered.refresh_from_db()
    assert sorted(each.name for each in done) == ["ALREADY"] * 19 + ["NOW"]
    assert answered.reveals == 1
    assert (Talk.objects.count(), Sheet.objects.count(), Answer.objects.count()) == (1, 5, 5)


def test_of_twenty_submits_of_a_revealed_assessment_one_freezes_it(revealed, lena):
    done = at_once([lambda: submit(assessment=revealed, by=lena)] * 20)

    assert sum(now for _, now in done) == 1
    assert len({snapshot.pk for snapshot, _ in done}) == 1
    assert (Snapshot.objects.count(), QuestionnaireScore.objects.count()) == (1, 2)


def test_of_twenty_browsers_that_press_submit_one_freezes_it(revealed, lena):
    where = reverse("assessment_submit", args=["harbour", "payments", revealed.pk])
    jobs = [lambda tab=tab: tab.post(where) for tab in tabs(lena, 20)]

    assert [response.status_code for response in at_once(jobs)] == [302] * 20
    assert (Snapshot.objects.count(), QuestionnaireScore.objects.count()) == (1, 2)


def test_reveals_that_meet_submits_leave_one_snapshot_and_nothing_half_done(answered, lena):
    """Whichever comes first: submitted at the end, its answers counted once."""

    def revealing():
        try:
            return reveal(assessment=answered, by=lena)
        except NotPossible as error:
            return str(error)

    def submitting():
        return submit(assessment=answered, by=lena)[1]

    done = at_once([revealing, submitting] * 8)

    answered.refresh_from_db()
    assert (answered.is_submitted, answered.reveals) == (True, 1)
    assert done[1::2].count(True) == 1
    assert set(map(str, done[0::2])) <= {
        "Revealed.NOW",
        "Revealed.ALREADY",
        "This assessment was submitted already; nothing was changed.",
    }
    assert Snapshot.objects.get().question_scores.get(question__key=QUESTIONS[-1]).mean == 2.0
    assert Answer.objects.filter(revealed_answer="2").count() == 5


def test_saves_that_meet_a_reopening_are_stored_or_refused_and_count_for_nothing_yet(revealed, ten):
    jobs = fifty_saves(revealed, ten)

    opened, *responses = at_once([lambda: reopen(assessment=revealed), *jobs])

    statuses = [response.status_code for response in responses]
    assert opened
    assert set(statuses) <= {200, 409}
    assert statuses.count(200) == Answer.objects.filter(answer="3").count()
    assert counted_answers(revealed) == 0


def test_of_twenty_reopenings_at_once_one_does_it(revealed):
    done = at_once([lambda: reopen(assessment=revealed)] * 20)

    assert sum(done) == 1
    assert Assessment.objects.get(pk=revealed.pk).is_open


def test_reopenings_that_meet_submits_never_open_what_is_frozen(revealed, lena):
    def reopening():
        try:
            return reopen(assessment=revealed)
        except NotPossible:
            return None

    done = at_once([reopening, lambda: submit(assessment=revealed, by=lena)[1]] * 8)

    revealed.refresh_from_db()
    assert revealed.is_submitted
    assert done[1::2].count(True) == Snapshot.objects.count() == 1
