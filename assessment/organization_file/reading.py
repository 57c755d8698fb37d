"""An organization file in, its checked rows out. Everything is looked at before anything is used.

Whatever is wrong with a file, this says what and where, and nothing has been changed by then.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from assessment.organization_file.fields import Record
from assessment.organization_file.manifest import (
    LARGEST_MANIFEST,
    MANIFEST,
    SCHEMA,
    FileRefused,
    Manifest,
    first_of,
    read_manifest,
)
from assessment.organization_file.parts import PARTS, Part

MOST_ROWS: Final = 500_000
# An asset of a guide is the longest: 5 MB, in base64.
LONGEST_LINE: Final = 16 * 2**20
LARGEST: Final = 2 * 2**30
MOST_COMPLAINTS: Final = 5


class OrganizationFile:
    """An open file whose manifest is sound. `rows` may be read any number of times."""

    def __init__(self, packed: zipfile.ZipFile, manifest: Manifest) -> None:
        self.packed = packed
        self.manifest = manifest

    def rows(self, part: Part) -> Iterator[Record]:
        """Yield the rows of a part. Raises FileRefused at the first that is not sound."""
        for number, line in self.lines(part):
            try:
                yield part.record.model_validate_json(line)
            except ValidationError as error:
                raise FileRefused(
                    f"{part.name}.jsonl, line {number}: {first_of(error)}."
                ) from error

    def lines(self, part: Part) -> Iterator[tuple[int, bytes]]:
        """Yield the lines of a part with their numbers, and check in the end what was read."""
        entry, digest, number = self.manifest.parts[part.name], hashlib.sha256(), 0
        name = f"{part.name}.jsonl"
        with _readable(name), self.packed.open(name) as file:
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise FileRefused(f"{name}, line {number} is longer than any row can be.")
                if number > entry.rows:
                    break
                digest.update(line)
                yield number, line
        if digest.hexdigest() != entry.sha256 or number != entry.rows:
            raise FileRefused(f"{name} is damaged: it is not what the manifest says was written.")


@contextmanager
def opened(path: Path, most_rows: int = MOST_ROWS) -> Iterator[OrganizationFile]:
    """Open a file, look through all of it and give it out. Raises FileRefused."""
    try:
        with path.open("rb") as file, _unpacked(file) as packed:
            found = OrganizationFile(packed, _manifest(packed))
            _check_limits(found, most_rows)
            _check_lines(found)
            _check_rows(found)
            yield found
    except OSError as error:
        raise FileRefused(f"It cannot be read: {error.strerror}.") from error


@contextmanager
def _unpacked(file: Any) -> Iterator[zipfile.ZipFile]:
    try:
        packed = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FileRefused(
            "It is no complete zip file: something else, or cut short on its way."
        ) from error
    with packed:
        yield packed


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Turn what a damaged zip makes of reading into a reason."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        raise FileRefused(f"{name} is damaged or missing.") from error
    except (RuntimeError, NotImplementedError) as error:
        raise FileRefused(f"{name} is packed in a way that Rungs does not write.") from error


def _manifest(packed: zipfile.ZipFile) -> Manifest:
    names = packed.namelist()
    if MANIFEST not in names:
        raise FileRefused(f"It was not written by Rungs: it has no {MANIFEST}.")
    if packed.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise FileRefused(f"Its {MANIFEST} is far too large.")
    with _readable(MANIFEST):
        content = packed.read(MANIFEST)
    manifest = read_manifest(content, {part.name for part in PARTS})
    expected = {MANIFEST, SCHEMA, *(f"{name}.jsonl" for name in manifest.parts)}
    if unexpected := set(names) - expected:
        raise FileRefused(f"It holds “{min(unexpected)[:60]}”, which is no part of it.")
    if len(names) != len(set(names)):
        raise FileRefused("It holds a part twice.")
    return manifest


def _check_limits(file: OrganizationFile, most_rows: int) -> None:
    rows = sum(entry.rows for entry in file.manifest.parts.values())
    if rows > most_rows:
        raise FileRefused(
            f"It holds {rows:,} rows, and {most_rows:,} are let in. If you know the file and the "
            f"machine has the memory, allow more: --most-rows {rows}."
        )
    size = sum(each.file_size for each in file.packed.infolist())
    if size > LARGEST:
        raise FileRefused(
            f"Unpacked it would be {size // 2**20:,} MB; {LARGEST // 2**20:,} MB are the most."
        )


def _check_lines(file: OrganizationFile) -> None:
    """Compare every part with its checksum before a word of it is believed."""
    for part in PARTS:
        for _ in file.lines(part):
            pass


def _check_rows(file: OrganizationFile) -> None:
    """Check every row and every reference. Raises FileRefused with the first few complaints."""
    complaints: list[str] = []
    for complaint in _complaints(file):
        complaints.append(complaint)
        if len(complaints) == MOST_COMPLAINTS:
            break
    if complaints:
        raise FileRefused(" ".join(complaints))


def _complaints(file: OrganizationFile) -> Iterator[str]:
    known: dict[str, set[Any]] = {part.ids_of: set() for part in PARTS}
    for part in PARTS:
        if part.name == "organization" and file.manifest.parts[part.name].rows != 1:
            yield "organization.jsonl must hold one organization."
        yield from _wrong_ids(part, file, known[part.ids_of])
        yield from _wrong_references(part, file, known)


def _wrong_ids(part: Part, file: OrganizationFile, known: set[Any]) -> Iterator[str]:
    for number, row in enumerate(file.rows(part), start=1):
        if row.id in known:
            yield f"{part.name}.jsonl, line {number}: the id {row.id} stands there twice."
        known.add(row.id)


def _wrong_references(
    part: Part, file: OrganizationFile, known: dict[str, set[Any]]
) -> Iterator[str]:
    """Look whether each reference leads somewhere: parts stand in the order of what they need."""
    if not part.references:
        return
    for number, row in enumerate(file.rows(part), start=1):
        for name, to in part.references.items():
            for value in referred(row, name):
                if value not in known[to]:
                    yield f"{part.name}.jsonl, line {number}: {name} {value} is not in the file."


def referred(row: Record, name: str) -> list[Any]:
    """Return the ids a field refers to: none, one or several."""
    value = getattr(row, name)
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
