"""The published schema of an organization file, made from the records that read and write it."""

import json
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from assessment.organization_file.manifest import APPLICATION, FORMAT
from assessment.organization_file.parts import PARTS

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
ABOUT: Final = (
    "An organization of Rungs as a file. As a zip that export_organization writes, each part is a "
    "file <part>.jsonl with one item a line, and manifest.json says what is in it. As the JSON "
    "that an owner takes away in the app, it is one document, without what is never shown. "
    "A field with “references” holds the id of an item of that part; what a part “shared_…” names "
    "is everybody's and counts to the part it is named after."
)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the whole file as one document."""
    kind: Literal["validation"] = "validation"
    keyed = [(part.name, kind, TypeAdapter[Any](part.record)) for part in PARTS]
    items, definitions = TypeAdapter.json_schemas(keyed, ref_template="#/$defs/{model}")
    return {
        "$schema": DRAFT,
        "title": f"{APPLICATION} organization file, format {FORMAT}",
        "description": ABOUT,
        "type": "object",
        "required": ["application", "format", "holds", "organization"],
        "properties": {
            "application": {"const": APPLICATION},
            "format": {"const": FORMAT},
            "holds": {"enum": ["everything", "what is shown"]},
            "written_at": {"type": "string", "format": "date-time"},
            **{part.name: {"type": "array", "items": items[part.name, kind]} for part in PARTS},
        },
        "additionalProperties": False,
        "$defs": definitions["$defs"],
    }


def schema_text() -> str:
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
