"""Some teams side by side: a mark for each, their overall score over time, and their table."""

import json
import re
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import fromstring

import pytest
from django.core.cache import caches
from django.utils import timezone

from assessment.drawing import drawing
from assessment.models.results import ScoreRow
from assessment.side_by_side_charts import Marked, in_lanes, profiles
from teams.models import Team
from tests.assessment.comparison_page import HARBOUR, many_teams, names, page, statements, text
from tests.assessment.frozen import snapshot, too_few
from tests.conftest import signed_in

BESIDE = f"{HARBOUR}side-by-side/"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def ago(days):
    return str(timezone.now().date() - timedelta(days=days))


def figure(html, key):
    found = re.search(rf'<script id="fig-{key}" type="application/json">(.*?)</script>', html)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture
def two_teams(payments, search_team, model):
    snapshot(payments, model, {"noise": 1.0, "runbooks": 1.0}, days_ago=100, overall=1.0)
    snapshot(payments, model, {"noise": 2.3, "runbooks": 1.0}, overall=1.6)
    snapshot(search_team, model, {"noise": 0.9, "runbooks": 3.5}, overall=2.2)


def test_the_chosen_teams_and_no_others(max_, two_teams, harbour, model):
    mobile = Team.objects.create(organization=harbour, name="Mobile", slug="mobile")
    snapshot(mobile, model, {"noise": 4.0})

    html = page(max_, "?team=search&team=payments", BESIDE)

    assert names(html) == ["Payments", "Search"]
    assert "A Payments" in text(html)
    assert "B Search" in text(html)
    assert '<option value="mobile">Mobile</option>' in html
    assert "Mobile" not in html.split("<tbody>")[-1].split("</tbody>")[0]


def test_each_team_has_a_mark_of_its_own_by_letter_and_name(max_, two_teams):
    html = page(max_, "?team=search&team=payments", BESIDE)

    payments, search, letters = figure(html, "profiles")["data"]
    assert (payments["name"], payments["x"]) == ("Payments", [2.3, 1.0])
    assert (search["name"], search["x"]) == ("Search", [0.9, 3.5])
    assert sorted(letters["text"]) == ["A", "A", "B", "B"]
    assert "These teams lie furthest apart in Runbooks: from 1.0 to 3.5" in html


def test_overall_over_time_has_a_named_line_for_each(max_, two_teams):
    html = page(max_, "?team=search&team=payments", BESIDE)

    over_time = figure(html, "teams-over-time")
    assert [(each["name"], each["y"]) for each in over_time["data"]] == [
        ("A Payments", [1.0, 1.6]),
        ("B Search", [2.2]),
    ]
    named = [each["text"] for each in over_time["layout"]["annotations"]]
    assert named == ["A Payments 1.6", "B Search 2.2"]


def test_as_of_a_day_nothing_later_is_drawn(max_, two_teams):
    html = page(max_, f"?team=payments&on={ago(50)}", BESIDE)

    assert figure(html, "profiles")["data"][0]["x"] == [1.0, 1.0]
    assert figure(html, "teams-over-time")["data"][0]["y"] == [1.0]


def test_only_the_chosen_questionnaires_are_drawn(max_, two_teams):
    html = page(max_, "?team=search&team=payments&questionnaire=noise", BESIDE)

    assert figure(html, "profiles")["data"][0]["x"] == [2.3]


def test_what_may_not_be_shown_is_on_no_chart(max_, two_teams, harbour, model):
    too_few(Team.objects.create(organization=harbour, name="Tiny", slug="tiny"), model)

    html = page(max_, "?team=tiny&team=payments", BESIDE)

    assert [each["name"] for each in figure(html, "profiles")["data"][:2]] == ["Payments", "Tiny"]
    assert figure(html, "profiles")["data"][1]["x"] == []
    assert "too few answers to show" in html


def test_more_teams_than_marks_can_tell_apart_get_a_small_picture_each(max_, harbour, model):
    many_teams(harbour, model, 0, 9)
    query = "&".join(f"team=team-{n}" for n in range(9))

    html = page(max_, f"?{query}", BESIDE)

    assert html.count('class="small-profile"') == 9
    assert "fig-profiles" not in html
    assert len(names(html)) == 9


def test_too_many_teams_are_told_and_cut(max_, harbour, model):
    many_teams(harbour, model, 0, 42)
    query = "&".join(f"team=team-{n}" for n in range(42))

    html = page(max_, f"?{query}", BESIDE)

    assert "At most 40 teams fit beside each other" in html
    assert len(names(html)) == 40


def test_without_a_choice_the_page_leads_to_where_teams_are_chosen(max_, two_teams):
    html = page(max_, "?team=", BESIDE)

    assert "No team chosen yet" in html
    assert '<a class="btn btn-primary" href="../?">Choose teams</a>' in html


def test_an_unknown_team_and_one_of_elsewhere_are_left_out(max_, eve, two_teams):
    html = page(max_, "?team=payments&team=nobody", BESIDE)

    assert "There is no such team here as the address names. It is left out." in html
    assert names(html) == ["Payments"]


def test_the_comparison_offers_a_box_for_each_team(max_, two_teams):
    html = page(max_, f"?since={ago(50)}")

    assert (
        '<input class="form-check-input" type="checkbox" name="team" value="payments" '
        'form="beside" aria-label="Choose Payments">'
    ) in html
    form = re.search(r'<form class="beside".*?</form>', html, re.DOTALL)
    assert form is not None
    assert 'action="/organizations/harbour/side-by-side/"' in form[0]
    assert f'name="since" value="{ago(50)}"' in form[0]


def test_a_team_can_be_taken_away_and_the_figures_lead_to_how_they_are_computed(max_, two_teams):
    html = page(max_, "?team=search&team=payments", BESIDE)

    assert 'href="?team=search" aria-label="Take Payments away"' in html
    link = re.search(r'href="\.\./(teams/payments/assessments/[^"]+/noise/)"', html)
    assert link is not None
    assert signed_in(max_).get(HARBOUR + link[1]).status_code == 200


def test_marks_that_would_touch_stand_on_lines_of_their_own():
    assert in_lanes({0: 1.0, 1: 1.0, 2: 1.1, 3: 2.0}) == {0: 0, 1: 1, 2: 2, 3: 0}
    assert in_lanes({}) == {}


def score(value):
    return ScoreRow(
        1, NOW, "noise", 5, "", value, 1.0, 3.0, 1.0, 2, None, None, None, 0, None, "individual"
    )


def test_the_picture_shows_every_letter_and_escapes_names():
    teams = [Marked("A", "<b>", {"noise": score(2.0)}), Marked("B", "B", {"noise": score(2.0)})]

    svg = drawing(profiles([("noise", "Noise & alerts")], teams), "Profiles")

    assert re.findall(r'<text class="letter c-bg"[^>]*>(\w)</text>', svg) == ["A", "B"]
    assert "Noise &amp; alerts" in svg
    assert "style" not in svg


def test_three_hundred_teams_to_choose_from_take_as_many_queries_as_three(
    max_, harbour, platform, model
):
    client = signed_in(max_)
    many_teams(harbour, model, 0, 3)
    where = f"{BESIDE}?team=team-0&team=team-1&since={ago(50)}"
    cold, warm = statements(client, where), statements(client, where)
    many_teams(harbour, model, 3, 300)
    caches["rendered"].clear()

    assert (statements(client, where), statements(client, where)) == (cold, warm)
    assert (cold, warm) == (10, 7)


# Taken away


CHARTS = f"{BESIDE}charts/"
BOTH = "?team=search&team=payments"


def taken(person, address):
    response = signed_in(person).get(address)
    assert response.status_code == 200
    return response.getvalue().decode("utf-8-sig")


def test_each_chart_leads_to_its_picture_and_figures_of_the_same_teams(max_, two_teams):
    html = page(max_, BOTH + f"&on={ago(0)}", BESIDE)

    links = re.findall(r'href="([^"]+/charts/[^"]+)"', html)

    state = f"?on={ago(0)}&amp;team=search&amp;team=payments"
    assert links == [
        f"{CHARTS}{key}.{form}{state}"
        for key in ("profiles", "teams-over-time")
        for form in ("svg", "csv")
    ]


def test_the_picture_says_whose_mark_is_which(max_, two_teams):
    svg = taken(max_, f"{CHARTS}profiles.svg{BOTH}")

    root = fromstring(svg)  # noqa: S314 - our own
    assert root.findtext("{http://www.w3.org/2000/svg}title").startswith("Harbour: These teams lie")
    assert "A Payments, B Search." in " ".join(root.itertext())
    assert not re.search(r'var\(|class=|<style|currentColor|\d%"', svg)


def test_the_figures_are_those_of_the_table_under_the_chart(max_, two_teams):
    assert taken(max_, f"{CHARTS}profiles.csv{BOTH}").splitlines() == [
        "Team,Noise and alert quality,Runbooks",
        "Payments,2.3,1.0",
        "Search,0.9,3.5",
    ]
    over_time = taken(max_, f"{CHARTS}teams-over-time.csv{BOTH}").splitlines()
    assert [line.split(",")[::2] for line in over_time] == [
        ["Team", "Overall"],
        ["Payments", "1.6"],
        ["Payments", "1.0"],
        ["Search", "2.2"],
    ]


def test_a_name_that_looks_like_a_formula_is_none_in_the_figures(max_, two_teams, payments):
    Team.objects.filter(pk=payments.pk).update(name="=HYPERLINK(1)")

    assert "'=HYPERLINK(1),2.3,1.0" in taken(max_, f"{CHARTS}profiles.csv{BOTH}")


@pytest.mark.parametrize(
    "query", ["", "?team=nobody", "?team=mobile", "?on=2020-01-01&team=search"]
)
def test_without_a_score_there_is_no_chart_to_take(max_, two_teams, harbour, query):
    Team.objects.create(organization=harbour, name="Mobile", slug="mobile")

    assert signed_in(max_).get(f"{CHARTS}profiles.svg{query}").status_code == 404


def test_more_teams_than_a_chart_tells_apart_have_none(max_, harbour, model):
    many_teams(harbour, model, 0, 9)
    nine = "&".join(f"team=team-{n}" for n in range(9))

    assert signed_in(max_).get(f"{CHARTS}profiles.svg?{nine}").status_code == 404
