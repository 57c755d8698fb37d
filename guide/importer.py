"""A MkDocs directory or zip in, Guide, Page, Section and Asset rows out.

Everything is read, rendered and checked first; then one transaction writes it, or nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.text import slugify

from guide.changes import Changes, changed_assets, compare, drafted_pages, stored_pages
from guide.drafting import Draft, Drafted, digest, drafted
from guide.files import ImportRefused
from guide.models import Asset, Correction, Guide, Page, ReadMark, Section
from guide.project import content_type, read_project
from guide.report import Report, report
from guide.search_index import index
from teams.models import Organization

BATCH = 100
LONGEST_SLUG = 60
TAKEN = {"search"}  # /guide/search/ is a page of the app


def import_guide(path: Path, organization: Organization | None = None, slug: str = "") -> Report:
    """Import a MkDocs project; without an organization it is public.

    The address comes from `slug` or from the name of the folder or zip. A page that cannot be
    rendered is refused and the others come in. Raises ImportRefused, with nothing written.
    """
    project = read_project(path)
    slug = slugify(slug or project.name)[:LONGEST_SLUG]
    if not slug:
        raise ImportRefused("The guide needs an address: name one with --slug.")
    if slug in TAKEN:
        raise ImportRefused(f"The address “{slug}” is taken; choose another with --slug.")
    return store(drafted(project, slug), organization)


def look(guide: Drafted, organization: Organization | None) -> Report:
    """Return what importing the guide would do, with nothing changed. Raises ImportRefused."""
    there = Guide.objects.filter(slug=guide.slug, organization=organization).first()
    if there is None:
        return report(guide, guide.slug, new=True, changed=True, changes=Changes())
    with transaction.atomic():
        remove_vanished(there, guide)
        transaction.set_rollback(True)
    changed = there.checksum != guide.checksum()
    return report(guide, guide.slug, new=False, changed=changed, changes=changes_in(there, guide))


def store(guide: Drafted, organization: Organization | None) -> Report:
    """Write what changed and return what that was. Raises ImportRefused, with nothing written."""
    checksum = guide.checksum()
    with transaction.atomic():
        there, new = Guide.objects.select_for_update().get_or_create(
            slug=guide.slug, defaults={"organization": organization}
        )
        if there.organization_id != (organization.pk if organization else None):
            raise ImportRefused(f"The address “{guide.slug}” is taken; choose another with --slug.")
        changed, changes = there.checksum != checksum, Changes()
        if changed:
            changes = Changes() if new else changes_in(there, guide)
            write(there, guide, changes)
            describe(there, guide, checksum)
            there.revision += not new
            there.save()
            index(there)
    return report(guide, there.slug, new=new, changed=changed, changes=changes)


def changes_in(there: Guide, guide: Drafted) -> Changes:
    """Return what would change in the guide that is there. Refused pages stay as they are."""
    kept = [page for page in stored_pages(there) if page.path not in guide.refused_paths]
    changes = compare(kept, drafted_pages(guide.pages))
    stored = dict(there.assets.values_list("path", "checksum"))
    changes.assets = changed_assets(stored, guide.assets)
    return changes


def describe(there: Guide, guide: Drafted, checksum: str) -> None:
    project = guide.project
    there.title, there.description = project.title[:200], project.description
    there.licence, there.source_url = project.licence[:200], project.source_url
    there.checksum, there.imported_at = checksum, timezone.now()


def write(there: Guide, guide: Drafted, changes: Changes) -> None:
    store_pages(there, guide.pages)
    carry_over(there, changes)
    remove_vanished(there, guide)
    store_assets(there, guide)


def carry_over(there: Guide, changes: Changes) -> None:
    """Let marks and corrections follow the words they belong to to where those have moved."""
    pages = dict(there.pages.values_list("path", "pk"))
    for moved in changes.pages.moved:
        ReadMark.objects.filter(page=pages[moved.was]).update(page=pages[moved.now])
    if not changes.sections.moved:
        return
    sections = {
        f"{path}#{anchor}": pk
        for path, anchor, pk in Section.objects.filter(page__guide=there).values_list(
            "page__path", "anchor", "pk"
        )
    }
    for moved in changes.sections.moved:
        found = Correction.objects.filter(section=sections[moved.was])
        found.update(section=sections[moved.now])


def remove_vanished(there: Guide, guide: Drafted) -> None:
    """Delete pages and sections that are gone. A refused page keeps its earlier text.

    Raises ImportRefused if a maturity model points to one of the sections.
    """
    present = {(draft.path, section.anchor) for draft in guide.pages for section in draft.sections}
    sections = Section.objects.filter(page__guide=there).exclude(page__path__in=guide.refused_paths)
    held = []
    for section in sections.select_related("page").defer("html", "text"):
        if (section.page.path, section.anchor) not in present:
            try:
                section.delete()
            except ProtectedError:
                held.append(section.reference)
    if held:
        raise ImportRefused(
            "A maturity model points to sections that are missing here: "
            f"{', '.join(held)}; give them back their anchors, then import again."
        )
    paths = {draft.path for draft in guide.pages} | guide.refused_paths
    there.pages.exclude(path__in=paths).delete()


def store_pages(guide: Guide, drafts: list[Draft]) -> None:
    """Write pages and sections in place, by path and anchor, so that what points to them stays."""
    described = ["title", "nav_title", "nav_group", "position", "words", "checksum"]
    pages = Page.objects.bulk_create(
        [
            Page(guide=guide, path=draft.path, **{name: getattr(draft, name) for name in described})
            for draft in drafts
        ],
        update_conflicts=True,
        unique_fields=["guide", "path"],
        update_fields=described,
    )
    Section.objects.bulk_create(
        section_rows(zip(pages, drafts, strict=True)),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["page", "anchor"],
        update_fields=["title", "depth", "position", "html", "text"],
    )


def section_rows(pages: Iterable[tuple[Page, Draft]]) -> Iterator[Section]:
    for page, draft in pages:
        for position, section in enumerate(draft.sections):
            yield Section(page=page, position=position, **asdict(section))


def store_assets(there: Guide, guide: Drafted) -> None:
    stored = dict(there.assets.values_list("path", "checksum"))
    changed = [
        Asset(
            guide=there,
            path=path,
            content_type=content_type(path),
            content=content,
            checksum=digest(content),
        )
        for path, content in guide.project.assets.items()
        if stored.get(path) != digest(content)
    ]
    Asset.objects.bulk_create(
        changed,
        batch_size=10,
        update_conflicts=True,
        unique_fields=["guide", "path"],
        update_fields=["content_type", "content", "checksum"],
    )
    there.assets.exclude(path__in=guide.project.assets).delete()
