"""The rows of a checked organization file in, an organization out: in one transaction, or nothing.

Everything gets the ids of this installation. People are found by their e-mail address; an account
that is here stays as it is. What is everybody's has to be here, with the same content.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, DataError, IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Lower

from assessment.models import MaturityModel, Question, Questionnaire, Round
from assessment.organization_file.assessment_records import Sheet
from assessment.organization_file.fields import Record
from assessment.organization_file.guide_records import Asset, Section
from assessment.organization_file.manifest import FileRefused
from assessment.organization_file.parts import BY_NAME, PARTS, Part
from assessment.organization_file.pseudonyms import Pseudonyms
from assessment.organization_file.reading import MOST_ROWS, OrganizationFile, opened, referred
from assessment.organization_file.writing import take_your_time
from guide.cleaning import clean_again
from guide.drafting import digest
from guide.importer import TAKEN
from guide.models import Guide
from guide.models import Section as StoredSection
from guide.project import content_type
from guide.search_index import index
from teams.models import Invitation, Organization, User

BATCH: Final = 500
# Their ids stand in addresses that people keep; other random ids are made anew.
KEPT: Final = {"assessments", "invitations", "rounds"}
SLUG: Final = re.compile(r"[-a-zA-Z0-9_]{1,60}")
NOT_FREE: Final = {"new"}  # /organizations/new/ is a page of the app


@dataclass(frozen=True)
class Imported:
    """What came in. Sheets of nobody belong to no account that could be found."""

    organization: str
    rows: dict[str, int]
    checksum: str
    accounts_found: int
    accounts_made: int
    sheets_paired: int
    sheets_filled_together: int
    sheets_of_nobody: int
    invitations_left_out: int


def import_organization(path: Path, *, slug: str = "", most_rows: int = MOST_ROWS) -> Imported:
    """Bring an organization in, under its own address or another. Raises FileRefused."""
    with opened(path, most_rows) as file:
        storing = Storing(file, slug)
        try:
            with transaction.atomic():
                take_your_time()
                return storing.store()
        except (IntegrityError, DataError) as error:
            said = str(error).splitlines()[0].strip()
            raise FileRefused(f"Its {storing.at} contradict each other: {said}.") from error
        except DatabaseError as error:
            raise FileRefused(f"The database is not available: {error}.") from error


@dataclass
class Storing:
    """One import under way. `ids` lead from those in the file to those here, space by space."""

    file: OrganizationFile
    slug: str
    at: str = "rows"
    ids: dict[str, dict[Any, Any]] = field(default_factory=dict)
    team_of: dict[UUID, int] = field(default_factory=dict)
    moved_guides: dict[str, str] = field(default_factory=dict)
    series: dict[UUID, UUID] = field(default_factory=dict)
    accounts_made: int = 0
    invitations_left_out: int = 0

    def store(self) -> Imported:
        self.ids = {part.ids_of: {} for part in PARTS}
        for part in PARTS:
            self.at = part.name.replace("_", " ")
            special: Callable[[Part], None] | None = getattr(self, f"_{part.name}", None)
            if special:
                special(part)
            else:
                self._insert(part, self.file.rows(part))
        self._make_readable()
        accounts = len(self.ids["people"])
        return Imported(
            organization=self.organization.slug,
            rows={name: entry.rows for name, entry in self.file.manifest.parts.items()},
            checksum=self.file.manifest.checksum,
            accounts_found=accounts - self.accounts_made,
            accounts_made=self.accounts_made,
            sheets_paired=self.pseudonyms.paired,
            sheets_filled_together=self.pseudonyms.together,
            sheets_of_nobody=self.pseudonyms.of_nobody,
            invitations_left_out=self.invitations_left_out,
        )

    # Any part ---------------------------------------------------------------------------------

    def _insert(
        self,
        part: Part,
        rows: Iterable[Record],
        change: Callable[[Any, dict[str, Any]], None] | None = None,
    ) -> None:
        """Insert the rows of a part; `change` may alter a row's values, given its record."""
        late: list[Record] = []
        for batch in in_batches(rows):
            taken = self._taken(part, batch)
            made = [self._row(part, record, taken, change) for record in batch]
            part.model._default_manager.bulk_create(made)
            self.ids[part.ids_of].update(
                (record.id, row.pk) for record, row in zip(batch, made, strict=True)
            )
            for name in part.lists:
                self._fill_list(part, name, batch)
            late += [each for each in batch if any(referred(each, name) for name in part.late)]
        for record in late:
            self._point_to_own_kind(part, record)

    def _row(
        self,
        part: Part,
        record: Record,
        taken: set[Any],
        change: Callable[[Any, dict[str, Any]], None] | None,
    ) -> Any:
        values = record.model_dump(exclude={"id", *part.lists, *part.late})
        for name, space in part.references.items():
            if values.get(name) is not None:
                values[name] = self.ids[space][values[name]]
        if change:
            change(record, values)
        columns = {part.fields[name]: value for name, value in values.items()}
        if part.has_organization:
            columns["organization"] = self.organization
        if part.name in KEPT:
            columns["pk"] = uuid4() if record.id in taken else record.id
        return part.model(**columns)

    def _taken(self, part: Part, batch: list[Record]) -> set[Any]:
        if part.name not in KEPT:
            return set()
        there = part.model._default_manager.filter(pk__in=[each.id for each in batch])
        return set(there.values_list("pk", flat=True))

    def _fill_list(self, part: Part, name: str, batch: list[Record]) -> None:
        relation = cast(Any, part.model._meta.get_field(name))
        through = relation.remote_field.through
        here, there = f"{relation.m2m_field_name()}_id", f"{relation.m2m_reverse_field_name()}_id"
        own, others = self.ids[part.ids_of], self.ids[part.references[name]]
        through._default_manager.bulk_create(
            through(**{here: own[each.id], there: others[other]})
            for each in batch
            for other in dict.fromkeys(getattr(each, name))
        )

    def _point_to_own_kind(self, part: Part, record: Record) -> None:
        ids = self.ids[part.ids_of]
        found = {
            part.fields[name]: ids[value] for name in part.late for value in referred(record, name)
        }
        part.model._default_manager.filter(pk=ids[record.id]).update(**found)

    # The organization and its people ------------------------------------------------------------

    @cached_property
    def organization(self) -> Organization:
        (record,) = self.file.rows(BY_NAME["organization"])
        values = record.model_dump(exclude={"id"})
        slug = self.slug or values["slug"]
        if not SLUG.fullmatch(slug) or slug in NOT_FREE:
            raise FileRefused(
                f"“{slug[:60]}” cannot be the address of an organization; name another: --slug."
            )
        if Organization.objects.filter(slug=slug).exists():
            raise FileRefused(
                f"There is an organization with the address “{slug}” already. Import it under "
                "another: --slug."
            )
        return Organization.objects.create(**values | {"slug": slug})

    def _organization(self, part: Part) -> None:
        (record,) = self.file.rows(part)
        self.ids[part.name][record.id] = self.organization.pk

    def _people(self, part: Part) -> None:
        for batch in in_batches(self.file.rows(part)):
            by_email = {cast(Any, each).email.lower(): each for each in batch}
            there = User.objects.annotate(lower=Lower("email")).filter(lower__in=by_email)
            known = dict(there.values_list("lower", "pk"))
            new = {email: each for email, each in by_email.items() if email not in known}
            made = User.objects.bulk_create(
                User(**account(each) | {"email": email}) for email, each in new.items()
            )
            known |= {user.email: user.pk for user in made}
            self.accounts_made += len(made)
            ids = self.ids[part.name]
            ids.update((each.id, known[cast(Any, each).email.lower()]) for each in batch)
            if len(set(ids.values())) < len(ids):
                raise FileRefused("people.jsonl names the same e-mail address twice.")

    def _invitations(self, part: Part) -> None:
        """Leave out those whose link opens a door here already: the file is a copy."""
        rows = cast(Any, list(self.file.rows(part)))
        digests = [each.token_digest for each in rows]
        taken = {
            found
            for some in in_batches(digests)
            for found in Invitation.objects.filter(token_digest__in=some).values_list(
                "token_digest", flat=True
            )
        }
        self.invitations_left_out = sum(each in taken for each in digests)
        self._insert(part, [each for each in rows if each.token_digest not in taken])

    def _guest_links(self, part: Part) -> None:
        kept = self.ids["invitations"]
        rows = cast(Any, self.file.rows(part))
        self._insert(part, (each for each in rows if each.invitation in kept))

    # Guides -------------------------------------------------------------------------------------

    def _guides(self, part: Part) -> None:
        def address(record: Any, values: dict[str, Any]) -> None:
            values["slug"] = self._free_slug(record.slug)

        self._insert(part, self.file.rows(part), address)

    def _free_slug(self, slug: str) -> str:
        choices = [slug, f"{self.organization.slug}-{slug}"[:60]]
        for each in choices:
            if each not in TAKEN and not Guide.objects.filter(slug=each).exists():
                self.moved_guides |= {slug: each} if each != slug else {}
                return each
        raise FileRefused(f"There are guides with the addresses {' and '.join(choices)} already.")

    def _sections(self, part: Part) -> None:
        def clean(record: Section, values: dict[str, Any]) -> None:
            html = clean_again(record.html)
            for before, now in self.moved_guides.items():
                html = html.replace(f'"/guide/{before}/', f'"/guide/{now}/')
            values["html"] = html

        self._insert(part, self.file.rows(part), clean)

    def _assets(self, part: Part) -> None:
        def check(record: Asset, values: dict[str, Any]) -> None:
            values["content_type"] = content_type(record.path)
            if not values["content_type"] or digest(record.content) != record.checksum:
                raise FileRefused(
                    f"The guide's file {record.path} is of no kind that may be in it."
                )

        self._insert(part, self.file.rows(part), check)

    def _make_readable(self) -> None:
        """Index the guides that came in, and let pages name the questions that point to them."""
        for guide in Guide.objects.filter(organization=self.organization):
            index(guide)
        own = MaturityModel.objects.filter(organization=self.organization)
        everybodys = Guide.objects.filter(organization=None, pk__in=own.values("guide"))
        everybodys.update(revision=F("revision") + 1)

    # What is everybody's, and only named --------------------------------------------------------

    def _shared_guides(self, part: Part) -> None:
        for each in cast(Any, self.file.rows(part)):
            found = Guide.objects.filter(organization=None, slug=each.slug).first()
            if found is None:
                raise FileRefused(f"The guide “{each.slug}” is not here; import it first.")
            self.ids["guides"][each.id] = found.pk

    def _shared_sections(self, part: Part) -> None:
        for each in cast(Any, self.file.rows(part)):
            guide = self.ids["guides"][each.guide]
            found = StoredSection.objects.filter(
                page__guide=guide, page__path=each.page, anchor=each.anchor
            ).first()
            if found is None:
                raise FileRefused(
                    f"The guide that is here has no section “{each.page}#{each.anchor}”; import "
                    "its newest version first."
                )
            self.ids["sections"][each.id] = found.pk

    def _shared_models(self, part: Part) -> None:
        for each in cast(Any, self.file.rows(part)):
            found = MaturityModel.objects.filter(
                organization=None, key=each.key, version=each.version
            ).first()
            named = f"The maturity model {each.key} {each.version}"
            if found is None:
                raise FileRefused(f"{named} is not here; load it first (load_maturity_model).")
            if found.checksum != each.checksum:
                raise FileRefused(f"{named} has another content here than where the file is from.")
            self.ids["models"][each.id] = found.pk

    def _shared_questionnaires(self, part: Part) -> None:
        self._find_by_key(part, Questionnaire, "maturity_model")

    def _shared_questions(self, part: Part) -> None:
        self._find_by_key(part, Question, "questionnaire")

    def _find_by_key(self, part: Part, model: Any, parent: str) -> None:
        parents = self.ids[part.references[parent]]
        shared = model.objects.filter(**{f"{parent}__in": set(parents.values())})
        there = {(row[0], row[1]): row[2] for row in shared.values_list(parent, "key", "pk")}
        for each in cast(Any, self.file.rows(part)):
            place = parents[getattr(each, parent)], each.key
            if place not in there:
                raise FileRefused(f"The maturity model that is here has no “{each.key}”.")
            self.ids[part.ids_of][each.id] = there[place]

    # Assessments and rounds ---------------------------------------------------------------------

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        return Pseudonyms(self.ids["people"], self.ids["teams"])

    def _assessments(self, part: Part) -> None:
        def note_team(record: Any, values: dict[str, Any]) -> None:
            self.team_of[record.id] = record.team

        self._insert(part, self.file.rows(part), note_team)

    def _sheets(self, part: Part) -> None:
        def rename(record: Sheet, values: dict[str, Any]) -> None:
            team = self.team_of[record.assessment]
            values["respondent"] = self.pseudonyms.here(record.respondent, team)

        self._insert(part, self.file.rows(part), rename)

    def _rounds(self, part: Part) -> None:
        def join_series(record: Any, values: dict[str, Any]) -> None:
            values["time_zone"] = known_zone(record.time_zone)
            if record.series not in self.series:
                taken = Round.objects.filter(series=record.series).exclude(
                    organization=self.organization
                )
                self.series[record.series] = uuid4() if taken.exists() else record.series
            values["series"] = self.series[record.series]

        self._insert(part, self.file.rows(part), join_series)


def account(person: Record) -> dict[str, Any]:
    """Return the columns of a new account. It has no password: its person asks for one by mail."""
    values = person.model_dump(exclude={"id", "email"})
    values["time_zone"] = known_zone(values["time_zone"])
    return values | {"password": make_password(None)}


@lru_cache(maxsize=256)
def known_zone(name: str) -> str:
    """Return the time zone if this machine knows it, else UTC."""
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError):
        return "UTC"


def in_batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch
