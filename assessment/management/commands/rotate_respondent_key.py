import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assessment.rekeying import NotRekeyed, rekey


class Command(BaseCommand):
    help = (
        "Exchange the key of the sheets' pseudonyms: from RESPONDENT_KEY_OLD to RESPONDENT_KEY. "
        "Run it with Rungs stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = rekey(old=settings.RESPONDENT_KEY_OLD, new=settings.RESPONDENT_KEY)
        except NotRekeyed as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done)))
            return
        self.stdout.write(
            f"{done.rekeyed} sheets went to the new key, {done.under_the_new_key} had it already; "
            f"{done.of_nobody} belong to no account, {done.filled_together} were filled together."
        )
