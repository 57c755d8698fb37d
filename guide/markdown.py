"""Markdown text in, safe HTML and sections out. No database, no settings, no files.

Python-Markdown is what MkDocs itself uses, so a guide looks here as it does there. It can be made
to run for ever: only guide.rendering calls it, in a process of its own with a time limit.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import islice
from typing import Any

import markdown
import yaml
from markdown.extensions.admonition import AdmonitionProcessor
from markdown.extensions.toc import slugify_unicode
from pymdownx.details import DetailsProcessor
from pymdownx.emoji import to_alt
from pymdownx.tabbed import TabbedProcessor

from guide.cleaning import clean, own_classes
from guide.links import Lines, Surroundings, hash_of, page_id

# Never pymdownx.snippets or b64: they read files of the machine that renders.
EXTENSIONS: dict[str, dict[str, Any]] = {
    "toc": {
        "permalink": True,
        "permalink_title": "",
        "slugify": lambda value, separator: slugify_unicode(value, separator)[:180],
    },
    "tables": {"use_align_attribute": True},
    "attr_list": {},
    "md_in_html": {},
    "def_list": {},
    "footnotes": {},
    "abbr": {},
    "admonition": {},
    "sane_lists": {},
    "pymdownx.details": {},
    "pymdownx.superfences": {},
    "pymdownx.tabbed": {"alternate_style": True},
    "pymdownx.tasklist": {},
    "pymdownx.mark": {},
    "pymdownx.tilde": {},
    "pymdownx.caret": {},
    "pymdownx.keys": {},
    "pymdownx.emoji": {"emoji_generator": to_alt},
    "pymdownx.highlight": {"use_pygments": True, "noclasses": False, "guess_lang": False},
    "pymdownx.inlinehilite": {},
    "pymdownx.magiclink": {},
    "pymdownx.betterem": {},
    "pymdownx.smartsymbols": {},
}

HEADINGS = {"h1": 1, "h2": 2, "h3": 3}
ALL_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
VOID = frozenset({"br", "col", "hr", "img", "input", "wbr"})
TAB = "__tabbed_"
PERMALINK = "headerlink"
BLOCKS = ALL_HEADINGS | {
    *("blockquote", "br", "caption", "dd", "details", "div", "dt", "figcaption", "figure", "hr"),
    *("li", "p", "pre", "section", "summary", "table", "td", "th", "tr"),
}
LONGEST_HTML = 2_000_000
NOT_INCLUDED = "includes nothing: other files are not read into a page."

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
FRONT_MATTER_LINE = re.compile(r"\w[\w-]*:")
FRONT_MATTER_TITLE = re.compile(r"^(title):[ \t]*(.+)$", re.MULTILINE)
FENCE = re.compile(r"\s*(```+|~~~+)")
BOXES = {
    "!!!": AdmonitionProcessor.RE,
    "???": DetailsProcessor.START,
    "===": TabbedProcessor.START,
}
GLUED = re.compile(r"(!!!|\?\?\?\+?)\w")
INCLUDE = re.compile(r"\s*(-+8<-+|\{%-?\s*(include|extends)\b|\{!.+!\}|:::\s*\w)")


class TooMuch(ValueError):
    """The text is small enough, what becomes of it is not."""


@dataclass
class Section:
    """A heading and what stands under it up to the next. Of the two, html includes the heading."""

    anchor: str
    title: str
    depth: int
    html: str = ""
    text: str = ""


@dataclass
class Link:
    """A link or picture as written, and the file and fragment of the guide it leads to, if any."""

    line: int
    written: str
    file: str
    fragment: str


@dataclass
class Remark:
    """Something that probably shows otherwise than meant. Line 0: the page as a whole."""

    line: int
    message: str


@dataclass
class RenderedPage:
    """A page ready to be stored. Its title is from front matter, its heading from the first h1."""

    title: str = ""
    heading: str = ""
    sections: list[Section] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def render(text: str, surroundings: Surroundings) -> RenderedPage:
    """Render one page. Raises TooMuch, and RecursionError for text nested too deeply."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    page = RenderedPage(remarks=list(near_misses(text)))
    page.title, body = split_front_matter(text, page.remarks)
    dirty = markdown.markdown(body, extensions=list(EXTENSIONS), extension_configs=EXTENSIONS)
    if len(dirty) > LONGEST_HTML:
        raise TooMuch(f"its HTML would be {len(dirty) // 1000:,} kB")
    Finisher(page, surroundings, text).feed_all(clean(dirty))
    return page


def split_front_matter(text: str, remarks: list[Remark]) -> tuple[str, str]:
    """Return the title of the YAML front matter, if it has one, and the text below it."""
    found = FRONT_MATTER.match(text)
    if found is None:
        return "", text
    written = found[1] or ""
    try:
        data = yaml.safe_load(written)
    except (yaml.YAMLError, RecursionError, ValueError):
        if not FRONT_MATTER_LINE.match(written):
            return "", text
        remarks.append(
            Remark(1, "The front matter is not valid YAML; only its title was looked for.")
        )
        data = dict(FRONT_MATTER_TITLE.findall(written))
    if not isinstance(data, dict | None):
        return "", text
    title = (data or {}).get("title")
    return one_line(title) if isinstance(title, str) else "", text[found.end() :]


def one_line(text: str) -> str:
    """Return the text as a title may be stored: YAML can write what a database refuses."""
    storable = text.encode("utf-8", "replace").decode().replace("\x00", "")
    return " ".join(storable.split())


def near_misses(text: str) -> Iterator[Remark]:
    """Yield the lines that ask for another file, and those outside code that look like a box."""
    fence = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if INCLUDE.match(line):
            yield Remark(number, f"“{line.strip()[:40]}” {NOT_INCLUDED}")
        mark = FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        elif not fence and (fault := fault_in_box(line.strip())):
            yield Remark(number, f"“{line.strip()[:40]}” {fault}")


def fault_in_box(line: str) -> str:
    box = BOXES.get(line[:3])
    if box is None or not line.strip("="):
        return ""
    if not box.match(line):
        return "makes no box and shows as plain text."
    return (
        "lacks a space after its mark; not every tool makes a box of it."
        if GLUED.match(line)
        else ""
    )


class Finisher(HTMLParser):
    """Cut cleaned HTML into sections and finish it: links resolved, ids unique, tables boxed.

    What it reads is nh3's output, so every tag is closed and every `<` in text is escaped.
    """

    def __init__(self, page: RenderedPage, surroundings: Surroundings, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.page = page
        self.surroundings = surroundings
        self.lines = Lines(text)
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.words: list[str] = []
        self.heading: Section | None = None
        self.heading_id = ""
        self.heading_starts = 0
        self.in_permalink = False
        self.rows_are_named = False
        self.section = Section(anchor="", title="", depth=1)
        self.pieces: list[str] = []

    def feed_all(self, cleaned: str) -> None:
        self.feed(cleaned)
        self.close()
        self._end_section()
        self.page.ids = sorted(self.seen)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "td" and self._begins_a_named_row():
            tag, values = "th", {"scope": "row"} | values
        self._own_id(values)
        self._own_classes(values)
        if tag in HEADINGS and not self.open:
            self._start_heading(tag, values)
        if tag in BLOCKS:
            self.words.append(" ")
        if tag in ALL_HEADINGS:
            self.heading_id, self.heading_starts = values.get("id", ""), len(self.words)
        finish = getattr(self, f"finish_{tag}", None)
        self.pieces.append(finish(values) if finish else start_tag(tag, values))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        tag = self.open.pop()
        if tag == "th" and self.pieces[-1].startswith("<th"):
            # A corner without a name heads nothing: what stands below it names the rows.
            self.rows_are_named |= "thead" in self.open and self._last_piece(2).startswith("<tr")
            self.pieces[-1], tag = "<td>", "td"
        self.pieces.append(f"</{tag}>")
        if tag == "table":
            self.pieces.append("</div>")
        if tag == "a":
            self.in_permalink = False
        if tag in BLOCKS:
            self.words.append(" ")
        if self.heading and tag in HEADINGS and not self.open:
            self._end_heading()

    def _begins_a_named_row(self) -> bool:
        return (
            self.rows_are_named and "tbody" in self.open and self._last_piece(1).startswith("<tr")
        )

    def _last_piece(self, number: int) -> str:
        """Return one of the last pieces that are more than space, counted from the end."""
        said = (piece for piece in reversed(self.pieces) if piece.strip())
        return next(islice(said, number - 1, None), "")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
        if not self.in_permalink:
            self.words.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    # Sections

    def _start_heading(self, tag: str, values: dict[str, str]) -> None:
        depth, anchor = HEADINGS[tag], values.get("id", "")
        is_title = depth == 1 and not self.page.heading and not self.page.sections
        if anchor and not is_title:
            self._end_section()
            self.section = Section(anchor=anchor, title="", depth=depth)
        if anchor or is_title:
            self.heading, self.section.text = self.section, self._take_words()

    def _end_heading(self) -> None:
        title = self._take_words()
        if not self.section.anchor:
            self.page.heading = title
        self.section.title, self.heading = title[:300], None

    def _end_section(self) -> None:
        self.section.html = "".join(self.pieces).strip()
        self.section.text = f"{self.section.text} {self._take_words()}".strip()
        self.pieces = []
        if self.section.html or self.section.anchor or not self.page.sections:
            self.page.sections.append(self.section)

    def _take_words(self) -> str:
        text, self.words = html.unescape("".join(self.words)), []
        return " ".join(text.split())

    # Attributes that every element may have

    def _own_id(self, values: dict[str, str]) -> None:
        if "id" not in values:
            return
        wanted = "".join(values.pop("id").split())
        if not wanted:
            return
        given = unique = page_id(wanted)
        repeats = 0
        while unique in self.seen:
            repeats += 1
            unique = f"{given[:190]}_{repeats}"
        if repeats:
            self.page.remarks.append(
                Remark(
                    0, f"The anchor “{given}” stands more than once; a later one became “{unique}”."
                )
            )
        self.seen.add(unique)
        values["id"] = unique

    def _own_classes(self, values: dict[str, str]) -> None:
        if kept := own_classes(values.pop("class", "")):
            values["class"] = kept

    # One method for each element that needs more than cleaning

    def finish_a(self, values: dict[str, str]) -> str:
        if values.get("class") == PERMALINK:
            self.in_permalink = True
            return self._permalink()
        if "href" in values:
            self._follow(values, "href")
        outside = values.get("href", "").startswith(("http:", "https:"))
        if values.pop("target", "") == "_blank" and outside:
            values["target"] = "_blank"
        if outside:
            values["rel"] = "noopener"
        return start_tag("a", values)

    def _permalink(self) -> str:
        """Point at the heading around the link, whose id may have changed, and name it."""
        title = " ".join(html.unescape("".join(self.words[self.heading_starts :])).split())
        named = {"href": hash_of(self.heading_id), "aria-label": f"Link to “{title}”"}
        return start_tag("a", {"class": PERMALINK} | named)

    def finish_img(self, values: dict[str, str]) -> str:
        """Keep the guide's own pictures: the reader's browser fetches nothing from elsewhere."""
        written = values.get("src", "")
        self._follow(values, "src")
        if values.get("src", "").startswith("/"):
            return start_tag("img", {"alt": ""} | values | {"loading": "lazy"})
        if "src" in values:
            message = (
                f"The picture {written} is on another site; readers see its description instead."
            )
            self.page.remarks.append(Remark(self.lines.of(written), message))
        return f"<span>{html.escape(values.get('alt', ''))}</span>"

    def finish_input(self, values: dict[str, str]) -> str:
        """Keep the radio buttons that drive tabs and the boxes of task lists."""
        own_tab = values.get("id", "").startswith(TAB) and values.get("name", "").startswith(TAB)
        if values.get("type") == "radio" and own_tab:
            return start_tag("input", values)
        if "li" not in self.open:
            return ""
        ticked = "checked" in values
        box = {"type": "checkbox", "disabled": "", "aria-label": "done" if ticked else "to do"}
        return start_tag("input", box | ({"checked": ""} if ticked else {}))

    def finish_label(self, values: dict[str, str]) -> str:
        if not values.get("for", "").startswith(TAB):
            values.pop("for", None)
        return start_tag("label", values)

    def finish_table(self, values: dict[str, str]) -> str:
        self.rows_are_named = False
        return '<div class="table-box">' + start_tag("table", values)

    def finish_th(self, values: dict[str, str]) -> str:
        scope = {"scope": "col"} if "thead" in self.open else {}
        return start_tag("th", scope | values)

    def _follow(self, values: dict[str, str], name: str) -> None:
        written = values.pop(name, "")
        found = self.surroundings.destination(written)
        if found.url:
            values[name] = found.url
        if found.file or not found.url:
            line = self.lines.of(written)
            self.page.links.append(Link(line, written, found.file, found.fragment))


def start_tag(tag: str, values: dict[str, str]) -> str:
    return (
        f"<{tag}"
        + "".join(f' {name}="{html.escape(value)}"' for name, value in values.items())
        + ">"
    )
