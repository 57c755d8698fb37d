"""Pictures in a guide's HTML: their size beside them, so that nothing moves when they come.

And a way to see one large: a link to it, which static/js/guide_text.js opens in place.
HTML in, HTML out.
"""

import html
import re
import struct
from collections.abc import Callable, Mapping

Size = tuple[int, int]

IMAGE = re.compile(r"<img ([^>]*)>")
SOURCE = re.compile(r' src="([^"]*)"')
SIZED = re.compile(r' (?:width|height)="')
# A picture by itself in a paragraph or a figure; one among words is part of the sentence.
BY_ITSELF = re.compile(r"(<(?:p|figure)[^>]*>\s*)(<img [^>]*>)(?=\s*<(?:/p>|/figure>|figcaption))")

SVG = re.compile(rb"<svg\b[^>]*>", re.DOTALL)
LENGTH = rb"""\s%s\s*=\s*["']\s*([0-9.]+)(?:px)?\s*["']"""
VIEW_BOX = re.compile(rb"""\sviewBox\s*=\s*["']\s*\S+?[\s,]+\S+?[\s,]+([0-9.]+)[\s,]+([0-9.]+)""")
# Start-of-frame markers of JPEG; those left out in between are tables.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
LARGEST = 20_000


def with_sizes(markup: str, sizes: Mapping[str, Size | None]) -> str:
    """Return the HTML with width and height at each picture that has neither. By address."""

    def sized(found: re.Match[str]) -> str:
        source = SOURCE.search(found[0])
        size = sizes.get(html.unescape(source[1])) if source else None
        if size is None or SIZED.search(found[0]):
            return found[0]
        return f'<img {found[1]} width="{size[0]}" height="{size[1]}">'

    return IMAGE.sub(sized, markup)


def opening_large(markup: str) -> str:
    """Return the HTML with each picture that stands by itself leading to itself."""

    def linked(found: re.Match[str]) -> str:
        source = SOURCE.search(found[2])
        link = f'<a class="zoom" href="{source[1]}">{found[2]}</a>' if source else found[2]
        return found[1] + link

    return BY_ITSELF.sub(linked, markup)


# Sizes ------------------------------------------------------------------------------------------


def size_of(content: bytes) -> Size | None:
    """Return width and height of a picture in pixels, if its first bytes tell."""
    for begins, measure in READERS:
        if content.startswith(begins):
            try:
                size = measure(content)
            except (struct.error, ValueError, IndexError):
                return None
            return size if size and all(0 < each <= LARGEST for each in size) else None
    return None


def png(content: bytes) -> Size:
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def gif(content: bytes) -> Size:
    width, height = struct.unpack("<HH", content[6:10])
    return width, height


def jpeg(content: bytes) -> Size | None:
    place = 2
    while content[place] == 0xFF:
        marker, length = content[place + 1], struct.unpack(">H", content[place + 2 : place + 4])[0]
        if marker in FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return None


def webp(content: bytes) -> Size | None:
    kind = content[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", content[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        return tuple(int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27))  # type: ignore[return-value] # of two
    return None


def svg(content: bytes) -> Size | None:
    tag = SVG.search(content[:20_000])
    if tag is None:
        return None
    lengths = [re.search(LENGTH % name, tag[0]) for name in (b"width", b"height")]
    written = [each[1] for each in lengths if each]
    if len(written) < 2:
        box = VIEW_BOX.search(tag[0])
        written = list(box.groups()) if box else []
    return (round(float(written[0])), round(float(written[1]))) if written else None


READERS: tuple[tuple[bytes, Callable[[bytes], Size | None]], ...] = (
    (b"\x89PNG\r\n\x1a\n", png),
    (b"GIF8", gif),
    (b"\xff\xd8", jpeg),
    (b"RIFF", webp),
    (b"", svg),
)
