"""`import_guide` says what it did, to people and as JSON, and one sentence when it did nothing."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from guide.models import Guide


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_guide", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_report_in_words_names_counts_and_faults(db, handbook):
    lines = run(handbook).splitlines()
    assert lines[:3] == [
        "handbook: imported, /guide/handbook/",
        "6 pages, 21 sections, 2 assets",
        "27 links checked, 7 broken",
    ]
    assert "  on-call/handover.md, line 6: missing.md: there is no such file" in lines
    assert "handbook: nothing has changed, /guide/handbook/" in run(handbook)


def test_the_report_as_json(db, handbook):
    report = json.loads(run(handbook, "--json"))
    assert {name: report[name] for name in ("pages", "sections", "assets", "links_checked")} == {
        "pages": 6,
        "sections": 21,
        "assets": 2,
        "links_checked": 27,
    }
    assert report["broken_links"][0] == {
        "page": "on-call/handover.md",
        "line": 5,
        "link": "missing.md",
        "reason": "there is no such file",
    }
    assert len(report["broken_links"]) == 7
    assert len(report["warnings"]) == 5
    assert report["refused"] == []


def test_an_address_and_an_organization_can_be_named(harbour, handbook):
    run(handbook, "--organization", "harbour", "--slug", "our-handbook")
    assert Guide.objects.get(slug="our-handbook").organization == harbour


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere"], "There is no file or folder nowhere."),
        (["{handbook}", "--organization", "atlantis"], "There is no organization “atlantis”."),
        (["{handbook}", "--slug", "///"], "The guide needs an address: name one with --slug."),
        (["{handbook}/docs"], "There is no mkdocs.yml in docs: a guide is a MkDocs project."),
    ],
)
def test_what_cannot_be_imported_is_one_sentence(db, handbook, arguments, reason):
    with pytest.raises(CommandError) as refusal:
        run(*(each.format(handbook=handbook) for each in arguments))
    assert str(refusal.value) == reason
    assert not Guide.objects.exists()
