"""What a chart shows, in Plotly's words and as a picture, and what it keeps to itself."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import plotly.graph_objects as go
import pytest
from django.conf import settings

from assessment import charts, profile_charts
from assessment.chart_style import ONE_LINE, OVER_TIME, PROFILE, RADAR
from assessment.drawing import drawing
from assessment.figures import chart
from assessment.history import Aim, Line, VersionChange, profile, summary, verdict
from assessment.models.results import ScoreRow, SnapshotRow

JANUARY = datetime(2024, 1, 15, 10, 30, tzinfo=UTC)
QUARTER = timedelta(days=91)


def point(n, score, **fields):
    values = {
        "snapshot": n,
        "taken_at": JANUARY + n * QUARTER,
        "questionnaire": "noise",
        "respondents": 5,
        "why_not": "" if score is not None else "waiting for answers",
        "score": score,
        "low": None if score is None else max(0, score - 0.5),
        "high": None if score is None else min(4, score + 0.5),
        "half_width": 0.5,
        "level": 1,
        "change": None,
        "change_linked": None,
        "changed": None,
        "agreed": 0,
        "as_answered": None,
        "mode": "individual",
    }
    return ScoreRow(**values | fields)


def line(*scores, key="noise", place=0, target=None, **last):
    points = [point(n, score, questionnaire=key) for n, score in enumerate(scores)]
    points[-1] = points[-1]._replace(**last)
    aim = None if target is None else Aim(target, None)
    return Line(key, key.capitalize(), place, True, tuple(points), aim)


def snapshots(number, respondents=5):
    return [
        SnapshotRow(
            n,
            UUID(int=n),
            JANUARY + n * QUARTER,
            1,
            "2026.1",
            "full",
            respondents,
            6,
            1,
            1.5,
            "individual",
            3,
        )
        for n in range(number)
    ]


def together(*lines, versions=()):
    return charts.maturity_over_time(lines, snapshots(len(lines[0].points)), versions)


def alone(one, versions=()):
    return charts.one_questionnaire(one, snapshots(len(one.points)), versions)


def trace(figure, name):
    return next(each for each in figure["data"] if each.get("name") == name)


def texts(figure):
    return [note["text"] for note in figure["layout"]["annotations"]]


def five_lines(quarters):
    keys = ["noise", "candidates", "evolution", "maintenance", "organisation"]
    return [
        line(*[1 + n / 60 + place / 50 for n in range(quarters)], key=key, place=place, target=3)
        for place, key in enumerate(keys)
    ]


def every_figure():
    full = five_lines(8)
    broken = line(1.0, None, 2.0, None)
    rows = profile([*full, line(*[2.0] * 7, key="runbooks", place=5)], 7)
    change = [VersionChange(JANUARY + 2 * QUARTER, "2026.2")]
    return {
        "over time": together(*full, versions=change),
        "over time, one assessment": together(line(1.5)),
        "over time, forty assessments": together(*five_lines(40)),
        "one questionnaire": alone(full[0], change),
        "one questionnaire with gaps": alone(broken),
        "profile": profile_charts.profile(rows),
        "radar": profile_charts.radar(rows),
    }


FIGURES = every_figure()


@pytest.mark.parametrize("name", FIGURES)
def test_plotly_accepts_every_figure(name):
    go.Figure(FIGURES[name])


@pytest.mark.parametrize("name", FIGURES)
def test_every_picture_keeps_to_the_content_security_policy(name):
    svg = drawing(FIGURES[name], "A chart")

    assert "style" not in svg
    assert not re.search(r" on\w+=|<script|fill=|stroke=|#[0-9a-f]{3,6}", svg)
    assert set(re.findall(r'class="[^"]*\b(c-\w+)', svg)) <= {
        *(f"c-{n}" for n in range(1, 9)),
        "c-text",
        "c-bg",
    }


@pytest.mark.parametrize("frame", [OVER_TIME, ONE_LINE, PROFILE, RADAR])
def test_picture_and_plotly_leave_the_same_margins(frame):
    css = (settings.BASE_DIR / "static/css/charts.css").read_text()
    padding = re.search(rf"\.chart-{frame.kind} > \.chart-drawing {{ padding: ([^;]+);", css)

    assert padding is not None
    sides = [int(side.removesuffix("px")) for side in padding[1].split()]
    assert sides == [frame.top, frame.right, frame.bottom, frame.left]


def test_a_picture_of_five_lines_and_forty_assessments_stays_small():
    assert len(drawing(FIGURES["over time, forty assessments"], "Forty")) < 12_000


# Maturity over time ---------------------------------------------------------------------------


def test_the_scale_is_always_0_to_4():
    low, high = together(line(3.9, 4.0))["layout"]["yaxis"]["range"]

    assert low < 0
    assert high == 4.2
    assert together(line(0.1, 0.2))["layout"]["yaxis"]["range"] == [low, high]


def test_each_line_is_named_at_its_end_with_its_newest_score():
    assert "Noise 2.3" in texts(together(line(1.9, 2.34)))


def test_names_at_equal_ends_do_not_cover_one_another():
    lines = [line(1.0, 2.0, key=key, place=n) for n, key in enumerate(("one", "two", "three"))]
    figure = together(*lines)

    lifted = sorted(-note["ay"] for note in figure["layout"]["annotations"])
    assert lifted == [0, 16, 32]


def test_names_at_the_top_are_pushed_down_and_not_out_of_the_chart():
    lines = [line(4.0, 4.0, key=key, place=n) for n, key in enumerate(("one", "two", "three"))]
    figure = together(*lines)

    assert sorted(-note["ay"] for note in figure["layout"]["annotations"]) == [-32, -16, 0]


def test_neighbouring_lines_differ_in_more_than_colour():
    dashes = [each["line"]["dash"] for each in FIGURES["over time"]["data"][:5]]

    assert len(set(dashes)) == 5


def test_an_assessment_with_too_few_answers_is_a_hollow_mark_at_the_bottom():
    figure = together(line(1.0, None, 2.0))

    few = trace(figure, "too few answers")
    assert few["x"] == ["2024-04-15 10:30"]
    assert few["y"] == [0]
    assert few["marker"]["symbol"] == "circle-open"
    assert trace(figure, "Noise")["y"] == [1.0, None, 2.0]


def test_a_line_is_interrupted_where_a_score_is_missing():
    svg = drawing(alone(line(1.0, 1.2, None, 2.0, 2.1)), "")

    path = re.search(r'<path class="line c-1" d="([^"]+)"', svg)
    assert path is not None
    assert [letter for letter in path[1] if letter.isalpha()] == ["M", "l", "M", "l"]


def test_a_band_covers_the_interval_of_each_stretch():
    figure = alone(line(1.0, 1.2, None, 2.0, 2.1))

    bands = [each for each in figure["data"] if each.get("fill") == "toself"]
    assert [band["y"] for band in bands] == [[1.5, 1.7, 0.7, 0.5], [2.5, 2.6, 1.6, 1.5]]


def test_a_single_score_has_its_interval_as_an_upright_bar():
    bar = alone(line(1.5))["data"][0]

    assert bar["x"] == ["2024-01-15 10:30"] * 2
    assert bar["y"] == [1.0, 2.0]


def test_the_target_is_a_dashed_line_with_a_name():
    figure = alone(line(1.0, 1.2, target=3))

    shape = figure["layout"]["shapes"][0]
    assert (shape["y0"], shape["y1"], shape["line"]["dash"]) == (3, 3, "5px,4px")
    assert "target 3" in texts(figure)
    assert 'stroke-dasharray="5 4"' in drawing(figure, "")


def test_targets_of_several_lines_are_named_together():
    lines = [
        line(1, 2, key="noise", place=0, target=3),
        line(1, 2, key="runbooks", place=1, target=3),
        line(1, 2, key="evolution", place=2, target=2),
    ]

    assert {"target of 2 questionnaires", "target of Evolution"} <= set(texts(together(*lines)))


def test_a_change_of_version_is_marked_where_it_happened():
    figure = together(line(1.0, 1.2), versions=[VersionChange(JANUARY + QUARTER, "2026.2")])

    shape = figure["layout"]["shapes"][0]
    assert shape["x0"] == shape["x1"] == "2024-04-15 10:30"
    assert "2026.2" in texts(figure)


def test_dates_of_forty_assessments_leave_one_another_room():
    axis = FIGURES["over time, forty assessments"]["layout"]["xaxis"]

    assert axis["ticktext"] == ["Apr 2026", "Jan 2030", "Oct 2033"]


def test_the_number_of_people_stands_beneath_each_assessment():
    figure = alone(line(1.0, 1.2, 1.4, respondents=7))

    assert figure["data"][-1]["text"] == ["5", "5", "7"]
    assert all(y < 0 for y in figure["data"][-1]["y"])


def test_pointing_at_a_chart_shows_one_decimal_only():
    assert together(line(1.234))["layout"]["yaxis"]["hoverformat"] == ".1f"
    assert FIGURES["profile"]["layout"]["xaxis"]["hoverformat"] == ".1f"
    assert FIGURES["radar"]["layout"]["polar"]["radialaxis"]["hoverformat"] == ".1f"
    assert trace(alone(line(1.234)), "Noise")["text"] == ["1.2 (0.7\N{EN DASH}1.7), n 5"]


# Profile and radar ----------------------------------------------------------------------------


def test_the_profile_has_a_dot_on_its_interval_a_ring_for_the_time_before_and_a_target():
    figure = profile_charts.profile(profile([line(1.2, 2.0, target=3)], 1))

    assert trace(figure, "now")["x"] == [2.0]
    assert trace(figure, "95 % interval")["x"] == [1.5, 2.5, None]
    assert trace(figure, "time before")["x"] == [1.2]
    assert trace(figure, "time before")["marker"]["symbol"] == "circle-open"
    assert trace(figure, "target")["x"] == [3]
    assert texts(figure) == ["Noise", "2.0 (1.5\N{EN DASH}2.5)"]


def test_the_profile_says_what_was_not_asked_and_what_too_few_answered():
    asked = line(1.0, None)
    not_asked = Line("runbooks", "Runbooks", 1, False, (point(0, 2.0),))

    figure = profile_charts.profile(profile([asked, not_asked], 1))

    assert texts(figure) == ["Noise", "too few answers", "Runbooks", "not asked this time"]
    assert trace(figure, "now")["x"] == []
    assert trace(figure, "time before")["x"] == [1.0, 2.0]


def test_a_radar_needs_three_questionnaires():
    two = [line(1.0, key="noise"), line(2.0, key="runbooks", place=1)]
    three = [*two, line(3.0, key="evolution", place=2)]

    assert profile_charts.radar(profile(two, 0)) is None
    figure = profile_charts.radar(profile(three, 0))
    assert figure is not None
    assert trace(figure, "now")["r"] == [1.0, 2.0, 3.0, 1.0]


# What is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (line(1.92, 2.34, change=0.64, changed=True), "Noise rose from 1.9 to 2.3: changed"),
        (line(2.5, 1.9, change=-0.6, changed=True), "Noise fell from 2.5 to 1.9: changed"),
        (line(1.9, 2.0, change=0.1, changed=False), "Noise went from 1.9 to 2.0: within noise"),
        (
            line(2.0, 2.1, change=0.1, changed=True, change_linked=4),
            "Noise rose from 2.0 to 2.1: changed",
        ),
        (
            line(2.0, 2.1, changed=True, change_linked=4),
            "Noise went from 2.0 to 2.1: no verdict, as too many different people answered",
        ),
        (
            line(2.0, 2.0, change=0.4, changed=True),
            "Noise rose by 0.4 on the same questions: changed",
        ),
        (line(1.9), "Noise: 1.9 the first time"),
        (line(1.9, 2.0), "Noise: 2.0, not compared with 1.9 before"),
        (line(1.9, None), "Noise: too few answers on 15 Apr 2024"),
        (line(None, 1.9), "Noise: 1.9 the first time"),
    ],
)
def test_a_title_says_what_is_to_be_seen(of, said):
    assert verdict(of) == said


def test_the_title_of_several_lines_names_those_that_changed():
    noise = line(1.9, 2.5, change=0.6, changed=True)
    runbooks = line(1.9, 2.5, key="runbooks", change=0.6, changed=True)
    review = line(1.9, 1.2, key="review", change=-0.7, changed=True)
    still = line(1.9, 2.0, key="still", change=0.1, changed=False)

    assert summary([still]) == "Nothing moved beyond noise since the assessment before"
    assert summary([noise, still]) == "Noise rose from 1.9 to 2.5: changed"
    assert summary([noise, runbooks, review, still]) == (
        "Noise and Runbooks rose, Review fell: changed"
    )
    assert summary([line(1.2), line(2.4, key="runbooks")]) == "From 1.2 in Noise to 2.4 in Runbooks"
    assert summary([line(None)]) == "Too few answers on 15 Jan 2024 for a score"


def test_what_people_wrote_can_end_neither_the_picture_nor_the_figure():
    bad = "</script><b onload=x>"
    figure = alone(line(1.0, 2.0))
    figure["layout"]["annotations"][0]["text"] = bad

    made = chart("noise", bad, "", figure)

    assert bad not in made.svg
    assert made.script.count("</script>") == 1
    text = made.script.removeprefix('<script id="fig-noise" type="application/json">')
    assert json.loads(text.removesuffix("</script>")) == figure


def test_the_style_of_charts_stands_in_one_place():
    here = Path(charts.__file__).parent
    others = [
        each for each in here.rglob("*.py") if each.name not in {"chart_style.py", "drawing.py"}
    ]

    assert [each.name for each in others if "var(--chart" in each.read_text()] == []


# As exact as the page, and no more ------------------------------------------------------------


def numbers(figure, key=""):
    """Every number of a figure, also those in its texts, but how dense its colours are."""
    if isinstance(figure, dict):
        return [n for name, each in figure.items() for n in numbers(each, name)]
    if isinstance(figure, list | tuple):
        return [n for each in figure for n in numbers(each, key)]
    if isinstance(figure, str):
        return [float(n) for n in re.findall(r"\d+\.\d+", figure) if not figure.startswith("20")]
    return [figure] if isinstance(figure, float) and key != "opacity" else []


@pytest.mark.parametrize("name", FIGURES)
def test_no_number_of_a_figure_has_more_than_one_decimal(name):
    assert [n for n in numbers(FIGURES[name]) if n != round(n, 1)] == []


@pytest.mark.parametrize("draw", [together, alone, lambda each: profile_charts.profile(rows(each))])
def test_what_rounds_alike_cannot_be_told_apart(draw):
    low, high = draw(line(1.0, 2.3101, 2.0)), draw(line(1.0, 2.3399, 2.0))

    assert low == high
    assert drawing(low, "") == drawing(high, "")


def rows(*lines):
    return profile(lines, len(lines[0].points) - 1)


def test_lines_that_round_alike_stand_in_the_order_of_the_questionnaires():
    above = [line(2.04, key="one"), line(2.01, key="two", place=1)]
    below = [line(2.01, key="one"), line(2.04, key="two", place=1)]

    assert texts(together(*above)) == texts(together(*below)) == ["Two 2.0", "One 2.0"]
    assert summary(above) == summary(below) == "From 2.0 in One to 2.0 in Two"


# Agreed in the talk, and together on one sheet ------------------------------------------------


def test_a_score_that_was_agreed_says_so_where_one_points_at_it():
    agreed = line(1.0, 2.4, agreed=2, as_answered=2.1)

    assert trace(alone(agreed), "Noise")["text"] == [
        "1.0 (0.5\N{EN DASH}1.5), n 5",
        "2.4 agreed (1.9\N{EN DASH}2.9), n 5<br>2.1 as answered; 2 questions agreed",
    ]
    said = ["", "2.1 as answered; 2 questions agreed"]
    assert trace(together(agreed), "Noise")["text"] == said
    figure = profile_charts.profile(rows(agreed))
    assert trace(figure, "now")["text"] == said[1:]
    assert "2.4 agreed (1.9\N{EN DASH}2.9)" in texts(figure)


def test_a_score_that_only_the_agreed_answers_made_possible_says_so():
    agreed = line(2.4, agreed=1)

    assert trace(together(agreed), "Noise")["text"] == ["no score as answered; 1 question agreed"]


def test_a_chart_without_agreed_scores_carries_no_words_for_them():
    assert "text" not in trace(together(line(1.0, 2.4)), "Noise")


def on_one_sheet(*scores):
    alone = {"mode": "consensus", "respondents": 1, "low": None, "high": None, "half_width": None}
    return line(*scores, **alone)


def test_one_sheet_is_a_dot_without_an_interval_and_nobody_is_counted():
    figure = alone(on_one_sheet(2.4))

    assert [each.get("fill", each["mode"]) for each in figure["data"]] == ["lines+markers", "text"]
    assert trace(figure, "Noise")["text"] == ["2.4 on one sheet"]
    assert figure["data"][-1]["text"] == ["all"]


def test_one_sheet_is_never_said_to_have_too_few_answers():
    blank = on_one_sheet(None)

    assert trace(alone(blank), "too few questions answered")["y"] == [0]
    assert verdict(blank) == "Noise: too few questions answered on 15 Jan 2024"
    assert texts(profile_charts.profile(rows(on_one_sheet(1.0, None))))[1] == (
        "too few questions answered"
    )
