from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from assessment.comparison import (
    Cell,
    Gist,
    Heading,
    Latest,
    Row,
    Standing,
    Step,
    cell,
    cells,
    change_sentence,
    headings,
)
from assessment.models.results import ScoreRow
from assessment.ordering import Order, below, in_order, order_from
from assessment.sparklines import line, scale, strip
from assessment.where_to_help import changes_in, summary

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
COLUMNS = [Heading("noise", "Noise"), Heading("runbooks", "Runbooks")]


def score(questionnaire="noise", score=2.34, respondents=5, why_not="", change=None, changed=None):
    return ScoreRow(
        snapshot=1,
        taken_at=NOW,
        questionnaire=questionnaire,
        respondents=respondents,
        why_not=why_not,
        score=score,
        low=None,
        high=None,
        half_width=None,
        level=2,
        change=change,
        change_linked=None,
        changed=changed,
        agreed=0,
        as_answered=None,
        mode="individual",
    )


def latest(days_ago=10, length="full", enough=True, respondents=5, invited=6, overall=2.0):
    taken_at = NOW - timedelta(days=days_ago)
    return Latest(
        1,
        1,
        taken_at,
        length,
        enough,
        respondents,
        invited,
        1,
        overall,
        UUID(int=1),
        "individual",
    )


def gist(team, standing="", stale=False, is_open=False, rose=(), fell=(), **values):
    return Gist(team, standing, stale, is_open, values, rose, fell)


# One cell


def test_a_score_is_shown_to_one_decimal():
    assert cell(score(score=2.34), None).score == 2.3


@pytest.mark.parametrize(
    ("shown", "shade"), [(0.0, 0), (0.4, 0), (0.5, 1), (1.5, 2), (2.5, 3), (3.4, 3), (4.0, 4)]
)
def test_the_shade_is_the_nearest_step_and_a_half_goes_up(shown, shade):
    assert Cell(score=shown).shade == shade


def test_a_change_beyond_noise_has_a_direction():
    up, down = score(change=0.42, changed=True), score(change=-0.42, changed=True)

    assert (cell(up, None).rose, cell(up, None).fell, cell(up, None).step) == (True, False, "0.4")
    assert (cell(down, None).rose, cell(down, None).fell) == (False, True)


def test_a_large_change_that_may_be_noise_has_no_direction():
    unsure = cell(score(change=1.2, changed=False), None)

    assert (unsure.rose, unsure.fell, unsure.within_noise) == (False, False, True)


def test_without_an_earlier_score_nothing_is_said_about_change():
    first = cell(score(), None)

    assert (first.rose, first.fell, first.within_noise) == (False, False, False)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step(0.4, None, "one sheet"), "+0.4"),
        (Step(-0.4, None, "one sheet"), "-0.4"),
        (Step(0.0, None, "one sheet"), "±0.0"),
        (Step(0.4, changed=False), ""),
        (Step(), ""),
    ],
)
def test_a_change_without_a_verdict_has_a_sign_and_no_direction(step, words):
    shown = cell(score(), None, step)

    assert (shown.unjudged, shown.rose, shown.fell) == (words, False, False)
    assert shown.within_noise == (step.changed is False)


@pytest.mark.parametrize(
    ("shown", "target", "words"),
    [
        (2.3, 3, "0.7 below target 3"),
        (2.96, 3, "at target 3"),
        (3.0, 3, "at target 3"),
        (3.2, 3, "0.2 above target 3"),
        (2.25, 3, "0.8 below target 3"),
        (2.3, None, ""),
    ],
)
def test_the_distance_to_the_target_fits_the_number_shown(shown, target, words):
    assert cell(score(score=shown), target).distance == words


def test_a_questionnaire_without_a_score_says_why():
    assert cell(score(score=None, why_not="waiting for answers"), None).why_not == (
        "too few answers to show"
    )
    assert cell(None, None).why_not == "not asked"


def test_a_team_has_a_cell_in_every_column():
    made = cells(COLUMNS, [score("runbooks", 1.0)], {"noise": 2})

    assert made == {
        "noise": Cell(target=2),
        "runbooks": Cell(score=1.0, why_not=""),
    }


# One row


@pytest.mark.parametrize(
    ("newest", "standing"),
    [
        (None, Standing.NEVER),
        (latest(enough=False), Standing.TOO_FEW),
        (latest(enough=False, length="pulse"), Standing.TOO_FEW),
        (latest(length="pulse"), Standing.PULSE),
        (latest(), Standing.SCORED),
        (latest(respondents=3), Standing.SCORED),
        (latest(respondents=1), Standing.SCORED),  # one sheet that the team filled together
    ],
)
def test_what_a_whole_row_says(newest, standing):
    assert Row("Payments", newest, {}).standing == standing


def test_a_result_is_stale_after_120_days():
    assert not latest(days_ago=120).stale(NOW)
    assert latest(days_ago=120.01).stale(NOW)


def test_two_respondents_leave_no_figure_to_sort_by():
    few = latest(enough=False, respondents=2)
    kept = Row("Payments", few, cells(COLUMNS, [], {})).gist()

    assert kept.values.keys() == {"assessed", "answered"}


# Order


def test_teams_stand_by_name_whatever_the_case():
    gists = {1: gist("search"), 2: gist("Payments"), 3: gist("Network")}

    assert in_order(gists, Order()) == [3, 2, 1]
    assert in_order(gists, Order(descending=True)) == [1, 2, 3]


def test_teams_without_a_value_stand_last_in_both_directions():
    gists = {1: gist("A"), 2: gist("B", noise=1.0), 3: gist("C", noise=3.0)}

    assert in_order(gists, Order("noise")) == [2, 3, 1]
    assert in_order(gists, Order("noise", descending=True)) == [3, 2, 1]


def test_teams_with_the_same_figure_stand_by_name_in_both_directions():
    gists = {1: gist("B", noise=1.0), 2: gist("A", noise=1.0), 3: gist("C", noise=1.0)}

    assert in_order(gists, Order("noise")) == [2, 1, 3]
    assert in_order(gists, Order("noise", descending=True)) == [2, 1, 3]


def test_an_order_is_read_from_the_address_and_written_back():
    columns = headings(COLUMNS)

    assert order_from("noise", columns) == Order("noise")
    assert order_from("-assessed", columns) == Order("assessed", descending=True)
    assert str(Order("assessed", descending=True)) == "-assessed"


@pytest.mark.parametrize("text", ["rank", "", "-", "--noise", "noise ", "noise\x00", "9" * 5000])
def test_an_order_that_does_not_exist_is_not_obeyed(text):
    assert order_from(text, headings(COLUMNS)) is None


def test_pressing_the_column_again_turns_the_order_round():
    assert Order("noise").after_a_click_on("noise") == Order("noise", descending=True)
    assert Order("noise", descending=True).after_a_click_on("noise") == Order("noise")
    assert Order("noise").after_a_click_on("team") == Order("team")


# Parents


def test_a_parent_stands_for_all_under_it():
    parents = {1: None, 2: 1, 3: 2, 4: None, 5: 4}

    assert below(1, parents) == {1, 2, 3}


def test_teams_that_are_each_other_s_parent_do_not_hang_the_page():
    assert below(1, {1: 2, 2: 1, 3: None}) == {1, 2}


# What stands out


def test_what_stands_out_in_words():
    gists = [
        gist("Checkout", rose=("noise",)),
        gist("Payments", rose=("noise", "runbooks")),
        gist("Search", fell=("noise",)),
        gist("Mobile", rose=("noise",), fell=("runbooks",)),
        gist("Storage", Standing.TOO_FEW),
        gist("Builds", Standing.TOO_FEW, stale=True),
        gist("Network", Standing.NEVER, is_open=True),
    ]

    assert summary(gists) == (
        "2 teams rose, 1 fell, 1 rose in one questionnaire and fell in another, "
        "2 have too few answers to show, 1 has no assessment yet, 1 has a stale result, "
        "1 has an assessment open."
    )


def test_when_nothing_changed_the_summary_says_so():
    assert summary([gist("Checkout")]) == "No team changed beyond noise."


def test_before_any_score_the_summary_claims_nothing_about_change():
    assert summary([gist("Checkout", Standing.NEVER)]) == "1 team has no assessment yet."
    assert summary([]) == "Nothing to compare yet."


def test_a_column_says_in_how_many_teams_it_changed():
    gists = [gist("A", rose=("noise",)), gist("B", rose=("noise",)), gist("C", fell=("noise",))]

    assert changes_in("noise", gists) == "2 rose, 1 fell"
    assert changes_in("runbooks", gists) == "no change"


def test_what_changed_for_one_team_in_a_sentence():
    noise = ("Noise", score(change=0.42, changed=True))
    runbooks = ("Runbooks", score(change=-0.3, changed=True))
    steady = ("Automation", score(change=0.1, changed=False))

    assert change_sentence([noise, runbooks, steady]) == (
        "Since last time, Noise rose by 0.4; Runbooks fell by 0.3. The rest is within noise."
    )
    assert change_sentence([steady]) == "Since last time, every change is within noise."
    assert change_sentence([("Noise", score())]) == (
        "There is no earlier score to compare with yet."
    )


# Small drawings


def test_a_line_runs_from_0_at_the_bottom_to_4_at_the_top():
    assert '<path d="M4 24l64 -20"/><circle cx="68" cy="4" r="3"/>' in line([0.0, 4.0])


def test_a_line_ends_at_its_right_edge_however_long_it_is():
    assert '<path d="M13 24l5 0' in line([0.0] * 12)


def test_one_score_is_a_dot_and_none_is_nothing():
    assert '<circle cx="68" cy="14" r="3"/>' in line([2.0])
    assert line([]) == ""


@pytest.mark.parametrize(
    "drawing", [line([1.0, 2.0]), scale(2.0, 1.5, 2.5, 1.8, 3), strip([1.0, 2.0, 4.0], 2.0)]
)
def test_a_drawing_passes_a_strict_content_security_policy(drawing):
    assert "style" not in drawing
    assert " on" not in drawing
    assert "url(" not in drawing
