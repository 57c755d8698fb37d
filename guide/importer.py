"""A MkDocs directory or zip in, Guide, Page, Section and Asset rows out.

Everything is read, rendered and checked first; then one transaction writes it, or nothing.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.text import slugify

from guide.markdown import RenderedPage
from guide.markdown import Section as RenderedSection
from guide.models import Asset, Guide, Page, Section
from guide.project import Finding, ImportRefused, NavEntry, Project, content_type, read_project
from guide.rendering import PageRefused, Renderer
from guide.search_index import index
from teams.models import Organization

BATCH = 100
TAKEN = {"search"}  # /guide/search/ is a page of the app
TAKEN_PATHS = {"all"}  # and so is /guide/<guide>/all/


@dataclass(frozen=True)
class BrokenLink:
    """A link that leads nowhere. Line 0: the text does not hold it as such."""

    page: str
    line: int
    link: str
    reason: str


@dataclass
class Report:
    """What an import did. Broken links and warnings name files as the author knows them."""

    guide: str
    url: str
    changed: bool
    pages: int
    sections: int
    assets: int
    links_checked: int
    broken_links: list[BrokenLink]
    refused: list[Finding]
    warnings: list[Finding]


@dataclass
class Draft:
    """One page ready to be stored."""

    path: str
    title: str
    nav_title: str
    nav_group: str
    position: int
    words: int
    checksum: str
    sections: list[RenderedSection]


@dataclass
class Rendering:
    """The pages that could be rendered and those that could not, by their file."""

    pages: dict[str, RenderedPage] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def import_guide(path: Path, organization: Organization | None = None, slug: str = "") -> Report:
    """Import a MkDocs project; without an organization it is public.

    The address comes from `slug` or from the name of the folder or zip. A page that cannot be
    rendered is refused and the others come in. Raises ImportRefused, with nothing written.
    """
    project = read_project(path)
    slug = slugify(slug or project.name)[:60]
    if not slug:
        raise ImportRefused("The guide needs an address: name one with --slug.")
    if slug in TAKEN:
        raise ImportRefused(f"The address “{slug}” is taken; choose another with --slug.")
    rendering = render_pages(project, slug)
    drafts = drafts_of(project, rendering)
    if not drafts:
        file, reason = next(iter(rendering.refused.items()))
        raise ImportRefused(f"No page could be imported; {file}: {reason}.")
    guide, changed = store(project, drafts, rendering, organization, slug)
    return report(guide, changed, project, drafts, rendering)


# Rendering and checking -------------------------------------------------------------------------


def render_pages(project: Project, slug: str) -> Rendering:
    rendering = Rendering()
    with Renderer(addresses(project, slug)) as renderer:
        for entry in project.nav:
            try:
                rendered = renderer.render(entry.file, project.documents[entry.file])
            except PageRefused as reason:
                rendering.refused[entry.file] = str(reason)
            else:
                rendering.pages[entry.file] = rendered
    return rendering


def addresses(project: Project, slug: str) -> dict[str, str]:
    """Return where the app shows each file of the guide."""
    pages = {
        file: reverse("guide_page", args=[slug, path_of(file, project)])
        for file in project.documents
    }
    return pages | {file: reverse("guide_asset", args=[slug, file]) for file in project.assets}


def path_of(file: str, project: Project) -> str:
    """Return a page's address below the guide. A README stands for a missing index."""
    index = re.sub(r"(^|/)README\.md$", r"\1index.md", file)
    taken = index != file and index in project.documents
    path = (file if taken else index).removesuffix(".md")
    while path in TAKEN_PATHS or (path != file.removesuffix(".md") and is_page(path, project)):
        path += "_"
    return path


def is_page(path: str, project: Project) -> bool:
    return f"{path}.md" in project.documents


def drafts_of(project: Project, rendering: Rendering) -> list[Draft]:
    return [
        draft(entry, position, project, rendering.pages[entry.file])
        for position, entry in enumerate(project.nav)
        if entry.file in rendering.pages
    ]


def draft(entry: NavEntry, position: int, project: Project, page: RenderedPage) -> Draft:
    path = path_of(entry.file, project)
    named_by_file = path.rsplit("/", 1)[-1].replace("_", " ").replace("-", " ").capitalize()
    title = (page.title or page.heading or entry.label or named_by_file)[:200]
    sections = [replace(page.sections[0], title=title), *page.sections[1:]]
    if not any(section.html.startswith("<h1") for section in page.sections):
        sections[0].html = f"<h1>{escape(title)}</h1>\n{sections[0].html}"
    return Draft(
        path=path,
        title=title,
        nav_title=(entry.label or title)[:200],
        nav_group=entry.group[:200],
        position=position,
        words=sum(len(section.text.split()) for section in sections),
        checksum=checksum_of_words(sections),
        sections=sections,
    )


def checksum_of_words(sections: list[RenderedSection]) -> str:
    """Return a digest of what there is to read: another way of showing it is nothing new to read."""
    return digest(json.dumps([[section.title, section.text] for section in sections]).encode())


def broken_links(rendering: Rendering) -> Iterator[BrokenLink]:
    ids = {file: set(page.ids) for file, page in rendering.pages.items()}
    for file, page in rendering.pages.items():
        for link in page.links:
            if reason := why_broken(link.file, link.fragment, ids, rendering):
                yield BrokenLink(file, link.line, link.written, reason)


def why_broken(file: str, fragment: str, ids: dict[str, set[str]], rendering: Rendering) -> str:
    if not file:
        return "there is no such file"
    if file in rendering.refused:
        return "the page was refused"
    if fragment and file in ids and fragment not in ids[file]:
        return f"{file} has no heading or anchor “{fragment}”"
    return ""


def report(
    guide: Guide, changed: bool, project: Project, drafts: list[Draft], rendering: Rendering
) -> Report:
    refused = [Finding(file, 0, reason) for file, reason in rendering.refused.items()]
    remarks = [
        Finding(file, remark.line, remark.message)
        for file, page in rendering.pages.items()
        for remark in page.remarks
    ]
    return Report(
        guide=guide.slug,
        url=guide.get_absolute_url(),
        changed=changed,
        pages=len(drafts),
        sections=sum(len(draft.sections) for draft in drafts),
        assets=len(project.assets),
        links_checked=sum(len(page.links) for page in rendering.pages.values()),
        broken_links=list(broken_links(rendering)),
        refused=refused,
        warnings=project.warnings + remarks,
    )


# Storing ----------------------------------------------------------------------------------------


def store(
    project: Project,
    drafts: list[Draft],
    rendering: Rendering,
    organization: Organization | None,
    slug: str,
) -> tuple[Guide, bool]:
    """Write what changed and return the guide and whether anything did."""
    checksum = checksum_of(project, drafts)
    with transaction.atomic():
        guide, created = Guide.objects.select_for_update().get_or_create(
            slug=slug, defaults={"organization": organization}
        )
        if guide.organization_id != (organization.pk if organization else None):
            raise ImportRefused(f"The address “{slug}” is taken; choose another with --slug.")
        if guide.checksum == checksum:
            return guide, False
        refused = {path_of(file, project) for file in rendering.refused}
        remove_vanished(guide, drafts, refused)
        store_pages(guide, drafts)
        store_assets(guide, project)
        guide.title, guide.description = project.title[:200], project.description
        guide.licence, guide.source_url = project.licence[:200], project.source_url
        guide.checksum, guide.imported_at = checksum, timezone.now()
        guide.revision += not created
        guide.save()
        index(guide)
    return guide, True


def checksum_of(project: Project, drafts: list[Draft]) -> str:
    """Return a digest of all that would be stored: a new way of rendering is a change too."""
    about = [project.title, project.description, project.licence, project.source_url]
    assets = sorted((name, digest(content)) for name, content in project.assets.items())
    outcome = [about, [asdict(draft) for draft in drafts], assets]
    return digest(json.dumps(outcome).encode())


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def remove_vanished(guide: Guide, drafts: list[Draft], refused: set[str]) -> None:
    """Delete pages and sections that are gone. A refused page keeps its earlier text.

    Raises ImportRefused if a maturity model points to one of the sections.
    """
    present = {(draft.path, section.anchor) for draft in drafts for section in draft.sections}
    sections = Section.objects.filter(page__guide=guide).exclude(page__path__in=refused)
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
    paths = {draft.path for draft in drafts} | refused
    guide.pages.exclude(path__in=paths).delete()


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


def store_assets(guide: Guide, project: Project) -> None:
    stored = dict(guide.assets.values_list("path", "checksum"))
    changed = [
        Asset(
            guide=guide,
            path=path,
            content_type=content_type(path),
            content=content,
            checksum=digest(content),
        )
        for path, content in project.assets.items()
        if stored.get(path) != digest(content)
    ]
    Asset.objects.bulk_create(
        changed,
        batch_size=10,
        update_conflicts=True,
        unique_fields=["guide", "path"],
        update_fields=["content_type", "content", "checksum"],
    )
    guide.assets.exclude(path__in=project.assets).delete()
