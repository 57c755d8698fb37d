"""Leaving with an organization and coming back with it loses nothing."""

import json
import os
import subprocess
import sys
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import ManyToManyField

from assessment.models import Assessment, Sheet
from assessment.models.answering import TOGETHER, respondent_key
from assessment.organization_file.canonical import dump
from assessment.organization_file.parts import ACCOUNT, LEFT_OUT, PARTS
from assessment.organization_file.schema import schema_text
from assessment.organization_file.storing import import_organization
from assessment.organization_file.writing import export_organization
from guide.models import Guide, IndexedSection, Section
from teams.models import Invitation, Membership, Organization, Role, Team, User
from tests.assessment.whole_organization import found_harbour, wipe
from tests.conftest import person, signed_in

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def whole(guide_section, model):
    return found_harbour(guide_section, model)


@pytest.fixture
def file(whole, tmp_path):
    """Harbour's file."""
    path = tmp_path / "harbour.zip"
    export_organization(whole, path)
    return path


def dumped(organization=None):
    return "\n".join(dump(organization))


def run(*words):
    out, err = StringIO(), StringIO()
    call_command(*map(str, words), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


# Round trip -------------------------------------------------------------------------------------


def test_the_organization_of_these_tests_has_something_in_every_part(whole, tmp_path):
    rows = export_organization(whole, tmp_path / "harbour.zip").rows

    assert [name for name, count in rows.items() if not count] == []


def test_export_wipe_import_gives_the_same(whole, file):
    before = dumped(whole)
    wipe(whole)

    import_organization(file)

    assert dumped(Organization.objects.get()) == before


def test_what_comes_back_exports_to_the_same_rows_under_other_ids(whole, file, tmp_path):
    wipe(whole)
    import_organization(file)

    again = export_organization(Organization.objects.get(), tmp_path / "again.zip")

    with zipfile.ZipFile(file) as packed:
        manifest = json.loads(packed.read("manifest.json"))
    assert again.rows == {name: part["rows"] for name, part in manifest["parts"].items()}
    assert again.checksum != manifest["checksum"]  # the ids are other ones


def test_one_persons_sheets_still_pair_up_with_what_they_answer_next(whole, file):
    wipe(whole)
    done = import_organization(file)

    amy, payments = User.objects.get(email="amy@harbour.example"), Team.objects.get(slug="payments")
    assert Sheet.objects.filter(respondent=respondent_key(amy.pk, payments.pk)).count() == 2
    assert (done.sheets_paired, done.sheets_filled_together, done.sheets_of_nobody) == (6, 1, 1)


def test_somebody_who_left_finds_their_sheet_when_they_come_back(whole, file):
    wipe(whole)
    import_organization(file)

    dan, payments = User.objects.get(email="dan@harbour.example"), Team.objects.get(slug="payments")
    assert not Membership.objects.filter(user=dan).exists()
    assert Sheet.objects.filter(respondent=respondent_key(dan.pk, payments.pk)).count() == 1


def test_a_file_from_elsewhere_pairs_up_under_the_key_it_was_made_with(whole, file, settings):
    wipe(whole)
    settings.RESPONDENT_KEY, settings.RESPONDENT_KEY_OLD = "another", settings.RESPONDENT_KEY

    done = import_organization(file)

    amy, payments = User.objects.get(email="amy@harbour.example"), Team.objects.get(slug="payments")
    assert done.sheets_paired == 6
    assert Sheet.objects.filter(
        respondent=respondent_key(amy.pk, payments.pk, key="another")
    ).exists()


def test_without_that_key_the_sheets_come_in_as_they_are_and_it_says_so(whole, file, settings):
    before = dumped(whole)
    pseudonyms = set(Sheet.objects.values_list("respondent", flat=True))
    wipe(whole)
    settings.RESPONDENT_KEY = settings.RESPONDENT_KEY_OLD = "another"

    _, said = run("import_organization", file)

    assert said.startswith("None of 7 sheets could be led to an account here")
    assert set(Sheet.objects.values_list("respondent", flat=True)) == pseudonyms
    assert dumped(Organization.objects.get()) == before


def test_an_account_that_is_here_stays_as_it_is(whole, file):
    wipe(whole)
    olga = person("Olga Otherwise", "olga@harbour.example")

    done = import_organization(file)

    assert (done.accounts_found, done.accounts_made) == (1, 4)
    assert Membership.objects.get(role=Role.OWNER).user == olga
    assert User.objects.get(pk=olga.pk).name == "Olga Otherwise"


def test_a_new_account_has_no_password_and_no_rights_over_the_installation(whole, file):
    User.objects.update(is_staff=True, is_superuser=True)
    wipe(whole)

    import_organization(file)

    assert not [each for each in User.objects.all() if each.has_usable_password()]
    assert not User.objects.filter(is_staff=True).exists()


def test_a_copy_beside_the_original_changes_nothing_of_it(whole, file):
    before = dumped(whole)
    addresses = set(Assessment.objects.values_list("pk", flat=True))

    done = import_organization(file, slug="copy")

    copy = Organization.objects.get(slug="copy")
    assert dumped(whole) == before
    assert done.invitations_left_out == 1
    assert Assessment.objects.filter(team__organization=copy).count() == len(addresses) == 3
    assert Guide.objects.get(organization=copy).slug == "copy-harbour-handbook"
    html = Section.objects.get(page__guide__organization=copy).html
    assert '"/guide/copy-harbour-handbook/' in html
    assert '"/guide/harbour-handbook/' not in html


def test_what_came_in_can_be_read_and_found(whole, file):
    wipe(whole)
    import_organization(file)
    client = signed_in(User.objects.get(email="olga@harbour.example"))

    assert client.get("/organizations/harbour/").status_code == 200
    assert "Spring 2" in client.get("/organizations/harbour/teams/payments/").text
    assert client.get("/guide/harbour-handbook/").status_code in (200, 302)
    assert IndexedSection.objects.filter(guide__slug="harbour-handbook").exists()


def test_who_took_part_in_no_way_but_answering_is_in_the_file(payments, model, mary, tmp_path):
    """Mary answered, never said that she had finished, and left."""
    from tests.assessment.conftest import open_assessment
    from tests.assessment.sheets import fill

    fill(open_assessment(payments, model), mary, 2)
    payments.memberships.all().delete()

    assert export_organization(payments.organization, tmp_path / "f.zip").rows["people"] == 1


def test_a_stranger_to_the_organization_is_not_in_the_file(file, eve, whole, tmp_path):
    export_organization(whole, tmp_path / "again.zip")

    with zipfile.ZipFile(tmp_path / "again.zip") as packed:
        assert b"elsewhere" not in b"".join(packed.read(name) for name in packed.namelist())


def test_no_password_token_or_key_is_in_the_file(file, settings):
    with zipfile.ZipFile(file) as packed:
        people = [json.loads(line) for line in packed.read("people.jsonl").splitlines()]
        everything = b"".join(packed.read(name) for name in packed.namelist())

    assert {key for each in people for key in each} == {
        "id", "email", "name", "is_active", "date_joined", "time_zone", "reminders",
    }  # fmt: skip
    assert settings.RESPONDENT_KEY.encode() not in everything


# Between databases ------------------------------------------------------------------------------

BUILD = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from pathlib import Path
from assessment.organization_file.canonical import dump
from assessment.organization_file.writing import export_organization
from tests.assessment.whole_organization import found_harbour, publish_everybodys
harbour = found_harbour(*publish_everybodys())
export_organization(harbour, Path("harbour.zip"))
Path("dump.json").write_text("\\n".join(dump(harbour)))
"""


@pytest.fixture(scope="module")
def over_there(tmp_path_factory):
    """Harbour in an SQLite file that another process made, with its file and its dump."""
    folder = tmp_path_factory.mktemp("over-there")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": "",
        "DATA_DIR": str(folder),
        "RESPONDENT_KEY": "the key over there",
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run([sys.executable, "-c", BUILD], cwd=folder, env=environment, check=True)
    return folder


def test_from_sqlite_into_this_database_gives_the_same(over_there, model, settings):
    settings.RESPONDENT_KEY_OLD = "the key over there"

    done = import_organization(over_there / "harbour.zip")

    assert (over_there / "rungs.sqlite3").exists()
    assert done.sheets_paired == 6
    assert dumped(Organization.objects.get()) == (over_there / "dump.json").read_text()


# The canonical dump -----------------------------------------------------------------------------


def test_the_dump_is_json_and_holds_no_id(whole):
    outcome = json.loads(dumped(whole))["organizations"][0]
    ids = {str(row.pk) for model in (Assessment, Sheet, Invitation) for row in model.objects.all()}

    assert not [each for each in ids if each in dumped(whole)]
    assert not [row for rows in outcome.values() for row in rows if "id" in row]


def test_the_dump_tells_respondents_apart_by_what_they_answered_alone(whole):
    before = dumped(whole)
    names = [*User.objects.values_list("email", flat=True)]
    respondents = json.dumps(json.loads(before)["organizations"][0]["respondents"])

    assert not [name for name in names if name in respondents]
    alone = Sheet.objects.exclude(respondent=TOGETHER).values_list("respondent", flat=True)
    assert not [each for each in alone if each in respondents]


def test_one_changed_answer_changes_the_dump(whole):
    before = dumped(whole)
    sheet = Sheet.objects.exclude(respondent=TOGETHER).first()
    sheet.answers.filter(question__key="noise.review").update(note="otherwise")

    assert dumped(whole) != before


def test_two_people_who_swap_their_first_sheets_change_the_dump(whole):
    """Which sheets are one person's is told, though not whose."""
    before = dumped(whole)
    payments = Team.objects.get(slug="payments")
    people = [User.objects.get(email=f"{name}@harbour.example").pk for name in ("amy", "bob")]
    amy, bob = (respondent_key(each, payments.pk) for each in people)
    first = Assessment.objects.order_by("opened_at")[0]
    first.sheets.filter(respondent=amy).update(respondent="0" * 64)
    first.sheets.filter(respondent=bob).update(respondent=amy)
    first.sheets.filter(respondent="0" * 64).update(respondent=bob)

    assert dumped(whole) != before


def test_the_dump_of_everything_holds_every_organization_and_what_is_everybodys(whole, eve):
    outcome = json.loads(run("dump_canonical")[0])

    assert [each["organization"][0]["slug"] for each in outcome["organizations"]] == [
        "elsewhere",
        "harbour",
    ]
    assert [each["key"] for each in outcome["everybody's"]["models"]] == ["small"]
    assert len(outcome["people"]) == 6


def test_the_dump_of_an_organization_that_is_not_there_says_so(db):
    with pytest.raises(CommandError, match="There is no organization “nowhere”"):
        run("dump_canonical", "--organization", "nowhere")


# The format -------------------------------------------------------------------------------------


def test_every_table_is_in_the_file_or_left_out_for_a_reason():
    ours = {
        model
        for app in ("teams", "guide", "assessment")
        for model in apps.get_app_config(app).get_models()
    }

    assert {part.model for part in PARTS} | LEFT_OUT.keys() == ours
    assert {part.model for part in PARTS} & LEFT_OUT.keys() == set()


@pytest.mark.parametrize("part", [each for each in PARTS if not each.shared], ids=lambda x: x.name)
def test_every_column_is_in_the_file(part):
    columns = {
        field.name
        for field in part.model._meta.get_fields()
        if field.concrete and not (part.model is User and isinstance(field, ManyToManyField))
    }
    not_told = {"organization"} if part.has_organization else set()
    not_told |= ACCOUNT if part.model is User else set()

    assert set(part.record.model_fields) == columns - not_told


@pytest.mark.parametrize("part", [each for each in PARTS if not each.shared], ids=lambda x: x.name)
def test_what_may_be_empty_in_the_database_may_be_empty_in_the_file(part):
    for name, kind in part.record.model_fields.items():
        field = part.model._meta.get_field(name)
        optional = type(None) in getattr(kind.annotation, "__args__", ())
        allowed = field.null or (part.name, name) == ("question_scores", "answered")
        assert optional == allowed, name


def test_the_published_schema_is_that_of_the_code():
    """Brought up to date with: manage.py export_organization --schema"""
    assert (ROOT / "docs" / "organization-file.schema.json").read_text() == schema_text()


def test_the_command_says_what_it_wrote_and_keeps_the_file_to_its_writer(whole, tmp_path):
    path = tmp_path / "harbour.zip"

    said, _ = run("export_organization", "harbour", path, "--json")

    written = json.loads(said)
    assert (written["organization"], written["rows"]["teams"]) == ("harbour", 2)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["harbour.zip"]


def test_the_import_prints_the_same_counts_and_checksum(whole, tmp_path):
    path = tmp_path / "harbour.zip"
    written = json.loads(run("export_organization", "harbour", path, "--json")[0])
    wipe(whole)

    imported = json.loads(run("import_organization", path, "--json")[0])

    assert imported["rows"] == written["rows"]
    assert imported["checksum"] == written["checksum"]


def test_a_file_that_is_there_is_not_written_over(whole, file):
    with pytest.raises(CommandError, match="is there already"):
        run("export_organization", "harbour", file)
