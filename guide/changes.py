"""What an import changes: pages and sections as they stood in, as they stand now in, lists out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from guide.drafting import Draft
from guide.models import Guide, Section


@dataclass(frozen=True)
class SectionState:
    """A section with all that a reader sees of it."""

    anchor: str
    title: str
    depth: int
    html: str
    text: str


@dataclass(frozen=True)
class PageState:
    path: str
    title: str
    nav_group: str
    sections: tuple[SectionState, ...]

    @property
    def words(self) -> tuple[str, tuple[tuple[str, str, str], ...]]:
        """Return what the page says, wherever it stands."""
        return self.title, tuple((each.anchor, each.title, each.text) for each in self.sections)

    @property
    def by_anchor(self) -> dict[str, SectionState]:
        return {each.anchor: each for each in self.sections}


@dataclass(frozen=True)
class Moved:
    """The same words at another place."""

    was: str
    now: str


@dataclass
class Changed:
    """Places, `page` or `page#anchor`, in the order of reading."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)


@dataclass
class Changes:
    """What an import changes in a guide. `reordered`: pages at another place in the contents."""

    pages: Changed = field(default_factory=Changed)
    sections: Changed = field(default_factory=Changed)
    assets: Changed = field(default_factory=Changed)
    reordered: list[str] = field(default_factory=list)


def stored_pages(guide: Guide) -> list[PageState]:
    """Return the guide's pages as they stand in the database, in the order of reading."""
    sections: dict[int, list[SectionState]] = {}
    columns = ("page_id", "anchor", "title", "depth", "html", "text")
    rows = Section.objects.filter(page__guide=guide).order_by("position").values_list(*columns)
    for page, *section in rows:
        sections.setdefault(page, []).append(SectionState(*section))
    return [
        PageState(page.path, page.title, page.nav_group, tuple(sections.get(page.pk, ())))
        for page in guide.pages.order_by("position")
    ]


def drafted_pages(drafts: Iterable[Draft]) -> list[PageState]:
    return [
        PageState(
            draft.path,
            draft.title,
            draft.nav_group,
            tuple(
                SectionState(each.anchor, each.title, each.depth, each.html, each.text)
                for each in draft.sections
            ),
        )
        for draft in drafts
    ]


def compare(before: Sequence[PageState], now: Sequence[PageState]) -> Changes:
    """Return what of the pages and sections changes. Assets are compared by themselves."""
    return Changes(
        pages=changed_pages(before, now),
        sections=changed_sections(before, now),
        reordered=reordered(before, now),
    )


def changed_pages(before: Sequence[PageState], now: Sequence[PageState]) -> Changed:
    old, new = {each.path: each for each in before}, {each.path: each for each in now}
    found = Changed(
        added=[path for path in new if path not in old],
        removed=[path for path in old if path not in new],
        changed=[
            path
            for path, page in new.items()
            if path in old and (page.title, page.sections) != (old[path].title, old[path].sections)
        ],
    )
    words = {path: new[path].words for path in found.added}
    return with_moves(found, {path: old[path].words for path in found.removed}, words)


def changed_sections(before: Sequence[PageState], now: Sequence[PageState]) -> Changed:
    old, new = sections_by_place(before), sections_by_place(now)
    found = Changed(
        added=[place for place in new if place not in old],
        removed=[place for place in old if place not in new],
        changed=[place for place, each in new.items() if place in old and each != old[place]],
    )
    left = {place: words_under(old[place]) for place in found.removed}
    come = {place: words_under(new[place]) for place in found.added}
    return with_moves(found, left, come)


def sections_by_place(pages: Iterable[PageState]) -> dict[str, SectionState]:
    return {f"{page.path}#{section.anchor}": section for page in pages for section in page.sections}


def words_under(section: SectionState) -> tuple[str, str, str]:
    return section.anchor, section.title, section.text


def with_moves(found: Changed, left: Mapping[str, object], come: Mapping[str, object]) -> Changed:
    """Return the changes with what left one place and came to another as moved."""
    places: dict[object, list[str]] = {}
    for place, words in left.items():
        places.setdefault(words, []).append(place)
    moved = [
        Moved(was=places[words].pop(0), now=place)
        for place, words in come.items()
        if places.get(words)
    ]
    was, now = {each.was for each in moved}, {each.now for each in moved}
    return Changed(
        added=[place for place in found.added if place not in now],
        changed=found.changed,
        removed=[place for place in found.removed if place not in was],
        moved=moved,
    )


def reordered(before: Sequence[PageState], now: Sequence[PageState]) -> list[str]:
    """Return the pages that others have gone past, or that stand under another title."""
    groups = {each.path: each.nav_group for each in before}
    stay = [each.path for each in now if each.path in groups]
    was = [each.path for each in before if each.path in set(stay)]
    matcher = SequenceMatcher(None, was, stay, autojunk=False)
    kept = {stay[block.b + n] for block in matcher.get_matching_blocks() for n in range(block.size)}
    return [
        each.path
        for each in now
        if each.path in groups and (each.path not in kept or each.nav_group != groups[each.path])
    ]


def changed_assets(before: dict[str, str], now: dict[str, str]) -> Changed:
    """Compare assets, as checksums by path."""
    found = Changed(
        added=[path for path in now if path not in before],
        removed=[path for path in before if path not in now],
        changed=[path for path in now if path in before and now[path] != before[path]],
    )
    left = {path: before[path] for path in found.removed}
    return with_moves(found, left, {path: now[path] for path in found.added})
