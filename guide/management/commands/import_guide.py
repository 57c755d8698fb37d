"""`import_guide PATH`: bring a MkDocs project into the app, or bring it up to date."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guide.changes import Changed, Changes
from guide.files import ImportRefused
from guide.importer import import_guide
from guide.report import Report
from teams.models import Organization

CHANGES = ("added", "changed", "removed", "moved")


class Command(BaseCommand):
    help = "Import a MkDocs directory or zip as a guide; import it again to bring it up to date."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a folder or zip file with a mkdocs.yml")
        parser.add_argument("--organization", default="", help="show it to this organization only")
        parser.add_argument(
            "--slug", default="", help="its address; else the name of the folder or zip"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            organization = organization_called(options["organization"])
            report = import_guide(options["path"], organization, options["slug"])
        except ImportRefused as reason:
            raise CommandError(str(reason)) from None
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report), indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(lines_of(report)))


def organization_called(slug: str) -> Organization | None:
    if not slug:
        return None
    found = Organization.objects.filter(slug=slug).first()
    if found is None:
        raise ImportRefused(f"There is no organization “{slug}”.")
    return found


def lines_of(report: Report) -> Iterator[str]:
    """Say in words what the import did, one thing a line."""
    yield f"{report.guide}: {'imported' if report.changed else 'nothing has changed'}, {report.url}"
    yield f"{report.pages} pages, {report.sections} sections, {report.assets} assets"
    yield from changed_lines(report.changes)
    yield f"{report.links_checked} links checked, {len(report.broken_links)} broken"
    for link in report.broken_links:
        yield f"  {link.page}, line {link.line}: {link.link}: {link.reason}"
    for finding in report.refused:
        yield f"  {finding.page} was refused: {finding.message}"
    for finding in report.warnings:
        place = f"{finding.page}, line {finding.line}" if finding.line else finding.page
        yield f"  {place}: {finding.message}"


def changed_lines(changes: Changes) -> Iterator[str]:
    """Say what is otherwise than at the last import; nothing at the first one."""
    for kind in ("pages", "sections", "assets"):
        changed: Changed = getattr(changes, kind)
        counts = {name: len(getattr(changed, name)) for name in CHANGES}
        if any(counts.values()):
            yield f"{kind}: {', '.join(f'{n} {name}' for name, n in counts.items() if n)}"
        for name in ("added", "changed", "removed"):
            yield from (f"  {name}: {place}" for place in getattr(changed, name))
        yield from (f"  moved: {each.was} to {each.now}" for each in changed.moved)
    yield from (f"  elsewhere in the contents: {path}" for path in changes.reordered)
