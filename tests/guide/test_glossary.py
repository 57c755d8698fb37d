"""Terms of a guide's glossary are marked where one meets them, and the text stays as it is."""

import re

import pytest
from django.test import Client

from guide.glossary import Glossary, Term, entries, spellings, terms_in, with_anchors
from guide.importer import import_guide
from guide.models import Section

PAGE = "/guide/small/words/"


def glossary(*names: str) -> Glossary:
    terms = [
        Term(number, name, name, f"glossary-{number}", f"What {name} means.")
        for number, name in enumerate(names, start=1)
    ]
    return Glossary(PAGE, tuple(terms))


def marked(html: str, *names: str) -> list[str]:
    """Return the words that are marked in it."""
    done, _ = glossary(*names).marked(html, "/guide/small/index/")
    assert re.sub(r'<a class="term"[^>]*>([^<]*)</a>', r"\1", done) == html
    return re.findall(r'<a class="term"[^>]*>([^<]*)</a>', done)


def test_a_term_leads_to_its_entry_and_names_its_meaning():
    html, met = glossary("toil").marked("<p>Less toil.</p>", "/guide/small/index/")
    assert html == (
        '<p>Less <a class="term" href="/guide/small/words/#glossary-1" '
        'aria-describedby="term:1">toil</a>.</p>'
    )
    assert [term.meaning for term in met] == ["What toil means."]


def test_on_the_glossarys_own_page_a_term_leads_down_the_page():
    html, _ = glossary("toil").marked("<p>toil</p>", PAGE)
    assert 'href="#glossary-1"' in html


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Toil, toil and toil again", ["Toil"]),
        ("Alerts came", ["Alerts"]),
        ("alertness, realert, alert-driven, un-alert, alert_rule", []),
        ("“alert”, (alert)", ["alert"]),
        ("the attained level", ["attained level"]),
        ("the attained\n  levels of a level", ["attained\n  levels", "level"]),
        ("it is an IT matter", ["IT"]),
        ("3 SLOs", ["SLOs"]),
        ("R&amp;D and D", ["R&amp;D"]),
        ("caf&eacute; &lt; &amp;", []),
        ("a runbook's end", ["runbook"]),
    ],
)
def test_whole_words_are_marked_once_whatever_their_case_and_number(text, found):
    names = ["toil", "alert", "level", "IT", "SLO", "R&amp;D", "amp", "lt", "runbook"]
    assert marked(f"<p>{text}</p>", "attained level", *names) == found


@pytest.mark.parametrize(
    "html",
    [
        "<h2>toil</h2>",
        '<p><a href="x">much <em>toil</em></a></p>',
        "<p><code>toil</code></p>",
        "<pre><code><span>toil</span></code></pre>",
        "<table><tr><th>toil</th></tr></table>",
        "<details><summary>toil</summary></details>",
        '<p class="admonition-title">toil</p>',
        '<p><img alt="toil" src="/toil.png"></p>',
        "<dl><dt>toil</dt></dl>",
        '<p><abbr title="toil">toil</abbr></p>',
    ],
)
def test_headings_links_code_and_names_of_things_are_left_alone(html):
    assert marked(html, "toil") == []


def test_after_what_is_left_alone_words_are_marked_again():
    html = '<p class="admonition-title">toil</p><p>toil</p>'
    assert marked(html, "toil") == ["toil"]
    assert marked("<h2>toil <code>toil</code></h2><p><em>toil</em></p>", "toil") == ["toil"]


def test_a_glossary_is_read_from_definition_lists():
    html = (
        "<dl>\n<dt>Runbook</dt>\n<dd>\n<p>written <em>steps</em></p>\n<p>for &amp; by people</p>\n"
        '</dd>\n<dt id="own">Recovery point (RPO)</dt>\n<dt class="unmarked">Lead</dt>\n'
        "<dd>two</dd>\n<dt>Nothing</dt>\n</dl>"
    )
    assert list(terms_in(html)) == [
        Term(1, "Runbook", "Runbook", "glossary-runbook", "written steps for & by people"),
        Term(2, "Recovery point (RPO)", "Recovery point", "own", "two"),
        Term(2, "Recovery point (RPO)", "RPO", "own", "two"),
    ]


def test_a_long_meaning_is_cut():
    [(_, meaning)] = entries(f"<dt>A</dt><dd>{'word ' * 200}</dd>")
    assert len(meaning) == 400
    assert meaning.endswith("…")


def test_one_entry_may_have_several_spellings():
    assert list(spellings("Perceived, measured")) == ["Perceived", "measured"]
    assert list(spellings("Objective (SLO), target")) == ["Objective", "SLO", "target"]


def test_each_entry_gets_an_anchor_unless_it_is_taken():
    html = with_anchors('<p id="glossary-b"></p><dl><dt>A</dt><dd>1</dd><dt>B</dt><dd>2</dd></dl>')
    assert '<dt id="glossary-a">A</dt>' in html
    assert "<dt>B</dt>" in html


# In a guide -------------------------------------------------------------------------------------

WORDS = """# Words

Toil first.

## Glossary

### A to Z

Toil
:   dull work

## After

End.
"""


@pytest.fixture
def small(db, small_guide):
    def write(pages):
        import_guide(small_guide(pages))
        return Client()

    return write


def test_a_page_shows_what_its_terms_mean_and_only_those(small):
    words = WORDS.replace("## After", "Gate\n:   a check\n\n## After")
    client = small(
        {"index.md": "# Hello\n\nToil, more toil.\n\n## Again\n\nToil.", "words.md": words}
    )
    html = client.get("/guide/small/index/").text
    assert html.count('<a class="term" href="/guide/small/words/#glossary-toil"') == 2
    assert html.count('role="tooltip"') == 1
    assert 'popover="manual" id="term:1"><b>Toil</b> dull work</div>' in html


def test_the_entry_itself_can_be_led_to_and_is_not_marked(small):
    html = small({"words.md": WORDS}).get(PAGE).text
    assert '<dt id="glossary-toil">Toil</dt>' in html
    assert html.count('<a class="term" href="#glossary-toil"') == 1


def test_a_page_called_glossary_is_one(small):
    client = small({"index.md": "Toil", "glossary.md": "# Glossary\n\nToil\n:   dull work"})
    assert 'href="/guide/small/glossary/#glossary-toil"' in client.get("/guide/small/index/").text


def test_a_guide_without_a_glossary_is_read_as_it_is(small):
    assert 'class="term"' not in small({"index.md": "Toil"}).get("/guide/small/index/").text


def test_a_new_meaning_shows_on_every_page(small):
    small({"index.md": "Toil", "words.md": WORDS}).get("/guide/small/index/")
    client = small({"words.md": WORDS.replace("dull", "manual")})
    assert "manual work" in client.get("/guide/small/index/").text


def test_what_is_stored_and_searched_has_no_marks(small):
    small({"index.md": "Toil", "words.md": WORDS}).get("/guide/small/index/")
    stored = Section.objects.get(page__path="index", anchor="")
    assert (stored.html.count("term"), stored.text) == (0, "Toil")
