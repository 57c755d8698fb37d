"""Readers of two zones: what is kept for both holds neither's, and a day is one day for all."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.cache import caches

from assessment.models import Participation
from tests.assessment.frozen import snapshot, too_few
from tests.conftest import signed_in

# Between the two it is never the same day.
FIRST, LAST = "Pacific/Kiritimati", "Etc/GMT+12"
OFFSETS = ("+14:00", "-12:00")


def in_zone(user, name):
    user.time_zone = name
    user.save(update_fields=["time_zone"])
    return signed_in(user)


@pytest.fixture
def newest(payments, model):
    """Two people, so that the team's page names the days of this one and of the one before."""
    snapshot(payments, model, {"noise": 2.0, "runbooks": 1.0}, days_ago=200, overall=1.5)
    return too_few(payments, model)


@pytest.mark.parametrize("where", ["", "teams/payments/"])
def test_what_is_kept_for_all_readers_is_in_utc(max_, olga, newest, where):
    first = in_zone(max_, FIRST).get(f"/organizations/harbour/{where}").text
    second = in_zone(olga, LAST).get(f"/organizations/harbour/{where}").text

    for html in (first, second):
        assert f'<time datetime="{newest.taken_at:%Y-%m-%dT%H:%M}' in html
    kept = repr(caches["rendered"]._cache)
    assert kept != "{}"
    for offset in OFFSETS:
        assert offset not in kept
        assert offset not in second


@pytest.mark.parametrize(("zone", "late"), [(FIRST, True), (LAST, False)])
def test_a_day_is_over_when_it_is_over_where_the_reader_is(mary, assessment, zone, late):
    assessment.due_on = datetime.now(ZoneInfo(LAST)).date()
    assessment.save()

    assert ("overdue" in in_zone(mary, zone).get("/").text) is late


@pytest.mark.parametrize("zones", [(FIRST, LAST), (LAST, FIRST)])
def test_leads_of_two_zones_remind_once_a_day(lena, olga, mary, assessment, zones):
    for lead, zone in zip((lena, olga), zones, strict=True):
        in_zone(lead, zone).post(f"{assessment.get_absolute_url()}remind/")

    assert [message.to for message in mail.outbox if message.to == [mary.email]] == [[mary.email]]


def test_who_has_finished_is_noted_by_the_same_day_for_all(mary, assessment):
    in_zone(mary, FIRST).post(f"{assessment.get_absolute_url()}finish/")

    noted = Participation.objects.get(user=mary).finished_on
    assert abs(noted - datetime.now(ZoneInfo("UTC")).date()) < timedelta(days=1)
