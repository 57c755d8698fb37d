"""The page on which a respondent answers, as the server makes it; and as a form without scripts."""

import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from assessment.models import Answer, Sheet
from assessment.models.answering import respondent_key
from assessment.saving import answers_of
from tests.assessment.answer_page import NOISE, Inputs, address, form, give, opened, stored, words
from tests.assessment.conftest import QUESTIONNAIRES, open_assessment
from tests.conftest import join, person, signed_in

pytestmark = pytest.mark.django_db

# What is on it ------------------------------------------------------------------------------


def test_each_question_has_its_lines_lowest_first_then_dont_know_and_not_applicable(
    mary, assessment
):
    html = opened(signed_in(mary), assessment)
    assert Inputs(html).radios == [
        (f"answer-{key}", value) for key in NOISE for value in ("0", "1", "2", "3", "4", "dk", "na")
    ]
    title = "Paging on what users feel"
    lines = [f"{title}: line {letter}" for letter in "ABCDE"]
    positions = [html.index(line) for line in [*lines, "Don&#x27;t know"]]
    assert positions[:5] == sorted(positions[:5])


def test_the_instruction_stands_above(mary, assessment):
    instruction = (
        "Think of our own team and the last 90 days. Choose the highest line that is wholly true."
    )
    text = words(opened(signed_in(mary), assessment))
    assert text.index(instruction) < text.index("Question 1 of 4")


def test_no_level_is_named_or_numbered_while_answering(mary, assessment):
    text = words(opened(signed_in(mary), assessment)).split("Keys")[0]
    for name in ("Absent", "Ad hoc", "Repeatable", "Measured", "Adaptive", "level", "Level"):
        assert name not in text


def test_the_page_needs_no_inline_script_or_style(mary, assessment):
    html = opened(signed_in(mary), assessment)
    assert not re.findall(r"<script(?![^>]*\bsrc=)", html)
    assert not re.findall(r"\s(?:style|on\w+)=", html)
    assert "<style" not in html


def test_each_question_leads_to_its_guide_section(mary, assessment, guide_section):
    html = opened(signed_in(mary), assessment)
    assert html.count(f'href="{guide_section.get_absolute_url()}"') == len(NOISE)


def test_one_s_own_answers_are_filled_in_and_nobody_else_s(mary, lena, assessment):
    give(lena, assessment, "noise.symptoms", "4", "lena's note")
    give(mary, assessment, "noise.symptoms", "1", "mary's <b>note</b>")
    html = opened(signed_in(mary), assessment)
    fields = Inputs(html).fields
    assert fields["answer-noise.symptoms"] == "1"
    assert fields["note-noise.symptoms"] == "mary's <b>note</b>"
    assert fields["revision-noise.symptoms"] == "1"
    assert "answer-noise.review" not in fields
    assert fields["revision-noise.review"] == "0"
    assert "lena" not in html


def test_what_is_kept_for_all_holds_nothing_of_one_person(mary, lena, assessment):
    give(mary, assessment, "noise.symptoms", "1", "mary's note")
    opened(signed_in(mary), assessment)
    assert "answer-noise.symptoms" not in form(signed_in(lena), assessment)
    assert "mary's note" not in unescape(opened(signed_in(lena), assessment))


def test_a_pulse_asks_its_own_questions_even_after_a_full_one_was_shown(
    mary, payments, assessment, model
):
    client = signed_in(mary)
    opened(client, assessment)
    assessment.status, assessment.submitted_at = "submitted", timezone.now()
    assessment.save()
    pulse = open_assessment(payments, model, length="pulse")
    html = opened(client, pulse)
    assert html.count("<fieldset") == 2
    assert "Question 1 of 2" in html
    assert "0 of 4 answered" in words(html)


def test_progress_is_one_s_own(mary, lena, assessment):
    give(lena, assessment, "noise.review", "4")
    give(mary, assessment, "noise.symptoms", "1")
    give(mary, assessment, "noise.grouping", "dk")
    give(mary, assessment, "runbooks.owned", None, "only a note")
    text = words(opened(signed_in(mary), assessment))
    assert "2 of 9 answered" in text
    assert "Noise and alert quality 2 of 4" in text
    assert "Runbooks 0 of 5" in text


def test_the_list_leads_to_the_first_unanswered_question_of_each(mary, assessment):
    give(mary, assessment, "noise.actionability", "1")
    html = opened(signed_in(mary), assessment)
    assert f'href="{address(assessment)}#noise.symptoms"' in html
    assert f'href="{address(assessment, "runbooks")}#runbooks.coverage"' in html


def test_onward_goes_to_the_next_questionnaire_and_in_the_end_to_the_assessment(mary, assessment):
    client = signed_in(mary)
    first, last = opened(client, assessment), opened(client, assessment, "runbooks")
    onward = r'id="next" href="([^"#]+)'
    assert re.findall(onward, first) == [address(assessment, "runbooks")]
    assert re.findall(onward, last) == [assessment.get_absolute_url()]


def test_looking_at_the_page_writes_nothing(mary, assessment):
    opened(signed_in(mary), assessment)
    assert not Sheet.objects.exists()


@pytest.mark.parametrize("answers", [0, 9])
def test_the_page_asks_the_database_four_times_whatever_is_answered(
    mary, lena, payments, assessment, answers, django_assert_num_queries
):
    client = signed_in(mary)
    opened(client, assessment)
    questions = [key for asked in QUESTIONNAIRES.values() for key, _ in asked]
    for key in questions[:answers]:
        give(mary, assessment, key, "2", "note")
        give(lena, assessment, key, "3", "note")
    # session, user, assessment, answers
    with django_assert_num_queries(4):
        opened(client, assessment)


# Who may ------------------------------------------------------------------------------------


def test_who_is_signed_out_signs_in_first(assessment):
    response = Client().get(address(assessment))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


def test_a_stranger_finds_nothing(eve, sam, assessment):
    assert signed_in(eve).get(address(assessment)).status_code == 404
    assert signed_in(sam).get(address(assessment)).status_code == 404


def test_owner_and_manager_do_not_answer(olga, max_, assessment):
    for somebody in (olga, max_):
        client = signed_in(somebody)
        assert client.get(address(assessment)).status_code == 403
        assert client.post(address(assessment), {"note-noise.review": "x"}).status_code == 403
    assert not Sheet.objects.exists()


def test_another_team_s_address_does_not_lead_to_this_assessment(mary, search_team, assessment):
    join(mary, search_team, "member")
    elsewhere = address(assessment).replace("/payments/", "/search/")
    assert signed_in(mary).get(elsewhere).status_code == 404


def test_an_unknown_questionnaire_is_not_found(mary, assessment):
    assert signed_in(mary).get(address(assessment, "weather")).status_code == 404


def test_a_submitted_assessment_shows_itself_instead(mary, assessment):
    assessment.status, assessment.submitted_at = "submitted", timezone.now()
    assessment.save()
    nothing_new = {"note-noise.review": "", "revision-noise.review": "0"}
    for response in (
        signed_in(mary).get(address(assessment)),
        signed_in(mary).post(address(assessment), nothing_new),
    ):
        assert response.status_code == 302
        assert response["Location"] == assessment.get_absolute_url()
    assert not Sheet.objects.exists()


# Without scripts ----------------------------------------------------------------------------


def test_a_whole_questionnaire_is_saved_at_once(mary, assessment):
    client = signed_in(mary)
    fields = form(client, assessment)
    fields |= {f"answer-{key}": value for key, value in zip(NOISE, ("0", "4", "dk"), strict=False)}
    fields["note-noise.symptoms"] = "first line\r\nsecond"
    response = client.post(address(assessment), fields, follow=True)

    assert response.redirect_chain == [(address(assessment), 302)]
    assert "Saved: 3 answers." in words(response.content.decode())
    assert stored() == {
        "noise.actionability": ("0", "", 1),
        "noise.symptoms": ("4", "first line\nsecond", 1),
        "noise.grouping": ("dk", "", 1),
    }
    assert Sheet.objects.get().respondent == respondent_key(mary.pk, assessment.team_id)


def test_what_was_not_touched_keeps_its_revision(mary, assessment):
    give(mary, assessment, "noise.symptoms", "1", "kept")
    client = signed_in(mary)
    fields = form(client, assessment) | {"answer-noise.review": "2"}
    client.post(address(assessment), fields)
    assert stored() == {"noise.symptoms": ("1", "kept", 1), "noise.review": ("2", "", 1)}


def test_saving_twice_changes_nothing_the_second_time(mary, assessment):
    client = signed_in(mary)
    fields = form(client, assessment) | {"answer-noise.review": "2"}
    for _ in range(2):
        assert client.post(address(assessment), fields).status_code == 302
    assert stored() == {"noise.review": ("2", "", 1)}


def test_save_and_go_on_leads_to_the_next_questionnaire(mary, assessment):
    client = signed_in(mary)
    fields = form(client, assessment) | {"answer-noise.review": "2", "then": "next"}
    response = client.post(address(assessment), fields)
    assert response["Location"] == f"{address(assessment, 'runbooks')}#runbooks.coverage"
    response = client.post(address(assessment, "runbooks"), {"then": "next"})
    assert response["Location"] == assessment.get_absolute_url()


def test_clear_takes_an_answer_back_keeps_its_note_and_saves_the_rest(mary, assessment):
    give(mary, assessment, "noise.symptoms", "1", "the board")
    client = signed_in(mary)
    fields = form(client, assessment)
    fields |= {"answer-noise.review": "2", "clear": "noise.symptoms"}
    client.post(address(assessment), fields)
    assert stored() == {"noise.symptoms": (None, "the board", 2), "noise.review": ("2", "", 1)}


def test_not_applicable_without_a_reason_is_said_at_the_question_and_the_rest_is_saved(
    mary, assessment
):
    client = signed_in(mary)
    fields = form(client, assessment) | {"answer-noise.symptoms": "na", "answer-noise.review": "2"}
    response = client.post(address(assessment), fields)

    assert response.status_code == 422
    html = response.content.decode()
    text = words(html)
    assert "Saved: 1 answer." in text
    assert "Not saved. Not applicable needs a reason: say in one line why." in text
    assert 'href="#noise.symptoms"' in html
    assert Inputs(html).fields["answer-noise.symptoms"] == "na"
    assert stored() == {"noise.review": ("2", "", 1)}


@pytest.mark.parametrize(
    ("answer", "note", "says"),
    [
        ("5", "", "An answer is one of the five lines"),
        ("lots", "", "An answer is one of the five lines"),
        ("1", "x" * 2001, "The note has 2,001 characters; 2,000 is the most."),
        ("1", "a\0b", "a character that is not text"),
    ],
)
def test_what_cannot_be_stored_is_shown_again_with_the_reason(mary, assessment, answer, note, says):
    client = signed_in(mary)
    fields = form(client, assessment)
    fields |= {"answer-noise.symptoms": answer, "note-noise.symptoms": note}
    response = client.post(address(assessment), fields)
    assert response.status_code == 422
    html = response.content.decode()
    assert says in words(html)
    assert Inputs(html).fields["note-noise.symptoms"] == note.replace("\0", "\ufffd")
    assert not Answer.objects.exists()


@pytest.mark.parametrize("revision", ["", "-1", "x", "9" * 5000, "1.0", "²"])
def test_a_form_altered_on_the_way_stores_nothing(mary, assessment, revision):
    client = signed_in(mary)
    fields = form(client, assessment)
    fields |= {"answer-noise.symptoms": "1", "revision-noise.symptoms": revision}
    response = client.post(address(assessment), fields)
    assert response.status_code == 422
    assert "The form was altered on the way." in words(response.content.decode())
    assert not Answer.objects.exists()


def test_a_form_with_a_million_characters_too_many_is_refused(mary, assessment):
    response = signed_in(mary).post(address(assessment), {"note-noise.review": "x" * 2**20})
    assert response.status_code == 400
    assert not Answer.objects.exists()


def test_a_form_without_its_token_is_refused(mary, assessment):
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(mary).cookies
    response = client.post(address(assessment), {"note-noise.review": "x"})
    assert response.status_code == 403
    assert not Answer.objects.exists()


def conflicting(mary, assessment):
    """Return a client, and the answer to a form in which a stored answer had changed meanwhile."""
    give(mary, assessment, "noise.symptoms", "0", "before")
    client = signed_in(mary)
    fields = form(client, assessment)
    give(mary, assessment, "noise.symptoms", "4", "other tab", revision=1)
    fields |= {"answer-noise.symptoms": "2", "answer-noise.review": "3"}
    fields["note-noise.symptoms"] = "this tab"
    return client, client.post(address(assessment), fields)


def test_a_conflict_shows_both_values_overwrites_nothing_and_saves_the_rest(mary, assessment):
    _, response = conflicting(mary, assessment)
    assert response.status_code == 409
    html = response.content.decode()
    text = words(html)
    assert "Keep mine: Paging on what users feel: line C this tab" in text
    assert "Keep the stored one: Paging on what users feel: line E other tab" in text
    assert Inputs(html).fields["answer-noise.symptoms"] == "2"
    assert stored() == {"noise.symptoms": ("4", "other tab", 2), "noise.review": ("3", "", 1)}


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ({"keep-noise.symptoms": "mine"}, ("2", "this tab", 3)),
        ({"keep-noise.symptoms": "stored"}, ("4", "other tab", 2)),
    ],
)
def test_after_a_conflict_one_chooses(mary, assessment, choice, kept):
    client, response = conflicting(mary, assessment)
    fields = Inputs(response.content.decode()).fields | choice
    assert client.post(address(assessment), fields).status_code == 302
    assert stored()["noise.symptoms"] == kept


def test_without_a_choice_the_conflict_stays(mary, assessment):
    client, response = conflicting(mary, assessment)
    again = client.post(address(assessment), Inputs(response.content.decode()).fields)
    assert again.status_code == 409
    assert stored()["noise.symptoms"] == ("4", "other tab", 2)


def test_an_untouched_question_is_no_conflict_when_it_was_answered_elsewhere(mary, assessment):
    client = signed_in(mary)
    fields = form(client, assessment) | {"answer-noise.review": "2"}
    give(mary, assessment, "noise.symptoms", "4")
    assert client.post(address(assessment), fields).status_code == 302
    assert stored() == {"noise.symptoms": ("4", "", 1), "noise.review": ("2", "", 1)}


def test_submitted_while_the_form_was_open_stores_nothing_and_says_so(
    mary, assessment, monkeypatch
):
    """The page's own look came before submit, the locked one after."""
    client = signed_in(mary)
    fields = form(client, assessment) | {"answer-noise.review": "2"}

    def submitted_in_between(user, found):
        answers = answers_of(user, found)
        type(found).objects.update(status="submitted", submitted_at=timezone.now())
        return answers

    monkeypatch.setattr("assessment.views.answering.answers_of", submitted_in_between)
    response = client.post(address(assessment), fields)
    assert response.status_code == 409
    html = response.content.decode()
    assert (
        "This assessment was submitted, so its answers stand as they are. "
        "What you sent was not stored."
    ) in words(html)
    assert Inputs(html).fields["answer-noise.review"] == "2"
    assert not Answer.objects.exists()


def test_two_members_of_one_name_have_two_sheets(payments, mary, assessment):
    twin = person("Mary Member", "mary2@harbour.example")
    join(twin, payments, "member")
    give(mary, assessment, "noise.review", "1")
    give(twin, assessment, "noise.review", "3")
    assert form(signed_in(mary), assessment)["answer-noise.review"] == "1"
    assert form(signed_in(twin), assessment)["answer-noise.review"] == "3"
