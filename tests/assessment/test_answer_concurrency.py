"""Saves that meet one another, and saves that meet submit, on real connections."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from assessment.lifecycle import submit
from assessment.models import Answer, Assessment, Sheet
from assessment.saving import Change, given_answer, save_answer
from tests.assessment.conftest import QUESTIONNAIRES
from tests.conftest import join, person, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

QUESTIONS = [key for questions in QUESTIONNAIRES.values() for key, _ in questions]


def at_once(jobs):
    """Run each job in a thread of its own, all from the same moment; return what they return."""
    together = threading.Barrier(len(jobs))

    def run(job):
        together.wait(30)
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))


def putting(client, assessment, question, answer, revision=0):
    def put():
        return client.put(
            f"/api/v1/assessments/{assessment.pk}/answers/{question}",
            {"answer": answer, "note": ""},
            content_type="application/json",
            headers={"If-Match": f'"{revision}"'},
        )

    return put


def tabs(user, count):
    """Return clients of the same person, each with a session of its own."""
    return [signed_in(user) for _ in range(count)]


def test_twenty_times_the_same_first_answer_is_one_answer(mary, assessment):
    responses = at_once([putting(tab, assessment, "noise.review", 3) for tab in tabs(mary, 20)])
    assert [response.status_code for response in responses] == [200] * 20
    assert {response.json()["revision"] for response in responses} == {1}
    assert Sheet.objects.count() == 1
    assert Answer.objects.values_list("answer", "revision").get() == ("3", 1)


def test_of_twenty_different_first_answers_one_is_saved_and_the_others_learn_which(
    mary, assessment
):
    levels = [number % 5 for number in range(20)]
    responses = at_once(
        [
            putting(tab, assessment, "noise.review", level)
            for tab, level in zip(tabs(mary, 20), levels, strict=True)
        ]
    )
    answer, revision = Answer.objects.values_list("answer", "revision").get()
    assert revision == 1
    for level, response in zip(levels, responses, strict=True):
        if level == int(answer):
            assert response.status_code == 200
        else:
            assert response.status_code == 409
            assert response.json()["stored"] == {"answer": int(answer), "note": "", "revision": 1}


def test_of_twenty_changes_to_the_same_revision_one_is_saved(mary, assessment):
    putting(signed_in(mary), assessment, "noise.review", "dk")()
    levels = [number % 5 for number in range(20)]
    responses = at_once(
        [
            putting(tab, assessment, "noise.review", level, revision=1)
            for tab, level in zip(tabs(mary, 20), levels, strict=True)
        ]
    )
    answer, revision = Answer.objects.values_list("answer", "revision").get()
    assert revision == 2
    wanted = [200 if level == int(answer) else 409 for level in levels]
    assert [response.status_code for response in responses] == wanted


def test_first_answers_to_every_question_at_once_share_one_new_sheet(mary, assessment):
    jobs = [
        putting(tab, assessment, question, 2)
        for tab, question in zip(tabs(mary, len(QUESTIONS)), QUESTIONS, strict=True)
    ]
    assert [response.status_code for response in at_once(jobs)] == [200] * len(QUESTIONS)
    assert Sheet.objects.count() == 1
    assert Answer.objects.count() == len(QUESTIONS)


def test_a_whole_team_answers_at_once(payments, assessment):
    team = [person(f"Member{number}") for number in range(8)]
    for member in team:
        join(member, payments, "member")
    jobs = [
        putting(signed_in(member), assessment, question, 1)
        for member in team
        for question in QUESTIONS[:4]
    ]
    assert [response.status_code for response in at_once(jobs)] == [200] * 32
    assert Sheet.objects.count() == 8
    assert Answer.objects.count() == 32


def test_every_save_that_races_the_end_is_counted_or_refused(payments, assessment):
    """What was answered 200 is there when the assessment closes; all else got 409."""
    team = [person(f"Member{number}") for number in range(6)]
    for member in team:
        join(member, payments, "member")
    counted = []

    def close():
        with transaction.atomic():
            locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
            locked.status, locked.submitted_at = "submitted", timezone.now()
            locked.save(update_fields=["status", "submitted_at"])
            counted.extend(Answer.objects.values_list("sheet_id", "question_id"))

    jobs = [
        putting(signed_in(member), assessment, question, 3)
        for question in QUESTIONS[:5]
        for member in team
    ]
    responses = at_once([*jobs[:15], close, *jobs[15:]])
    statuses = [response.status_code for response in responses if response is not None]
    assert len(statuses) == 30
    assert set(statuses) <= {200, 409}
    assert statuses.count(200) == len(counted) == Answer.objects.count()
    refused = [
        response.json() for response in responses if response and response.status_code == 409
    ]
    assert {body["code"] for body in refused} <= {"closed"}


def test_submit_itself_counts_what_was_saved_and_no_more(payments, lena, assessment):
    team = [person(f"Member{number}") for number in range(6)]
    for member in team:
        join(member, payments, "member")
        change = Change("noise.review", given_answer("2", ""), 0)
        save_answer(user=member, assessment_id=assessment.pk, change=change)
    jobs = [
        putting(signed_in(member), assessment, question, 3)
        for question in QUESTIONS[:3]
        for member in team
    ]
    *responses, (snapshot, now) = at_once([*jobs, lambda: submit(assessment=assessment, by=lena)])
    assert now
    saved = [response.status_code for response in responses].count(200)
    frozen = snapshot.question_scores.exclude(question__key="noise.review")
    assert sum(score.answered for score in frozen) == saved == Answer.objects.count() - 6


def test_a_save_that_waited_for_submit_is_refused(mary, assessment):
    waiting = threading.Event()
    outcome = []

    def save():
        waiting.set()
        outcome.append(putting(signed_in(mary), assessment, "noise.review", 3)())
        connection.close()

    saver = threading.Thread(target=save)
    with transaction.atomic():
        locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
        saver.start()
        waiting.wait(10)
        wait_for_a_lock()
        locked.status, locked.submitted_at = "submitted", timezone.now()
        locked.save(update_fields=["status", "submitted_at"])
    saver.join(10)
    assert outcome[0].status_code == 409
    assert outcome[0].json()["code"] == "closed"
    assert not Sheet.objects.exists()


def wait_for_a_lock():
    """Return when somebody waits for the lock held here. SQLite does not tell: give it a moment."""
    if connection.vendor == "sqlite":
        return time.sleep(0.5)
    with connection.cursor() as cursor:
        for _ in range(1000):
            cursor.execute(
                "SELECT pg_sleep(0.01), count(*) FROM pg_stat_activity "
                "WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[1]:
                return None
    raise AssertionError("nobody waited for the lock")
