"""What a reader gets, rendered once for each version of its guide and then only looked up.

A page is kept with gaps in it: `<!--own:…-->` in a template, where what is a reader's own goes. A
guide's text cannot hold such a comment, as no comment of its own comes in (guide/cleaning.py).
"""

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

import brotli
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import parse_etags
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from guide.glossary import Glossary, Term, glossary_of, with_anchors
from guide.models import Guide, Page, Section
from guide.pictures import opening_large
from guide.whole import place_of, relocated

T = TypeVar("T")

WORDS_A_MINUTE = 220
CONTENTS_DEPTH = 2  # a page's title and its parts; what is deeper, one finds in them
MOST_WORDS_ON_ONE_PAGE = 300_000
GAP = re.compile(r"<!--own:([a-z]+(?:-\d+)?)-->")


@dataclass(frozen=True)
class Reading:
    """A page up to what stands around it. `pieces` are text, a gap's name, text, and so on.

    `address` is where a mark on it is sent.
    """

    title: str
    description: str
    pieces: tuple[str, ...]
    version: str = ""
    page_id: int = 0
    guide_id: int = 0
    page_count: int = 0
    checksum: str = ""
    address: str = ""
    gaps: frozenset[str] = field(default=frozenset())

    def main(self, own: Mapping[str, str] | None = None) -> SafeString:
        """Return the page, its gaps filled with what is the reader's own; left out for others."""
        own = own or {}
        filled = (own.get(each, "") if at % 2 else each for at, each in enumerate(self.pieces))
        return SafeString("".join(filled))


@dataclass(frozen=True)
class Answer:
    """The whole answer to anybody who is not signed in: plain, and packed by names of packings."""

    body: bytes
    packed: Mapping[str, bytes]
    etag: str


def reading_time(words: int) -> str:
    """Say how long reading takes: in minutes, from an hour on in half hours."""
    minutes = max(1, round(words / WORDS_A_MINUTE))
    if minutes < 60:
        return f"{minutes} minute{'s' if minutes > 1 else ''}"
    hours, half = divmod(round(minutes / 30), 2)
    return f"{hours}{'½' if half else ''} hour{'s' if hours > 1 or half else ''}"


def kept(key: str, make: Callable[[], T]) -> T:
    """Return what is kept under a key that names a version, made if it is not there."""
    found = caches["rendered"].get(key)
    if found is None:
        found = make()
        caches["rendered"].set(key, found)
    return cast(T, found)


# One page ---------------------------------------------------------------------------------------


def reading(page_id: int, revision: int) -> Reading:
    version = f"{page_id}:{revision}"
    return kept(f"guide-reading:{version}", lambda: read(page_id, version))


def read(page_id: int, version: str) -> Reading:
    """Render a page with its guide's contents and the pages before and after it."""
    page = Page.objects.select_related("guide").get(pk=page_id)
    pages = pages_of(page.guide)
    sections = list(page.sections.all())
    place = next(place for place, each in enumerate(pages) if each.pk == page.pk)
    terms = finished(sections, page.get_absolute_url(), glossary_of(page.guide))
    context = {
        "guide": page.guide,
        "page": page,
        "pages": pages,
        "sections": sections,
        "contents": in_contents(sections),
        "terms": terms,
        "on_one_page": fits_on_one_page(pages),
        "time": reading_time(page.words),
        "before": pages[place - 1] if place else None,
        "after": pages[place + 1] if place + 1 < len(pages) else None,
    }
    own_title = page.title == page.guide.title
    pieces = tuple(GAP.split(render_to_string("guide/_page.html", context)))
    return Reading(
        title=page.title if own_title else f"{page.title} · {page.guide.title}",
        description=Truncator(" ".join(section.text for section in sections[:2])).chars(155),
        pieces=pieces,
        version=version,
        page_id=page.pk,
        guide_id=page.guide_id,
        page_count=len(pages),
        checksum=page.checksum,
        address=reverse("guide_read", args=[page.guide.slug, page.path]),
        gaps=frozenset(pieces[1::2]),
    )


def pages_of(guide: Guide) -> list[Page]:
    pages = list(guide.pages.all())
    for each in pages:
        each.guide = guide
    return pages


def finished(sections: list[Section], address: str, glossary: Glossary) -> list[Term]:
    """Make the sections' pictures open large, mark the terms, and return those that were met."""
    met: set[Term] = set()
    for section in sections:
        section.html = opening_large(section.html)
        if address == glossary.page and "<dt" in section.html:
            section.html = with_anchors(section.html)
        else:
            section.html, terms = glossary.marked(section.html, address)
            met |= terms
    return sorted({term.number: term for term in met}.values(), key=lambda term: term.number)


def in_contents(sections: list[Section]) -> list[Section]:
    return [each for each in sections if each.anchor and each.depth <= CONTENTS_DEPTH]


def suggestions_reading(page_id: int, revision: int) -> Reading:
    return kept(f"guide-suggestions:{page_id}:{revision}", lambda: read_suggestions(page_id))


def read_suggestions(page_id: int) -> Reading:
    """Render what points to a page's sections; fetched when somebody wants to see it."""
    page = Page.objects.select_related("guide").get(pk=page_id)
    context = {"guide": page.guide, "page": page, "sections": page.sections.all()}
    title = f"Suggestions that point to “{page.title}”"
    pieces = tuple(GAP.split(render_to_string("guide/_suggestions.html", context)))
    return Reading(title=title, description=title, pieces=pieces)


# The whole guide on one page --------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A page as a part of the whole: its sections' HTML, and what the contents name of it."""

    page: Page
    place: str
    contents: list[tuple[str, str]]
    html: list[SafeString]


def fits_on_one_page(pages: list[Page]) -> bool:
    return sum(page.words for page in pages) <= MOST_WORDS_ON_ONE_PAGE


def whole_reading(guide_id: int, revision: int) -> Reading:
    return kept(f"guide-whole:{guide_id}:{revision}", lambda: read_whole(guide_id))


def read_whole(guide_id: int) -> Reading:
    """Render all pages of a guide one after the other, with the contents of all before them."""
    guide = Guide.objects.get(pk=guide_id)
    pages = pages_of(guide)
    addresses: dict[str, str] = {escape(page.get_absolute_url()): page.path for page in pages}
    sections: dict[int, list[Section]] = {page.pk: [] for page in pages}
    for section in Section.objects.filter(page__guide=guide).order_by("position"):
        sections[section.page_id].append(section)
    context = {
        "guide": guide,
        "parts": [part(page, sections[page.pk], addresses) for page in pages],
        "time": reading_time(sum(page.words for page in pages)),
    }
    return Reading(
        title=f"{guide.title}, on one page",
        description=guide.description,
        pieces=tuple(GAP.split(render_to_string("guide/_whole.html", context))),
    )


def part(page: Page, sections: list[Section], addresses: Mapping[str, str]) -> Part:
    place = place_of(page.path)
    return Part(
        page=page,
        place=place,
        contents=[(place + each.anchor, each.title) for each in in_contents(sections)],
        html=[
            SafeString(relocated(opening_large(each.html), page.path, addresses))
            for each in sections
        ],
    )


# Whoever is not signed in -----------------------------------------------------------------------


def answer(
    request: HttpRequest, template: str, version: str, found: Callable[[], Reading]
) -> HttpResponse:
    """Answer a reader without a session: the page holds nothing of theirs.

    `version` names what is shown and changes with it.
    """
    whole = kept(f"guide-answer:{version}", lambda: whole_answer(request, template, found()))
    kept(f"guide-etag:{version}", lambda: whole.etag)  # guide/unchanged.py asks for no more
    return sent(request, whole)


def whole_answer(request: HttpRequest, template: str, found: Reading) -> Answer:
    body = render_to_string(template, {"reading": found}, request).encode()
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    packed = {"br": brotli.compress(body, quality=10), "gzip": gzip.compress(body, 9, mtime=0)}
    return Answer(body=body, packed=packed, etag=etag)


def sent(request: HttpRequest, whole: Answer) -> HttpResponse:
    """Send the answer, packed if the browser can unpack it, or say that the reader has it."""
    if has_it(request, whole.etag):
        return not_modified(whole.etag)
    accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
    for name, packed in whole.packed.items():
        if name in accepted:
            return HttpResponse(packed, headers=headers(whole.etag) | {"Content-Encoding": name})
    return HttpResponse(whole.body, headers=headers(whole.etag))


def not_modified(etag: str) -> HttpResponse:
    return HttpResponseNotModified(headers=headers(etag))


def headers(etag: str) -> dict[str, str]:
    return {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding, Cookie"}


def has_it(request: HttpRequest, etag: str) -> bool:
    """Say whether the browser names this version, weakened by a proxy or not."""
    named = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return etag.removeprefix("W/") in [each.removeprefix("W/") for each in named]
