"""The team page in Chromium: pictures first, Plotly on demand, phone, dark, paper."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from assessment.models import Target
from tests.assessment.frozen import pulse, snapshot, too_few
from tests.conftest import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAYMENTS = "/organizations/harbour/teams/payments/"


def scored(score, **fields):
    ends = {"low": score - 0.4, "high": score + 0.4, "half_width": 0.4}
    return {"score": score, "level": int(score), **ends, **fields}


def quarters(payments, model, number):
    for n in range(number):
        age = 91 * (number - n)
        now = {"noise": scored(1 + n / number), "runbooks": scored(2 - n / number / 2)}
        snapshot(payments, model, now, days_ago=age, overall=1.5, stage=1)


@pytest.fixture
def history(payments, model):
    """Eight quarters with a gap and a pulse, and a target."""
    quarters(payments, model, 7)
    too_few(payments, model, days_ago=40)
    moved = scored(2.4, change=0.6, changed=True)
    snapshot(payments, model, {"noise": moved, "runbooks": scored(1.6)}, overall=2.0, stage=1)
    pulse(payments, model, days_ago=2)
    Target.objects.create(
        organization=payments.organization, team=payments, questionnaire_key="noise", level=3
    )


@pytest.fixture
def visit(browser, live_server, lena):
    """Open the page as Lena; what the console said is kept on the page."""
    contexts = []

    def tab(where=PAYMENTS, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        session = signed_in(lena).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.said, page.fetched = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.fetched.append(request.url))
        page.goto(live_server.url + where, wait_until="networkidle")
        return page

    yield tab
    for context in contexts:
        context.close()


def figure(page, key="over-time"):
    return page.locator(f'figure[data-figure="fig-{key}"]')


def plotly(page):
    return [url for url in page.fetched if "plotly" in url]


def box(page, selector):
    return page.locator(selector).first.bounding_box()


def size(locator):
    found = locator.bounding_box()
    return found["width"], found["height"]


def place(figure, text):
    """Where a text of a chart is, from the left and the top of its figure."""
    outer, inner = figure.bounding_box(), figure.locator(text).last.bounding_box()
    return inner["x"] - outer["x"], inner["y"] - outer["y"]


@pytest.mark.parametrize("with_javascript", [True, False])
def test_the_pictures_are_there_without_plotly_and_without_javascript(
    visit, history, with_javascript
):
    page = visit(java_script_enabled=with_javascript)

    for key in ("over-time", "over-time-noise", "profile"):
        width, height = size(figure(page, key).locator("svg.drawing"))
        assert width > 150
        assert height > 90
    expect(figure(page, "over-time-noise")).to_contain_text("Noise rose from 1.9 to 2.4: changed")
    assert plotly(page) == []
    assert page.said == []


def test_plotly_draws_the_same_at_the_same_place(visit, history):
    noise = figure(visit(), "over-time-noise")
    before, drawn = size(noise), place(noise, "svg .strong")

    noise.hover()

    expect(noise).to_have_class(re.compile("is-interactive"))
    assert size(noise) == before
    redrawn = place(noise, ".annotation-text")
    assert abs(drawn[0] - redrawn[0]) < 8
    assert abs(drawn[1] - redrawn[1]) < 8
    assert len(plotly(noise.page)) == 2
    assert noise.page.said == []


def test_each_chart_can_be_reached_and_explored_with_the_keyboard(visit, history):
    page = visit()

    button = figure(page, "over-time-noise").get_by_role("button", name="Explore")
    button.focus()
    button.press("Enter")

    expect(figure(page, "over-time-noise").locator(".chart-plot")).to_be_focused()


def test_a_chart_is_taken_away_with_the_keyboard_as_picture_and_as_table(visit, history):
    page = visit()
    chart = figure(page, "over-time-noise")
    chart.locator("summary", has_text="Take away").press("Enter")

    got = {}
    for name in ("PNG", "SVG", "CSV"):
        control = chart.get_by_text(name, exact=True)
        control.focus()
        with page.expect_download() as download:
            control.press("Enter")
        got[download.value.suggested_filename.split("-2")[0]] = download.value.path().read_bytes()

    png = got["payments-over-time-noise.png"]
    wide, high = (int.from_bytes(png[place : place + 4]) for place in (16, 20))
    assert png.startswith(b"\x89PNG")
    assert wide == 720
    assert high > 400
    assert got["payments-over-time-noise.svg"].startswith(b"<svg")
    assert got["payments-over-time-noise"].startswith(b"\xef\xbb\xbfTeam,Assessment")
    assert page.said == []


def test_a_picture_follows_the_dark(visit, history):
    page = visit(color_scheme="dark")

    line = figure(page, "over-time-noise").locator("svg .line")
    assert line.evaluate("each => getComputedStyle(each).stroke") == "rgb(108, 197, 207)"


@pytest.mark.parametrize("number", [0, 1, 2, 40])
def test_nothing_sticks_out_with_none_one_two_and_forty_assessments(visit, payments, model, number):
    quarters(payments, model, number)
    page = visit(viewport={"width": 390, "height": 844})

    for width in (320, 390, 768, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        if number:
            panel = box(page, "section.panel")
            labels = page.locator("svg .label").all()
            edges = [each.bounding_box() for each in labels[:12]]
            assert all(edge["x"] + edge["width"] <= panel["x"] + panel["width"] for edge in edges)


def test_names_at_line_ends_do_not_overlap(visit, history):
    page = visit()

    boxes = [each.bounding_box() for each in figure(page).locator("svg .strong").all()]
    tops = sorted(each["y"] for each in boxes)
    assert len(boxes) == 2
    assert tops[1] - tops[0] >= 14


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("where", [PAYMENTS, PAYMENTS + "targets/"])
def test_axe_finds_nothing(visit, history, theme, where):
    page = visit(where, color_scheme=theme, reduced_motion="reduce")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    if where == PAYMENTS:
        figure(page).get_by_role("button", name="Explore").click()
        expect(figure(page)).to_have_class(re.compile("is-interactive"))

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()


def test_on_paper_the_pictures_stand_and_the_buttons_do_not(visit, history):
    page = visit()
    figure(page).get_by_role("button", name="Explore").click()
    expect(figure(page)).to_have_class(re.compile("is-interactive"))

    page.emulate_media(media="print")

    expect(figure(page).locator("svg.drawing")).to_be_visible()
    expect(figure(page).locator(".chart-plot")).to_be_hidden()
    expect(figure(page).get_by_role("button", name="Explore")).to_be_hidden()


def test_the_lead_sets_a_target_and_sees_it(visit, payments, model, history):
    page = visit(PAYMENTS + "targets/")

    group = page.get_by_role("group", name="Runbooks")
    group.get_by_label("Target level").select_option(label="4 Adaptive")
    page.get_by_role("button", name="Save the targets").click()

    expect(page.locator("main")).to_contain_text("The targets are saved.")
    expect(figure(page, "over-time-runbooks").locator("svg.drawing")).to_contain_text("target 4")


# Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [PAYMENTS, "/", PAYMENTS + "people/"])
def test_a_name_of_one_very_long_word_stays_on_a_phone(visit, payments, where):
    payments.name = "Straßenbahnhaltestellenwärterhäuschenschlüssel"
    payments.save(update_fields=["name"])

    page = visit(where, viewport={"width": 320, "height": 800})
    expect(page.get_by_text(payments.name).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
