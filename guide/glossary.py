"""A guide's glossary, and its terms marked where a reader meets them. HTML in, HTML out.

It reads HTML as an import stored it: every tag closed, every `<` in text escaped. What is searched
is another column and does not change.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q
from django.utils.text import Truncator, slugify

from guide.models import Guide, Page, Section
from guide.words import other_forms

ANCHOR = "glossary"
UNMARKED = "unmarked"  # of a term's classes: a word too common to be marked in the text
LONGEST_MEANING = 400

TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>")
ENTRY = re.compile(r"<dt([^>]*)>(.*?)</dt>|<dd[^>]*>(.*?)</dd>", re.DOTALL)
SPACE = r"\s+"
ABBREVIATED = re.compile(r"(.+?)\s*\(([^()]+)\)\Z")

# A link in a link cannot be; in a heading, in code and on a control a term would be in the way.
LEFT_ALONE = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "th", "figcaption", "summary"}) | {
    *("a", "abbr", "button", "code", "dt", "kbd", "label", "pre", "samp"),
}


@dataclass(frozen=True)
class Term:
    """A spelling of a word of the glossary. `number` and `name` are its entry's."""

    number: int
    name: str
    spelling: str
    anchor: str
    meaning: str

    @property
    def pattern(self) -> str:
        """Return what finds it: as it is written if in capitals, else in any case and number."""
        *first, last = map(re.escape, self.spelling.split())
        if self.spelling.isupper():
            return SPACE.join([*first, f"{last}s?"])
        forms = "|".join([last, *other_forms(last.lower())])
        return f"(?i:{SPACE.join([*first, f'(?:{forms})'])})"


@dataclass(frozen=True)
class Glossary:
    """The terms of a guide and the address of the page that explains them."""

    page: str = ""
    terms: tuple[Term, ...] = field(default=())

    @cached_property
    def longest_first(self) -> tuple[Term, ...]:
        return tuple(sorted(self.terms, key=lambda term: -len(term.spelling)))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return what finds any of them as a word by itself; the group's number names the term."""
        found = "|".join(f"({term.pattern})" for term in self.longest_first)
        return re.compile(rf"(?<![\w&#-])(?:{found})(?![\w-])")

    def marked(self, markup: str, on: str) -> tuple[str, set[Term]]:
        """Return a section with each term marked where it first stands, and the terms marked.

        `on` is the address of the page that shows the section.
        """
        if not self.terms:
            return markup, set()
        met: dict[int, Term] = {}
        page = "" if on == self.page else self.page

        def mark(found: re.Match[str]) -> str:
            term = self.longest_first[(found.lastindex or 1) - 1]
            if term.number in met:
                return found[0]
            met[term.number] = term
            return (
                f'<a class="term" href="{page}#{term.anchor}" '
                f'aria-describedby="term:{term.number}">{found[0]}</a>'
            )

        pieces = [self.pattern.sub(mark, text) if may else text for text, may in texts(markup)]
        return "".join(pieces), set(met.values())


def texts(markup: str) -> Iterator[tuple[str, bool]]:
    """Cut HTML into tags and texts, and say of each text whether a term may be marked in it."""
    place, outside = 0, 0
    for tag in TAG.finditer(markup):
        yield markup[place : tag.start()], not outside
        yield tag[0], False
        place = tag.end()
        if tag[2] in LEFT_ALONE or (outside and tag[2] == "p"):
            outside += -1 if tag[1] else 1
        elif "admonition-title" in tag[3]:
            outside += 1
    yield markup[place:], not outside


# Reading it -------------------------------------------------------------------------------------


def glossary_of(guide: Guide) -> Glossary:
    """Return what stands under the anchor `glossary`, or on a page of that name."""
    named = Q(sections__anchor=ANCHOR) | Q(path=ANCHOR) | Q(path__endswith=f"/{ANCHOR}")
    sections = list(
        Section.objects.filter(page__in=Page.objects.filter(named, guide=guide).values("pk"))
        .select_related("page")
        .order_by("page__position", "position")
    )
    if not sections:
        return Glossary()
    page = sections[0].page
    page.guide = guide
    under = under_the_anchor([each for each in sections if each.page_id == page.pk])
    return Glossary(page.get_absolute_url(), tuple(terms_in("".join(each.html for each in under))))


def under_the_anchor(sections: Sequence[Section]) -> Sequence[Section]:
    """Return the glossary's section of a page with those below it; all, if the page is one."""
    anchors = [section.anchor for section in sections]
    if ANCHOR not in anchors:
        return sections
    first = anchors.index(ANCHOR)
    after = range(first + 1, len(sections))
    end = (each for each in after if sections[each].depth <= sections[first].depth)
    return sections[first : next(end, len(sections))]


def terms_in(markup: str) -> Iterator[Term]:
    """Yield the terms of definition lists, each with its meaning as plain text."""
    number = 0
    for names, meaning in entries(markup):
        for attributes, name in names:
            number += 1
            if UNMARKED in attributes:
                continue
            shown, anchor = html.unescape(plain(name)), anchor_of(attributes, name)
            for spelling in spellings(plain(name)):
                yield Term(number, shown, spelling, anchor, meaning)


def entries(markup: str) -> Iterator[tuple[list[tuple[str, str]], str]]:
    """Yield the terms of each entry, as attributes and HTML, and what they mean."""
    names: list[tuple[str, str]] = []
    meanings: list[str] = []
    for attributes, name, meaning in (found.groups() for found in ENTRY.finditer(markup)):
        if name is not None and meanings:
            yield names, shortened(meanings)
            names, meanings = [], []
        if name is not None:
            names.append((attributes, name))
        elif names:
            meanings.append(plain(meaning))
    if meanings:
        yield names, shortened(meanings)


def shortened(meanings: Iterable[str]) -> str:
    return Truncator(html.unescape(" ".join(meanings))).chars(LONGEST_MEANING)


def plain(markup: str) -> str:
    """Return the words, still escaped."""
    return " ".join(TAG.sub(lambda tag: " " if tag[2] in ("br", "li", "p") else "", markup).split())


def spellings(name: str) -> Iterator[str]:
    """Yield the spellings of one entry: “Perceived, measured”, “Recovery point (RPO)”."""
    for part in name.split(","):
        both = ABBREVIATED.match(part.strip())
        yield from (each.strip() for each in (both.groups() if both else [part]) if each.strip())


def anchor_of(attributes: str, name: str) -> str:
    """Return the id of an entry: its own, or one made of its words."""
    own = re.search(r' id="([^"]+)"', attributes)
    return own[1] if own else f"{ANCHOR}-{slugify(html.unescape(plain(name)), allow_unicode=True)}"


def with_anchors(markup: str) -> str:
    """Return the glossary with an id at each entry, so that a term can lead to its own."""
    seen = set(re.findall(r' id="([^"]+)"', markup))

    def named(found: re.Match[str]) -> str:
        anchor = anchor_of(found[1], found[2]) if found[2] is not None else ""
        if not anchor or anchor in seen:
            return found[0]
        seen.add(anchor)
        return found[0].replace("<dt", f'<dt id="{anchor}"', 1)

    return ENTRY.sub(named, markup)
