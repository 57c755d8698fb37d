"""What the answer page says before the first question: who sees what, opened again, closed."""

import pytest
from django.utils import timezone

from assessment.lifecycle import reopen, reveal
from assessment.models import Answer
from assessment.models.answering import TOGETHER
from tests.assessment.answer_page import NOISE, Inputs, address, form, give, opened, stored, words
from tests.conftest import join, person, signed_in

pytestmark = pytest.mark.django_db

WHERE_IT_ENDS = (
    "Where this ends: whoever holds this server's database and its secret key can read everything."
)
REVEALED = "The answers were revealed, so the sheets are closed while the team talks."


@pytest.fixture
def amy_and_bob(payments):
    """Two more members of Payments."""
    people = [person(f"{name} Payments") for name in ("Amy", "Bob")]
    for each in people:
        join(each, payments, "member")
    return people


@pytest.fixture
def revealed(assessment, mary, lena, amy_and_bob):
    """Payments' assessment with three sheets, revealed by Lena."""
    for member, answer in zip((mary, *amy_and_bob), "123", strict=True):
        give(member, assessment, "noise.symptoms", answer)
    reveal(assessment=assessment, by=lena)
    assessment.refresh_from_db()
    return assessment


def answered_in(assessment, mode, least=3):
    assessment.mode, assessment.least_answers = mode, least
    assessment.save()
    return assessment


def before_the_first_question(client, assessment, questionnaire="noise"):
    return words(opened(client, assessment, questionnaire)).split("Question 1 of")[0]


# The mode -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("least", "mean", "spread"), [(3, 3, 5), (4, 4, 5), (8, 8, 8)])
def test_individually_it_says_from_how_many_answers_on_what_is_shown(
    mary, assessment, least, mean, spread
):
    answered_in(assessment, "individual", least)
    said = before_the_first_question(signed_in(mary), assessment)
    assert (
        f"Only you see your answers. The team sees a mean from {mean} answers, and the "
        f"distribution and notes, unattributed, from {spread}, after your lead reveals them."
    ) in said
    assert WHERE_IT_ENDS in said


def test_openly_it_says_that_the_team_will_see_one_s_name(mary, assessment):
    answered_in(assessment, "open", 4)
    said = before_the_first_question(signed_in(mary), assessment)
    assert "Your team will see your name beside your answers and notes after the reveal." in said
    assert "see no names: a mean from 4 answers, the distribution from 5." in said
    assert WHERE_IT_ENDS in said
    assert "Only you see your answers." not in said


def test_together_it_says_whose_sheet_it_is(mary, assessment):
    answered_in(assessment, "consensus")
    html = opened(signed_in(mary), assessment)
    said = words(html)
    assert (
        "One sheet for the whole team: what you choose here is the team's answer; "
        "everybody in the team can change it."
    ) in said.split("Question 1 of")[0]
    assert "Your team's sheet: 0 of 9 answered" in said
    assert "Only you see your answers." not in said
    assert 'aria-label="Your team&#x27;s sheet"' in html


def test_it_is_said_above_every_questionnaire_and_in_full_until_something_is_answered(
    mary, assessment
):
    client = signed_in(mary)
    for questionnaire in ("noise", "runbooks"):
        html = opened(client, assessment, questionnaire)
        assert '<details class="who-sees" open>' in html
    give(mary, assessment, "noise.symptoms", "1")
    for questionnaire in ("noise", "runbooks"):
        html = opened(client, assessment, questionnaire)
        assert '<details class="who-sees">' in html
        assert "Only you see your answers." in words(html).split("Question 1 of")[0]


def test_the_list_kept_for_all_does_not_mix_the_modes(mary, assessment):
    client = signed_in(mary)
    assert "Your team's sheet" not in words(opened(client, assessment))
    answered_in(assessment, "consensus")
    assert "Your team's sheet: 0 of 9" in words(opened(client, assessment))
    answered_in(assessment, "individual")
    assert "Your team's sheet" not in words(opened(client, assessment))


def test_together_everybody_fills_the_same_sheet_and_sees_it(mary, lena, assessment):
    answered_in(assessment, "consensus")
    give(lena, assessment, "noise.symptoms", "4", "the board")
    fields = form(signed_in(mary), assessment)
    assert (fields["answer-noise.symptoms"], fields["note-noise.symptoms"]) == ("4", "the board")
    assert "1 of 9 answered" in words(opened(signed_in(mary), assessment))
    assert Answer.objects.get().sheet.respondent == TOGETHER


# Revealed -----------------------------------------------------------------------------------------


def test_a_revealed_assessment_sends_its_visitors_to_its_own_page_and_says_why(mary, revealed):
    response = signed_in(mary).get(address(revealed), follow=True)
    assert response.redirect_chain == [(revealed.get_absolute_url(), 302)]
    assert REVEALED in words(response.content.decode())


def test_a_form_sent_after_the_reveal_comes_back_as_it_was_and_says_so(
    mary, lena, assessment, amy_and_bob
):
    client = signed_in(mary)
    for member in (mary, *amy_and_bob):
        give(member, assessment, "noise.symptoms", "1")
    fields = form(client, assessment)
    fields |= {"answer-noise.review": "3", "note-noise.review": "each <b>Monday</b>"}
    reveal(assessment=assessment, by=lena)

    response = client.post(address(assessment), fields)

    assert response.status_code == 409
    html = response.content.decode()
    text = words(html)
    assert f"{REVEALED} What you sent was not stored." in text
    assert f"Not saved. {REVEALED}" in text
    sent = Inputs(html).fields
    assert sent["answer-noise.review"] == "3"
    assert sent["note-noise.review"] == "each <b>Monday</b>"
    assert 'href="#noise.review"' in html
    assert ">Save<" not in html
    assert set(stored()) == {"noise.symptoms"}


def test_what_came_back_can_be_sent_once_the_sheets_are_open_again(mary, revealed):
    client = signed_in(mary)
    fields = {"answer-noise.review": "3", "note-noise.review": "", "revision-noise.review": "0"}
    kept = Inputs(client.post(address(revealed), fields).content.decode()).fields
    reopen(assessment=revealed)
    assert client.post(address(revealed), kept).status_code == 302
    assert stored()["noise.review"] == ("3", "", 1)


# Opened again -------------------------------------------------------------------------------------


def test_opened_again_it_says_how_many_sheets_must_change(mary, revealed):
    reopen(assessment=revealed)
    said = before_the_first_question(signed_in(mary), revealed)
    assert (
        "The sheets were opened again. What the team has seen stays as it is unless at least "
        "3 sheets change: otherwise the difference would tell who changed what."
    ) in said


def test_opened_again_with_names_on_those_who_watch_learn_no_single_change(mary, lena, assessment):
    answered_in(assessment, "open")
    give(mary, assessment, "noise.symptoms", "1")
    reveal(assessment=assessment, by=lena)
    reopen(assessment=assessment)
    said = before_the_first_question(signed_in(mary), assessment)
    assert "stays as it is unless at least 3 sheets change:" in said


def test_before_the_first_reveal_nothing_is_said_of_it(mary, assessment):
    assert "opened again" not in words(opened(signed_in(mary), assessment))


# What it costs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["individual", "open", "consensus"])
def test_the_page_asks_the_database_four_times_in_every_mode(
    mary, assessment, mode, django_assert_num_queries
):
    answered_in(assessment, mode)
    client = signed_in(mary)
    opened(client, assessment)
    for key in NOISE:
        give(mary, assessment, key, "2")
    with django_assert_num_queries(4):
        opened(client, assessment)


def test_after_submit_it_says_so(mary, assessment):
    assessment.status, assessment.submitted_at = "submitted", timezone.now()
    assessment.save()
    response = signed_in(mary).get(address(assessment), follow=True)
    said = "This assessment was submitted, so its answers stand as they are."
    assert said in words(response.content.decode())
