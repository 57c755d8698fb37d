"""Days that are counted in a calendar: short months, clocks that change, zones far away."""

from datetime import date, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment.models.rounds import Recurrence
from assessment.round_days import (
    Occasion,
    last_day,
    last_opening,
    months_later,
    occasion_at,
    opening_after,
    openings,
    usual_title,
)
from tests.assessment.rounds import at

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Auckland",
    "Pacific/Kiritimati",  # 14 hours ahead
    "Pacific/Pago_Pago",  # 11 hours behind
    "Asia/Kathmandu",
    "Africa/Cairo",  # its clocks change at midnight
]
UNHURRIED = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def days(*texts):
    return [date.fromisoformat(text) for text in texts]


# When rounds open


@pytest.mark.parametrize(
    ("anchor", "months", "opened"),
    [
        ("2027-01-31", 1, ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ("2028-01-31", 1, ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]),
        ("2026-11-30", 3, ["2026-11-30", "2027-02-28", "2027-05-30", "2027-08-30"]),
        ("2026-08-31", 6, ["2026-08-31", "2027-02-28", "2027-08-31", "2028-02-29"]),
        ("2028-02-29", 12, ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28"]),
    ],
)
def test_a_month_too_short_does_not_move_the_ones_after_it(anchor, months, opened):
    assert list(islice(openings(date.fromisoformat(anchor), months), 4)) == days(*opened)


def test_a_leap_day_comes_back_after_four_years():
    assert months_later(date(2028, 2, 29), 48) == date(2032, 2, 29)


def test_the_next_opening_is_the_first_one_after_a_day():
    anchor = date(2026, 1, 31)

    assert opening_after(anchor, 1, date(2026, 2, 27)) == date(2026, 2, 28)
    assert opening_after(anchor, 1, date(2026, 2, 28)) == date(2026, 3, 31)
    assert last_opening(anchor, 1, date(2026, 3, 30)) == date(2026, 2, 28)
    assert last_opening(anchor, 1, date(2026, 3, 31)) == date(2026, 3, 31)
    assert last_opening(anchor, 1, date(2025, 12, 1)) == anchor


@UNHURRIED
@given(anchor=DAYS, months=st.sampled_from([1, 3, 6, 12]), later=st.integers(0, 4000))
def test_every_day_lies_between_two_openings(anchor, months, later):
    day = anchor + timedelta(days=later)
    latest, following = last_opening(anchor, months, day), opening_after(anchor, months, day)

    assert latest <= day < following
    assert opening_after(anchor, months, latest) == following
    assert 28 * months <= (following - latest).days <= 31 * months


@pytest.mark.parametrize(
    ("day", "recurs", "title"),
    [
        ("2026-10-01", Recurrence.QUARTERLY, "4th quarter 2026"),
        ("2026-09-30", Recurrence.NEVER, "3rd quarter 2026"),
        ("2026-02-28", Recurrence.MONTHLY, "February 2026"),
        ("2026-06-30", Recurrence.HALF_YEARLY, "1st half of 2026"),
        ("2026-07-01", Recurrence.HALF_YEARLY, "2nd half of 2026"),
        ("2026-12-31", Recurrence.YEARLY, "2026"),
    ],
)
def test_a_round_without_a_name_is_called_after_its_time(day, recurs, title):
    assert usual_title(date.fromisoformat(day), recurs) == title


# When people are reminded


@pytest.mark.parametrize(
    ("ends_in", "person", "last"),
    [
        ("Europe/Berlin", "Europe/Berlin", "2026-06-30"),
        ("Europe/Berlin", "America/Los_Angeles", "2026-06-30"),  # it ends at 15:00 there
        ("Pacific/Auckland", "America/Los_Angeles", "2026-06-29"),  # at 05:00, before nine
        ("America/Los_Angeles", "Pacific/Auckland", "2026-07-01"),  # at 19:00 of the next day
        ("Pacific/Kiritimati", "Pacific/Pago_Pago", "2026-06-29"),
    ],
)
def test_the_last_day_is_the_last_with_nine_o_clock_before_the_rounds_midnight(
    ends_in, person, last
):
    found = last_day(date(2026, 6, 30), ZoneInfo(ends_in), ZoneInfo(person))

    assert found == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("moment", "occasion"),
    [
        ("2026-03-22 08:59", None),
        ("2026-03-22 09:00", Occasion.WEEK),
        ("2026-03-22 23:59", Occasion.WEEK),
        ("2026-03-23 09:00", None),
        ("2026-03-28 09:00", Occasion.DAY),
        ("2026-03-29 08:59", None),
        ("2026-03-29 09:00", Occasion.TODAY),  # the clocks went forward that night
        ("2026-03-30 09:00", None),
        ("2026-04-01 08:59", None),
        ("2026-04-01 09:00", Occasion.LATE),
        ("2026-04-02 09:00", None),
    ],
)
def test_the_occasions_around_a_due_day_on_which_clocks_change(moment, occasion):
    now = at(moment, "Europe/Berlin")

    found = occasion_at(now, due_on=date(2026, 3, 29), ends_in=BERLIN, person=BERLIN)

    assert found == occasion


@pytest.mark.parametrize(("day", "nine_in_utc"), [("2026-10-31", "13:00"), ("2026-11-01", "14:00")])
def test_nine_o_clock_is_where_the_person_is_before_and_after_the_clocks_go_back(day, nine_in_utc):
    due = date.fromisoformat(day)
    hour = {"due_on": due, "ends_in": NEW_YORK, "person": NEW_YORK}

    just_before = at(f"{day} {nine_in_utc}") - timedelta(seconds=1)
    assert occasion_at(just_before, **hour) is None
    assert occasion_at(at(f"{day} {nine_in_utc}"), **hour) == Occasion.TODAY


def test_a_midnight_that_does_not_exist_still_begins_a_day():
    """In Cairo the clocks go from 24 April 2026, 00:00, straight to 01:00."""
    cairo = ZoneInfo("Africa/Cairo")

    assert last_day(date(2026, 4, 23), cairo, cairo) == date(2026, 4, 23)
    assert last_day(date(2026, 4, 24), cairo, cairo) == date(2026, 4, 24)


@UNHURRIED
@given(day=DAYS, ends_in=st.sampled_from(ZONES), person=st.sampled_from(ZONES))
def test_everywhere_each_occasion_comes_on_one_day_and_for_fifteen_hours(day, ends_in, person):
    """Asked every hour for two weeks, each of the four is answered on one local day each."""
    here = ZoneInfo(person)
    found: dict[Occasion, set[date]] = {}
    for hour in range(-14 * 24, 9 * 24):
        now = at(f"{day} 00:00") + timedelta(hours=hour)
        occasion = occasion_at(now, due_on=day, ends_in=ZoneInfo(ends_in), person=here)
        if occasion:
            local = now.astimezone(here)
            assert local.hour >= 9
            found.setdefault(occasion, set()).add(local.date())

    last = last_day(day, ZoneInfo(ends_in), here)
    assert found == {
        Occasion.WEEK: {last - timedelta(days=7)},
        Occasion.DAY: {last - timedelta(days=1)},
        Occasion.TODAY: {last},
        Occasion.LATE: {last + timedelta(days=3)},
    }
    assert abs((last - day).days) <= 1
