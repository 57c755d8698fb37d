"""Where a link in a guide leads: the address another page wrote in, the app's address out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from urllib.parse import quote, unquote, urlsplit

# Ids of the page around the text. A heading of the same name would take their place.
TAKEN_IDS = frozenset({"main", "theme-switch"})
LONGEST_ID = 200
OUTSIDE_SCHEMES = frozenset({"http", "https", "mailto"})


def page_id(written: str) -> str:
    """Return the id an element gets in the reader for the one its author wrote."""
    written = written[:LONGEST_ID]
    return f"guide-{written}"[:LONGEST_ID] if written in TAKEN_IDS else written


def hash_of(fragment: str) -> str:
    """Return the end of an address that leads to an id, or nothing for no id."""
    return "#" + quote(fragment, safe="/:!$&'()*+,;=@") if fragment else ""


@dataclass(frozen=True)
class Destination:
    """Where a link leads. `file` is empty outside the guide, `url` for a link to nothing."""

    url: str
    file: str = ""
    fragment: str = ""


NOWHERE = Destination(url="")


@dataclass(frozen=True)
class Surroundings:
    """The file a link stands in, and the app's address of every file of its guide."""

    file: str
    addresses: Mapping[str, str]

    def destination(self, written: str) -> Destination:
        """Resolve a link as MkDocs and then as a browser on the built site would."""
        url = re.sub(r"[\x00-\x1f]", "", written).strip()
        try:
            parts = urlsplit(url)
        except ValueError:
            return NOWHERE
        if parts.scheme or parts.netloc:
            return self._outside(url, parts.scheme)
        fragment = page_id(unquote(parts.fragment))
        if not parts.path:
            return Destination(hash_of(fragment), self.file, fragment)
        for file in self._candidates(unquote(parts.path)):
            if file in self.addresses:
                return Destination(self.addresses[file] + hash_of(fragment), file, fragment)
        return NOWHERE

    def _outside(self, url: str, scheme: str) -> Destination:
        if not scheme:
            return Destination("https:" + url)
        return Destination(url) if scheme.lower() in OUTSIDE_SCHEMES else NOWHERE

    def _candidates(self, path: str) -> list[str]:
        """Return the files that may be meant, likeliest first."""
        built = re.sub(r"(^|/)(index|README)$", "", self.file.removesuffix(".md"))
        candidates = []
        for folder in (dirname(self.file), built):
            within = normpath(join("/", folder, path)).lstrip("/")
            stem = re.sub(r"\.(md|html)$", "", within)
            candidates += [within, f"{stem}.md", join(stem, "index.md"), join(stem, "README.md")]
        return candidates


class Lines:
    """Tells on which line of a text each link was written, taking repeats one after the other."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.searched: dict[str, int] = {}

    def of(self, written: str) -> int:
        """Return the line, counted from 1, or 0 if the text does not hold the link as such."""
        whole = re.compile(rf"(?<![\w/.-]){re.escape(written)}(?![\w#/-])")
        found = whole.search(self.text, self.searched.get(written, 0)) or whole.search(self.text)
        if found is None:
            return 0
        self.searched[written] = found.end()
        return self.text.count("\n", 0, found.start()) + 1
