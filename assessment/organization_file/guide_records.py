"""The organization's own guides and what its readers said, in an organization file.

A guide that is everybody's is not in the file: `SharedGuide` and `SharedSection` name what has to
be there already.
"""

from typing import Annotated

from pydantic import Field

from assessment.organization_file.fields import (
    Digest,
    Id,
    Link,
    Long,
    Moment,
    Record,
    Slug,
    Small,
    Whole,
    text,
    to,
)
from guide.files import LARGEST_FILE
from guide.models import CorrectionKind, CorrectionStatus


class SharedGuide(Record):
    id: Id
    slug: Slug


class SharedSection(Record):
    id: Id
    guide: Annotated[Id, to("guides")]
    page: Annotated[str, text(200, least=1)]
    anchor: Annotated[str, text(200)]


class Guide(Record):
    """A guide of the organization's own."""

    id: Id
    slug: Slug
    title: Annotated[str, text(200)]
    description: Long
    licence: Annotated[str, text(200)]
    source_url: Link
    checksum: Annotated[str, text(64)]
    revision: Whole
    imported_at: Moment


class Page(Record):
    id: Id
    guide: Annotated[Id, to("guides")]
    path: Annotated[str, text(200, least=1)]
    title: Annotated[str, text(200)]
    nav_title: Annotated[str, text(200)]
    nav_group: Annotated[str, text(200)]
    position: Whole
    words: Whole
    checksum: Annotated[str, text(64)]


class Section(Record):
    """A section as it is read. The import takes out whatever a page may not hold."""

    id: Id
    page: Annotated[Id, to("pages")]
    anchor: Annotated[str, text(200)]
    title: Annotated[str, text(300)]
    depth: Small
    position: Whole
    html: Long
    text: Long


class Asset(Record):
    """A picture or file of a guide, its content in base64."""

    id: Id
    guide: Annotated[Id, to("guides")]
    path: Annotated[str, text(300, least=1)]
    content_type: Annotated[str, text(100)]
    content: Annotated[bytes, Field(max_length=LARGEST_FILE)]
    checksum: Digest


class ReadMark(Record):
    id: Id
    user: Annotated[Id, to("people")]
    page: Annotated[Id, to("pages")]
    checksum: Annotated[str, text(64)]
    at: Moment


class Correction(Record):
    """What a reader suggests, in a guide of the organization's own or in everybody's."""

    id: Id
    guide: Annotated[Id, to("guides")]
    section: Annotated[Id | None, to("sections")]
    place: Annotated[str, text(600)]
    kind: CorrectionKind
    text: Annotated[str, text(2000, least=1)]
    by: Annotated[Id | None, to("people")]
    at: Moment
    status: CorrectionStatus
    reason: Annotated[str, text(1000)]
    settled_by: Annotated[Id | None, to("people")]
    settled_at: Moment | None
