"""Rounds that several processes open and close at once, and saves that meet them."""

import pytest

from assessment.lifecycle import NotPossible
from assessment.models import Answer, Assessment, Round, RoundEntry
from assessment.models.rounds import Recurrence
from assessment.rounds import bring_in_the_rest, call_off, close_round, open_due
from teams.models import Notice, Role, Team
from tests.assessment.rounds import at, clock, planned
from tests.assessment.test_answer_concurrency import QUESTIONS, at_once, putting
from tests.conftest import join, person, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = "2026-10-01"
ITS_DAY = "2026-10-05 00:00"


@pytest.fixture
def teams(harbour, lena, payments):
    others = [
        Team.objects.create(organization=harbour, name=f"Team {each}", slug=f"team-{each}")
        for each in range(4)
    ]
    return [payments, *others]


@pytest.fixture
def coming(max_, teams, model):
    """A quarterly round of five teams, planned for the fifth."""
    with clock(f"{TODAY} 10:00"):
        return planned(max_, teams, "2026-10-05", "2026-10-31", recurs=Recurrence.QUARTERLY)


def test_of_ten_processes_one_opens_a_round(coming, lena):
    opened = at_once([lambda: open_due(at(ITS_DAY))] * 10)

    assert sorted(opened) == [0] * 9 + [1]
    assert (Assessment.objects.count(), RoundEntry.objects.count()) == (5, 5)
    assert list(Round.objects.order_by("number").values_list("number", "status")) == [
        (1, "open"),
        (2, "planned"),
    ]
    assert Notice.objects.filter(user=lena).count() == 1


def test_two_rounds_that_open_at_once_share_no_assessment(max_, coming, teams):
    with clock(f"{TODAY} 10:00"):
        planned(max_, teams, "2026-10-05", "2026-11-30", title="Other")

    at_once([lambda: open_due(at(ITS_DAY))] * 4)

    assert Assessment.objects.count() == RoundEntry.objects.count() == 5
    assert Round.objects.filter(status="open").count() == 2


def test_opening_that_meets_calling_off_does_one_of_the_two(coming):
    def calling_off():
        try:
            call_off(round_id=coming.pk)
        except NotPossible as error:
            return str(error)
        return "called off"

    opened, *said = at_once([lambda: open_due(at(ITS_DAY)), calling_off, calling_off])

    rounds = Round.objects.filter(series=coming.series).count()
    assert (opened, rounds, Assessment.objects.count()) in [(1, 2, 5), (0, 0, 0)]
    assert said.count("called off") == 1 - opened


def test_of_ten_closings_one_does_it(coming, max_, lena):
    open_due(at(ITS_DAY))
    Notice.objects.all().delete()

    closed = at_once([lambda: close_round(round_id=coming.pk, by=max_)] * 10)

    assert sorted(closed) == [False] * 9 + [True]
    assert Notice.objects.filter(user=lena).count() == 1


def test_teams_are_brought_in_once(coming, harbour, payments):
    open_due(at(ITS_DAY))
    coming.teams.add(Team.objects.create(organization=harbour, name="New", slug="new"))

    came = at_once([lambda: len(bring_in_the_rest(round_id=coming.pk))] * 6)

    assert sorted(came) == [0, 0, 0, 0, 0, 1]
    assert RoundEntry.objects.count() == 6


def test_closing_a_round_cuts_none_of_fifty_saves(coming, max_, payments):
    """A save is inside what is submitted later: closing a round closes no sheet."""
    people = [person(f"Member{number}") for number in range(10)]
    for each in people:
        join(each, payments, Role.MEMBER)
    open_due(at(ITS_DAY))
    assessment = payments.assessments.get()
    saves = [
        putting(signed_in(each), assessment, question, 3)
        for question in QUESTIONS[:5]
        for each in people
    ]

    *responses, closed = at_once([*saves, lambda: close_round(round_id=coming.pk, by=max_)])

    assert closed
    assert [response.status_code for response in responses] == [200] * 50
    assert Answer.objects.filter(answer="3").count() == 50
    assessment.refresh_from_db()
    assert assessment.is_open
