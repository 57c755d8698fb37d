"""Notes on a team's timeline: whoever is in the team's sight may note what happened."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from assessment.models import Annotation
from tests.assessment.frozen import snapshot
from tests.conftest import signed_in

PAYMENTS = "/organizations/harbour/teams/payments/"
TIMELINE = PAYMENTS + "timeline/"


def note(user, text="New pager", on=None):
    on = on or timezone.localdate().isoformat()
    return signed_in(user).post(TIMELINE, {"on": on, "text": text})


def kept():
    return list(Annotation.objects.values_list("on", "text"))


@pytest.fixture
def two(payments, model):
    """Payments' scores a quarter ago and now."""
    snapshot(payments, model, {"noise": 1.5}, days_ago=100)
    snapshot(payments, model, {"noise": 2.1}, days_ago=5)


@pytest.mark.parametrize("who", ["mary", "lena", "max_", "olga"])
def test_member_lead_manager_and_owner_note_what_happened(request, who, payments):
    response = note(request.getfixturevalue(who))

    assert response.url == TIMELINE
    assert kept() == [(timezone.localdate(), "New pager")]


@pytest.mark.parametrize("who", ["sam", "eve"])
def test_a_stranger_finds_no_timeline(request, who, payments):
    assert note(request.getfixturevalue(who)).status_code == 404
    assert kept() == []


def test_a_note_stands_on_the_charts_under_its_letter(mary, two):
    day = timezone.localdate() - timedelta(days=50)
    note(mary, "New pager", day.isoformat())

    page = signed_in(mary).get(PAYMENTS).text

    assert '"hovertext":"New pager"' in page
    assert '<b>a</b> <time datetime="' + day.isoformat() in page


def test_a_note_from_before_the_chart_is_kept_and_not_drawn(mary, two):
    note(mary, "Long ago", "2020-05-04")

    assert "Long ago" not in signed_in(mary).get(PAYMENTS).text
    assert "Long ago" in signed_in(mary).get(TIMELINE).text


def test_letters_follow_the_days_not_the_order_of_noting(mary, two):
    today = timezone.localdate()
    note(mary, "Second", (today - timedelta(days=10)).isoformat())
    note(mary, "First", (today - timedelta(days=20)).isoformat())

    listed = signed_in(mary).get(TIMELINE).text

    assert listed.index("<b>b</b>") < listed.index("Second") < listed.index("<b>a</b>")


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ((date.today() + timedelta(days=2)).isoformat(), "That day has not come yet."),
        ("1999-12-31", "That is before any assessment."),
        ("2026-02-31", "Enter a valid date."),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_the_words_are_kept(mary, on, said):
    response = note(mary, "New pager", on)

    assert said in response.text
    assert 'value="New pager"' in response.text
    assert kept() == []


@pytest.mark.parametrize("text", ["", "   ", "x" * 201])
def test_a_note_says_something_short(mary, text):
    assert note(mary, text).status_code == 200
    assert kept() == []


def test_a_full_timeline_takes_no_more(mary, payments):
    Annotation.objects.bulk_create(
        Annotation(team=payments, on=date(2026, 1, 1), text=f"Note {n}") for n in range(100)
    )

    assert "A timeline holds 100 notes." in note(mary).text
    assert Annotation.objects.count() == 100


def test_a_note_is_removed_once(mary, payments):
    note(mary)
    address = f"{TIMELINE}{Annotation.objects.get().pk}/remove/"

    assert signed_in(mary).post(address).url == TIMELINE
    assert signed_in(mary).post(address).status_code == 404
    assert kept() == []


def test_another_teams_note_stays(mary, payments, search_team):
    theirs = Annotation.objects.create(team=search_team, on=date(2026, 1, 1), text="Theirs")

    assert signed_in(mary).post(f"{TIMELINE}{theirs.pk}/remove/").status_code == 404
    assert Annotation.objects.count() == 1
