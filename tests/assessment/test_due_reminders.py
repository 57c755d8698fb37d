"""Reminders that `run_due` sends: on which days, at which hour, to whom, and each exactly once."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessment import due
from assessment.due_reminders import due_at, remind_due
from assessment.lifecycle import change_due_date, finish, reveal
from assessment.models import Participation, SentReminder
from assessment.rounds import close_round
from teams.mail import stop_link
from teams.models import Reminders, Role, Team
from tests.assessment.conftest import open_assessment
from tests.assessment.rounds import at, clock, planned
from tests.assessment.sheets import fill
from tests.assessment.test_answer_concurrency import at_once
from tests.conftest import join, person, signed_in

DUE = date(2026, 10, 31)


@pytest.fixture
def assessment(assessment):
    """Payments' open assessment, wanted by 31 October 2026."""
    assessment.due_on = DUE
    assessment.save()
    return assessment


def run_at(moment: str, zone: str = "UTC") -> int:
    """Run what is due when a clock shows this; return how many reminders were sent."""
    with clock(moment, zone):
        return due.run(at(moment, zone))["reminders sent"]


def live_through(first: str, days: int, every: int = 1) -> list[str]:
    """Run every so many hours for days, as a machine would; return when mails went out, in UTC."""
    start = at(f"{first} 00:00")
    moments = (start + timedelta(hours=hour) for hour in range(0, 24 * days, every))
    return [f"{moment:%m-%d %H:%M}" for moment in moments if remind_due(moment)]


def words(message):
    return " ".join(message.get_body().get_content().split())


def lives_in(user, zone):
    user.time_zone = zone
    user.save()


# On which days, at which hour


def test_there_are_four_reminders_at_nine_and_no_more(mailbox, assessment, mary):
    assert live_through("2026-10-23", 14, every=3) == [
        "10-24 09:00",
        "10-30 09:00",
        "10-31 09:00",
        "11-03 09:00",
    ]
    assert [message["subject"] for message in mailbox.messages] == [
        "Rungs: A week left: Payments waits for your answers",
        "Rungs: A day left: Payments waits for your answers",
        "Rungs: Last day: Payments waits for your answers",
        "Rungs: Payments still waits for your answers",
    ]


@pytest.mark.parametrize(
    ("zone", "nine_in_utc"),
    [
        ("America/New_York", ["10-31 13:00", "11-01 14:00", "11-04 14:00"]),
        ("Europe/Berlin", ["10-31 08:00", "11-01 08:00", "11-04 08:00"]),
        ("Pacific/Auckland", ["10-30 20:00", "10-31 20:00", "11-03 20:00"]),
    ],
)
def test_it_is_nine_where_the_person_is_also_on_the_day_the_clocks_go_back(
    mailbox, assessment, mary, zone, nine_in_utc
):
    """New York's clocks go back on 1 November 2026."""
    lives_in(mary, zone)
    assessment.due_on = date(2026, 11, 1)
    assessment.save()

    assert live_through("2026-10-30", 6) == nine_in_utc


def test_it_is_nine_also_on_the_day_the_clocks_go_forward(mailbox, assessment, mary):
    lives_in(mary, "America/New_York")
    assessment.due_on = date(2027, 3, 14)
    assessment.save()

    assert live_through("2027-03-12", 4) == ["03-13 14:00", "03-14 13:00"]


def test_nobody_is_reminded_before_nine_and_later_on_the_day_it_is_made_up(
    mailbox, assessment, mary
):
    assert run_at("2026-10-31 08:59") == 0
    assert run_at("2026-10-31 21:30") == 1


def test_a_day_that_was_missed_altogether_is_not_made_up(mailbox, assessment, mary):
    assert [run_at(f"2026-10-{day} 12:00") for day in (25, 26, 29)] == [0, 0, 0]


def test_colleagues_in_other_zones_are_reminded_each_in_their_own_morning(
    mailbox, assessment, mary, five
):
    lives_in(five[0], "Asia/Tokyo")
    lives_in(five[1], "America/Los_Angeles")
    for each in five[2:]:
        finish(assessment=assessment, user=each)

    sent = [remind_due(at(f"2026-10-{each}")) for each in ("31 00:00", "31 09:00", "31 16:00")]

    assert sent == [2, 1, 1]
    assert mailbox.recipients == [
        "amy@harbour.example",  # nine in Tokyo, where it is the last day,
        "bob@harbour.example",  # and five in the evening before it in Los Angeles
        "mary@harbour.example",
        "bob@harbour.example",
    ]


def test_the_due_day_of_a_round_ends_where_the_round_is(mailbox, max_, payments, mary, model):
    """At midnight in Auckland it is seven in the morning of the same day in New York."""
    lives_in(max_, "Pacific/Auckland")
    lives_in(mary, "America/New_York")
    with clock("2026-10-01 10:00", "Pacific/Auckland"):
        planned(max_, [payments], "2026-10-01", "2026-10-31")

    assert run_at("2026-10-30 09:00", "America/New_York") == 1

    (sent,) = mailbox.messages
    assert sent["subject"] == "Rungs: Last day: Payments waits for your answers"
    assert "wanted by Saturday, 31 October 2026, until midnight in Pacific/Auckland." in words(sent)


# Exactly once


def test_running_again_sends_nothing_again(mailbox, assessment, mary):
    assert [run_at(f"2026-10-31 09:{minute:02}") for minute in range(4)] == [1, 0, 0, 0]
    assert mailbox.recipients == ["mary@harbour.example"]


def test_a_clock_that_is_set_back_sends_nothing_again(mailbox, assessment, mary):
    assert run_at("2026-10-30 09:00") == 1
    assert run_at("2026-10-31 09:00") == 1

    for moment in ("2026-10-30 09:00", "2026-10-30 23:00", "2026-10-31 09:00"):
        assert run_at(moment) == 0


def test_a_clock_a_day_ahead_sends_early_and_once(mailbox, assessment, mary):
    assert run_at("2026-10-31 10:00") == 1  # it is the 30th in truth
    assert run_at("2026-10-30 10:00") == 0
    assert run_at("2026-10-31 10:00") == 0
    assert len(mailbox.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_many_processes_at_once_send_each_reminder_once(mailbox, assessment, mary, five):
    now = at("2026-10-31 09:00")

    counts = at_once([lambda: remind_due(now)] * 8)

    assert sum(counts) == 6
    assert sorted(mailbox.recipients) == sorted(user.email for user in (mary, *five))
    assert SentReminder.objects.count() == 6


def test_a_day_that_is_moved_is_reminded_of_anew(mailbox, assessment, mary):
    assert run_at("2026-10-24 09:00") == 1
    change_due_date(assessment=assessment, due_on=date(2026, 11, 7))

    assert [run_at(f"2026-10-{day} 09:00") for day in (30, 31)] == [0, 1]
    change_due_date(assessment=assessment, due_on=DUE)
    assert run_at("2026-10-24 09:00") == 0


def test_what_the_server_refuses_is_given_back_and_tried_again(mailbox, assessment, mary, five):
    mailbox.refuses = {"mary@harbour.example"}
    assert run_at("2026-10-31 09:00") == 5
    assert not SentReminder.objects.filter(user=mary).exists()
    assert Participation.objects.get(user=mary).reminded_on is None

    mailbox.refuses = set()

    assert run_at("2026-10-31 09:01") == 1
    assert mailbox.recipients[-1] == "mary@harbour.example"


def test_with_the_server_away_nothing_counts_as_sent(nobody_answers, assessment, mary):
    assert run_at("2026-10-31 09:00") == 0
    assert not SentReminder.objects.exists()


def test_a_server_that_hangs_up_halfway_gets_the_rest_later(mailbox, assessment, mary, five):
    mailbox.ends_at = "cat@harbour.example"
    first = run_at("2026-10-31 09:00")
    mailbox.ends_at = ""

    assert first + run_at("2026-10-31 09:01") == 6
    assert sorted(mailbox.recipients) == sorted(user.email for user in (mary, *five))


# Whom


def test_who_has_finished_or_left_or_has_no_account_any_more_gets_none(
    mailbox, assessment, payments, five
):
    amy, bob, cat, *_ = five
    finish(assessment=assessment, user=amy)
    payments.memberships.filter(user=bob).delete()
    cat.is_active = False
    cat.save()

    run_at("2026-10-31 09:00")

    assert sorted(mailbox.recipients) == ["dan@harbour.example", "fay@harbour.example"]


@pytest.mark.parametrize("choice", [Reminders.NONE, Reminders.DIGEST])
def test_who_wants_no_mail_for_each_gets_none(mailbox, assessment, mary, choice):
    mary.reminders = choice
    mary.save()

    assert run_at("2026-10-31 09:00") == 0


def test_whom_the_lead_reminded_that_day_is_left_alone_that_day(mailbox, assessment, lena, mary):
    with clock("2026-10-31 08:00"):
        signed_in(lena).post(assessment.get_absolute_url() + "remind/")
    run_at("2026-10-31 09:00")

    assert sorted(mailbox.recipients) == ["lena@harbour.example", "mary@harbour.example"]


def test_whom_it_reminded_the_lead_cannot_remind_that_day(mailbox, assessment, lena, mary):
    run_at("2026-10-31 09:00")
    before = len(mailbox.messages)

    with clock("2026-10-31 12:00"):
        signed_in(lena).post(assessment.get_absolute_url() + "remind/")

    assert len(mailbox.messages) == before


def test_once_the_sheets_are_closed_nobody_is_reminded(mailbox, assessment, five, lena, mary):
    for member in five:
        fill(assessment, member, 2)
    reveal(assessment=assessment, by=lena)

    assert run_at("2026-10-31 09:00") == 0


def test_where_a_team_fills_one_sheet_its_leads_are_reminded(mailbox, assessment, lena, mary):
    assessment.mode = "consensus"
    assessment.save()

    assert run_at("2026-10-31 09:00") == 1

    (sent,) = mailbox.messages
    assert mailbox.recipients == ["lena@harbour.example"]
    assert "the sheet that Payments fills together is wanted by" in words(sent)
    assert "You get this as a lead of the team" in words(sent)


def test_without_a_day_nobody_is_reminded(mailbox, assessment, mary):
    change_due_date(assessment=assessment, due_on=None)

    assert run_at("2026-10-31 09:00") == 0


def test_after_a_round_was_closed_the_day_goes_on_for_the_team_alone(
    mailbox, max_, payments, mary, model
):
    with clock("2026-10-01 10:00"):
        opened = planned(max_, [payments], "2026-10-01", "2026-10-31", message="Autumn")
        close_round(round_id=opened.pk, by=max_)

    assert run_at("2026-10-31 09:00") == 1
    assert "Autumn" not in words(mailbox.messages[0])


# What it says


def test_a_reminder_says_what_is_wanted_by_when_and_how_to_stop(
    mailbox, max_, payments, mary, model
):
    with clock("2026-10-01 10:00"):
        planned(max_, [payments], "2026-10-01", "2026-10-31", message="Say it as it is.")
    assessment = payments.assessments.get()
    fill(assessment, mary, 3)

    run_at("2026-10-31 09:00")

    (sent,) = mailbox.messages
    assert sent["to"] == "mary@harbour.example"
    assert words(sent) == (
        "Mary Member, the answers of Payments are wanted by Saturday, 31 October 2026. You have "
        "not finished yet. It is part of the round “4th quarter 2026” of Harbour. It says: Say it "
        f"as it is. http://testserver{assessment.get_absolute_url()} Answer what you can; any "
        'question may stay open. Then press "I have finished" on that page: nothing else tells '
        "Rungs that you have, as it shows nobody who answered what. Reminders come seven days "
        "before that day, one day before, on the day and three days after it, and none once you "
        "have finished. To get one mail a day instead: http://testserver/account/ To get none: "
        f"{stop_link(mary)}"
    )
    assert sent["List-Unsubscribe"].strip() == f"<{stop_link(mary)}>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_late_one_says_that_it_is_not_too_late(mailbox, assessment, mary):
    run_at("2026-11-03 09:00")

    assert "were wanted by Saturday, 31 October 2026." in words(mailbox.messages[0])
    assert "Nothing was closed: it is not too late." in words(mailbox.messages[0])


def test_it_says_the_same_whatever_somebody_answered(mailbox, assessment, mary):
    run_at("2026-10-30 09:00")
    fill(assessment, mary, 4)
    SentReminder.objects.all().delete()
    Participation.objects.update(reminded_on=None)
    run_at("2026-10-30 09:00")

    first, second = mailbox.messages
    assert words(first) == words(second)


def test_a_line_break_in_a_teams_name_makes_no_header(mailbox, assessment, payments, mary):
    payments.name = "Payments\nBcc: eve@elsewhere.example"
    payments.save()

    assert run_at("2026-10-31 09:00") == 1
    assert mailbox.recipients == ["mary@harbour.example"]


def test_the_link_in_it_stops_them_at_once(mailbox, assessment, mary, client):
    run_at("2026-10-30 09:00")
    link = mailbox.messages[0]["List-Unsubscribe"].strip().strip("<>")

    client.post(link.removeprefix("http://testserver"))

    assert run_at("2026-10-31 09:00") == 0


# The command, and what it costs


def test_run_due_says_what_it_did(mailbox, assessment, mary, capsys):
    with clock("2026-10-31 09:00"):
        call_command("run_due")
        call_command("run_due")

    assert capsys.readouterr().out == "1 reminders sent\nNothing was due.\n"


def test_many_teams_cost_as_many_queries_to_look_through_as_one(assessment, harbour, model, mary):
    def look():
        with CaptureQueriesContext(connection) as asked:
            found = len(list(due_at(at("2026-10-31 09:00"))))
        return found, len(asked)

    assert look() == (1, 4)
    for number in range(5):
        team = Team.objects.create(organization=harbour, name=f"T{number}", slug=f"t{number}")
        join(person(f"Member{number}"), team, Role.MEMBER)
        another = open_assessment(team, model)
        another.due_on = DUE
        another.save()
    assert look() == (6, 4)
