"""What of a guide's HTML may stay: which elements, attributes, addresses and classes."""

import re

import nh3
from pygments.token import STANDARD_TYPES

from guide.links import OUTSIDE_SCHEMES

TAGS = nh3.ALLOWED_TAGS - {"area", "map"} | {"section", "input", "label", "tfoot"}
ATTRIBUTES = {
    "*": {"class", "id", "title", "lang", "dir"},
    "a": {"href", "target"},
    "img": {"src", "alt", "width", "height"},
    "input": {"type", "checked", "name"},
    "label": {"for"},
    "details": {"open"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "col": {"span"},
    "colgroup": {"span"},
    "time": {"datetime"},
}
CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={
        "script",
        "style",
        "svg",
        "math",
        "iframe",
        "object",
        "template",
        "noscript",
    },
    attributes=ATTRIBUTES,
    url_schemes=set(OUTSIDE_SCHEMES),
    link_rel=None,
)

# Any other class could be one of the app's own and lay a guide's text over the app's controls.
KINDS = (
    "note abstract summary tldr info todo tip hint important success check done question help faq "
    "warning caution attention failure fail missing danger error bug example quote cite"
)
CLASSES = (
    {name for name in STANDARD_TYPES.values() if name}
    | set(KINDS.split())
    | {"admonition", "admonition-title", "highlight", "filename", "linenos", "linenodiv", "hll"}
    | {"footnote", "footnote-ref", "footnote-backref", "task-list", "task-list-item", "keys"}
    | {"tabbed-set", "tabbed-alternate", "tabbed-labels", "tabbed-content", "tabbed-block"}
    | {"headerlink", "toc", "toctitle", "wide", "unmarked"}
)
OTHER_CLASSES = re.compile(r"(language|key)-[\w+#-]{1,40}")


def clean(dirty: str) -> str:
    """Return the HTML without anything a page of a guide may not hold, every tag closed."""
    return CLEANER.clean(dirty)


def own_classes(written: str) -> str:
    """Return those of an element's classes that are a guide's own to use."""
    kept = (name for name in written.split() if name in CLASSES or OTHER_CLASSES.fullmatch(name))
    return " ".join(kept)
