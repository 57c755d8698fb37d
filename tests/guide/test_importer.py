"""An import brings all in at once, changes only what changed, and keeps what is pointed at."""

import pytest
from django.db.models import Max

from guide import rendering
from guide.changes import Changed, Changes, Moved
from guide.cleaning import clean_again
from guide.drafting import drafted
from guide.files import ImportRefused
from guide.importer import import_guide, look, store
from guide.models import Asset, Correction, Guide, Page, ReadMark, Section
from guide.project import read_project
from guide.report import BrokenLink
from tests.guide.conftest import ask, section_of


def rows() -> list[list[tuple[object, ...]]]:
    return [
        list(model.objects.order_by("pk").values_list()) for model in (Guide, Page, Section, Asset)
    ]


def test_what_was_finished_is_not_changed_by_being_cleaned_again(imported):
    sections = Section.objects.filter(page__guide__slug=imported.guide)

    assert [each.reference for each in sections if clean_again(each.html) != each.html] == []


def test_what_no_page_holds_does_not_outlive_being_cleaned_again():
    hostile = (
        '<p class="btn note" onclick="x()">a<script>x()</script></p><img src="https://x/y.png">'
        '<img src="//x/y.png"><img src="/\\x/y.png"><a href="javascript:x()">b</a>'
        '<input type="text"><iframe src="/"></iframe><div class="modal table-box"></div>'
    )

    assert clean_again(hostile) == (
        '<p class="note">a</p><img><img><img><a>b</a><input type="checkbox"><div></div>'
    )


def test_the_report_counts_what_came_in(imported):
    assert (imported.pages, imported.sections, imported.assets) == (10, 29, 2)
    assert imported.links_checked == 44
    assert imported.broken_links == [
        BrokenLink("on-call/handover.md", 5, "missing.md", "there is no such file"),
        BrokenLink(
            "on-call/handover.md",
            5,
            "rota.md#nobody",
            "on-call/rota.md has no heading or anchor “nobody”",
        ),
        BrokenLink("on-call/handover.md", 6, "missing.md", "there is no such file"),
        BrokenLink("on-call/handover.md", 8, "../assets/missing.png", "there is no such file"),
        BrokenLink("links.md", 13, "#swaps_2", "links.md has no heading or anchor “swaps_2”"),
        BrokenLink("traps.md", 5, "x", "there is no such file"),
        BrokenLink("traps.md", 19, "\\\\example.org/x", "there is no such file"),
        BrokenLink("traps.md", 21, "/accounts/logout/", "there is no such file"),
    ]
    assert imported.refused == []
    assert [(each.page, each.line) for each in imported.warnings] == [
        ("mkdocs.yml", 4),
        ("mkdocs.yml", 30),
        ("assets/extra.js", 0),
        ("features.md", 13),
        ("features.md", 16),
        ("cycle/one.md", 3),
        ("cycle/one.md", 5),
        ("cycle/two.md", 4),
        ("traps.md", 23),
    ]


def test_pages_stand_in_the_order_and_under_the_names_of_the_nav(imported):
    pages = Page.objects.values_list("path", "title", "nav_title", "nav_group")
    assert list(pages) == [
        ("index", "Harbour handbook", "Welcome", ""),
        ("on-call/rota", "The rota", "The rota", "On call"),
        ("on-call/handover", "Handing over a week", "Handing over", "On call"),
        ("on-call/deeper/nights", "Nights", "Nights", "On call / Deeper"),
        ("features", "Everything Markdown can do", "Everything Markdown can do", ""),
        ("links", "Links of every kind", "Links of every kind", ""),
        ("unnamed", "Named by the contents", "Named by the contents", ""),
        ("cycle/one", "One", "One", "More / Deeper still"),
        ("cycle/two", "Two", "Two", "More / Deeper still"),
        ("traps", "Traps", "Traps", "More pages"),
    ]


def test_every_section_is_stored_under_its_anchor(imported):
    anchors = Section.objects.filter(page__path="on-call/deeper/nights")
    assert list(anchors.values_list("anchor", flat=True)) == [
        "",
        "обзор",
        "über-nacht",
        "guide-main",
    ]
    assert section_of("handbook", "on-call/rota", "who-is-next").text == (
        "The person below you. See what is here."
    )


def test_a_page_without_a_first_heading_gets_its_title_as_one(imported):
    assert section_of("handbook", "on-call/rota", "").html.startswith("<h1>The rota</h1>")


def test_importing_the_same_again_writes_nothing(imported, handbook):
    before = rows()
    again = import_guide(handbook)
    assert rows() == before
    assert again.changed is False
    assert (again.pages, again.sections, again.links_checked) == (10, 29, 44)
    assert again.broken_links == imported.broken_links


def test_importing_again_keeps_every_row_that_is_still_there(imported, handbook):
    page, section = Page.objects.get(path="on-call/rota"), section_of("handbook", "index", "")
    newest = Section.objects.aggregate(Max("pk"))["pk__max"]
    rota = handbook / "docs" / "on-call" / "rota.md"
    rota.write_text(rota.read_text() + "\n## Holidays\n\nSay so in time.\n")
    (handbook / "docs" / "traps.md").unlink()
    report = import_guide(handbook)
    assert report.changed is True
    assert Page.objects.get(path="on-call/rota").pk == page.pk
    assert section_of("handbook", "index", "").pk == section.pk
    assert section_of("handbook", "on-call/rota", "holidays").pk > newest
    assert not Page.objects.filter(path="traps").exists()


def test_an_import_again_reports_what_it_changed(imported, handbook):
    docs = handbook / "docs"
    rota, traps = docs / "on-call" / "rota.md", docs / "traps.md"
    rota.write_text(
        rota.read_text().replace("Ask again.", "Ask twice.") + "\n## Holidays\n\nSoon.\n"
    )
    traps.unlink()
    (docs / "new.md").write_text("# New")
    (docs / "cycle" / "two.md").rename(docs / "cycle" / "three.md")
    swaps = "\n## Swaps\n\nThe second.\n"
    links = docs / "links.md"
    links.write_text(links.read_text().replace(swaps, ""))
    (docs / "cycle" / "one.md").write_text(f"# One\n\n## Swaps\n\nThe first.\n{swaps}")
    (docs / "assets" / "dot.png").rename(docs / "assets" / "point.png")
    mkdocs = handbook / "mkdocs.yml"
    mkdocs.write_text(
        mkdocs.read_text()
        .replace("cycle/two.md", "cycle/three.md")
        .replace("  - Welcome: index.md\n", "")
        .replace("  - links.md\n", "  - links.md\n  - Welcome: index.md\n")
    )
    report = import_guide(handbook)
    assert (report.new, report.changed) == (False, True)
    assert report.changes.pages == Changed(
        added=["new"],
        changed=["on-call/rota", "features", "links", "cycle/one"],
        removed=["traps"],
        moved=[Moved("cycle/two", "cycle/three")],
    )
    assert report.changes.sections == Changed(
        added=["on-call/rota#holidays", "cycle/one#swaps", "new#"],
        changed=[
            "on-call/rota#who-is-next",
            "on-call/rota#swaps_1",
            "features#raw-html",
            "links#",
            "cycle/one#",
        ],
        removed=["traps#"],
        moved=[Moved("links#swaps_1", "cycle/one#swaps_1"), Moved("cycle/two#", "cycle/three#")],
    )
    assert report.changes.assets == Changed(moved=[Moved("assets/dot.png", "assets/point.png")])
    assert report.changes.reordered == ["index"]
    assert import_guide(handbook).changes == Changes()


def test_marks_and_corrections_stay_and_follow_words_that_move(imported, handbook, mary):
    docs = handbook / "docs"
    marks, corrections = {}, {}
    for path, anchor in (("cycle/two", ""), ("on-call/rota", "swaps"), ("links", "swaps_1")):
        section = section_of("handbook", path, anchor)
        page = section.page
        marks[path] = ReadMark.objects.create(user=mary, page=page, checksum=page.checksum)
        corrections[path] = Correction.objects.create(
            guide=page.guide, section=section, place=str(section), kind="correction", text="!"
        )
    gone = section_of("handbook", "traps", "")
    lost = Correction.objects.create(
        guide=gone.page.guide, section=gone, place="Traps", kind="correction", text="!"
    )
    ReadMark.objects.create(user=mary, page=gone.page, checksum="")
    (docs / "traps.md").unlink()
    (docs / "cycle" / "two.md").rename(docs / "cycle" / "three.md")
    links = docs / "links.md"
    links.write_text(links.read_text().replace("\n## Swaps\n\nThe second.\n", ""))
    (docs / "cycle" / "one.md").write_text("# One\n\n## Swaps\n\n1.\n\n## Swaps\n\nThe second.\n")
    import_guide(handbook)
    places = {
        path: Correction.objects.select_related("section__page").get(pk=each.pk).section.reference
        for path, each in corrections.items()
    }
    assert places == {
        "cycle/two": "cycle/three#",
        "on-call/rota": "on-call/rota#swaps",
        "links": "cycle/one#swaps_1",
    }
    read = {path: ReadMark.objects.get(pk=each.pk).page.path for path, each in marks.items()}
    assert read == {
        "cycle/two": "cycle/three",
        "on-call/rota": "on-call/rota",
        "links": "links",
    }
    lost.refresh_from_db()
    assert (lost.section, lost.place) == (None, "Traps")
    assert ReadMark.objects.count() == 3


def test_looking_says_what_an_import_would_do_and_does_nothing(imported, handbook):
    before = rows()
    (handbook / "docs" / "traps.md").unlink()
    draft = drafted(read_project(handbook), "handbook")
    looked = look(draft, None)
    assert rows() == before
    assert looked == store(draft, None)
    assert looked.changes.pages.removed == ["traps"]


def test_looking_says_that_a_section_in_use_would_vanish(imported, handbook):
    ask(section_of("handbook", "on-call/rota", "swaps"), "Do you swap?")
    before = rows()
    (handbook / "docs" / "on-call" / "rota.md").unlink()
    with pytest.raises(ImportRefused, match="on-call/rota#swaps"):
        look(drafted(read_project(handbook), "handbook"), None)
    assert rows() == before


def test_each_import_that_changes_something_counts(imported, handbook):
    index = handbook / "docs" / "index.md"
    for text in ("# One", "# One", "# Two"):
        index.write_text(text)
        import_guide(handbook)
    assert Guide.objects.get().revision == 3


def test_a_section_that_a_maturity_model_points_to_cannot_vanish(imported, handbook):
    ask(section_of("handbook", "on-call/rota", "swaps"), "Do you swap?")
    before = rows()
    (handbook / "docs" / "on-call" / "rota.md").unlink()
    (handbook / "docs" / "index.md").write_text("# Changed")
    with pytest.raises(
        ImportRefused, match="points to sections that are missing here: on-call/rota#swaps;"
    ):
        import_guide(handbook)
    assert rows() == before


def test_a_section_that_a_maturity_model_points_to_can_be_reworded(imported, handbook):
    question = ask(section_of("handbook", "on-call/rota", "who-is-next"), "Who is next?")
    rota = handbook / "docs" / "on-call" / "rota.md"
    rota.write_text(rota.read_text().replace("Who is next {", "Whose turn it is {"))
    import_guide(handbook)
    question.section.refresh_from_db()
    assert question.section.title == "Whose turn it is"


def test_a_page_that_cannot_be_rendered_is_refused_and_the_others_come_in(
    db, handbook, monkeypatch
):
    monkeypatch.setattr(rendering, "SECONDS_A_PAGE", 2.0)
    (handbook / "docs" / "traps.md").write_text("[" * 20_000)
    (handbook / "docs" / "features.md").write_text("a" * 300_000)
    report = import_guide(handbook)
    assert [(each.page, each.message) for each in report.refused] == [
        ("features.md", "it has 300 kB, and a page may have 200 kB"),
        ("traps.md", "rendering it takes longer than 2 seconds"),
    ]
    assert report.pages == Page.objects.count() == 8
    assert (
        BrokenLink("index.md", 12, "features.html", "the page was refused") in report.broken_links
    )


def test_a_page_refused_later_keeps_its_earlier_text(imported, handbook):
    (handbook / "docs" / "features.md").write_bytes(b"# Features \xff")
    assert import_guide(handbook).pages == 9
    assert section_of("handbook", "features", "tabs").text.startswith("Linux")


def test_a_guide_of_which_no_page_can_be_read_is_refused(db, small_guide):
    with pytest.raises(ImportRefused, match="No page could be imported"):
        import_guide(small_guide({"index.md": "a" * 300_000}))
    assert not Guide.objects.exists()


def test_a_readme_stands_for_the_index(db, small_guide):
    import_guide(
        small_guide({"README.md": "# Hello\n\n[b](b.md)", "b.md": "# B\n\n[a](README.md)"})
    )
    assert list(Page.objects.values_list("path", flat=True)) == ["index", "b"]
    assert 'href="/guide/small/index/"' in section_of("small", "b", "").html


def test_the_address_of_the_whole_guide_is_no_page_of_it(db, small_guide):
    import_guide(
        small_guide({"index.md": "[one](all.md) [two](all_.md)", "all.md": "# A", "all_.md": "# B"})
    )
    assert list(Page.objects.values_list("title", "path")) == [
        ("Index", "index"),
        ("A", "all__"),
        ("B", "all_"),
    ]
    html = section_of("small", "index", "").html
    assert 'href="/guide/small/all__/"' in html
    assert 'href="/guide/small/all_/"' in html


def test_a_page_has_another_checksum_when_its_words_change_and_only_then(imported, handbook):
    before = dict(Page.objects.values_list("path", "checksum"))
    assert all(len(checksum) == 64 for checksum in before.values())
    rota = handbook / "docs" / "on-call" / "rota.md"
    rota.write_text(rota.read_text() + "\nOne sentence more.\n")
    index = handbook / "docs" / "index.md"
    index.write_text(index.read_text().replace("\n", "\n\n"))
    import_guide(handbook)
    after = dict(Page.objects.values_list("path", "checksum"))
    assert {path for path in before if before[path] != after[path]} == {"on-call/rota"}


def test_a_guide_of_an_organization_belongs_to_it(harbour, handbook):
    import_guide(handbook, harbour)
    assert Guide.objects.get().organization == harbour


def test_the_address_of_another_guide_cannot_be_taken(imported, harbour, handbook):
    before = rows()
    with pytest.raises(ImportRefused, match=r"The address “handbook” is taken; choose another"):
        import_guide(handbook, harbour)
    assert rows() == before


def test_two_guides_stand_side_by_side(imported, harbour, handbook):
    import_guide(handbook, harbour, slug="harbour-handbook")
    assert [guide.pages.count() for guide in Guide.objects.all()] == [10, 10]


def test_titles_that_a_database_refuses_are_cleaned(db, small_guide):
    settings = 'site_name: "A\\0 \\ud800 title"\nnav:\n  - "B\\0 label": index.md'
    import_guide(small_guide({"index.md": "---\ntitle: x\n---\n# A &#0; heading \x00"}, settings))
    assert Guide.objects.get().title == "A ? title"
    assert Page.objects.get().nav_title == "B label"
