"""Opening an assessment: each way of answering with what it means, before anybody answers."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from assessment.models import Assessment
from teams.models import Role
from tests.conftest import join, person, signed_in


def opening(team):
    return team.get_absolute_url() + "assessments/new/"


def text_of(response):
    return " ".join(re.sub(r"<[^>]*>", " ", response.text).split())


def chosen(response):
    """Return the values of the radio buttons that are on."""
    return re.findall(r'type="radio" name="\w+" value="(\w+)" required checked', response.text)


def fill_up(team, number):
    while team.memberships.count() < number:
        join(person(f"Person{team.memberships.count()}"), team, Role.MEMBER)


@pytest.mark.parametrize(
    ("who", "status"),
    [("olga", 200), ("lena", 200), ("max_", 403), ("mary", 403), ("sam", 404), ("eve", 404)],
)
def test_who_may_open_an_assessment(who, status, request, payments, model):
    client = signed_in(request.getfixturevalue(who))

    assert client.get(opening(payments)).status_code == status


@pytest.mark.parametrize("mode", ["individual", "open", "consensus"])
def test_the_lead_opens_an_assessment(lena, payments, model, mode):
    due = timezone.localdate() + timedelta(days=10)

    response = signed_in(lena).post(
        opening(payments), {"mode": mode, "length": "core", "due_on": due}
    )

    opened = Assessment.objects.get()
    assert (opened.mode, opened.length, opened.due_on) == (mode, "core", due)
    assert opened.opened_by == lena
    assert response.headers["Location"] == opened.get_absolute_url()


def test_each_way_says_what_it_means_and_when_to_choose_it(lena, payments):
    page = text_of(signed_in(lena).get(opening(payments)))

    for sentence in (
        "Each member answers alone, on a sheet of their own. What anybody answered is shown to "
        "nobody, not to the lead and not to an administrator.",
        "For five people or more: it gets the most honest answers.",
        "After the reveal everybody in the team sees who answered what.",
        "For teams under five, when everybody has agreed to it beforehand.",
        "The team fills one sheet together, in one session.",
        "For teams under three, or when you can sit together.",
    ):
        assert sentence in page


@pytest.mark.parametrize(
    ("least_answers", "sentence"),
    [
        (3, "A mean needs 3 answers, a distribution or notes need 5: set by Harbour, fixed when"),
        (7, "A mean needs 7 answers, a distribution or notes need 7: set by Harbour, fixed when"),
    ],
)
def test_the_thresholds_in_force_are_shown(lena, harbour, payments, least_answers, sentence):
    harbour.least_answers = least_answers
    harbour.save()

    assert sentence in text_of(signed_in(lena).get(opening(payments)))


def test_an_owner_gets_to_the_settings_from_there_and_a_lead_does_not(olga, lena, payments):
    link = 'href="/organizations/harbour/settings/"'

    assert link in signed_in(olga).get(opening(payments)).text
    assert link not in signed_in(lena).get(opening(payments)).text


@pytest.mark.parametrize(
    ("members", "suggested", "sentence"),
    [
        (1, "consensus", "Payments has 1 member. Until 3 answer, what is answered individually"),
        (2, "consensus", "Payments has 2 members. Until 3 answer, what is answered individually"),
        (3, "individual", "Payments has 3 members. Individually you would see means, but no"),
        (4, "individual", "Payments has 4 members. Individually you would see means, but no"),
        (5, "individual", ""),
    ],
)
def test_the_way_suggested_fits_the_size_of_the_team(lena, payments, members, suggested, sentence):
    fill_up(payments, members)

    response = signed_in(lena).get(opening(payments))

    assert chosen(response) == [suggested, "full"]
    assert sentence in text_of(response)
    assert ("Payments has" in text_of(response)) == bool(sentence)


BAD = {
    "a day that is over": (
        {"mode": "open", "length": "core", "due_on": "2020-01-01"},
        "That day is over. Choose today or a later day.",
    ),
    "no mode": ({"length": "core"}, "This field is required."),
    "a mode that is none": (
        {"mode": "secret", "length": "core"},
        "Select a valid choice. secret is not one of the available choices.",
    ),
    "no length": ({"mode": "open"}, "This field is required."),
}


@pytest.mark.parametrize(("posted", "sentence"), BAD.values(), ids=BAD)
def test_bad_input_opens_nothing_and_says_why(lena, payments, model, posted, sentence):
    response = signed_in(lena).post(opening(payments), posted)

    assert sentence in text_of(response)
    assert not Assessment.objects.exists()


def test_what_was_chosen_stays_chosen_when_something_else_is_wrong(lena, payments, model):
    response = signed_in(lena).post(opening(payments), BAD["a day that is over"][0])

    assert chosen(response) == ["open", "core"]


def test_a_second_assessment_is_refused_while_one_is_open(lena, payments, assessment):
    response = signed_in(lena).post(
        opening(payments), {"mode": "open", "length": "core"}, follow=True
    )

    assert "This team has an open assessment already." in text_of(response)
    assert Assessment.objects.count() == 1
