"""Rounds: planned, opened for each team, seen by it at once, recurring, changed, closed."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from assessment import due
from assessment.lifecycle import NotPossible, finish, reveal, submit
from assessment.models import Assessment, Round, RoundEntry, Snapshot
from assessment.models.rounds import Recurrence
from assessment.rounds import call_off, change_plan, close_round, open_due
from teams.models import Notice, Role, Team
from tests.assessment.conftest import open_assessment
from tests.assessment.frozen import snapshot
from tests.assessment.rounds import at, clock, planned
from tests.assessment.sheets import fill
from tests.conftest import join, person, signed_in

ROUNDS = "/organizations/harbour/rounds/"
TODAY = "2026-10-01"


@pytest.fixture(autouse=True)
def first_of_october():
    with clock(f"{TODAY} 10:00"):
        yield


@pytest.fixture
def opened(max_, payments, search_team, lena, model):
    """A round of Payments and Search, open since 1 October 2026 and due on the 31st."""
    return planned(max_, [payments, search_team], TODAY, "2026-10-31", message="Say it as it is.")


@pytest.fixture
def quarterly(max_, payments, model):
    """The first of a series: opened on 1 October 2026, due on the 21st."""
    return planned(max_, [payments], TODAY, "2026-10-21", recurs=Recurrence.QUARTERLY)


def wanted(*teams, **fields):
    """Return what a browser sends for a round."""
    sent = {
        "teams": [team.pk for team in teams],
        "title": "",
        "message": "",
        "length": "core",
        "opens_on": TODAY,
        "due_on": "2026-10-31",
        "recurs": "0",
    }
    return sent | fields


def text_of(response):
    return " ".join(re.sub(r"<[^>]*>", " ", response.text).split())


def told(user):
    return [notice.text for notice in Notice.objects.filter(user=user)]


def said(response):
    return [str(message) for message in response.context["messages"]]


def days_of(series):
    return [
        (each.number, str(each.opens_on), str(each.due_on), each.status)
        for each in Round.objects.filter(series=series.series).order_by("number")
    ]


# Who may


@pytest.mark.parametrize(
    ("who", "status"),
    [("olga", 200), ("max_", 200), ("lena", 403), ("mary", 403), ("sam", 403), ("eve", 404)],
)
def test_owners_and_managers_see_and_plan_rounds(who, status, request, opened):
    client = signed_in(request.getfixturevalue(who))
    address = opened.get_absolute_url()

    for page in ("", "edit/", "close/"):
        assert client.get(address + page).status_code == status
    for page in (ROUNDS, ROUNDS + "new/"):
        assert client.get(page).status_code == status


@pytest.mark.parametrize("what", ["edit/", "close/", "call-off/", "bring-in/"])
@pytest.mark.parametrize(("who", "status"), [("lena", 403), ("eve", 404)])
def test_nobody_else_changes_one(what, who, status, request, opened):
    client = signed_in(request.getfixturevalue(who))

    assert client.post(opened.get_absolute_url() + what).status_code == status
    opened.refresh_from_db()
    assert opened.is_open


def test_a_round_of_another_organization_is_not_there(opened, eve):
    address = reverse("round", args=["elsewhere", opened.pk])

    assert signed_in(eve).get(address).status_code == 404


# Opening


def test_a_manager_opens_a_round_for_chosen_teams(max_, payments, search_team, model):
    response = signed_in(max_).post(
        ROUNDS + "new/", wanted(payments, message="Say it as it is."), follow=True
    )

    opened = Round.objects.get()
    assessment = Assessment.objects.get()
    assert (opened.status, opened.title, opened.planned_by) == ("open", "4th quarter 2026", max_)
    assert (assessment.team, assessment.length, assessment.due_on, assessment.opened_by) == (
        payments,
        "core",
        date(2026, 10, 31),
        max_,
    )
    assert assessment.round_entry.round == opened
    assert said(response) == [
        "The round is open: 1 team now has an open assessment, and the leads were told."
    ]


def test_the_form_offers_every_team_that_can_answer_under_its_parent(
    max_, platform, payments, search_team, lena
):
    form = signed_in(max_).get(ROUNDS + "new/").context["form"]

    ((parent, choices),) = form.choices_by_parent
    assert parent == "Platform"
    assert [(each.name, each.chosen, each.members) for each in choices] == [
        ("Payments", True, 1),
        ("Search", True, 0),
    ]


def test_each_team_answers_as_it_did_last_time(max_, payments, model):
    snapshot(payments, model, {"noise": 2.0}, mode="open")

    planned(max_, [payments], TODAY, "2026-10-31")

    assert payments.assessments.get(status="open").mode == "open"


@pytest.mark.parametrize(
    ("members", "mode"), [(0, "individual"), (1, "individual"), (2, "consensus"), (3, "individual")]
)
def test_a_team_that_never_answered_answers_as_is_suggested_for_its_size(
    max_, payments, model, members, mode
):
    for number in range(members):
        join(person(f"Person{number}"), payments, Role.MEMBER)

    planned(max_, [payments], TODAY, "2026-10-31")

    assert payments.assessments.get().mode == mode


def test_rules_that_control_changes_come_from_the_team(max_, payments, model):
    payments.rules_control_changes = True
    payments.save()

    planned(max_, [payments], TODAY, "2026-10-31")

    assert payments.assessments.get().rules_control_changes


def test_a_running_assessment_takes_part_and_keeps_its_own_day(max_, payments, assessment):
    assessment.due_on = date(2026, 10, 12)
    assessment.save()

    opened = planned(max_, [payments], TODAY, "2026-10-31")

    assert opened.entries.get().assessment == assessment
    assessment.refresh_from_db()
    assert assessment.due_on == date(2026, 10, 12)


@pytest.mark.parametrize("its_day", [None, date(2026, 9, 30)])
def test_a_running_assessment_without_a_day_to_come_gets_the_rounds(
    max_, payments, assessment, its_day
):
    assessment.due_on = its_day
    assessment.save()

    planned(max_, [payments], TODAY, "2026-10-31")

    assessment.refresh_from_db()
    assert assessment.due_on == date(2026, 10, 31)


def test_a_team_in_another_open_round_stays_out_and_its_board_says_why(
    max_, opened, payments, search_team
):
    second = planned(max_, [payments], TODAY, "2026-11-30", title="Second")

    assert second.entries.count() == 0
    assert (
        "Its assessment belongs to the round “4th quarter 2026”, which is still open. "
        "Once it is submitted, bring the team in."
    ) in text_of(signed_in(max_).get(second.get_absolute_url()))


def test_it_is_brought_in_once_it_can_be(max_, opened, payments):
    second = planned(max_, [payments], TODAY, "2026-11-30", title="Second")
    first = payments.assessments.get()
    bring_in = second.get_absolute_url() + "bring-in/"
    assert said(signed_in(max_).post(bring_in, follow=True)) == [
        "No further team could be brought in; the board says why."
    ]
    fill(first, max_, 2)
    submit(assessment=first, by=max_)

    response = signed_in(max_).post(bring_in, follow=True)

    assert said(response) == ["New in it: Payments."]
    assert second.entries.get().assessment == payments.assessments.get(status="open")


def test_what_is_left_of_a_closed_round_goes_on_in_the_next(max_, opened, payments):
    close_round(round_id=opened.pk, by=max_)
    left = payments.assessments.get()

    with clock("2027-01-04 10:00"):
        following = planned(max_, [payments], "2027-01-04", "2027-01-31")

    left.refresh_from_db()
    assert following.entries.get().assessment == left
    assert left.due_on == date(2027, 1, 31)


def test_without_a_maturity_model_the_board_says_what_is_missing(max_, payments):
    opened = planned(max_, [payments], TODAY, "2026-10-31")

    assert "No maturity model is published yet" in text_of(
        signed_in(max_).get(opened.get_absolute_url())
    )


# Teams see it at once


def test_the_leads_are_told(opened, lena, mary, sam):
    assert told(lena) == [
        "Payments is part of the round “4th quarter 2026”: answers are wanted by 31 October 2026."
    ]
    assert (
        Notice.objects.get(user=lena).address
        == Assessment.objects.get(team__slug="payments").get_absolute_url()
    )
    assert told(mary) == told(sam) == []


def test_its_members_see_it_at_home_on_the_teams_page_and_on_the_assessments(
    opened, payments, mary
):
    client = signed_in(mary)
    line = "Part of the round “4th quarter 2026”, due 31 October 2026 . Say it as it is."

    for address in (
        "/",
        payments.get_absolute_url(),
        payments.assessments.get().get_absolute_url(),
    ):
        assert line in text_of(client.get(address))


def test_once_it_is_closed_the_assessment_stands_alone(opened, payments, mary, max_):
    close_round(round_id=opened.pk, by=max_)
    client = signed_in(mary)

    for address in ("/", payments.get_absolute_url()):
        assert "Part of the round" not in client.get(address).text


def test_a_message_is_text_and_nothing_else(max_, payments, mary, model):
    planned(max_, [payments], TODAY, "2026-10-31", message="<script>alert(1)</script>\nBye")

    page = signed_in(mary).get(payments.get_absolute_url()).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>Bye" in page


# What is refused


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        (
            {"teams": []},
            "teams",
            "Choose at least one team: a round without teams asks nobody.",
        ),
        ({"due_on": "2026-09-30"}, "due_on", "That day is over. Choose today or a later day."),
        ({"opens_on": "2026-09-30"}, "opens_on", "That day is over. Choose today or a later day."),
        (
            {"opens_on": "2026-10-15", "due_on": "2026-10-14"},
            "due_on",
            "That is before the round opens. Choose a later day.",
        ),
        (
            {"opens_on": "2027-02-31", "recurs": "12"},
            "opens_on",
            "There is no 31 February 2027. Choose a day that is in the calendar.",
        ),
        (
            {"due_on": "2027-02-29"},
            "due_on",
            "There is no 29 February 2027. Choose a day that is in the calendar.",
        ),
        ({"due_on": "soon"}, "due_on", "Enter a valid date."),
        ({"due_on": "2042-01-01"}, "due_on", "That is more than five years ahead."),
        (
            {"recurs": "1", "due_on": "2026-11-01"},
            "due_on",
            "The next round opens on 1 November 2026. Choose a day before that, or let rounds "
            "come less often.",
        ),
        (
            {"recurs": "2"},
            "recurs",
            "Select a valid choice. 2 is not one of the available choices.",
        ),
        ({"length": "endless"}, "length", None),
        ({"title": "Look at www.example.org"}, "title", "Write a name here, not a web address."),
        ({"message": "x" * 2001}, "message", None),
    ],
)
def test_bad_input_is_refused_with_the_reason_and_nothing_is_changed(
    max_, payments, model, fields, field, reason
):
    response = signed_in(max_).post(ROUNDS + "new/", wanted(payments) | fields)

    assert response.status_code == 200
    errors = response.context["form"].errors
    assert list(errors) == [field]
    assert reason is None or errors[field] == [reason]
    assert errors[field][0].replace("'", "&#x27;") in response.text
    assert "Nothing was planned yet." in response.text
    assert (Round.objects.count(), Assessment.objects.count(), Notice.objects.count()) == (0, 0, 0)


def test_a_team_of_another_organization_or_none_is_refused(max_, eve, payments, model):
    elsewhere = Team.objects.create(
        organization=eve.memberships.get().organization, name="Workshop", slug="workshop"
    )

    for team in (elsewhere.pk, 0, "x"):
        response = signed_in(max_).post(
            ROUNDS + "new/", wanted(payments, teams=[payments.pk, team])
        )
        assert response.context["form"].errors["teams"] == [
            "One of the teams is not there any more. Look through the list."
        ]
    assert Round.objects.count() == 0


def test_what_was_written_stays_in_the_form(max_, payments, search_team):
    sent = wanted(search_team, title="Autumn", message="Be honest.", due_on="2026-01-01")

    response = signed_in(max_).post(ROUNDS + "new/", sent)

    form = response.context["form"]
    assert [each.name for _, teams in form.choices_by_parent for each in teams if each.chosen] == [
        "Search"
    ]
    assert form["title"].value() == "Autumn"
    assert "Be honest." in response.text


# Planned


def test_a_round_whose_day_is_to_come_is_planned_and_asks_nobody_yet(max_, payments, model):
    response = signed_in(max_).post(
        ROUNDS + "new/", wanted(payments, opens_on="2026-10-05"), follow=True
    )

    assert said(response) == ["The round is planned. It opens by itself on 5 October 2026."]
    assert Round.objects.get().is_planned
    assert Assessment.objects.count() == 0


@pytest.mark.parametrize(
    ("zone", "last_moment", "first_moment"),
    [
        ("UTC", "2026-10-04 23:59:59", "2026-10-05 00:00"),
        ("Europe/Berlin", "2026-10-04 21:59:59", "2026-10-04 22:00"),
        ("America/New_York", "2026-10-05 03:59:59", "2026-10-05 04:00"),
        ("Pacific/Kiritimati", "2026-10-04 09:59:59", "2026-10-04 10:00"),
    ],
)
def test_it_opens_when_its_day_begins_where_its_planner_is(
    max_, payments, model, zone, last_moment, first_moment
):
    max_.time_zone = zone
    max_.save()
    coming = planned(max_, [payments], "2026-10-05", "2026-10-31")

    assert open_due(at(last_moment)) == 0
    assert open_due(at(first_moment)) == 1

    coming.refresh_from_db()
    assert (coming.status, coming.opened_at) == ("open", at(first_moment))
    assert told(max_) == [
        "The round “4th quarter 2026” has opened: 1 of 1 teams take part.",
    ]


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Europe/Berlin", "2027-03-28", "2027-03-27 23:00"),  # forward, at two
        ("Europe/Berlin", "2027-03-29", "2027-03-28 22:00"),
        ("America/New_York", "2026-11-01", "2026-11-01 04:00"),  # back, at two
        ("America/New_York", "2026-11-02", "2026-11-02 05:00"),
        ("Africa/Cairo", "2027-04-30", "2027-04-29 22:00"),  # at midnight, which is not there
    ],
)
def test_days_on_which_clocks_change_begin_to_the_minute(max_, payments, model, zone, day, begins):
    max_.time_zone = zone
    max_.save()
    planned(max_, [payments], day, "2027-06-30")
    moment = at(begins)

    assert open_due(moment - timedelta(seconds=1)) == 0
    assert open_due(moment) == 1


def test_a_planner_with_a_zone_nobody_knows_plans_in_utc(max_, payments, model):
    max_.time_zone = "Mars/Olympus"
    max_.save()

    assert signed_in(max_).post(ROUNDS + "new/", wanted(payments)).status_code == 302
    assert Round.objects.get().is_open


def test_a_plan_is_changed(max_, payments, search_team, model):
    coming = planned(max_, [payments], "2026-10-05", "2026-10-31")
    client, edit = signed_in(max_), coming.get_absolute_url() + "edit/"
    assert client.get(edit).context["form"]["title"].value() == ""

    client.post(edit, wanted(search_team, opens_on="2027-01-10", due_on="2027-01-20", recurs="3"))

    coming.refresh_from_db()
    assert (coming.title, str(coming.opens_on), str(coming.anchor_on), coming.recurs) == (
        "1st quarter 2027",
        "2027-01-10",
        "2027-01-10",
        3,
    )
    assert list(coming.teams.all()) == [search_team]


def test_a_plan_that_is_changed_to_today_opens(max_, payments, model):
    coming = planned(max_, [payments], "2026-10-05", "2026-10-31")

    signed_in(max_).post(coming.get_absolute_url() + "edit/", wanted(payments))

    coming.refresh_from_db()
    assert coming.is_open


def test_a_bad_change_changes_nothing(max_, payments, model):
    coming = planned(max_, [payments], "2026-10-05", "2026-10-31")

    response = signed_in(max_).post(
        coming.get_absolute_url() + "edit/", wanted(opens_on="2026-10-07")
    )

    assert list(response.context["form"].errors) == ["teams"]
    coming.refresh_from_db()
    assert str(coming.opens_on) == "2026-10-05"


def test_a_plan_that_has_opened_in_the_meantime_is_not_changed(max_, payments, model):
    coming = planned(max_, [payments], "2026-10-05", "2026-10-31")
    open_due(at("2026-10-05 00:00"))

    with pytest.raises(NotPossible, match="has opened in the meantime"):
        change_plan(
            round_id=coming.pk,
            title="Late",
            message="",
            length="core",
            opens_on=date(2026, 12, 1),
            due_on=date(2026, 12, 1),
            recurs=0,
            teams=[payments],
        )
    with pytest.raises(NotPossible, match="has opened in the meantime"):
        call_off(round_id=coming.pk)

    coming.refresh_from_db()
    assert (coming.title, coming.status) == ("4th quarter 2026", "open")


def test_a_round_is_called_off(max_, payments, model):
    coming = planned(max_, [payments], "2026-10-05", "2026-10-31")
    call = coming.get_absolute_url() + "call-off/"
    assert "Call off “4th quarter 2026”?" in text_of(signed_in(max_).get(call))

    response = signed_in(max_).post(call)

    assert response["Location"] == ROUNDS
    assert Round.objects.count() == 0
    assert open_due(at("2026-10-05 00:00")) == 0


def test_a_round_whose_teams_are_all_gone_is_called_off_on_its_day(max_, payments, model):
    planned(max_, [payments], "2026-10-05", "2026-10-31")
    payments.delete()

    assert open_due(at("2026-10-05 00:00")) == 0

    assert Round.objects.count() == 0
    assert told(max_) == [
        "The round “4th quarter 2026” was called off: none of its teams is there any more."
    ]


# Every quarter, every month


def test_when_a_round_opens_the_next_one_is_planned(quarterly):
    assert days_of(quarterly) == [
        (1, "2026-10-01", "2026-10-21", "open"),
        (2, "2027-01-01", "2027-01-21", "planned"),
    ]
    following = Round.objects.get(number=2)
    assert following.title == "1st quarter 2027"
    assert list(following.teams.all()) == list(quarterly.teams.all())


def test_each_opens_once_on_its_day_however_often_it_is_asked(quarterly, max_, payments):
    close_round(round_id=quarterly.pk, by=max_)

    assert [open_due(at(moment)) for moment in ("2026-12-31 23:59", "2027-01-01 00:00")] == [0, 1]
    assert [open_due(at("2027-01-01 00:01")) for _ in range(3)] == [0, 0, 0]

    assert days_of(quarterly) == [
        (1, "2026-10-01", "2026-10-21", "closed"),
        (2, "2027-01-01", "2027-01-21", "open"),
        (3, "2027-04-01", "2027-04-21", "planned"),
    ]


def test_a_clock_that_is_set_back_opens_nothing_twice(quarterly):
    open_due(at("2027-01-01 00:00"))
    assessments = Assessment.objects.count()

    for moment in ("2026-12-31 23:00", "2027-01-01 00:00", "2026-10-01 00:00"):
        assert open_due(at(moment)) == 0

    assert Assessment.objects.count() == assessments
    assert len(days_of(quarterly)) == 3


def test_a_clock_a_day_ahead_opens_a_day_early_and_once(quarterly):
    assert open_due(at("2027-01-02 00:00")) == 1  # it is 1 January in truth
    assert open_due(at("2027-01-01 00:00")) == 0
    assert open_due(at("2027-01-02 00:00")) == 0

    assert days_of(quarterly)[1:] == [
        (2, "2027-01-01", "2027-01-21", "open"),
        (3, "2027-04-01", "2027-04-21", "planned"),
    ]


def test_the_31st_comes_back_after_months_too_short_for_it(max_, payments, model):
    with clock("2028-01-31 10:00"):
        first = planned(max_, [payments], "2028-01-31", "2028-02-10", recurs=Recurrence.MONTHLY)
    for day in ("2028-02-29", "2028-03-31", "2028-04-30"):
        assert open_due(at(f"{day} 00:00")) == 1

    assert [row[1:3] for row in days_of(first)] == [
        ("2028-01-31", "2028-02-10"),
        ("2028-02-29", "2028-03-10"),
        ("2028-03-31", "2028-04-10"),
        ("2028-04-30", "2028-05-10"),
        ("2028-05-31", "2028-06-10"),
    ]


def test_after_months_without_run_due_one_round_opens_and_not_one_upon_another(quarterly):
    assert open_due(at("2027-08-15 12:00")) == 1
    assert open_due(at("2027-08-15 12:01")) == 0

    assert days_of(quarterly)[1:] == [
        (2, "2027-07-01", "2027-09-04", "open"),  # its 20 days begin when it opens
        (3, "2027-10-01", "2027-12-05", "planned"),
    ]


def test_the_teams_of_the_next_are_those_of_the_latest_that_are_still_there(
    max_, payments, search_team, model
):
    first = planned(max_, [payments, search_team], TODAY, "2026-10-21", recurs=Recurrence.QUARTERLY)
    payments.delete()

    open_due(at("2027-01-01 00:00"))

    third = Round.objects.get(series=first.series, number=3)
    assert list(third.teams.all()) == [search_team]


def test_a_day_that_is_changed_is_what_the_later_ones_are_counted_from(quarterly, max_, payments):
    following = Round.objects.get(number=2)
    signed_in(max_).post(
        following.get_absolute_url() + "edit/",
        wanted(payments, opens_on="2027-01-31", due_on="2027-02-10", recurs="3"),
    )

    open_due(at("2027-01-31 00:00"))

    assert days_of(quarterly)[2] == (3, "2027-04-30", "2027-05-10", "planned")


def test_a_name_of_ones_own_stays_and_a_usual_one_follows_the_time(max_, payments, model):
    named = planned(
        max_, [payments], TODAY, "2026-10-21", recurs=Recurrence.MONTHLY, title="Health"
    )

    assert Round.objects.get(series=named.series, number=2).title == "Health"


def test_calling_off_the_next_ends_the_series(quarterly, max_):
    following = Round.objects.get(number=2)
    signed_in(max_).post(following.get_absolute_url() + "call-off/")

    assert open_due(at("2027-01-01 00:00")) == 0
    quarterly.refresh_from_db()
    assert quarterly.recurs == Recurrence.NEVER


def test_run_due_opens_rounds(quarterly):
    assert due.run(at("2027-01-01 00:00"))["rounds opened"] == 1


# While it is open


def test_an_open_round_gets_more_time_another_message_and_more_teams(
    opened, max_, payments, search_team, platform
):
    storage = Team.objects.create(organization=payments.organization, name="Storage", slug="st")
    search = search_team.assessments.get()
    search.due_on = date(2026, 10, 20)  # as its lead decided
    search.save()
    edit = opened.get_absolute_url() + "edit/"

    response = signed_in(max_).post(
        edit,
        {"title": "", "message": "New", "due_on": "2026-11-07", "teams": [storage.pk]},
        follow=True,
    )

    assert said(response) == ["The round was changed. New in it: Storage."]
    opened.refresh_from_db()
    assert (opened.message, opened.due_on) == ("New", date(2026, 11, 7))
    assert {
        each.team.name: str(each.due_on) for each in Assessment.objects.select_related("team")
    } == {"Payments": "2026-11-07", "Search": "2026-10-20", "Storage": "2026-11-07"}
    assert opened.teams.count() == 3


def test_a_round_that_is_overdue_can_be_changed_without_another_day(opened, max_):
    with clock("2026-11-05 10:00"):
        sent = {"title": "Autumn", "message": "", "due_on": "2026-10-31"}
        signed_in(max_).post(opened.get_absolute_url() + "edit/", sent)

    opened.refresh_from_db()
    assert opened.title == "Autumn"
    assert opened.teams.count() == 2


# Closing


def test_closing_asks_once_and_says_what_happens_to_what_is_open(opened, max_):
    page = text_of(signed_in(max_).get(opened.get_absolute_url() + "close/"))

    assert "Close “4th quarter 2026”?" in page
    assert "2 assessments are not submitted. Closing the round cuts none of them off" in page
    assert "Payments answering" in page
    opened.refresh_from_db()
    assert opened.is_open


def test_closing_leaves_sheets_open_and_leads_able_to_reveal_and_submit(
    max_, payments, five, mary, lena, model
):
    opened = planned(max_, [payments], TODAY, "2026-10-31")
    assessment = payments.assessments.get()

    response = signed_in(max_).post(opened.get_absolute_url() + "close/", follow=True)

    assert said(response) == ["The round is closed."]
    saved = signed_in(mary).put(
        f"/api/v1/assessments/{assessment.pk}/answers/noise.review",
        {"answer": 3},
        content_type="application/json",
        headers={"If-Match": '"0"'},
    )
    assert saved.status_code == 200
    for each in five:
        fill(assessment, each, 2)
    reveal(assessment=assessment, by=lena)
    submit(assessment=assessment, by=lena)
    assert Snapshot.objects.get().respondents == 6


def test_the_leads_of_what_is_open_are_told_that_it_stays(opened, max_, lena, payments):
    Notice.objects.all().delete()

    close_round(round_id=opened.pk, by=max_)

    assert told(lena) == [
        "The round “4th quarter 2026” was closed. The assessment of Payments stays as it is: you "
        "can still reveal and submit it."
    ]


def test_a_round_is_closed_once(opened, max_, olga, lena):
    close_round(round_id=opened.pk, by=max_)
    with clock("2026-10-02 10:00"):
        response = signed_in(olga).post(opened.get_absolute_url() + "close/", follow=True)

    assert said(response) == ["The round was closed already."]
    opened.refresh_from_db()
    assert (opened.closed_by, opened.closed_at) == (max_, at(f"{TODAY} 10:00"))
    assert len(told(lena)) == 2


def test_a_planned_round_cannot_be_closed_and_an_open_one_not_called_off(quarterly, max_, payments):
    following = Round.objects.get(number=2)
    client = signed_in(max_)

    assert said(client.post(following.get_absolute_url() + "close/", follow=True)) == [
        "This round has not opened, so it can only be called off."
    ]
    assert said(client.post(quarterly.get_absolute_url() + "call-off/", follow=True)) == [
        "This round has opened in the meantime; nothing was changed."
    ]
    assert client.get(quarterly.get_absolute_url() + "call-off/").status_code == 302
    assert client.get(following.get_absolute_url() + "close/").status_code == 302


def test_a_closed_round_takes_no_change(opened, max_, payments):
    close_round(round_id=opened.pk, by=max_)
    client = signed_in(max_)

    assert said(client.get(opened.get_absolute_url() + "edit/", follow=True)) == [
        "This round is closed, so there is nothing to change."
    ]
    assert said(client.post(opened.get_absolute_url() + "bring-in/", follow=True)) == [
        "This round is not open, so nothing was changed."
    ]


def test_deleting_a_team_takes_it_out_of_its_rounds(opened, payments):
    payments.delete()

    assert RoundEntry.objects.count() == 1
    assert opened.teams.count() == 1


def test_assessments_outside_rounds_go_on_as_before(opened, max_, platform, model, mary):
    alone = open_assessment(platform, model)
    finish(assessment=alone, user=mary)

    assert not RoundEntry.objects.filter(assessment=alone).exists()
