"""Every page, as people see it: nothing axe objects to, a quiet console, no sideways scrolling."""

from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from assessment.demo_rounds import round_id
from tests.demo_site import ORGANIZATION, TEAM

pytestmark = pytest.mark.browser

ROUNDS = ORGANIZATION + "rounds/"
CLOSED_ROUND, OPEN_ROUND, PLANNED_ROUND = (
    f"{ROUNDS}{round_id('lantern-market', number)}/" for number in (7, 8, 9)
)
PAGES = [
    ("", "/"),
    ("", "/guide/"),
    ("", "/guide/search/"),
    ("", "/guide/search/?q=incidnet"),
    ("", "/guide/search/?q=midnight+zebra"),
    ("", "/guide/automated-remediation/index/"),
    ("", "/guide/automated-remediation/getting_started/"),
    ("", "/guide/automated-remediation/measuring/"),
    ("", "/guide/automated-remediation/resources/"),
    ("", "/guide/automated-remediation/all/"),
    ("member", "/guide/"),
    ("member", "/guide/automated-remediation/getting_started/"),
    ("", "/accounts/login/"),
    ("", "/accounts/signup/"),
    ("", "/accounts/password/reset/"),
    ("", "/nowhere/"),
    ("member", "/"),
    ("member", "/account/"),
    ("member", "/account/corrections/"),
    ("member", "/corrections/automated-remediation/resources/?section=papers"),
    ("member", "/notices/"),
    ("", "/account/reminders/stop/nobody-made-this/"),
    ("member", ORGANIZATION),
    ("member", TEAM),
    ("member", TEAM + "compare/"),
    ("member", TEAM + "actions/"),
    ("member", TEAM + "actions/?view=list&sort=owner"),
    ("member", TEAM + "actions/new/"),
    ("member", "{action}"),
    ("member", TEAM + "take-away/"),
    ("member", "{assessment}"),
    ("member", "{assessment}noise/"),
    ("lead", "{assessment}"),
    ("lead", "{assessment}invite/"),
    ("lead", TEAM + "people/"),
    ("lead", TEAM + "targets/"),
    ("lead", TEAM + "timeline/"),
    ("lead", TEAM + "settings/"),
    ("lead", TEAM + "exemptions/noise.actionability/"),
    ("owner", "/organizations/lantern-market/teams/search/assessments/new/"),
    ("owner", ORGANIZATION + "people/"),
    ("owner", ORGANIZATION + "models/"),
    ("owner", ORGANIZATION + "models/1/"),
    ("owner", TEAM + "model/"),
    ("owner", ORGANIZATION + "settings/"),
    ("owner", ORGANIZATION + "guides/"),
    ("owner", ORGANIZATION + "guides/import/"),
    ("owner", "/"),
    ("owner", ORGANIZATION + "corrections/"),
    ("owner", ORGANIZATION + "corrections/1/decline/"),
    ("owner", ORGANIZATION + "teams/new/"),
    ("owner", "/organizations/new/"),
    ("owner", "/accounts/email/"),
    ("owner", "/accounts/password/change/"),
    ("manager", ORGANIZATION),
    ("manager", ORGANIZATION + "targets/"),
    ("manager", ORGANIZATION + "?since=2000-01-01&freshness=fresh&questionnaire=noise"),
    ("manager", ORGANIZATION + "questionnaires/noise/"),
    ("manager", ORGANIZATION + "side-by-side/?team=checkout&team=search&team=identity"),
    ("manager", ORGANIZATION + "side-by-side/"),
    ("manager", ORGANIZATION + "take-away/"),
    ("manager", "/organizations/lantern-market/teams/catalogue/"),
    ("manager", ROUNDS),
    ("manager", ROUNDS + "new/"),
    ("manager", OPEN_ROUND),
    ("manager", OPEN_ROUND + "edit/"),
    ("manager", OPEN_ROUND + "close/"),
    ("manager", PLANNED_ROUND),
    ("manager", PLANNED_ROUND + "edit/"),
    ("manager", PLANNED_ROUND + "call-off/"),
    ("manager", CLOSED_ROUND),
    ("outsider", "/organizations/elsewhere/teams/workshop/"),
    ("outsider", "/organizations/elsewhere/teams/workshop/compare/"),
]
NOT_THERE = ("/nowhere/", "/account/reminders/stop/nobody-made-this/")
WIDTHS = (320, 390, 1280, 2560)


NAMES = ("", "owner", "manager", "lead", "member", "outsider")


@pytest.fixture(scope="module")
def heard():
    """What each person's console said."""
    return {name: [] for name in NAMES}


@pytest.fixture(scope="module")
def people(browser, demo_site, heard):
    """A signed-in page for each of the demo's people, and one for a visitor."""
    pages = {}
    for name in NAMES:
        page = browser.new_context(base_url=demo_site.url).new_page()
        said = heard[name]
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        if name:
            page.goto("/accounts/login/")
            page.fill("input[name=login]", f"{name}@demo.example")
            page.fill("input[name=password]", "demo")
            page.press("input[name=password]", "Enter")
            page.wait_for_url(demo_site.url + "/")
        pages[name] = page
    return pages


def named(page):
    name, path = page
    return f"{name or 'visitor'} {path}"


@dataclass(frozen=True)
class Visit:
    """A page that somebody opened, and what its console said until it was quiet."""

    path: str
    opened: Page
    said: list[str]


@pytest.fixture(scope="class")
def visit(request, people, heard, demo_site):
    """Each page in turn, opened once for all that is asked of it."""
    name, path = request.param
    heard[name].clear()
    page = people[name]
    where = path.format(assessment=demo_site.assessment, action=demo_site.action)
    page.goto(where, wait_until="networkidle")
    return Visit(path, page, list(heard[name]))


class EveryPage:
    def test_axe_finds_nothing_in_light_and_dark(self, visit):
        opened = visit.opened

        for scheme in ("light", "dark"):
            opened.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = Axe().run(opened)
            assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"

    def test_the_console_is_quiet_and_nothing_breaks_the_policy(self, visit):
        expected = ["the server responded with a status of 404"] if visit.path in NOT_THERE else []

        assert [text for text in visit.said if not any(part in text for part in expected)] == []

    def test_no_page_scrolls_sideways_from_320_to_2560_pixels(self, visit):
        opened = visit.opened

        wide = {}
        for width in WIDTHS:
            opened.set_viewport_size({"width": width, "height": 900})
            wide[width] = opened.evaluate("document.documentElement.scrollWidth")
        opened.set_viewport_size({"width": 1280, "height": 900})

        assert wide == {width: width for width in WIDTHS}

    def test_each_page_has_one_title_and_one_first_heading(self, visit):
        assert "Rungs" in visit.opened.title()
        assert visit.opened.locator("h1").count() == 1


OF_THOSE_WHO_LOOK_AFTER = [page for page in PAGES if page[0] in ("owner", "manager", "outsider")]
OF_TEAMS_AND_VISITORS = [page for page in PAGES if page not in OF_THOSE_WHO_LOOK_AFTER]


# Two classes, so that two processes can share the work.
@pytest.mark.parametrize("visit", OF_TEAMS_AND_VISITORS, indirect=True, ids=named, scope="class")
class TestPagesOfTeamsAndVisitors(EveryPage):
    pass


@pytest.mark.parametrize("visit", OF_THOSE_WHO_LOOK_AFTER, indirect=True, ids=named, scope="class")
class TestPagesOfThoseWhoLookAfter(EveryPage):
    pass
