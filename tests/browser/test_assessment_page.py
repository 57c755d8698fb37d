"""The page of one assessment in Chromium: live, with the keyboard alone, and its QR code."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from assessment.inviting import make_guest_link
from assessment.lifecycle import finish, reveal, submit
from assessment.models import Assessment
from teams.models import Invitation, Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The list is asked for every four seconds.
SOON = 9_000


@pytest.fixture
def opened_by(browser, live_server, sign_in):
    """Return a function that opens a path as somebody, in a browser of their own."""
    contexts = []

    def open_page(user, path, **settings):
        context = browser.new_context(base_url=live_server.url, **settings)
        contexts.append(context)
        if user:
            sign_in(context, user)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def who(page):
    return page.get_by_role("region", name="Who has finished")


# Live ------------------------------------------------------------------------------------------


def test_who_has_finished_follows_in_another_browser(answered, opened_by, lena, five):
    leads = opened_by(lena, answered.get_absolute_url())
    amys = opened_by(five[0], answered.get_absolute_url())
    expect(who(leads)).to_contain_text("0 of 6")
    leads.get_by_text("Reveal the answers…").click()

    amys.get_by_role("button", name="I have finished", exact=True).click()

    expect(who(leads)).to_contain_text("1 of 6", timeout=SOON)
    expect(who(leads).get_by_role("listitem").filter(has_text="Amy")).to_contain_text("finished")
    expect(leads.get_by_role("button", name="Remind the 4 others")).to_be_visible()
    expect(leads.get_by_role("region", name="Are we ready to talk?")).to_contain_text(
        "1 of 6 have finished"
    )
    amys.get_by_role("button", name="I have not finished after all").click()
    expect(who(leads)).to_contain_text("0 of 6", timeout=SOON)
    assert leads.said == amys.said == []


def test_the_lead_keeps_what_is_focused_and_open_while_the_list_follows(
    answered, opened_by, lena, five
):
    page = opened_by(lena, answered.get_absolute_url())
    page.get_by_text("Reveal the answers…").click()
    page.locator("#remind").focus()

    finish(assessment=answered, user=five[0])

    expect(who(page)).to_contain_text("1 of 6", timeout=SOON)
    assert page.evaluate("document.activeElement.id") == "remind"
    expect(page.get_by_role("button", name="Close the sheets and reveal")).to_be_visible()


def test_a_member_who_waits_hears_of_the_reveal(answered, opened_by, lena, five):
    page = opened_by(five[0], answered.get_absolute_url())
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    reveal(assessment=answered, by=lena)

    expect(who(page)).to_contain_text("The sheets are closed now.", timeout=SOON)
    before = len(asked)
    page.wait_for_timeout(5_000)
    assert len(asked) == before
    page.get_by_role("link", name="See how it goes on").click()
    expect(page.get_by_role("link", name="Join the talk")).to_be_visible()


def test_a_session_that_ends_is_said_in_place(answered, opened_by, lena):
    page = opened_by(lena, answered.get_absolute_url())
    Session.objects.all().delete()

    expect(who(page)).to_contain_text("You have been signed out", timeout=SOON)
    page.get_by_role("link", name="Sign in again").click()
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=.*assessments"))


def test_without_scripts_the_page_says_how_to_see_more(answered, opened_by, lena):
    page = opened_by(lena, answered.get_absolute_url(), java_script_enabled=False)

    page.get_by_role("link", name="Load the page again").click()

    expect(page.get_by_role("heading", name="Who has finished")).to_be_visible()


# The keyboard ----------------------------------------------------------------------------------


def to(page, name):
    """Go on with Tab until what has this name is focused."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.innerText || ''"):
            return
    raise AssertionError(f"{name} is not reached with Tab")


def test_the_lead_reveals_opens_again_and_submits_with_the_keyboard_alone(
    answered, opened_by, lena
):
    page = opened_by(lena, answered.get_absolute_url())

    to(page, "Reveal the answers…")
    page.keyboard.press("Enter")
    to(page, "Close the sheets and reveal")
    page.keyboard.press("Enter")
    expect(page.locator("[aria-current=step]")).to_contain_text("Revealed")

    to(page, "Open the sheets again…")
    page.keyboard.press("Enter")
    to(page, "Open the sheets again")
    page.keyboard.press("Enter")
    expect(page.locator("[aria-current=step]")).to_contain_text("Open")

    to(page, "Submit without talking it over…")
    page.keyboard.press("Enter")
    to(page, "Close the answers and show the scores")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("Submitted. These are the new scores.")
    answered.refresh_from_db()
    assert answered.is_submitted


def test_an_assessment_is_opened_with_the_keyboard_alone(opened_by, model, payments, lena):
    page = opened_by(lena, payments.get_absolute_url() + "assessments/new/")

    page.get_by_role("radio", name="Together, on one sheet").focus()
    page.keyboard.press("ArrowUp")
    to(page, "Open the assessment")
    page.keyboard.press("Enter")

    expect(page.locator("body")).to_contain_text("The assessment is open.")
    assert Assessment.objects.get().mode == "open"


# The QR code -----------------------------------------------------------------------------------


def test_the_code_fills_the_wall_and_a_phone_that_follows_it_joins(
    assessment, opened_by, live_server, settings, lena, sam, payments
):
    settings.BASE_URL = live_server.url
    page = opened_by(lena, assessment.get_absolute_url(), viewport={"width": 1280, "height": 800})
    page.get_by_role("button", name="Link and QR code").click()
    link = page.get_by_label("Link to join Payments").input_value()
    page.get_by_role("link", name="Show it full screen").click()

    code = page.get_by_role("img", name=f"QR code of the link {link}")
    box = code.bounding_box()
    assert min(box["width"], box["height"]) > 600
    assert code.evaluate("el => getComputedStyle(el.firstElementChild).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    assert page.said == []

    phone = opened_by(sam, link, viewport={"width": 390, "height": 800})
    phone.get_by_role("button", name="Join as Sam Search").click()
    expect(phone).to_have_url(live_server.url + assessment.get_absolute_url())
    assert payments.memberships.filter(user=sam).exists()


def test_the_link_is_copied_with_one_press(assessment, opened_by, lena):
    page = opened_by(lena, assessment.get_absolute_url())
    page.get_by_role("button", name="Link and QR code").click()

    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_role("button", name=re.compile("Copied|Selected"))).to_be_visible()


# Every state, as people see it -----------------------------------------------------------------

WIDTHS = (320, 390, 1280, 2560)


def looks_right(page):
    """Nothing axe objects to in light and dark, a quiet console, and no sideways scrolling."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"
    wide = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide[width] = page.evaluate("document.documentElement.scrollWidth")
    assert wide == {width: width for width in WIDTHS}
    assert page.locator("h1").count() == 1
    assert page.said == []


@pytest.mark.parametrize("state", ["open", "revealed", "submitted"])
def test_the_page_looks_right_in_each_state(state, answered, opened_by, lena, five):
    Invitation.issue(
        organization=answered.team.organization, team=answered.team, role=Role.MEMBER, by=lena
    )
    make_guest_link(assessment=answered, by=lena)
    finish(assessment=answered, user=five[0])
    if state != "open":
        reveal(assessment=answered, by=lena)
    if state == "submitted":
        submit(assessment=answered, by=lena)

    page = opened_by(lena, answered.get_absolute_url())
    for summary in page.locator("details.confirm > summary").all():
        summary.click()

    looks_right(page)


@pytest.mark.parametrize("mode", ["open", "consensus"])
def test_the_page_looks_right_in_each_mode(mode, payments, model, opened_by, mary):
    found = Assessment.objects.create(team=payments, maturity_model=model, mode=mode)

    looks_right(opened_by(mary, found.get_absolute_url()))


@pytest.mark.parametrize("page", ["join/{token}/", "join/{token}/wall/"])
def test_the_pages_of_a_link_look_right(page, assessment, opened_by, lena, olga):
    _, token = make_guest_link(assessment=assessment, by=lena)

    looks_right(opened_by(olga, f"/{page.format(token=token)}"))


def test_a_closed_link_looks_right(opened_by, db):
    page = opened_by(None, "/join/nothing/")

    page.said = [text for text in page.said if "404" not in text]
    looks_right(page)


def test_the_page_with_a_new_link_looks_right(assessment, opened_by, lena):
    page = opened_by(lena, assessment.get_absolute_url())
    page.get_by_role("button", name="Link and QR code").click()
    expect(page.get_by_role("heading", name="The link is ready")).to_be_visible()

    looks_right(page)


def test_the_report_on_addresses_looks_right(assessment, opened_by, lena, mary):
    page = opened_by(lena, assessment.get_absolute_url() + "invite/")
    page.get_by_label("E-mail addresses").fill(
        f"ann@harbour.example\n{mary.email}\n{'not-an-address' * 9}"
    )
    page.get_by_role("button", name="Send the invitations").click()
    expect(page.get_by_role("heading", name="1 of 3 invited")).to_be_visible()

    looks_right(page)
