from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment.organization_file.canonical import dump
from assessment.organization_file.writing import as_of_one_moment
from teams.models import Organization


class Command(BaseCommand):
    help = (
        "Print everything without ids, in one order: equal data give equal text on any database. "
        "It holds what people answered, without their names."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", default="", help="its address; default: everything")

    def handle(self, *args: Any, **options: Any) -> None:
        with as_of_one_moment():
            for line in dump(organization_called(options["organization"])):
                self.stdout.write(line)


def organization_called(slug: str) -> Organization | None:
    if not slug:
        return None
    found = Organization.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no organization “{slug}”.")
    return found
