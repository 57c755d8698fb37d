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
        "10 pages, 29 sections, 2 assets",
        "44 links checked, 8 broken",
    ]
    assert "  on-call/handover.md, line 6: missing.md: there is no such file" in lines
    assert "handbook: nothing has changed, /guide/handbook/" in run(handbook)


def test_the_report_in_words_names_what_changed(db, handbook):
    run(handbook)
    (handbook / "docs" / "traps.md").rename(handbook / "docs" / "pitfalls.md")
    (handbook / "docs" / "on-call" / "deeper" / "nights.md").unlink()
    (handbook / "docs" / "new.md").write_text("# New")
    assert run(handbook).splitlines()[2:17] == [
        "pages: 1 added, 2 changed, 1 removed, 1 moved",
        "  added: new",
        "  changed: index",
        "  changed: links",
        "  removed: on-call/deeper/nights",
        "  moved: traps to pitfalls",
        "sections: 1 added, 2 changed, 4 removed, 1 moved",
        "  added: new#",
        "  changed: index#what-is-here",
        "  changed: links#",
        "  removed: on-call/deeper/nights#",
        "  removed: on-call/deeper/nights#обзор",
        "  removed: on-call/deeper/nights#über-nacht",
        "  removed: on-call/deeper/nights#guide-main",
        "  moved: traps# to pitfalls#",
    ]


def test_the_report_as_json(db, handbook):
    report = json.loads(run(handbook, "--json"))
    assert {name: report[name] for name in ("pages", "sections", "assets", "links_checked")} == {
        "pages": 10,
        "sections": 29,
        "assets": 2,
        "links_checked": 44,
    }
    assert report["broken_links"][0] == {
        "page": "on-call/handover.md",
        "line": 5,
        "link": "missing.md",
        "reason": "there is no such file",
    }
    assert len(report["broken_links"]) == 8
    assert len(report["warnings"]) == 9
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
