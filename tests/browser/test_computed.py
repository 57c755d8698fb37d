"""From a figure to how it was computed, as people go there."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.demo_site import ORGANIZATION, TEAM

pytestmark = pytest.mark.browser


@pytest.fixture
def as_(browser, demo_site):
    """A page of somebody who signed in, in a window so wide and so bright."""
    contexts = []

    def open_page(name, width=1280, scheme="light"):
        view = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        contexts.append(browser.new_context(base_url=demo_site.url, **view))
        page = contexts[-1].new_page()
        page.goto("/accounts/login/")
        page.fill("input[name=login]", f"{name}@demo.example")
        page.fill("input[name=password]", "demo")
        page.press("input[name=password]", "Enter")
        page.wait_for_url(demo_site.url + "/")
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_a_member_comes_from_each_kind_of_figure_to_how_it_was_computed(as_):
    page = as_("member")
    for figure, heading in (
        (page.locator(".small-charts .chart-summary a").first, "What went in"),
        (page.locator("a.level").first, "Level"),
        (page.locator(".stage a").first, "Stage"),
        (page.locator(".stage a").last, "Overall score"),
    ):
        page.goto(TEAM)
        figure.press("Enter")
        expect(page.get_by_role("heading", level=2, name=heading, exact=True)).to_be_in_viewport()


def test_a_mean_and_a_gain_lead_to_the_row_of_their_question(as_):
    page = as_("member")
    for place, figure in (
        (TEAM, ".in-the-way a[title='How this is computed']"),
        (TEAM, ".next-steps a.tag"),
        (TEAM + "compare/", ".moved-questions .from-to a"),
    ):
        page.goto(place)
        key = page.locator(figure).first.get_attribute("href").split("#")[1]
        page.locator(figure).first.press("Enter")

        expect(page.locator("tr:target")).to_have_id(key)
        expect(page.locator("tr:target")).to_be_in_viewport()


def test_a_manager_comes_from_a_cell_to_the_score_it_shows(as_):
    page = as_("manager")
    page.goto(ORGANIZATION)
    cell = page.get_by_role("link", name="how it is computed").first
    shown, *_ = cell.inner_text().split(maxsplit=1)

    cell.click()

    expect(page.locator(".result b")).to_have_text(shown)


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (390, "dark"), (1280, "dark")])
def test_the_pages_are_in_order_at_every_width_and_in_the_dark(as_, width, scheme):
    page = as_("member", width, scheme)
    page.goto(TEAM)
    for figure in (".small-charts .chart-summary a", ".stage a"):
        page.goto(TEAM)
        page.locator(figure).first.press("Enter")
        page.wait_for_load_state("networkidle")

        assert Axe().run(page).response["violations"] == []
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
