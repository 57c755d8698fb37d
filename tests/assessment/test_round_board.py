"""The board of a round, and the list of rounds: how far each team is, never who answered what."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessment.lifecycle import finish, reveal, submit
from assessment.models import Assessment, Participation, RoundEntry
from assessment.round_board import Stage, board_of
from assessment.rounds import close_round
from teams.models import Role, Team
from tests.assessment.rounds import at, clock, planned
from tests.assessment.sheets import fill
from tests.conftest import join, person, signed_in

TODAY = "2026-10-01"


@pytest.fixture(autouse=True)
def first_of_october():
    with clock(f"{TODAY} 10:00"):
        yield


@pytest.fixture
def opened(max_, payments, search_team, five, model):
    """A round of Payments, which has five members, and Search, which has none; due on the 31st."""
    return planned(max_, [payments, search_team], TODAY, "2026-10-31")


def board(of_round, moment=f"{TODAY} 10:00"):
    of_round.refresh_from_db()
    return board_of(of_round, at(moment))


def row(of_round, team, moment=f"{TODAY} 10:00"):
    return next(each for each in board(of_round, moment).rows if each.team == team)


def page(user, of_round):
    response = signed_in(user).get(of_round.get_absolute_url())
    assert response.status_code == 200
    return " ".join(response.text.split())


def submitted_by(assessment, people, lead, day):
    """Let people answer and the lead submit on a day."""
    for each in people:
        fill(assessment, each, 2)
    with clock(f"{day} 12:00"):
        submit(assessment=assessment, by=lead)


def test_teams_stand_by_name_with_how_many_of_how_many_have_finished(opened, payments, five):
    for member in five[:2]:
        finish(assessment=payments.assessments.get(), user=member)

    assert [(each.team, each.stage, each.people) for each in board(opened).rows] == [
        ("Payments", Stage.ANSWERING, (2, 5)),
        ("Search", Stage.ANSWERING, (0, 0)),
    ]
    assert board(opened).people == (2, 5)


def test_who_left_the_team_counts_no_more(opened, payments, five):
    finish(assessment=payments.assessments.get(), user=five[0])
    payments.memberships.filter(user=five[0]).delete()

    assert row(opened, "Payments").people == (0, 4)


def test_nobody_is_named_on_the_board(opened, max_, payments, five):
    finish(assessment=payments.assessments.get(), user=five[0])

    shown = page(max_, opened)

    assert "1 of 5 finished" in shown
    assert not any(str(member) in shown for member in five)


def test_a_team_goes_from_answering_over_talking_to_submitted(opened, payments, five, lena):
    assessment = payments.assessments.get()
    for member in five[:4]:
        fill(assessment, member, 2)
    reveal(assessment=assessment, by=lena)
    assert row(opened, "Payments").stage is Stage.TALKING

    submitted_by(assessment, (), lena, "2026-10-20")

    found = row(opened, "Payments")
    assert (found.stage, found.people, found.submitted_on, found.after_due) == (
        Stage.SUBMITTED,
        (4, 6),  # Lena has joined
        date(2026, 10, 20),
        False,
    )
    assert board(opened).submitted == 1


@pytest.mark.parametrize(
    ("moment", "left", "late"),
    [
        ("2026-10-01 10:00", 30, 0),
        ("2026-10-31 22:59", 0, 0),  # Berlin has put its clocks back on the 25th
        ("2026-10-31 23:00", -1, 1),
        ("2026-11-03 12:00", -3, 3),
    ],
)
def test_days_left_and_late_are_counted_where_the_round_is(
    max_, payments, five, model, moment, left, late
):
    max_.time_zone = "Europe/Berlin"
    max_.save()
    opened = planned(max_, [payments], TODAY, "2026-10-31")

    assert board(opened, moment).days_left == left
    assert row(opened, "Payments", moment).days_late == late


def test_late_teams_are_marked_with_a_word_and_a_sign(opened, max_, payments, five, lena):
    submitted_by(payments.assessments.get(), five, lena, "2026-10-30")

    with clock("2026-11-02 10:00"):
        shown = page(max_, opened)

    assert [each.team for each in board(opened, "2026-11-02 10:00").late] == ["Search"]
    assert "#exclamation-triangle" in shown
    assert "2 days late" in shown


def test_a_day_of_the_teams_own_and_the_last_reminder_stand_beside(opened, payments, five):
    payments.assessments.update(due_on=date(2026, 11, 9))
    assessment = payments.assessments.get()
    for member, day in zip(five, (3, 24, 17), strict=False):
        Participation.objects.create(
            assessment=assessment, user=member, reminded_on=date(2026, 10, day)
        )

    found = row(opened, "Payments")

    assert (found.own_due, found.reminded_on) == (date(2026, 11, 9), date(2026, 10, 24))


def test_a_team_on_one_sheet_has_nobody_to_count(max_, search_team, sam, model):
    join(person("Sid Search"), search_team, Role.MEMBER)
    opened = planned(max_, [search_team], TODAY, "2026-10-31")

    found = row(opened, "Search")

    assert (found.on_one_sheet, found.people) == (True, None)
    assert "on one sheet" in page(max_, opened)


def test_it_says_where_too_few_answer_for_anything_to_be_shown(max_, opened, payments, five):
    payments.memberships.filter(user__in=five[:3]).delete()

    assert row(opened, "Payments").too_few
    assert "too few for results without names" in page(max_, opened)


# After it was closed


def test_a_closed_board_stays_as_it_was(opened, max_, payments, search_team, five, lena):
    search, assessment = search_team.assessments.get(), payments.assessments.get()
    sid = person("Sid Search")
    join(sid, search_team, Role.MEMBER)
    submitted_by(assessment, five, lena, "2026-11-02")
    with clock("2026-11-05 10:00"):
        close_round(round_id=opened.pk, by=max_)
    with clock("2026-11-09 10:00"):
        newcomer = person("Nora Newcomer")
        join(newcomer, search_team, Role.MEMBER)
        finish(assessment=search, user=sid)
        finish(assessment=search, user=newcomer)
        payments.memberships.all().delete()

    in_it, not_in_time = board(opened).rows
    assert (in_it.stage, in_it.after_due, in_it.people) == (Stage.SUBMITTED, True, (5, 6))
    assert (not_in_time.stage, not_in_time.people) == (Stage.NOT, (0, 1))
    assert not board(opened).late


def test_what_is_submitted_after_closing_is_said_and_does_not_count(
    opened, max_, payments, five, lena
):
    with clock("2026-11-05 10:00"):
        close_round(round_id=opened.pk, by=max_)
    submitted_by(payments.assessments.get(), five, lena, "2026-11-12")

    found = row(opened, "Payments")

    assert (found.stage, found.submitted_since) == (Stage.NOT, date(2026, 11, 12))
    assert board(opened).submitted == 0
    shown = page(max_, opened)
    assert "not submitted" in shown
    assert 'submitted later, on <time datetime="2026-11-12">12 Nov 2026</time>' in shown


def test_an_assessment_that_went_on_in_the_next_round_stays_on_the_closed_board(
    opened, max_, payments, five
):
    finish(assessment=payments.assessments.get(), user=five[0])
    close_round(round_id=opened.pk, by=max_)
    with clock("2027-01-01 10:00"):
        following = planned(max_, [payments], "2027-01-01", "2027-01-31")
        finish(assessment=payments.assessments.get(), user=five[1])

    assert row(following, "Payments", "2027-01-01 10:00").people == (2, 5)
    assert (row(opened, "Payments").stage, row(opened, "Payments").people) == (Stage.NOT, (1, 5))


def test_what_ran_in_another_round_is_not_on_the_closed_board_as_if_it_had_been_in_it(
    opened, max_, payments
):
    another = planned(max_, [payments], TODAY, "2026-10-20")
    assert row(another, "Payments").stage is Stage.OUT

    with clock("2026-10-21 10:00"):
        close_round(round_id=another.pk, by=max_)

    closed = row(another, "Payments", "2026-10-21 10:00")
    assert (closed.stage, closed.people) == (Stage.OUT, None)
    assert closed.why_out == "It had no assessment in this round."
    assert row(opened, "Payments", "2026-10-21 10:00").stage is Stage.ANSWERING


def test_what_was_opened_later_is_not_on_the_closed_board(opened, max_, payments, lena, five):
    another = planned(max_, [payments], TODAY, "2026-10-20")
    close_round(round_id=another.pk, by=max_)
    submitted_by(payments.assessments.get(), five[:3], lena, "2026-10-05")
    close_round(round_id=opened.pk, by=max_)
    with clock("2027-01-01 10:00"):
        planned(max_, [payments], "2027-01-01", "2027-01-31")

    assert row(another, "Payments", "2027-01-01 10:00").stage is Stage.OUT


# Many teams


def board_queries(max_, of_round, address):
    client = signed_in(max_)
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def more_teams(harbour, number):
    teams = Team.objects.bulk_create(
        Team(organization=harbour, name=f"Team {each:03}", slug=f"team-{each:03}")
        for each in range(number)
    )
    member = person("Mona Many")
    for team in teams[:3]:
        join(member, team, Role.MEMBER)
    return teams


def test_300_teams_cost_as_many_queries_as_3(harbour, max_, model):
    teams = more_teams(harbour, 300)
    few = planned(max_, teams[:3], TODAY, "2026-10-31")
    many = planned(max_, teams[3:4], TODAY, "2026-10-31", title="Many")
    many.teams.add(*teams[4:])
    opened = Assessment.objects.bulk_create(
        Assessment(team=team, maturity_model=model) for team in teams[4:]
    )
    RoundEntry.objects.bulk_create(RoundEntry(round=many, assessment=each) for each in opened)

    small = board_queries(max_, few, few.get_absolute_url())
    assert board_queries(max_, many, many.get_absolute_url()) == small == 8
    assert len(board(many).rows) == 297


def test_the_list_costs_the_same_for_many_rounds(harbour, max_, model):
    teams = more_teams(harbour, 6)
    address = "/organizations/harbour/rounds/"
    first = planned(max_, teams[:2], TODAY, "2026-10-31")
    one = board_queries(max_, first, address)
    for team in teams[2:]:
        planned(max_, [team], TODAY, "2026-10-31")

    assert board_queries(max_, first, address) == one == 4


def test_the_list_says_how_many_submitted_while_it_was_open(opened, max_, payments, five, lena):
    address = "/organizations/harbour/rounds/"
    submitted_by(payments.assessments.get(), five, lena, "2026-10-20")
    assert "1 of 2 teams has submitted" in signed_in(max_).get(address).text
    with clock("2026-10-21 10:00"):
        close_round(round_id=opened.pk, by=max_)
        shown = " ".join(signed_in(max_).get(address).text.split())

    assert '<td class="numbers">1 of 2 teams</td>' in shown


def test_without_a_round_the_list_offers_the_first(max_, harbour):
    shown = signed_in(max_).get("/organizations/harbour/rounds/").text

    assert "Plan the first round" in shown
