"""What Rungs shows of an organization as one JSON document, by the schema of organization files.

What is never shown is not in it: sheets and their answers, who finished when, doors that are open.
Figures are as exact as the pages say them, and what these keep to themselves is empty.
"""

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, Final

from django.utils import timezone

from assessment.exporting.tables import one_decimal, rule
from assessment.models import Snapshot
from assessment.models.answering import Assessment, AssessmentStatus
from assessment.organization_file.fields import Record
from assessment.organization_file.manifest import APPLICATION, FORMAT
from assessment.organization_file.parts import BY_NAME, Part
from assessment.organization_file.reading import referred
from assessment.organization_file.writing import as_of_one_moment, record_of, records
from teams.models import Organization, User

# People come last: those whom the other parts name, and nobody who only answered.
SHOWN: Final = (
    *("organization", "tags", "teams", "memberships"),
    *("shared_guides", "guides", "pages", "shared_sections", "sections"),
    *("shared_models", "models", "shared_questionnaires", "questionnaires"),
    *("shared_questions", "questions", "levels", "models_in_use"),
    *("assessments", "agreed_answers", "snapshots", "questionnaire_scores", "question_scores"),
    *("targets", "actions", "action_changes", "exemptions", "annotations"),
    *("rounds", "round_entries"),
)
# Figures that pages say to one decimal, and what no page says.
TO_ONE_DECIMAL: Final = {
    *("score", "as_answered", "low", "high", "half_width", "average_deviation"),
    *("change", "change_margin", "overall", "mean"),
}
KEPT_BACK: Final = {
    "questionnaire_scores": ("variance", "change_p", "change_linked", "dont_know_share"),
    "question_scores": ("median", "variance", "average_deviation", "range"),
}


def of_organization(organization: Organization, progress: Callable[[int], None]) -> bytes:
    content = BytesIO()
    progress(5)
    with as_of_one_moment():
        for piece in document(organization):
            content.write(piece.encode())
    progress(95)
    return content.getvalue()


def document(organization: Organization) -> Iterator[str]:
    """Yield the document piece by piece."""
    head = {
        "application": APPLICATION,
        "format": FORMAT,
        "holds": "what is shown",
        "written_at": timezone.now().isoformat(),
    }
    yield json.dumps(head)[:-1]
    people: set[int] = set()
    shown = Shown(organization)
    for name in SHOWN:
        yield from _part(name, shown.rows(BY_NAME[name], people))
    yield from _part("people", _people(people))
    yield "}\n"


def _part(name: str, rows: Iterator[Record]) -> Iterator[str]:
    yield f',\n"{name}": ['
    for number, row in enumerate(rows):
        yield f"{',' if number else ''}\n{row.model_dump_json()}"
    yield "]"


def _people(named: set[int]) -> Iterator[Record]:
    part = BY_NAME["people"]
    columns = part.fields
    found = User.objects.filter(pk__in=named).order_by("pk")
    for row in found.values_list(*columns.values()):
        yield record_of(part, dict(zip(columns, row, strict=True)))


class Shown:
    """The rows of an organization as they may be shown."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        submitted = Assessment.objects.filter(
            team__organization=organization, status=AssessmentStatus.SUBMITTED
        )
        self.submitted = set(submitted.values_list("pk", flat=True))
        snapshots = Snapshot.objects.filter(team__organization=organization)
        self.rules = {
            pk: rule(mode, least)
            for pk, mode, least in snapshots.values_list("pk", "mode", "assessment__least_answers")
        }

    def rows(self, part: Part, people: set[int]) -> Iterator[Record]:
        """Yield the rows of a part and add those they name to `people`."""
        for row in records(part, self.organization):
            if (
                part.name == "agreed_answers"
                and referred(row, "assessment")[0] not in self.submitted
            ):
                continue  # what goes on in a talk is its team's
            for name, to in part.references.items():
                if to == "people":
                    people.update(referred(row, name))
            yield self._as_shown(part, row)

    def _is_still_talked_over(self, agreed: Any) -> bool:
        """Whether the answer was agreed in a talk that goes on: that is its team's."""
        return agreed.assessment not in self.submitted

    def _as_shown(self, part: Part, row: Record) -> Record:
        fields = type(row).model_fields.keys()
        changes: dict[str, Any] = {
            name: one_decimal(getattr(row, name)) for name in fields & TO_ONE_DECIMAL
        }
        changes |= dict.fromkeys(KEPT_BACK.get(part.name, ()))
        if part.name == "questionnaire_scores":
            rwg = row.rwg  # type: ignore[attr-defined]
            changes["rwg"] = None if rwg is None else round(max(0.0, rwg), 2)
        if part.name == "question_scores":
            changes["answered"] = self._how_many(row)
        return row.model_copy(update=changes) if changes else row

    def _how_many(self, row: Any) -> int | None:
        allowed = self.rules[row.snapshot]
        few = allowed.mean > 1 and not allowed.shows_mean(row.answered)
        return None if few else int(row.answered)
