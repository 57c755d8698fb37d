"""Search finds what the guides say, best first, for whoever may read them, whatever is typed."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from guide import search_index
from guide.files import ImportRefused
from guide.importer import import_guide
from guide.models import Guide, IndexedSection, KnownWord, Page, Section
from guide.search import search
from guide.words import query_of
from tests.conftest import signed_in
from tests.guide.conftest import guide_with_pages

INDEXES = ("guide_search", "guide_search_heading")  # on SQLite
CORPUS = {
    "index.md": "# Welcome\n\nWhat wakes us, and what should.\n",
    "alerts.md": (
        "# Alerts\n\nAn alert tells somebody to act.\n\n"
        "## Error budget\n\nPage on the error budget, not on every error.\n\n"
        "## Noise\n\nAn alert that nobody acts on is noise. Noise, noise, noise.\n\n"
        "## What a rota is not\n\nThe budget of a rota is people; an error of planning costs us.\n"
    ),
    "on-call.md": (
        "# Being on call\n\nThe rota says who is next.\n\n"
        "## Sleep\n\nWhoever was called after midnight rests. An alerting rule is a choice.\n\n"
        "## Café hours\n\nThe café opens at seven; a naïve plan forgets that. Straße, ΣΊΣΥΦΟΣ.\n\n"
        "## 障害対応\n\n夜間の障害を減らす。\n"
    ),
}


@pytest.fixture
def corpus(db, small_guide) -> Guide:
    import_guide(small_guide(CORPUS, "site_name: Nights"), slug="nights")
    return Guide.objects.get(slug="nights")


def titles(typed: str, user=None) -> list[str]:
    return ["".join(text for text, _ in each.title) for each in search(typed, user).results]


def marked(pieces) -> str:
    return "".join(f"[{text}]" if is_match else text for text, is_match in pieces)


# What is found, and in which order ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("alert", ["Alerts", "Noise", "Sleep"]),
        ("alerts", ["Alerts", "Noise"]),
        ("noise", ["Noise"]),
        ("error budget", ["Error budget", "What a rota is not"]),
        ('"error budget"', ["Error budget"]),
        ("“budget of a rota”", ["What a rota is not"]),
        ("budget error", ["Error budget", "What a rota is not"]),
        ("rota", ["What a rota is not", "Being on call"]),
        ("what is a rota", ["What a rota is not", "Being on call"]),
        ("sleep alert", ["Sleep"]),
        ("alerts people", ["What a rota is not"]),
        ("ca", ["Being on call", "Café hours", "Sleep"]),
        ("cafe", ["Café hours"]),
        ("CAFÉ", ["Café hours"]),
        ("naive", ["Café hours"]),
        ("strasse", ["Café hours"]),
        ("Σίσυφος", ["Café hours"]),
        ("障害", ["障害対応"]),
        ("midnight alerting", ["Sleep"]),
        ('"on every error"', ["Error budget"]),
        ('"budget on every"', []),
        ('"budget page"', []),
        ('"on every err', ["Error budget"]),
        ("midnight budget", []),
    ],
)
def test_sections_are_found_in_the_same_order_on_every_database(corpus, typed, expected):
    assert titles(typed) == expected


def test_what_is_found_says_where_it_stands_and_marks_what_was_asked(corpus):
    found = search("error budg", None).results[0]
    assert (found.guide, found.page) == ("Nights", "Alerts")
    assert found.address == "/guide/nights/alerts/#error-budget"
    assert marked(found.title) == "[Error budget]"
    assert marked(found.snippet) == "Page on the [error budget], not on every [error]."


def test_a_page_is_led_to_from_its_top(corpus):
    assert search("alerts", None).results[0].address == "/guide/nights/alerts/"


def test_accents_are_marked_as_they_are_written(corpus):
    assert "a [naïve] plan" in marked(search("naive", None).results[0].snippet)


def test_a_snippet_shows_the_part_with_most_of_the_words_and_where_it_is_cut(db, small_guide):
    text = f"{'before ' * 80}rollback. {'between ' * 80}the rollback of a release. {'after ' * 80}"
    import_guide(small_guide({"index.md": f"# Page\n\n{text}"}))
    snippet = marked(search("release rollback", None).results[0].snippet)
    assert snippet.startswith("… between ")
    assert "the [rollback] of a [release]. after" in snippet
    assert snippet.endswith("after …")
    assert len(snippet.split()) < 45


def test_quotes_ask_for_the_words_as_they_are(corpus):
    assert titles('"alert"') == ["Alerts", "Noise"]


def test_a_quote_that_is_still_being_typed_may_end_in_a_begun_word(corpus):
    assert titles('"error bud') == ["Error budget"]


def test_one_letter_begins_no_word(corpus):
    assert titles("b") == []


# Misspellings and nothing ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant", "first"),
    [
        ("buget", "budget", "Error budget"),
        ("erorr budget", "error budget", "Error budget"),
        ("midnigth", "midnight", "Sleep"),
        ('"eror budget"', '"error budget"', "Error budget"),
    ],
)
def test_a_misspelt_word_finds_what_the_nearest_known_one_does(corpus, typed, meant, first):
    found = search(typed, None)
    assert (found.instead, titles(typed)[0]) == (meant, first)


def test_what_is_found_is_not_corrected(corpus):
    assert search("budget", None).instead == ""


def test_words_that_are_never_together_are_offered_one_by_one(corpus):
    found = search("midnight budgt", None)
    assert (found.results, found.instead) == ((), "")
    assert found.narrower == ("midnight", "budget")


def test_what_resembles_nothing_finds_nothing(corpus):
    found = search("xylophone", None)
    assert (found.total, found.instead, found.narrower) == (0, "", ())


# Whatever is typed -------------------------------------------------------------------------------

NASTY = [
    'foo"bar',
    '"',
    '""',
    "NEAR(",
    "NEAR(error budget, 2)",
    "*",
    "error*",
    "-",
    "-error",
    "heading:error",
    "^error",
    "error AND",
    "NOT error",
    "(((",
    "{heading} : x",
    "a'b",
    "';--",
    "\\",
    "%",
    "_",
    "|&!<->:*",
    "error:*",
    "😀",
    "error 😀",
    "\x00",
    "err\x00or",
    "\ud800",
    "error\udfff",
    "½ ﬁ ﷺ ǆ",
    "́",
    "ก็ हिन्दी עִברִית العربية",
    "𞤀𞤁 𐐀",
    "x" * 5000,
    "error " * 1000,
    '"' * 5000,
    '"error ' * 800,
    "é" * 5000,
]


@pytest.mark.parametrize("typed", NASTY, ids=range(len(NASTY)))
def test_nothing_that_is_typed_breaks_the_search_or_its_page(corpus, client, typed):
    search(typed, None)
    fit_for_an_address = typed.encode("utf-8", "replace").decode()
    assert client.get("/guide/search/", {"q": fit_for_an_address}).status_code == 200


@pytest.mark.parametrize(
    "typed", ["error*", "-error", "^error", "heading:error", "(error", "error'"]
)
def test_signs_are_not_operators(corpus, typed):
    assert "Error budget" in titles(typed) or "heading" in typed


def test_a_word_of_any_script_is_found_by_itself_and_by_its_beginning(db, small_guide):
    words = "𞤀𞤁𞤂 हिन्दी שלום größe ﬁnally n55 x86 ½cup"
    import_guide(small_guide({"index.md": f"# Page\n\n{words}"}))
    for word in words.split():
        assert titles(word) == ["Page"], word
        assert titles(word[:-1]) == ["Page"], word


class WhateverIsTyped(TestCase):
    """hypothesis.extra.django gives every example a transaction of its own."""

    @classmethod
    def setUpTestData(cls):
        guide = guide_with_pages(1, "any")
        guide.pages.get().sections.update(text="error budget on call 障害 naïve NEAR AND not")
        search_index.index(guide)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.text(st.characters(codec=None), max_size=60))
    def test_any_text_is_answered(self, typed):
        search(typed, None)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.sampled_from([*"\"*-:^(){}|&!'\\", "error", "bud", "AND", "NEAR", " "])))
    def test_words_among_signs_are_answered(self, parts):
        typed = "".join(parts)
        found = search(typed, None)
        assert found.total in {0, 1}
        if query_of(typed).terms == query_of("error").terms:
            assert found.total == 1

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40))
    def test_a_text_is_found_by_its_own_words(self, text):
        words = query_of(text).words[:3]
        section = Section.objects.get()
        section.text = text
        section.save()
        search_index.index(Guide.objects.get())
        if words:
            assert search(" ".join(words), None).total == 1


# Who finds what ----------------------------------------------------------------------------------


@pytest.fixture
def ours(harbour, small_guide) -> Guide:
    """A guide for Harbour only."""
    import_guide(small_guide({"index.md": "# Error drill\n\nOur zebra budget."}), harbour, "ours")
    return Guide.objects.get(slug="ours")


def test_an_organizations_guide_is_found_by_its_members_only(corpus, ours, mary, olga, eve, client):
    for member in (mary, olga):
        assert titles("error drill", member) == ["Error drill"]
        assert "Error drill" in signed_in(member).get("/guide/search/?q=drill").content.decode()
    for stranger in (None, eve):
        assert titles("error drill", stranger) == []
    for stranger in (client, signed_in(eve)):
        assert "Error drill" not in stranger.get("/guide/search/?q=drill").content.decode()


def test_strangers_are_not_told_the_words_of_an_organizations_guide(corpus, ours, mary, eve):
    assert search("zebru", mary).instead == "zebra"
    for stranger in (None, eve):
        assert search("zebru", stranger).instead == ""


def test_a_guide_that_is_taken_from_everybody_is_found_by_them_no_more(corpus, harbour, mary):
    Guide.objects.update(organization=harbour)
    assert titles("noise", None) == []
    assert titles("noise", mary) == ["Noise"]


def test_guides_between_those_one_may_read_are_passed_over(harbour, mary, eve):
    """Rows of guides lie side by side; Harbour's lie between two that everybody may read."""
    for slug, organization in (("first", None), ("ours", harbour), ("second", None)):
        guide = guide_with_pages(2, slug)
        Guide.objects.filter(pk=guide.pk).update(title=slug, organization=organization)
        search_index.index(guide)
    assert [each.guide for each in search("words", eve).results] == [
        *["first"] * 2,
        *["second"] * 2,
    ]
    assert [each.guide for each in search("words", mary).results].count("ours") == 2


def many_words(count: int) -> str:
    return " ".join(f"zebra{number:03}" for number in range(count))


@pytest.mark.parametrize("count", [3, 80])
def test_a_begun_word_finds_all_that_begin_so_however_many(db, small_guide, count):
    import_guide(small_guide({"index.md": f"# Page\n\n{many_words(count)} end"}))
    assert titles("zebra") == titles("zebra00") == titles("end zebra") == ["Page"]


# What is frequent --------------------------------------------------------------------------------


@pytest.fixture
def frequent(db, monkeypatch) -> Guide:
    """A guide in which most sections speak of alerts, so that PostgreSQL reads some of them."""
    guide = guide_with_pages(30, "frequent")
    guide_with_pages(5, "another")
    for number, section in enumerate(Section.objects.filter(page__guide=guide)):
        section.title = f"Alerts {number}" if number % 3 == 0 else f"Section {number}"
        section.text = "An alert that nags." if number % 10 else "Quiet."
        section.save()
    for each in Guide.objects.all():
        search_index.index(each)
    monkeypatch.setattr(search_index, "FREQUENT", 5)
    monkeypatch.setattr(search_index, "MOST_CANDIDATES", 5)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE guide_indexedsection")
    return guide


@pytest.mark.parametrize(
    ("typed", "total"),
    [("alert", 28), ("ale", 28), ("alert nags", 27), ('"alert"', 27), ("alerts na", 27)],
)
def test_a_frequent_word_finds_what_any_other_would(frequent, typed, total):
    assert search(typed, None).total == total
    if connection.vendor == "postgresql":
        assert search_index.stand_in_many([frequent.pk], query_of(typed).terms)


# The index follows the guides --------------------------------------------------------------------


def test_an_import_makes_its_new_words_known_and_forgets_the_old_ones(corpus, small_guide):
    changed = CORPUS | {"alerts.md": "# Alerts\n\n## Silence\n\nA zeppelin of quiet."}
    root = small_guide(changed, "site_name: Nights")
    (root / "docs" / "on-call.md").unlink()
    import_guide(root, slug="nights")
    assert titles("zeppelin") == ["Silence"]
    assert titles("noise") == []
    assert titles("midnight") == []
    assert not KnownWord.objects.filter(word="midnight").exists()
    assert IndexedSection.objects.count() == Section.objects.count()


def test_an_import_that_is_refused_leaves_the_index_as_it_was(corpus, harbour, small_guide):
    with pytest.raises(ImportRefused, match="is taken"):
        import_guide(small_guide({"index.md": "# Zeppelin"}), harbour, "nights")
    assert titles("zeppelin") == []
    assert titles("noise") == ["Noise"]


def test_a_deleted_guide_is_found_no_more_and_leaves_nothing_in_the_index(corpus):
    corpus.delete()
    assert titles("noise") == []
    assert not IndexedSection.objects.exists()
    if connection.vendor == "sqlite":
        for index in INDEXES:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {index} WHERE {index} MATCH 'noise'")  # noqa: S608
                assert cursor.fetchone() == (0,)


def test_a_changed_row_changes_the_index(corpus):
    IndexedSection.objects.filter(heading="noise").update(text="zeppelin", heading="hush")
    assert titles("zeppelin hush") == ["Noise"]
    assert titles("nobody") == []
    if connection.vendor == "sqlite":
        for index in INDEXES:
            with connection.cursor() as cursor:
                cursor.execute(f"INSERT INTO {index}({index}) VALUES ('integrity-check')")  # noqa: S608


def test_a_section_of_any_length_is_indexed(db):
    guide = guide_with_pages(1, "long")
    words = " ".join(chr(0x1E900 + number % 34) * 3 + str(number) for number in range(100_000))
    guide.pages.get().sections.update(text=f"beginning {words}")
    search_index.index(guide)
    assert titles("beginning") == ["Page 0"]


def test_no_guide_can_take_the_address_of_the_search(db, small_guide):
    with pytest.raises(ImportRefused, match="The address “search” is taken"):
        import_guide(small_guide({"index.md": "# Hello"}), slug="search")


# The page ----------------------------------------------------------------------------------------


def page(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_results_with_their_place_and_marks(corpus, client):
    html = page(client, "/guide/search/?q=error+budget")
    assert (
        '<a href="/guide/nights/alerts/#error-budget" data-result><mark>Error budget</mark></a>'
        in html
    )
    assert "Nights \u203a Alerts" in html
    assert "Page on the <mark>error budget</mark>, not on every <mark>error</mark>." in html
    assert "2 sections" in html


def test_what_was_typed_and_what_was_found_are_text(db, client, small_guide):
    import_guide(small_guide({"index.md": "# Page\n\n`<script>alert(1)</script>` &amp; more"}))
    html = page(client, "/guide/search/?q=%3Cscript%3Ealert")
    assert "&lt;<mark>script&gt;alert</mark>(1)" in html
    assert "<script>alert" not in html


def test_the_empty_page_says_how_to_search(corpus, client):
    for address in ("/guide/search/", "/guide/search/?q=", "/guide/search/?q=+"):
        assert "Words in quotes stand side by side" in page(client, address)


def test_the_page_says_what_to_do_when_nothing_is_found(corpus, client):
    assert "Nothing found for “xylophone”" in page(client, "/guide/search/?q=xylophone")
    html = page(client, "/guide/search/?q=midnight+budget")
    assert "All words must stand in one section" in html
    assert 'href="/guide/search/?q=midnight"' in html


def test_the_page_says_what_it_took_a_misspelling_for(corpus, client):
    html = page(client, "/guide/search/?q=buget")
    assert 'Did you mean <a href="/guide/search/?q=budget" data-result>budget</a>?' in html
    assert "Error budget" in html.replace("<mark>", "").replace("</mark>", "")


def test_a_long_question_is_answered_by_its_beginning_and_says_so(corpus, client):
    html = page(client, f"/guide/search/?q=noise{'+the' * 200}")
    assert "only its beginning was looked for" in html


@pytest.fixture
def many(db) -> Guide:
    guide = guide_with_pages(300)
    search_index.index(guide)
    return guide


def test_many_results_come_twenty_at_a_time(many, client):
    first, second = (
        page(client, "/guide/search/?q=words"),
        page(client, "/guide/search/?q=words&page=2"),
    )
    assert first.count("found-place") == second.count("found-place") == 20
    assert "More than 200 sections" in first
    assert 'href="/guide/search/?q=words&amp;page=2"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev"' in second


@pytest.mark.parametrize("number", ["0", "-1", "99999999999", "x", "²", "999"])
def test_a_page_that_is_not_there_shows_one_that_is(many, client, number):
    assert "found-place" in page(client, f"/guide/search/?q=words&page={number}")


# Each database asks first how to ask: SQLite which words were begun and where the guides' rows lie,
# PostgreSQL how frequent the words are.
FIRST = {"sqlite": 2, "postgresql": 1}[connection.vendor]


@pytest.mark.parametrize("count", [3, 300])
def test_a_search_makes_the_same_queries_for_any_number_of_results(
    db, client, django_assert_num_queries, count
):
    search_index.index(guide_with_pages(count))
    with django_assert_num_queries(4 + FIRST):
        page(client, "/guide/search/?q=words")


def test_a_search_that_finds_nothing_makes_few_queries(corpus, client, django_assert_num_queries):
    with django_assert_num_queries(4 + FIRST):
        page(client, "/guide/search/?q=xylophone")
    with django_assert_num_queries(7 + 2 * FIRST):
        page(client, "/guide/search/?q=buget")


def test_a_search_is_asked_and_not_posted(corpus, client):
    assert client.post("/guide/search/").status_code == 405


def test_the_field_stands_on_the_guides_pages_and_is_the_same_for_everybody(imported, client, mary):
    for reader in (client, signed_in(mary)):
        for address in ("/guide/", "/guide/handbook/index/", "/guide/search/"):
            html = page(reader, address)
            assert '<form action="/guide/search/" role="search">' in html
            assert "htmx.min.js" not in html.replace('data-htmx="/static/vendor/htmx.min.js"', "")


def test_existing_guides_are_indexed_by_the_migration(corpus):
    from importlib import import_module

    from django.apps import apps

    IndexedSection.objects.all().delete()
    KnownWord.objects.all().delete()
    assert titles("noise") == []
    import_module("guide.migrations.0003_index_what_is_there").index_what_is_there(apps, None)
    assert titles("noise") == ["Noise"]
    assert Page.objects.count() == 3
