"""Our own guide: it comes in whole, and every anchor that others rely on is there once."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from guide.importer import import_guide
from guide.models import Page, Section
from guide.report import Report

CONTENT = Path(__file__).parents[2] / "guide" / "content" / "automated-remediation"

# Questions, suggestions and other people's links lead to these. Headings may change, these may not.
ANCHORS = {
    "index": "how-to-use credits",
    "introduction": "why-now what-toil-is what-automation-cannot-do",
    "use_cases": "build-and-deploy software-testing environment-provisioning",
    "ir_workflows": (
        "team-alerting-and-orchestration triage-and-state-analysis business-communication "
        "automation-of-remediation runbooks self-healing-systems"
    ),
    "automation_ir": "four-functions decision-points what-good-automation-is when-not-to",
    "getting_started": (
        "reducing-noise identify-candidate-workflows evolving-automation-components "
        "maintaining-automation"
    ),
    "regulated_envs": (
        "audit-trail pre-approved-actions separation-of-duties least-privilege-delegation "
        "emergency-changes evidence-on-demand"
    ),
    "challenges": (
        "fear-of-wider-failure skills-and-readiness roles-and-jobs time-and-funding "
        "learning-from-automation-failures knowledge-concentration"
    ),
    "measuring": "perceived-and-measured indicators reading-intervals bad-metrics privacy",
    "using_the_assessment": "before the-meeting after second-wave",
    "resources": "papers books talks-and-reports standards glossary",
}


NOT_ADVICE = {"papers", "books", "talks-and-reports", "standards", "glossary"}
HEADING = re.compile(r"^## .*\{#([\w-]+)\}$", re.MULTILINE)
GLOSSARY = re.compile(
    r"^([A-Z][\w ]*)(?: \{ \.unmarked \})?\n:   (.+?)$\n\n", re.MULTILINE | re.DOTALL
)
# What a reader of the guide, or of the app's own pages, will want to look up.
LOOKED_UP = set(
    re.split(
        r",\s+",
        """action, agreed answer, agreement, alert, answer, assessment, attained level, automation,
        candidate, cluster, evidence, gate question, guide, import, incident, index,
        indicator, interruption, interval, lead, level, manager, maturity model, measured, member,
        organization, owner, page, perceived, profile, question, questionnaire, reveal, round,
        runbook, score, section, sheet, snapshot, stage, submit, suggestion, target, team, toil,
        within noise""",
    )
)


@pytest.fixture
def ours(db) -> Report:
    return import_guide(CONTENT)


def test_our_guide_comes_in_whole(ours):
    assert ours.guide == "automated-remediation"
    assert (ours.broken_links, ours.refused, ours.warnings) == ([], [], [])
    assert set(Page.objects.values_list("path", flat=True)) == set(ANCHORS)


def test_every_anchor_that_others_rely_on_is_a_section_with_text(ours):
    relied_on = {f"{path}#{anchor}" for path, names in ANCHORS.items() for anchor in names.split()}
    sections = {section.reference: section for section in Section.objects.select_related("page")}
    assert relied_on - set(sections) == set()
    assert [name for name in relied_on if len(sections[name].text.split()) < 40] == []


def test_no_anchor_stands_twice_on_a_page(ours):
    for page in Page.objects.prefetch_related("sections"):
        html = "".join(section.html for section in page.sections.all())
        ids = re.findall(r' id="([^"]*)"', html)
        assert sorted(ids) == sorted(set(ids)), page.path


def test_plain_mkdocs_builds_it_without_a_warning(tmp_path):
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    built = subprocess.run(
        [*build, "--config-file", CONTENT / "mkdocs.yml", "--site-dir", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (built.returncode, built.stdout) == (0, "")
    assert 'src="../assets/ladder.svg"' in (tmp_path / "getting_started/index.html").read_text()


@pytest.mark.parametrize("name", sorted(ANCHORS))
def test_each_page_says_what_it_is_for_and_ends_with_something_to_try(name):
    text = (CONTENT / "docs" / f"{name}.md").read_text()
    opening, *_ = HEADING.split(text)
    assert "\n\nAfter this page you can " in opening
    assert HEADING.findall(text)[-1] == f"try-{name.replace('_', '-')}"
    assert re.search(r"twenty minutes|20 minutes", text[text.index("{#try-") :], re.IGNORECASE)


def test_no_advice_is_given_without_its_cost():
    free = []
    for page in (CONTENT / "docs").glob("*.md"):
        _, *parts = HEADING.split(page.read_text())
        free += [
            f"{page.stem}#{anchor}"
            for anchor, text in zip(parts[::2], parts[1::2], strict=True)
            if not re.search(r"What (it|the whole list) costs", text)
            and anchor not in NOT_ADVICE
            and not anchor.startswith("try-")
        ]
    assert free == []


def glossary() -> list[tuple[str, str]]:
    text = (CONTENT / "docs" / "resources.md").read_text()
    section = text[text.index("{#glossary}") : text.index("{#try-")]
    return [(term, " ".join(meaning.split())) for term, meaning in GLOSSARY.findall(section)]


def test_the_glossary_defines_what_is_looked_up_once_and_in_order():
    terms = [term.lower() for term, _ in glossary()]
    assert LOOKED_UP - set(terms) == set()
    assert terms == sorted(set(terms))


def test_each_definition_is_one_short_sentence_that_stands_alone():
    """It is also shown by itself, beside the word it explains."""
    odd = [
        (term, meaning)
        for term, meaning in glossary()
        if len(meaning.split()) > 30
        or not meaning[0].isupper()
        or meaning.find(".") != len(meaning) - 1
        or "](" in meaning
    ]
    assert odd == []
