import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment import demo
from teams.models import User


class Command(BaseCommand):
    help = (
        "Make an invented organization with two years of history. Refuses to mix with real people."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organizations", type=int, default=1)
        parser.add_argument("--teams", type=int, default=9)
        parser.add_argument("--people", type=int, help="people a team; default: 2 to 9, by team")
        parser.add_argument("--assessments", type=int, default=8, help="past ones a team")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--if-empty", action="store_true", help="with anybody there already, do nothing"
        )
        parser.add_argument("--json", type=Path, help="write logins, password and places to a file")

    def handle(self, *args: Any, **options: Any) -> None:
        if demo.seeded():
            self.stdout.write("The demo is there already; nothing was changed.")
            return
        if options["if_empty"] and User.objects.exists():
            self.stdout.write("There are people here already, so no demo was made.")
            return
        size = demo.Size(
            options["organizations"], options["teams"], options["people"], options["assessments"]
        )
        try:
            outcome = demo.seed_demo(seed=options["seed"], size=size)
        except demo.RealDataFound as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            options["json"].write_text(json.dumps(asdict(outcome), indent=1))
        self.stdout.write(
            f"Made {len(outcome.organizations)} organizations. "
            f"Sign in as {', '.join(outcome.logins)}; the password is “{outcome.password}”."
        )
