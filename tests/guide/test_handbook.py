"""Harbour's handbook has every feature and every trap: what becomes of each of them."""

import shutil
import tempfile
from pathlib import Path
from unittest.mock import patch

from django.test import TestCase

from guide import rendering
from guide.importer import import_guide
from guide.models import Asset, Guide, Page, Section
from guide.report import Report
from tests.guide.conftest import HANDBOOK, with_pages_that_cannot_be_read

MISSING = "there is no such file"
NO_INCLUDE = "includes nothing: other files are not read into a page."


class TheHandbook(TestCase):
    """Imported once for all of these."""

    report: Report

    @classmethod
    def setUpTestData(cls):
        with tempfile.TemporaryDirectory() as folder, patch.object(rendering, "SECONDS_A_PAGE", 3):
            handbook = Path(shutil.copytree(HANDBOOK, Path(folder) / "handbook"))
            cls.report = import_guide(with_pages_that_cannot_be_read(handbook))

    def html(self, path: str) -> str:
        sections = Section.objects.filter(page__path=path).order_by("position")
        return "\n".join(section.html for section in sections)

    def holds(self, path: str, *pieces: str) -> None:
        html = self.html(path)
        for piece in pieces:
            assert piece in html, piece

    # What comes in and what does not

    def test_every_count(self):
        report = self.report
        assert (report.pages, report.sections, report.assets) == (11, 30, 2)
        assert (report.links_checked, len(report.broken_links)) == (44, 8)
        assert (len(report.refused), len(report.warnings)) == (3, 9)
        stored = (Page.objects.count(), Section.objects.count(), Asset.objects.count())
        assert stored == (11, 30, 2)

    def test_pages_that_cannot_be_read_are_refused_one_by_one(self):
        assert [(each.page, each.message) for each in self.report.refused] == [
            ("brackets.md", "rendering it takes longer than 3 seconds"),
            ("large.md", "it has 300 kB, and a page may have 200 kB"),
            ("no-text.md", "line 3 is not UTF-8 text"),
        ]

    def test_quotes_nested_a_thousand_deep_come_in_as_deep_as_they_can_be_read(self):
        html = self.html("quotes")
        assert "deep" in html
        assert 10 < html.count("<blockquote>") == html.count("</blockquote>") < 1000

    def test_every_broken_link_has_its_page_and_line(self):
        found = [(each.page, each.line, each.link) for each in self.report.broken_links]
        assert found == [
            ("on-call/handover.md", 5, "missing.md"),
            ("on-call/handover.md", 5, "rota.md#nobody"),
            ("on-call/handover.md", 6, "missing.md"),
            ("on-call/handover.md", 8, "../assets/missing.png"),
            ("links.md", 13, "#swaps_2"),
            ("traps.md", 5, "x"),
            ("traps.md", 19, "\\\\example.org/x"),
            ("traps.md", 21, "/accounts/logout/"),
        ]

    def test_every_warning_says_what_and_where(self):
        assert [(each.page, each.line, each.message) for each in self.report.warnings] == [
            ("mkdocs.yml", 4, "Other files are not read into mkdocs.yml (INHERIT)."),
            ("mkdocs.yml", 30, "The nav names gone.md, which is not a page of this guide."),
            (
                "assets/extra.js",
                0,
                "Files of this kind are not shown in a guide; it was left out.",
            ),
            (
                "features.md",
                13,
                "“!!!info” lacks a space after its mark; not every tool makes a box of it.",
            ),
            (
                "features.md",
                16,
                "“!!! Not a box: it has a colon” makes no box and shows as plain text.",
            ),
            ("cycle/one.md", 3, f'“--8<-- "cycle/two.md"” {NO_INCLUDE}'),
            ("cycle/one.md", 5, f'“{{% include "two.md" %}}” {NO_INCLUDE}'),
            ("cycle/two.md", 4, f'“--8<-- "cycle/one.md"” {NO_INCLUDE}'),
            (
                "traps.md",
                23,
                "The picture https://example.org/spy.png is on another site; readers see its "
                "description instead.",
            ),
        ]

    def test_licence_and_source_are_kept(self):
        guide = Guide.objects.get()
        assert guide.licence == "Copyright Harbour,  CC BY 4.0"
        assert guide.source_url == "https://example.org/harbour/handbook"

    # Features, as readers see them

    def test_titles_from_front_matter_the_contents_and_headings(self):
        titles = dict(Page.objects.values_list("path", "title"))
        assert titles["on-call/rota"] == "The rota"
        assert titles["unnamed"] == "Named by the contents"
        assert titles["links"] == "Links of every kind"
        assert self.html("unnamed").startswith("<h1>Named by the contents</h1>")

    def test_the_table_of_contents_and_the_links_at_headings(self):
        self.holds("features", '<div class="toc">', '<li><a href="#tabs">Tabs</a></li>')
        assert self.html("features").count('<a class="headerlink"') == 8

    def test_boxes_folded_parts_and_tabs_also_inside_each_other(self):
        self.holds(
            "features",
            '<div class="admonition warning">\n<p class="admonition-title">Mind the gap</p>',
            '<details class="note">\n<summary>Folded</summary>',
            '<details open="open" class="tip">\n<summary>Open at first</summary>',
            '<div class="admonition danger">\n<p class="admonition-title">Danger</p>',
            '<label for="__tabbed_1_1">Linux</label><label for="__tabbed_1_2">macOS</label>',
            '<label for="__tabbed_2_1">A tab in it</label>',
        )
        assert self.html("features").count('type="radio"') == 3

    def test_tables_definitions_tasks_abbreviations_and_footnotes(self):
        self.holds(
            "features",
            '<th scope="col" align="right">Right</th>',
            "<dl>\n<dt>Rota</dt>\n<dd>Who answers, and when.</dd>\n</dl>",
            '<abbr title="Hypertext Markup Language">HTML</abbr>',
            '<sup id="fnref:1"><a class="footnote-ref" href="#fn:1">1</a></sup>',
            '<li id="fn:1">\n<p>A footnote.',
            "<mark>marked</mark> <del>gone</del> H<sub>2</sub>O x<sup>2</sup>",
            '<kbd class="key-control">Ctrl</kbd>',
            "\N{ROCKET} ©",
        )
        assert self.html("features").count('type="checkbox" disabled=""') == 3

    def test_code_is_coloured_numbered_and_marked(self):
        self.holds(
            "features",
            '<span class="filename">hello.py</span>',
            '<span class="nf">hello</span>',
            '<td class="linenos">',
            '<span class="hll"><span class="nt">for</span>',
            '<code class="highlight"><span class="nb">print</span>',
            "<code>graph LR; a --&gt; b\n</code>",
        )

    def test_attributes_and_markdown_in_html(self):
        self.holds(
            "features",
            '<p id="styled" class="wide">Text with a class.</p>',
            '<div class="admonition note">\n<p><strong>Markdown</strong> in',
            '<a title="A title" href="/guide/handbook/on-call/rota/">link</a>',
            "<figcaption>A dot.</figcaption>",
            '<details open=""><summary>Folded by hand</summary>',
        )
        self.holds("links", '<h1 id="links">Links of every kind')

    def test_links_and_pictures_however_they_are_written(self):
        rota = "/guide/handbook/on-call/rota/"
        dot = 'src="/guide/handbook/assets/assets/dot.png" loading="lazy"'
        self.holds(
            "links",
            *(
                f'<a href="{rota}">{words}</a>'
                for words in ("with .md", "without", "as an address", "from the top", "a page")
            ),
            f'<a href="{rota}#who-is-next">a section</a>',
            f'<a href="{rota}#swaps_1">the second of its name</a>',
            'nights/#%D0%BE%D0%B1%D0%B7%D0%BE%D1%80">any script</a>',
            f'<img alt="Relative" width="40" class="wide" {dot}>',
            f'<img alt="From the top" {dot} width="1" height="1">',
            'alt="A picture" src="/guide/handbook/assets/assets/ladder.svg" loading="lazy"',
        )

    def test_anchors_of_any_script_and_of_repeats(self):
        anchors = {section.reference for section in Section.objects.select_related("page")}
        assert {
            "on-call/deeper/nights#обзор",
            "on-call/deeper/nights#über-nacht",
            "unnamed#障害対応",
            "links#swaps",
            "links#swaps_1",
        } <= anchors

    # Traps

    def test_nothing_that_runs_fetches_or_leaves_its_place_comes_in(self):
        html = "\n".join(Section.objects.values_list("html", flat=True)).lower()
        for forbidden in (
            *("<script", "<iframe", "<object", "<embed", "<svg", "<math", "<style", "<form"),
            *("<base", "<meta", "<button", " onerror", " onclick", " onload", " style="),
            *("javascript:", "site-header", "spy.png", "data-x", 'id="theme-switch"'),
        ):
            assert forbidden not in html, forbidden

    def test_a_drawing_with_a_script_runs_nothing(self):
        answer = self.client.get("/guide/handbook/assets/assets/ladder.svg")
        assert answer.headers["Content-Security-Policy"].endswith("sandbox")
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")

    def test_files_that_include_each_other_show_what_they_say(self):
        self.holds("cycle/one", "cycle/two.md", "{% include")
        self.holds("cycle/two", '--8&lt;-- "cycle/one.md"')
