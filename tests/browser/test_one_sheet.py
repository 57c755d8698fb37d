"""Two people on the one sheet of their team, and what one said last time, in Chromium."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from assessment.models import Answer, Assessment
from tests.assessment.answer_page import address, give
from tests.assessment.conftest import open_assessment
from tests.browser.console import listen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAVED = re.compile(r"^Everything is saved, last at \d\d:\d\d\.$")
BY_A_COLLEAGUE = "Changed by a colleague just now"
SOON = 9_000  # ms: a page asks every five seconds


@pytest.fixture
def together(assessment):
    Assessment.objects.update(mode="consensus")
    assessment.refresh_from_db()
    return assessment


@pytest.fixture
def page_of(browser, sign_in, live_server):
    """Open a questionnaire in a browser of one person's own."""
    contexts = []

    def opened(user, assessment, questionnaire="noise", query="", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        sign_in(context, user)
        page = listen(context.new_page())
        page.goto(f"{live_server.url}{address(assessment, questionnaire)}{query}")
        return page

    yield opened
    for context in contexts:
        context.close()


def question(page, key):
    return page.locator(f'[data-question="noise.{key}"]')


def chosen(page, key):
    return question(page, key).locator("input:checked")


def choose(page, key, line):
    question(page, key).get_by_text(f"line {line}").click()


def note(page, key):
    return question(page, key).get_by_role("textbox")


def state(page, key):
    return question(page, key).locator(".state")


def saving(page):
    return page.locator("#saving")


def on_the_sheet(assessment):
    rows = Answer.objects.filter(sheet__assessment=assessment).values_list(
        "question__key", "answer", "note", "revision"
    )
    return {row[0].removeprefix("noise."): row[1:] for row in rows}


# One sheet, two browsers ----------------------------------------------------------------------


def test_what_a_colleague_saves_appears_without_loading_the_page(page_of, mary, lena, together):
    marys, lenas = page_of(mary, together), page_of(lena, together)
    choose(marys, "symptoms", "C")
    note(marys, "symptoms").fill("the board")
    note(marys, "symptoms").press("Escape")
    expect(saving(marys)).to_have_text(SAVED)

    expect(chosen(lenas, "symptoms")).to_have_value("2", timeout=SOON)
    expect(note(lenas, "symptoms")).to_have_value("the board", timeout=SOON)
    expect(state(lenas, "symptoms")).to_have_text(BY_A_COLLEAGUE)
    expect(saving(lenas)).to_have_text(f"{BY_A_COLLEAGUE}: Paging on what users feel.")
    expect(lenas.locator("[data-count=here]")).to_have_text("1")
    expect(lenas.locator("[data-count=all]")).to_have_text("1")

    # What appeared is the ground for a change of one's own: no conflict.
    choose(lenas, "symptoms", "D")
    expect(state(lenas, "symptoms")).to_have_text(re.compile("^Saved"))
    expect(chosen(marys, "symptoms")).to_have_value("3", timeout=SOON)
    answer, said, _ = on_the_sheet(together)["symptoms"]
    assert (answer, said) == ("3", "the board")
    assert (marys.said, lenas.said) == ([], [])


def test_what_colleagues_answer_in_other_questionnaires_is_counted(page_of, mary, lena, together):
    lenas = page_of(lena, together)
    give(mary, together, "runbooks.owned", "1")
    give(mary, together, "runbooks.tested", "1")
    count = lenas.locator('[data-questionnaire="runbooks"]')
    expect(count).to_have_text("2", timeout=SOON)
    expect(lenas.locator("[data-count=all]")).to_have_text("2")
    expect(lenas.locator("[data-count=here]")).to_have_text("0")


def test_a_note_being_written_is_not_taken_away_and_both_values_are_shown(
    page_of, mary, lena, together
):
    lenas = page_of(lena, together)
    note(lenas, "symptoms").press_sequentially("seen on")
    expect(state(lenas, "symptoms")).to_have_text(re.compile("^Saved"))
    give(mary, together, "noise.symptoms", "4", "the weekly list", revision=1)
    lenas.wait_for_timeout(SOON - 3_000)
    expect(note(lenas, "symptoms")).to_have_value("seen on")
    note(lenas, "symptoms").press_sequentially(" Monday")
    note(lenas, "symptoms").press("Escape")

    told = question(lenas, "symptoms").get_by_role("alert")
    expect(told).to_contain_text("no answer (“seen on Monday”)")
    expect(told).to_contain_text("line E (“the weekly list”)")
    assert on_the_sheet(together) == {"symptoms": ("4", "the weekly list", 2)}

    # A third value comes while one still thinks: it is the one that a choice goes on from.
    give(mary, together, "noise.symptoms", "0", "the weekly list", revision=2)
    expect(told).to_contain_text("line A (“the weekly list”)", timeout=SOON)
    question(lenas, "symptoms").get_by_role("button", name="Keep mine").click()
    expect(state(lenas, "symptoms")).to_have_text(re.compile("^Saved"))
    assert on_the_sheet(together) == {"symptoms": (None, "seen on Monday", 4)}


def test_on_sheets_of_one_s_own_nothing_is_asked_every_few_seconds(page_of, mary, assessment):
    page = page_of(mary, assessment)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(SOON - 2_000)
    # The browser takes the page's icon when it likes to.
    assert [address for address in asked if "/static/" not in address] == []


def test_unchanged_sheets_cost_a_304(page_of, lena, together):
    page = page_of(lena, together)
    answers = f"**/api/v1/assessments/{together.pk}/answers"
    with page.expect_response(answers, timeout=SOON) as first:
        pass
    with page.expect_response(answers, timeout=SOON) as second:
        pass
    assert [first.value.status, second.value.status] == [200, 304]


def test_submitted_by_a_colleague_is_said_without_loading_the_page(page_of, lena, together):
    page = page_of(lena, together)
    Assessment.objects.update(status="submitted", submitted_at=timezone.now())
    said = "This assessment was submitted, so its answers stand as they are."
    expect(saving(page)).to_have_text(said, timeout=SOON)
    choose(page, "symptoms", "C")
    expect(saving(page)).to_contain_text(f"1 answer not saved. {said}")
    expect(chosen(page, "symptoms")).to_have_value("2")
    assert on_the_sheet(together) == {}


# Last time --------------------------------------------------------------------------------------


@pytest.fixture
def after_march(payments, model, mary):
    """An open assessment; in the one before, Mary chose a line, don't know and not applicable."""
    before = open_assessment(payments, model)
    give(mary, before, "noise.actionability", "3")
    give(mary, before, "noise.symptoms", "dk")
    give(mary, before, "noise.grouping", "na", "one alert only")
    Assessment.objects.update(status="submitted", submitted_at=timezone.now())
    return open_assessment(payments, model)


def test_last_time_is_switched_on_kept_on_the_way_and_chooses_nothing(page_of, mary, after_march):
    page = page_of(mary, after_march)
    expect(page.locator(".line .last-time")).to_have_count(0)
    page.get_by_role("link", name="Show what you said last time").click()
    expect(page.locator(".line .last-time")).to_have_count(3)
    expect(page.locator(".lines input:checked")).to_have_count(0)
    heard = page.get_by_role("radio", name=re.compile("line D last time$"))
    expect(heard).to_have_attribute("name", "answer-noise.actionability")

    page.keyboard.press("1")
    expect(saving(page)).to_have_text(SAVED)
    assert on_the_sheet(after_march) == {"actionability": ("1", "", 1)}
    expect(page.locator("[data-count=here]")).to_have_text("1")
    page.locator("#next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Runbooks")
    assert page.url.endswith("/runbooks/?last=1#runbooks.coverage")
    expect(page.get_by_role("link", name="Hide last time")).to_be_visible()
    assert page.said == []


def test_without_scripts_last_time_works_too(page_of, mary, after_march):
    page = page_of(mary, after_march, java_script_enabled=False)
    page.get_by_role("link", name="Show what you said last time").click()
    expect(page.locator(".line .last-time")).to_have_count(3)
    choose(page, "review", "C")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator(".line .last-time")).to_have_count(3)
    expect(chosen(page, "review")).to_have_value("2")


# For everybody ------------------------------------------------------------------------------------


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_who_sees_what_and_last_time_are_readable_for_everybody(
    page_of, mary, after_march, colours, width
):
    for mode in ("individual", "open", "consensus"):
        Assessment.objects.filter(pk=after_march.pk).update(mode=mode)
        page = page_of(
            mary,
            after_march,
            query="?last=1",
            color_scheme=colours,
            viewport={"width": width, "height": 800},
        )
        expect(page.locator(".who-sees p").last).to_contain_text("Where this ends")
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_who_sees_what_opens_with_the_keyboard(page_of, mary, assessment):
    give(mary, assessment, "noise.symptoms", "1")
    page = page_of(mary, assessment)
    ends = page.get_by_text("Where this ends")
    expect(ends).to_be_hidden()
    page.locator(".who-sees summary").focus()
    page.keyboard.press("Enter")
    expect(ends).to_be_visible()
