"""Answering in Chromium: the keyboard, and the truth about what is saved."""

import re
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from assessment.models import Answer
from assessment.saving import Change, given_answer, save_answer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OF_THE_BROWSER = "America/New_York"
OF_THE_ACCOUNT = "Asia/Tokyo"
KEPT = "Not saved yet. Kept on this page, will be sent."
ALL_SAVED = re.compile(r"^Everything is saved, last at \d\d:\d\d\.$")


@pytest.fixture
def browser_context_args(browser_context_args):
    return browser_context_args | {"timezone_id": OF_THE_BROWSER}


@pytest.fixture
def address(live_server, assessment):
    return f"{live_server.url}{assessment.get_absolute_url()}noise/"


@pytest.fixture
def marys(context, sign_in, mary, address):
    """Open the first questionnaire in another of Mary's tabs."""
    sign_in(context, mary)

    def tab():
        page = context.new_page()
        page.said = []
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(address)
        return page

    return tab


def stored():
    rows = Answer.objects.order_by("question__position").values_list(
        "question__key", "answer", "note", "revision"
    )
    return {row[0].removeprefix("noise."): row[1:] for row in rows}


def state(page, question):
    return page.locator(f'[data-question="noise.{question}"] .state')


def reason(page):
    return page.get_by_role("textbox", name="Why can this not apply to your team?")


def saving(page):
    return page.locator("#saving")


def focused(page):
    return page.evaluate("document.activeElement.id")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def give(user, assessment, question, answer, revision=0):
    change = Change(f"noise.{question}", given_answer(answer, ""), revision)
    return save_answer(user=user, assessment_id=assessment.pk, change=change)


# The keyboard ---------------------------------------------------------------------------------


def test_a_questionnaire_takes_a_key_stroke_for_each_question(marys):
    page = marys()
    press(page, "3", "d", "0", "4")
    assert focused(page) == "next"
    expect(saving(page)).to_have_text(ALL_SAVED)
    assert stored() == {
        "actionability": ("3", "", 1),
        "symptoms": ("dk", "", 1),
        "grouping": ("0", "", 1),
        "review": ("4", "", 1),
    }
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Runbooks")
    press(page, "1", "1", "1", "1", "1")
    expect(page.locator("[data-count=all]")).to_have_text("9")
    press(page, "Enter")
    expect(page).to_have_url(re.compile(r"/assessments/[-0-9a-f]{36}/$"))
    assert page.said == []


def test_going_on_at_once_loses_nothing_and_asks_nothing(marys):
    page = marys()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    press(page, "3", "d", "0", "4", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Runbooks")
    assert len(stored()) == 4
    assert asked == []


def test_not_applicable_asks_for_a_reason_and_enter_goes_on(marys):
    page = marys()
    press(page, "n")
    assert focused(page) == "note-noise.actionability"
    expect(reason(page)).to_be_focused()
    expect(state(page, "actionability")).to_have_text(
        "Not saved yet: say in one line why it does not apply."
    )
    assert stored() == {}
    page.keyboard.type("we have no pager 2 d n ?")
    press(page, "Enter")
    assert focused(page) == "noise.symptoms"
    expect(state(page, "actionability")).to_have_text(re.compile("^Saved"))
    assert stored() == {"actionability": ("na", "we have no pager 2 d n ?", 1)}


def test_after_a_reload_one_goes_on_at_the_first_unanswered_question(marys):
    page = marys()
    press(page, "3", "3")
    expect(saving(page)).to_have_text(ALL_SAVED)
    page.reload()
    expect(page.locator("#noise\\.grouping")).to_be_focused()
    expect(page.locator("#noise\\.grouping")).to_be_in_viewport()
    press(page, "1", "2")
    expect(page.locator("[data-count=here]")).to_have_text("4")
    page.reload()
    expect(page.locator("[data-count=here]")).to_have_text("4")
    assert [answer for answer, _, _ in stored().values()] == ["3", "3", "1", "2"]


def test_arrows_and_j_and_k_move_between_questions(marys):
    page = marys()
    press(page, "ArrowDown")
    assert focused(page) == "noise.symptoms"
    press(page, "j")
    assert focused(page) == "noise.grouping"
    press(page, "ArrowUp", "k")
    assert focused(page) == "noise.actionability"
    assert stored() == {}


def test_within_a_group_the_arrows_stay_the_browser_s_own(marys):
    page = marys()
    press(page, "j", "Tab")
    press(page, "Space", "ArrowDown", "ArrowDown")
    expect(saving(page)).to_have_text(ALL_SAVED)
    expect(page.locator('[name="answer-noise.symptoms"][value="2"]')).to_be_focused()
    assert stored()["symptoms"][0] == "2"
    press(page, "j")
    assert focused(page) == "noise.grouping"


def test_no_key_acts_while_a_note_is_written_or_with_ctrl(marys):
    page = marys()
    page.get_by_label("What would you show a visitor?").first.click()
    page.keyboard.type("3dnjk?")
    press(page, "Escape")
    assert focused(page) == "noise.actionability"
    press(page, "Control+3", "Alt+d")
    expect(saving(page)).to_have_text(ALL_SAVED)
    assert stored() == {"actionability": (None, "3dnjk?", 1)}


def test_question_mark_shows_the_keys_and_they_can_be_switched_off(marys):
    page = marys()
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    press(page, "3")
    page.get_by_label("Use these keys").uncheck()
    press(page, "Escape", "3")
    page.reload()
    press(page, "3")
    assert stored() == {}
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Use these keys").check()
    page.get_by_role("button", name="Close").click()
    press(page, "3")
    expect(saving(page)).to_have_text(ALL_SAVED)
    assert stored() == {"actionability": ("3", "", 1)}


def test_enter_on_a_line_does_nothing(marys):
    page = marys()
    press(page, "3", "k", "Tab", "Enter")
    expect(saving(page)).to_have_text(ALL_SAVED)
    assert stored() == {"actionability": ("3", "", 1)}


# With the mouse -------------------------------------------------------------------------------


def test_an_answer_can_be_cleared_and_its_note_stays(marys):
    page = marys()
    question = page.locator('[data-question="noise.symptoms"]')
    question.get_by_text("line C").click()
    question.get_by_label("What would you show a visitor?").fill("the board")
    expect(state(page, "symptoms")).to_have_text(re.compile("^Saved"))
    question.get_by_role("button", name="Clear this answer").click()
    expect(page.locator("[data-count=here]")).to_have_text("0")
    expect(saving(page)).to_have_text(ALL_SAVED)
    answer, note, _ = stored()["symptoms"]
    assert (answer, note) == (None, "the board")


def test_a_note_is_saved_when_one_stops_typing_and_not_called_saved_before(marys):
    page = marys()
    press(page, "2")
    expect(state(page, "actionability")).to_have_text(re.compile("^Saved"))
    page.get_by_label("What would you show a visitor?").first.press_sequentially("seen")
    expect(state(page, "actionability")).to_have_text("Not saved yet…")
    expect(state(page, "actionability")).to_have_text(re.compile("^Saved"))
    assert stored() == {"actionability": ("2", "seen", 2)}


def test_saved_is_said_in_the_zone_of_the_account(marys, mary):
    type(mary).objects.filter(pk=mary.pk).update(time_zone=OF_THE_ACCOUNT)
    page = marys()
    press(page, "2")
    expect(state(page, "actionability")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    now = datetime.now(ZoneInfo(OF_THE_ACCOUNT))
    said = {f"Saved {now - timedelta(minutes=ago):%H:%M}" for ago in (0, 1)}
    assert state(page, "actionability").inner_text() in said


def test_the_guide_opens_beside_the_question(marys):
    page = marys()
    question = page.locator('[data-question="noise.symptoms"]')
    before = page.url
    question.get_by_text("In the guide: Reducing noise").click()
    expect(question.get_by_role("region")).to_contain_text("Silence what nobody acts on")
    assert page.url == before
    text, lines = question.get_by_role("region").bounding_box(), question.locator(".lines")
    assert text["x"] > lines.bounding_box()["x"] + lines.bounding_box()["width"]
    assert page.said == []


# The network ----------------------------------------------------------------------------------


def test_without_the_network_answers_wait_and_are_sent_when_it_is_back(marys, context):
    page = marys()
    context.set_offline(True)
    press(page, "3", "2")
    expect(state(page, "actionability")).to_have_text(KEPT)
    expect(saving(page)).to_contain_text("2 answers not saved yet")
    expect(page.locator("[data-count=here]")).to_have_text("0")
    assert stored() == {}

    context.set_offline(False)
    expect(saving(page)).to_have_text(ALL_SAVED)
    expect(page.locator("[data-count=here]")).to_have_text("2")
    assert stored() == {"actionability": ("3", "", 1), "symptoms": ("2", "", 1)}


def test_what_waits_is_kept_in_memory_only(marys, context):
    page = marys()
    context.set_offline(True)
    press(page, "3")
    expect(state(page, "actionability")).to_have_text(KEPT)
    kept = "[Object.keys(localStorage), Object.keys(sessionStorage), document.cookie]"
    assert page.evaluate(kept) == [[], [], ""]
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0


def test_leaving_with_something_unsaved_asks_first(marys, context, address):
    page = marys()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    context.set_offline(True)
    press(page, "3")
    expect(state(page, "actionability")).to_have_text(KEPT)
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert not page.is_closed()

    context.set_offline(False)
    expect(saving(page)).to_have_text(ALL_SAVED)
    page.reload()
    assert asked == ["beforeunload"]


def test_what_was_given_just_before_the_page_was_closed_arrives(marys, context):
    page, other = marys(), context.new_page()
    press(page, "3", "2", "1", "0")
    page.close()
    for _ in range(50):
        if len(stored()) == 4:
            break
        other.wait_for_timeout(100)
    assert [answer for answer, _, _ in stored().values()] == ["3", "2", "1", "0"]


def test_a_busy_server_is_asked_again_when_it_said_to(marys):
    page = marys()
    tried = []

    def busy(route):
        tried.append(timezone.now())
        if len(tried) > 2:
            return route.continue_()
        body = '{"saved": false, "error": "Busy.", "code": "busy"}'
        return route.fulfill(
            status=[503, 429][len(tried) - 1], headers={"Retry-After": "2"}, body=body
        )

    page.route("**/api/v1/**", busy)
    press(page, "3")
    expect(saving(page)).to_contain_text("the server is busy")
    expect(saving(page)).to_have_text(ALL_SAVED, timeout=10_000)
    waits = [(later - earlier).total_seconds() for earlier, later in pairwise(tried)]
    assert len(waits) == 2
    assert all(wait >= 1.9 for wait in waits)
    assert stored() == {"actionability": ("3", "", 1)}


def test_a_reply_that_was_lost_does_not_look_like_somebody_else_s_answer(marys):
    """The server saved, the page never heard; meanwhile one changed one's mind."""
    page = marys()
    lost = []

    def lose_the_first_reply(route):
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    page.route("**/api/v1/**", lose_the_first_reply)
    press(page, "3")
    expect(state(page, "actionability")).to_have_text(KEPT)
    press(page, "k", "1")
    expect(saving(page)).to_have_text(ALL_SAVED)
    assert lost == [200]
    assert stored() == {"actionability": ("1", "", 2)}


def test_a_refusal_is_said_at_the_question_and_nothing_is_called_saved(marys, model):
    page = marys()
    body = '{"saved": false, "error": "The note is no good. Shorten it.", "code": "unusable"}'
    page.route("**/api/v1/**", lambda route: route.fulfill(status=422, body=body))
    press(page, "3")
    expect(state(page, "actionability")).to_have_text("Not saved: The note is no good. Shorten it.")
    page.unroute("**/api/v1/**")
    press(page, "k", "2")
    expect(saving(page)).to_have_text(ALL_SAVED)


# Two who edit ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "kept", "shown"),
    [
        ("Keep mine", ("3", "from here", 2), "3"),
        ("Take the stored one", ("1", "", 1), "1"),
    ],
)
def test_two_tabs_see_both_values_and_choose(marys, button, kept, shown):
    first, second = marys(), marys()
    press(first, "1")
    expect(saving(first)).to_have_text(ALL_SAVED)
    second.get_by_label("What would you show a visitor?").first.fill("from here")
    press(second, "Escape", "3")
    question = second.locator('[data-question="noise.actionability"]')
    expect(question.get_by_role("alert")).to_contain_text("line D (“from here”)")
    expect(question.get_by_role("alert")).to_contain_text("line B")
    expect(saving(second)).to_contain_text("changed elsewhere")
    assert stored() == {"actionability": ("1", "", 1)}

    question.get_by_role("button", name=button).click()
    expect(state(second, "actionability")).to_have_text(re.compile("^Saved"))
    expect(question.get_by_role("alert")).to_have_count(0)
    assert stored() == {"actionability": kept}
    expect(question.locator("input:checked")).to_have_value(shown)


def test_the_same_answer_in_two_tabs_is_no_conflict(marys):
    first, second = marys(), marys()
    press(first, "1")
    expect(saving(first)).to_have_text(ALL_SAVED)
    press(second, "1")
    expect(saving(second)).to_have_text(ALL_SAVED)
    press(second, "k", "2")
    expect(saving(second)).to_have_text(ALL_SAVED)
    assert stored() == {"actionability": ("2", "", 2)}


def test_a_submitted_assessment_says_that_its_answers_are_closed(marys, assessment):
    page = marys()
    assessment.status, assessment.submitted_at = "submitted", timezone.now()
    assessment.save()
    press(page, "1", "1")
    expect(saving(page)).to_contain_text("2 answers not saved. This assessment was submitted")
    expect(state(page, "symptoms")).to_contain_text("Not saved")
    expect(page.get_by_role("button", name="Retry now")).to_be_hidden()
    assert stored() == {}


def test_revealed_while_one_writes_what_was_typed_stays_and_is_sent_when_opened_again(
    marys, assessment
):
    page = marys()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    assessment.status, assessment.revealed_at, assessment.reveals = "revealed", timezone.now(), 1
    assessment.save()
    note = page.get_by_label("What would you show a visitor?").first
    note.fill("the weekly list")
    press(page, "Escape", "3")
    expect(saving(page)).to_contain_text(
        "1 answer not saved. The answers were revealed, so the sheets are closed while the team "
        "talks. Kept on this page: press Retry if the sheets are opened again."
    )
    expect(state(page, "actionability")).to_have_text(
        "Not saved: the sheets are closed. Kept on this page."
    )
    expect(note).to_have_value("the weekly list")
    expect(page.locator('[name="answer-noise.actionability"][value="3"]')).to_be_checked()
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Retry now").click()
    expect(saving(page)).to_contain_text("1 answer not saved. The answers were revealed")
    assert stored() == {}

    assessment.status = "open"
    assessment.save()
    page.get_by_role("button", name="Retry now").click()
    expect(saving(page)).to_have_text(ALL_SAVED)
    assert stored() == {"actionability": ("3", "the weekly list", 1)}
    assert page.said == []


# The session ----------------------------------------------------------------------------------


def test_when_the_session_has_expired_one_signs_in_elsewhere_and_loses_nothing(
    marys, context, sign_in, mary
):
    page = marys()
    Session.objects.all().delete()
    press(page, "3")
    expect(saving(page)).to_contain_text("sign in in another tab, then press Retry")
    expect(page.get_by_role("link", name="Sign in, in a new tab")).to_be_visible()
    press(page, "2")
    page.get_by_role("button", name="Retry now").click()
    expect(saving(page)).to_contain_text("2 answers not saved yet: you are signed out")

    sign_in(context, mary)
    page.get_by_role("button", name="Retry now").click()
    expect(saving(page)).to_have_text(ALL_SAVED)
    assert stored() == {"actionability": ("3", "", 1), "symptoms": ("2", "", 1)}


def test_signing_in_really_renews_the_token_and_the_page_takes_it(
    marys, context, mary, live_server
):
    """The login form rotates the token; a save under the old one would be refused."""
    EmailAddress.objects.create(user=mary, email=mary.email, verified=True, primary=True)
    page = marys()
    Session.objects.all().delete()
    press(page, "3")
    with context.expect_page() as opened:
        page.get_by_role("link", name="Sign in, in a new tab").click()
    other = opened.value
    other.fill("input[name=login]", mary.email)
    other.fill("input[name=password]", "a long password for tests")
    other.press("input[name=password]", "Enter")
    other.wait_for_url(f"{live_server.url}/")
    page.get_by_role("button", name="Retry now").click()
    expect(saving(page)).to_have_text(ALL_SAVED)
    assert stored() == {"actionability": ("3", "", 1)}


def test_one_s_answers_never_go_to_another_person_s_sheet(marys, context, sign_in, lena):
    page = marys()
    Session.objects.all().delete()
    press(page, "3")
    expect(saving(page)).to_contain_text("you are signed out")
    sign_in(context, lena)
    page.get_by_role("button", name="Retry now").click()
    expect(saving(page)).to_contain_text("somebody else is signed in now")
    assert stored() == {}


# Without scripts, and for everybody -------------------------------------------------------------


def test_without_scripts_the_page_is_a_form(browser, sign_in, mary, assessment, address):
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, mary)
    page = context.new_page()
    page.goto(address)
    symptoms = page.locator('[data-question="noise.symptoms"]')
    symptoms.get_by_text("line C").click()
    page.locator('[data-question="noise.review"]').get_by_text("Not applicable").click()
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert").first).to_contain_text("A regular look at what paged and why")
    assert stored() == {"symptoms": ("2", "", 1)}

    give(mary, assessment, "symptoms", "4", revision=1)
    reason(page).fill("no pager")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("alert").last).to_contain_text("Keep the stored one")
    assert stored() == {"symptoms": ("4", "", 2), "review": ("na", "no pager", 1)}
    page.get_by_text("Keep mine").click()
    page.get_by_role("button", name=re.compile("Save and go on to Runbooks")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Runbooks")
    assert stored()["symptoms"] == ("2", "", 3)
    context.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_trouble_and_the_keys_are_readable_for_everybody(marys, colours, width):
    page, other = marys(), marys()
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=colours)
    press(other, "1")
    expect(saving(other)).to_have_text(ALL_SAVED)
    page.bring_to_front()
    press(page, "3", "n")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_text("In the guide").last.click()
    expect(page.get_by_role("region").last).to_contain_text("Silence")
    assert Axe().run(page).response["violations"] == []
    press(page, "Escape", "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
