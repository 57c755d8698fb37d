"""Reading one's own sheet as a program: nobody else's, and cheaply when nothing has changed."""

from uuid import uuid4

import pytest
from django.test import Client

from assessment.lifecycle import reveal
from assessment.models import Assessment
from assessment.saving import WHY_CLOSED
from tests.assessment.answer_page import NOISE, give
from tests.conftest import join, person, signed_in

pytestmark = pytest.mark.django_db


def address(assessment):
    return f"/api/v1/assessments/{assessment.pk}/answers"


def sheet(client, assessment):
    response = client.get(address(assessment))
    assert response.status_code == 200
    return response.json()


@pytest.fixture
def together(assessment):
    """Payments' open assessment, filled on one sheet."""
    Assessment.objects.update(mode="consensus")
    assessment.refresh_from_db()
    return assessment


def test_one_reads_one_s_own_answers_notes_and_revisions_and_nobody_else_s(mary, lena, assessment):
    give(mary, assessment, "noise.review", "dk")
    give(mary, assessment, "noise.symptoms", "2", "the board")
    give(mary, assessment, "noise.symptoms", "3", "the board", revision=1)
    give(lena, assessment, "noise.symptoms", "0", "lena's note")
    give(lena, assessment, "noise.grouping", "4")
    assert sheet(signed_in(mary), assessment) == {
        "status": "open",
        "reason": "",
        "answers": [
            {"questionnaire": "noise", "question": "noise.symptoms", "answer": 3,
             "note": "the board", "revision": 2},
            {"questionnaire": "noise", "question": "noise.review", "answer": "dk",
             "note": "", "revision": 1},
        ],
    }  # fmt: skip


def test_with_names_on_one_still_reads_one_s_own_sheet_only(mary, lena, assessment):
    Assessment.objects.update(mode="open")
    give(lena, assessment, "noise.symptoms", "0", "lena's note")
    assert sheet(signed_in(mary), assessment)["answers"] == []


def test_a_sheet_filled_together_is_read_by_everybody_in_the_team(mary, lena, together):
    give(lena, together, "noise.symptoms", "0", "the board")
    expected = {"questionnaire": "noise", "question": "noise.symptoms", "answer": 0,
                "note": "the board", "revision": 1}  # fmt: skip
    for member in (lena, mary):
        assert sheet(signed_in(member), together)["answers"] == [expected]


def test_answers_stand_in_the_order_of_the_questions_not_of_answering(mary, assessment):
    for key in reversed(NOISE):
        give(mary, assessment, key, "1")
    answers = sheet(signed_in(mary), assessment)["answers"]
    assert [each["question"] for each in answers] == NOISE


# Who may ------------------------------------------------------------------------------------------


def refused(response, status, code):
    assert response.status_code == status
    assert (response.json()["saved"], response.json()["code"]) == (False, code)


@pytest.mark.parametrize("mode", ["individual", "open", "consensus"])
def test_strangers_and_other_teams_find_nothing_in_any_mode(eve, sam, assessment, mode):
    Assessment.objects.update(mode=mode)
    for stranger in (eve, sam):
        client = signed_in(stranger)
        theirs = client.get(address(assessment))
        nowhere = client.get(f"/api/v1/assessments/{uuid4()}/answers")
        refused(theirs, 404, "not_found")
        assert theirs.content == nowhere.content


@pytest.mark.parametrize("mode", ["individual", "open", "consensus"])
def test_owner_and_manager_read_no_sheet_in_any_mode(olga, max_, mary, assessment, mode):
    Assessment.objects.update(mode=mode)
    give(mary, assessment, "noise.review", "1")
    for somebody in (olga, max_):
        refused(signed_in(somebody).get(address(assessment)), 403, "forbidden")


def test_who_is_signed_out_is_told_so(assessment):
    refused(Client().get(address(assessment)), 401, "signed_out")


def test_who_left_the_team_reads_nothing_any_more(mary, together, payments):
    client = signed_in(mary)
    sheet(client, together)
    payments.memberships.filter(user=mary).delete()
    refused(client.get(address(together)), 404, "not_found")


# Nothing has changed ------------------------------------------------------------------------------


def test_nothing_changed_is_a_304_without_a_body(mary, lena, together):
    give(lena, together, "noise.symptoms", "0")
    client = signed_in(mary)
    tag = client.get(address(together))["ETag"]
    again = client.get(address(together), headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)

    give(lena, together, "noise.symptoms", "1", revision=1)
    changed = client.get(address(together), headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed["ETag"] != tag
    assert changed.json()["answers"][0]["answer"] == 1


def test_a_tag_weakened_by_a_proxy_still_matches(mary, together):
    client = signed_in(mary)
    tag = client.get(address(together))["ETag"]
    again = client.get(address(together), headers={"If-None-Match": f'"other", W/{tag}'})
    assert again.status_code == 304


@pytest.mark.parametrize("header", ["", "*", '"', "nonsense", '"' + "0" * 5000 + '"'])
def test_a_tag_that_is_none_gets_the_sheet(mary, together, header):
    response = signed_in(mary).get(address(together), headers={"If-None-Match": header})
    assert response.status_code == 200


def test_no_proxy_and_no_browser_may_keep_it(mary, together):
    assert "no-store" in signed_in(mary).get(address(together))["Cache-Control"]


# Closed, and what it costs ------------------------------------------------------------------------


def test_it_says_that_the_sheets_are_closed_and_why(mary, lena, payments, assessment):
    for name in ("Amy", "Bob"):
        member = person(f"{name} Payments")
        join(member, payments, "member")
        give(member, assessment, "noise.review", "1")
    give(mary, assessment, "noise.review", "1")
    reveal(assessment=assessment, by=lena)
    found = sheet(signed_in(mary), assessment)
    assert (found["status"], found["reason"]) == ("revealed", WHY_CLOSED["revealed"])
    assert [each["question"] for each in found["answers"]] == ["noise.review"]


def test_a_look_is_four_statements_whatever_is_answered(mary, together, django_assert_num_queries):
    client = signed_in(mary)
    sheet(client, together)
    for key in NOISE:
        give(mary, together, key, "1", "note")
    # session, user, assessment, answers
    with django_assert_num_queries(4):
        sheet(client, together)


def test_the_api_describes_the_sheet_and_both_reasons_of_a_409(mary):
    described = signed_in(mary).get("/api/v1/openapi.json").json()
    save = described["paths"]["/api/v1/assessments/{assessment_id}/answers/{question}"]["put"]
    closed = described["components"]["schemas"]["ClosedBody"]["properties"]
    assert "closed" in save["description"]
    assert "409" in {str(status) for status in save["responses"]}
    assert closed["status"]["enum"] == ["revealed", "submitted"]
    read = described["paths"]["/api/v1/assessments/{assessment_id}/answers"]["get"]
    assert "nobody else's" in read["description"]
    assert {"200", "304", "401", "403", "404"} <= {str(status) for status in read["responses"]}
