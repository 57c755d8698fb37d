"""What the tests about readers who answer back share."""

from guide.correcting import place_of, suggest
from guide.models import Correction, Guide, Section
from teams.models import Organization, User
from tests.guide.conftest import section_of

FORM = "/corrections/handbook/on-call/rota/?section=who-is-next"
TEXT = "The person above you is next since May."
SAID = {"kind": "correction", "text": TEXT}


def publish_handbook(organization: Organization | None = None) -> None:
    """Write one page of Harbour's handbook straight into the database: an import takes seconds."""
    guide = Guide.objects.create(
        slug="handbook", title="Harbour handbook", checksum="1", organization=organization
    )
    page = guide.pages.create(
        path="on-call/rota", title="The rota", nav_title="The rota", position=0
    )
    titles = {"": "The rota", "who-is-next": "Who is next", "swaps": "Swaps"}
    for position, (anchor, title) in enumerate(titles.items()):
        page.sections.create(
            anchor=anchor, title=title, depth=2, position=position, html="<p>…</p>"
        )


def who_is_next() -> Section:
    return section_of("handbook", "on-call/rota", "who-is-next")


def suggested(by: User, organization: Organization | None, text: str = TEXT) -> Correction:
    return suggest(
        section=who_is_next(), organization=organization, kind="correction", text=text, by=by
    )


def many_suggested(by: User, organization: Organization, count: int, **fields: object) -> None:
    section = who_is_next()
    Correction.objects.bulk_create(
        Correction(
            guide=section.page.guide,
            section=section,
            place=place_of(section),
            organization=organization,
            kind="addition",
            text=f"Suggestion {number}",
            by=by,
            **fields,
        )
        for number in range(count)
    )
