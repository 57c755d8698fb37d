"""What a search costs the database when there is much to search: 50,000 sections in ten guides."""

import random
import statistics
import time
from collections.abc import Iterator
from itertools import accumulate

from django.db import connection

from guide import search_index
from guide.models import Guide, Page, Section
from guide.words import Query, query_of

GUIDES, PAGES, SECTIONS, WORDS = 10, 50, 100, 120
ROUNDS = 15


def measure() -> dict[str, dict[str, float]]:
    """Return median and slowest milliseconds of finding candidates, by what is asked."""
    chance = random.Random(1)
    vocabulary = sorted({word(chance) for _ in range(30_000)})
    chance.shuffle(vocabulary)
    fill(chance, vocabulary)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # It computes the words of many sections, which takes longer than a page may wait.
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("ANALYZE guide_indexedsection")
            cursor.execute("RESET statement_timeout")
    guides = list(Guide.objects.values_list("pk", flat=True))
    return {name: cost(query, guides) for name, query in asked(vocabulary)}


def word(chance: random.Random) -> str:
    return "".join(chance.choices("abcdefghijklmnoprstuvw", k=chance.randint(3, 10)))


def fill(chance: random.Random, vocabulary: list[str]) -> None:
    """Store and index sections whose words are as unevenly frequent as in a language."""
    weights = list(accumulate(1 / (place + 3) for place in range(len(vocabulary))))

    def text(count: int) -> str:
        return " ".join(chance.choices(vocabulary, cum_weights=weights, k=count))

    for number in range(GUIDES):
        guide = Guide.objects.create(slug=f"bench-{number}", title=text(2), checksum="1")
        pages = Page.objects.bulk_create(
            Page(guide=guide, path=str(place), title=text(2), nav_title="x", position=place)
            for place in range(PAGES)
        )
        Section.objects.bulk_create(
            (
                Section(
                    page=page,
                    anchor=str(place),
                    title=text(4),
                    depth=2,
                    position=place,
                    html="",
                    text=text(WORDS),
                )
                for page in pages
                for place in range(SECTIONS)
            ),
            batch_size=500,
        )
        search_index.index(guide)


def asked(vocabulary: list[str]) -> Iterator[tuple[str, Query]]:
    """Return queries by their names. The first words of the vocabulary are the most frequent."""
    yield "a word of nine sections in ten", query_of(f'"{vocabulary[3]}"')
    yield "its beginning", query_of(vocabulary[3][:2])
    yield "two frequent words", query_of(f"{vocabulary[3]} {vocabulary[5]}")
    yield "a word of one section in ten", query_of(vocabulary[100])
    yield "two such words", query_of(f"{vocabulary[60]} {vocabulary[90]}")
    yield "a phrase of frequent words", query_of(f'"{vocabulary[3]} {vocabulary[5]}"')
    yield "a rare word and a frequent one", query_of(f"{vocabulary[8000]} {vocabulary[0]}")
    yield "a word nobody wrote", query_of("zzzzzz")


def cost(query: Query, guides: list[int]) -> dict[str, float]:
    spent = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        search_index.candidates(guides, query.terms)
        spent.append((time.perf_counter() - start) * 1000)
    return {"median": round(statistics.median(spent), 2), "slowest": round(max(spent), 2)}
