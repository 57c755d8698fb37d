"""Two who edit one action at once, and presses that meet, on real connections."""

import pytest

from assessment.models import Action, ActionChange, Exemption
from tests.assessment.frozen import submitted
from tests.assessment.test_actions import ACTIONS, GATE, PAYMENTS, address, typed
from tests.assessment.test_answer_concurrency import at_once, tabs
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def assessed(payments, model):
    return submitted(payments, model, {name: {"*": 2, GATE: 1} for name in ("amy", "bob", "cat")})


def test_of_ten_editors_at_once_one_is_kept_and_no_word_is_lost(payments, lena):
    action = Action.objects.create(team=payments, text="Silence the disk alert")
    texts = [f"Version {number}." for number in range(10)]

    def saving(client, text):
        return lambda: client.post(address(action), typed(action, text=text))

    jobs = [saving(tab, text) for tab, text in zip(tabs(lena, 10), texts, strict=True)]
    responses = at_once(jobs)

    statuses = [response.status_code for response in responses]
    assert sorted(statuses) == [302] + [409] * 9
    action.refresh_from_db()
    assert action.text == texts[statuses.index(302)]
    assert action.revision == 2
    assert ActionChange.objects.count() == 1
    for response, text in zip(responses, texts, strict=True):
        assert response.status_code == 302 or (
            text in response.text and action.text in response.text
        )


def test_ten_presses_at_once_make_one_action(assessed, lena):
    jobs = [
        lambda tab=tab: tab.post(ACTIONS + "make/", {"steps": f"{GATE}:2"})
        for tab in tabs(lena, 10)
    ]

    assert {response.status_code for response in at_once(jobs)} == {302}
    assert Action.objects.count() == 1


def test_two_who_put_the_same_aside_at_once_leave_one_exemption(assessed, lena, olga):
    where = f"{PAYMENTS}exemptions/{GATE}/"
    sent = {"kind": "risk", "reason": "Old switch", "until": f"{assessed.taken_at:%Y-%m-%d}"}
    clients = [signed_in(lena), signed_in(olga)]

    jobs = [lambda client=client: client.post(where, sent) for client in clients]

    assert [response.status_code for response in at_once(jobs)] == [302, 302]
    assert Exemption.objects.count() == 1
