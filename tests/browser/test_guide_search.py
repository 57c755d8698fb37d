"""Searching the guides with the keyboard, as one types, and without a script."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

READER = "/guide/automated-remediation/getting_started/"
FIELD = "input[type=search]"
LINKS = "[data-found] [data-result]"


@pytest.fixture
def visitor(browser, demo_site):
    """Open pages as a visitor; `said` is what the console said, `asked` what was fetched."""
    contexts = []

    def open_page(path, **options):
        context = browser.new_context(base_url=demo_site.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.said, page.asked = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("address", [READER, "/guide/"])
def test_slash_typing_arrows_and_enter_lead_to_a_section(visitor, address):
    page = visitor(address)

    page.keyboard.press("/")
    expect(page.locator(FIELD)).to_be_focused()
    expect(page.locator(FIELD)).to_have_value("")
    page.keyboard.type("error budg")
    links = page.locator(LINKS)
    expect(page.locator("[data-found-said]")).to_have_text(re.compile(r"^\d+ sections$"))
    first = links.nth(0).get_attribute("href")

    page.keyboard.press("ArrowDown")
    expect(links.nth(0)).to_be_focused()
    how_many = links.count()
    for _ in range(how_many):
        page.keyboard.press("ArrowDown")
    expect(links.last).to_be_focused()
    for _ in range(how_many):
        page.keyboard.press("ArrowUp")
    expect(page.locator(FIELD)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first}")
    assert page.said == []


def test_escape_and_leaving_put_the_results_away(visitor):
    page = visitor(READER)
    page.keyboard.press("/")
    page.keyboard.type("runbook")
    box = page.locator("[data-found-box]")
    expect(box).to_be_visible()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page.locator(FIELD)).to_be_focused()

    page.locator("h1").click()
    page.locator(FIELD).click()
    expect(box).to_be_visible()
    page.locator(FIELD).fill("")
    expect(box).to_be_hidden()


def test_enter_in_the_field_opens_the_page_of_results(visitor):
    page = visitor(READER)
    page.keyboard.press("/")
    page.keyboard.type("runbook")
    page.keyboard.press("Enter")
    page.wait_for_url("**/guide/search/?q=runbook")
    expect(page.locator("h1")).to_have_text("Search the guides")


def test_on_the_page_of_results_the_address_follows_what_is_typed(visitor):
    page = visitor("/guide/search/?q=noise")
    assert page.locator(LINKS).count() > 3

    page.locator(FIELD).fill('"error budget"')
    page.wait_for_url("**/guide/search/?q=%22error%20budget%22")
    expect(page.locator("[data-found] mark").first).to_have_text(re.compile("error budget", re.I))
    expect(page).to_have_title('"error budget" · Search the guides · Rungs')
    page.reload()
    expect(page.locator(FIELD)).to_have_value('"error budget"')
    expect(page.locator("[data-found] mark").first).to_have_text(re.compile("error budget", re.I))
    assert page.said == []


def test_one_search_is_sent_for_a_word_typed_quickly(visitor):
    page = visitor("/guide/search/")
    page.locator(FIELD).focus()
    page.wait_for_function("window.htmx")
    page.keyboard.type("runbook", delay=20)
    expect(page.locator("[data-found-said]")).to_contain_text("sections")
    assert len([url for url in page.asked if "?q=" in url]) == 1


def test_htmx_comes_when_somebody_turns_to_the_field(visitor):
    page = visitor(READER)
    page.wait_for_load_state("networkidle")
    assert not any("htmx" in url for url in page.asked)

    page.locator(FIELD).focus()
    page.wait_for_function("window.htmx")


def test_what_is_typed_before_htmx_has_come_is_looked_for(visitor):
    page = visitor("about:blank")
    held = []
    page.route("**/htmx.min*.js", lambda route: held.append(route))
    page.goto(READER)
    page.locator(FIELD).fill("runbook")
    page.wait_for_timeout(500)
    assert len(held) == 1

    held[0].continue_()
    expect(page.locator(LINKS).first).to_be_visible()


def test_the_key_can_be_switched_off_and_is_typed_where_one_writes(visitor):
    page = visitor("/guide/search/")
    page.locator(FIELD).fill("")
    page.locator(FIELD).press("/")
    expect(page.locator(FIELD)).to_have_value("/")

    page.get_by_label("The key / leads to the search").uncheck()
    page.goto(READER)
    expect(page.locator("[data-slash]")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator(FIELD)).not_to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_while_one_searches(visitor, scheme, width):
    page = visitor(
        READER,
        color_scheme=scheme,
        reduced_motion="reduce",
        viewport={"width": width, "height": 900},
    )
    page.keyboard.press("/")
    page.keyboard.type("runbook")
    expect(page.locator(LINKS).first).to_be_visible()
    page.keyboard.press("ArrowDown")

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_everything_is_there_without_a_script(visitor):
    page = visitor(READER, java_script_enabled=False)
    page.locator(FIELD).fill("incidnet")
    page.locator(FIELD).press("Enter")
    page.wait_for_url("**/guide/search/?q=incidnet")
    expect(page.get_by_text("Did you mean")).to_be_visible()
    page.get_by_role("link", name="More sections").click()
    page.wait_for_url("**/guide/search/?q=incidnet&page=2")
    expect(page.get_by_role("link", name="The sections before")).to_be_visible()
    expect(page.locator("[data-slash-choice]")).to_be_hidden()
