"""The sources of our guide and where they are cited, read from its text.

`python tests/guide/citations.py` prints every citation with the mark of its source.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "guide" / "content" / "automated-remediation" / "docs"
SOURCES = "resources.md"

SECTION = re.compile(r"^## .*\{#([\w-]+)\}", re.MULTILINE)
SOURCE = re.compile(r"^- \*\*([^*]+)\*\* (.*?)(?=^- |^\*\*|^## |\Z)", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"\*(Read in part|Read|Second-hand|Kept)\*")
CITATION = re.compile(r"\[([^\]]+)\]\(resources\.md#([\w-]+)\)")
NUMBERED = re.compile(r"\b(?:[EP]\d{1,2}|S0|UCI \d+)\b")
NAMED = re.compile(r"[A-Z][a-z]+ \d{4}\b")
# A statement ends with its paragraph, list item, definition or table row.
BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-|:]|\d+\.) )|(?<=\|)\n")


@dataclass(frozen=True)
class Source:
    """An entry of the sources page. `section` is the anchor it stands under."""

    label: str
    section: str
    mark: str


@dataclass(frozen=True)
class Citation:
    """A mark in the text. `section` is where its link leads, `words` the statement around it."""

    page: str
    label: str
    section: str
    words: str


def sources(text: str) -> list[Source]:
    found = []
    _, *parts = SECTION.split(text)
    for anchor, body in zip(parts[::2], parts[1::2], strict=True):
        for label, entry in SOURCE.findall(body):
            marks = MARK.findall(one_line(entry).partition("*Why:*")[2])
            found.append(Source(label, anchor, marks[0] if marks else ""))
    return found


def citations(page: str, text: str) -> list[Citation]:
    found = []
    for block in BLOCK.split(text):
        words = one_line(block)
        for written, section in CITATION.findall(words):
            if label := NUMBERED.match(written) or NAMED.match(written):
                found.append(Citation(page, label[0], section, words))
    return found


def labels_without_a_link(text: str) -> list[str]:
    """Return what looks like the label of a source and leads nowhere."""
    return NUMBERED.findall(re.sub(r"```.*?```", "", CITATION.sub("", one_line(text))))


def one_line(text: str) -> str:
    return " ".join(text.split())


def our_sources() -> list[Source]:
    return sources((DOCS / SOURCES).read_text())


def our_citations() -> list[Citation]:
    return [
        each
        for page in sorted(DOCS.glob("*.md"))
        for each in citations(page.name, page.read_text())
    ]


def listing() -> str:
    marks = {source.label: source.mark for source in our_sources()}
    lines = [
        f"{each.page:24}{each.label:9}{marks.get(each.label, '?')}" for each in our_citations()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(listing() + "\n")
