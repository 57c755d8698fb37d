"""The whole of answering together: five people on five sessions, every step with the keyboard."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assessment.lifecycle import open_assessment, submit
from assessment.models import Action, AgreedAnswer, Assessment, Snapshot
from tests.assessment.sheets import fill
from tests.assessment.talks import more_members
from tests.browser.console import listen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SPLIT = "Paging on what users feel"
REASON = "Two services page on causes still."
# What each presses at the four questions on noise and the five on runbooks.
KEYS = {
    "Lena": ("2022", "22222"),
    "Mary": ("2022", "22222"),
    "Amy": ("2422", "23222"),
    "Bob": ("2422", "22222"),
    "Cat": ("21d2", "22222"),
}
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
WALL = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture
def team(payments, lena, mary):
    """Five people of Payments, by their first names."""
    amy, bob, cat = more_members(payments, "Amy", "Bob", "Cat")
    return {"Lena": lena, "Mary": mary, "Amy": amy, "Bob": bob, "Cat": cat}


@pytest.fixture
def last_time(payments, model, team, lena):
    """What the five answered a while ago: the first line everywhere."""
    earlier = open_assessment(team=payments, by=lena, length="full")
    for member in team.values():
        fill(earlier, member, 1)
    submit(assessment=earlier, by=lena)
    Assessment.objects.filter(pk=earlier.pk).update(submitted_at="2026-01-15T10:00Z")
    Snapshot.objects.filter(assessment=earlier).update(taken_at="2026-01-15T10:00Z")
    return earlier


@pytest.fixture
def screens(browser, live_server, sign_in, team):
    """A browser for each of the five: Lena's for the wall, the others' on phones in the dark."""
    contexts, pages = [], {}
    for name, user in team.items():
        screen = WALL if name == "Lena" else PHONE
        context = browser.new_context(base_url=live_server.url, **screen)
        contexts.append(context)
        sign_in(context, user)
        pages[name] = listen(context.new_page())
    yield pages
    for context in contexts:
        context.close()


def press(page, role, name, **options):
    """Reach something by its name, as a screen reader does, and press Enter on it."""
    page.get_by_role(role, name=name, **options).press("Enter")


def open_by_keyboard(page):
    page.goto(reverse("team", args=["harbour", "payments"]))
    press(page, "link", "Open an assessment")
    page.get_by_role("radio", name=re.compile("^Individually")).press("Space")
    page.get_by_role("radio", name=re.compile("^Full")).press("Space")
    press(page, "button", "Open the assessment")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Assessment")
    return page.url


def answer_all(page, address, noise, runbooks):
    page.goto(address)
    press(page, "link", "Start answering")
    expect(page.locator("#saving")).to_have_text("Answers are saved as you give them.")
    page.keyboard.type(noise, delay=60)
    expect(page.locator("#next")).to_be_focused()
    expect(page.locator("#saving")).to_contain_text("Everything is saved")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/runbooks/"))
    expect(page.locator("#saving")).to_have_text("Answers are saved as you give them.")
    page.keyboard.type(runbooks, delay=60)
    expect(page.locator("#next")).to_be_focused()
    expect(page.locator("#saving")).to_contain_text("Everything is saved")
    page.keyboard.press("Enter")
    press(page, "button", "I have finished")
    expect(page.locator("body")).to_contain_text("Thank you.")


def test_from_five_sheets_to_an_agreed_answer_an_action_a_chart_and_a_comparison(
    screens, last_time
):
    wall, phone = screens["Lena"], screens["Mary"]
    address = open_by_keyboard(wall)
    for name, page in screens.items():
        answer_all(page, address, *KEYS[name])

    wall.goto(address)
    expect(wall.get_by_role("region", name="Who has finished")).to_contain_text("5 of 5")
    expect(wall.locator("main")).not_to_contain_text(SPLIT)
    wall.locator("summary", has_text="Reveal the answers").press("Enter")
    press(wall, "button", "Close the sheets and reveal")
    press(wall, "link", re.compile("talk", re.IGNORECASE))
    expect(wall.get_by_role("heading", level=1)).to_have_text("What to talk over")
    phone.goto(wall.url)

    press(wall, "button", re.compile("^Begin with"))
    for page in (wall, phone):
        expect(page.get_by_role("heading", level=1)).to_have_text(SPLIT)
        expect(page.get_by_text("Your answers lie far apart.")).to_be_visible()
    wall.get_by_role("radio", name="2 Repeatable").press("Space")
    wall.get_by_label("Because").press_sequentially(REASON)
    press(wall, "button", "Agree", exact=True)
    expect(phone.get_by_text(REASON)).to_be_visible()
    wall.locator("summary", has_text="Note an action").press("Enter")
    wall.get_by_label("What will you do?").press_sequentially("Page on symptoms for both")
    press(wall, "button", "Note it")
    expect(phone.get_by_text("Page on symptoms for both")).to_be_visible()

    press(wall, "button", "Agenda")
    expect(wall.get_by_role("heading", level=1)).to_have_text("What to talk over")
    wall.locator("summary", has_text="Submit").press("Enter")
    press(wall, "button", "Submit and show the scores")
    expect(wall.locator("body")).to_contain_text("Submitted. These are the new scores.")
    expect(wall.locator("body")).to_contain_text("2 assessments")
    expect(wall.locator("body")).to_contain_text("Page on symptoms for both")

    press(wall, "link", re.compile("^Compare"))
    expect(wall.locator("main")).to_contain_text(SPLIT)
    expect(wall.locator("main")).to_contain_text(REASON)

    assert AgreedAnswer.objects.values_list("answer", "reason").get() == ("2", REASON)
    assert Action.objects.values_list("text", flat=True).get() == "Page on symptoms for both"
    assert {name: page.said for name, page in screens.items()} == {name: [] for name in screens}
