"""What is searched: the words of every section, in the index that each database has for it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from django.db import connection

from guide.models import Guide, IndexedSection, KnownWord, Section
from guide.words import Term, folded_words

BATCH = 500
# PostgreSQL indexes a megabyte at most: these letters, and each pair of words, at four bytes each.
LONGEST_TEXT = 60_000
# Of more sections than this the index chooses; all else looks at no more than twice as many.
MOST_CANDIDATES = 200

SQLITE = f"""
SELECT rowid FROM (SELECT rowid FROM guide_search WHERE guide_search MATCH %s
                   ORDER BY rowid LIMIT {MOST_CANDIDATES})
UNION
SELECT rowid FROM (SELECT rowid FROM guide_search WHERE guide_search MATCH %s
                   ORDER BY rowid LIMIT {MOST_CANDIDATES})
"""  # noqa: S608 - a number of ours
# Without ORDER BY: PostgreSQL would fetch every match of a frequent word to sort them.
POSTGRESQL = f"""
(SELECT id FROM guide_indexedsection
 WHERE guide_id = ANY(%s) AND guide_words(heading) @@ %s::tsquery
   AND ' ' || heading || ' ' LIKE ALL(%s::text[])
 LIMIT {MOST_CANDIDATES})
UNION
(SELECT id FROM guide_indexedsection
 WHERE guide_id = ANY(%s)
   AND guide_words(page_title || ' | ' || heading || ' | ' || text) @@ %s::tsquery
   AND ' ' || page_title || ' | ' || heading || ' | ' || text || ' ' LIKE ALL(%s::text[])
 LIMIT {MOST_CANDIDATES})
"""  # noqa: S608 - a number of ours


# Writing ----------------------------------------------------------------------------------------


def index(guide: Guide) -> None:
    """Index the guide's sections as they are now. Call it in the transaction that changed them."""
    IndexedSection.objects.filter(guide=guide).delete()
    KnownWord.objects.filter(guide=guide).delete()
    sections = Section.objects.filter(page__guide=guide).order_by("page__position", "position")
    rows = list(rows_of(sections.select_related("page").defer("html")))
    IndexedSection.objects.bulk_create(
        [IndexedSection(guide=guide, **row) for row in rows], batch_size=BATCH
    )
    KnownWord.objects.bulk_create(
        [KnownWord(guide=guide, word=word, sections=count) for word, count in known_words(rows)],
        batch_size=BATCH,
    )


def rows_of(sections: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Return what is kept of each section, as the columns of IndexedSection. Migrations ask too."""
    for section in sections:
        yield {
            "section_id": section.pk,
            "page_title": folded_words(section.page.title),
            "heading": folded_words(section.title),
            "text": folded_words(section.text)[:LONGEST_TEXT].rstrip(),
        }


def known_words(rows: Iterable[dict[str, Any]]) -> list[tuple[str, int]]:
    """Return each word of these rows and how many of them hold it."""
    counts = Counter(
        word for row in rows for word in {*row["heading"].split(), *row["text"].split()}
    )
    return sorted(counts.items())


# Asking -----------------------------------------------------------------------------------------


def candidates(guides: Sequence[int], terms: Sequence[Term]) -> list[int]:
    """Return ids of indexed sections of these guides that hold all the terms.

    Those whose headings hold them all come in first; at most MOST_CANDIDATES of either kind.
    """
    if not guides or not terms:
        return []
    ask = ask_sqlite if connection.vendor == "sqlite" else ask_postgresql
    return ask(guides, terms)


def ask_sqlite(guides: Sequence[int], terms: Sequence[Term]) -> list[int]:
    among = " OR ".join(f'"{guide}"' for guide in guides)
    asked = " AND ".join(fts5(term) for term in terms)
    return fetch(
        SQLITE,
        [
            f"guide_id : ({among}) AND heading : ({asked})",
            f"guide_id : ({among}) AND {{page_title heading text}} : ({asked})",
        ],
    )


def fts5(term: Term) -> str:
    """Return the term as FTS5 reads it. Words hold letters and digits only, and are quoted."""
    words = f'"{" ".join(term.words)}"' + (" *" if term.prefix else "")
    forms = [f'"{form}"' for form in term.other_forms]
    return f"({' OR '.join([words, *forms])})"


def ask_postgresql(guides: Sequence[int], terms: Sequence[Term]) -> list[int]:
    asked = " & ".join(tsquery(term) for term in terms)
    phrases = [like(term) for term in terms if len(term.words) > 2]
    return fetch(POSTGRESQL, [list(guides), asked, phrases] * 2)


def tsquery(term: Term) -> str:
    """Return the term as a tsquery; of several words, each two that stand side by side."""
    first, *others = term.words
    words = [f"+{one} {other}" for one, other in pairwise(term.words)] if others else [first]
    asked = " & ".join(f"'{word}'" for word in words) + (":*" if term.prefix else "")
    forms = [f"'{form}'" for form in term.other_forms]
    return f"({' | '.join([asked, *forms])})"


def like(term: Term) -> str:
    """Return the pattern of more than two words next to each other: the index knows only pairs."""
    return f"% {' '.join(term.words)}{'%' if term.prefix else ' %'}"


def fetch(statement: str, values: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]
