"""What the values of an organization file are made of."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

# PostgreSQL stores any text but this character.
NO_NUL: Final = r"^[^\x00]*$"
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


class Values(BaseModel):
    """Values that belong together; nothing else may stand beside them."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        use_enum_values=True,
        ser_json_bytes="base64",
        val_json_bytes="base64",
    )


class Record(Values):
    """One row of a part. Its fields are named as in the database, a reference without `_id`."""

    id: Any


def text(most: int, least: int = 0) -> Any:
    """Return what a text must keep to."""
    return Field(min_length=least, max_length=most, pattern=NO_NUL)


def to(part: str) -> Any:
    """Return the mark of a reference: its value is the id of a row of that part."""
    return Field(json_schema_extra={"references": part})


def reference_of(record: type[BaseModel], name: str) -> str:
    """Return the part a field refers to; empty for a plain value."""
    extra = record.model_fields[name].json_schema_extra
    return str(extra.get("references", "")) if isinstance(extra, dict) else ""


def _in_our_time(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError("the moment is not between 1970 and 2200")
    return moment.astimezone(UTC)


Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Small = Annotated[int, Field(ge=0, le=2**15 - 1)]
Whole = Annotated[int, Field(ge=0, le=2**31 - 1)]
Level = Annotated[int, Field(ge=0, le=4)]
Score = Annotated[float, Field(ge=0, le=4)]
Slug = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]+$", max_length=60)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Note = Annotated[str, text(2000)]
Long = Annotated[str, text(2_000_000)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_our_time)]
# A page links to it, so it may not run anything.
Link = Annotated[str, Field(max_length=500, pattern=r"^(https?://[^\x00-\x20]+)?$")]
