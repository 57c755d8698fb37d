"""Every number in our guide leads to a source, and says so where we know it second-hand only."""

import pytest

from tests.guide.citations import (
    DOCS,
    SOURCES,
    Citation,
    Source,
    citations,
    labels_without_a_link,
    our_citations,
    our_sources,
    sources,
)


@pytest.fixture(scope="module")
def by_label() -> dict[str, Source]:
    return {source.label: source for source in our_sources()}


def test_every_source_stands_once_and_says_how_we_know_it(by_label):
    labels = [source.label for source in our_sources()]
    assert sorted(labels) == sorted(set(labels))
    assert len(labels) > 50
    assert [source.label for source in by_label.values() if not source.mark] == []


def test_every_citation_leads_to_the_section_in_which_its_source_stands(by_label):
    cited = our_citations()
    assert len(cited) > 100
    assert [
        (each.page, each.label, each.section)
        for each in cited
        if each.label not in by_label or by_label[each.label].section != each.section
    ] == []


def test_what_we_know_second_hand_says_so_where_it_is_cited(by_label):
    second_hand = [each for each in our_citations() if by_label[each.label].mark == "Second-hand"]
    assert {each.label for each in second_hand} == {"E5", "E12", "E24", "E25", "E28", "E34", "P12"}
    assert [
        (each.page, each.words) for each in second_hand if "second-hand" not in each.words.lower()
    ] == []


def test_nothing_rests_on_what_we_have_not_read(by_label):
    assert {each.label for each in by_label.values() if each.mark == "Kept"} == {
        "Allspaw 2019",
        "Forsgren 2018",
        "Kim 2016",
        "Perrow 1999",
    }
    assert [each for each in our_citations() if by_label[each.label].mark == "Kept"] == []


def test_no_source_is_named_by_a_label_that_leads_nowhere():
    pages = [page for page in sorted(DOCS.glob("*.md")) if page.name != SOURCES]
    left = {
        page.name: found for page in pages if (found := labels_without_a_link(page.read_text()))
    }
    assert left == {}


def test_the_sources_page_names_only_sources_that_it_holds(by_label):
    named = set(labels_without_a_link((DOCS / SOURCES).read_text()))
    assert named - set(by_label) == set()


# The reading of the text ------------------------------------------------------------------------


def test_a_source_is_read_with_its_section_and_mark():
    text = (
        "## Books {#books}\n\n- **E1** Rau. *Why:* toil. *Read in\n  part*; more *second-hand*.\n"
    )
    assert sources(text) == [Source("E1", "books", "Read in part")]


def test_a_citation_is_read_with_the_statement_it_stands_in():
    text = "- one\n- two [E5,\n  as told](resources.md#books)\n| a | [Kim 2016](resources.md#x) |\n"
    assert citations("p.md", text) == [
        Citation("p.md", "E5", "books", "- two [E5, as told](resources.md#books)"),
        Citation("p.md", "Kim 2016", "x", "| a | [Kim 2016](resources.md#x) |"),
    ]


def test_a_label_without_a_link_is_noticed():
    assert labels_without_a_link("See E36 and [E1](resources.md#books).") == ["E36"]
