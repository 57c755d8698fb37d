"""The figures of our guide in Chromium: as light or dark as the page, and no wider than it."""

from pathlib import Path

import pytest

from guide.importer import import_guide

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTENT = Path(__file__).parents[2] / "guide" / "content" / "automated-remediation"


@pytest.fixture
def open_page(browser, live_server):
    """Opens a page of the guide as somebody who chose a theme sees it."""
    import_guide(CONTENT)
    contexts = []

    def opened(path, chosen="system", system="light", width=390):
        size = {"width": width, "height": 844}
        contexts.append(browser.new_context(viewport=size, color_scheme=system))
        contexts[-1].add_init_script(f"localStorage.setItem('theme', '{chosen}')")
        page = contexts[-1].new_page()
        page.goto(f"{live_server.url}/guide/automated-remediation/{path}/")
        return page

    yield opened
    for context in contexts:
        context.close()


def picture(page) -> bytes:
    figure = page.locator(".guide-page figure img").first
    figure.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.guide-page figure img').complete")
    return figure.screenshot(animations="disabled")


def test_a_figure_has_the_theme_that_was_chosen_whatever_the_system_says(open_page):
    light = picture(open_page("index", chosen="light"))
    dark = picture(open_page("index", chosen="dark"))
    assert light != dark
    assert picture(open_page("index", chosen="light", system="dark")) == light
    assert picture(open_page("index", chosen="dark", system="dark")) == dark
    assert picture(open_page("index", chosen="system", system="dark")) == dark


@pytest.mark.parametrize("width", [320, 1280])
def test_a_figure_stays_within_its_page_and_keeps_its_shape(open_page, width):
    page = open_page("getting_started", width=width)
    pictures = page.locator(".guide-page figure img")
    assert pictures.count() == 4
    for each in pictures.all():
        each.scroll_into_view_if_needed()
        box = each.bounding_box()
        written = int(each.get_attribute("width")) / int(each.get_attribute("height"))
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["width"] / box["height"] == pytest.approx(written, rel=0.01)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_dark_page_is_printed_light(open_page):
    page = open_page("index", chosen="dark")
    page.evaluate(
        "addEventListener('beforeprint', () => {"
        " window.printed = getComputedStyle(document.querySelector('figure img')).colorScheme })"
    )
    page.pdf()
    assert page.evaluate("window.printed") == "light"
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_a_drawing_opened_by_itself_is_drawn_with_its_styles(open_page, live_server):
    page = open_page("index")
    page.goto(f"{live_server.url}/guide/automated-remediation/assets/assets/loop.svg")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('text')).fill") == "rgb(29, 37, 48)"
    )
