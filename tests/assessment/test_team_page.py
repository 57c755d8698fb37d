"""What a team's page shows of its assessments, to whom, and what it keeps to itself."""

import html as entities
import re
from datetime import date, timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.lifecycle import finish
from assessment.models import (
    Action,
    Assessment,
    Participation,
    Question,
    Questionnaire,
    QuestionnaireScore,
    QuestionScore,
    Snapshot,
    Target,
)
from assessment.published import published_model
from tests.assessment.conftest import publish_model, tell_how_to_read_intervals
from tests.assessment.frozen import pulse, snapshot, submitted, too_few
from tests.conftest import signed_in

PAYMENTS = "/organizations/harbour/teams/payments/"
TARGETS = PAYMENTS + "targets/"


def page(user, query=""):
    response = signed_in(user).get(PAYMENTS + query)
    assert response.status_code == 200
    return response.content.decode()


def text(html):
    """What a screen reader says: without scripts and tags, spaces joined, every dash a hyphen."""
    html = re.sub(r"<script.*?</script>", " ", html, flags=re.DOTALL)
    words = entities.unescape(re.sub(r"<[^>]+>", " ", html)).split()
    return re.sub(r" ([,.;:])", r"\1", " ".join(words)).replace("\N{EN DASH}", "-")


def section(html, heading):
    """The part of the page under a second-level heading with this id."""
    return html.split(f'id="{heading}"')[1].split("</section>")[0]


def scored(score, **fields):
    return {
        "score": score,
        "low": max(0, score - 0.4),
        "high": min(4, score + 0.4),
        "half_width": 0.4,
        "level": int(score),
        **fields,
    }


def means(of, values, answered=5):
    """Freeze the means of some questions of a snapshot."""
    ids = dict(
        Question.objects.filter(questionnaire__maturity_model=of.maturity_model).values_list(
            "key", "pk"
        )
    )
    QuestionScore.objects.bulk_create(
        QuestionScore(
            snapshot=of,
            question_id=ids[key],
            answered=answered,
            dont_know=0,
            not_applicable=0,
            applicable=True,
            mean=mean,
        )
        for key, mean in values.items()
    )


@pytest.fixture
def two_quarters(payments, model):
    """Noise changed, runbooks did not; two questions keep noise from level 3."""
    snapshot(payments, model, {"noise": scored(1.9), "runbooks": scored(2.1)}, days_ago=100)
    newest = snapshot(
        payments,
        model,
        {
            "noise": scored(
                2.3,
                change=0.6,
                changed=True,
                change_linked=4,
                blocked_by=[
                    {"question": "noise.grouping", "rules": ["share"]},
                    {"question": "noise.actionability", "rules": ["share", "gate"]},
                ],
            ),
            "runbooks": scored(2.2, change=0.1, changed=False),
        },
        stage=2,
        overall=2.25,
    )
    values = {"noise.actionability": 1.6, "noise.symptoms": 3.2, "noise.grouping": 2.4}
    means(newest, values)
    return newest


@pytest.fixture
def revealed(assessment):
    """Payments' assessment, which the team talks over."""
    assessment.status = "revealed"
    assessment.reveals = 1
    assessment.revealed_at = timezone.now()
    assessment.save()
    return assessment


# Who may look ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["olga", "max_", "lena", "mary"])
def test_the_team_and_those_over_it_see_its_page(request, who, two_quarters):
    assert "Noise rose from 1.9 to 2.3: changed" in page(request.getfixturevalue(who))


@pytest.mark.parametrize("who", ["sam", "eve"])
def test_nobody_else_learns_that_the_team_exists(request, who, two_quarters):
    assert signed_in(request.getfixturevalue(who)).get(PAYMENTS).status_code == 404


def test_a_visitor_is_asked_to_sign_in(two_quarters):
    assert Client().get(PAYMENTS).status_code == 302


# Before the first assessment ------------------------------------------------------------------


def test_an_empty_page_says_what_will_be_there_and_offers_the_lead_to_begin(lena, model):
    html = page(lena)

    assert "After the first assessment this page shows how mature Payments is" in text(html)
    assert html.count('href="/organizations/harbour/teams/payments/assessments/new/"') == 1


def test_an_empty_page_tells_a_member_who_begins(mary, model):
    html = page(mary)

    assert "The team's lead opens the first one." in text(html)
    assert "assessments/new/" not in html


# An open assessment ---------------------------------------------------------------------------


def test_an_open_assessment_says_how_many_have_finished_and_lets_a_member_continue(
    mary, lena, assessment
):
    finish(assessment=assessment, user=lena)

    html = page(mary)
    assert "An assessment is open. 1 of 2 has finished." in text(html)
    assert re.search(rf'href="{assessment.get_absolute_url()}">Continue</a>', html)


def test_who_has_finished_is_told_so(lena, mary, assessment):
    finish(assessment=assessment, user=lena)

    html = page(lena)
    assert "1 of 2 has finished, you too." in text(html)
    assert ">See the assessment</a>" in html
    assert "Continue" not in html


def test_one_who_left_the_team_no_longer_counts(lena, mary, assessment):
    finish(assessment=assessment, user=mary)
    mary.memberships.all().delete()

    assert "0 of 1 have finished." in text(page(lena))


def test_a_manager_sees_the_progress_and_no_way_to_answer(max_, lena, assessment):
    html = page(max_)

    assert "0 of 1 have finished." in text(html)
    assert assessment.get_absolute_url() not in html


def test_an_unfinished_participation_does_not_count(lena, assessment):
    Participation.objects.create(assessment=assessment, user=lena)

    assert "0 of 1 have finished." in text(page(lena))


def test_while_the_team_talks_the_page_leads_into_the_talk(mary, max_, revealed):
    html = page(mary)

    assert "The team is talking its assessment over." in text(html)
    assert f'href="{revealed.get_absolute_url()}talk/">Join the talk</a>' in html
    assert "have finished" not in text(html)
    assert "The team is talking its assessment over." in text(page(max_))
    assert "Join the talk" not in page(max_)


def test_nobody_opens_a_second_assessment_while_the_team_talks(lena, revealed):
    assert "assessments/new/" not in page(lena)


def test_a_team_that_answers_on_one_sheet_is_told_so(mary, payments, model):
    Assessment.objects.create(team=payments, maturity_model=model, mode="consensus")

    assert "An assessment is open. The team answers it together, on one sheet." in text(page(mary))


def test_nobody_opens_a_second_assessment_beside_an_open_one(lena, assessment, two_quarters):
    assert "assessments/new/" not in page(lena)


# Actions ------------------------------------------------------------------------------------


def action(team, text, **fields):
    return Action.objects.create(team=team, text=text, **fields)


def test_open_actions_stand_with_owner_day_and_question_the_next_one_due_first(
    mary, lena, payments, model
):
    today = timezone.localdate()
    question = Question.objects.get(key="noise.review")
    action(payments, "Undated")
    action(payments, "Later", due_on=today + timedelta(days=30), owner=lena, question=question)
    action(payments, "Late", due_on=today - timedelta(days=1), owner=mary)
    action(payments, "Over", status="done", due_on=today, closed_at=timezone.now())

    said = text(section(page(mary), "actions"))
    assert re.search(
        r"Late Mary Member, overdue since [^.]* Done: Late "
        r"Later Lena Lead, due [^.]* · A regular look at what paged and why Done: Later "
        r"Undated nobody yet, no date Done: Undated",
        said,
    )
    assert "Over" not in said


def test_a_line_above_the_charts_leads_to_the_actions(mary, payments):
    action(payments, "Undated")
    action(payments, "Dated", due_on=timezone.localdate() + timedelta(days=3))

    html = page(mary)
    due = timezone.localdate() + timedelta(days=3)
    assert f"2 open actions, next due {due.day} {due:%B %Y}" in text(html)
    assert '<a href="#actions">2 open actions</a>' in html


def test_an_action_due_today_is_not_overdue(mary, payments):
    action(payments, "Today", due_on=timezone.localdate())

    assert "overdue" not in page(mary)


def test_a_member_calls_an_action_done_from_the_page(mary, payments):
    wanted = action(payments, "Silence the disk alert")
    button = re.search(
        r'<button[^>]* form="plan" formaction="([^"]+)" name="(\w+)" value="(\w+)">Done', page(mary)
    )
    assert button is not None

    signed_in(mary).post(button[1], {button[2]: button[3]})

    wanted.refresh_from_db()
    assert wanted.status == "done"
    assert "Silence the disk alert" not in page(mary)


def test_a_manager_plans_with_the_team(max_, payments):
    wanted = action(payments, "Silence the disk alert")

    assert f'formaction="{PAYMENTS}actions/{wanted.pk}/status/?revision=1"' in page(max_)


def test_another_team_s_actions_are_not_here(mary, search_team):
    action(search_team, "Theirs")

    assert "Theirs" not in page(mary)
    assert 'id="actions"' not in page(mary)


def test_an_action_that_changes_shows_at_once_to_everybody(mary, max_, payments):
    wanted = action(payments, "Silence the disk alert")
    page(max_)

    Action.objects.filter(pk=wanted.pk).update(text="Mend the disk", owner=mary)

    assert "Mend the disk Mary Member, no date" in text(section(page(max_), "actions"))


def test_three_actions_stand_open_and_the_rest_are_folded(mary, payments):
    today = timezone.localdate()
    for n in range(1, 6):
        action(payments, f"Action {n}", due_on=today + timedelta(days=n))

    shown, folded = section(page(mary), "actions").split("<details")
    assert [n for n in range(1, 6) if f">Action {n}</a></p>" in shown] == [1, 2, 3]
    assert [n for n in range(1, 6) if f">Action {n}</a></p>" in folded] == [4, 5]
    assert "Show all: 2 more" in folded


def test_three_actions_leave_nothing_to_fold(mary, payments):
    for n in range(3):
        action(payments, f"Action {n}")

    assert "<details" not in section(page(mary), "actions")


def test_many_actions_take_as_many_queries_as_one(mary, lena, payments, two_quarters):
    question = Question.objects.get(key="noise.review")
    client = signed_in(mary)

    def queries():
        client.get(PAYMENTS)
        with CaptureQueriesContext(connection) as asked:
            client.get(PAYMENTS)
        return len(asked)

    action(payments, "One", owner=lena, question=question)
    with_one = queries()
    for n in range(20):
        action(payments, f"More {n}", owner=lena, question=question)

    assert queries() == with_one == 10


# Maturity over time ---------------------------------------------------------------------------


def test_the_first_assessment_is_a_point_and_says_that_the_next_makes_a_line(mary, payments, model):
    snapshot(payments, model, {"noise": scored(1.9), "runbooks": scored(2.1)})

    said = text(page(mary))
    assert "From 1.9 in Noise to 2.1 in Runbooks" in said
    assert "The next assessment makes this a line." in said
    assert "Noise: 1.9 the first time" in said


def test_each_questionnaire_says_whether_it_changed(mary, two_quarters):
    said = text(section(page(mary), "over-time"))

    assert "Noise rose from 1.9 to 2.3: changed 95 % interval 1.9-2.7, fair; n = 5" in said
    assert "Runbooks went from 2.1 to 2.2: within noise" in said


def test_the_figures_stand_in_a_table_newest_first(mary, two_quarters):
    html = section(page(mary), "over-time")

    body = html.split("<tbody>")[1].split("</tbody>")[0]
    rows = [text(row).split(" ", 3)[3] for row in body.split("</tr>")[:-1]]
    assert rows == ["5 2026.1 2.3 (1.9-2.7) 2.2 (1.8-2.6)", "5 2026.1 1.9 (1.5-2.3) 2.1 (1.7-2.5)"]
    assert '<th scope="col">Noise</th>' in html
    assert "<caption>Payments: score (95 % interval) in each assessment" in html


def test_a_new_version_of_the_model_is_marked(mary, payments, model, guide_section):
    newer = publish_model(guide_section, version="2026.2")
    snapshot(payments, model, {"noise": scored(1.9)}, days_ago=100)
    snapshot(payments, newer, {"noise": scored(2.0)})

    html = section(page(mary), "over-time")
    assert html.count(">2026.2</text>") == 2
    assert html.count("Noise: 2.0, not compared with 1.9 before") > 0


def test_a_pulse_interrupts_no_line(mary, payments, model):
    snapshot(payments, model, {"noise": scored(1.9)}, days_ago=100)
    pulse(payments, model, days_ago=50)
    snapshot(payments, model, {"noise": scored(2.0)})

    path = re.search(r'<path class="line c-1" d="([^"]+)"', page(mary))
    assert path is not None
    assert [letter for letter in path[1] if letter.isalpha()] == ["M", "l"]


# Fewer than three people ----------------------------------------------------------------------


def test_what_two_people_answered_has_no_value_anywhere(mary, payments, model):
    noise = {"noise.actionability": 4, "noise.symptoms": 3, "noise.grouping": 4}
    few = {
        "amy": {"*": 1, **noise, "noise.review": 4},
        "bob": {"*": 1, **noise, "noise.review": 3, "runbooks.owned": 2},
    }
    submitted(payments, model, few)

    html = page(mary)
    said = text(html)
    assert "A score needs the answers of at least 3 people" in said
    assert "too few answers" in said
    # 3.6 and 1.1 are the scores of the two, 3.5 and 1.5 the means of the questions they differ in.
    assert not re.search(r"\b(3\.[56]\d*|1\.[15]\d*)\b", html)
    assert "Next steps" not in said


def test_a_newest_assessment_with_too_few_answers_leaves_what_stood_before(mary, two_quarters):
    too_few(two_quarters.team, two_quarters.maturity_model, days_ago=1)

    said = text(page(mary))
    assert "had too few answers for a score: 3 people are needed. Below stands what" in said
    assert "Noise: too few answers on" in said
    assert "2.3 (1.9-2.7)" in said


def test_a_question_that_two_people_judged_is_neither_named_nor_advised(mary, payments, model):
    judged = {
        "runbooks.coverage": 3,
        "runbooks.tested": 2,
        "runbooks.owned": 3,
        "runbooks.automated": 3,
    }
    submitted(
        payments,
        model,
        {
            "amy": {**judged, "runbooks.found": 0},
            "bob": {**judged, "runbooks.found": 1},
            "cat": judged,
            "dan": {**judged, "runbooks.tested": 3},
            "fay": {**judged, "runbooks.tested": 3},
        },
    )

    html = page(mary)
    levels = text(section(html, "levels"))
    assert "To 3 Measured: Runbooks are rehearsed 2.4" in levels
    assert "1 that too few people judged to show here" in levels
    assert "The right runbook is found at once" not in html
    assert "0.5" not in text(html)


# Agreed in the talk, openly, and on one sheet -------------------------------------------------


@pytest.fixture
def agreed(payments, model):
    """Five answered 2 throughout; the team agreed on 4 and 3 for two questions of noise."""
    sheets = {name: {"*": 2} for name in ("amy", "bob", "cat", "dan", "fay")}
    settled = {"noise.actionability": 4, "noise.symptoms": 3}
    return submitted(payments, model, sheets, agreed=settled)


def test_an_agreed_score_stands_beside_what_was_answered(mary, agreed):
    html = page(mary)

    # (4 + 3 + 2 + 2) / 4 = 2.75, which Python writes as 2.8.
    both = "2.8 agreed; 2.0 as answered; 2 questions agreed"
    assert f"Noise and alert quality {both} 2.3-3.2" in text(section(html, "profile"))
    assert both in text(section(html, "levels"))
    assert "Where the team agreed on answers, these count." in text(section(html, "profile"))
    over_time = text(section(html, "over-time"))
    assert "2.8 agreed (2.3-3.2); 2.0 as answered; 2 questions agreed" in over_time
    assert f"fair; n = 5; {both}" in over_time
    assert ">2.8 agreed (2.3\N{EN DASH}3.2)</text>" in html


def test_what_blocks_and_what_comes_next_goes_by_the_agreed_answers(mary, agreed):
    html = page(mary)

    blocking = text(section(html, "levels")).split("Runbooks")[0]
    assert "To 3 Measured: Related alerts arrive as one incident 2.0" in blocking
    assert "Share of pages" not in blocking
    assert "Share of pages" not in section(html, "next-steps")


def test_a_team_that_did_not_agree_on_anything_reads_nothing_about_it(mary, two_quarters):
    html = page(mary)

    assert "as answered;" not in text(html)
    assert "these count" not in text(html)


def test_one_sheet_is_shown_without_an_interval_a_count_or_a_verdict(mary, payments, model):
    snapshot(payments, model, {"noise": scored(1.9), "runbooks": scored(2.1)}, days_ago=100)
    submitted(payments, model, {"together": {"*": 3}}, mode="consensus")

    html = page(mary)
    over_time = text(section(html, "over-time"))
    assert "Noise: 3.0, not compared with 1.9 before agreed on one sheet" in over_time
    assert "Beneath: how many people answered (all: on one sheet)." in over_time
    assert "on one sheet 2026.1 3.0 on one sheet 3.0 on one sheet" in over_time
    profile = text(section(html, "profile"))
    assert "agreed on one sheet. Ring: the time before." in profile
    assert "Noise and alert quality 3.0 - - on one sheet 1.9 - -" in profile
    assert "3 Measured" in text(section(html, "levels"))
    row = section(html, "assessments").split("<tbody>")[1].split("</tr>")[0]
    assert " - on one sheet full 2026.1" in text(row)
    assert "too few answers" not in text(html)


def test_one_sheet_with_too_little_on_it_is_not_said_to_have_too_few_people(mary, payments, model):
    submitted(payments, model, {"together": {"noise.review": 3}}, mode="consensus")

    said = text(page(mary))
    assert "too few questions answered" in said
    assert "too few answers" not in said
    assert "people are needed" not in said


def test_that_a_team_answered_openly_is_told(mary, payments, model):
    submitted(payments, model, {name: {"*": 2} for name in ("amy", "bob", "cat")}, mode="open")

    assert "3 of 3 openly, with names full" in text(section(page(mary), "assessments"))


# Every figure leads to how it is computed -----------------------------------------------------


def test_every_figure_leads_to_how_it_is_computed(mary, two_quarters):
    html = page(mary)
    scores = f"assessments/{two_quarters.assessment_id}/scores/"
    dash = "\N{EN DASH}"

    profile = section(html, "profile")
    assert f'<a href="{scores}noise/">2.3</a>' in profile
    assert f'<a href="{scores}noise/#interval">1.9{dash}2.7</a>' in profile
    assert f'<a href="{scores}noise/#change">+0.6, changed</a>' in profile
    over_time = section(html, "over-time")
    assert f'<a href="{scores}"><time' in over_time
    assert f'<p class="chart-summary"><a href="{scores}noise/">95 % interval' in over_time
    levels = section(html, "levels")
    assert f'href="{scores}noise/#level">2 Repeatable</a>' in levels
    assert f'<a href="{scores}#stage">2 Repeatable</a>' in levels
    assert f'<a href="{scores}#overall">2.2</a>' in levels
    assert re.search(rf'<a href="{scores}noise/#noise\.\w+" title="[^"]+">\d\.\d</a>', levels)
    gains = re.findall(rf'href="{scores}(\w+)/#(\w+)\.\w+"', section(html, "next-steps"))
    assert gains
    assert all(questionnaire == of for questionnaire, of in gains)


@pytest.mark.parametrize("part", ["over-time", "profile", "levels"])
def test_what_it_leads_to_is_there(mary, two_quarters, part):
    client = signed_in(mary)
    links = re.findall(r'href="(assessments/[^"#]+)', section(page(mary), part))

    assert links
    assert {client.get(PAYMENTS + link).status_code for link in set(links)} == {200}


def test_a_gate_of_a_pulse_leads_to_its_own_figures(mary, payments, model):
    taken = pulse(payments, model)
    means(taken, {"noise.actionability": 1.8})

    link = f"assessments/{taken.assessment_id}/scores/noise/"
    assert f'href="{link}">2 Repeatable</a>' in section(page(mary), "gates")
    assert signed_in(mary).get(PAYMENTS + link).status_code == 200


# Profile and levels ---------------------------------------------------------------------------


def test_the_profile_gives_interval_word_people_time_before_and_change(mary, two_quarters):
    said = text(section(page(mary), "profile"))

    assert "Noise and alert quality 2.3 1.9-2.7 fair 5 1.9 +0.6, changed -" in said
    assert "Runbooks 2.2 1.8-2.6 fair 5 2.1 +0.1, within noise -" in said


def test_a_radar_is_one_click_away_with_three_questionnaires(mary, payments, model, two_quarters):
    assert 'class="radar"' not in page(mary)

    Questionnaire.objects.create(
        maturity_model=model, key="response", title="Response", role="support", position=3
    )
    published_model.cache_clear()
    three = {"noise": scored(2.4), "runbooks": scored(2.0), "response": scored(1.2)}
    snapshot(payments, model, three, days_ago=1)

    radar = page(mary).split('<details class="radar">')[1].split("</figure>")[0]
    assert '<svg class="drawing drawing-radar"' in radar
    assert '"theta":["Noise","Runbooks","Response","Noise"]' in radar


def test_a_level_says_what_is_in_the_way_of_the_next_the_gate_first(mary, two_quarters):
    said = text(section(page(mary), "levels"))

    assert (
        "Noise and alert quality 2 Repeatable To 3 Measured: "
        "Share of pages that needed a person to act 1.6, gate question "
        "and 1 more Related alerts arrive as one incident 2.4"
    ) in said


def test_the_stage_comes_last_and_with_its_rule(mary, two_quarters):
    said = text(section(page(mary), "levels"))

    assert said.index("Stage 2 Repeatable, the lowest level") > said.index("Runbooks 2 Repeatable")
    assert "Mean of the core scores 2.2; a mean hides the profile." in said


def test_without_a_level_in_every_core_questionnaire_there_is_no_stage(mary, payments, model):
    waiting = {"respondents": 2, "why_not": "waiting for answers"}
    snapshot(payments, model, {"noise": scored(2.3), "runbooks": waiting})

    said = text(section(page(mary), "levels"))
    assert "Runbooks no level: too few answers" in said
    assert "No stage: not every core questionnaire has a level." in said


# Pulse ----------------------------------------------------------------------------------------


def test_a_pulse_shows_gates_and_no_score(mary, payments, model):
    Target.objects.create(
        organization=payments.organization, team=payments, questionnaire_key="noise", level=2
    )
    taken = pulse(payments, model)
    means(taken, {"noise.actionability": 1.8, "noise.symptoms": 3.0, "runbooks.coverage": 0.9})

    html = page(mary)
    said = text(section(html, "gates"))
    assert "Share of pages that needed a person to act Noise 2 Repeatable 2: passed" in said
    assert "Frequent incidents have a runbook Runbooks 1 Ad hoc none" in said
    assert "Paging on what users feel" not in said
    assert 'id="profile"' not in html
    assert "The lines begin with the first core or full assessment." in text(html)


def test_a_gate_that_two_people_judged_stays_closed_to_view(mary, payments, model):
    asked = {"noise.symptoms": 2, "runbooks.coverage": 2, "runbooks.found": 2}
    two = {"amy": {**asked, "noise.actionability": 4}, "bob": {**asked, "noise.actionability": 3}}
    others = dict.fromkeys(["cat", "dan", "fay"], asked)
    submitted(payments, model, two | others, length="pulse")

    said = text(section(page(mary), "gates"))
    assert "Share of pages that needed a person to act Noise too few answers none" in said


@pytest.mark.parametrize("mode", ["individual", "open", "consensus"])
def test_a_pulse_that_left_a_questionnaire_open_shows_its_gates(mode, mary, payments, model):
    sheets = {who: {"noise.actionability": 2, "noise.review": 1} for who in ("A", "B", "C")}
    submitted(payments, model, sheets, length="pulse", mode=mode)

    html = page(mary)
    assert "The lines begin with the first core or full assessment." in html
    assert "Share of pages that needed a person to act" in section(html, "gates")


def test_a_pulse_after_an_assessment_adds_its_gates_and_newer_answers(mary, two_quarters):
    taken = pulse(two_quarters.team, two_quarters.maturity_model, days_ago=1)
    means(taken, {"noise.actionability": 3.9, "noise.symptoms": 0.2})

    html = page(mary)
    assert "Noise 4 Adaptive none" in text(section(html, "gates"))
    assert "Noise and alert quality 2 Repeatable" in text(section(html, "levels"))
    steps = section(html, "next-steps")
    assert "Paging on what users feel" in steps
    assert "Make this an action: Share of pages that needed a person to act" not in text(steps)


# Next steps -----------------------------------------------------------------------------------


def test_a_next_step_says_why_what_it_costs_what_it_adds_and_where_to_read(mary, two_quarters):
    steps = section(page(mary), "next-steps")

    first = steps.split("</li>")[0]
    said = text(first)
    assert "Related alerts arrive as one incident Noise · in the way of the next level" in said
    assert "Do what line D says" in said
    because = "Because the team answered Related alerts arrive as one incident: line C."
    assert f"{because} Fewer interruptions" in said
    assert "Effort: small +0.2 for Noise" in said
    assert (
        'href="/guide/small-guide/getting_started/#reducing-noise">Guide: Reducing noise' in first
    )


def test_six_steps_are_shown_and_all_the_others_are_a_click_away(mary, payments, model):
    newest = snapshot(payments, model, {"noise": scored(1), "runbooks": scored(1)})
    keys = Question.objects.values_list("key", flat=True)
    means(newest, dict.fromkeys(keys, 1.0))

    steps = section(page(mary), "next-steps")
    assert steps.count('class="next-step"') == 6
    assert "Show all: 3 more" in steps
    assert steps.count("Guide: Reducing noise") == 9


def test_steps_stop_at_the_target(mary, two_quarters):
    Target.objects.create(
        organization=two_quarters.team.organization,
        team=two_quarters.team,
        questionnaire_key="noise",
        level=2,
    )

    steps = section(page(mary), "next-steps")
    assert "Share of pages that needed a person to act" in steps
    assert "Related alerts arrive as one incident" not in steps


# The list of assessments and how it stays short -----------------------------------------------


def test_each_assessment_is_listed_with_who_answered_its_length_and_version(mary, two_quarters):
    html = section(page(mary), "assessments")

    row = html.split("<tbody>")[1].split("</tr>")[0]
    assert f'href="assessments/{two_quarters.assessment_id}/"' in row
    assert text(row).endswith("5 of 6 individually full 2026.1 Compare with the one before")
    assert re.search(r'<time datetime="\d{4}-\d\d-\d\dT\d\d:\d\dZ">', row)


def test_older_assessments_are_a_page_further_back(mary, payments, model):
    for n in range(42):
        snapshot(payments, model, {"noise": scored(1 + n / 50)}, days_ago=10 + 5 * n)

    newest, oldest = page(mary), page(mary, "?page=2")
    assert section(newest, "assessments").count("<tr>") == 41
    assert 'href="?page=2">Earlier' in newest
    assert section(oldest, "assessments").count("<tr>") == 3
    assert 'href="?page=1">Later' in oldest
    assert 'id="profile"' not in oldest


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "99999999999999999999", "²", "٣", ""])
def test_a_page_that_is_none_shows_one_that_is(mary, two_quarters, wrong):
    assert "Noise rose from 1.9 to 2.3: changed" in page(mary, f"?page={wrong}")


@pytest.mark.parametrize("kept", [True, False])
def test_forty_assessments_take_as_many_queries_as_three(mary, payments, model, kept):
    client = signed_in(mary)

    def queries():
        client.get(PAYMENTS)
        if not kept:
            caches["rendered"].clear()
        with CaptureQueriesContext(connection) as asked:
            client.get(PAYMENTS)
        return len(asked)

    for n in range(3):
        snapshot(payments, model, {"noise": scored(1.5)}, days_ago=10 + n)
    with_three = queries()
    for n in range(37):
        snapshot(payments, model, {"noise": scored(1.5)}, days_ago=20 + n)

    assert queries() == with_three
    assert with_three == (10 if kept else 15)


def test_a_page_that_was_shown_once_reads_no_scores_again(mary, max_, two_quarters):
    page(mary)

    client = signed_in(max_)
    with CaptureQueriesContext(connection) as asked:
        client.get(PAYMENTS)
    tables = ("questionnairescore", "questionscore", "guide_section")
    assert not [q["sql"] for q in asked if any(table in q["sql"] for table in tables)]


def test_a_new_assessment_and_a_deleted_one_show_at_once(mary, two_quarters):
    page(mary)

    newer = snapshot(
        two_quarters.team, two_quarters.maturity_model, {"noise": scored(3.1)}, days_ago=1
    )
    assert "Noise: 3.1, not compared with 2.3 before" in page(mary)
    newer.delete()
    assert "Noise rose from 1.9 to 2.3: changed" in page(mary)


def test_what_one_team_has_kept_is_not_shown_to_another(
    mary, sam, two_quarters, search_team, model
):
    page(mary)
    snapshot(search_team, model, {"noise": scored(3.3)})

    response = signed_in(sam).get("/organizations/harbour/teams/search/")
    assert "Noise: 3.3 the first time" in response.content.decode()
    assert "2.3" not in text(response.content.decode())


def test_no_figure_on_the_page_is_more_exact_than_the_page_says(mary, payments, model):
    fields = {"change": 0.6123, "changed": True, "as_answered": 2.1234, "agreed": 2}
    three = {key: scored(2 + n / 7) for n, key in enumerate(("noise", "runbooks"))}
    snapshot(payments, model, three, days_ago=100)
    last = {key: score | fields for key, score in three.items()}
    snapshot(payments, model, last, overall=2.0714)

    found = re.findall(r'<script id="fig-[^>]*>(.*?)</script>', page(mary), flags=re.DOTALL)
    assert len(found) == 4
    assert [re.findall(r'(?<!"opacity":)(?<![\d.])\d+\.\d\d+', each) for each in found] == [[]] * 4


def test_nobody_is_shown_more_than_one_decimal(mary, two_quarters):
    rules = r'<ul class="how-computed">.*?</ul>|<details class="how-levels">.*?</details>'
    html = re.sub(rules, "", page(mary), flags=re.DOTALL)

    assert not re.search(r"\d\.\d\d", text(html))


def test_the_guide_explains_intervals_where_it_has_the_section(mary, two_quarters, guide_section):
    assert "How to read intervals" not in page(mary)

    caches["rendered"].clear()
    tell_how_to_read_intervals(guide_section.page.guide)

    link = '<a href="/guide/small-guide/measuring/#reading-intervals">How to read intervals</a>'
    assert page(mary).count(link) == 2


# Targets --------------------------------------------------------------------------------------


def aim(user, **values):
    fields = {"level-noise": "", "by-noise": "", "level-runbooks": "", "by-runbooks": ""}
    given = {name.replace("_", "-"): value for name, value in values.items()}
    return signed_in(user).post(TARGETS, fields | given)


def kept(team):
    return list(Target.objects.filter(team=team).values_list("questionnaire_key", "level", "by"))


@pytest.mark.parametrize("who", ["lena", "olga"])
def test_lead_and_owner_set_a_level_and_a_day(request, who, payments, model):
    later = timezone.localdate() + timedelta(days=90)

    response = aim(request.getfixturevalue(who), level_noise="3", by_noise=later.isoformat())

    assert response.url == PAYMENTS
    assert kept(payments) == [("noise", 3, later)]


@pytest.mark.parametrize(
    ("who", "status"), [("mary", 403), ("max_", 403), ("sam", 404), ("eve", 404)]
)
def test_nobody_else_sets_targets(request, who, status, payments, model):
    user = request.getfixturevalue(who)

    assert signed_in(user).get(TARGETS).status_code == status
    assert aim(user, level_noise="3").status_code == status
    assert kept(payments) == []


def test_a_target_stands_on_every_chart_at_once(lena, mary, two_quarters):
    assert "target 3" not in page(mary)

    aim(lena, level_noise="3")

    html = page(mary)
    assert ">target of Noise</text>" in html
    assert ">target 3</text>" in html
    assert "+0.6, changed 3" in text(section(html, "profile"))
    assert "Each questionnaire with its interval and target" in html


def test_a_target_is_taken_back_by_choosing_none(lena, payments, model):
    Target.objects.create(
        organization=payments.organization, team=payments, questionnaire_key="noise", level=3
    )

    aim(lena)

    assert kept(payments) == []


def test_a_day_needs_a_level_and_must_be_to_come(lena, payments, model):
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()

    response = aim(lena, by_noise=tomorrow, level_runbooks="2", by_runbooks=yesterday)

    said = text(response.content.decode())
    assert "Choose a level for this day, or clear the day." in said
    assert "That day is over. Choose a later one." in said
    assert kept(payments) == []


def test_a_target_whose_day_is_over_may_stay(lena, payments, model):
    over = date(2024, 1, 31)
    Target.objects.create(
        organization=payments.organization,
        team=payments,
        questionnaire_key="noise",
        level=3,
        by=over,
    )

    aim(lena, level_noise="3", by_noise="2024-01-31", level_runbooks="2")

    assert kept(payments) == [("noise", 3, over), ("runbooks", 2, None)]


@pytest.mark.parametrize("wrong", ["0", "5", "-1", "2.5", "NaN", "9" * 5000, "\x00"])
def test_a_level_that_is_none_is_refused(lena, payments, model, wrong):
    response = aim(lena, level_noise=wrong)

    assert response.status_code == 200
    assert kept(payments) == []


def test_a_target_of_another_model_is_left_alone(lena, payments, model):
    Target.objects.create(
        organization=payments.organization, team=payments, questionnaire_key="retired", level=3
    )

    aim(lena, level_noise="2")

    assert [key for key, _, _ in kept(payments)] == ["noise", "retired"]


def test_the_form_says_where_the_team_stands(lena, two_quarters):
    said = text(signed_in(lena).get(TARGETS).content.decode())

    assert "Score now: 2.3" in said


def test_without_a_model_there_is_nothing_to_aim_at(lena, payments):
    said = text(signed_in(lena).get(TARGETS).content.decode())

    assert "No maturity model yet" in said
    assert aim(lena, level_noise="3").status_code == 200


def test_reading_the_page_writes_nothing(mary, two_quarters, assessment):
    client = signed_in(mary)
    with CaptureQueriesContext(connection) as asked:
        client.get(PAYMENTS)

    assert not [q["sql"] for q in asked if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert Snapshot.objects.count() == 2
    assert Assessment.objects.count() == 3
    assert QuestionnaireScore.objects.count() == 4
