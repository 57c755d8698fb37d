"""Where a team would stand if its plan were done: computed, and shown on charts and in words."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.attained_level import level_from
from assessment.models import Action, Question
from assessment.models.results import QuestionRow, ScoreRow
from assessment.plan import PlannedAction
from assessment.projection import projected, projection_of
from assessment.published import PublishedModel, published_model
from assessment.question_score import TOP
from tests.assessment.conftest import publish_model
from tests.assessment.frozen import pulse, submitted
from tests.assessment.test_actions import GATE, REVIEW, assessed, make
from tests.assessment.test_team_page import page, section, text

__all__ = ["assessed"]


def plan(team, key, level, **fields):
    question = Question.objects.filter(key=key).latest("pk")
    return Action.objects.create(team=team, text="Do it", question=question, level=level, **fields)


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def noise_of(projection):
    return projection.by_key["noise"]


# What it comes to -----------------------------------------------------------------------------


def test_an_action_that_leads_to_a_level_raises_its_question_to_it(payments, assessed):
    plan(payments, GATE, 2, due_on=in_days(20))

    found = projection_of(payments)

    noise = noise_of(found)
    assert (noise.score, noise.projected) == (1.5, 1.75)
    assert (noise.level, noise.projected_level) == (1, 1)
    assert (found.actions, found.by) == (1, in_days(20))
    assert (found.overall, found.projected_overall) == (1.75, 1.875)


def test_the_whole_set_brings_the_level_and_the_stage(payments, assessed):
    plan(payments, GATE, 2, due_on=in_days(20))
    plan(payments, REVIEW, 2, due_on=in_days(9))

    found = projection_of(payments)

    noise = noise_of(found)
    assert (noise.projected, noise.projected_level, noise.level_rises) == (2.0, 2, True)
    assert (found.stage, found.projected_stage) == (1, 2)
    assert (found.actions, found.by) == (2, in_days(20))


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({}, True),
        ({"status": "doing"}, True),
        ({"status": "dropped", "closed_at": timezone.now()}, False),
        ({"status": "done", "closed_at": timezone.now() + timedelta(days=1)}, True),
        ({"status": "done", "closed_at": timezone.now() - timedelta(days=1)}, False),
    ],
)
def test_what_is_to_do_counts_and_what_was_done_since_the_assessment(
    fields, counts, payments, assessed
):
    plan(payments, GATE, 2, **fields)

    assert (projection_of(payments) is not None) == counts


def test_an_action_without_a_level_moves_nothing(payments, assessed):
    Action.objects.create(team=payments, text="Ask", question=Question.objects.get(key=GATE))
    Action.objects.create(team=payments, text="Buy a bell")

    assert projection_of(payments) is None


def test_a_level_that_is_reached_already_moves_nothing(payments, assessed):
    plan(payments, "noise.symptoms", 2)

    assert projection_of(payments) is None


def test_an_action_outlives_a_new_version_of_the_model(payments, assessed, guide_section):
    plan(payments, GATE, 2)
    newer = publish_model(guide_section, version="2026.2")
    submitted(payments, newer, {name: {"*": 2, GATE: 1} for name in ("amy", "bob", "cat")})

    assert noise_of(projection_of(payments)).projected == 2.0


def test_a_pulse_in_between_leaves_the_projection_of_the_scores(payments, assessed, model):
    plan(payments, GATE, 2)
    pulse(payments, model, days_ago=0)

    assert noise_of(projection_of(payments)).projected == 1.75


def test_without_a_score_there_is_nothing_to_project(payments, model):
    plan(payments, GATE, 2)
    assert projection_of(payments) is None

    submitted(payments, model, {"amy": {"*": 1}, "bob": {"*": 1}})
    assert projection_of(payments) is None


def test_a_question_that_too_few_judged_is_moved_by_nothing(payments, model):
    rest = {key: 2 for key in Question.objects.values_list("key", flat=True) if key != GATE}
    submitted(payments, model, dict.fromkeys(("amy", "bob", "cat"), rest))
    plan(payments, GATE, 3)

    assert projection_of(payments) is None


@pytest.fixture
def small_model(model) -> PublishedModel:
    return published_model(model.pk)


MEANS = st.one_of(st.none(), st.integers(0, 16).map(lambda quarters: quarters / 4))


def test_no_plan_lowers_anything_and_none_goes_beyond_the_top(small_model):
    """Whatever was answered and whatever is planned."""
    questionnaire = small_model.questionnaires[0]
    keys = [question.key for question in questionnaire.questions]
    gates = [question.key for question in questionnaire.questions if question.gate]

    @given(
        st.lists(MEANS, min_size=4, max_size=4),
        st.dictionaries(st.sampled_from(keys), st.integers(1, 4)),
    )
    @settings(max_examples=100, deadline=None)
    def check(means, wanted):
        judged = [mean for mean in means if mean is not None]
        if not judged:
            return
        asked = dict(zip(keys, means, strict=True))
        rows = {key: QuestionRow(key, 5, True, mean) for key, mean in asked.items()}
        score = sum(judged) / len(judged)
        level = level_from(asked, gates)
        row = score_row(score, level)
        planned = [leading(key, to) for key, to in wanted.items()]

        found = projected(small_model, [row], rows, planned, overall=score, stage=level)

        after = {
            key: mean if mean is None else max(mean, wanted.get(key, 0))
            for key, mean in asked.items()
        }
        best = [mean for mean in after.values() if mean is not None]
        if found is None:
            assert after == asked
            return
        (noise,) = found.questionnaires
        assert noise.projected == pytest.approx(sum(best) / len(best))
        assert score < noise.projected <= TOP
        assert noise.projected_level == level_from(after, gates) >= level
        assert found.projected_stage == noise.projected_level
        assert found.projected_overall == pytest.approx(noise.projected)

    check()


def score_row(score, level):
    now = timezone.now()
    values = {"snapshot": 1, "taken_at": now, "questionnaire": "noise", "respondents": 5}
    empty = dict.fromkeys(ScoreRow._fields) | {"why_not": "", "agreed": 0, "mode": "individual"}
    return ScoreRow(**empty | values | {"score": score, "level": level})


def leading(key, level):
    empty = dict.fromkeys(PlannedAction._fields) | {"id": 1, "text": "", "revision": 1}
    return PlannedAction(**empty | {"status": "open", "key": key, "level": level})


# Where it stands ------------------------------------------------------------------------------


def test_it_stands_in_words_above_the_ways_to_the_next_level(mary, payments, assessed):
    plan(payments, GATE, 2, due_on=in_days(20))
    plan(payments, REVIEW, 2, due_on=in_days(9))

    said = text(section(page(mary), "next-level"))

    by = in_days(20)
    assert (
        f"If the plan is done (2 actions that lead to a level, the last due {by.day} {by:%b %Y} ): "
        "Noise and alert quality 1.5 → to 2.0, level 2 Mean of the core 1.8 → to 2.0 "
        "Stage 1 → to 2"
    ) in said


def test_it_stands_on_the_chart_as_a_hollow_diamond_at_the_end_of_a_dotted_line(
    mary, payments, assessed
):
    plan(payments, GATE, 2, due_on=in_days(20))

    html = page(mary)

    chart = html.split('data-figure="fig-over-time-noise"')[1].split("</figure>")[0]
    assert chart.count('class="diamond c-1"') == 1
    assert 'stroke-dasharray="2 4"' in chart
    assert ">1.8</text>" in chart
    assert ">1.5</text>" in chart
    assert '"symbol":"diamond-open"' in chart
    assert f'"x":["{in_days(20):%Y-%m-%d} ' in chart
    assert "; if the plan is done: 1.8" in text(chart)
    other = html.split('data-figure="fig-over-time-runbooks"')[1].split("</figure>")[0]
    assert "diamond" not in other
    assert (
        html.split('data-figure="fig-profile"')[1].split("</figure>")[0].count("diamond c-1") == 1
    )


def test_it_stands_in_the_tables_of_the_charts(mary, payments, assessed):
    plan(payments, GATE, 2, due_on=in_days(20))

    html = page(mary)

    by = in_days(20)
    first = section(html, "over-time").split("<tbody>")[1].split("</tr>")[0]
    assert text(first) == f"If the plan is done, by {by.day} {by:%b %Y} - - 1.8 -"
    profile = section(html, "profile")
    assert '<th scope="col">If the plan is done</th>' in profile
    assert "Diamond: if the plan is done." in text(profile)


@pytest.mark.parametrize("due", [None, -400, 0])
def test_without_a_day_to_come_it_stands_a_little_to_the_right(due, mary, payments, assessed):
    plan(payments, GATE, 2, due_on=None if due is None else in_days(due))

    chart = page(mary).split('data-figure="fig-over-time-noise"')[1].split("</figure>")[0]
    (across,) = re.findall(r'<svg class="over" x="([\d.]+)%"[^>]*><path class="diamond', chart)
    assert 50 < float(across) < 100


def test_the_page_shows_at_once_what_is_planned_and_what_no_longer_is(mary, payments, assessed):
    assert "If the plan is done" not in page(mary)

    make(mary, f"{GATE}:2")
    assert "If the plan is done" in page(mary)

    Action.objects.update(status="dropped", closed_at=timezone.now())
    assert "If the plan is done" not in page(mary)


def test_a_due_day_that_moves_shows_at_once(mary, payments, assessed):
    action = plan(payments, GATE, 2, due_on=in_days(20))
    page(mary)

    Action.objects.filter(pk=action.pk).update(due_on=in_days(50))

    later = in_days(50)
    assert f"by {later.day} {later:%b %Y}" in page(mary)
