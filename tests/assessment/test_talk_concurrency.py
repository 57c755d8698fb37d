"""Two who facilitate at once, and acts that meet the end of the talk, on real connections."""

import pytest
from django.urls import reverse

from assessment.lifecycle import submit
from assessment.models import Action, AgreedAnswer, Assessment, QuestionScore, Talk
from tests.assessment.talks import answer_all, more_members, reveal_by
from tests.assessment.test_answer_concurrency import at_once, tabs
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

SPLIT = "noise.symptoms"


@pytest.fixture
def talk(assessment, payments, lena, mary):
    answer_all(assessment, [lena, mary, *more_members(payments, "Amy", "Bob", "Cat", "Dan")])
    return reveal_by(assessment, lena)


def acting(client, assessment, turn, **fields):
    where = reverse("talk_act", args=["harbour", "payments", assessment.pk])

    def act():
        return client.post(where, {"turn": turn, **fields})

    return act


def test_of_twenty_agreed_answers_to_one_turn_one_is_kept_and_no_word_is_lost(
    talk, assessment, lena
):
    sent = [
        {"act": "agree", "question": SPLIT, "answer": str(number % 5), "reason": f"why {number}."}
        for number in range(20)
    ]
    jobs = [
        acting(tab, assessment, 1, **each) for tab, each in zip(tabs(lena, 20), sent, strict=True)
    ]

    responses = at_once(jobs)

    statuses = [response.status_code for response in responses]
    assert sorted(statuses) == [302] + [409] * 19
    kept = AgreedAnswer.objects.get()
    winner = sent[statuses.index(302)]
    assert (kept.answer, kept.reason, kept.revision) == (winner["answer"], winner["reason"], 1)
    for response, each in zip(responses, sent, strict=True):
        assert response.status_code == 302 or each["reason"] in response.text
    assert Talk.objects.get().turn == 2


def test_a_double_press_notes_one_action(talk, assessment, lena):
    jobs = [
        acting(tab, assessment, 1, act="note_action", question=SPLIT, text="Rehearse the switch")
        for tab in tabs(lena, 10)
    ]

    assert sorted(response.status_code for response in at_once(jobs)) == [302] + [409] * 9
    assert Action.objects.count() == 1


def test_a_take_over_and_an_act_at_once_leave_one_facilitator_and_one_truth(
    talk, assessment, lena, olga
):
    where = reverse("talk_take_over", args=["harbour", "payments", assessment.pk])
    owner = signed_in(olga)

    act, take_over = at_once(
        [
            acting(signed_in(lena), assessment, 1, act="go", question=SPLIT),
            lambda: owner.post(where),
        ]
    )

    now = Talk.objects.get()
    assert take_over.status_code == 302
    assert now.facilitator == olga
    assert act.status_code == (302 if now.question_id else 403)
    assert now.turn == (3 if now.question_id else 2)


def test_an_agreed_answer_that_meets_the_submit_is_frozen_or_refused(talk, assessment, lena):
    client = signed_in(lena)
    agreeing = acting(
        client, assessment, 1, act="agree", question=SPLIT, answer="3", reason="We looked."
    )

    response, (snapshot, now) = at_once(
        [agreeing, lambda: submit(assessment=Assessment.objects.get(), by=lena)]
    )

    assert (response.status_code, now) == (302, True)
    frozen = QuestionScore.objects.get(snapshot=snapshot, question__key=SPLIT)
    assert frozen.agreed == AgreedAnswer.objects.exists()
    said = client.get(response.headers["Location"], follow=True).text
    assert ("You had written: “We looked.”" in said) == (not frozen.agreed)
