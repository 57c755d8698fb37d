"""What can be taken away from a team and an organization, by whom, and what is in it."""

import csv
import io
import json
import re
import subprocess
import sys
from datetime import date, timedelta
from xml.etree.ElementTree import fromstring

import openpyxl
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.exporting.spreadsheets import neutral, tab_name
from assessment.models import Action, Assessment, Question, Questionnaire, Target
from assessment.organization_file.parts import BY_NAME
from tests.assessment.frozen import pulse, snapshot, submitted
from tests.assessment.sheets import fill
from tests.conftest import join, person, signed_in

HARBOUR = "/organizations/harbour/"
BESIDE = f"{HARBOUR}side-by-side/charts/"
PAYMENTS = HARBOUR + "teams/payments/"
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil","x")']


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def table(user, address):
    """The rows of a CSV, each as a dictionary."""
    response = signed_in(user).get(address)
    assert response.status_code == 200, address
    return list(csv.DictReader(io.StringIO(body(response).decode("utf-8-sig"))))


@pytest.fixture
def assessed(payments, model):
    """Five people of Payments, and later two, answered; in the first they agreed on an answer."""
    five = {f"{number}" * 64: {"*": level} for number, level in enumerate((1, 2, 2, 2, 3))}
    two = {f"{number}" * 64: {"*": 4} for number in range(2)}
    return [
        submitted(payments, model, five, agreed={"noise.review": 4}),
        submitted(payments, model, two),
    ]


# Who may take what ------------------------------------------------------------------------------

PEOPLE = ("olga", "max_", "lena", "mary", "sam", "eve", "nobody")
POLICY = [
    # address, olga, max, lena, mary, sam, eve, nobody
    ("get", PAYMENTS + "take-away/", 200, 200, 200, 200, 404, 404, 302),
    ("get", PAYMENTS + "take-away/scores.csv", 200, 200, 200, 200, 404, 404, 302),
    ("get", PAYMENTS + "take-away/answers.csv", 200, 200, 200, 200, 404, 404, 302),
    ("get", PAYMENTS + "take-away/actions.csv", 200, 200, 200, 200, 404, 404, 302),
    ("get", PAYMENTS + "take-away/plan.csv", 200, 200, 200, 200, 404, 404, 302),
    ("get", PAYMENTS + "take-away/my-answers.csv", 404, 404, 200, 200, 404, 404, 302),
    ("get", PAYMENTS + "take-away/comparison.csv", 404, 404, 404, 404, 404, 404, 302),
    ("get", PAYMENTS + "charts/over-time.svg", 200, 200, 200, 200, 404, 404, 302),
    ("get", PAYMENTS + "charts/over-time.csv", 200, 200, 200, 200, 404, 404, 302),
    ("get", PAYMENTS + "charts/nothing.svg", 404, 404, 404, 404, 404, 404, 302),
    ("get", BESIDE + "teams-over-time.svg?team=payments", 200, 200, 403, 403, 403, 404, 302),
    ("get", BESIDE + "teams-over-time.csv?team=payments", 200, 200, 403, 403, 403, 404, 302),
    ("get", BESIDE + "nothing.svg?team=payments", 404, 404, 403, 403, 403, 404, 302),
    ("get", HARBOUR + "take-away/", 200, 200, 403, 403, 403, 404, 302),
    ("get", HARBOUR + "take-away/comparison.csv", 200, 200, 403, 403, 403, 404, 302),
    ("get", HARBOUR + "take-away/scores.csv", 200, 200, 403, 403, 403, 404, 302),
    ("get", HARBOUR + "take-away/answers.csv", 200, 200, 403, 403, 403, 404, 302),
    ("get", HARBOUR + "take-away/actions.csv", 200, 200, 403, 403, 403, 404, 302),
    ("get", HARBOUR + "take-away/my-answers.csv", 404, 404, 403, 403, 403, 404, 302),
    ("post", PAYMENTS + "take-away/workbook/ask/", 302, 302, 302, 302, 404, 404, 302),
    ("post", PAYMENTS + "take-away/data/ask/", 404, 404, 404, 404, 404, 404, 302),
    ("post", HARBOUR + "take-away/workbook/ask/", 302, 302, 403, 403, 403, 404, 302),
    ("post", HARBOUR + "take-away/data/ask/", 302, 404, 403, 403, 403, 404, 302),
    ("get", HARBOUR + "take-away/data/ask/", 405, 405, 405, 405, 405, 405, 302),
]


@pytest.fixture
def everybody(olga, max_, lena, mary, sam, eve, assessed):
    return {"olga": olga, "max_": max_, "lena": lena, "mary": mary, "sam": sam, "eve": eve}


@pytest.mark.parametrize("place", range(len(PEOPLE)), ids=PEOPLE)
def test_who_may_take_what(everybody, place):
    who = PEOPLE[place]
    client = signed_in(everybody[who]) if who in everybody else Client()

    answered = [getattr(client, method)(address).status_code for method, address, *_ in POLICY]

    assert answered == [row[2 + place] for row in POLICY]


# Tables -----------------------------------------------------------------------------------------


def test_answers_hold_what_the_assessment_shows_of_each_question(mary, assessed):
    rows = {
        (row["Gave a level"], row["Key"]): row
        for row in table(mary, PAYMENTS + "take-away/answers.csv")
    }

    symptoms = rows["5", "noise.symptoms"]
    assert (symptoms["Mean"], symptoms["Agreement"], symptoms["Agreed"]) == (
        "2.0",
        "together",
        "no",
    )
    review = rows["5", "noise.review"]
    assert (review["Mean"], review["As answered"], review["Agreed"]) == ("4.0", "2.0", "yes")


def test_what_too_few_answered_is_in_no_table(mary, assessed):
    newest = [
        row
        for row in table(mary, PAYMENTS + "take-away/answers.csv")
        if row["Gave a level"] == "fewer than 3"
    ]

    assert len(newest) == 9
    assert {(row["Mean"], row["Don't know"], row["Agreement"]) for row in newest} == {("", "", "")}
    assert {row["Remark"] for row in newest} == {"fewer than 3 gave a level"}


def test_scores_are_as_exact_as_the_page_says_them(mary, payments, model):
    snapshot(payments, model, {"noise": {"score": 2.3456, "low": 1.94, "high": 2.75, "level": 2}})

    (row,) = table(mary, PAYMENTS + "take-away/scores.csv")

    assert (row["Score"], row["From"], row["To"], row["Level"]) == ("2.3", "1.9", "2.8", "2")


def test_moments_are_days(mary, assessed):
    for row in table(mary, PAYMENTS + "take-away/scores.csv"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["Assessment"])


def test_my_answers_are_mine_alone(mary, lena, assessment):
    fill(assessment, mary, 1)
    fill(assessment, lena, 3)

    rows = table(mary, PAYMENTS + "take-away/my-answers.csv")

    assert len(rows) == 9
    assert {(row["Answer"], row["Sheet"], row["Note"]) for row in rows} == {
        ("1", "my own", "because")
    }
    assert rows[0]["What that line says"].endswith(": line B")


def test_what_the_team_answered_on_one_sheet_is_everybodys_of_the_team(mary, lena, assessment):
    Assessment.objects.update(mode="consensus")
    assessment.refresh_from_db()
    fill(assessment, lena, "dk")

    rows = table(mary, PAYMENTS + "take-away/my-answers.csv")

    assert {(row["Answer"], row["Sheet"]) for row in rows} == {("don't know", "the team's")}


def test_actions_are_there_with_who_and_when(mary, payments, model):
    question = Question.objects.get(key="noise.review")
    Action.objects.create(
        team=payments, question=question, level=3, text="Look at it", owner=mary, status="doing"
    )

    (row,) = table(mary, PAYMENTS + "take-away/actions.csv")

    assert (row["Action"], row["Owner"], row["Status"]) == (
        "Look at it",
        "Mary Member",
        "In progress",
    )
    assert (row["Leads to level"], row["Question"]) == ("3", question.title)


def test_what_the_plan_would_bring_stands_beside_what_is(mary, payments, model):
    five = {f"{number}" * 64: {"*": 1} for number in range(5)}
    submitted(payments, model, five)
    question = Question.objects.get(key="noise.review")
    Action.objects.create(
        team=payments, question=question, level=3, text="Look at it", due_on=date(2027, 3, 1)
    )

    noise, runbooks = table(mary, PAYMENTS + "take-away/plan.csv")

    assert (noise["Score"], noise["If the plan is done"]) == ("1.0", "1.5")
    assert (runbooks["Score"], runbooks["If the plan is done"]) == ("1.0", "1.0")
    assert noise["Last action due"] == "2027-03-01"


def test_a_target_that_is_inherited_says_from_whom(taken, lena, harbour, payments, model):
    Target.objects.create(organization=harbour, questionnaire_key="noise", level=2)
    Target.objects.create(
        organization=harbour, team=payments, questionnaire_key="runbooks", level=3
    )

    tab = workbook(taken(lena, PAYMENTS, "workbook"))["Targets"]

    assert [[cell.value for cell in row] for row in tab.iter_rows(min_row=2)] == [
        ["Payments", "noise", 2, None, "the organization"],
        ["Payments", "runbooks", 3, None, None],
    ]


def test_the_comparison_is_filtered_and_ordered_as_on_its_page(max_, payments, search_team, model):
    snapshot(payments, model, {"noise": {"score": 1.0}, "runbooks": {"score": 2.0}})
    snapshot(search_team, model, {"noise": {"score": 3.0}, "runbooks": {"score": 2.0}})

    by_name = table(max_, HARBOUR + "take-away/comparison.csv")
    by_noise = table(max_, HARBOUR + "take-away/comparison.csv?sort=-noise")

    assert [row["Team"] for row in by_name] == ["Payments", "Search"]
    assert [row["Team"] for row in by_noise] == ["Search", "Payments"]
    assert by_noise[0]["Noise and alert quality"] == "3.0"
    assert by_noise[0]["Under"] == "Platform"


def test_an_organizations_tables_hold_all_of_its_teams_and_no_others(
    max_, eve, payments, search_team, model
):
    from teams.models import Organization, Team

    elsewhere = Team.objects.create(
        organization=Organization.objects.get(slug="elsewhere"), name="Atelier", slug="atelier"
    )
    for team in (payments, search_team, elsewhere):
        snapshot(team, model, {"noise": {"score": 1.0}})

    rows = table(max_, HARBOUR + "take-away/scores.csv")

    assert [row["Team"] for row in rows] == ["Payments", "Search"]


def test_a_table_costs_as_many_queries_for_three_teams_as_for_thirty(max_, harbour, model):
    from teams.models import Team

    def grow(start, end):
        for number in range(start, end):
            team = Team.objects.create(organization=harbour, name=f"T{number}", slug=f"t{number}")
            snapshot(team, model, {"noise": {"score": 1.0}})

    def cost(address):
        with CaptureQueriesContext(connection) as queries:
            body(client.get(address))
        return len(queries)

    client = signed_in(max_)
    addresses = [HARBOUR + f"take-away/{key}.csv" for key in ("comparison", "scores", "answers")]
    grow(0, 3)
    few = [cost(address) for address in addresses]
    grow(3, 30)

    assert [cost(address) for address in addresses] == few


# Formulas ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_looks_like_a_formula_is_none(text):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["1+1", "a=b", "", None, -1.5, 0, "(=1)", " x"])
def test_other_cells_stay_as_they_are(cell):
    assert neutral(cell) == cell


@pytest.fixture
def hostile(harbour, payments, model, assessed):
    """Names, headers and texts that a spreadsheet would run."""
    payments.name = "=cmd|' /C calc'!A0"
    payments.save()
    Questionnaire.objects.filter(key="noise").update(title="@SUM(1+1)*cmd|x")
    Question.objects.filter(key="noise.review").update(title="+HYPERLINK(1)")
    Action.objects.create(team=payments, text="=1+1", note="-2+3")
    return payments


@pytest.mark.parametrize("key", ["comparison", "scores", "answers", "actions"])
def test_no_cell_and_no_header_of_a_csv_is_a_formula(max_, hostile, key):
    response = signed_in(max_).get(HARBOUR + f"take-away/{key}.csv")

    rows = list(csv.reader(io.StringIO(body(response).decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert any(cell.startswith("'=cmd") for cell in cells)
    assert [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "\r")] == []
    assert [cell for cell in cells if cell.startswith("-") and not is_number(cell)] == []


def is_number(text):
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", text))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Scores", "Scores"),
        ("=1+1", "1+1"),
        ("a/b: [c]?*\\", "a b   c"),
        ("'quoted'", "quoted"),
        ("x" * 40, "x" * 31),
        ("", "Table"),
        ("History", "History of it"),
    ],
)
def test_a_tab_gets_a_name_that_excel_takes(title, name):
    assert tab_name(title) == name


def test_two_tabs_never_share_a_name():
    assert tab_name("SCORES", ["Scores", "SCORES 2"]) == "SCORES 3"


# Files that are made ----------------------------------------------------------------------------


@pytest.fixture
def taken(django_capture_on_commit_callbacks):
    """Ask for a file as somebody, let it be made, and return its content."""

    def take(user, address, kind):
        client = signed_in(user)
        with django_capture_on_commit_callbacks(execute=True):
            client.post(f"{address}take-away/{kind}/ask/")
        export = user.exports.get()
        assert export.status == "ready", export.reason
        response = client.get(f"/exports/{export.pk}/")
        assert response.status_code == 200
        return response

    return take


def workbook(response):
    return openpyxl.load_workbook(io.BytesIO(response.content))


def test_a_workbook_has_a_tab_for_each_table_with_a_frozen_header(taken, max_, assessed):
    book = workbook(taken(max_, HARBOUR, "workbook"))

    assert book.sheetnames == [
        *("About", "Comparison", "Assessments", "Scores", "Answers", "Targets", "Actions"),
        *("If the plan is done", "Rounds"),
    ]
    assert {tab.freeze_panes for tab in book} == {"A2"}
    assert [cell.value for cell in book["Answers"][1]][:3] == ["Team", "Assessment", "Version"]
    assert book["Answers"].max_row == 1 + 18
    assert book["Scores"]["F2"].value == 2.5
    assert book["Scores"]["B2"].is_date


def test_no_cell_header_or_tab_of_a_workbook_is_a_formula(taken, max_, hostile):
    book = workbook(taken(max_, HARBOUR, "workbook"))

    cells = [cell for tab in book for row in tab for cell in row if cell.value is not None]
    assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert "'@SUM(1+1)*cmd|x" in texts
    assert [text for text in texts if text[:1] in tuple("=+-@\t\r")] == []


def test_the_workbook_of_a_team_holds_no_other_team(taken, lena, sam, search_team, model, assessed):
    snapshot(search_team, model, {"noise": {"score": 1.0}})

    book = workbook(taken(lena, PAYMENTS, "workbook"))

    assert "Comparison" not in book.sheetnames
    assert {row[0].value for row in book["Scores"].iter_rows(min_row=2)} == {"Payments"}


def test_the_data_are_by_the_published_schema_and_hold_no_sheet(taken, olga, five, assessed):
    response = taken(olga, HARBOUR, "data")

    document = json.loads(response.content)
    assert response["Content-Disposition"].endswith('.json"')
    assert (document["application"], document["holds"]) == ("Rungs", "what is shown")
    for name in {"sheets", "answers", "participations", "invitations", "guest_links", "talks"}:
        assert name not in document
    for name, rows in document.items():
        if name in BY_NAME:
            for row in rows:
                BY_NAME[name].record.model_validate_json(json.dumps(row))
    assert len(document["snapshots"]) == 2
    assert {row["answered"] for row in document["question_scores"]} == {5, None}
    assert not re.search(rb'"(respondent|token_digest|password)"', response.content)


def test_the_data_are_as_exact_as_the_pages_say_them(taken, olga, payments, model):
    exact = {"score": 2.3456, "low": 1.94, "variance": 0.71, "rwg": 0.6789, "change_p": 0.01}
    snapshot(payments, model, {"noise": exact}, overall=2.3456)

    document = json.loads(taken(olga, HARBOUR, "data").content)

    (score,) = document["questionnaire_scores"]
    assert (score["score"], score["low"], score["rwg"]) == (2.3, 1.9, 0.68)
    assert (score["variance"], score["change_p"]) == (None, None)
    assert document["snapshots"][0]["overall"] == 2.3


def test_what_a_talk_agrees_on_is_not_in_the_data_while_it_goes_on(taken, olga, answered):
    from assessment.lifecycle import reveal
    from assessment.models import AgreedAnswer

    reveal(assessment=answered, by=olga)
    question = Question.objects.get(key="noise.review")
    AgreedAnswer.objects.create(assessment=answered, question=question, answer="2", reason="So.")

    assert json.loads(taken(olga, HARBOUR, "data").content)["agreed_answers"] == []


def test_who_only_answered_is_not_among_the_people_of_the_data(taken, olga, assessment, payments):
    gone = person("Gone Answerer")
    membership = join(gone, payments, "member")
    fill(assessment, gone, 2)
    membership.delete()

    document = json.loads(taken(olga, HARBOUR, "data").content)

    assert [each["email"] for each in document["people"]] == ["olga@harbour.example"]


# Charts -----------------------------------------------------------------------------------------


@pytest.fixture
def two_quarters(payments, model):
    for days_ago, score in ((100, 1.5), (10, 2.5)):
        scored = {"score": score, "low": score - 0.4, "high": score + 0.4, "half_width": 0.4}
        snapshot(
            payments, model, {"noise": scored, "runbooks": scored}, days_ago=days_ago, overall=2.0
        )
    pulse(payments, model, days_ago=2)


@pytest.mark.parametrize("key", ["over-time", "over-time-noise", "profile"])
def test_a_chart_is_a_picture_that_stands_alone(mary, two_quarters, key):
    response = signed_in(mary).get(f"{PAYMENTS}charts/{key}.svg")

    svg = response.content.decode()
    root = fromstring(svg)  # noqa: S314 - our own
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Disposition"] == f'attachment; filename="payments-{key}.svg"'
    assert root.find("{http://www.w3.org/2000/svg}title").text.startswith("Payments: ")
    assert not re.search(r'var\(|class=|<style|<script|href|currentColor|\d%"', svg)
    assert "#0b6470" in svg


def test_every_look_of_a_drawing_has_one_in_the_picture(mary, two_quarters, payments):
    from assessment.exporting.pictures import LOOKS
    from assessment.exporting.team_charts import charts_in, results_of

    drawn = "".join(str(chart.svg) for chart in charts_in(results_of(payments)).values())
    named = {name for each in re.findall(r'class="([^"]+)"', drawn) for name in each.split()}

    drawings = {"drawing", "stretched", "over"}
    assert {
        each for each in named - drawings if not each.startswith(("c-", "drawing-"))
    } <= LOOKS.keys()


def test_what_people_typed_is_no_markup_in_a_picture(mary, payments, two_quarters):
    payments.name = '<script>x</script>"&'
    payments.save()

    svg = signed_in(mary).get(f"{PAYMENTS}charts/profile.svg").content.decode()

    assert "<script" not in svg
    root = fromstring(svg)  # noqa: S314 - our own
    assert root.findtext("{http://www.w3.org/2000/svg}title").startswith('<script>x</script>"&: ')


def test_a_charts_figures_are_those_of_the_table_under_it(mary, two_quarters):
    rows = table(mary, f"{PAYMENTS}charts/over-time.csv")

    assert [(row["Noise"], row["People"]) for row in rows] == [
        ("2.5 (2.1\N{EN DASH}2.9)", "5"),
        ("1.5 (1.1\N{EN DASH}1.9)", "5"),
    ]


def test_a_small_charts_figures_are_the_scores_of_its_questionnaire(mary, two_quarters):
    rows = table(mary, f"{PAYMENTS}charts/over-time-noise.csv")

    assert [(row["Key"], row["Score"], row["From"]) for row in rows] == [
        ("noise", "1.5", "1.1"),
        ("noise", "2.5", "2.1"),
    ]


def test_each_chart_of_the_page_leads_to_its_picture_and_its_figures(mary, two_quarters):
    page = signed_in(mary).get(PAYMENTS).text

    pictures = re.findall(r'href="([^"]+/charts/[^"]+)"', page)

    assert len(pictures) == 2 * 4
    assert {signed_in(mary).get(each).status_code for each in pictures} == {200}


@pytest.mark.parametrize("page", ["2", "99", "x", "-1", "9" * 50])
def test_an_earlier_page_that_is_not_there_gives_the_chart_of_one_that_is(mary, two_quarters, page):
    assert signed_in(mary).get(f"{PAYMENTS}charts/profile.svg?page={page}").status_code == 200


def test_a_team_without_results_has_no_charts(mary):
    assert signed_in(mary).get(f"{PAYMENTS}charts/over-time.svg").status_code == 404


# The page ---------------------------------------------------------------------------------------


def test_the_page_offers_what_one_may_take(olga, mary, payments):
    owner, member = (signed_in(each).get(PAYMENTS + "take-away/").text for each in (olga, mary))

    assert "my-answers.csv" in member
    assert "my-answers.csv" not in owner
    assert "data/ask/" in signed_in(olga).get(HARBOUR + "take-away/").text


def test_the_page_costs_the_same_for_no_file_and_for_ten(mary, payments):
    from assessment.models import Export

    client = signed_in(mary)
    with CaptureQueriesContext(connection) as none:
        client.get(PAYMENTS + "take-away/")
    for number in range(10):
        Export.objects.create(
            organization=payments.organization,
            team=payments,
            by=mary,
            kind="workbook",
            asked={"title": "Workbook", "form": "xlsx"},
            status="ready",
            content=b"x" * 1000,
            filename=f"{number}.xlsx",
            finished_at=timezone.now(),
            expires_at=timezone.now() + timedelta(days=1),
        )
    with CaptureQueriesContext(connection) as ten:
        page = client.get(PAYMENTS + "take-away/").text

    assert len(ten) == len(none)
    assert page.count('Download<span class="visually-hidden"> ') == 5 + 10
    assert not [each for each in ten if '"content"' in each["sql"] and "LENGTH" not in each["sql"]]


def test_the_web_process_never_loads_what_makes_pdfs():
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings';"
        "django.setup(); import config.urls; print('weasyprint' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, check=True
    )

    assert done.stdout.strip() == b"False"
