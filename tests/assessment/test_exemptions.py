"""Accepting a risk or declining a suggestion: with a reason, until a day, and visible to all."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from assessment.models import Exemption, Question
from tests.assessment.conftest import publish_model
from tests.assessment.frozen import submitted
from tests.assessment.test_actions import GATE, PAYMENTS, REVIEW, TITLES, assessed
from tests.assessment.test_team_page import page, section, text
from tests.conftest import signed_in

__all__ = ["assessed"]

EXEMPTIONS = PAYMENTS + "exemptions/"
REASON = "The alert goes away with the old switch"


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def put_aside(user, key=REVIEW, **changed):
    sent = {"kind": "risk", "reason": REASON, "until": in_days(30).isoformat()} | changed
    return signed_in(user).post(f"{EXEMPTIONS}{key}/", sent)


@pytest.fixture
def aside(lena, assessed):
    put_aside(lena)
    return Exemption.objects.get()


def test_a_risk_is_accepted_with_a_reason_until_a_day_and_all_see_it(aside, mary, max_):
    until = in_days(30)
    for who in (mary, max_):
        said = text(section(page(who), "next-steps"))
        assert (
            "Put aside for now These count as before; "
            "they are only not suggested until their day. "
            f"{TITLES[REVIEW]} Noise Risk accepted until {until.day} {until:%b %Y} {REASON} "
            "Lena Lead, "
        ) in said
        assert f"Make this an action: {TITLES[REVIEW]}" not in said


def test_the_form_shows_what_is_suggested(lena, assessed):
    html = signed_in(lena).get(f"{EXEMPTIONS}{GATE}/").content.decode()

    assert f"<h1>{TITLES[GATE]}</h1>" in html
    assert "What is suggested: Do what line C says" in text(html)


def test_a_suggestion_can_be_declined_as_well(lena, assessed):
    put_aside(lena, kind="declined")

    assert "Suggestion declined until" in text(section(page(lena), "next-steps"))


def test_what_is_put_aside_is_in_no_set_of_steps(aside, mary):
    said = text(section(page(mary), "next-level"))

    assert (
        "No set of steps leads to 2 Repeatable as things stand: the team does not work on "
        f"“{TITLES[REVIEW]}” for now."
    ) in said


def test_it_changes_no_score_and_no_level(lena, assessed):
    before = section(page(lena), "levels")

    put_aside(lena)

    assert section(page(lena), "levels") == before


def test_on_its_last_day_it_holds_and_on_the_next_it_is_suggested_again(aside, mary):
    Exemption.objects.update(until=in_days(0))
    assert f"Make this an action: {TITLES[REVIEW]}" not in text(section(page(mary), "next-steps"))

    Exemption.objects.update(until=in_days(-1))

    steps = text(section(page(mary), "next-steps"))
    over = in_days(-1)
    assert f"Make this an action: {TITLES[REVIEW]}" in steps
    assert f"The exemption ended on {over.day} {over:%b %Y}. It said: {REASON}" in steps
    assert "Put aside for now" not in steps


def test_one_whose_day_is_over_gives_way_to_a_new_one(aside, lena):
    Exemption.objects.update(until=in_days(-1))

    put_aside(lena, reason="Still so")

    assert list(Exemption.objects.filter(ended_at=None).values_list("reason", flat=True)) == [
        "Still so"
    ]
    assert "The exemption ended on" not in page(lena)


def test_while_one_holds_there_is_no_second_one(aside, olga):
    response = signed_in(olga).post(
        f"{EXEMPTIONS}{REVIEW}/",
        {"kind": "declined", "reason": "No", "until": in_days(9).isoformat()},
        follow=True,
    )

    assert "Lena Lead has put this aside until" in response.content.decode()
    assert Exemption.objects.count() == 1


def test_the_database_holds_one_for_a_question(aside):
    with pytest.raises(IntegrityError), transaction.atomic():
        Exemption.objects.create(
            team=aside.team, question=aside.question, kind="risk", reason="x", until=in_days(1)
        )


def test_it_can_be_ended_before_its_day(aside, lena, mary):
    html = page(lena)
    assert f'form="plan" formaction="{EXEMPTIONS}{aside.pk}/end/"' in html
    assert "formaction" not in page(mary)

    signed_in(lena).post(f"{EXEMPTIONS}{aside.pk}/end/")

    assert f"Make this an action: {TITLES[REVIEW]}" in text(section(page(mary), "next-steps"))
    again = signed_in(lena).post(f"{EXEMPTIONS}{aside.pk}/end/", follow=True)
    assert "That had ended already." in again.content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"kind": ""}, "Choose whether the risk is accepted or the suggestion declined."),
        ({"kind": "maybe"}, "Choose one of the two."),
        ({"reason": " "}, "Say why: whoever reads it next year was not there."),
        ({"reason": "x" * 1001}, "That has 1001 characters; 1,000 is the most. Shorten it."),
        ({"until": ""}, "Choose the day on which you look at it again."),
        ({"until": "soon"}, "Write the day as 2027-03-31, or choose it."),
        ({"until": "2020-01-01"}, "That day is over. Choose today or a later day."),
        ({"until": "9999-12-31"}, "A year is the longest: choose"),
    ],
)
def test_without_a_reason_and_a_day_within_a_year_nothing_is_put_aside(sent, said, lena, assessed):
    response = put_aside(lena, **sent)

    assert said in response.content.decode()
    assert "reason" in sent or REASON in response.content.decode()
    assert Exemption.objects.count() == 0


@pytest.mark.parametrize("days", [0, 366])
def test_today_and_a_year_ahead_are_days_to_choose(days, lena, assessed):
    put_aside(lena, until=in_days(days).isoformat())

    assert Exemption.objects.get().until == in_days(days)


@pytest.mark.parametrize(
    ("who", "status"),
    [("lena", 302), ("olga", 302), ("mary", 403), ("max_", 403), ("sam", 404), ("eve", 404)],
)
def test_leads_and_owners_put_aside(who, status, request, assessed):
    user = request.getfixturevalue(who)

    assert put_aside(user).status_code == status
    assert Exemption.objects.exists() == (status == 302)
    link = f'href="exemptions/{GATE}/"'
    if status != 404:
        assert (link in page(user)) == (status == 302)


@pytest.mark.parametrize(
    ("who", "status"), [("mary", 403), ("max_", 403), ("sam", 404), ("eve", 404), ("olga", 302)]
)
def test_leads_and_owners_end_it(who, status, request, aside):
    user = request.getfixturevalue(who)

    assert signed_in(user).post(f"{EXEMPTIONS}{aside.pk}/end/").status_code == status
    aside.refresh_from_db()
    assert (aside.ended_at is not None) == (status == 302)


def test_a_question_that_was_never_asked_is_not_found(lena, assessed):
    assert put_aside(lena, "noise.nothing").status_code == 404


def test_before_the_first_assessment_there_is_nothing_to_put_aside(lena, payments, model):
    assert put_aside(lena).status_code == 404


def test_it_outlives_a_new_version_of_the_model(aside, mary, lena, payments, guide_section):
    newer = publish_model(guide_section, version="2026.2")
    submitted(payments, newer, {name: {"*": 2, REVIEW: 1} for name in ("amy", "bob", "cat")})

    assert f"Make this an action: {TITLES[REVIEW]}" not in text(section(page(mary), "next-steps"))
    response = put_aside(lena)
    assert response.status_code == 302
    assert Exemption.objects.count() == 1
    assert Question.objects.filter(key=REVIEW).count() == 2
