"""The next assessment begins with what was decided at the last one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assessment.models import Action, Question
from tests.assessment.conftest import open_assessment
from tests.assessment.frozen import submitted
from tests.assessment.talks import answer_all, more_members, reveal_by
from tests.assessment.test_actions import GATE, REVIEW, TITLES
from tests.assessment.test_talk import act, screen_of
from tests.assessment.test_team_page import text
from tests.conftest import signed_in


@pytest.fixture
def last(payments, model):
    """The last assessment: everybody at 2, but 1 for the gate."""
    return submitted(payments, model, {name: {"*": 2, GATE: 1} for name in ("amy", "bob", "cat")})


@pytest.fixture
def now(last, payments, model):
    return open_assessment(payments, model)


@pytest.fixture
def talked_over(now, payments, lena, mary):
    answer_all(now, [lena, mary, *more_members(payments, "Amy", "Bob", "Cat", "Dan")])
    return reveal_by(now, lena)


def decided(team, text, key=GATE, **fields):
    question = Question.objects.get(key=key) if key else None
    return Action.objects.create(team=team, text=text, question=question, **fields)


def done(team, text, key=GATE, *, after=1, **fields):
    """An action done so many hours after the last assessment."""
    closed = team.snapshots.latest("taken_at").taken_at + timedelta(hours=after)
    return decided(team, text, key, status="done", closed_at=closed, **fields)


def read(user, assessment):
    return signed_in(user).get(assessment.get_absolute_url()).content.decode()


# The assessment's page ------------------------------------------------------------------------


def test_open_actions_from_last_time_come_first(mary, payments, now):
    today = timezone.localdate()
    decided(payments, "Later", due_on=today + timedelta(days=9))
    decided(payments, "Late", key=None, due_on=today - timedelta(days=1), status="doing")
    done(payments, "Over")

    html = read(mary, now)

    panel = html.split('id="from-last-time"')[1].split("</section>")[0]
    said = text(panel)
    assert said.index("Late") < said.index("Later")
    assert "in progress" in said
    assert f"Later nobody yet, due {(today + timedelta(days=9)).day}" in said
    assert "Over" not in said
    assert html.index('id="from-last-time"') < html.index('id="mine"')


def test_they_can_be_called_done_from_there(mary, payments, now):
    action = decided(payments, "Mark every page")
    form = read(mary, now).split('id="from-last-time"')[1].split("</form>")[0]
    assert f'name="next" value="{now.get_absolute_url()}"' in form

    signed_in(mary).post(
        f"{payments.get_absolute_url()}actions/{action.pk}/status/",
        {"status": "done", "revision": 1},
    )

    assert "from-last-time" not in read(mary, now)


def test_another_team_s_actions_are_not_here(mary, search_team, now):
    decided(search_team, "Theirs", key=None)

    assert "Theirs" not in read(mary, now)


# The talk -------------------------------------------------------------------------------------


def test_the_agenda_begins_with_them_and_with_what_was_done(talked_over, now, payments, lena, mary):
    decided(payments, "Rehearse the switch", key=REVIEW)
    done(payments, "Mark every page")

    html = screen_of(mary, now)

    assert html.index('id="from-last-time"') < html.index('class="talk-agenda"')
    assert "Rehearse the switch" in html.split('id="from-last-time"')[1].split("</section>")[0]
    before = text(html.split('id="done-before"')[1].split("</section>")[0])
    assert "Done since last time: did the answers move?" in before
    assert f"Mark every page {TITLES[GATE]}: 1.0 then →, 2.0 now" in before


def test_what_was_done_before_the_last_assessment_asks_nothing(talked_over, now, payments, lena):
    done(payments, "Long ago", after=-1)

    assert "Long ago" not in screen_of(lena, now)


def test_at_its_question_the_talk_asks_whether_the_answer_moved(talked_over, now, payments, lena):
    done(payments, "Mark every page")
    decided(payments, "Look at them on Mondays")
    decided(payments, "Something else", key=REVIEW)
    act(lena, now, act="go", question=GATE)

    said = text(screen_of(lena, now))

    asked = said.split("Did the answer move?")[1]
    assert "Mark every page Done" in asked
    assert "1.0 then →, 2.0 now" in asked
    assert "Look at them on Mondays Still open." in asked
    assert "Something else" not in asked


def test_what_too_few_answered_then_is_not_shown(now, payments, lena, mary, last):
    last.question_scores.filter(question__key=GATE).update(mean=None)
    done(payments, "Mark every page")
    answer_all(now, [lena, mary, *more_members(payments, "Amy", "Bob", "Cat", "Dan")])
    reveal_by(now, lena)
    act(lena, now, act="go", question=GATE)

    assert "last time not shown" in text(screen_of(lena, now))


def test_what_is_noted_in_this_talk_does_not_come_from_before(talked_over, now, payments, lena):
    act(lena, now, act="note_action", question=GATE, text="A new one")

    assert "from-last-time" not in screen_of(lena, now)


def test_an_action_noted_in_the_talk_tells_its_owner(talked_over, now, lena, mary):
    act(lena, now, act="note_action", question=GATE, text="Mark every page", owner=mary.pk)

    action = Action.objects.get()
    told = mary.notices.get()
    assert told.text == "Lena Lead gave you an action in Payments: Mark every page"
    assert told.address.endswith(f"/actions/{action.pk}/")
