"""What an organization file says of itself, and how it is told that a file is whole."""

import hashlib
import json
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assessment.organization_file.fields import Digest, Moment, Slug

APPLICATION: Final = "Rungs"
# Grows when a file of a new kind can no longer be read by what was released before.
FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
SCHEMA: Final = "schema.json"
LARGEST_MANIFEST: Final = 100_000


class FileRefused(Exception):
    """The file cannot be imported; nothing was changed, and the text says why."""


class PartEntry(BaseModel):
    """One part of the file: how many rows, and the digest of its lines."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    rows: Annotated[int, Field(ge=0)]
    sha256: Digest


class Manifest(BaseModel):
    """The first file in the zip. `checksum` follows from the parts, `seal` from all the rest."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    application: Literal["Rungs"]
    format: Annotated[int, Field(ge=1)]
    holds: Literal["everything"]
    organization: Slug
    written_at: Moment
    parts: dict[str, PartEntry]
    checksum: Digest
    seal: Digest


def manifest_of(organization: str, written_at: Moment, parts: dict[str, PartEntry]) -> Manifest:
    manifest = Manifest(
        application="Rungs",
        format=FORMAT,
        holds="everything",
        organization=organization,
        written_at=written_at,
        parts=parts,
        checksum=checksum_of(parts),
        seal="0" * 64,
    )
    return manifest.model_copy(update={"seal": seal_of(json.loads(manifest.model_dump_json()))})


def checksum_of(parts: dict[str, PartEntry]) -> str:
    """Return one digest of all parts: equal rows have an equal one, whenever they were written."""
    lines = "".join(f"{name} {entry.sha256}\n" for name, entry in sorted(parts.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def seal_of(written: dict[str, Any]) -> str:
    """Return the digest of the manifest itself, without its seal."""
    rest = {name: value for name, value in written.items() if name != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def read_manifest(content: bytes, known: set[str]) -> Manifest:
    """Return the manifest, checked. Raises FileRefused."""
    try:
        written = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FileRefused(f"Its {MANIFEST} is damaged: it is not JSON.") from error
    if not isinstance(written, dict) or written.get("application") != APPLICATION:
        raise FileRefused("It was not written by Rungs.")
    written_as = written.get("format")
    if isinstance(written_as, int) and written_as > FORMAT:
        raise FileRefused(
            f"It was written by a newer Rungs, in format {written_as}; this one reads format "
            f"{FORMAT}. Upgrade Rungs, then import it."
        )
    if written.get("holds") == "what is shown":
        raise FileRefused(
            "It holds what Rungs shows of the organization, without the sheets. Only a file that "
            "export_organization wrote can be imported."
        )
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        raise FileRefused(f"Its {MANIFEST} is damaged: {first_of(error)}.") from error
    if manifest.seal != seal_of(written) or manifest.checksum != checksum_of(manifest.parts):
        raise FileRefused(f"Its {MANIFEST} is damaged: it does not match its own checksum.")
    if missing := known - manifest.parts.keys():
        raise FileRefused(f"It lacks the part “{min(missing)}”.")
    if unknown := manifest.parts.keys() - known:
        raise FileRefused(f"It has a part “{min(unknown)[:60]}” that this Rungs does not know.")
    return manifest


def first_of(error: ValidationError) -> str:
    """Return what is wrong first, and where, without a full stop."""
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(each) for each in problem["loc"])
    said = problem["msg"][:1].lower() + problem["msg"][1:]
    return f"{place}: {said}" if place else said
