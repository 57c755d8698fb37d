"""The one mail a day to those who want their reminders so: what is in it, when, and once."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessment import due
from assessment.digests import owed_by, send_digests
from assessment.lifecycle import finish
from assessment.models import Action, Participation, SentDigest
from assessment.models.planning import ActionStatus
from teams.mail import stop_link
from teams.models import Reminders, Role, Team, User
from tests.assessment.conftest import open_assessment
from tests.assessment.rounds import at, clock, planned
from tests.assessment.test_answer_concurrency import at_once
from tests.conftest import join, person, signed_in


@pytest.fixture
def mary(mary):
    """Mary, who wants one mail a day."""
    mary.reminders = Reminders.DIGEST
    mary.save()
    return mary


@pytest.fixture
def assessment(assessment):
    """Payments' open assessment, wanted by 31 October 2026."""
    assessment.due_on = date(2026, 10, 31)
    assessment.save()
    return assessment


def run_at(moment: str, zone: str = "UTC") -> int:
    with clock(moment, zone):
        return due.run(at(moment, zone))["digests sent"]


def words(message):
    return " ".join(message.get_body().get_content().split())


def action(team, owner, day, text="Rehearse the failover", **fields):
    return Action.objects.create(
        team=team, owner=owner, text=text, due_on=day and date.fromisoformat(day), **fields
    )


def test_it_holds_all_that_somebody_owes_in_one_mail(
    mailbox, max_, assessment, payments, search_team, mary, sam, model
):
    join(mary, search_team, Role.MEMBER)
    with clock("2026-10-01 10:00"):
        planned(max_, [search_team], "2026-10-01", "2026-11-30", title="Autumn")
    search_team.assessments.update(mode="individual")
    late = action(payments, mary, "2026-10-20")
    begun = action(
        payments, mary, "2026-11-02", "Close the alerts", status=ActionStatus.IN_PROGRESS
    )

    assert run_at("2026-10-28 09:00") == 1

    (sent,) = mailbox.messages
    where = f"http://testserver{assessment.get_absolute_url()}"
    there = f"http://testserver{search_team.assessments.get().get_absolute_url()}"
    actions = f"http://testserver{payments.get_absolute_url()}actions/"
    assert sent["subject"] == "Rungs: what waits for you"
    assert words(sent) == (
        "Mary Member, this waits for you in Rungs. Assessments "
        f"- Payments, wanted by 31 October 2026 {where} "
        f"- Search, wanted by 30 November 2026; part of the round “Autumn” {there} "
        "Actions "
        f"- Rehearse the failover due 20 October 2026 (overdue), Payments {actions}{late.pk}/ "
        f"- Close the alerts due 2 November 2026, Payments {actions}{begun.pk}/ "
        "You get this once on a day on which something is due within a week or overdue. To get a "
        f"mail for each instead: http://testserver/account/ To get none: {stop_link(mary)}"
    )
    assert sent["List-Unsubscribe"].strip() == f"<{stop_link(mary)}>"


def test_it_comes_once_a_day_from_nine_where_its_reader_is(mailbox, assessment, mary):
    mary.time_zone = "America/New_York"
    mary.save()

    assert run_at("2026-10-28 08:59", "America/New_York") == 0
    assert [run_at(f"2026-10-28 09:{each:02}", "America/New_York") for each in range(3)] == [
        1,
        0,
        0,
    ]
    assert run_at("2026-10-29 09:00", "America/New_York") == 1


def test_it_comes_once_also_on_days_on_which_clocks_change(mailbox, assessment, mary):
    mary.time_zone = "America/New_York"
    mary.save()

    sent = sum(run_at(f"2026-11-01 {hour:02}:00", "UTC") for hour in range(4, 24))
    sent += sum(run_at(f"2026-11-02 {hour:02}:00", "UTC") for hour in range(5))

    assert sent == 1


def test_nothing_comes_while_nothing_is_due_within_a_week(mailbox, assessment, payments, mary):
    action(payments, mary, "2026-12-01")
    action(payments, mary, None)

    assert run_at("2026-10-23 09:00") == 0
    assert run_at("2026-10-24 09:00") == 1


@pytest.mark.parametrize(
    "fields", [{"status": "done", "closed_at": at("2026-10-01 10:00")}, {"owner": None}]
)
def test_what_is_done_or_nobodys_is_not_owed(mailbox, payments, mary, fields):
    found = action(payments, mary, "2026-10-20")
    Action.objects.filter(pk=found.pk).update(**fields)

    assert run_at("2026-10-28 09:00") == 0


def test_what_is_finished_or_of_a_team_one_has_left_is_not_owed(
    mailbox, assessment, payments, mary
):
    action(payments, mary, "2026-10-20")
    payments.memberships.filter(user=mary).delete()

    assert run_at("2026-10-28 09:00") == 0
    join(mary, payments, Role.MEMBER)
    Action.objects.all().delete()
    finish(assessment=assessment, user=mary)
    assert run_at("2026-10-28 09:00") == 0


def test_the_sheet_of_a_team_is_owed_by_its_leads(mailbox, assessment, payments, mary, lena):
    assessment.mode = "consensus"
    assessment.save()
    User.objects.filter(pk=lena.pk).update(reminders=Reminders.DIGEST)

    assert run_at("2026-10-28 09:00") == 1
    assert mailbox.recipients == ["lena@harbour.example"]


def test_a_clock_that_is_set_back_sends_none_again(mailbox, assessment, mary):
    assert run_at("2026-10-28 10:00") == 1

    assert [run_at(each) for each in ("2026-10-27 10:00", "2026-10-28 10:00")] == [0, 0]
    assert run_at("2026-10-29 10:00") == 1


@pytest.mark.django_db(transaction=True)
def test_many_processes_at_once_send_one(mailbox, assessment, mary):
    counts = at_once([lambda: send_digests(at("2026-10-28 09:00"))] * 8)

    assert sum(counts) == 1
    assert mailbox.recipients == ["mary@harbour.example"]


def test_what_the_server_refuses_is_tried_again(mailbox, assessment, mary):
    mailbox.refuses = {"mary@harbour.example"}
    assert run_at("2026-10-28 09:00") == 0
    assert not SentDigest.objects.exists()

    mailbox.refuses = set()
    assert run_at("2026-10-28 09:01") == 1


def test_with_the_server_away_none_counts_as_sent(nobody_answers, assessment, mary):
    assert run_at("2026-10-28 09:00") == 0
    assert not SentDigest.objects.exists()


def test_it_counts_as_the_days_reminder_of_what_is_in_it(mailbox, assessment, lena, mary):
    run_at("2026-10-28 09:00")
    with clock("2026-10-28 12:00"):
        signed_in(lena).post(assessment.get_absolute_url() + "remind/")

    assert mailbox.recipients == ["mary@harbour.example"]
    assert Participation.objects.get(user=mary).reminded_on == date(2026, 10, 28)


def test_it_costs_as_many_queries_for_many_readers_as_for_one(
    assessment, payments, harbour, model, mary
):
    def look():
        with CaptureQueriesContext(connection) as asked:
            found = owed_by(User.objects.filter(reminders="digest"), at("2026-10-28 09:00"))
        return sum(len(each.assessments) for each in found), len(asked)

    assert look() == (1, 5)
    for number in range(5):
        team = Team.objects.create(organization=harbour, name=f"T{number}", slug=f"t{number}")
        open_assessment(team, model)
        reader = person(f"Reader{number}")
        User.objects.filter(pk=reader.pk).update(reminders="digest")
        join(reader, team, Role.MEMBER)
    assert look() == (6, 5)
