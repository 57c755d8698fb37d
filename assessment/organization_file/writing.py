"""An organization in, its file out: everything there is of it, sheets without names included."""

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from pydantic import ValidationError

from assessment.models import Sheet
from assessment.models.answering import TOGETHER, respondent_key
from assessment.organization_file.fields import Record
from assessment.organization_file.manifest import (
    MANIFEST,
    SCHEMA,
    Manifest,
    PartEntry,
    first_of,
    manifest_of,
)
from assessment.organization_file.parts import BY_NAME, PARTS, Part, referring_to
from assessment.organization_file.schema import schema_text
from teams.models import Organization, User

CHUNK: Final = 2000


class NotWritten(Exception):
    """The file could not be written; there is none, and the text says why."""


@dataclass(frozen=True)
class Written:
    """What was written: how many rows of each part, and the checksum of them all."""

    organization: str
    rows: dict[str, int]
    checksum: str


def export_organization(organization: Organization, path: Path) -> Written:
    """Write the organization's file; it appears under its name only when it is whole.

    Only its writer may read it: with the key of the pseudonyms it tells who answered what.
    Raises NotWritten.
    """
    if path.exists():
        raise NotWritten(f"{path} is there already; name another file.")
    partial = path.with_name(f".{path.name}.partial")
    try:
        with open(partial, "wb", opener=_for_me_alone) as file, as_of_one_moment():
            manifest = write(organization, file)
        partial.rename(path)
    except OSError as error:
        raise NotWritten(f"{path} could not be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)
    rows = {name: entry.rows for name, entry in manifest.parts.items()}
    return Written(organization.slug, rows, manifest.checksum)


def _for_me_alone(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


@contextmanager
def as_of_one_moment() -> Iterator[None]:
    """Read everything as it was at one moment, and keep nobody from writing meanwhile."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # Django's own would keep writers out
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            take_your_time()
            yield


def take_your_time() -> None:
    """Let a transaction of a command be as long as it must: a page's limits are not for it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def write(organization: Organization, file: Any) -> Manifest:
    """Write the zip into an open file and return what it says of itself."""
    entries: dict[str, PartEntry] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as packed:
        for part in PARTS:
            with packed.open(f"{part.name}.jsonl", "w", force_zip64=True) as target:
                entries[part.name] = _write_part(target, records(part, organization))
        manifest = manifest_of(organization.slug, timezone.now(), entries)
        packed.writestr(SCHEMA, schema_text())
        packed.writestr(MANIFEST, manifest.model_dump_json(indent=1))
    return manifest


def _write_part(target: Any, rows: Iterable[Record]) -> PartEntry:
    digest, count = hashlib.sha256(), 0
    for row in rows:
        line = row.model_dump_json().encode() + b"\n"
        target.write(line)
        digest.update(line)
        count += 1
    return PartEntry(rows=count, sha256=digest.hexdigest())


# Rows -------------------------------------------------------------------------------------------


def records(part: Part, organization: Organization | None) -> Iterator[Record]:
    """Yield the rows of one part. Raises NotWritten for one that could not be imported again."""
    several = {name: _lists(part, name, organization) for name in part.lists}
    columns = part.fields
    rows = rows_of(part, organization).values_list(*columns.values())
    for row in rows.iterator(chunk_size=CHUNK):
        values = dict(zip(columns, row, strict=True))
        for name, lists in several.items():
            values[name] = lists.get(values["id"], [])
        yield record_of(part, values)


def record_of(part: Part, values: dict[str, Any]) -> Record:
    for name, value in values.items():
        if isinstance(value, memoryview):
            values[name] = bytes(value)
    try:
        return part.record.model_validate(values, strict=False)
    except ValidationError as error:
        raise NotWritten(
            f"Row {values.get('id')} of {part.name} cannot be exported: {first_of(error)}."
        ) from error


def rows_of(part: Part, organization: Organization | None) -> QuerySet[Any]:
    """Return the rows of a part, as the file holds them."""
    if part.name == "people" and organization:
        return User.objects.filter(pk__in=people_of(organization)).order_by("pk")
    if part.shared and organization:
        return part.own(None).filter(pk__in=shared_ids(part, organization))
    return part.own(organization)


def _lists(part: Part, name: str, organization: Organization | None) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    rows = rows_of(part, organization).filter(**{f"{name}__isnull": False})
    for row, other in rows.order_by(name).values_list("pk", name):
        found.setdefault(row, []).append(other)
    return found


def referred_to(space: str, organization: Organization) -> set[Any]:
    """Return the ids that the organization's own rows refer to."""
    found: set[Any] = set()
    for part, name in referring_to(space):
        if not part.shared:
            column = name if name in part.lists else part.fields[name]
            found |= set(
                part.own(organization).order_by().values_list(column, flat=True).distinct()
            )
    return found - {None}


def people_of(organization: Organization) -> set[int]:
    """Return who is named anywhere, and who once filled a sheet: their sheets stay together."""
    return referred_to("people", organization) | respondents_in(organization)


def respondents_in(organization: Organization) -> set[int]:
    """Return the accounts behind the organization's sheets, also of those who have left."""
    sheets = Sheet.objects.filter(assessment__team__organization=organization)
    rows = sheets.exclude(respondent=TOGETHER).order_by()
    by_team: dict[int, set[str]] = {}
    for team, respondent in rows.values_list("assessment__team", "respondent").distinct():
        by_team.setdefault(team, set()).add(respondent)
    people = list(User.objects.values_list("pk", flat=True))
    keys = {settings.RESPONDENT_KEY, settings.RESPONDENT_KEY_OLD}
    return {
        person
        for team, respondents in by_team.items()
        for person in people
        if not respondents.isdisjoint(respondent_key(person, team, key=key) for key in keys)
    }


def shared_ids(part: Part, organization: Organization) -> set[Any]:
    """Return which rows that are everybody's the organization's own need."""
    if part.name == "shared_guides":
        sections = referred_to("sections", organization)
        of_sections = BY_NAME["sections"].own(None).filter(pk__in=sections)
        return referred_to("guides", organization) | set(
            of_sections.order_by().values_list("page__guide", flat=True)
        )
    if part.name in ("shared_questionnaires", "shared_questions"):
        models = referred_to("models", organization)
        path = part.of.removesuffix("__organization")
        return set(part.own(None).filter(**{f"{path}__in": models}).values_list("pk", flat=True))
    return referred_to(part.ids_of, organization)
