"""The figures of our guide: what they show can be read without them, and they fetch nothing."""

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.test import Client

from guide.importer import import_guide
from guide.models import Section

CONTENT = Path(__file__).parents[2] / "guide" / "content" / "automated-remediation"
DRAWINGS = sorted((CONTENT / "docs" / "assets").glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"
HARMLESS = {"svg", "title", "style", "defs", "marker", "rect", "circle", "path", "text"}
PICTURE = re.compile(r"<img ([^>]*)>")
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
NUMBER = re.compile(r"\d+(?:\.\d+)?")
# Numbers with a word beside them; the others are on an axis or in a cell.
LABELLED = re.compile(r"[a-z].*\d|\d.*[a-z]")


@pytest.fixture
def shown(db) -> dict[str, dict[str, str]]:
    """The attributes of each picture on the guide's pages, by the name of its file."""
    import_guide(CONTENT)
    html = "".join(Section.objects.values_list("html", flat=True))
    pictures = [dict(ATTRIBUTE.findall(each)) for each in PICTURE.findall(html)]
    return {picture["src"].rsplit("/", 1)[-1]: picture for picture in pictures}


def words_in(drawing: Path) -> list[str]:
    return [text.text or "" for text in ElementTree.parse(drawing).iter(f"{SVG}text")]  # noqa: S314 - our own file


def test_every_drawing_is_shown_once_with_a_caption(shown):
    assert len(DRAWINGS) == 9
    assert sorted(shown) == [drawing.name for drawing in DRAWINGS]
    captioned = Section.objects.filter(html__contains="<figcaption>").values_list("html", flat=True)
    assert sum(html.count("<figcaption>") for html in captioned) == 9


def test_the_page_keeps_the_room_a_drawing_will_take(shown):
    for drawing in DRAWINGS:
        root = ElementTree.parse(drawing).getroot()  # noqa: S314 - our own file
        size = (root.get("width"), root.get("height"))
        assert (shown[drawing.name]["width"], shown[drawing.name]["height"]) == size


def test_whoever_does_not_see_a_drawing_is_told_every_number_in_it(shown):
    untold = {}
    for drawing in DRAWINGS:
        told = NUMBER.findall(unescape(shown[drawing.name]["alt"]))
        drawn = {
            n
            for words in words_in(drawing)
            if LABELLED.search(words)
            for n in NUMBER.findall(words)
        }
        untold[drawing.stem] = drawn - set(told)
    assert untold == {drawing.stem: set() for drawing in DRAWINGS}


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.stem)
def test_a_drawing_holds_shapes_and_words_and_fetches_nothing(drawing):
    tree = ElementTree.parse(drawing)  # noqa: S314 - our own file
    assert {each.tag.removeprefix(SVG) for each in tree.iter()} <= HARMLESS
    text = drawing.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|//|href|@import|\bon\w+=|url\((?!#)", text)
    assert len(text) < 12_500


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.stem)
def test_a_drawing_is_light_or_dark_as_the_page_around_it(drawing):
    light, _, dark = drawing.read_text().partition("@media (prefers-color-scheme:dark)")
    colours = re.compile(r"--[\w-]+(?=:#)")
    assert set(colours.findall(light)) == set(colours.findall(dark))


def test_the_interruptions_drawn_add_up_to_those_in_the_text():
    cells = [
        int(words) for words in words_in(CONTENT / "docs/assets/heatmap.svg") if len(words) == 1
    ]
    text = " ".join((CONTENT / "docs/introduction.md").read_text().split())
    assert sum(cells) == 84 + 44
    assert "84 interruptions, six people" in text
    assert "44 interruptions within them, 128 in all" in text


def test_a_drawing_opened_by_itself_keeps_its_styles_and_runs_nothing(shown):
    response = Client().get("/guide/automated-remediation/assets/assets/loop.svg")
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in response.headers["Content-Security-Policy"].split(";")
    )
    assert policy["style-src"] == "'unsafe-inline'"
    assert policy["default-src"] == "'none'"
    assert policy["sandbox"] == ""
