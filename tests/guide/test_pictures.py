"""Pictures have their size beside them and can be seen large."""

import struct

import pytest
from django.test import Client

from guide.importer import import_guide
from guide.pictures import opening_large, size_of, with_sizes
from tests.guide.conftest import section_of

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480)
GIF = b"GIF89a" + struct.pack("<HH", 640, 480)
JPEG = (
    b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + bytes(14)
    + b"\xff\xc4" + struct.pack(">H", 4) + bytes(2)
    + b"\xff\xc2" + struct.pack(">HBHH", 17, 8, 480, 640)
)  # fmt: skip
WEBP = b"RIFF\0\0\0\0WEBP"
LOSSY = WEBP + b"VP8 " + bytes(10) + struct.pack("<HH", 640, 480)
LOSSLESS = WEBP + b"VP8L" + bytes(5) + struct.pack("<I", 639 | 479 << 14)
EXTENDED = WEBP + b"VP8X" + bytes(8) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")


@pytest.mark.parametrize(
    "content",
    [
        *(PNG, GIF, JPEG, LOSSY, LOSSLESS, EXTENDED),
        b'<?xml version="1.0"?><svg xmlns="x" width="640" height="480px">',
        b"<svg viewBox='0 0 640 480'>",
        b'<svg width="100%" viewBox="0, 0, 640.2, 479.9">',
    ],
)
def test_a_picture_tells_its_size(content):
    assert size_of(content) == (640, 480)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"text", PNG[:18], JPEG[:30], b"\xff\xd8", WEBP + b"VP8?"),
        *(b"<svg>", b'<svg width="1">', b'<svg width="..." height="1">'),
        PNG.replace(struct.pack(">I", 640), struct.pack(">I", 0)),
    ],
)
def test_what_tells_no_size_has_none(content):
    assert size_of(content) is None


def test_a_size_stands_at_a_picture_unless_its_author_gave_one():
    sizes = {"/a&b.png": (640, 480), "/c.png": None}
    bare = '<img alt="" src="/a&amp;b.png" loading="lazy">'
    assert with_sizes(bare, sizes) == bare[:-1] + ' width="640" height="480">'
    for html in ('<img src="/a&amp;b.png" width="10">', '<img src="/c.png">', '<img src="/d.png">'):
        assert with_sizes(html, sizes) == html


def test_a_picture_by_itself_leads_to_itself():
    picture = '<img alt="A" src="/a.png">'
    link = f'<a class="zoom" href="/a.png">{picture}</a>'
    assert opening_large(f"<p>{picture}</p>") == f"<p>{link}</p>"
    figure = "<figure>\n{}\n<figcaption>C</figcaption></figure>"
    assert opening_large(figure.format(picture)) == figure.format(link)
    for html in (f"<p>See {picture}</p>", f'<p><a href="x">{picture}</a></p>'):
        assert opening_large(html) == html


def test_a_guides_pictures_come_with_both(db, small_guide):
    root = small_guide({"index.md": "![Dot](dot.png)\n\n![Set](dot.png){ width=20 height=20 }"})
    (root / "docs" / "dot.png").write_bytes(PNG)
    import_guide(root)
    html = section_of("small", "index", "").html
    assert 'loading="lazy" width="640" height="480">' in html
    assert 'height="20" width="20"' in html
    page = Client().get("/guide/small/index/").text
    assert page.count('<a class="zoom" href="/guide/small/assets/dot.png"><img alt=') == 2
