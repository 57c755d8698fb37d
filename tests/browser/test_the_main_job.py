"""The main job from end to end, on the production stack, with the keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.demo_site import ORGANIZATION, TEAM, serving_the_demo

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A demo of its own: these tests change it, one after the other."""
    with serving_the_demo(tmp_path_factory.mktemp("main-job"), "--teams", "4") as served:
        yield served


@pytest.fixture
def sign_in(browser, site):
    def as_person(name):
        page = browser.new_context(base_url=site.url).new_page()
        page.goto("/accounts/login/")
        page.fill("input[name=login]", f"{name}@demo.example")
        page.fill("input[name=password]", "demo")
        page.press("input[name=password]", "Enter")
        page.wait_for_url(site.url + "/")
        return page

    return as_person


def test_a_member_answers_a_whole_questionnaire_with_the_keyboard(sign_in, site):
    page = sign_in("member")
    page.goto(site.assessment)
    page.get_by_role("link", name="Start answering").press("Enter")
    expect(page).to_have_url(re.compile("/noise/"))

    expect(page.locator("#saving")).to_have_text("Answers are saved as you give them.")
    for key in "2313":
        page.keyboard.press(key)
    expect(page.locator("#saving")).to_contain_text("Everything is saved, last at ")

    page.reload()
    expect(page.locator("body")).to_contain_text("4 of 50 answered")
    expect(page.locator("#saving")).to_have_text("Answers are saved as you give them.")
    for key in "22d":
        page.keyboard.press(key)
    expect(page.locator("#next")).to_be_focused()
    expect(page.locator("#saving")).to_contain_text("Everything is saved, last at ")

    page.goto(site.assessment)
    expect(page.get_by_role("region", name="Your answers")).to_contain_text("7 of 50 answered")


def test_the_lead_submits_and_the_chart_has_a_new_point(sign_in, site):
    page = sign_in("lead")
    page.goto(TEAM)
    assessments = page.get_by_role("table").filter(has_text="Submitted").locator("tbody tr")
    before = assessments.count()

    page.goto(site.assessment)
    page.get_by_text("Submit without talking it over…").click()
    page.get_by_role("button", name="Close the answers and show the scores").click()

    expect(page.locator("body")).to_contain_text("Submitted. These are the new scores.")
    expect(page).to_have_url(site.url + TEAM)
    assert assessments.count() == before + 1
    expect(page.locator("body")).to_contain_text(f"{before + 1} assessments")


def test_a_suggestion_opens_the_section_that_explains_it(sign_in):
    page = sign_in("lead")
    page.goto(TEAM)

    link = page.locator("a:visible", has_text=re.compile("^Guide: ")).first
    title = link.inner_text().removeprefix("Guide: ")
    link.click()

    anchor = page.url.split("#")[1]
    heading = page.locator(f"#{anchor}")
    expect(heading).to_be_in_viewport()
    expect(heading).to_contain_text(title)


def test_a_manager_compares_the_teams(sign_in):
    page = sign_in("manager")
    page.goto(ORGANIZATION)

    teams = page.get_by_role("table").first.locator("tbody th a").all_inner_texts()
    assert teams == ["Checkout", "Identity", "Network", "Search"]


def test_a_chart_becomes_interactive_in_place(sign_in):
    page = sign_in("member")
    page.goto(TEAM, wait_until="networkidle")
    figure = page.locator("figure.chart").first
    before = figure.bounding_box()
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))

    figure.locator(".chart-explore").click()

    expect(figure.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    assert len([url for url in fetched if "plotly" in url]) == 2
    assert abs(figure.bounding_box()["height"] - before["height"]) < 1


def test_the_member_cannot_change_what_was_submitted(sign_in, site):
    page = sign_in("member")
    page.goto(site.assessment)

    expect(page.locator("body")).to_contain_text("Its answers are closed")
