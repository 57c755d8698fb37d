"""Who we are, in an organization file."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from assessment.organization_file.fields import Digest, Id, Moment, Record, Slug, Small, text, to
from teams.models import LEAST_ANSWERS, MOST_ANSWERS, Reminders, Role

Least = Annotated[int, Field(ge=LEAST_ANSWERS, le=MOST_ANSWERS)]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\x00-\x20]+@[^@\x00-\x20]+$")]


class Organization(Record):
    """The organization itself."""

    id: Id
    name: Annotated[str, text(120, least=1)]
    slug: Slug
    least_answers: Least
    created_at: Moment


class Person(Record):
    """Somebody who is named anywhere in the file. No password: whoever comes anew asks for one.

    The id is the one the pseudonyms of sheets were made with.
    """

    id: Id
    email: Email
    name: Annotated[str, text(120)]
    is_active: bool
    date_joined: Moment
    time_zone: Annotated[str, text(60)]
    reminders: Reminders


class Tag(Record):
    id: Id
    name: Annotated[str, text(40, least=1)]


class Team(Record):
    """A team. Its id, too, went into the pseudonyms of sheets."""

    id: Id
    parent: Annotated[Id | None, to("teams")]
    name: Annotated[str, text(120, least=1)]
    slug: Slug
    rules_control_changes: bool
    tags: Annotated[list[Id], to("tags")]
    created_at: Moment


class Membership(Record):
    """One person's role: in a team or, without one, over the organization."""

    id: Id
    user: Annotated[Id, to("people")]
    team: Annotated[Id | None, to("teams")]
    role: Role
    since: Moment


class Invitation(Record):
    """A door. The token itself is nowhere; links that were sent go on working where they led."""

    id: UUID
    team: Annotated[Id | None, to("teams")]
    role: Role
    email: Annotated[str, text(254)]
    token_digest: Digest
    uses_allowed: Small
    uses: Small
    invited_by: Annotated[Id | None, to("people")]
    created_at: Moment
    expires_at: Moment
    withdrawn_at: Moment | None
