"""`run_due`: do what has become due. For cron; running it again, or twice at once, does no harm."""

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from assessment import due


class Command(BaseCommand):
    help = "Do what has become due: rounds that open, reminders, files that expire."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        done = due.run(timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(done))
        else:
            said = [f"{count} {words}" for words, count in done.items() if count]
            self.stdout.write(", ".join(said) or "Nothing was due.")
