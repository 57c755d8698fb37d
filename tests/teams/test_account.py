"""What a person sets for themselves."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from teams.mail import stop_link, unsubscribe_headers
from teams.models import Role
from tests.conftest import join, signed_in

PREFERENCES = {"time_zone": "Europe/Lisbon", "reminders": "digest"}


def preferences(user):
    user.refresh_from_db()
    return {"time_zone": user.time_zone, "reminders": user.reminders}


def stopping(user):
    return urlsplit(stop_link(user)).path


def test_a_person_changes_their_name(mary):
    signed_in(mary).post("/account/", {"name": " Mary   Jones "})

    mary.refresh_from_db()
    assert mary.name == "Mary Jones"


def test_the_page_lists_where_one_is(mary, search_team):
    join(mary, search_team, Role.LEAD)

    memberships = signed_in(mary).get("/account/").context["memberships"]

    assert [(str(m.place), m.role) for m in memberships] == [
        ("Payments", "member"),
        ("Search", "lead"),
    ]


def test_leaving_asks_first(mary):
    where = f"/account/memberships/{mary.memberships.get().pk}/leave/"

    response = signed_in(mary).get(where)

    assert "Leave Payments?" in response.content.decode()
    assert mary.memberships.count() == 1


def test_leaving_ends_that_role_and_no_other(mary, search_team):
    leaving = mary.memberships.get()
    join(mary, search_team, Role.LEAD)

    response = signed_in(mary).post(f"/account/memberships/{leaving.pk}/leave/", follow=True)

    assert "You have left Payments." in response.content.decode()
    assert [str(membership.place) for membership in mary.memberships.all()] == ["Search"]


def test_nobody_leaves_for_somebody_else(lena, mary):
    response = signed_in(lena).post(f"/account/memberships/{mary.memberships.get().pk}/leave/")

    assert response.status_code == 404
    assert mary.memberships.count() == 1


# Times and mails


def test_everybody_begins_with_utc_and_a_mail_for_each(mary):
    assert preferences(mary) == {"time_zone": "UTC", "reminders": "each"}


def test_a_person_says_where_they_are_and_which_mails_they_want(mary):
    response = signed_in(mary).post("/account/preferences/", PREFERENCES, follow=True)

    assert "Your preferences were saved." in response.content.decode()
    assert preferences(mary) == PREFERENCES
    assert '<option value="Europe/Lisbon" selected>' in response.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("time_zone", "Europe/Atlantis", "Choose a time zone from the list."),
        ("time_zone", "../etc/passwd", "Choose a time zone from the list."),
        ("reminders", "hourly", "hourly is not one of the available choices."),
    ],
)
def test_what_is_not_on_offer_is_refused_and_nothing_changes(mary, field, value, said):
    response = signed_in(mary).post("/account/preferences/", PREFERENCES | {field: value})

    assert said in response.content.decode()
    assert preferences(mary) == {"time_zone": "UTC", "reminders": "each"}


def test_zones_are_grouped_by_region_with_utc_first(mary):
    html = signed_in(mary).get("/account/").content.decode()

    select = html.split('name="time_zone"')[1].split("</select>")[0]
    assert select.index('value="UTC"') < select.index('<optgroup label="Africa">')
    europe = select.split('<optgroup label="Europe">')[1].split("</optgroup>")[0]
    assert '<option value="Europe/Lisbon">Lisbon</option>' in europe
    assert "Asia/" not in europe


# The link in a mail


def test_looking_at_the_link_stops_nothing(mary):
    response = Client().get(stopping(mary))

    assert "Stop the reminders?" in response.content.decode()
    assert preferences(mary)["reminders"] == "each"


def test_one_press_stops_the_reminders_without_signing_in(mary, lena):
    response = Client(enforce_csrf_checks=True).post(stopping(mary))

    assert response.status_code == 200
    assert "Rungs sends no more reminders to mary@harbour.example." in response.content.decode()
    assert preferences(mary)["reminders"] == "none"
    assert preferences(lena)["reminders"] == "each"


def test_a_mail_program_stops_them_by_the_headers_of_the_mail(mary):
    headers = unsubscribe_headers(mary)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = urlsplit(headers["List-Unsubscribe"].strip("<>"))

    Client(enforce_csrf_checks=True).post(
        address.path, "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"
    )

    assert address.netloc == "testserver"
    assert preferences(mary)["reminders"] == "none"


def test_a_link_made_up_stops_nothing(mary, lena):
    signature = stopping(lena).rsplit(":", 1)[-1]

    for token in (f"{mary.pk}:{signature}", f"{mary.pk}/", "nothing/"):
        response = Client().post(f"/account/reminders/stop/{token}")
        assert response.status_code == 404
    assert preferences(mary)["reminders"] == "each"


def test_the_link_of_somebody_who_is_gone_says_so(mary):
    where = stopping(mary)
    mary.delete()

    response = Client().post(where)

    assert response.status_code == 404
    assert "This link stops nothing" in response.content.decode()
