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
CONTENT_TOO = {"script", "style", "svg", "math", "iframe", "object", "template", "noscript"}
CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=CONTENT_TOO,
    attributes=ATTRIBUTES,
    url_schemes=set(OUTSIDE_SCHEMES),
    link_rel=None,
)
# What `markdown` adds when it finishes what was cleaned.
FINISHED = {name: set(allowed) for name, allowed in ATTRIBUTES.items()}
FINISHED["*"] |= {"aria-label"}
FINISHED["img"] |= {"loading"}
FINISHED["a"] |= {"rel"}
FINISHED["input"] |= {"disabled"}

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
# A picture of this app: a browser reads two slashes of either kind as another site.
OWN_PICTURE = re.compile(r"/(?![/\\])")
OTHER_CLASSES = re.compile(r"(language|key)-[\w+#-]{1,40}")


def clean(dirty: str) -> str:
    """Return the HTML without anything a page of a guide may not hold, every tag closed."""
    return CLEANER.clean(dirty)


def own_classes(written: str) -> str:
    """Return those of an element's classes that are a guide's own to use."""
    kept = (name for name in written.split() if name in CLASSES or OTHER_CLASSES.fullmatch(name))
    return " ".join(kept)


def clean_again(html: str) -> str:
    """Return a section's finished HTML without anything that none of ours holds.

    For a section that comes in finished, from a file. What `markdown` made stays as it is.
    """
    return AGAIN.clean(html)


def _kept(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return "table-box" if value == "table-box" else own_classes(value) or None
    if name == "src":
        return value if OWN_PICTURE.match(value) else None
    if tag == "input" and name == "type":
        return value if value in ("checkbox", "radio") else "checkbox"
    return value


AGAIN = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=CONTENT_TOO,
    attributes=FINISHED,
    attribute_filter=_kept,
    url_schemes=set(OUTSIDE_SCHEMES),
    link_rel=None,
)
