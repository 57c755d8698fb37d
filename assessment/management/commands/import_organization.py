import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment.management.commands.export_organization import counted
from assessment.organization_file.manifest import FileRefused
from assessment.organization_file.reading import MOST_ROWS
from assessment.organization_file.storing import Imported, import_organization


class Command(BaseCommand):
    help = (
        "Bring in an organization that export_organization wrote: all of it, or nothing. People "
        "are found by e-mail address; accounts that are here stay as they are. For a file from "
        "another installation set RESPONDENT_KEY_OLD to the RESPONDENT_KEY it had."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--slug", default="", help="another address than it had")
        parser.add_argument(
            "--most-rows", type=int, default=MOST_ROWS, help=f"default: {MOST_ROWS:,}"
        )
        parser.add_argument("--json", action="store_true", help="print counts and checksum as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = import_organization(
                options["file"], slug=options["slug"], most_rows=options["most_rows"]
            )
        except FileRefused as error:
            raise CommandError(f"{options['file']}: {error} Nothing was changed.") from error
        for sentence in warnings(done):
            self.stderr.write(sentence)
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done)))
            return
        self.stdout.write(
            f"Imported as /organizations/{done.organization}/: {counted(done.rows)}. "
            f"{done.accounts_found} accounts were here, {done.accounts_made} are new: their people "
            f"ask for a password by mail. Checksum {done.checksum}"
        )


def warnings(done: Imported) -> Iterator[str]:
    """Yield what whoever imported should know."""
    if done.sheets_of_nobody and not done.sheets_paired:
        yield (
            f"None of {done.sheets_of_nobody} sheets could be led to an account here: the file was "
            "made under another key. What people answer from now on is not compared with them, and "
            "in an assessment that is still open people would count twice. To mend it, go back to "
            "the database of before, set RESPONDENT_KEY_OLD to the RESPONDENT_KEY the file was "
            "made under, and import it again."
        )
    if done.invitations_left_out:
        yield (
            f"{done.invitations_left_out} invitations were left out: their links lead to the "
            "organization that is here already."
        )
