"""What one said last time: a quiet mark at the line, seen by oneself only, that chooses nothing."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from assessment.models import Answer, Assessment, Level
from assessment.published import published_model
from tests.assessment.answer_page import Inputs, address, give, words
from tests.assessment.conftest import open_assessment, publish_model
from tests.conftest import join, person, signed_in

pytestmark = pytest.mark.django_db

SUBMITTED = datetime(2026, 3, 9, 12, tzinfo=UTC)
DIFFERENT = "last time; the line read differently then"


def submitted(assessment, at=SUBMITTED):
    Assessment.objects.filter(pk=assessment.pk).update(status="submitted", submitted_at=at)


def with_last_time(client, assessment, questionnaire="noise"):
    response = client.get(f"{address(assessment, questionnaire)}?last=1")
    assert response.status_code == 200
    return response.content.decode()


def marked(html):
    """Return the marks: question and answer → what the mark says."""
    lines = re.findall(
        r'name="answer-([^"]+)" value="([^"]+)"[^>]*><span>[^<]*</span>'
        r'<small class="last-time">([^<]+)</small></label>',
        html,
    )
    return {(question, answer): says for question, answer, says in lines}


@pytest.fixture
def before(payments, model, mary, lena):
    """Payments' assessment of March 2026, in which Mary and Lena answered; submitted."""
    assessment = open_assessment(payments, model)
    give(mary, assessment, "noise.actionability", "3", "mary's note of March")
    give(mary, assessment, "noise.symptoms", "dk")
    give(mary, assessment, "noise.grouping", "na", "one alert only")
    give(mary, assessment, "noise.review", None, "only a note")
    give(lena, assessment, "noise.actionability", "0")
    give(lena, assessment, "noise.review", "4")
    submitted(assessment)
    return assessment


@pytest.fixture
def now(before, payments, model):
    """The open assessment after it."""
    return open_assessment(payments, model)


def test_one_s_own_last_answers_are_marked_levels_dont_know_and_not_applicable_alike(mary, now):
    assert marked(with_last_time(signed_in(mary), now)) == {
        ("noise.actionability", "3"): "last time",
        ("noise.symptoms", "dk"): "last time",
        ("noise.grouping", "na"): "last time",
    }


def test_a_mark_chooses_nothing_and_counts_nothing(mary, now):
    client = signed_in(mary)
    html = with_last_time(client, now)
    fields = Inputs(html).fields
    assert not [name for name in fields if name.startswith("answer-")]
    assert {fields[name] for name in fields if name.startswith("note-")} == {""}
    assert "0 of 9 answered" in words(html)
    client.post(f"{address(now)}?last=1", fields)
    assert not Answer.objects.filter(sheet__assessment=now).exists()


def test_the_mark_stands_within_the_line_s_label_so_that_it_is_heard_with_it(mary, now):
    html = with_last_time(signed_in(mary), now)
    labels = [words(each) for each in re.findall(r'<label class="line">.*?</label>', html)]
    assert "Share of pages that needed a person to act: line D last time" in labels


def test_without_the_switch_nothing_of_it_is_on_the_page(mary, now):
    html = signed_in(mary).get(address(now)).content.decode()
    assert marked(html) == {}
    assert "2026" not in words(html)
    assert '<a href="?last=1">Show what you said last time</a>' in html


def test_nobody_s_else_answers_are_marked(lena, now):
    assert marked(with_last_time(signed_in(lena), now)) == {
        ("noise.actionability", "0"): "last time",
        ("noise.review", "4"): "last time",
    }


def test_it_says_of_when_the_marks_are_and_how_to_hide_them(mary, now):
    html = with_last_time(signed_in(mary), now)
    said = "What you said in March 2026 is marked last time and chooses nothing: only what you"
    assert f"{said} choose now counts." in words(html)
    assert f'<a href="{address(now)}">Hide last time</a>' in html


def test_the_switch_goes_along_to_the_other_questionnaires_and_back_to_the_form(mary, now):
    client = signed_in(mary)
    html = with_last_time(client, now)
    there = f"{address(now, 'runbooks')}?last=1#runbooks.coverage"
    assert html.count(f'href="{there}"') == 2
    fields = Inputs(html).fields | {"answer-noise.review": "2"}
    response = client.post(f"{address(now)}?last=1", fields)
    assert response["Location"] == f"{address(now)}?last=1"
    response = client.post(f"{address(now)}?last=1", fields | {"then": "next"})
    assert response["Location"] == there


def test_without_the_switch_the_addresses_stay_plain(mary, now):
    html = signed_in(mary).get(address(now)).content.decode()
    assert f'href="{address(now, "runbooks")}#runbooks.coverage"' in html
    assert html.count("last=1") == 1


def test_who_had_no_sheet_is_told_so(now, payments):
    newcomer = person("Nina Newcomer")
    join(newcomer, payments, "member")
    html = with_last_time(signed_in(newcomer), now)
    assert "You had no sheet last time, in March 2026, so there is nothing to show." in words(html)
    assert marked(html) == {}


def test_a_team_s_first_assessment_has_no_last_time(mary, assessment):
    html = with_last_time(signed_in(mary), assessment)
    assert "There is no last time: this is the team's first assessment." in words(html)


def test_only_the_newest_submitted_one_counts(mary, now, before, payments, model):
    later = now
    give(mary, later, "noise.review", "1")
    submitted(later, SUBMITTED + timedelta(days=90))
    current = open_assessment(payments, model)
    html = with_last_time(signed_in(mary), current)
    assert marked(html) == {("noise.review", "1"): "last time"}
    assert "What you said in June 2026" in words(html)


def test_a_line_that_read_differently_in_an_earlier_version_says_so(
    mary, before, payments, guide_section
):
    newer = publish_model(guide_section, "2027.1")
    Level.objects.filter(
        question__questionnaire__maturity_model=newer,
        question__key="noise.actionability",
        level=3,
    ).update(description="Most pages needed a person")
    published_model.cache_clear()
    current = open_assessment(payments, newer)
    assert marked(with_last_time(signed_in(mary), current)) == {
        ("noise.actionability", "3"): DIFFERENT,
        ("noise.symptoms", "dk"): "last time",
        ("noise.grouping", "na"): "last time",
    }


def test_another_team_s_assessment_is_nobody_s_last_time(mary, before, search_team, model):
    join(mary, search_team, "member")
    elsewhere = open_assessment(search_team, model)
    html = with_last_time(signed_in(mary), elsewhere)
    assert marked(html) == {}
    assert "this is the team's first assessment" in words(html)


# Together -----------------------------------------------------------------------------------------


def together(assessment):
    Assessment.objects.filter(pk=assessment.pk).update(mode="consensus")
    assessment.refresh_from_db()
    return assessment


def test_together_the_team_s_last_sheet_is_marked(mary, lena, payments, model):
    earlier = together(open_assessment(payments, model))
    give(lena, earlier, "noise.symptoms", "2")
    submitted(earlier)
    current = together(open_assessment(payments, model))
    html = with_last_time(signed_in(mary), current)
    assert marked(html) == {("noise.symptoms", "2"): "last time"}
    assert "What your team's sheet said in March 2026 is marked last time" in words(html)


def test_on_a_sheet_filled_together_nobody_s_own_answers_appear(mary, now):
    html = with_last_time(signed_in(mary), together(now))
    assert marked(html) == {}
    assert "Last time, in March 2026, the team did not answer on one sheet" in words(html)


def test_who_answers_alone_now_sees_what_the_team_s_sheet_said(mary, lena, payments, model):
    earlier = together(open_assessment(payments, model))
    give(lena, earlier, "noise.symptoms", "2")
    submitted(earlier)
    html = with_last_time(signed_in(mary), open_assessment(payments, model))
    assert marked(html) == {("noise.symptoms", "2"): "last time"}
    assert "What your team's sheet said in March 2026" in words(html)


# Who may, and what it costs -----------------------------------------------------------------------


def test_a_stranger_and_a_manager_find_nothing_there(eve, sam, olga, max_, now):
    for stranger in (eve, sam):
        assert signed_in(stranger).get(f"{address(now)}?last=1").status_code == 404
    for somebody in (olga, max_):
        assert signed_in(somebody).get(f"{address(now)}?last=1").status_code == 403


def test_with_the_switch_the_page_costs_one_query_more(mary, now, django_assert_num_queries):
    client = signed_in(mary)
    with_last_time(client, now)
    with django_assert_num_queries(4):
        client.get(address(now))
    with django_assert_num_queries(5):
        with_last_time(client, now)


@pytest.mark.parametrize("last", ["", "0", "2", "x", "1&last=0", "%00"])
def test_any_other_switch_is_off(mary, now, last):
    response = signed_in(mary).get(f"{address(now)}?last={last}")
    assert response.status_code == 200
    assert marked(response.content.decode()) == {}
