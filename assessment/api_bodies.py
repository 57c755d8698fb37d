"""What goes in and out of the API, and as which it is refused."""

from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from assessment.models.answering import LONGEST_NOTE


class AnswerBody(Schema):
    """What a respondent gives to one question."""

    model_config = ConfigDict(extra="forbid", strict=True)

    answer: Annotated[int, Field(ge=0, le=4)] | Literal["dk", "na"] | None = Field(
        description="A level, don't know, not applicable (needs a note saying why) or nothing"
    )
    note: str = Field("", max_length=LONGEST_NOTE)


class SavedBody(Schema):
    saved: Literal[True]
    revision: int
    saved_at: str


class RefusedBody(Schema):
    saved: Literal[False]
    error: str
    code: str


class StoredBody(AnswerBody):
    revision: int


class ConflictBody(RefusedBody):
    yours: AnswerBody | None = None
    stored: StoredBody | None = None


class ClosedBody(RefusedBody):
    """The sheets take no answers: `revealed` may end, when the lead opens them again."""

    code: Literal["closed"]
    status: Literal["revealed", "submitted"]
    reason: str


class SheetAnswerBody(StoredBody):
    questionnaire: str
    question: str


class SheetBody(Schema):
    """One sheet. `reason` says why it takes no answers; it is empty while it is open."""

    status: Literal["open", "revealed", "submitted"]
    reason: str
    answers: list[SheetAnswerBody]


class MemberBody(Schema):
    name: str
    finished: bool


class TakingPartBody(Schema):
    """The team's members by name, in no order of finishing; nobody where there is one sheet."""

    status: Literal["open", "revealed", "submitted"]
    finished: int
    members: list[MemberBody]


REFUSED = dict.fromkeys(frozenset({401, 403, 404, 413, 422, 429, 503}), RefusedBody)
REFUSED_READING = dict.fromkeys(frozenset({401, 403, 404, 503}), RefusedBody)
