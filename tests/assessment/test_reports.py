"""The PDF reports: what stands in them, that everybody can read them, that they fetch nothing."""

import builtins
import io

import pypdf
import pytest

from assessment.demo import publish_ours
from assessment.exporting import report
from assessment.exporting.printing import MISSING, CannotBeMade, pdf
from assessment.models import Action, MaturityModel
from assessment.overview import WINDOW
from teams.models import Team
from tests.assessment.frozen import snapshot, submitted


def scored(score, **fields):
    ends = {"low": score - 0.4, "high": score + 0.4, "half_width": 0.4}
    return {"score": score, "level": int(score), **ends, **fields}


@pytest.fixture
def told(payments, model):
    """Payments was assessed twice, and its noise changed."""
    snapshot(payments, model, {"noise": scored(1.2), "runbooks": scored(2.0)}, days_ago=100)
    moved = {"noise": scored(2.4, change=1.2, changed=True), "runbooks": scored(2.0)}
    snapshot(payments, model, moved, overall=2.2, stage=2)
    Action.objects.create(team=payments, text="Look at what paged")
    return payments


def read(content):
    return pypdf.PdfReader(io.BytesIO(content))


def text(content):
    pages = [" ".join(page.extract_text().split()) for page in read(content).pages]
    return pages[0], " ".join(pages)


def of_team(team):
    team = Team.objects.select_related("organization", "parent").get(pk=team.pk)
    return report.of_team(team, lambda percent: None)


def test_a_teams_report_begins_with_one_page_of_summary(told):
    first, whole = text(of_team(told))

    for words in ("Payments", "2 Repeatable", "2.2 of 4", "5 of 6", "What moved", "Profile"):
        assert words in first
    assert "Noise rose from 1.2 to 2.4: changed" in first
    assert "Maturity over time" not in first
    for words in ("Maturity over time", "Levels, and what is in the way", "Look at what paged"):
        assert words in whole
    assert "How to read the figures" in whole


def test_the_summary_stays_on_one_page_however_much_there_is(payments, model):
    payments.name = "A team with quite a long name, as some have, over more than one line of it"
    payments.save()
    five = {f"{number}" * 64: {"*": level} for number, level in enumerate((1, 2, 2, 2, 3))}
    submitted(payments, model, five)
    for number in range(30):
        Action.objects.create(team=payments, text=f"Action {number} " + "and so on " * 20)

    first, _ = text(of_team(payments))

    assert "Three next steps" in first
    assert "30 open actions" in first


def test_the_summary_stays_on_one_page_when_all_eight_questionnaires_moved(payments):
    ours = MaturityModel.objects.get(pk=publish_ours().id)
    for level in (3, 0):
        sheets = {f"{number}" * 64: {"*": level} for number in range(5)}
        submitted(payments, ours, sheets, length="full", rules_control_changes=True)
    Action.objects.create(team=payments, text="Look at what paged")

    first, whole = text(of_team(payments))

    assert first.count("from 3.0 to 0.0: changed") == 8
    assert "Three next steps" in first
    assert "1 open action" in first
    assert whole.index("Maturity over time") - len(first) < 5


def test_a_report_can_be_read_by_everybody(told):
    document = read(of_team(told))
    root = document.trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/StructTreeRoot"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata.title == "Payments: maturity of automating incident response"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert [each["/Title"] for each in document.outline if not isinstance(each, list)] == [
        "Payments"
    ]


def test_every_picture_in_a_report_says_what_it_is(told):
    figures = structure(read(of_team(told)).trailer["/Root"]["/StructTreeRoot"], "/Figure")

    assert len(figures) == 4
    assert all(figure.get("/Alt") for figure in figures)


def structure(node, kind):
    """The elements of one kind in a document's structure."""
    node = node.get_object()
    if isinstance(node, list):
        return [found for each in node for found in structure(each, kind)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("/S") == kind else []
    return own + (structure(node["/K"], kind) if "/K" in node else [])


def test_links_lead_to_this_installation(told):
    document = read(of_team(told))
    links = {
        annotation.get_object()["/A"]["/URI"]
        for page in document.pages
        for annotation in page.get("/Annots", [])
        if "/URI" in annotation.get_object().get("/A", {})
    }

    assert links
    assert all(
        each.startswith("http://testserver/organizations/harbour/teams/payments/") for each in links
    )


def test_a_team_with_a_pulse_and_one_with_nothing_have_a_report(payments, search_team, model):
    five = {f"{number}" * 64: {"*": 2} for number in range(5)}
    submitted(payments, model, five, length="pulse")

    assert "Gates in the pulse of" in text(of_team(payments))[1]
    assert "has not submitted an assessment yet" in text(of_team(search_team))[1]


def test_names_are_text_in_a_report_and_nothing_else(told, model):
    told.name = '<img src="file:///etc/passwd"><b>Pay</b>'
    told.save()

    assert '<img src="file:///etc/passwd"><b>Pay</b>' in text(of_team(told))[1]


@pytest.mark.parametrize(
    "source", ["file:///etc/hostname", "http://127.0.0.1:1/x.png", "/static/logo.svg", "ftp://x/y"]
)
def test_a_report_looks_at_no_file_and_no_address(monkeypatch, source):
    """Whatever a template asked for: the picture, the style sheet and the attachment stay out."""
    opened = []
    real = builtins.open

    def told(file, *rest, **more):
        opened.append(str(file))
        return real(file, *rest, **more)

    monkeypatch.setattr(builtins, "open", told)
    monkeypatch.setattr("socket.socket.connect", lambda *_: opened.append("a connection"))
    html = (
        f'<html lang="en"><title>T</title><link rel="stylesheet" href="{source}">'
        f'<link rel="attachment" href="{source}"><img alt="A" src="{source}"><p>Words</p>'
    )

    content = pdf(
        html, f'@import "{source}"; p {{ background: url("{source}") }}', "http://testserver/"
    )

    assert "Words" in text(content)[0]
    assert "a connection" not in opened
    assert not [each for each in opened if each in ("/etc/hostname", "/static/logo.svg")]


def test_where_libraries_are_missing_the_reason_says_which(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(CannotBeMade, match=r"apt-get install libpango-1\.0-0"):
        pdf("<p>Words", "", "http://testserver/")
    assert len(MISSING) <= 300  # as long as a reason may be


def test_an_organizations_report_has_the_teams_beside_each_other_and_one_by_one(
    told, search_team, harbour, model
):
    first, whole = text(report.of_organization(harbour, lambda percent: None))

    assert "Harbour" in first
    assert "What stands out" in first
    assert "The teams beside each other" in whole
    assert "Noise rose from 1.2 to 2.4: changed" in whole
    assert "Without an assessment yet Search" in whole


def test_a_long_history_is_one_stretch_of_it(payments, model):
    for number in range(WINDOW + 3):
        snapshot(payments, model, {"noise": scored(2.0)}, days_ago=90 * number + 1)

    assert "Maturity over time" in text(of_team(payments))[1]
