"""A reader in Chromium: the zone their browser is in, and a correction with the keyboard alone."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from guide.models import Correction
from tests.guide.corrections import publish_handbook

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LATE = datetime(2026, 1, 1, 22, 30, tzinfo=UTC)  # the second of January in Kolkata
PEOPLE = "/organizations/harbour/teams/payments/people/"


@pytest.fixture
def page(browser, live_server):
    """A window of somebody in India. Chromium still calls their zone by its old name."""
    context = browser.new_context(base_url=live_server.url, timezone_id="Asia/Kolkata")
    yield context.new_page()
    context.close()


def test_times_follow_the_account_and_the_browser_s_zone_is_one_press_away(page, mary, sign_in):
    mary.memberships.update(since=LATE)
    sign_in(page.context, mary)
    page.goto(PEOPLE)
    expect(page.locator("td time")).to_have_text("1 Jan 2026")

    page.goto("/account/")
    offer = page.get_by_role("button", name="as your browser does")
    offer.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chosen. It holds once you save.")).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Your preferences were saved.")).to_be_visible()
    expect(page.get_by_role("button", name="as your browser does")).to_be_hidden()
    mary.refresh_from_db()
    assert mary.time_zone in ("Asia/Kolkata", "Asia/Calcutta")
    page.goto(PEOPLE)
    expect(page.locator("td time")).to_have_text("2 Jan 2026")


def test_sign_up_sends_the_zone_along(page, db):
    page.goto("/accounts/signup/")

    expect(page.locator("input[name=time_zone]")).to_have_value("Asia/Calcutta")


def test_a_correction_is_suggested_with_the_keyboard_alone(page, mary, sign_in):
    publish_handbook()
    sign_in(page.context, mary)
    page.goto("/guide/handbook/on-call/rota/")

    page.get_by_role("link", name="Suggest a correction to Who is next").press("Enter")
    page.get_by_role("radio", name="Something is wrong").press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("It is Sam.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("The owners of Harbour see it")).to_be_visible()
    assert list(Correction.objects.values_list("kind", "text")) == [("correction", "It is Sam.")]
