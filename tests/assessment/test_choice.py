"""What an address asks of a comparison, and what is told about what it asks in vain."""

from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict

from assessment.choice import (
    Choice,
    Days,
    Known,
    chips,
    choice_from,
    days_from,
    in_words,
    months_before,
    presets_on,
    presets_since,
)
from assessment.comparison import Heading, headings
from assessment.ordering import Order

TODAY = date(2026, 11, 23)
COLUMNS = [Heading("noise", "Noise"), Heading("runbooks", "Runbooks")]
KNOWN = Known(
    columns=headings(COLUMNS),
    questionnaires=COLUMNS,
    parents={"platform": "Platform"},
    tags=["Lisbon", "on call"],
    teams=["payments", "search"],
)
NO_DATE = "is no date"


def asked(address, known=KNOWN):
    query = QueryDict(address)
    days, complaints = days_from(query, TODAY)
    return choice_from(query, days, complaints, known)


def test_an_empty_address_is_the_plain_view():
    assert asked("") == Choice()
    assert asked("sort=&parent=&tag=&freshness=&questionnaire=&on=&since=&team=") == Choice()
    assert Choice().href() == "?"


def test_an_address_carries_the_whole_view_and_is_written_back():
    address = (
        "?sort=-noise&parent=platform&tag=on+call&freshness=stale&questionnaire=noise"
        "&on=2026-06-30&since=2026-01-31&team=search&team=payments"
    )

    choice = asked(address[1:])

    assert choice.complaints == ()
    assert choice.href() == address
    assert choice.days == Days(date(2026, 6, 30), date(2026, 1, 31))
    assert choice.order == Order("noise", descending=True)


def test_a_day_lasts_until_its_end():
    assert Days(date(2026, 6, 30), None).end == datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-02-30", "20260101", "2026-W01-1", "0001-01-01", "\x00", "9" * 5000]
)
@pytest.mark.parametrize("name", ["on", "since"])
def test_what_is_no_date_is_told_and_not_obeyed(name, text):
    choice = asked(f"{name}={text}")

    assert choice.days == Days()
    assert [NO_DATE in complaint for complaint in choice.complaints] == [True]


def test_a_day_to_come_is_told_and_not_obeyed():
    choice = asked("on=2026-11-24")

    assert choice.days == Days()
    assert choice.complaints == ("That day is still to come, so the newest results are shown.",)
    assert asked("on=2026-11-23").days.on == TODAY


@pytest.mark.parametrize(
    "address", ["since=2026-11-23", "since=9999-12-31", "on=2026-06-30&since=2026-06-30"]
)
def test_the_day_to_compare_with_has_to_be_earlier(address):
    choice = asked(address)

    assert choice.days.since is None
    assert choice.complaints == (
        "The day to compare with has to be earlier than the day shown. "
        "Each team is compared with its assessment before.",
    )


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("sort=rank", "There is no such column to sort by, so the teams are sorted by name."),
        ("parent=payments", "There is no such parent team here, so all teams are shown."),
        ("tag=Berlin", "There is no such tag here, so all teams are shown."),
        ("freshness=rotten", "There is no such freshness here, so all teams are shown."),
        ("questionnaire=cats", "There is no such questionnaire here. All are shown."),
        ("team=cats", "There is no such team here as the address names. It is left out."),
    ],
)
def test_what_is_named_in_vain_is_told_and_not_obeyed(address, told):
    assert asked(address) == Choice(complaints=(told,))


def test_a_known_questionnaire_is_shown_beside_an_unknown_one():
    choice = asked("questionnaire=cats&questionnaire=noise")

    assert choice.questionnaires == ("noise",)
    assert choice.complaints == ("There is no such questionnaire here. The others are shown.",)


def test_a_column_that_is_left_out_cannot_be_sorted_by():
    choice = asked("questionnaire=noise&sort=runbooks")

    assert choice.order == Order()
    assert len(choice.complaints) == 1


def test_columns_stand_as_ever_whatever_the_order_in_the_address():
    assert asked("questionnaire=runbooks&questionnaire=noise").questionnaires == (
        "noise",
        "runbooks",
    )


def test_a_tag_is_found_whatever_its_case():
    assert asked("tag=LISBON").tag == "Lisbon"


def test_each_chip_takes_one_thing_away():
    choice = asked("parent=platform&freshness=never&questionnaire=noise&since=2026-01-31")

    assert [(chip.words, chip.href) for chip in chips(choice, KNOWN)] == [
        ("under Platform", "?freshness=never&questionnaire=noise&since=2026-01-31"),
        ("never assessed", "?parent=platform&questionnaire=noise&since=2026-01-31"),
        ("Noise", "?parent=platform&freshness=never&since=2026-01-31"),
        ("change since 31 Jan 2026", "?parent=platform&freshness=never&questionnaire=noise"),
    ]
    assert choice.everything == "?"


def test_presets_are_days_so_that_a_shared_address_stays_what_it_is():
    assert [(each.words, each.href) for each in presets_on(Choice(), TODAY)] == [
        ("now", "?"),
        ("a quarter ago", "?on=2026-08-23"),
        ("half a year ago", "?on=2026-05-23"),
        ("a year ago", "?on=2025-11-23"),
    ]


def test_the_day_to_compare_with_counts_from_the_day_shown():
    choice = asked("on=2026-05-31&since=2026-02-28")
    offered = presets_since(choice, TODAY)

    assert [(each.words, each.href, each.chosen) for each in offered] == [
        ("last time", "?on=2026-05-31", False),
        ("a quarter before", "?on=2026-05-31&since=2026-02-28", True),
        ("half a year before", "?on=2026-05-31&since=2025-11-30", False),
        ("a year before", "?on=2026-05-31&since=2025-05-31", False),
    ]


def test_going_back_beyond_the_day_compared_with_forgets_that_day():
    choice = asked("since=2026-06-30")

    assert presets_on(choice, TODAY)[1].href == "?on=2026-08-23&since=2026-06-30"
    assert presets_on(choice, TODAY)[3].href == "?on=2025-11-23"


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 5, 31), 3, date(2026, 2, 28)),
        (date(2028, 5, 31), 3, date(2028, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
    ],
)
def test_months_before_end_where_the_month_ends(day, months, before):
    assert months_before(day, months) == before


def test_a_caption_says_the_whole_view():
    choice = asked("parent=platform&tag=Lisbon&freshness=fresh&on=2026-06-30&since=2026-01-31")

    assert in_words(choice, KNOWN) == (
        ", under Platform, tagged Lisbon, assessed within 120 days, as of 30 Jun 2026, "
        "change since 31 Jan 2026"
    )
