"""A file that is not what it should be is refused with the reason, and nothing is changed."""

import json
import zipfile
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from assessment.models import MaturityModel
from assessment.organization_file.canonical import dump
from assessment.organization_file.manifest import checksum_of, read_manifest, seal_of
from assessment.organization_file.parts import PARTS
from assessment.organization_file.storing import import_organization
from assessment.organization_file.writing import export_organization
from guide.models import Section
from teams.models import Organization, Team, User
from tests.assessment.whole_organization import found_harbour, publish_everybodys

PART_NAMES = {part.name for part in PARTS}


@pytest.fixture(scope="module")
def content(django_db_setup, django_db_blocker, tmp_path_factory):
    """What is in Harbour's file, made once; nothing of Harbour is left in the database."""
    path = tmp_path_factory.mktemp("harbour") / "harbour.zip"
    with django_db_blocker.unblock(), transaction.atomic():
        export_organization(found_harbour(*publish_everybodys()), path)
        transaction.set_rollback(True)
    return path.read_bytes()


@pytest.fixture
def file(content, model, tmp_path):
    """Harbour's file, in a database with everybody's guide and maturity model."""
    path = tmp_path / "harbour.zip"
    path.write_bytes(content)
    return path


def refused(path, *words) -> str:
    """Return why the import is refused; nothing has been changed by it."""
    before = "\n".join(dump())
    with pytest.raises(CommandError) as error:
        call_command("import_organization", str(path), *words, stdout=StringIO())
    assert "\n".join(dump()) == before
    said = str(error.value)
    assert said.startswith(f"{path}: ")
    assert said.endswith(" Nothing was changed.")
    return said.removeprefix(f"{path}: ").removesuffix(" Nothing was changed.")


def rewritten(path, change, *, seal=True):
    """Write the file anew after a change to its parts: {name: bytes}, with sound checksums."""
    import hashlib

    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(parts["manifest.json"])
    change(parts, manifest)
    if seal:
        for name, entry in manifest["parts"].items():
            content = parts.get(f"{name}.jsonl", b"")
            entry["sha256"] = hashlib.sha256(content).hexdigest()
            entry["rows"] = content.count(b"\n")
        entries = {name: Entry(each) for name, each in manifest["parts"].items()}
        manifest["checksum"] = checksum_of(entries)
        manifest["seal"] = seal_of(manifest)
    parts["manifest.json"] = json.dumps(manifest).encode()
    other = path.with_name("other.zip")
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return other


class Entry:
    def __init__(self, entry):
        self.sha256 = entry["sha256"]


def with_row(path, part, change, line=0):
    """Change one row of a part."""

    def edit(parts, manifest):
        rows = [json.loads(each) for each in parts[f"{part}.jsonl"].splitlines()]
        change(rows[line])
        parts[f"{part}.jsonl"] = b"".join(json.dumps(each).encode() + b"\n" for each in rows)

    return rewritten(path, edit)


def test_a_file_as_it_was_written_comes_in(file):
    assert import_organization(file).organization == "harbour"


def test_sound_checksums_around_unchanged_rows_come_in_too(file):
    assert import_organization(rewritten(file, lambda *_: None)).organization == "harbour"


def test_a_newer_version(file):
    def newer(parts, manifest):
        manifest["format"] = 2
        manifest["something_new"] = True

    assert refused(rewritten(file, newer)) == (
        "It was written by a newer Rungs, in format 2; this one reads format 1. Upgrade Rungs, "
        "then import it."
    )


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.99])
def test_cut_short(file, share):
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])

    assert refused(file) == ("It is no complete zip file: something else, or cut short on its way.")


def test_a_flipped_bit_anywhere(file):
    """Wherever a bit is flipped, the file is refused or says exactly what it said before."""
    content = file.read_bytes()
    before = "\n".join(dump())
    step = max(1, len(content) // 60)
    for place in range(0, len(content), step):
        damaged = bytearray(content)
        damaged[place] ^= 1 << (place % 8)
        file.write_bytes(damaged)
        try:
            look_through(file)
        except Exception as error:
            assert type(error).__name__ == "FileRefused", (place, error)
    assert "\n".join(dump()) == before


def look_through(path):
    """Open the file as the import does before it writes anything."""
    from assessment.organization_file.reading import opened

    with opened(path) as found:
        assert sum(entry.rows for entry in found.manifest.parts.values()) > 100


def test_a_flipped_bit_in_the_rows_names_the_part(file):
    with zipfile.ZipFile(file) as packed:
        place = packed.getinfo("answers.jsonl").header_offset + 200
    damaged = bytearray(file.read_bytes())
    damaged[place] ^= 1
    file.write_bytes(damaged)

    # Which bits follow differs from run to run, so unpacking ends early or in other rows.
    assert refused(file) in {
        "answers.jsonl is damaged or missing.",
        "answers.jsonl is damaged: it is not what the manifest says was written.",
    }


def test_rows_that_are_not_what_the_manifest_says(file):
    def edit(parts, manifest):
        parts["tags.jsonl"] = parts["tags.jsonl"].replace(b"cards", b"carts")

    assert refused(rewritten(file, edit, seal=False)) == (
        "tags.jsonl is damaged: it is not what the manifest says was written."
    )


def test_a_manifest_that_does_not_match_itself(file):
    def edit(parts, manifest):
        manifest["organization"] = "haven"

    assert refused(rewritten(file, edit, seal=False)) == (
        "Its manifest.json is damaged: it does not match its own checksum."
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"package.json": "{}"}, "It was not written by Rungs: it has no manifest.json."),
        ({"manifest.json": '{"application": "Other"}'}, "It was not written by Rungs."),
        ({"manifest.json": "[1]"}, "It was not written by Rungs."),
        ({"manifest.json": "["}, "Its manifest.json is damaged: it is not JSON."),
        ({"manifest.json": "[" * 90_000}, "Its manifest.json is damaged: it is not JSON."),
        ({"manifest.json": " " * 100_001}, "Its manifest.json is far too large."),
    ],
)
def test_another_application(db, tmp_path, content, reason):
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in content.items():
            packed.writestr(name, text)

    assert refused(path) == reason


@pytest.mark.parametrize("content", [b"", b"PK", b"{}", b"%PDF-1.7", b"\x1f\x8b" * 50])
def test_something_else_altogether(db, tmp_path, content):
    path = tmp_path / "other.zip"
    path.write_bytes(content)

    assert refused(path).startswith("It is no complete zip file")


def test_a_file_that_is_not_there(db, tmp_path):
    assert refused(tmp_path / "none.zip") == "It cannot be read: No such file or directory."


def test_a_million_rows(file):
    def edit(parts, manifest):
        parts["tags.jsonl"] = b'{"id":1,"name":"cards"}\n' * 1_000_000

    assert ", and 500,000 are let in." in refused(rewritten(file, edit))


def test_a_bomb(file):
    def edit(parts, manifest):
        parts["tags.jsonl"] = b" " * (17 * 2**20) + b"\n"

    assert refused(rewritten(file, edit)) == "tags.jsonl, line 1 is longer than any row can be."


def test_what_the_app_gives_to_take_away(file):
    def edit(parts, manifest):
        manifest["holds"] = "what is shown"

    assert refused(rewritten(file, edit)).startswith(
        "It holds what Rungs shows of the organization"
    )


def test_a_part_too_many_and_one_too_few(file):
    def one_more(parts, manifest):
        parts["rungs.py"] = b"import os"

    def one_less(parts, manifest):
        del parts["tags.jsonl"], manifest["parts"]["tags"]

    assert refused(rewritten(file, one_more)) == "It holds “rungs.py”, which is no part of it."
    assert refused(rewritten(file, one_less)) == "It lacks the part “tags”."


def set_to(name, value):
    return lambda row: row.update({name: value})


@pytest.mark.parametrize(
    ("part", "change", "reason"),
    [
        ("teams", set_to("name", ""), "teams.jsonl, line 1: name: string should have at least"),
        ("teams", set_to("name", "a\0b"), "teams.jsonl, line 1: name: string should match"),
        ("teams", set_to("slug", "a/b"), "teams.jsonl, line 1: slug: string should match"),
        ("teams", set_to("more", 1), "teams.jsonl, line 1: more: extra inputs are not permitted"),
        ("answers", set_to("answer", "5"), "answers.jsonl, line 1: answer: input should be '0'"),
        ("answers", set_to("question", 999), "answers.jsonl, line 1: question 999 is not in the"),
        ("sheets", set_to("respondent", "Amy"), "sheets.jsonl, line 1: respondent"),
        ("snapshots", set_to("overall", 4.5), "snapshots.jsonl, line 1: overall: input should be"),
        ("actions", set_to("link", "javascript:1"), "actions.jsonl, line 1: link: string should"),
        ("people", set_to("email", "Amy"), "people.jsonl, line 1: email: string should match"),
        (
            "rounds",
            set_to("opened_at", "0001-01-01T00:00:00+14:00"),
            "rounds.jsonl, line 1: opened_at: value error, the moment is not between 1970",
        ),
        ("teams", set_to("parent", 999), "teams.jsonl, line 1: parent 999 is not in the file."),
        ("assets", set_to("path", "run.exe"), "The guide's file run.exe is of no kind"),
        ("assets", set_to("content", "AAAA"), "The guide's file dot.png is of no kind"),
        ("organization", set_to("slug", "new"), "“new” cannot be the address"),
    ],
)
def test_a_row_that_is_not_sound(file, part, change, reason):
    assert refused(with_row(file, part, change)).startswith(reason)


def test_what_the_database_would_not_take(file):
    """Two assessments of one team open at once."""

    def both_open(row):
        row.update(status="open", submitted_at=None)

    other = with_row(with_row(file, "assessments", both_open), "assessments", both_open, line=1)

    assert refused(other).startswith("Its assessments contradict each other: ")


def test_the_first_few_wrong_rows_are_told_together(file):
    def edit(parts, manifest):
        parts["answers.jsonl"] = parts["answers.jsonl"].replace(b'"question":', b'"question":99')

    assert refused(rewritten(file, edit)).count("is not in the file.") == 5


def test_an_address_that_is_taken(file):
    Organization.objects.create(name="Another", slug="harbour")

    assert refused(file) == (
        "There is an organization with the address “harbour” already. Import it under another: "
        "--slug."
    )
    assert import_organization(file, slug="harbour-2").organization == "harbour-2"


def test_a_maturity_model_that_is_not_here(file):
    MaturityModel.objects.filter(key="small").update(key="other")

    assert refused(file) == (
        "The maturity model small 2026.1 is not here; load it first (load_maturity_model)."
    )


def test_a_maturity_model_of_other_content(file):
    MaturityModel.objects.filter(key="small").update(checksum="9" * 64)

    assert refused(file) == (
        "The maturity model small 2026.1 has another content here than where the file is from."
    )


def test_a_section_that_is_not_here(file):
    Section.objects.filter(anchor="reducing-noise").update(anchor="less-noise")

    assert refused(file).startswith(
        "The guide that is here has no section “getting_started#reducing-noise”"
    )


def test_html_that_no_page_may_hold_is_taken_out(file):
    hostile = '<p onclick="x()">Hi<script>x()</script></p><a href="javascript:x()">y</a>'

    import_organization(with_row(file, "sections", set_to("html", hostile)))

    section = Section.objects.get(page__guide__organization__slug="harbour")
    assert section.html == "<p>Hi</p><a>y</a>"


def test_an_address_with_other_capitals_is_the_same_person(file):
    User.objects.create(email="Olga@Harbour.example", name="Olga")

    import_organization(file)

    assert User.objects.filter(email__iexact="olga@harbour.example").count() == 1


def test_a_refused_file_leaves_no_team_behind(file):
    refused(with_row(file, "assets", set_to("path", "run.exe")))

    assert not Team.objects.exists()


def test_the_manifest_is_read_as_strictly_as_the_rows(file):
    with zipfile.ZipFile(file) as packed:
        content = packed.read("manifest.json")

    assert read_manifest(content, PART_NAMES).organization == "harbour"
