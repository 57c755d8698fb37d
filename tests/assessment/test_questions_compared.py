"""One level down: teams and the questions of one questionnaire, in the view of the address."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from assessment.models import Question, Snapshot
from teams.models import Organization, Team
from tests.assessment.comparison_page import (
    HARBOUR,
    columns,
    many_teams,
    names,
    page,
    rows,
    statements,
    text,
)
from tests.assessment.conftest import publish_model
from tests.assessment.frozen import submitted, too_few
from tests.conftest import signed_in

NOISE = f"{HARBOUR}questionnaires/noise/"
FIVE = ("amy", "bob", "cat", "dan", "fay")


def ago(days):
    return str(timezone.now().date() - timedelta(days=days))


def taken(frozen, days_ago):
    """Let a snapshot have been taken some days ago."""
    moment = timezone.now() - timedelta(days=days_ago)
    Snapshot.objects.filter(pk=frozen.pk).update(taken_at=moment)
    return frozen


@pytest.fixture
def answered_twice(payments, model):
    """Payments answered 1 everywhere, and later 2, but 4 on how alerts are grouped."""
    taken(submitted(payments, model, {name: {"*": 1} for name in FIVE}), 200)
    sheets = {name: {"*": 2, "noise.grouping": 4} for name in FIVE}
    return taken(submitted(payments, model, sheets), 10)


def test_each_question_has_a_short_column_and_its_full_title(max_, answered_twice):
    html = page(max_, where=NOISE)

    assert columns(html) == [
        "Team",
        "Actionability : Share of pages that needed a person to act",
        "Symptoms : Paging on what users feel",
        "Grouping : Related alerts arrive as one incident",
        "Review : A regular look at what paged and why",
        "Last assessed",
        "Answered",
    ]
    assert "<h1>Noise and alert quality</h1>" in html


def test_each_cell_is_the_mean_and_leads_to_how_it_is_computed(max_, answered_twice):
    html = page(max_, where=NOISE)

    assert rows(html)["Payments"][:4] == ["2.0", "2.0", "4.0", "2.0"]
    links = re.findall(r'<td class="level-\d"><a href="([^"]+)"', html)
    assert links[2] == (
        f"../../teams/payments/assessments/{answered_twice.assessment_id}"
        "/scores/noise/#noise.grouping"
    )
    address = "/organizations/harbour/" + links[2].removeprefix("../../")
    assert 'id="noise.grouping"' in signed_in(max_).get(address).text


def test_why_there_is_no_mean(max_, harbour, payments, search_team, model):
    sheets = {name: {"*": 2, "noise.grouping": "na", "noise.review": "dk"} for name in FIVE}
    submitted(payments, model, sheets)
    pulse = {name: {"noise.actionability": 1, "noise.symptoms": 3} for name in FIVE}
    submitted(search_team, model, pulse, length="pulse")
    Team.objects.create(organization=harbour, name="New", slug="new-team")
    too_few(Team.objects.create(organization=harbour, name="Tiny", slug="tiny"), model)

    shown = rows(page(max_, where=NOISE))

    assert shown["Payments"][:4] == ["2.0", "2.0", "does not apply", "fewer than 3 gave a level"]
    assert shown["Search"][:4] == ["1.0", "3.0", "not asked", "not asked"]
    assert shown["New"][0] == "no assessment yet"
    assert shown["Tiny"][0] == "too few answers to show"


def test_what_two_people_answered_is_in_no_cell(max_, payments, model):
    few = {"amy": {"*": 2, "noise.review": 4}, "bob": {"*": 2, "noise.review": 4}}
    others = {name: {"*": 2, "noise.review": "dk"} for name in ("cat", "dan", "fay")}
    submitted(payments, model, few | others)

    assert rows(page(max_, where=NOISE))["Payments"][3] == "fewer than 3 gave a level"


def test_an_agreed_answer_is_called_agreed(max_, payments, model):
    submitted(payments, model, {n: {"*": 2} for n in FIVE}, agreed={"noise.review": 4})

    assert rows(page(max_, where=NOISE))["Payments"][3] == "4.0 agreed"


def test_as_of_a_day_and_since_another(max_, answered_twice):
    assert rows(page(max_, f"?on={ago(100)}", NOISE))["Payments"][:4] == ["1.0"] * 4
    assert rows(page(max_, f"?since={ago(100)}", NOISE))["Payments"][:4] == [
        "2.0 +1.0 since then",
        "2.0 +1.0 since then",
        "4.0 +3.0 since then",
        "2.0 +1.0 since then",
    ]


def test_order_and_filters_are_those_of_the_address(max_, answered_twice, search_team, model):
    submitted(search_team, model, {name: {"*": 3} for name in FIVE})

    assert names(page(max_, "?sort=noise.grouping", NOISE)) == ["Search", "Payments"]
    assert names(page(max_, "?sort=-noise.review", NOISE)) == ["Search", "Payments"]
    html = page(max_, f"?parent=platform&sort=noise.review&on={ago(1)}", NOISE)
    state = f"?parent=platform&amp;on={ago(1)}"
    assert f'<a href="../../{state}">All questionnaires</a>' in html
    assert f'<a href="../runbooks/{state}">Runbooks</a>' in html
    assert 'aria-sort="ascending"' in html


def test_an_unknown_column_is_told_and_not_obeyed(max_, answered_twice):
    html = page(max_, "?sort=runbooks.tested", NOISE)

    assert "There is no such column to sort by, so the teams are sorted by name." in html


def test_the_comparison_leads_there_with_its_view(max_, answered_twice):
    html = page(max_, "?parent=platform&sort=-noise&questionnaire=noise")

    link = 'href="questionnaires/noise/?parent=platform">Noise and alert quality</a>'
    assert link in html


def test_a_question_of_an_older_version_keeps_its_column(
    max_, answered_twice, search_team, guide_section, model
):
    newer = publish_model(guide_section, "2026.2")
    Question.objects.filter(questionnaire__maturity_model=newer, key="noise.review").update(
        key="noise.learning", title="What paged is learned from"
    )
    submitted(search_team, newer, {name: {"*": 3} for name in FIVE})

    html = page(max_, where=NOISE)

    assert columns(html)[4:6] == [
        "Learning : What paged is learned from",
        "Review : A regular look at what paged and why",
    ]
    assert rows(html)["Payments"][3:5] == ["not asked", "2.0"]
    assert rows(html)["Search"][3:5] == ["3.0", "not asked"]


def test_before_the_first_assessment_the_questions_stand_there_all_the_same(max_, answered_twice):
    html = page(max_, f"?on={ago(900)}", NOISE)

    assert rows(html)["Payments"][0] == "no assessment yet"
    assert "Paging on what users feel" in text(html)


def test_only_owners_and_managers_and_no_strangers(
    olga, max_, lena, mary, sam, eve, answered_twice
):
    everybody = (olga, max_, lena, mary, sam, eve)
    for path in (NOISE, f"{HARBOUR}side-by-side/?team=payments"):
        statuses = [signed_in(who).get(path).status_code for who in everybody]
        assert statuses == [200, 200, 403, 403, 403, 404]


def test_a_questionnaire_nobody_here_was_asked_is_not_there(max_, eve, answered_twice, model):
    client = signed_in(max_)
    assert client.get(f"{HARBOUR}questionnaires/cats/").status_code == 404
    elsewhere = signed_in(eve)
    Team.objects.create(
        organization=Organization.objects.get(slug="elsewhere"), name="Theirs", slug="theirs"
    )
    assert elsewhere.get("/organizations/elsewhere/questionnaires/noise/").status_code == 404


def test_three_hundred_teams_take_as_many_queries_as_three(max_, harbour, platform, model):
    client = signed_in(max_)
    many_teams(harbour, model, 0, 3)
    where = f"{NOISE}?since={ago(50)}&tag=counted"
    statements(client, where)  # the model is read once in each process
    many_teams(harbour, model, 3, 6)
    cold, warm = statements(client, where), statements(client, where)
    many_teams(harbour, model, 6, 300)

    assert (statements(client, where), statements(client, where)) == (cold, warm) == (7, 6)
