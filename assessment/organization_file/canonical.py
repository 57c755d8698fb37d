"""Everything there is as text without ids: equal data give equal bytes, on any database.

A row is named by what it says, references are written as names, and all stands in one order.
Respondents are told apart by what they answered and by nothing else. It is to compare, before and
after an export or a backup; nothing reads it.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from assessment.models import Answer, Sheet
from assessment.models.answering import TOGETHER
from assessment.organization_file.parts import BY_NAME, PARTS, Part
from assessment.organization_file.writing import CHUNK, records, rows_of
from guide.cleaning import clean_again
from teams.models import Organization, Team, User

# Answers are told below their respondents.
RESPONDENTS: Final = {"sheets", "answers"}
# What is there without an organization.
EVERYBODYS: Final = (
    "guides", "pages", "sections", "assets",
    "models", "questionnaires", "questions", "levels",
)  # fmt: skip


def dump(organization: Organization | None = None) -> Iterator[str]:
    """Yield the lines of one organization or, without one, of everything there is."""
    yield "{"
    if organization is None:
        yield '"everybody\'s": {'
        yield from _parts(Labels(None), [BY_NAME[name] for name in EVERYBODYS])
        yield "},"
        yield '"people": ['
        yield from _lines(_people())
        yield "],"
    wanted = Organization.objects.filter(pk=organization.pk) if organization else None
    listed = sorted(wanted or Organization.objects.all(), key=lambda each: each.slug)
    yield '"organizations": ['
    for number, each in enumerate(listed, start=1):
        yield "{"
        yield from _of(each)
        yield "}" + ("," if number < len(listed) else "")
    yield "]"
    yield "}"


def _of(organization: Organization) -> Iterator[str]:
    labels = Labels(organization)
    yield from _parts(
        labels, [part for part in PARTS if not part.shared and part.name not in RESPONDENTS]
    )
    yield ', "respondents": ['
    yield from _lines(_respondents(organization, labels))
    yield "]"


def _parts(labels: "Labels", parts: list[Part]) -> Iterator[str]:
    for number, part in enumerate(parts):
        yield f'{", " if number else ""}"{part.name}": ['
        yield from _lines(_rows(part, labels))
        yield "]"


def _lines(rows: Iterator[Any]) -> Iterator[str]:
    """Yield rows as JSON in the order of what they say, a row a line."""
    written = sorted(_written(row) for row in rows)
    for number, line in enumerate(written, start=1):
        yield line + ("," if number < len(written) else "")


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(value).hexdigest()
    return value.isoformat() if isinstance(value, date) else str(value)


@dataclass
class Labels:
    """The names of rows that others refer to, by space and id; read when first asked for."""

    organization: Organization | None
    known: dict[str, dict[Any, str]] = field(default_factory=dict)

    def of(self, space: str, row: Any) -> str:
        if space not in self.known:
            self.known[space] = self._read(space)
        return self.known[space][row]

    def _read(self, space: str) -> dict[Any, str]:
        part = BY_NAME[space]
        rows: QuerySet[Any] = User.objects.all() if space == "people" else part.own(None)
        if self.organization and space != "people":
            rows = rows_of(part, self.organization)
            if any(each.shared and each.space == space for each in PARTS):
                rows = rows.order_by().union(part.own(None).order_by(), all=True)
        return {row[0]: _name(row[1:]) for row in rows.values_list("pk", *part.label)}


def _name(values: tuple[Any, ...]) -> str:
    return " / ".join(_plain(value) if value is not None else "" for value in values)


def _rows(part: Part, labels: Labels) -> Iterator[dict[str, Any]]:
    series: dict[UUID, str] = {}
    for record in records(part, labels.organization):
        values = record.model_dump(exclude={"id"})
        for name, space in part.references.items():
            value = values[name]
            if isinstance(value, list):
                values[name] = sorted(labels.of(space, each) for each in value)
            elif value is not None:
                values[name] = labels.of(space, value)
        if part.name == "sections":
            values["html"] = clean_again(values["html"])
        if part.name == "rounds":
            series = series or _series(labels)
            values["series"] = series[values["series"]]
        yield values


def _series(labels: Labels) -> dict[UUID, str]:
    """Return a name for each series of rounds: that of its first round."""
    part = BY_NAME["rounds"]
    found: dict[UUID, str] = {}
    rows = rows_of(part, labels.organization).order_by("number")
    for series, *label in rows.values_list("series", *part.label):
        found.setdefault(series, _name(tuple(label)))
    return found


def _people() -> Iterator[dict[str, Any]]:
    columns = [*BY_NAME["people"].fields.values(), "is_staff", "is_superuser"]
    for values in User.objects.values(*columns):
        yield {name: value for name, value in values.items() if name != "id"}


def _respondents(organization: Organization, labels: Labels) -> Iterator[dict[str, Any]]:
    """Yield what each respondent of each team answered, over all assessments."""
    for team in Team.objects.filter(organization=organization).order_by("pk"):
        sheets: dict[str, list[dict[str, Any]]] = defaultdict(list)
        answers = _answers(team, labels)
        rows = Sheet.objects.filter(assessment__team=team)
        for pk, assessment, respondent in rows.values_list("pk", "assessment_id", "respondent"):
            sheets[respondent].append(
                {
                    "assessment": labels.of("assessments", assessment),
                    "answers": sorted(answers.get(pk, []), key=_written),
                }
            )
        for respondent, filled in sheets.items():
            yield {
                "team": team.slug,
                "together": respondent == TOGETHER,
                "sheets": sorted(filled, key=_written),
            }


def _answers(team: Team, labels: Labels) -> dict[UUID, list[list[Any]]]:
    found: dict[UUID, list[list[Any]]] = defaultdict(list)
    rows = Answer.objects.filter(sheet__assessment__team=team).values_list(
        "sheet_id",
        "question_id",
        "answer",
        "note",
        "revision",
        "revealed_answer",
        "revealed_note",
    )
    for sheet, question, *said in rows.iterator(chunk_size=CHUNK):
        found[sheet].append([labels.of("questions", question), *said])
    return found
