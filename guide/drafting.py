"""A project in, its pages rendered and ready to be stored out. No database."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace

from django.urls import reverse
from django.utils.html import escape

from guide.files import ImportRefused
from guide.markdown import RenderedPage, Section
from guide.pictures import size_of, with_sizes
from guide.project import NavEntry, Project
from guide.rendering import PageRefused, Renderer

TAKEN_PATHS = {"all"}  # /guide/<guide>/all/ is a page of the app

# Told how many pages are done, of how many.
Progress = Callable[[int, int], None]


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
    sections: list[Section]


@dataclass
class Rendering:
    """The pages that could be rendered and those that could not, by their file."""

    pages: dict[str, RenderedPage] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


@dataclass
class Drafted:
    """A guide ready to be stored at an address."""

    project: Project
    slug: str
    rendering: Rendering
    pages: list[Draft]

    @property
    def refused_paths(self) -> set[str]:
        return {path_of(file, self.project) for file in self.rendering.refused}

    @property
    def assets(self) -> dict[str, str]:
        """Return the checksum of each asset by its path."""
        return {path: digest(content) for path, content in self.project.assets.items()}

    def checksum(self) -> str:
        """Return a digest of all that would be stored: a new way of rendering is a change too."""
        project = self.project
        about = [project.title, project.description, project.licence, project.source_url]
        outcome = [about, [asdict(each) for each in self.pages], sorted(self.assets.items())]
        return digest(json.dumps(outcome).encode())


def drafted(project: Project, slug: str, progress: Progress | None = None) -> Drafted:
    """Render a project for an address. Raises ImportRefused if no page of it can come in."""
    rendering = render_pages(project, slug, progress)
    pages = drafts_of(project, rendering)
    if not pages:
        file, reason = next(iter(rendering.refused.items()))
        raise ImportRefused(f"No page could be imported; {file}: {reason}.")
    return Drafted(project, slug, rendering, pages)


def render_pages(project: Project, slug: str, progress: Progress | None = None) -> Rendering:
    rendering = Rendering()
    at = addresses(project, slug)
    sizes = {at[file]: size_of(content) for file, content in project.assets.items()}
    with Renderer(at) as renderer:
        for done, entry in enumerate(project.nav, start=1):
            try:
                rendered = renderer.render(entry.file, project.documents[entry.file])
            except PageRefused as reason:
                rendering.refused[entry.file] = str(reason)
            else:
                for section in rendered.sections:
                    section.html = with_sizes(section.html, sizes)
                rendering.pages[entry.file] = rendered
            if progress:
                progress(done, len(project.nav))
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


def checksum_of_words(sections: list[Section]) -> str:
    """Return a digest of what there is to read, however it is shown."""
    return digest(json.dumps([[section.title, section.text] for section in sections]).encode())


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
