"""Scoring a file of answers: the documented example, and what a bad file is told."""

import json

import pytest
from django.core.management import CommandError, call_command

from assessment.models import Answer
from tests.assessment.worked_example import EARLIER, LATER

KEYS = (
    "noise.actionability",
    "noise.symptoms",
    "noise.urgency_routing",
    "noise.grouping",
    "noise.flapping",
    "noise.review",
    "noise.content",
)


@pytest.fixture
def csv_file(tmp_path):
    def write(name: str, text: str | bytes):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return write


def as_csv(sheets) -> str:
    lines = ["respondent,question,answer,note"]
    for respondent, sheet in sheets.items():
        for key, answer in zip(KEYS, sheet.values(), strict=True):
            lines.append(f"{respondent},{key},{'' if answer is None else answer},")
    return "\n".join(lines) + "\n"


def scored(capsys, *arguments):
    call_command("score_answers", *arguments, "--json")
    return json.loads(capsys.readouterr().out)


def refusal(path) -> str:
    with pytest.raises(CommandError) as refused:
        call_command("score_answers", path)
    return str(refused.value)


def test_the_worked_example_prints_the_documented_figures(csv_file, capsys):
    noise = scored(capsys, csv_file("1.csv", as_csv(EARLIER)))["questionnaires"]["noise"]

    assert [round(q["mean"], 4) for q in noise["questions"].values()] == [
        2,
        2,
        3,
        1,
        2,
        1.6667,
        1.75,
    ]
    assert round(noise["score"], 4) == 1.9167
    assert round(noise["index"], 1) == 47.9
    assert {name: round(effect, 4) for name, effect in noise["effects"].items()} == {
        "r1": 0.0417,
        "r2": -0.3452,
        "r3": 0.5417,
        "r4": -0.1111,
        "r5": -0.0694,
    }
    interval = noise["interval"]
    assert round(interval["s2"], 4) == 0.1077
    assert round(interval["s2_shrunk"], 4) == 0.2231
    assert [round(interval[end], 4) for end in ("low", "high")] == [1.446, 2.3873]
    assert round(noise["agreement"]["rwg"], 4) == 0.8155
    assert round(noise["agreement"]["ad_md"], 4) == 0.3119
    assert round(noise["dk_share"], 4) == 0.0571
    assert noise["level"] == 1
    assert [blocker["key"] for blocker in noise["blocked_by"]] == ["noise.grouping", "noise.review"]


def test_the_same_people_changed(csv_file, capsys):
    later, earlier = csv_file("2.csv", as_csv(LATER)), csv_file("1.csv", as_csv(EARLIER))

    moved = scored(capsys, later, "--previous", earlier)["change"]["noise"]

    assert (round(moved["delta"], 4), round(moved["margin"], 4)) == (0.6369, 0.4175)
    assert (moved["linked"], moved["verdict"]) == (4, "changed")


def test_people_are_told_one_decimal(csv_file, capsys):
    call_command("score_answers", csv_file("2.csv", as_csv(LATER)))

    assert capsys.readouterr().out.splitlines() == [
        "incident-automation 2026.1",
        "noise: 2.3 (1.8 to 2.9, fair), level 2, 5 respondents",
        "Nothing was stored. --json prints every figure.",
    ]


@pytest.mark.django_db
def test_nothing_is_stored(csv_file):
    call_command("score_answers", csv_file("1.csv", as_csv(EARLIER)))

    assert Answer.objects.count() == 0


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("r1,noise.review,5", "the answer “5” is none of 0, 1, 2, 3, 4, dk, na or empty."),
        ("r1,noise.review,two", "the answer “two” is none of 0, 1, 2, 3, 4, dk, na or empty."),
        ("r1,noise.review,NaN", "the answer “NaN” is none of 0, 1, 2, 3, 4, dk, na or empty."),
        ("r1,noise.loud,2", "there is no question “noise.loud” in the maturity model."),
        (",noise.review,2", "respondent is empty."),
        ("r1,noise.content,2", "r1 answers noise.content a second time."),
        ("r1,noise.review", "a column is missing."),
    ],
)
def test_a_bad_row_is_named_by_line(csv_file, row, reason):
    path = csv_file("a.csv", f"respondent,question,answer\nr1,noise.content,1\n{row}\n")

    assert refusal(path) == f"a.csv, line 3: {reason}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "a.csv, line 1: there is no column respondent and no column question and no column"),
        ("who,question,answer\n", "a.csv, line 1: there is no column respondent."),
        (b"respondent,question,answer\nr\xe9,x,1\n", "a.csv, line 2: the text is not UTF-8."),
        ("x" * (5 * 1024 * 1024 + 1), "a.csv is larger than 5 MB."),
    ],
)
def test_a_file_that_is_none_is_refused(csv_file, text, reason):
    assert refusal(csv_file("a.csv", text)).startswith(reason)


def test_a_file_that_is_not_there(tmp_path):
    assert refusal(str(tmp_path / "no.csv")) == "no.csv cannot be read: No such file or directory."
