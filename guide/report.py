"""What came of an import, or would: counts, faults with page and line, and what changes."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from guide.changes import Changes
from guide.drafting import Drafted, Rendering
from guide.files import Finding


@dataclass(frozen=True)
class BrokenLink:
    """A link that leads nowhere. Line 0: the text does not hold it as such."""

    page: str
    line: int
    link: str
    reason: str


@dataclass(frozen=True)
class PageLine:
    """One page as the contents name it."""

    path: str
    title: str
    group: str
    sections: int
    words: int


@dataclass
class Report:
    """What an import did. Broken links and warnings name files as the author knows them.

    `new`: there was no guide at this address. `changes` is empty then.
    """

    guide: str
    url: str
    title: str
    licence: str
    source_url: str
    new: bool
    changed: bool
    pages: int
    sections: int
    assets: int
    links_checked: int
    broken_links: list[BrokenLink]
    refused: list[Finding]
    warnings: list[Finding]
    contents: list[PageLine]
    changes: Changes


def report(drafted: Drafted, slug: str, *, new: bool, changed: bool, changes: Changes) -> Report:
    project, rendering = drafted.project, drafted.rendering
    remarks = [
        Finding(file, remark.line, remark.message)
        for file, page in rendering.pages.items()
        for remark in page.remarks
    ]
    return Report(
        guide=slug,
        url=reverse("guide", args=[slug]),
        title=project.title,
        licence=project.licence,
        source_url=project.source_url,
        new=new,
        changed=changed,
        pages=len(drafted.pages),
        sections=sum(len(draft.sections) for draft in drafted.pages),
        assets=len(project.assets),
        links_checked=sum(len(page.links) for page in rendering.pages.values()),
        broken_links=list(broken_links(rendering)),
        refused=[Finding(file, 0, reason) for file, reason in rendering.refused.items()],
        warnings=project.warnings + remarks,
        contents=[
            PageLine(draft.path, draft.nav_title, draft.nav_group, len(draft.sections), draft.words)
            for draft in drafted.pages
        ],
        changes=changes,
    )


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
