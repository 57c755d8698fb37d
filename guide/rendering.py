"""Rendering in a process of its own: Markdown can be made to run for ever or to fill memory.

Parent and child speak JSON, one line each way: the files' addresses first, then page by page.
"""

import json
import os
import resource
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, cast

from guide.links import Surroundings
from guide.markdown import Link, Remark, RenderedPage, Section, TooMuch, render

SECONDS_A_PAGE = 10.0
SECONDS_A_GUIDE = 600.0
SECONDS_TO_START = 60.0
LARGEST_PAGE = 200_000
MEMORY = 512 * 1024 * 1024
PROJECT = Path(__file__).resolve().parent.parent


class PageRefused(ValueError):
    """One page cannot be rendered; the text says why. The others can."""


class Renderer:
    """A context manager that renders the pages of one guide, each within the limits above.

    `addresses` gives the app's address of every page and asset, by its path in the guide.
    """

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self.addresses = addresses
        self.child: Child | None = None
        self.seconds_left = SECONDS_A_GUIDE

    def __enter__(self) -> "Renderer":
        return self

    def __exit__(self, *error: object) -> None:
        self._end_child()

    def render(self, file: str, content: bytes) -> RenderedPage:
        """Return the rendered page. Raises PageRefused."""
        if len(content) > LARGEST_PAGE:
            raise PageRefused(
                f"it has {len(content) // 1000:,} kB, and a page may have {LARGEST_PAGE // 1000} kB"
            )
        message = {"file": file, "text": decoded(content)}
        if self.seconds_left <= 0:
            minutes = SECONDS_A_GUIDE / 60
            raise PageRefused(f"rendering the pages before it took {minutes:g} minutes")
        started = time.monotonic()
        try:
            self.child = self.child or Child(self.addresses)
            answer = self.child.ask(message, SECONDS_A_PAGE)
        except PageRefused:
            self._end_child()
            raise
        finally:
            self.seconds_left -= time.monotonic() - started
        if "refused" in answer:
            raise PageRefused(answer["refused"])
        return page_from(answer)

    def _end_child(self) -> None:
        if self.child is not None:
            self.child.end()
        self.child = None


class Child:
    """The process that renders. It gets nothing of ours: not the settings, not our environment."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "guide.rendering"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=PROJECT,
            env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        self.received = b""
        self.ask(dict(addresses), SECONDS_TO_START)

    def ask(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the child's answer. Raises PageRefused if none comes in time or the child ends."""
        deadline = time.monotonic() + seconds
        try:
            written_to(self.process).write(json.dumps(message).encode() + b"\n")
            written_to(self.process).flush()
            while b"\n" not in self.received:
                self.received += self._more(deadline)
        except TimeoutError:
            raise PageRefused(f"rendering it takes longer than {seconds:g} seconds") from None
        except (BrokenPipeError, EOFError):
            raise PageRefused("rendering it takes more memory than a page may") from None
        line, _, self.received = self.received.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _more(self, deadline: float) -> bytes:
        source = read_from(self.process).fileno()
        ready, _, _ = select.select([source], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        piece = os.read(source, 1 << 20)
        if not piece:
            raise EOFError
        return piece

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


def written_to(process: subprocess.Popen[bytes]) -> IO[bytes]:
    return cast(IO[bytes], process.stdin)


def read_from(process: subprocess.Popen[bytes]) -> IO[bytes]:
    return cast(IO[bytes], process.stdout)


def decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PageRefused(f"line {line} is not UTF-8 text") from None


def page_from(answer: dict[str, Any]) -> RenderedPage:
    return RenderedPage(
        title=answer["title"],
        heading=answer["heading"],
        sections=[Section(**section) for section in answer["sections"]],
        links=[Link(**link) for link in answer["links"]],
        ids=answer["ids"],
        remarks=[Remark(**remark) for remark in answer["remarks"]],
    )


def answer_to(message: dict[str, str], addresses: Mapping[str, str]) -> dict[str, Any]:
    """Render one page in the child and return it, or why it is refused, as JSON can carry it."""
    try:
        return asdict(render(message["text"], Surroundings(message["file"], addresses)))
    except TooMuch as reason:
        return {"refused": str(reason)}
    except RecursionError:
        return {"refused": "it is nested too deeply"}
    except MemoryError:
        return {"refused": "rendering it takes more memory than a page may"}


def serve() -> None:
    """Be the child: answer each line on standard input until it ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # It writes no file, and ends by itself even if its parent was killed.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    cpu = int(SECONDS_A_GUIDE)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    addresses = json.loads(sys.stdin.buffer.readline())
    print("{}", flush=True)  # noqa: T201 - standard output is the way back to the parent
    for line in sys.stdin.buffer:
        print(json.dumps(answer_to(json.loads(line), addresses)), flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    serve()
