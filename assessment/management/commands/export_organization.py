import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment.organization_file.schema import schema_text
from assessment.organization_file.writing import NotWritten, export_organization
from teams.models import Organization


class Command(BaseCommand):
    help = (
        "Write everything of an organization into a zip, to leave with or to keep. Guard the file "
        "like a backup: with RESPONDENT_KEY it tells who answered what."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organization", nargs="?", default="", help="its address")
        parser.add_argument("file", nargs="?", type=Path, help="a zip that is not there yet")
        parser.add_argument("--json", action="store_true", help="print counts and checksum as JSON")
        parser.add_argument(
            "--schema", action="store_true", help="print the JSON Schema of such files instead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["schema"]:
            self.stdout.write(schema_text(), ending="")
            return
        if options["file"] is None:
            raise CommandError("Name an organization and a file: export_organization SLUG FILE.zip")
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization “{options['organization']}”.")
        try:
            written = export_organization(organization, options["file"])
        except NotWritten as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(written)))
            return
        self.stdout.write(
            f"Wrote {organization} into {options['file']}: {counted(written.rows)}. "
            f"Checksum {written.checksum}"
        )


def counted(rows: dict[str, int]) -> str:
    """Return how much there is of what somebody would count."""
    told = ("people", "teams", "assessments", "sheets", "answers", "snapshots", "actions", "guides")
    return ", ".join(f"{rows[name]:,} {name}" for name in told if rows[name])
