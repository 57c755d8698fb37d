"""Saving one answer, as programs do it: what is stored, what is refused and in which words."""

import json
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.models import Answer, Participation, Sheet
from assessment.models.answering import LONGEST_NOTE, respondent_key
from tests.assessment.conftest import open_assessment
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db


def address(assessment, question="noise.actionability"):
    return f"/api/v1/assessments/{assessment.pk}/answers/{question}"


def put(client, assessment, body, revision=0, question="noise.actionability", **more):
    """Send the request as a page does; `body` is a value to encode or text to send as it is."""
    return client.put(
        address(assessment, question),
        body if isinstance(body, str | bytes) else json.dumps(body),
        content_type="application/json",
        headers={"If-Match": f'"{revision}"'},
        **more,
    )


def stored(question="noise.actionability"):
    return Answer.objects.values_list("answer", "note", "revision").get(question__key=question)


# What is saved ------------------------------------------------------------------------------


def test_a_first_answer_is_saved_and_says_when(mary, assessment):
    before = timezone.now()
    response = put(signed_in(mary), assessment, {"answer": 3, "note": "the weekly list"})

    assert response.status_code == 200
    body = response.json()
    assert (body["saved"], body["revision"]) == (True, 1)
    assert before.isoformat()[:16] <= body["saved_at"][:16]
    assert body["saved_at"].endswith("Z")
    assert stored() == ("3", "the weekly list", 1)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [(0, "0"), (1, "1"), (2, "2"), (3, "3"), (4, "4"), ("dk", "dk"), ("na", "na"), (None, None)],
)
def test_every_kind_of_answer_can_be_given(mary, assessment, answer, kept):
    response = put(signed_in(mary), assessment, {"answer": answer, "note": "because"})
    assert response.status_code == 200
    assert stored() == (kept, "because", 1)


def test_a_changed_answer_replaces_the_one_whose_revision_it_names(mary, assessment):
    client = signed_in(mary)
    put(client, assessment, {"answer": 1, "note": "first"})
    response = put(client, assessment, {"answer": 2, "note": "second"}, revision=1)
    assert response.json()["revision"] == 2
    assert stored() == ("2", "second", 2)


def test_an_answer_can_be_taken_back_and_its_note_kept(mary, assessment):
    client = signed_in(mary)
    put(client, assessment, {"answer": 1, "note": "see the board"})
    put(client, assessment, {"answer": None, "note": "see the board"}, revision=1)
    assert stored() == (None, "see the board", 2)


def test_the_same_first_answer_sent_again_changes_nothing(mary, assessment):
    client = signed_in(mary)
    for _ in range(3):
        response = put(client, assessment, {"answer": 3, "note": "x"})
        assert (response.status_code, response.json()["revision"]) == (200, 1)
    assert stored() == ("3", "x", 1)


def test_the_same_change_sent_again_changes_nothing(mary, assessment):
    client = signed_in(mary)
    put(client, assessment, {"answer": 1, "note": ""})
    for _ in range(3):
        response = put(client, assessment, {"answer": 2, "note": ""}, revision=1)
        assert (response.status_code, response.json()["revision"]) == (200, 2)
    assert stored() == ("2", "", 2)


def test_blanks_around_a_note_are_not_kept(mary, assessment):
    put(signed_in(mary), assessment, {"answer": 1, "note": "  the board \n"})
    assert stored() == ("1", "the board", 1)


def test_a_note_may_be_as_long_as_the_form_allows_in_any_script(mary, assessment):
    note = "🧯" * LONGEST_NOTE
    assert put(signed_in(mary), assessment, {"answer": 1, "note": note}).status_code == 200
    assert stored() == ("1", note, 1)


def test_a_missing_note_is_an_empty_one(mary, assessment):
    assert put(signed_in(mary), assessment, {"answer": 1}).status_code == 200
    assert stored() == ("1", "", 1)


# Whose sheet it is --------------------------------------------------------------------------


def test_a_sheet_carries_a_pseudonym_and_no_user(mary, payments, assessment):
    put(signed_in(mary), assessment, {"answer": 1, "note": ""})
    sheet = Sheet.objects.get()
    assert sheet.respondent == respondent_key(mary.pk, payments.pk)
    assert {field.name for field in Sheet._meta.get_fields()} == {
        "id", "assessment", "respondent", "answers",
    }  # fmt: skip


def test_each_member_has_a_sheet_of_their_own(mary, lena, assessment):
    put(signed_in(mary), assessment, {"answer": 1, "note": ""})
    put(signed_in(lena), assessment, {"answer": 4, "note": ""})
    put(signed_in(mary), assessment, {"answer": 2, "note": ""}, question="noise.review")
    assert Sheet.objects.count() == 2
    assert sorted(Answer.objects.values_list("answer", flat=True)) == ["1", "2", "4"]


def test_answering_does_not_say_that_one_has_finished(mary, assessment):
    put(signed_in(mary), assessment, {"answer": 1, "note": ""})
    assert not Participation.objects.exists()


# Two who edit the same answer -----------------------------------------------------------------


def test_a_stale_revision_is_answered_with_both_values(mary, assessment):
    client = signed_in(mary)
    put(client, assessment, {"answer": 1, "note": "first tab"})
    response = put(client, assessment, {"answer": 4, "note": "second tab"})

    assert response.status_code == 409
    body = response.json()
    assert body["saved"] is False
    assert body["yours"] == {"answer": 4, "note": "second tab"}
    assert body["stored"] == {"answer": 1, "note": "first tab", "revision": 1}
    assert "nothing was overwritten" in body["error"]
    assert stored() == ("1", "first tab", 1)


def test_a_revision_that_never_was_is_a_conflict(mary, assessment):
    response = put(signed_in(mary), assessment, {"answer": 4, "note": ""}, revision=7)
    assert response.status_code == 409
    assert response.json()["stored"] == {"answer": None, "note": "", "revision": 0}
    assert not Answer.objects.exists()


def test_an_older_change_does_not_come_back(mary, assessment):
    client = signed_in(mary)
    put(client, assessment, {"answer": 1, "note": ""})
    put(client, assessment, {"answer": 2, "note": ""}, revision=1)
    put(client, assessment, {"answer": 3, "note": ""}, revision=2)
    response = put(client, assessment, {"answer": 2, "note": ""}, revision=1)
    assert response.status_code == 409
    assert stored() == ("3", "", 3)


# Who may not --------------------------------------------------------------------------------


def refused(response, status, code):
    assert response.status_code == status
    assert response["Content-Type"].startswith("application/json")
    body = response.json()
    assert (body["saved"], body["code"]) == (False, code)
    assert body["error"].endswith(".")
    return body["error"]


def test_who_is_signed_out_is_told_so(assessment):
    error = refused(put(Client(), assessment, {"answer": 1, "note": ""}), 401, "signed_out")
    assert "sign in" in error


def test_a_request_without_the_session_s_token_is_refused(mary, assessment):
    client = Client(enforce_csrf_checks=True)
    client.force_login(mary, backend="allauth.account.auth_backends.AuthenticationBackend")
    refused(put(client, assessment, {"answer": 1, "note": ""}), 403, "csrf")
    assert not Sheet.objects.exists()


def test_a_stranger_does_not_learn_that_the_assessment_exists(eve, sam, assessment):
    for stranger in (eve, sam):
        client = signed_in(stranger)
        theirs = put(client, assessment, {"answer": 1, "note": ""})
        nowhere = client.put(
            f"/api/v1/assessments/{uuid4()}/answers/noise.actionability",
            '{"answer": 1, "note": ""}',
            content_type="application/json",
            headers={"If-Match": '"0"'},
        )
        refused(theirs, 404, "not_found")
        assert theirs.content == nowhere.content
    assert not Sheet.objects.exists()


def test_a_manager_or_owner_without_a_place_in_the_team_does_not_answer(max_, olga, assessment):
    for somebody in (max_, olga):
        error = refused(put(signed_in(somebody), assessment, {"answer": 1}), 403, "forbidden")
        assert "own lead and members" in error
    assert not Sheet.objects.exists()


# What cannot be answered ----------------------------------------------------------------------


def test_an_unknown_question_is_named(mary, assessment):
    response = put(signed_in(mary), assessment, {"answer": 1}, question="noise.weather")
    assert "noise.weather" in refused(response, 404, "not_asked")
    assert not Sheet.objects.exists()


def test_a_question_that_this_length_does_not_ask_is_named(mary, payments, model):
    pulse = open_assessment(payments, model, length="pulse")
    response = put(signed_in(mary), pulse, {"answer": 1}, question="noise.review")
    assert "noise.review" in refused(response, 404, "not_asked")
    assert not Sheet.objects.exists()


def test_a_submitted_assessment_takes_no_more_answers(mary, assessment):
    client = signed_in(mary)
    put(client, assessment, {"answer": 1, "note": ""})
    assessment.status, assessment.submitted_at = "submitted", timezone.now()
    assessment.save()
    error = refused(put(client, assessment, {"answer": 2}, revision=1), 409, "closed")
    assert "submitted" in error
    assert stored() == ("1", "", 1)


def test_a_save_while_the_team_talks_is_refused_and_says_that_it_may_end(mary, assessment):
    client = signed_in(mary)
    put(client, assessment, {"answer": 1, "note": ""})
    assessment.status, assessment.revealed_at, assessment.reveals = "revealed", timezone.now(), 1
    assessment.save()
    response = put(client, assessment, {"answer": 2}, revision=1)
    error = refused(response, 409, "closed")
    reason = "The answers were revealed, so the sheets are closed while the team talks."
    assert error == f"{reason} What you just sent was not stored."
    assert (response.json()["status"], response.json()["reason"]) == ("revealed", reason)
    assert stored() == ("1", "", 1)

    assessment.status = "open"
    assessment.save()
    assert put(client, assessment, {"answer": 2}, revision=1).status_code == 200


@pytest.mark.parametrize("path", ["not-a-uuid/answers/noise.review", "1/answers/noise.review"])
def test_an_address_that_is_none_is_answered_in_json(mary, path):
    response = signed_in(mary).put(f"/api/v1/assessments/{path}", "{}")
    assert response.status_code == 404
    assert response.json()["saved"] is False


# Bad input: a clear 4xx, nothing stored ---------------------------------------------------------

WANTED = '"answer" must be 0, 1, 2, 3, 4, "dk", "na" or null.'
JSON_WANTED = "The body is not the JSON expected here"
OBJECT_WANTED = 'The body must be an object with "answer" and "note" and nothing else.'

BAD_BODIES = {
    "level 5": ({"answer": 5}, WANTED),
    "level -1": ({"answer": -1}, WANTED),
    "a level as text": ({"answer": "3"}, WANTED),
    "text for a level": ({"answer": "lots"}, WANTED),
    "true": ({"answer": True}, WANTED),
    "false": ({"answer": False}, WANTED),
    "a fraction": ('{"answer": 3.0}', WANTED),
    "two and a half": ({"answer": 2.5}, WANTED),
    "a list": ({"answer": [1]}, WANTED),
    "an object": ({"answer": {"level": 1}}, WANTED),
    "2 to the 70th": ({"answer": 2**70}, WANTED),
    "4,000 digits": ('{"answer": ' + "9" * 4000 + "}", WANTED),
    "5,000 digits": ('{"answer": ' + "9" * 5000 + "}", JSON_WANTED),
    "1e999": ('{"answer": 1e999}', WANTED),
    "NaN": ('{"answer": NaN}', JSON_WANTED),
    "Infinity": ('{"answer": -Infinity}', JSON_WANTED),
    "no answer at all": ({"note": "x"}, WANTED),
    "not applicable without a reason": ({"answer": "na", "note": " \n"}, "needs a reason"),
    "a number for a note": ({"answer": 1, "note": 7}, '"note" must be text.'),
    "null for a note": ({"answer": 1, "note": None}, '"note" must be text.'),
    "a note too long": ({"answer": 1, "note": "x" * 2001}, "longer than 2,000 characters"),
    "NUL in a note": ({"answer": 1, "note": "a\0b"}, "not text"),
    "a lone surrogate": ('{"answer": 1, "note": "a\\ud800b"}', '"note" must be text.'),
    "a surrogate alone at the end": ('{"answer": 1, "note": "\\udfff"}', '"note" must be text.'),
    "bytes that are no text": (b'{"answer": 1, "note": "\xff\xfe"}', JSON_WANTED),
    "a further member": ({"answer": 1, "revision": 9}, OBJECT_WANTED),
    "a list for a body": ([1, "x"], OBJECT_WANTED),
    "a number for a body": ("3", OBJECT_WANTED),
    "null for a body": ("null", OBJECT_WANTED),
    "nothing but a blank": (" ", JSON_WANTED),
    "half a body": ('{"answer": 1', JSON_WANTED),
    "10,000 lists in one another": ("[" * 10_000, JSON_WANTED),
    "10,000 objects in one another": ('{"note":' * 2_500, JSON_WANTED),
}


@pytest.mark.parametrize(("body", "says"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_is_no_answer_is_refused_in_words_and_stores_nothing(
    mary, assessment, body, says
):
    error = refused(put(signed_in(mary), assessment, body), 422, "unusable")
    assert says in error
    assert "Nothing was stored" in error
    assert not Sheet.objects.exists()
    assert not Answer.objects.exists()


def test_a_refused_change_leaves_the_stored_answer_as_it_was(mary, assessment):
    client = signed_in(mary)
    put(client, assessment, {"answer": 1, "note": "kept"})
    for body, _ in BAD_BODIES.values():
        assert put(client, assessment, body, revision=1).status_code == 422
    assert stored() == ("1", "kept", 1)


@pytest.mark.parametrize("size", [30_000, 10 * 1024 * 1024])
def test_a_body_that_is_too_long_is_refused(mary, assessment, size):
    body = json.dumps({"answer": 1, "note": "x" * size})
    error = refused(put(signed_in(mary), assessment, body), 413, "too_long")
    assert "shorten the note" in error
    assert not Sheet.objects.exists()


@pytest.mark.parametrize(
    "header",
    ["", "0", "abc", '"abc"', '"-1"', '"1.5"', '"01"', "*", 'W/"1"', '"1", "2"', '""',
     '"' + "9" * 5000 + '"', '"2147483648"', '"1"\n'],
)  # fmt: skip
def test_a_revision_that_is_none_is_refused(mary, assessment, header):
    response = signed_in(mary).put(
        address(assessment),
        '{"answer": 1, "note": ""}',
        content_type="application/json",
        headers={"If-Match": header},
    )
    assert "If-Match" in refused(response, 422, "unusable")
    assert not Sheet.objects.exists()


def test_a_missing_revision_is_refused(mary, assessment):
    response = signed_in(mary).put(
        address(assessment), '{"answer": 1, "note": ""}', content_type="application/json"
    )
    assert "If-Match" in refused(response, 422, "unusable")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "image/png"])
def test_only_json_is_read(mary, assessment, kind):
    response = signed_in(mary).put(
        address(assessment), '{"answer": 1}', content_type=kind, headers={"If-Match": '"0"'}
    )
    assert "application/json" in refused(response, 422, "unusable")
    assert not Sheet.objects.exists()


def test_a_database_that_is_away_is_a_503_that_says_when_to_come_back(
    mary, assessment, monkeypatch
):
    def away(**_):
        raise OperationalError("the connection is lost")

    monkeypatch.setattr("assessment.api.save_answer", away)
    client = signed_in(mary)
    client.raise_request_exception = False
    response = put(client, assessment, {"answer": 1})
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert response.json()["saved"] is False


# What it costs --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("revision", [0, 1])
def test_a_save_is_one_commit_and_six_statements_with_session_and_user(mary, assessment, revision):
    client = signed_in(mary)
    put(client, assessment, {"answer": 1}, question="noise.review")
    if revision:
        put(client, assessment, {"answer": 1})
    with CaptureQueriesContext(connection) as captured:
        assert put(client, assessment, {"answer": 2}, revision=revision).status_code == 200
    statements = [query["sql"].split()[0] for query in captured.captured_queries]
    write = "UPDATE" if revision else "INSERT"
    assert statements == ["SELECT", "SELECT", "BEGIN", "SELECT", write, "COMMIT"]


@pytest.mark.django_db(transaction=True)
def test_the_very_first_save_makes_the_sheet_as_well_in_the_same_commit(mary, lena, assessment):
    put(signed_in(lena), assessment, {"answer": 2})
    client = signed_in(mary)
    with CaptureQueriesContext(connection) as captured:
        put(client, assessment, {"answer": 2})
    statements = [query["sql"].split()[0] for query in captured.captured_queries]
    assert statements == ["SELECT", "SELECT", "BEGIN", "SELECT", "INSERT", "INSERT", "COMMIT"]
