"""Whoever is signed in reads dates and times in the zone they chose."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from teams.models import Invitation, Role, User
from teams.zones import by_region, names, zone_named
from tests.conftest import signed_in
from tests.teams.test_signing_in import NEW

# Still the day before in Honolulu.
NEW_YEAR = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)


def in_zone(user, name):
    user.time_zone = name
    user.save(update_fields=["time_zone"])
    return signed_in(user)


@pytest.fixture
def joined(mary):
    mary.memberships.update(since=NEW_YEAR)
    return mary


@pytest.mark.parametrize(
    ("zone", "offset", "day"),
    [
        ("UTC", "+00:00", "1 Jan 2026"),
        ("Pacific/Honolulu", "-10:00", "31 Dec 2025"),
        ("Asia/Kathmandu", "+05:45", "1 Jan 2026"),
    ],
)
def test_pages_show_the_day_it_was_where_the_reader_is(joined, zone, offset, day):
    html = in_zone(joined, zone).get("/organizations/harbour/teams/payments/people/").text

    assert f'{offset}">{day}</time>' in html
    assert f'<html lang="en-GB" data-bs-theme="light" data-time-zone="{zone}">' in html


def test_a_visitor_reads_utc_whoever_asked_before(joined, payments, lena):
    _, token = Invitation.issue(
        organization=payments.organization, team=payments, role=Role.MEMBER, by=lena
    )
    tomorrow = timezone.now() + timedelta(days=1)
    Invitation.objects.update(expires_at=tomorrow.replace(hour=9, minute=30))
    in_zone(joined, "Pacific/Honolulu").get("/account/")

    html = Client().get(f"/invitations/{token}/").text

    assert "T09:30:" in html
    assert "+00:00" in html
    assert "data-time-zone" not in html


def test_a_zone_that_is_not_known_any_more_reads_as_utc(joined):
    html = in_zone(joined, "Europe/Atlantis").get("/organizations/harbour/teams/payments/people/")

    assert '+00:00">1 Jan 2026</time>' in html.text


def test_reading_in_a_zone_asks_the_database_nothing(mary, django_assert_num_queries):
    client = in_zone(mary, "Pacific/Honolulu")

    with django_assert_num_queries(3):
        client.get("/account/")


def test_a_mail_says_utc_and_means_it(payments, lena):
    Invitation.objects.all().delete()
    client = in_zone(lena, "Pacific/Honolulu")

    client.post(
        "/organizations/harbour/teams/payments/people/",
        {"email": "nora@new.example", "role": "member"},
    )

    until = Invitation.objects.get().expires_at
    assert f"until {until.day} {until:%B %Y, %H:%M} UTC" in mail.outbox[0].body


def test_zones_have_a_place_in_one_region_only():
    groups = dict(by_region())
    places = [zone for region, zones in groups.items() if region != "UTC" for zone, _ in zones]

    assert ("America/Argentina/Buenos_Aires", "Argentina, Buenos Aires") in groups["America"]
    assert sorted([*places, "UTC"]) == sorted(names())
    assert {"localtime", "Factory"}.isdisjoint(names())


@pytest.mark.parametrize("name", ["", "Europe", "/etc/passwd", "../up", "x" * 300, "nul\0"])
def test_no_name_breaks_a_page(name):
    assert zone_named(name) == ZoneInfo("UTC")


# Sign-up


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"time_zone": "Asia/Kathmandu"}, "Asia/Kathmandu"),
        ({"time_zone": "Europe/Atlantis"}, "UTC"),
        ({"time_zone": ""}, "UTC"),
        ({}, "UTC"),
    ],
)
def test_the_browser_says_at_sign_up_where_somebody_is(db, sent, kept):
    Client().post("/accounts/signup/", NEW | sent)

    assert User.objects.get().time_zone == kept
