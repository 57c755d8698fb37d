"""What is searched: the words of every section, in the index that each database has for it."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Any

from django.db import connection

from guide.models import Guide, IndexedSection, KnownWord, Section
from guide.words import Term, folded_words, written

BATCH = 500
# PostgreSQL indexes a megabyte at most: these letters, and each pair of words, at four bytes each.
LONGEST_TEXT = 60_000
# Of more sections than this the index chooses; all else looks at no more than twice as many.
MOST_CANDIDATES = 200

# A word that begins so many words is looked for by its first letters, which have an index too.
MOST_BEGUN = 50
SHORTEST_BEGUN = 4

# Rows of a guide lie side by side, as they are written together, and so do guides: the index goes
# through stretches. Asking it for guides by their numbers takes longer than all the rest.
GUIDES = """
SELECT id, (SELECT MIN(id) FROM guide_indexedsection WHERE guide_id = guide.id) AS first,
       (SELECT MAX(id) FROM guide_indexedsection WHERE guide_id = guide.id) AS last
FROM guide_guide AS guide WHERE first IS NOT NULL ORDER BY first
"""
STRETCH = f"""
SELECT * FROM (SELECT rowid FROM {{table}} WHERE {{table}} MATCH %s AND rowid BETWEEN %s AND %s
               ORDER BY rowid LIMIT {MOST_CANDIDATES})
"""  # noqa: S608 - a number of ours
FOUND = f"""
SELECT id FROM guide_indexedsection
WHERE id IN ({{stretches}} ORDER BY rowid LIMIT {MOST_CANDIDATES})
  AND +guide_id IN (SELECT value FROM json_each(%s))
"""  # noqa: S608 - a number of ours
BEGUN = f"""
SELECT DISTINCT word FROM guide_knownword
WHERE guide_id IN (SELECT value FROM json_each(%s)) AND word >= %s AND word < %s
LIMIT {MOST_BEGUN + 1}
"""  # noqa: S608 - a number of ours

# Without ORDER BY: PostgreSQL would fetch every match of a frequent word to sort them.
HEADINGS = f"""
(SELECT id FROM guide_indexedsection
 WHERE guide_id = ANY(%s) AND guide_words(heading) @@ %s::tsquery
   AND ' ' || heading || ' ' LIKE ALL(%s::text[])
 LIMIT {MOST_CANDIDATES})
"""  # noqa: S608 - a number of ours
ALL = f"""
(SELECT id FROM guide_indexedsection
 WHERE guide_id = ANY(%s)
   AND guide_words(page_title || ' | ' || heading || ' | ' || text) @@ %s::tsquery
   AND ' ' || page_title || ' | ' || heading || ' | ' || text || ' ' LIKE ALL(%s::text[])
 LIMIT {MOST_CANDIDATES})
"""  # noqa: S608 - a number of ours
# What stands in every other section is found sooner by reading some than by the index, which
# would count up all of them first.
FREQUENT = 8000
FREQUENT_SHARE = 0.25
READ_THROUGH = 2000
SOME = f"""
(SELECT id FROM (
    SELECT id, ' ' || page_title || ' | ' || heading || ' | ' || text || ' ' AS words
    FROM guide_indexedsection WHERE guide_id = ANY(%s) ORDER BY id LIMIT {READ_THROUGH}) AS section
 WHERE {{conditions}} LIMIT {MOST_CANDIDATES})
"""  # noqa: S608 - numbers of ours
# The + 0 keeps it from going through every word of every guide.
COUNTS = """
SELECT word, sections FROM guide_knownword WHERE guide_id = ANY(%s) AND word = ANY(%s)
UNION ALL
SELECT word, sections FROM guide_knownword WHERE guide_id + 0 = ANY(%s) AND word LIKE %s
UNION ALL
SELECT '', reltuples FROM pg_class WHERE oid = 'guide_indexedsection'::regclass
"""


# Writing ----------------------------------------------------------------------------------------


def index(guide: Guide) -> None:
    """Index the guide's sections as they are now. Call it in the transaction that changed them."""
    IndexedSection.objects.filter(guide=guide).delete()
    KnownWord.objects.filter(guide=guide).delete()
    sections = Section.objects.filter(page__guide=guide).order_by("page__position", "position")
    rows = rows_of(sections.select_related("page").defer("html").iterator(BATCH))
    counts: Counter[str] = Counter()
    # Bit by bit: a guide may hold fifty megabytes of text.
    while batch := list(islice(rows, BATCH)):
        IndexedSection.objects.bulk_create(IndexedSection(guide=guide, **row) for row in batch)
        counts.update(words_in(batch))
    KnownWord.objects.bulk_create(
        [KnownWord(guide=guide, word=word, sections=n) for word, n in sorted(counts.items())],
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
    """Return each word of these rows and how many of them hold it. A migration asks."""
    return sorted(Counter(words_in(rows)).items())


def words_in(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield each word of a row once."""
    for row in rows:
        yield from {*row["heading"].split(), *row["text"].split()}


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
    among = json.dumps(list(guides))
    asked = " AND ".join(fts5(term, among) for term in terms)
    wanted = {
        "guide_search_heading": asked,
        "guide_search": f"{{page_title heading text}} : ({asked})",
    }
    places = stretches(guides)
    found, values = [], []
    for table, expression in wanted.items():
        pieces = [STRETCH.format(table=table)] * len(places)
        found.append(FOUND.format(stretches=" UNION ALL ".join(pieces)))
        values += [each for first, last in places for each in (expression, first, last)] + [among]
    return fetch(" UNION ".join(found), values) if places else []


def stretches(guides: Collection[int]) -> list[tuple[int, int]]:
    """Return from where to where the rows of these guides lie with none of another between."""
    found: list[tuple[int, int]] = []
    goes_on = False
    for guide, first, last in fetch_rows(GUIDES, []):
        if guide in guides:
            found.append((found.pop()[0] if goes_on else first, last))
        goes_on = guide in guides
    return found


def fts5(term: Term, among: str) -> str:
    """Return the term as FTS5 reads it. Words hold letters and digits only, and are quoted."""
    words = begun(term, among) or [f'"{" ".join(term.words)}"' + (" *" if term.prefix else "")]
    forms = [f'"{form}"' for form in term.other_forms]
    return f"({' OR '.join([*words, *forms])})"


def begun(term: Term, among: str) -> list[str]:
    """Return in full what a begun term may be: FTS5 puts all that begins so together each time."""
    *before, last = term.words
    if not term.prefix or len(last) < SHORTEST_BEGUN:
        return []
    words = fetch(BEGUN, [among, last, last + chr(0x10FFFF)])
    return [f'"{" ".join([*before, word])}"' for word in words if len(words) <= MOST_BEGUN]


def ask_postgresql(guides: Sequence[int], terms: Sequence[Term]) -> list[int]:
    asked = " & ".join(tsquery(term) for term in terms)
    phrases = [like(term) for term in terms if len(term.words) > 2]
    if stand_in_many(guides, terms):
        conditions = " AND ".join(["words LIKE ANY(%s::text[])"] * len(terms))
        some = f"{HEADINGS} UNION {SOME.format(conditions=conditions)}"
        patterns = [forms_like(term) for term in terms]
        found = fetch(some, [list(guides), asked, phrases, list(guides), *patterns])
        if len(found) >= MOST_CANDIDATES:
            return found
    return fetch(f"{HEADINGS} UNION {ALL}", [list(guides), asked, phrases] * 2)


def stand_in_many(guides: Sequence[int], terms: Sequence[Term]) -> bool:
    """Say whether so many sections have all the terms that reading some of them finds enough."""
    if any(len(term.words) > 1 for term in terms):
        return False
    exact = [word for term in terms for word in (*term.words, *term.other_forms)]
    begun = [f"{term.words[-1]}_%" for term in terms if term.prefix] or [""]
    *counts, (_, everything) = fetch_rows(COUNTS, [list(guides), exact, list(guides), *begun])
    share = 1.0
    for term in terms:
        has = re.compile(written(term))
        sections = sum(count for word, count in counts if has.fullmatch(word))
        if sections < FREQUENT:
            return False
        share *= min(1.0, sections / max(everything, 1))
    return share >= FREQUENT_SHARE


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


def forms_like(term: Term) -> list[str]:
    return [like(term), *(f"% {form} %" for form in term.other_forms)]


def fetch(statement: str, values: list[Any]) -> list[Any]:
    return [row[0] for row in fetch_rows(statement, values)]


def fetch_rows(statement: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
