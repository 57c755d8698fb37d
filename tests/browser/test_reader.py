"""Reading a guide in Chromium: what comes up, opens large, copies itself, and moves nothing."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.console import listen

pytestmark = pytest.mark.browser

GUIDE = "/guide/automated-remediation/"
READER = f"{GUIDE}getting_started/"

# What moved while the page was built, from its first moment on.
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""

# How many letters stand on each line of the text's paragraphs, without their last lines.
LINES = """
() => [...document.querySelectorAll(".guide-page section > p")].flatMap((paragraph) => {
  const lines = new Map();
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let at = 0; at < node.length; at += 1) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const { bottom, width } = range.getBoundingClientRect();
      const line = Math.round(bottom / 8);
      if (width) lines.set(line, (lines.get(line) ?? 0) + 1);
    }
  }
  return [...lines.values()].slice(0, -1);
})
"""


def shifted(page) -> float:
    """Return the layout shift to two places, as tools tell it."""
    return round(page.evaluate("window.shifted"), 2)


@pytest.fixture
def visitor(browser, demo_site):
    """Open pages as a visitor, or as one of the demo's people."""
    contexts = []

    def open_page(path, person="", **options):
        context = browser.new_context(base_url=demo_site.url, **options)
        contexts.append(context)
        context.add_init_script(SHIFTS)
        page = listen(context.new_page())
        if person:
            page.goto("/accounts/login/")
            page.fill("input[name=login]", f"{person}@demo.example")
            page.fill("input[name=password]", "demo")
            page.press("input[name=password]", "Enter")
            page.wait_for_url("**/")
        page.goto(path, wait_until="networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_lines_are_of_a_comfortable_length_and_nothing_shifts(visitor):
    page = visitor(READER)
    lengths = sorted(page.evaluate(LINES))
    assert len(lengths) > 40
    assert 60 <= lengths[len(lengths) // 2] <= 75
    assert lengths[-1] <= 80

    for picture in page.locator(".guide-page img").all():
        picture.scroll_into_view_if_needed()
    page.wait_for_function("() => [...document.images].every((image) => image.complete)")
    assert shifted(page) == 0


@pytest.mark.parametrize("path", ["ir_workflows/", "measuring/", "all/"])
def test_a_page_with_code_or_many_figures_stays_where_it_is(visitor, path):
    page = visitor(GUIDE + path, viewport={"width": 390, "height": 844})
    for picture in page.locator(".guide-page img").all():
        picture.scroll_into_view_if_needed()
    assert shifted(page) == 0


def test_a_terms_meaning_comes_with_pointer_and_keyboard_and_goes_again(visitor):
    page = visitor(READER)
    term = page.locator("a.term").first
    meaning = page.locator(f"[id='{term.get_attribute('aria-describedby')}']")
    expect(meaning).to_be_hidden()

    term.hover()
    expect(meaning).to_be_visible()
    box, line = meaning.bounding_box(), term.bounding_box()
    assert box["y"] + box["height"] <= line["y"] or box["y"] >= line["y"] + line["height"]
    meaning.hover()  # one may go there to read, and mark its words
    page.wait_for_timeout(400)
    expect(meaning).to_be_visible()
    page.mouse.move(2, 2)
    expect(meaning).to_be_hidden()

    term.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(meaning).to_be_visible()
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
    expect(term).to_be_focused()

    page.keyboard.press("Enter")
    page.wait_for_url("**/resources/#glossary-*")
    anchor = page.evaluate("decodeURIComponent(location.hash.slice(1))")
    expect(page.locator(f"dt[id='{anchor}']")).to_be_in_viewport()
    assert page.said == []


def test_a_tap_shows_the_meaning_and_another_leads_to_the_glossary(visitor):
    page = visitor(READER, has_touch=True, viewport={"width": 390, "height": 844})
    term = page.locator("a.term").first
    meaning = page.locator(f"[id='{term.get_attribute('aria-describedby')}']")
    term.tap()
    expect(meaning).to_be_visible()
    box = meaning.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.locator(".guide-page section p").nth(1).tap()
    expect(meaning).to_be_hidden()

    term.tap()
    term.tap()
    page.wait_for_url("**/resources/#glossary-*")


def test_a_figure_opens_large_and_closes_with_escape_or_its_button(visitor):
    page = visitor(READER)
    figure = page.locator("a.zoom").first
    small = figure.bounding_box()
    figure.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=re.compile("^Alerts of two weeks"))
    expect(dialog).to_be_visible()
    picture = dialog.locator("img")
    assert picture.get_attribute("alt") == figure.locator("img").get_attribute("alt")
    assert picture.bounding_box()["width"] > small["width"]
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(figure).to_be_focused()

    figure.click()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    assert page.url.endswith(READER)
    assert page.said == []


def test_without_a_script_a_figure_leads_to_itself_and_a_term_to_its_entry(visitor):
    page = visitor(READER, java_script_enabled=False)
    assert page.locator("a.term").first.get_attribute("href").startswith(f"{GUIDE}resources/#")
    page.locator("a.zoom").first.click()
    page.wait_for_url("**/assets/assets/funnel.svg")


def test_code_copies_itself_and_says_so(visitor):
    page = visitor(f"{GUIDE}ir_workflows/", permissions=["clipboard-read", "clipboard-write"])
    code = page.locator(".guide-page pre").first
    button = page.get_by_role("button", name="Copy this code").first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == code.inner_text().strip()
    assert copied.startswith("[Service] incident, update [n]")
    assert page.said == []


def test_suggestions_come_when_their_list_is_opened(visitor):
    page = visitor(READER)
    first, second = (page.locator("[data-suggestions]").nth(place) for place in (0, 1))
    first.locator("summary").click()
    expect(first.locator("li").first).to_contain_text("From level 0 to 1 of")
    count = int(first.locator("summary").inner_text().split()[0])
    expect(first.locator("li")).to_have_count(count)
    second.locator("summary").click()
    expect(second.locator("li").first).to_be_visible()
    assert page.said == []


def test_marking_a_page_as_read_changes_the_page_and_moves_nothing(visitor):
    page = visitor(f"{GUIDE}challenges/", person="outsider")
    expect(page.locator(".read-progress")).to_have_text("0 of 11 pages read")
    button = page.get_by_role("button", name="Mark as read")
    button.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    button.click()

    back = page.get_by_role("button", name="Take back")
    expect(back).to_be_focused()
    expect(page.locator("[data-said]")).to_have_text("Marked as read")
    expect(page.locator(".read-progress")).to_have_text("1 of 11 pages read")
    expect(page.locator('.guide-contents [aria-current="page"] .read-mark')).to_be_visible()
    assert page.evaluate("scrollY") == before
    assert page.url.endswith("/challenges/")

    back.click()
    expect(button).to_be_focused()
    expect(page.locator(".read-progress")).to_have_text("0 of 11 pages read")
    assert page.locator(".read-mark").count() == 0
    assert page.said == []


def test_marking_works_without_a_script_and_comes_back_to_the_button(visitor):
    page = visitor(f"{GUIDE}measuring/", person="outsider", java_script_enabled=False)
    page.get_by_role("button", name="Mark as read").click()
    page.wait_for_url("**/measuring/#your-reading")
    expect(page.get_by_role("button", name="Take back")).to_be_in_viewport()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("button", name="Mark as read")).to_be_in_viewport()
