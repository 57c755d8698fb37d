"""Who may compare an organization's teams, what they see, and what nobody sees."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.models import (
    Answer,
    Assessment,
    Participation,
    Questionnaire,
    Sheet,
    Target,
)
from teams.models import Organization, Role, Team
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
from tests.conftest import join, person, signed_in


@pytest.fixture
def scored(payments, search_team, model):
    """Payments has scores and a target; Search has lower ones."""
    snapshot(payments, model, {"noise": 1.9, "runbooks": 1.0}, days_ago=100, overall=1.4)
    snapshot(
        payments,
        model,
        {
            "noise": {"score": 2.34, "change": 0.44, "changed": True},
            "runbooks": {"score": 1.2, "change": 0.2, "changed": False},
        },
        overall=1.8,
    )
    Target.objects.create(
        organization=payments.organization, team=payments, questionnaire_key="noise", level=3
    )
    snapshot(
        search_team,
        model,
        {"noise": {"score": 0.9, "change": -0.5, "changed": True}, "runbooks": 3.5},
        respondents=4,
        invited=4,
        overall=2.2,
    )


# Who may


@pytest.mark.parametrize("who", ["olga", "max_"])
def test_owners_and_managers_compare_the_teams(who, scored, request):
    assert names(page(request.getfixturevalue(who))) == ["Payments", "Search"]


@pytest.mark.parametrize("who", ["lena", "mary"])
def test_leads_and_members_see_their_own_team_and_no_comparison(who, scored, request):
    html = page(request.getfixturevalue(who))

    assert "<table" not in html
    assert "Payments" in html
    assert "Search" not in html
    assert "Since last time, Noise and alert quality rose by 0.4. The rest is within noise." in (
        html
    )


def test_sam_of_search_does_not_see_payments(sam, scored):
    html = page(sam)

    assert "Search" in html
    assert "Payments" not in html


def test_a_stranger_learns_nothing(eve, scored):
    assert signed_in(eve).get(HARBOUR).status_code == 404
    assert signed_in(eve).get("/organizations/no-such-place/").status_code == 404


def test_a_visitor_signs_in_first(scored):
    response = Client().get(HARBOUR)

    assert response.status_code == 302
    assert response.headers["Location"] == f"/accounts/login/?next={HARBOUR}"


def test_only_harbour_s_own_teams_are_compared(max_, eve, scored, model):
    elsewhere = Organization.objects.get(slug="elsewhere")
    theirs = Team.objects.create(organization=elsewhere, name="Theirs", slug="theirs")
    snapshot(theirs, model, {"noise": 4.0})

    assert "Theirs" not in page(max_)


# What a row says


def test_every_cell_in_words(max_, scored):
    shown = rows(page(max_))
    day = timezone.now() - timedelta(days=10)
    assessed = f"{day.day} {day:%b %Y}"

    assert shown["Payments"] == [
        "2.3 ↑ 0.4 rose by 0.4, changed 0.7 below target 3",
        f"1.2 {NOTHING} within noise",
        "1.8 from 1.4 to 1.8 in 2 assessments",
        assessed,
        "5 of 6",
        NOTHING,
    ]
    assert shown["Search"] == [
        "0.9 ↓ 0.5 fell by 0.5, changed",
        "3.5",
        "2.2",
        assessed,
        "4 of 4",
        NOTHING,
    ]


def test_a_cell_is_shaded_by_the_nearest_step(max_, scored):
    html = page(max_)

    assert re.search(r'<td class="level-2"><a [^>]*>2\.3<', html)
    assert re.search(r'<td class="level-4"><a [^>]*>3\.5<', html)


def test_each_row_names_its_team_and_its_parent(max_, scored):
    assert (
        '<th scope="row"><a href="teams/payments/">Payments</a> <small>Platform</small></th>'
    ) in page(max_)


def test_a_parent_that_is_only_a_heading_has_no_row(max_, scored):
    assert "Platform" not in names(page(max_))


def test_a_parent_with_members_of_its_own_has_a_row(max_, scored, platform):
    join(person("Pia Platform"), platform, Role.MEMBER)

    assert rows(page(max_))["Platform"] == ["no assessment yet", "", NOTHING, NOTHING, NOTHING]


def test_a_team_that_stopped_answering_is_stale(max_, payments, model):
    snapshot(payments, model, {"noise": 1.0}, days_ago=121)

    assert rows(page(max_))["Payments"][-3].endswith(" stale")


def test_a_team_assessed_119_days_ago_is_not_stale(max_, payments, model):
    snapshot(payments, model, {"noise": 1.0}, days_ago=119)

    assert "stale" not in rows(page(max_))["Payments"][-3]


def test_a_pulse_has_no_score(max_, payments, model):
    pulse(payments, model)

    assert rows(page(max_))["Payments"][0] == "pulse"


def test_an_open_assessment_says_how_many_have_finished(max_, lena, mary, assessment):
    assessment.due_on = date(2030, 2, 1)
    assessment.save()
    Participation.objects.create(assessment=assessment, user=mary, finished_on=date(2030, 1, 1))
    Participation.objects.create(assessment=assessment, user=lena)

    assert rows(page(max_))["Payments"][-1] == "1 of 2 finished due 1 Feb 2030"


def test_a_team_that_talks_or_answers_on_one_sheet_is_not_counted_off(
    max_, lena, assessment, search_team, sam, model
):
    Assessment.objects.filter(pk=assessment.pk).update(
        status="revealed", reveals=1, revealed_at=timezone.now()
    )
    Assessment.objects.create(team=search_team, maturity_model=model, mode="consensus")

    shown = rows(page(max_))
    assert shown["Payments"][-1] == "talking it over"
    assert shown["Search"][-1] == "answering on one sheet"


def test_an_agreed_score_is_called_agreed(max_, payments, model):
    sheets = {name: {"*": 2} for name in ("amy", "bob", "cat")}
    submitted(payments, model, sheets, agreed={"noise.review": 4})

    assert rows(page(max_))["Payments"][:2] == ["2.5 agreed", "2.0"]


def test_one_sheet_has_scores_and_nobody_to_count(max_, payments, search_team, model):
    submitted(payments, model, {"together": {"*": 3}}, mode="consensus")
    submitted(search_team, model, {"together": {"noise.review": 3}}, mode="consensus")

    shown = rows(page(max_))
    assert shown["Payments"][:2] == ["3.0", "3.0"]
    assert shown["Search"][:2] == ["too few questions answered", "too few questions answered"]
    assert [row[-2] for row in shown.values()] == ["on one sheet", "on one sheet"]
    assert names(page(max_, "?sort=-answered")) == ["Payments", "Search"]


def test_each_score_leads_to_how_it_is_computed(max_, scored):
    html = page(max_)
    client = signed_in(max_)

    html = html.split("<tbody>")[1]
    links = re.findall(r'href="(teams/payments/assessments/[^"#]+)[^"]*">(.*?)</a>', html)
    assert [text(label) for _, label in links] == [
        "2.3 , how it is computed",
        "1.2 , how it is computed",
        "1.8 , how it is computed",
    ]
    assert {client.get(HARBOUR + link).status_code for link, _ in links} == {200}


def test_a_questionnaire_the_team_was_not_asked_says_so(max_, scored, search_team, model):
    snapshot(search_team, model, {"noise": 1.0}, days_ago=1, length="core")

    assert rows(page(max_))["Search"][1] == "not asked"


def test_one_column_for_a_questionnaire_of_two_versions(
    max_, scored, search_team, guide_section, model
):
    newer = publish_model(guide_section, "2026.2")
    Questionnaire.objects.filter(maturity_model=newer, key="noise").update(title="Noise, anew")
    snapshot(search_team, newer, {"noise": 3.0, "runbooks": 2.0}, days_ago=1)

    html = page(max_)

    assert columns(html) == [
        "Team",
        "Noise, anew",
        "Runbooks",
        "Overall over time",
        "Last assessed",
        "Answered",
        "Open now",
    ]
    assert [shown[0][:3] for shown in rows(html).values()] == ["2.3", "3.0"]


def test_before_the_first_assessment_the_page_says_what_will_appear(max_, payments, search_team):
    html = page(max_)

    assert rows(html)["Payments"] == ["", "no assessment yet", NOTHING, NOTHING]
    assert "No team has submitted an assessment yet." in html


def test_without_teams_the_owner_is_offered_to_create_one(olga, max_):
    assert "Create the first team" in page(olga)
    assert "Create the first team" not in page(max_)


# What nobody sees


def test_two_respondents_have_no_figure(max_, payments, model):
    too_few(payments, model)

    assert rows(page(max_))["Payments"][:2] == ["too few answers to show", ""]


def test_what_two_people_answered_is_in_no_cell(max_, payments, model):
    submitted(payments, model, {"amy": {"*": 3}, "bob": {"*": 3, "noise.review": 4}})

    html = page(max_)
    assert rows(html)["Payments"][:2] == ["too few answers to show", ""]
    assert not re.search(r"\b3\.\d", text(html.split("<tbody>")[1].split("</table>")[0]))


def test_a_questionnaire_that_two_people_judged_is_hidden(max_, payments, model):
    runbooks = {
        f"runbooks.{name}": 1 for name in ("coverage", "found", "tested", "owned", "automated")
    }
    both = {name: {"*": 3, **runbooks} for name in ("amy", "bob")}
    submitted(payments, model, both | dict.fromkeys(["cat", "dan", "fay"], runbooks))

    assert rows(page(max_))["Payments"][:2] == ["too few answers to show", "1.0"]


def test_the_line_over_time_leaves_out_assessments_of_two_people(max_, payments, model):
    too_few(payments, model, days_ago=200)
    snapshot(payments, model, {"noise": 1.0}, days_ago=100, overall=1.0)
    snapshot(payments, model, {"noise": 1.5}, overall=1.5)

    assert rows(page(max_))["Payments"][1] == "1.5 from 1.0 to 1.5 in 2 assessments"


def test_no_sheet_and_no_answer_is_read(max_, scored, assessment):
    sheet = Sheet.objects.create(assessment=assessment, respondent="a" * 64)
    question = assessment.maturity_model.questionnaires.first().questions.first()
    Answer.objects.create(sheet=sheet, question=question, answer="3", note="a secret remark")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        html = page(max_)

    read = " ".join(query["sql"] for query in queries)
    assert Sheet._meta.db_table not in read
    assert Answer._meta.db_table not in read
    assert "a secret remark" not in html


def test_no_team_has_a_rank(max_, scored):
    html = page(max_, "?sort=-noise")

    assert not re.search(r"\brank\b|\bplace \d|#\d|\b1st\b|\bbest\b|\bworst\b", text(html))
    assert "Teams judge themselves" in html


# Order and filter


def test_teams_stand_by_name_until_the_reader_sorts(max_, scored):
    html = page(max_)

    assert names(html) == ["Payments", "Search"]
    assert html.count("aria-sort") == 1
    assert '<th scope="col" aria-sort="ascending"><a href="?sort=-team">Team' in html


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("-team", ["Search", "Payments"]),
        ("noise", ["Search", "Payments"]),
        ("-noise", ["Payments", "Search"]),
        ("runbooks", ["Payments", "Search"]),
        ("overall", ["Payments", "Search"]),
        ("-overall", ["Search", "Payments"]),
        ("answered", ["Payments", "Search"]),
        ("-answered", ["Search", "Payments"]),
    ],
)
def test_the_address_sorts_by_any_column(max_, scored, sort, order):
    assert names(page(max_, f"?sort={sort}")) == order


def test_the_sorted_column_says_so_and_offers_the_other_direction(max_, scored):
    html = page(max_, "?sort=noise")

    assert '<th scope="col" aria-sort="ascending"><a href="?sort=-noise">Noise' in html
    assert 'aria-sort="descending"' in page(max_, "?sort=-noise")


def test_teams_under_a_parent(max_, scored, harbour, model):
    mobile = Team.objects.create(organization=harbour, name="Mobile", slug="mobile")
    snapshot(mobile, model, {"noise": 1.0})

    assert names(page(max_)) == ["Mobile", "Payments", "Search"]
    html = page(max_, "?parent=platform")
    assert names(html) == ["Payments", "Search"]
    assert '<option value="platform" selected>Platform</option>' in html


def test_links_keep_the_filter_and_the_filter_keeps_the_order(max_, scored):
    html = page(max_, "?sort=-noise&parent=platform")

    assert 'href="?sort=runbooks&amp;parent=platform"' in html
    assert '<input type="hidden" name="sort" value="-noise">' in html


@pytest.mark.parametrize(
    "query",
    [
        "?sort=rank",
        "?sort=--noise",
        "?sort=%00",
        "?sort=%ED%A0%80",
        "?sort=<script>alert(1)</script>",
        "?sort=" + "9" * 5000,
        "?sort[]=noise&sort=nothing",
    ],
)
def test_an_unknown_column_is_told_and_not_obeyed(max_, scored, query):
    html = page(max_, query)

    assert "There is no such column to sort by, so the teams are sorted by name." in html
    assert names(html) == ["Payments", "Search"]
    assert "alert(1)" not in html


@pytest.mark.parametrize("query", ["?parent=payments", "?parent=%00", "?parent=-1", "?parent=x y"])
def test_an_unknown_parent_is_told_and_not_obeyed(max_, scored, query):
    html = page(max_, query)

    assert "There is no such parent team here, so all teams are shown." in html
    assert names(html) == ["Payments", "Search"]


def test_an_empty_choice_shows_all_without_a_word(max_, scored):
    html = page(max_, "?parent=&sort=")

    assert "There is no such" not in html
    assert names(html) == ["Payments", "Search"]


# What stands out


def test_what_stands_out_below_the_table(max_, scored, harbour, model):
    too_few(Team.objects.create(organization=harbour, name="Tiny", slug="tiny"), model)
    Team.objects.create(organization=harbour, name="New", slug="new-team")

    html = page(max_)

    assert "1 team rose, 1 fell, 1 has too few answers to show, 1 has no assessment yet." in html
    assert "Since last time 1 rose, 1 fell no change" in text(html.split("<tfoot>")[1])


# A row is drawn once and never shown stale


def test_a_second_visit_shows_the_same_page(max_, scored):
    assert rows(page(max_)) == rows(page(max_))


def test_a_new_target_is_seen_at_once(max_, scored, search_team):
    page(max_)
    Target.objects.create(
        organization=search_team.organization, team=search_team, questionnaire_key="noise", level=2
    )

    assert rows(page(max_))["Search"][0] == "0.9 ↓ 0.5 fell by 0.5, changed 1.1 below target 2"


def test_a_new_snapshot_is_seen_at_once(max_, scored, search_team, model):
    page(max_)
    snapshot(search_team, model, {"noise": 1.7}, days_ago=0)

    assert rows(page(max_))["Search"][0] == "1.7"


def test_a_renamed_team_is_seen_at_once(max_, scored, search_team):
    page(max_)
    Team.objects.filter(pk=search_team.pk).update(name="Finding <things>")

    html = page(max_)

    assert "Finding &lt;things&gt;" in html
    assert ">Search<" not in html


def test_a_renamed_organization_and_a_renamed_parent_are_seen_at_once(max_, scored, platform):
    page(max_)
    Organization.objects.filter(slug="harbour").update(name="Haven")
    Team.objects.filter(pk=platform.pk).update(name="Base")

    html = page(max_)

    assert "all of Haven" in html
    assert "Payments</a> <small>Base</small>" in html
    assert '<option value="platform">Base</option>' in html


def test_a_result_that_has_become_old_is_marked_at_once(max_, payments, model):
    frozen = snapshot(payments, model, {"noise": 1.0}, days_ago=119)
    assert "stale" not in rows(page(max_))["Payments"][-3]

    with time_machine.travel(frozen.taken_at + timedelta(days=121), tick=False):
        assert rows(page(max_))["Payments"][-3].endswith(" stale")


def test_each_reader_sees_only_their_own_buttons(max_, olga, scored):
    assert "New team" in page(olga)
    assert "New team" not in page(max_)


def test_a_member_who_finishes_is_seen_at_once(max_, mary, assessment):
    page(max_)
    Participation.objects.create(assessment=assessment, user=mary, finished_on=date(2030, 1, 1))

    assert rows(page(max_))["Payments"][-1] == "1 of 1 finished"


# As much work for 300 teams as for 3


def test_three_hundred_teams_take_as_many_queries_as_three(max_, harbour, model):
    client = signed_in(max_)
    many_teams(harbour, model, 0, 3)
    cold, warm = statements(client), statements(client)
    many_teams(harbour, model, 3, 300)

    assert (statements(client), statements(client)) == (cold, warm)
    assert (cold, warm) == (9, 7)


def test_a_long_history_takes_as_many_queries_as_a_short_one(max_, payments, model):
    client = signed_in(max_)
    snapshot(payments, model, {"noise": 1.0}, days_ago=1)
    first = statements(client)
    for days_ago in range(2, 42):
        snapshot(payments, model, {"noise": 1.0}, days_ago=days_ago, overall=1.0)
    caches["rendered"].clear()

    assert statements(client) == first
    assert rows(page(max_))["Payments"][1].endswith("in 12 assessments")


# Targets that are handed down


def test_a_target_of_the_parent_or_the_organization_holds_where_the_team_has_none(
    max_, scored, harbour, platform
):
    for team, key, level in ((platform, "runbooks", 2), (None, "noise", 1), (None, "runbooks", 4)):
        Target.objects.create(organization=harbour, team=team, questionnaire_key=key, level=level)

    shown = rows(page(max_))

    assert shown["Payments"][0].endswith("0.7 below target 3")
    assert shown["Payments"][1].endswith("0.8 below target 2")
    assert shown["Search"][0].endswith("0.1 below target 1")
    assert shown["Search"][1].endswith("1.5 above target 2")
