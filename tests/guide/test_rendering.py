"""Rendering happens in a process of its own, with limits of time, size and memory."""

import os
from pathlib import Path

import pytest

from guide import rendering
from guide.rendering import PageRefused, Renderer


@pytest.fixture
def renderer():
    with Renderer({"index.md": "/guide/g/index/"}) as started:
        yield started


def test_a_page_is_rendered_in_another_process(renderer):
    page = renderer.render("index.md", b"# Hello\n\n[here](index.md)")
    assert page.heading == "Hello"
    assert page.links[0].file == "index.md"
    assert renderer.child.process.pid != os.getpid()


def test_a_page_that_takes_too_long_is_refused_and_the_next_one_comes_in(renderer, monkeypatch):
    monkeypatch.setattr(rendering, "SECONDS_A_PAGE", 1.5)
    with pytest.raises(PageRefused, match=r"longer than 1\.5 seconds"):
        renderer.render("index.md", b"[" * 20_000)
    monkeypatch.undo()
    assert renderer.render("index.md", b"# Next").heading == "Next"


def test_what_comes_after_too_long_a_time_for_a_whole_guide_is_refused(renderer):
    renderer.render("index.md", b"# One")
    renderer.seconds_left = 0
    with pytest.raises(PageRefused, match="rendering the pages before it took 10 minutes"):
        renderer.render("index.md", b"# Two")


def test_a_page_of_more_than_200_kb_is_refused(renderer):
    with pytest.raises(PageRefused, match="it has 300 kB, and a page may have 200 kB"):
        renderer.render("index.md", b"a" * 300_000)


def test_a_page_that_is_not_utf_8_is_refused_with_the_line(renderer):
    with pytest.raises(PageRefused, match="line 3 is not UTF-8 text"):
        renderer.render("index.md", b"# Hello\n\nCaf\xe9")


def test_quotes_nested_a_thousand_deep_do_not_end_the_import(renderer):
    try:
        renderer.render("index.md", b">" * 1000 + b" deep")
    except PageRefused as reason:
        assert str(reason) == "it is nested too deeply"
    assert renderer.render("index.md", b"# Next").heading == "Next"


def test_a_page_that_fills_the_memory_is_refused(renderer):
    bomb = b"*[A]: " + b"word " * 10_000 + b"\n\n" + b"A " * 20_000
    with pytest.raises(PageRefused):
        renderer.render("index.md", bomb)
    assert renderer.render("index.md", b"# Next").heading == "Next"


def test_the_rendering_process_gets_nothing_of_our_environment(renderer):
    renderer.render("index.md", b"# Hello")
    environment = Path(f"/proc/{renderer.child.process.pid}/environ").read_bytes()
    assert b"SECRET_KEY" not in environment
