"""Who improved and who may need help: by name, with the reason, and without any order of merit."""

from datetime import UTC, datetime
from uuid import UUID

from assessment.comparison import Cell, Latest, Row
from assessment.where_to_help import (
    Links,
    Reason,
    improved,
    in_need,
    listed_line,
    why_improved,
    why_in_need,
)

TAKEN = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
TITLES = {"noise": "Noise", "runbooks": "Runbooks", "response": "Response"}
LINKS = Links("teams/payments/", "teams/payments/assessments/1/scores/")


def row(stage=1, enough=True, stale=False, length="full", **cells):
    latest = Latest(1, 1, TAKEN, length, enough, 5, 6, stage, 2.0, UUID(int=1), "individual")
    return Row("Payments", latest, cells, stale=stale)


def words(reasons):
    return [each.words for each in reasons]


def test_a_rise_beyond_noise_is_an_improvement_and_leads_to_why():
    moved = row(
        noise=Cell(score=2.0, change=0.6, changed=True),
        runbooks=Cell(score=2.0, change=0.9, changed=False),
    )

    assert why_improved(moved, TITLES, LINKS) == [
        Reason("Noise rose by 0.6", "teams/payments/assessments/1/scores/noise/#change")
    ]


def test_since_another_day_a_change_leads_to_the_two_compared():
    links = LINKS._replace(compared="teams/payments/compare/?from=1&to=2", frozen=False)
    fell = row(noise=Cell(score=2.0, change=-0.6, changed=True))

    assert why_in_need(fell, TITLES, links) == [
        Reason("Noise fell by 0.6", "teams/payments/compare/?from=1&to=2")
    ]


def test_furthest_below_a_target_of_its_own_is_named_and_the_others_are_counted():
    short = row(
        noise=Cell(score=2.0, target=3),
        runbooks=Cell(score=1.2, target=3),
        response=Cell(score=2.1, target=3),
    )

    assert why_in_need(short, TITLES, LINKS) == [
        Reason(
            "Runbooks is 1.8 below target 3, and 1 more by a level or more",
            "teams/payments/assessments/1/scores/runbooks/",
        )
    ]


def test_less_than_a_level_below_a_target_is_no_need():
    assert why_in_need(row(noise=Cell(score=2.1, target=3)), TITLES, LINKS) == []


def test_stage_0_and_a_stale_result_are_needs():
    assert why_in_need(row(stage=0, stale=True), TITLES, LINKS) == [
        Reason("at stage 0", "teams/payments/assessments/1/scores/#stage"),
        Reason("last assessed 3 Feb 2026", "teams/payments/"),
    ]


def test_without_a_result_that_is_the_need_and_no_figure_counts():
    hidden = row(stage=None, enough=False, noise=Cell(score=1.0, target=4))

    assert words(why_in_need(hidden, TITLES, LINKS)) == ["too few answers to show"]
    assert words(why_in_need(Row("New", None, {}), TITLES, LINKS)) == ["no assessment yet"]


def gists(*teams):
    why = [Reason("at stage 0", "there")]
    return [
        Row(team, None, {}).gist(None, listed_line(team, f"teams/{team}/", why)) for team in teams
    ]


def test_a_list_stands_by_name_whatever_comes_first():
    listed = in_need(gists("search", "Atlas", "Payments"), first=5)

    assert [line.split(">")[3].split("<")[0] for line in listed.first] == [
        "Atlas",
        "Payments",
        "search",
    ]
    assert listed.rest == ()
    assert improved(gists("search"), first=5).number == 0


def test_of_a_long_list_the_rest_is_a_press_away_and_lighter():
    listed = in_need(gists("a", "b", "c", "d"), first=2)

    assert listed.number == 4
    assert listed.first[0] == (
        '<li><strong><a href="teams/a/">a</a></strong> <a href="there">at stage 0</a></li>'
    )
    assert listed.rest[0] == '<li><strong><a href="teams/c/">c</a></strong> at stage 0</li>'


def test_one_line_is_not_hidden_alone():
    assert in_need(gists("a", "b", "c"), first=2).rest == ()


def test_names_are_escaped():
    line = listed_line("<b>", "teams/b/", [Reason("<i>", "x")])

    assert line is not None
    assert "&lt;b&gt;" in line.full
    assert "&lt;i&gt;" in line.short
