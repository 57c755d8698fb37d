"""Search over every guide a person may read: query in, ranked sections with snippets out.

The database finds the sections (guide/search_index.py). Which comes first is decided here, from
their words alone, so that every database gives the same order.
"""

import difflib
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from django.db.models import Q, Sum
from django.db.models.functions import Length

from guide.models import Guide, IndexedSection, KnownWord, Section
from guide.search_index import MOST_CANDIDATES, candidates
from guide.words import Query, Term, Word, query_of, words_of, written
from teams.models import User

A_PAGE = 20
BEFORE, SNIPPET = 6, 36  # words before the first match, words in all
MOST_COUNTED = 9  # the same word again and again says no more than this

CORRECTED = 3  # misspelt words looked at in one query
NEIGHBOURS = 3000  # words compared with them
SHORTEST_CORRECTED = 3
ALIKE = 0.7

Piece = tuple[str, bool]  # text, and whether it is what was asked for


@dataclass(frozen=True)
class Result:
    """A section that was found; text comes in pieces, those to be marked with True."""

    guide: str
    page: str
    title: tuple[Piece, ...]
    address: str
    snippet: tuple[Piece, ...]


@dataclass(frozen=True)
class Found:
    """One page of results.

    `instead`: what was searched for as nothing has what was typed. `narrower`: what to try one by
    one, when no section has all of it.
    """

    query: Query
    results: tuple[Result, ...] = ()
    total: int = 0
    more_than_total: bool = False
    instead: str = ""
    narrower: tuple[str, ...] = ()
    page: int = 1

    @property
    def next_page(self) -> int | None:
        return self.page + 1 if self.page * A_PAGE < self.total else None

    @property
    def previous_page(self) -> int | None:
        return self.page - 1 if self.page > 1 else None


def search(typed: str, user: User | None, page: int = 1) -> Found:
    """Return what the guides open to this person say about what was typed. Never raises.

    All words must be found, the last may be only begun, and "words in quotes" stand side by side.
    """
    query = query_of(typed)
    if not query.terms:
        return Found(query)
    guides = list(Guide.objects.readable_by(user).values_list("pk", flat=True))
    asked, ids, instead = query, candidates(guides, query.terms), ""
    if not ids:
        asked = corrected(query, guides)
        if asked is not query:
            ids = candidates(guides, asked.terms)
            instead = asked.text if ids else ""
    ranked = in_order(ids, asked)
    last = max(1, -(-len(ranked) // A_PAGE))
    page = min(max(page, 1), last)
    return Found(
        query=query,
        results=results(ranked[(page - 1) * A_PAGE : page * A_PAGE], asked),
        total=len(ranked),
        more_than_total=len(ranked) >= MOST_CANDIDATES,
        instead=instead,
        narrower=tuple(map(str, asked.terms)) if len(asked.terms) > 1 and not ids else (),
        page=page,
    )


# The order --------------------------------------------------------------------------------------


def in_order(ids: Sequence[int], query: Query) -> list[int]:
    """Return the ids of the sections, best first; without those whose page alone has the words.

    What the page is called comes before a heading, a heading before the text; then words in the
    heading, words in the section itself, words as typed before words begun or in another form,
    words next to each other, how often they stand there, and the order of reading.
    """
    if not ids:
        return []
    ranker = Ranker(query)
    rows = IndexedSection.objects.filter(pk__in=ids).values_list(
        "section_id",
        "heading",
        "text",
        "section__anchor",
        "guide__title",
        "guide_id",
        "section__page__position",
        "section__position",
    )
    ranked = sorted(
        (rank, position, section)
        for section, heading, text, anchor, *position in rows
        if (rank := ranker.rank(heading, text, opens=not anchor))
    )
    return [section for _, _, section in ranked]


class Ranker:
    """Compares sections with one query."""

    def __init__(self, query: Query) -> None:
        self.any_form = [pattern(term) for term in query.terms]
        self.as_typed = [pattern(replace(term, quoted=True, prefix=False)) for term in query.terms]
        self.in_a_row = pattern(query.in_a_row) if query.in_a_row else None

    def rank(self, heading: str, text: str, *, opens: bool) -> tuple[int, ...]:
        """Return the section's rank, the lowest first, or nothing if it has none of the words."""
        heading, text = f" {heading} ", f" {text} "
        both = f"{heading}|{text}"
        in_heading = sum(1 for each in self.any_form if each.search(heading))
        place = 2 if in_heading < len(self.any_form) else 1 - opens
        counts = [len(each.findall(both)) for each in self.any_form]
        if not any(counts):
            return ()
        return (
            place,
            -in_heading,
            -sum(1 for count in counts if count),
            -sum(1 for each in self.as_typed if each.search(both)),
            0 if self.in_a_row and self.in_a_row.search(both) else 1,
            -min(sum(counts), MOST_COUNTED),
        )


def pattern(*terms: Term) -> re.Pattern[str]:
    """Return what finds any of the terms among folded words with a space before and after each.

    A match's `lastindex` is the term's number, from 1.
    """
    return re.compile(rf"(?<= )(?:{'|'.join(f'({written(term)})' for term in terms)})(?= )")


# What is shown ----------------------------------------------------------------------------------


def results(ids: Sequence[int], query: Query) -> tuple[Result, ...]:
    shown = Section.objects.filter(pk__in=ids).select_related("page__guide").defer("html")
    by_id = {section.pk: section for section in shown}
    first = (query.in_a_row,) if query.in_a_row else ()
    asked = pattern(*first, *query.terms)
    return tuple(result(by_id[each], asked) for each in ids if each in by_id)


def result(section: Section, asked: re.Pattern[str]) -> Result:
    return Result(
        guide=section.page.guide.title,
        page=section.page.title,
        title=pieces(section.title, marks(words_of(section.title), asked)),
        address=section.get_absolute_url() if section.anchor else section.page.get_absolute_url(),
        snippet=snippet(section.text, asked),
    )


def snippet(text: str, asked: re.Pattern[str]) -> tuple[Piece, ...]:
    """Return the part of the text with most of the terms in it, or its beginning."""
    words = words_of(text)
    marked = marks(words, asked)
    first = max(0, best_start(marked) - BEFORE)
    last = min(len(words), first + SNIPPET)
    first = max(0, last - SNIPPET)
    start = words[first].start if first else 0
    end = words[last - 1].end if last < len(words) else len(text)
    inside = [mark for mark in marked if first <= mark.first and mark.last < last]
    cut = pieces(text[:end], inside, start)
    return (
        *([("… ", False)] if first else []),
        *cut,
        *([(" …", False)] if end < len(text) else []),
    )


@dataclass(frozen=True)
class Mark:
    """A place in a text that is to be marked: from letter to letter, from word to word."""

    start: int
    end: int
    first: int
    last: int
    term: int


def marks(words: Sequence[Word], asked: re.Pattern[str]) -> list[Mark]:
    """Return where what is asked for stands, in order and without overlaps."""
    text = f" {' '.join(word.text for word in words)} "
    begins = [0, *accumulate(len(word.text) + 1 for word in words)]
    found = []
    for match in asked.finditer(text):
        first = bisect_left(begins, match.start() - 1)
        last = bisect_left(begins, match.end()) - 1
        found.append(Mark(words[first].start, words[last].end, first, last, match.lastindex or 0))
    return found


def best_start(marked: Sequence[Mark]) -> int:
    """Return the word from which on a snippet holds most of what is asked, then most matches."""
    best, start = (0, 0), 0
    for number, mark in enumerate(marked):
        near = marked[number : number + SNIPPET]
        inside = [each for each in near if each.last < mark.first + SNIPPET - BEFORE]
        different = {each.term: each.last - each.first + 1 for each in inside}
        worth = (sum(different.values()), len(inside))
        if worth > best:
            best, start = worth, mark.first
    return start


def pieces(text: str, marked: Iterable[Mark], place: int = 0) -> tuple[Piece, ...]:
    """Cut the text from `place` on where a mark begins or ends."""
    cut: list[Piece] = []
    for mark in marked:
        start = max(place, mark.start)
        cut += [(text[place:start], False), (text[start : mark.end], True)]
        place = max(place, mark.end)
    return tuple(piece for piece in [*cut, (text[place:], False)] if piece[0])


# Misspellings -----------------------------------------------------------------------------------


def corrected(query: Query, guides: Sequence[int]) -> Query:
    """Return the query with words that no guide has replaced by the nearest that one has."""
    unknown = unknown_words(query.terms, guides)[:CORRECTED]
    nearest = nearest_words(unknown, guides)
    if not nearest:
        return query
    terms = tuple(
        replace(term, words=tuple(nearest.get(word, word) for word in term.words))
        for term in query.terms
    )
    words = tuple(nearest.get(word, word) for word in query.words)
    return Query(" ".join(map(str, terms)), terms, words, query.shortened)


def unknown_words(terms: Sequence[Term], guides: Sequence[int]) -> list[str]:
    asked = [word for term in terms for word in term.words]
    forms = [form for term in terms for form in term.other_forms]
    begun = Q()
    for term in terms:
        if term.prefix:
            begun |= Q(word__startswith=term.words[-1])
    of_guides = KnownWord.objects.filter(guide_id__in=guides)
    known = set(
        of_guides.filter(Q(word__in=[*asked, *forms]) | begun).values_list("word", flat=True)
    )
    found = {
        term.words[-1]
        for term in terms
        if known.intersection(term.other_forms)
        or (term.prefix and any(word.startswith(term.words[-1]) for word in known))
    }
    return [word for word in dict.fromkeys(asked) if word not in known | found]


def nearest_words(unknown: Sequence[str], guides: Sequence[int]) -> dict[str, str]:
    """Return for each word the known one most like it, if there is one; the more frequent first.

    Compared are words of nearly the same length that begin or end alike: few misspell both ends.
    """
    alike = Q()
    long_enough = [word for word in unknown if len(word) >= SHORTEST_CORRECTED]
    for word in long_enough:
        ends = Q(word__startswith=word[0]) | Q(word__endswith=word[-2:])
        alike |= Q(length__range=(len(word) - 2, len(word) + 2)) & ends
    if not alike:
        return {}
    known = (
        KnownWord.objects.filter(guide_id__in=guides)
        .annotate(length=Length("word"))
        .filter(alike)
        .values("word")
        .annotate(everywhere=Sum("sections"))
        .order_by("-everywhere", "word")
        .values_list("word", flat=True)[:NEIGHBOURS]
    )
    frequent = list(known)
    nearest = {word: difflib.get_close_matches(word, frequent, 3, ALIKE) for word in long_enough}
    return {
        word: max(near, key=lambda each, word=word: (likeness(word, each), -frequent.index(each)))  # type: ignore[misc]
        for word, near in nearest.items()
        if near
    }


def likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()
