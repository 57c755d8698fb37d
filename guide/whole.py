"""A page's HTML made part of one long page: ids that stay unique, links that stay within it."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from django.utils.html import escape

TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>")
ATTRIBUTE = re.compile(r'(?<= )(id|for|name|href)="([^"]*)"')


def place_of(path: str) -> str:
    """Return the id of a page's beginning; what stands in it has this in front."""
    return f"{'_'.join(path.split())}:"


def relocated(html: str, path: str, pages: Mapping[str, str]) -> str:
    """Return a section of the page with this path as a part of the whole guide.

    `pages` gives the path of each page by its address. Headings go down one level, under the
    guide's own; links to the guide's pages lead to where they stand here.
    """
    here = escape(place_of(path))

    def attribute(found: re.Match[str]) -> str:
        name, value = found.groups()
        moved = target(value) if name == "href" else here + value
        return f'{name}="{moved}"'

    def target(address: str) -> str:
        page, _, anchor = address.partition("#")
        to = pages.get(page) if page else path
        return address if to is None else f"#{quote(place_of(to), safe='/:')}{anchor}"

    def tag(found: re.Match[str]) -> str:
        closing, name, attributes = found.groups()
        if name in ("h1", "h2", "h3", "h4", "h5"):
            name = f"h{int(name[1]) + 1}"
        return f"<{closing}{name}{ATTRIBUTE.sub(attribute, attributes)}>"

    return TAG.sub(tag, html)
