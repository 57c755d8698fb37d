"""Markdown text in, safe HTML and sections out."""

import pytest

from guide.links import Surroundings
from guide.markdown import RenderedPage, TooMuch, render

ADDRESSES = {
    "index.md": "/guide/g/index/",
    "on-call/rota.md": "/guide/g/on-call/rota/",
    "on-call/index.md": "/guide/g/on-call/index/",
    "assets/dot.png": "/guide/g/assets/assets/dot.png",
}


def rendered(text: str, file: str = "index.md") -> RenderedPage:
    return render(text, Surroundings(file, ADDRESSES))


def html_of(text: str, file: str = "index.md") -> str:
    return "\n".join(section.html for section in rendered(text, file).sections)


def test_a_section_begins_at_each_heading_of_the_first_three_levels():
    page = rendered("# Top\n\nOne\n\n## Second\n\nTwo\n\n### Third\n\nThree\n\n#### Fourth\n\nFour")
    assert [(each.anchor, each.title, each.depth) for each in page.sections] == [
        ("", "Top", 1),
        ("second", "Second", 2),
        ("third", "Third", 3),
    ]
    assert [each.text for each in page.sections] == ["One", "Two", "Three Fourth Four"]
    assert page.heading == "Top"


def test_text_before_the_first_heading_belongs_to_the_section_without_anchor():
    page = rendered("Hello\n\n## Second {#chosen}\n\nTwo")
    assert [(each.anchor, each.text) for each in page.sections] == [
        ("", "Hello"),
        ("chosen", "Two"),
    ]
    assert page.heading == ""


def test_a_page_that_begins_with_a_lower_heading_still_has_its_first_section():
    assert [each.anchor for each in rendered("## Second").sections] == ["", "second"]


def test_anchors_keep_any_script_and_number_repeats():
    page = rendered("# T\n\n## Обзор\n\n## 概要\n\n## Café\n\n## Swaps\n\n## Swaps\n\n## Swaps")
    anchors = [each.anchor for each in page.sections]
    assert anchors == ["", "обзор", "概要", "café", "swaps", "swaps_1", "swaps_2"]


def test_an_anchor_given_twice_becomes_two_and_is_reported():
    page = rendered("# T\n\n## One {#same}\n\n## Two {#same}")
    assert [each.anchor for each in page.sections] == ["", "same", "same_1"]
    assert 'href="#same_1" aria-label="Link to “Two”"' in page.sections[2].html
    assert [each.message for each in page.remarks] == [
        "The anchor “same” stands more than once; a later one became “same_1”."
    ]


def test_a_heading_inside_a_box_starts_no_section():
    page = rendered("# T\n\n!!! note\n    ## Inside {#inside}\n\n    Text")
    assert [each.anchor for each in page.sections] == [""]
    assert "inside" in page.ids


def test_an_id_of_the_page_around_the_text_is_not_taken():
    page = rendered("# T\n\n## Main\n\n[up](#main)")
    assert [each.anchor for each in page.sections] == ["", "guide-main"]
    assert '<a href="#guide-main">up</a>' in page.sections[1].html


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("on-call/rota.md", "/guide/g/on-call/rota/"),
        ("on-call/rota.md#swaps", "/guide/g/on-call/rota/#swaps"),
        ("on-call/rota", "/guide/g/on-call/rota/"),
        ("on-call/rota/", "/guide/g/on-call/rota/"),
        ("on-call/rota.html", "/guide/g/on-call/rota/"),
        ("/on-call/rota.md", "/guide/g/on-call/rota/"),
        ("on-call/", "/guide/g/on-call/index/"),
        ("assets/dot.png", "/guide/g/assets/assets/dot.png"),
        ("../assets/dot.png", "/guide/g/assets/assets/dot.png"),
        ("#обзор", "#%D0%BE%D0%B1%D0%B7%D0%BE%D1%80"),
        ("https://example.org/", "https://example.org/"),
        ("//example.org/", "https://example.org/"),
        ("mailto:oncall@harbour.example", "mailto:oncall@harbour.example"),
    ],
)
def test_a_link_leads_where_it_would_on_the_built_site(written, address):
    assert Surroundings("index.md", ADDRESSES).destination(written).url == address


@pytest.mark.parametrize(
    "written",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "\\\\example.org/",
        "/accounts/logout/",
        "../../../etc/passwd",
        "missing.md",
        "http://[broken",
    ],
)
def test_any_other_link_leads_nowhere(written):
    assert Surroundings("index.md", ADDRESSES).destination(written).url == ""


def test_a_link_in_a_folder_is_read_from_there_or_from_its_address():
    there = Surroundings("on-call/rota.md", ADDRESSES)
    assert there.destination("../index.md").file == "index.md"
    assert there.destination("../../assets/dot.png").file == "assets/dot.png"


def test_a_broken_link_is_reported_on_its_line_each_time_it_stands_there():
    page = rendered("# T\n\n[a](gone.md) and [b](gone.md#x)\n\n[c](gone.md)")
    assert [(each.line, each.written) for each in page.links] == [
        (3, "gone.md"),
        (3, "gone.md#x"),
        (5, "gone.md"),
    ]


def test_a_link_to_another_site_does_not_hand_over_the_window():
    html = html_of(
        "[out](https://example.org/){target=_blank} [in](on-call/rota.md){target=_blank}"
    )
    assert '<a href="https://example.org/" target="_blank" rel="noopener">out</a>' in html
    assert '<a href="/guide/g/on-call/rota/">in</a>' in html


def test_a_picture_from_elsewhere_shows_its_description_and_is_reported():
    page = rendered("![The ladder](https://example.org/ladder.png)")
    assert page.sections[0].html == "<p><span>The ladder</span></p>"
    assert page.remarks[0].line == 1


@pytest.mark.parametrize(
    "trap",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<p onclick=alert(1)>text</p>",
        "[x](javascript:alert(1))",
        "<a href='jav&#x09;ascript:alert(1)'>x</a>",
        "<iframe src='https://example.org/'></iframe>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        "<object data='x.swf'></object><embed src=x>",
        "<form action='https://example.org/'><button>alert</button></form>",
        "<p style='position:fixed'>text</p>",
        "<style>body{display:none}</style>",
        "<base href='https://example.org/'><meta http-equiv=refresh content='0;url=//x'>",
        '<img src="x" alt="`><script>alert(1)</script>">',
        "text\n{: onclick='alert(1)' style='position:fixed' }",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    ],
)
def test_nothing_in_a_page_can_run_or_leave_its_place(trap):
    html = html_of(trap)
    for forbidden in (
        "<script",
        " on",
        "javascript:",
        "<iframe",
        "<svg",
        "<form",
        "style",
        "<base",
    ):
        assert forbidden not in html.lower().replace("&lt;", "")


def test_classes_of_the_app_are_not_for_guides():
    html = html_of('<div class="position-fixed admonition site-header note">text</div>')
    assert html == '<div class="admonition note">text</div>'


def test_only_task_lists_and_tabs_have_inputs_and_nobody_can_fill_them_in():
    html = html_of('- [x] done\n\n<input type="password" name="p"> <input type=radio id=a name=b>')
    assert html.count("<input") == 1
    assert '<input type="checkbox" disabled="" aria-label="done" checked="">' in html


def test_wide_tables_scroll_in_a_box_and_name_their_columns():
    html = html_of("| a | b |\n|--:|---|\n| 1 | 2 |")
    assert html.startswith('<div class="table-box"><table>')
    assert '<th scope="col" align="right">a</th>' in html
    assert html.endswith("</table></div>")


def test_an_empty_corner_of_a_table_is_no_heading_and_what_is_below_it_names_the_rows():
    html = html_of("|   | b |\n|---|---|\n| 1 | 2 |\n| | 3 |")
    assert '<td></td>\n<th scope="col">b</th>' in html
    assert '<th scope="row">1</th>\n<td>2</td>' in html
    assert "<td></td>\n<td>3</td>" in html


def test_rows_of_a_table_with_names_over_all_columns_have_none():
    html = html_of("|   | b |\n|---|---|\n| 1 | 2 |\n\n| a | |\n|---|---|\n| 3 | 4 |")
    assert "<td>3</td>\n<td>4</td>" in html
    assert html.count('scope="row"') == 1


def test_the_title_comes_from_the_front_matter():
    page = rendered("---\ntitle: The rota\ntags: [a]\n---\n\nText")
    assert (page.title, page.sections[0].html) == ("The rota", "<p>Text</p>")


def test_front_matter_that_is_no_yaml_is_left_out_and_reported():
    page = rendered("---\ntitle: The rota\ndescription: one: two\n---\n\nText")
    assert (page.title, page.sections[0].html) == ("The rota", "<p>Text</p>")
    assert [each.line for each in page.remarks] == [1]


def test_a_rule_at_the_top_is_not_front_matter():
    assert "Words" in html_of("---\n\nWords\n\n---\n\nMore")


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ("!!!info", True),
        ("???+aside", True),
        ("!!! Attention: now", True),
        ('==="Tab"', True),
        ("    !!!info", True),
        ("!!! info", False),
        ('??? note "Title"', False),
        ('=== "Tab"', False),
        ("Title\n=====", False),
        ("```text\n!!!info\n```", False),
    ],
)
def test_what_looks_like_a_box_and_is_none_is_reported(line, reported):
    assert bool(rendered(f"# T\n\n{line}\n").remarks) is reported


def test_a_page_whose_html_would_be_enormous_is_refused():
    long = "word " * 1000
    with pytest.raises(TooMuch):
        rendered(f"*[A]: {long}\n\n" + "A " * 1000)
