"""The talk in two browsers at once: the facilitator's for the wall, a member's on a phone."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from assessment.lifecycle import reopen, submit
from assessment.models import Action, AgreedAnswer, Talk
from tests.assessment.talks import answer_all, more_members, reveal_by
from tests.browser.console import listen
from tests.conftest import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SPLIT = "Paging on what users feel"
REVIEW = "A regular look at what paged and why"
REASON = "Two services page on causes still."


@pytest.fixture
def talk(assessment, payments, lena, mary):
    answer_all(assessment, [lena, mary, *more_members(payments, "Amy", "Bob", "Cat", "Dan")])
    return reveal_by(assessment, lena)


@pytest.fixture
def watch(browser, live_server, talk, assessment):
    """Open the talk as somebody in a browser of their own; `said` is what its console said."""
    contexts = []

    def open_talk(user, width, height, wall="", **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        session = signed_in(user).cookies["sessionid"].value
        cookie = {"name": "sessionid", "value": session, "url": live_server.url, "httpOnly": True}
        context.add_cookies([cookie])
        page = listen(context.new_page())
        where = reverse("talk", args=["harbour", "payments", assessment.pk])
        page.goto(live_server.url + where + (f"?wall={wall}" if wall else ""))
        return page

    yield open_talk
    for context in contexts:
        context.close()


@pytest.fixture
def wall(watch, lena):
    return watch(lena, 1280, 800)


@pytest.fixture
def phone(watch, mary):
    return watch(mary, 390, 844, has_touch=True)


def title(page):
    return page.get_by_role("heading", level=1)


def begin(page):
    page.get_by_role("button", name="Begin with").click()
    expect(title(page)).to_have_text(SPLIT)


def agree(page, level, reason):
    page.get_by_role("radio", name=level).check()
    page.get_by_label("Because").fill(reason)
    page.get_by_role("button", name="Agree", exact=True).click()


def same_turn(page):
    return page.locator(f'#talk[data-turn="{Talk.objects.get().turn}"]')


# Together -------------------------------------------------------------------------------------


def test_a_phone_follows_through_a_split_question_to_an_agreed_answer_and_an_action(wall, phone):
    expect(title(phone)).to_have_text("What to talk over")
    begin(wall)
    expect(title(phone)).to_have_text(SPLIT)
    expect(phone.get_by_text("Your answers lie far apart.")).to_be_visible()
    expect(phone.get_by_text("You answered this")).to_have_count(1)
    expect(wall.get_by_text("You answered this")).to_have_count(0)
    expect(phone.get_by_role("button", name="Agree")).to_have_count(0)
    expect(phone.locator("#said")).to_have_text(f"Question 1 of 9: {SPLIT}")

    wall.get_by_role("button", name="Start the timer: 5 minutes").click()
    expect(phone.locator(".clock-face")).to_have_text(re.compile(r"^4:5\d$"))

    agree(wall, "2 Repeatable", REASON)
    expect(phone.get_by_role("heading", name="Agreed: 2, Repeatable")).to_be_visible()
    expect(phone.get_by_text(REASON)).to_be_visible()
    expect(phone.locator("#said")).to_have_text("Agreed: 2, Repeatable")
    expect(phone.locator(".is-agreed")).to_contain_text("line C")

    wall.get_by_text("Note an action").click()
    wall.get_by_label("What will you do?").fill("Page on symptoms for both")
    wall.get_by_label("Who", exact=True).select_option("Mary Member")
    due = timezone.localdate() + timedelta(days=20)
    wall.get_by_label("By when").fill(due.isoformat())
    wall.get_by_role("button", name="Note it").click()
    expect(phone.get_by_text("Page on symptoms for both")).to_be_visible()
    expect(phone.get_by_text(f"Mary Member, by {due.day} {due:%B %Y}")).to_be_visible()

    assert AgreedAnswer.objects.values_list("answer", "reason").get() == ("2", REASON)
    assert Action.objects.get().owner.name == "Mary Member"
    assert wall.said == phone.said == []


def test_a_second_screen_of_the_facilitator_stays_in_step(wall, watch, lena):
    other = watch(lena, 1280, 800)
    begin(wall)
    expect(title(other)).to_have_text(SPLIT)
    other.get_by_role("button", name="Next").click()
    expect(title(wall)).to_have_text(REVIEW)


def test_the_facilitator_changes_and_the_controls_with_it(wall, phone, mary):
    wall.get_by_text("Who facilitates, and who may watch").click()
    wall.get_by_label("Let another facilitate").select_option("Mary Member")
    wall.get_by_role("button", name="Hand over").click()
    expect(phone.get_by_role("button", name="Begin with")).to_be_visible()
    expect(wall.get_by_role("button", name="Begin with")).to_have_count(0)
    expect(phone.locator("#said")).to_have_text("Mary Member facilitates now.")
    begin(phone)
    expect(title(wall)).to_have_text(SPLIT)
    wall.get_by_text("Who facilitates, and who may watch").click()
    wall.get_by_role("button", name="Take over").click()
    expect(wall.get_by_role("button", name="Next")).to_be_visible()
    expect(phone.get_by_role("button", name="Next")).to_have_count(0)


def test_when_the_lead_submits_every_screen_moves_to_the_team(wall, phone, payments):
    wall.get_by_text("Submit…").click()
    wall.get_by_role("button", name="Submit and show the scores").click()
    wall.wait_for_url(re.compile(payments.get_absolute_url() + "$"))
    phone.wait_for_url(re.compile(payments.get_absolute_url() + "$"))
    expect(phone.get_by_text("The talk is over")).to_be_visible()


def test_when_the_answers_are_reopened_every_screen_says_so(phone, assessment):
    reopen(assessment=assessment)
    phone.wait_for_url(re.compile(assessment.get_absolute_url() + "$"))
    expect(phone.get_by_text("The answers were reopened.")).to_be_visible()


# Typing ---------------------------------------------------------------------------------------


def test_whoever_types_for_long_is_not_told_that_the_talk_moved_on(wall):
    begin(wall)
    with wall.expect_response(lambda answer: "/talk/now/" in answer.url) as asked:
        wall.get_by_label("Because").press_sequentially(REASON)
    assert asked.value.status == 204
    wall.wait_for_timeout(300)
    expect(wall.locator("#step")).to_be_empty()


@pytest.mark.parametrize("height", [600, 800])
def test_on_a_low_wall_no_level_lies_under_what_leads_on(watch, lena, height):
    low = watch(lena, 1280, height)
    begin(low)

    level = low.locator(".talk-level").last.bounding_box()
    steps = low.locator(".talk-steps").bounding_box()
    assert level["y"] + level["height"] <= steps["y"]


def test_a_double_click_does_a_thing_once_and_says_nothing_of_another_screen(wall):
    begin(wall)
    wall.get_by_role("button", name="Next").dblclick()
    expect(title(wall)).to_have_text(REVIEW)

    wall.get_by_text("Note an action").click()
    wall.get_by_label("What will you do?").fill("Delete the noisiest alerts")
    wall.get_by_role("button", name="Note it").dblclick()
    expect(wall.locator(".talk-actions")).to_contain_text("Delete the noisiest alerts")

    wall.wait_for_timeout(500)
    expect(title(wall)).to_have_text(REVIEW)
    expect(wall.get_by_role("alert")).to_have_count(0)
    assert Action.objects.count() == 1


def test_a_form_in_use_is_not_swapped_away_and_its_words_are_never_lost(wall, watch, lena):
    begin(wall)
    other = watch(lena, 1280, 800)
    other.get_by_role("radio", name="2 Repeatable").check()
    other.get_by_label("Because").fill(REASON)

    wall.get_by_role("button", name="Next").click()
    expect(title(wall)).to_have_text(REVIEW)
    expect(other.locator("#step")).to_contain_text("The talk has moved on.")
    expect(title(other)).to_have_text(SPLIT)
    expect(other.get_by_label("Because")).to_have_value(REASON)

    other.get_by_role("button", name="Agree", exact=True).click()
    expect(other.get_by_role("alert")).to_contain_text("with another screen in the meantime")
    kept = other.get_by_role("region", name=f"What you had written about “{SPLIT}”")
    expect(kept.get_by_label("Because")).to_have_value(REASON)
    assert AgreedAnswer.objects.count() == 0

    kept.get_by_role("button", name="Agree", exact=True).click()
    expect(kept).to_have_count(0)
    assert AgreedAnswer.objects.values_list("question__title", "answer", "reason").get() == (
        SPLIT,
        "2",
        REASON,
    )


def test_who_was_writing_can_ask_to_see_where_the_talk_is(wall, watch, lena):
    begin(wall)
    other = watch(lena, 1280, 800)
    other.get_by_label("Because").fill("half a tho")
    wall.get_by_role("button", name="Next").click()
    other.get_by_role("button", name="show where it is").click()
    expect(title(other)).to_have_text(REVIEW)
    expect(other.locator("#step")).to_be_hidden()


def test_the_timer_started_while_one_writes_takes_no_word_and_no_place(wall):
    begin(wall)
    wall.get_by_label("Because").fill("half a thought")
    wall.get_by_role("button", name="Start the timer: 2 minutes").click()
    expect(wall.locator(".clock")).to_be_visible()
    expect(wall.get_by_label("Because")).to_have_value("half a thought")
    wall.get_by_role("radio", name="3 Measured").check()
    wall.get_by_role("button", name="Agree", exact=True).click()
    expect(wall.get_by_role("heading", name="Agreed: 3, Measured")).to_be_visible()


def test_the_guide_stays_open_when_something_else_changes(wall, phone):
    begin(wall)
    expect(title(phone)).to_have_text(SPLIT)
    phone.get_by_text("In the guide: Reducing noise").click()
    expect(phone.get_by_text("Silence what nobody acts on")).to_be_visible()
    agree(wall, "1 Ad hoc", REASON)
    expect(phone.get_by_role("heading", name="Agreed: 1, Ad hoc")).to_be_visible()
    expect(phone.get_by_text("Silence what nobody acts on")).to_be_visible()


def test_a_focus_on_a_phone_is_not_moved_while_it_watches(wall, phone):
    phone.locator("#theme-switch").focus()
    begin(wall)
    expect(title(phone)).to_have_text(SPLIT)
    assert phone.evaluate("document.activeElement.id") == "theme-switch"


# The network ----------------------------------------------------------------------------------


def test_a_lost_network_is_said_and_when_it_is_back_the_screen_is_in_step(wall, phone):
    phone.context.set_offline(True)
    expect(phone.locator("#step")).to_have_text(
        "Not in step: the server cannot be reached. Trying again."
    )
    begin(wall)
    phone.wait_for_timeout(2500)
    expect(title(phone)).to_have_text("What to talk over")

    phone.context.set_offline(False)
    expect(title(phone)).to_have_text(SPLIT)
    expect(phone.locator("#step")).to_be_hidden()


def test_what_cannot_be_sent_stays_where_it_was_written(wall):
    begin(wall)
    wall.context.set_offline(True)
    agree(wall, "2 Repeatable", REASON)
    expect(wall.locator("#step")).to_contain_text("That was not sent")
    expect(wall.get_by_label("Because")).to_have_value(REASON)
    wall.context.set_offline(False)
    wall.get_by_role("button", name="Agree", exact=True).click()
    expect(wall.get_by_role("heading", name="Agreed: 2, Repeatable")).to_be_visible()


def test_who_is_signed_out_is_told_and_sees_no_login_page_in_the_talk(phone):
    Session.objects.all().delete()
    expect(phone.locator("#step")).to_contain_text("you are signed out")
    expect(title(phone)).to_have_text("What to talk over")


def test_who_is_no_longer_in_the_team_is_told(phone, mary):
    mary.memberships.all().delete()
    expect(phone.locator("#step")).to_contain_text("you cannot watch this talk any more")


# The clock ------------------------------------------------------------------------------------


def test_setting_the_phone_s_clock_does_no_harm(wall, phone):
    begin(wall)
    wall.get_by_role("button", name="Start the timer: 2 minutes").click()
    expect(phone.locator(".clock-face")).to_have_text(re.compile(r"^1:5\d$"))
    phone.evaluate("Date.now = () => 0")
    phone.wait_for_timeout(1200)
    expect(phone.locator(".clock-face")).to_have_text(re.compile(r"^1:5\d$"))
    Talk.objects.update(timer_ends_at=timezone.now() + timedelta(seconds=30))
    expect(phone.locator(".clock-face")).to_have_text(re.compile(r"^0:[23]\d$"))


def test_the_end_of_the_time_is_said_once_and_politely(wall, phone):
    begin(wall)
    wall.get_by_role("button", name="Start the timer: 2 minutes").click()
    expect(phone.locator(".clock")).to_be_visible()
    Talk.objects.update(timer_ends_at=timezone.now() + timedelta(seconds=4))
    expect(phone.locator("#said")).to_have_text("Time is over.")
    expect(phone.get_by_text("Time is over", exact=True)).to_be_visible()
    assert phone.locator("#said").get_attribute("role") == "status"


# Keys, and everybody --------------------------------------------------------------------------


def reach(page, name, role="button", most=60):
    """Press Tab until something with that name has the focus."""
    wanted = page.get_by_role(role, name=name, exact=True).first
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("(each) => each === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {name}")


def test_the_whole_talk_with_the_keyboard_alone(wall, phone):
    reach(wall, f"Begin with: {SPLIT}")
    wall.keyboard.press("Enter")
    expect(title(wall)).to_have_text(SPLIT)
    expect(title(wall)).to_be_focused()

    reach(wall, "0 Absent", role="radio")
    wall.keyboard.press("ArrowRight")
    expect(wall.get_by_role("radio", name="1 Ad hoc")).to_be_checked()
    wall.keyboard.press("Tab")
    wall.keyboard.type(REASON)
    wall.keyboard.press("Tab")
    wall.keyboard.press("Enter")
    expect(phone.get_by_role("heading", name="Agreed: 1, Ad hoc")).to_be_visible()

    reach(wall, f"Next: {REVIEW}")
    wall.keyboard.press("Enter")
    expect(title(wall)).to_have_text(REVIEW)
    expect(wall.locator("#step-on")).to_be_focused()
    wall.keyboard.press("Enter")
    expect(title(wall)).to_have_text("The right runbook is found at once")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_both_screens_are_readable_for_everybody(wall, phone, colours):
    for page in (wall, phone):
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    for step in ("agenda", "question", "agreed"):
        if step == "question":
            begin(wall)
            wall.get_by_role("button", name="Start the timer: 5 minutes").click()
            expect(wall.locator(".clock-face")).to_have_text(re.compile(r"^4:\d\d$"))
            wall.get_by_text("Note an action").click()
        if step == "agreed":
            agree(wall, "2 Repeatable", REASON)
            expect(wall.get_by_role("heading", name="Agreed")).to_be_visible()
        expect(same_turn(phone)).to_have_count(1)
        for page in (wall, phone):
            found = Axe().run(page)
            assert found.violations_count == 0, f"{step}: {found.generate_report()}"
            width = page.viewport_size["width"]
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert wall.said == phone.said == []


def test_no_screen_scrolls_sideways_and_the_levels_fit_the_wall(wall):
    begin(wall)
    for width, height in ((320, 700), (390, 844), (1280, 800), (1920, 1080), (2560, 1440)):
        wall.set_viewport_size({"width": width, "height": height})
        assert wall.evaluate("document.documentElement.scrollWidth") == width
        if width >= 1280:
            last = wall.locator(".talk-level").last.bounding_box()
            bar = wall.locator(".talk-steps").bounding_box()
            assert last["y"] + last["height"] <= bar["y"]


def test_without_scripts_watchers_follow_by_reloading_and_the_facilitator_by_forms(
    watch, lena, mary
):
    wall = watch(lena, 1280, 800, java_script_enabled=False)
    phone = watch(mary, 390, 844, java_script_enabled=False)
    begin(wall)
    expect(title(phone)).to_have_text(SPLIT)
    agree(wall, "2 Repeatable", REASON)
    expect(wall.get_by_role("heading", name="Agreed: 2, Repeatable")).to_be_visible()
    expect(phone.get_by_role("heading", name="Agreed: 2, Repeatable")).to_be_visible()
    expect(phone).to_have_url(re.compile(r"wall=0$"))


def test_an_old_screen_is_not_shown_after_the_end(phone, assessment, lena, payments):
    phone.context.set_offline(True)
    submit(assessment=assessment, by=lena)
    phone.context.set_offline(False)
    phone.wait_for_url(re.compile(payments.get_absolute_url() + "$"))
