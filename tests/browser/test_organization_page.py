"""Comparing teams in Chromium: by mouse and keyboard, on a phone, and without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from assessment.models import Target
from teams.models import Team
from tests.assessment.frozen import snapshot, too_few
from tests.browser.console import listen
from tests.conftest import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(live_server):
    return f"{live_server.url}/organizations/harbour/"


@pytest.fixture
def compared(harbour, payments, search_team, model):
    """Four teams: Payments and Search under Platform, Mobile and tiny Atlas under nobody."""
    mobile = Team.objects.create(organization=harbour, name="Mobile", slug="mobile")
    atlas = Team.objects.create(organization=harbour, name="Atlas", slug="atlas")
    snapshot(payments, model, {"noise": 2.3, "runbooks": 1.0}, days_ago=100, overall=1.4)
    risen = {"score": 3.3, "change": 1.0, "changed": True}
    snapshot(payments, model, {"noise": risen, "runbooks": 1.2}, overall=1.8)
    snapshot(search_team, model, {"noise": 0.9, "runbooks": 3.5}, days_ago=130, overall=2.2)
    snapshot(mobile, model, {"noise": 1.6, "runbooks": 2.5}, overall=2.0)
    too_few(atlas, model)
    Target.objects.create(organization=harbour, team=payments, questionnaire_key="noise", level=4)


@pytest.fixture
def visit(browser, live_server, address, max_, compared):
    """Open the comparison as Max; what the console said is kept on the page."""
    contexts = []

    def tab(where=address, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        session = signed_in(max_).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = listen(context.new_page())
        page.goto(where)
        return page

    yield tab
    for context in contexts:
        context.close()


def head(page):
    """The headings of the comparison: the same names stand in other places, too."""
    return page.locator(".comparison thead")


def names(page):
    return page.locator(".comparison tbody th a").all_inner_texts()


@pytest.mark.parametrize("with_javascript", [True, False])
def test_a_heading_sorts_and_pressed_again_turns_round(visit, with_javascript):
    page = visit(java_script_enabled=with_javascript)
    assert names(page) == ["Atlas", "Mobile", "Payments", "Search"]

    head(page).get_by_role("link", name="Noise and alert quality").click()

    assert names(page) == ["Search", "Mobile", "Payments", "Atlas"]
    heading = head(page).get_by_role("columnheader", name="Noise and alert quality")
    expect(heading).to_have_attribute("aria-sort", "ascending")

    head(page).get_by_role("link", name="Noise and alert quality").click()

    assert names(page) == ["Payments", "Mobile", "Search", "Atlas"]
    expect(heading).to_have_attribute("aria-sort", "descending")


@pytest.mark.parametrize("with_javascript", [True, False])
def test_the_filter_keeps_the_order(visit, address, with_javascript):
    page = visit(f"{address}?sort=-team", java_script_enabled=with_javascript)

    page.get_by_label("Teams under").select_option("Platform")
    page.get_by_role("button", name="Show", exact=True).click()

    assert names(page) == ["Search", "Payments"]
    if with_javascript:
        assert page.url == f"{address}?sort=-team&parent=platform"


def test_a_team_is_found_by_its_name(visit):
    page = visit()

    page.get_by_label("Find a team").fill("pAy")

    assert page.locator(".comparison tbody tr:visible th a").all_inner_texts() == ["Payments"]
    expect(page.locator(".find [role=status]")).to_have_text("1 of 4 teams shown")
    page.get_by_label("Find a team").fill("")
    assert page.locator(".comparison tbody tr:visible").count() == 4


def test_without_javascript_no_dead_search_field_is_offered(visit):
    expect(visit(java_script_enabled=False).get_by_label("Find a team")).to_be_hidden()


def test_a_keyboard_reaches_a_column_and_sorts_by_it(visit):
    page = visit()

    head(page).get_by_role("link", name="Runbooks").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**?sort=runbooks")

    assert names(page) == ["Payments", "Mobile", "Search", "Atlas"]


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_table_scrolls_and_the_page_does_not(visit, width):
    page = visit(viewport={"width": width, "height": 800})
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) == 0

    table = page.locator(".comparison")
    table.evaluate("box => box.scrollTo(300, 0)")

    assert table.evaluate("box => box.scrollLeft") > 100
    team = table.get_by_role("link", name="Payments").bounding_box()
    assert 0 <= team["x"] < width / 2


def test_with_many_teams_the_header_stays_in_sight(visit, harbour):
    Team.objects.bulk_create(
        Team(organization=harbour, name=f"Team {n:02}", slug=f"team-{n}") for n in range(30)
    )
    page = visit(viewport={"width": 1280, "height": 800})
    table = page.locator(".comparison")

    table.evaluate("box => box.scrollTo(0, 600)")

    top = table.bounding_box()["y"]
    heading = head(page).get_by_role("columnheader", name="Team").bounding_box()
    assert heading["y"] == pytest.approx(top, abs=2)


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_stands_in_anybody_s_way(visit, live_server, width, colours):
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": colours}
    page = visit(**options)
    page.get_by_text("How to read the table").click()
    start = visit(f"{live_server.url}/", **options)
    signed_out = visit(f"{live_server.url}/", **options)
    signed_out.context.clear_cookies()
    signed_out.reload()

    assert [each.title() for each in (page, start)] == ["Harbour · Rungs", "Home · Rungs"]
    assert "How it works" in signed_out.inner_text("main")
    for each in (page, start, signed_out):
        found = Axe().run(each)
        assert found.violations_count == 0, found.generate_report()
        assert each.said == []


@pytest.mark.parametrize("with_javascript", [True, False])
def test_chosen_teams_stand_side_by_side(visit, address, with_javascript):
    page = visit(f"{address}?questionnaire=noise", java_script_enabled=with_javascript)

    page.get_by_label("Choose Search").check()
    page.get_by_label("Choose Payments").check()
    if with_javascript:
        expect(page.locator("#beside [role=status]")).to_have_text("2 chosen")
    page.get_by_role("button", name="Show the chosen side by side").click()
    page.wait_for_url("**/side-by-side/**")

    assert names(page) == ["Payments", "Search"]
    assert page.url.endswith("side-by-side/?questionnaire=noise&team=payments&team=search")
    expect(page.get_by_role("img", name="These teams lie furthest apart")).to_be_visible()
    page.get_by_role("link", name="Take Search away").click()
    expect(page.locator(".comparison tbody th a")).to_have_text(["Payments"])


@pytest.mark.parametrize("with_javascript", [True, False])
def test_on_a_phone_day_and_filters_open_with_a_press(visit, with_javascript):
    phone = {"width": 390, "height": 800}
    page = visit(viewport=phone, java_script_enabled=with_javascript)
    expect(page.get_by_label("Teams under")).to_be_hidden()

    page.get_by_role("button", name="Day and filters").click()
    page.get_by_label("Teams under").select_option("Platform")
    page.get_by_role("button", name="Show", exact=True).click()

    expect(page.get_by_role("link", name="under Platform")).to_be_visible()
    assert names(page) == ["Payments", "Search"]


def test_a_chart_of_several_teams_is_explored_in_place(visit, address):
    page = visit(f"{address}side-by-side/?team=payments&team=search&team=mobile")

    page.get_by_role("button", name="Explore").first.click()

    expect(page.locator(".chart-beside.is-interactive")).to_be_visible()
    assert page.said == []
    assert Axe().run(page).violations_count == 0


def test_on_paper_the_whole_table_fits(visit):
    page = visit(viewport={"width": 1047, "height": 718})

    page.emulate_media(media="print")

    assert page.locator(".comparison").evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    expect(page.get_by_role("button", name="Show", exact=True)).to_be_hidden()
    expect(page.get_by_label("Choose Search")).to_be_hidden()
