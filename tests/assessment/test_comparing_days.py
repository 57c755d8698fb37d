"""The comparison as of another day, since another, filtered, and with parents rolled up."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.models import Question, QuestionScore, Target
from teams.models import Team
from tests.assessment.comparison_page import (
    HARBOUR,
    NOTHING,
    columns,
    many_teams,
    names,
    page,
    rows,
    statements,
    text,
)
from tests.assessment.conftest import publish_model
from tests.assessment.frozen import pulse, snapshot, submitted, too_few
from tests.conftest import signed_in


def ago(days):
    """A day as an address writes it."""
    return str(timezone.now().date() - timedelta(days=days))


def in_words(days):
    day = timezone.now().date() - timedelta(days=days)
    return f"{day.day} {day:%b %Y}"


def counting(frozen, questions=4):
    """Let the first questions of noise count in a snapshot."""
    asked = Question.objects.filter(questionnaire__key="noise").order_by("position")[:questions]
    QuestionScore.objects.bulk_create(
        QuestionScore(snapshot=frozen, question=each, answered=8, applicable=True, mean=1.0)
        for each in asked
    )
    return frozen


def noise(score, people=8, variance=0.2, **columns):
    return {"noise": {"score": score, "respondents": people, "variance": variance, **columns}}


@pytest.fixture
def three_quarters(payments, model):
    """Payments three times: 1.0, then 1.2, then 2.5, which changed since the time before."""
    return [
        counting(snapshot(payments, model, noise(1.0), days_ago=300, overall=1.0)),
        counting(
            snapshot(
                payments, model, noise(1.2, change=0.2, changed=False), days_ago=200, overall=1.2
            )
        ),
        counting(
            snapshot(
                payments, model, noise(2.5, change=1.3, changed=True), days_ago=100, overall=2.5
            )
        ),
    ]


# As of a day


def test_as_of_a_day_each_team_stands_as_it_did_then(max_, three_quarters, search_team, model):
    snapshot(search_team, model, {"noise": 3.0}, days_ago=50)

    html = page(max_, f"?on={ago(150)}")

    shown = rows(html)
    assert shown["Payments"][0] == f"1.2 {NOTHING} within noise"
    assert shown["Payments"][1] == "1.2 from 1.0 to 1.2 in 2 assessments"
    assert shown["Payments"][2] == in_words(200)
    assert shown["Search"][0] == "no assessment yet"
    assert f"as of {in_words(150)}" in text(html.split("<caption")[1].split("</caption>")[0])


def test_a_snapshot_of_the_very_day_counts_and_one_of_the_next_does_not(max_, three_quarters):
    assert rows(page(max_, f"?on={ago(200)}"))["Payments"][0][:3] == "1.2"
    assert rows(page(max_, f"?on={ago(201)}"))["Payments"][0][:3] == "1.0"


def test_stale_is_meant_as_of_that_day(max_, payments, model):
    snapshot(payments, model, noise(1.0), days_ago=300)

    assert rows(page(max_, f"?on={ago(181)}"))["Payments"][2] == in_words(300)
    assert rows(page(max_, f"?on={ago(178)}"))["Payments"][2] == f"{in_words(300)} stale"


def test_what_is_open_now_says_nothing_of_another_day(max_, three_quarters):
    assert columns(page(max_, f"?on={ago(1)}"))[-1] == "Answered"
    assert columns(page(max_, f"?on={ago(0)}"))[-1] == "Open now"


def test_targets_are_as_they_are_today(max_, three_quarters, payments):
    Target.objects.create(
        organization=payments.organization, team=payments, questionnaire_key="noise", level=2
    )

    assert rows(page(max_, f"?on={ago(150)}"))["Payments"][0].endswith("0.8 below target 2")


def test_before_the_first_assessment_the_page_says_so(max_, three_quarters):
    html = page(max_, f"?on={ago(1000)}")

    assert "No team had submitted an assessment by" in html
    assert rows(html)["Payments"][1] == "no assessment yet"


def test_a_day_that_is_none_is_told_and_the_newest_results_stand(max_, three_quarters):
    html = page(max_, "?on=soon&since=never")

    assert "The newest results are shown." in html
    assert "Each team is compared with its assessment before." in html
    assert rows(html) == rows(page(max_))


# Since another day


def test_since_the_assessment_before_the_frozen_verdict_stands(max_, three_quarters):
    html = page(max_, f"?since={ago(150)}")

    assert rows(html)["Payments"][0] == "2.5 ↑ 1.3 rose by 1.3, changed"
    assert rows(html)["Payments"][2] == f"{in_words(100)} since {in_words(200)}"
    assert f"Since {in_words(150)} 1 rose" in text(html.split("<tfoot>")[1])


def test_since_an_earlier_one_the_verdict_follows_from_the_two_scores(max_, three_quarters):
    html = page(max_, f"?since={ago(250)}")

    assert rows(html)["Payments"][0] == "2.5 ↑ 1.5 rose by 1.5, changed"
    link = f"teams/payments/compare/?from={ago(250)}"
    assert f'<a href="{link}">since {in_words(300)}</a>' in html
    compared = signed_in(max_).get(HARBOUR + link).text
    assert f"from {in_words(300)} to {in_words(100)}" in compared
    assert "as if different people had answered" in html


def test_both_days_together(max_, three_quarters):
    html = page(max_, f"?on={ago(150)}&since={ago(250)}")

    assert rows(html)["Payments"][0] == f"1.2 {NOTHING} within noise"
    assert f'href="teams/payments/compare/?from={ago(250)}&amp;to={ago(150)}">since' in html


def test_without_an_assessment_since_then_nothing_moved(max_, three_quarters):
    shown = rows(page(max_, f"?since={ago(50)}"))

    assert shown["Payments"][0] == "2.5"
    assert shown["Payments"][2] == f"{in_words(100)} none since then"


def test_without_an_assessment_before_then_there_is_nothing_to_compare_with(max_, three_quarters):
    shown = rows(page(max_, f"?since={ago(400)}"))

    assert shown["Payments"][0] == "2.5"
    assert shown["Payments"][2] == f"{in_words(100)} none before"


def test_a_difference_without_a_verdict_says_why(max_, payments, guide_section, model):
    counting(snapshot(payments, model, noise(1.0), days_ago=300))
    counting(snapshot(payments, model, noise(1.0), days_ago=200))
    counting(snapshot(payments, model, noise(3.0), days_ago=10), questions=3)

    html = page(max_, f"?since={ago(250)}")

    assert rows(html)["Payments"][0] == (
        "3.0 +2.0 since then, no verdict: different questions were counted"
    )


def test_two_versions_have_a_difference_and_no_verdict(max_, payments, guide_section, model):
    newer = publish_model(guide_section, "2026.2")
    snapshot(payments, model, noise(3.0), days_ago=300)
    snapshot(payments, model, noise(3.0), days_ago=200)
    snapshot(payments, newer, noise(1.0), days_ago=10)

    assert rows(page(max_, f"?since={ago(250)}"))["Payments"][0] == (
        "1.0 -2.0 since then, no verdict: another version of the model"
    )


def test_one_sheet_has_a_difference_and_no_verdict(max_, payments, model):
    for days_ago, score in ((300, 1.0), (200, 1.0), (10, 3.0)):
        snapshot(payments, model, {"noise": score}, days_ago=days_ago, mode="consensus")

    assert rows(page(max_, f"?since={ago(250)}"))["Payments"][0] == (
        "3.0 +2.0 since then, no verdict: one sheet has no spread"
    )


def test_what_is_hidden_on_either_day_has_no_change(max_, payments, search_team, model):
    too_few(payments, model, days_ago=300)
    counting(snapshot(payments, model, noise(3.0), days_ago=10))
    counting(snapshot(search_team, model, noise(3.0), days_ago=300))
    too_few(search_team, model, days_ago=10)

    shown = rows(page(max_, f"?since={ago(250)}"))

    assert shown["Payments"][0] == "3.0"
    assert shown["Search"][0] == "too few answers to show"


def test_a_pulse_then_has_nothing_to_compare_with(max_, payments, model):
    pulse(payments, model, days_ago=300)
    counting(snapshot(payments, model, noise(3.0), days_ago=10))

    assert rows(page(max_, f"?since={ago(250)}"))["Payments"][0] == "3.0"


def test_what_a_submit_froze_and_the_page_finds_agree_on_the_pair_before(max_, payments, model):
    five = ("amy", "bob", "cat", "dan", "fay")
    with_time = [({name: {"*": 1} for name in five}), ({name: {"*": 3} for name in five})]
    first, last = (submitted(payments, model, sheets) for sheets in with_time)
    for frozen, days_ago in ((first, 100), (last, 10)):
        moment = timezone.now() - timedelta(days=days_ago)
        type(frozen).objects.filter(pk=frozen.pk).update(taken_at=moment)

    usual = rows(page(max_))["Payments"][:2]

    assert usual == ["3.0 ↑ 2.0 rose by 2.0, changed"] * 2
    assert rows(page(max_, f"?since={ago(50)}"))["Payments"][:2] == usual


# Filters


@pytest.fixture
def four_teams(harbour, payments, search_team, model):
    """Payments fresh and tagged, Search stale, Mobile never assessed, Atlas without a parent."""
    lisbon = harbour.tags.create(name="Lisbon & Porto")
    mobile = Team.objects.create(
        organization=harbour, parent=payments.parent, name="Mobile", slug="mobile"
    )
    atlas = Team.objects.create(organization=harbour, name="Atlas", slug="atlas")
    lisbon.teams.set([payments, atlas])
    snapshot(payments, model, {"noise": 2.0, "runbooks": 1.0})
    snapshot(search_team, model, {"noise": 1.0, "runbooks": 3.0}, days_ago=200)
    snapshot(atlas, model, {"noise": 3.0, "runbooks": 3.0})
    return mobile


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("tag=Lisbon+%26+Porto", ["Atlas", "Payments"]),
        ("tag=lisbon+%26+porto&parent=platform", ["Payments"]),
        ("freshness=fresh", ["Atlas", "Payments"]),
        ("freshness=stale", ["Search"]),
        ("freshness=never", ["Mobile"]),
        ("parent=platform&freshness=fresh", ["Payments"]),
        ("tag=Lisbon+%26+Porto&sort=noise", ["Payments", "Atlas"]),
    ],
)
def test_filters_leave_the_teams_that_pass_all_of_them(max_, four_teams, query, left):
    assert names(page(max_, f"?{query}")) == left


def test_only_the_chosen_questionnaires_have_a_column(max_, four_teams):
    html = page(max_, "?questionnaire=runbooks")

    assert columns(html)[:3] == ["Team", "Runbooks", "Overall over time"]
    assert rows(html)["Atlas"][0] == "3.0"


def test_a_team_bears_its_tags_and_the_filters_in_use_can_be_taken_away(max_, four_teams):
    html = page(max_, "?tag=Lisbon+%26+Porto&freshness=fresh")

    assert "<small>Platform, Lisbon &amp; Porto</small>" in html
    assert 'href="?freshness=fresh">tagged Lisbon &amp; Porto<' in html
    assert '<a href="?">Clear all</a>' in html


def test_when_no_team_passes_the_page_says_so_and_offers_the_way_back(max_, four_teams):
    html = page(max_, "?tag=Lisbon+%26+Porto&freshness=never")

    assert "No team here" in html
    assert '<a class="btn btn-primary" href="?">Clear all</a>' in html
    assert "<tbody>" not in html


def test_each_view_is_drawn_by_itself_however_they_take_turns(max_, four_teams, three_quarters):
    views = [
        "",
        "?freshness=stale",
        f"?on={ago(150)}",
        "?questionnaire=noise",
        f"?since={ago(250)}",
    ]
    first = [rows(page(max_, view)) for view in views]

    assert [rows(page(max_, view)) for view in views] == first
    assert len({str(each) for each in first}) == len(views)


# Where to help


def section(html, name):
    return text(html.split(f'id="{name}"')[1].split("</section>")[0])


def test_who_improved_and_who_may_need_help_stands_above_the_table(
    max_, four_teams, payments, model
):
    Target.objects.create(
        organization=payments.organization, team=payments, questionnaire_key="runbooks", level=3
    )
    snapshot(
        payments,
        model,
        {"noise": {"score": 2.6, "change": 0.6, "changed": True}, "runbooks": 1.0},
        days_ago=1,
        stage=0,
    )

    html = page(max_)

    assert html.index('id="where-to-help"') < html.index("<tbody>")
    assert section(html, "where-to-help").endswith(
        "May need help 3 teams, by name Mobile no assessment yet "
        "Payments Runbooks is 2.0 below target 3 ; at stage 0 "
        f"Search last assessed {in_words(200)} "
        "Improved 1 team, by name Payments Noise and alert quality rose by 0.6"
    )


def test_each_reason_leads_to_why(max_, four_teams, three_quarters):
    html = page(max_).split('id="where-to-help"')[1].split("</section>")[0]
    client = signed_in(max_)

    links = set(re.findall(r'href="([^"#]+)', html))
    assert links
    assert {client.get(HARBOUR + link.replace("&amp;", "&")).status_code for link in links} == {200}


def test_when_there_is_nobody_to_name_the_lists_say_so(max_, payments, model):
    snapshot(payments, model, {"noise": 2.0})

    html = page(max_)

    assert "No team rose by more than noise." in html
    assert "No team fell, is a level below its own target" in html


# Parents


def test_a_parent_shows_how_its_teams_scores_lie_and_no_mean(max_, four_teams, harbour, model):
    platform = harbour.teams.get(slug="platform")
    base = Team.objects.create(organization=harbour, parent=platform, name="Base", slug="base")
    snapshot(base, model, {"noise": 3.7, "runbooks": 2.0})

    said = section(page(max_), "parents")

    assert "Platform 4 2 fresh, 1 stale, 1 never assessed" in said
    assert "lowest 1.0, middle 2.0, highest 3.7, 3 teams" in said
    assert "2.2" not in said


def test_a_hidden_team_is_in_no_part_of_its_parent(max_, four_teams, payments, harbour, model):
    before = section(page(max_), "parents")
    tiny = Team.objects.create(
        organization=harbour, parent=payments.parent, name="Tiny", slug="tiny"
    )
    both = {name: {"*": 4} for name in ("amy", "bob")}
    submitted(tiny, model, both)

    said = section(page(max_), "parents")

    assert "fewer than 3 teams with a score" in before
    assert said == before.replace("Platform 3 1 fresh", "Platform 4 2 fresh")


def test_a_parent_leads_to_its_teams_and_keeps_the_view(max_, four_teams):
    html = page(max_, "?sort=-noise&questionnaire=noise")

    assert '<a href="?sort=-noise&amp;parent=platform&amp;questionnaire=noise">Platform</a>' in html


def test_parents_of_parents_roll_up_all_below(max_, four_teams, harbour):
    whole = Team.objects.create(organization=harbour, name="Whole", slug="whole")
    Team.objects.filter(slug="platform").update(parent=whole)

    said = section(page(max_), "parents")

    assert re.search(r"Platform 3 .* Whole 3 ", said)


# As much work for 300 teams as for 3


@pytest.mark.parametrize(
    "view",
    [
        "?on={on}",
        "?since={since}",
        "?on={on}&since={since}",
        "?parent=platform&tag=counted&freshness=fresh&questionnaire=noise&sort=-noise",
        "?since={since}&parent=platform&tag=counted&freshness=fresh&questionnaire=noise",
    ],
)
def test_any_view_of_three_hundred_teams_takes_as_many_queries_as_of_three(
    max_, harbour, platform, model, view
):
    client = signed_in(max_)
    where = HARBOUR + view.format(on=ago(2), since=ago(50))
    many_teams(harbour, model, 0, 3)
    cold, warm = statements(client, where), statements(client, where)
    many_teams(harbour, model, 3, 300)

    assert (statements(client, where), statements(client, where)) == (cold, warm)
    assert cold <= 10
    assert warm == 7


def test_since_an_assessment_two_before_which_questions_counted_is_read_once(max_, harbour, model):
    client = signed_in(max_)
    many_teams(harbour, model, 0, 3)
    for team in harbour.teams.all():
        snapshot(team, model, {"noise": 1.0}, days_ago=50)
    where = f"{HARBOUR}?since={ago(90)}"

    with CaptureQueriesContext(connection) as queries:
        assert client.get(where).status_code == 200

    assert len(queries) == 10
