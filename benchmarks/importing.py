"""What an import costs: 36 pages with 50,000 words of Markdown of every kind.

Run by itself (python -m benchmarks.importing FOLDER) it imports a guide and prints what that took,
in a process that has done nothing else before: its peak is the import's.
"""

import json
import os
import random
import re
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

PAGES, WORDS = 36, 50_000
SIGNS = 1.2  # of Markdown among the words


def measure(folder: Path) -> dict[str, float]:
    """Return seconds, and megabytes of both processes together above the idle one."""
    write(folder)
    command = [sys.executable, "-m", "benchmarks.importing", str(folder)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(printed)
    return figures


def write(folder: Path) -> None:
    """Write the guide, the same each time."""
    chance = random.Random(1)
    words = ["".join(chance.choices("aeioulnrst", k=chance.randint(2, 9))) for _ in range(4000)]
    docs = folder / "docs"
    docs.mkdir(parents=True)
    (folder / "mkdocs.yml").write_text("site_name: Measured\n")
    for number in range(PAGES):
        (docs / f"page-{number}.md").write_text(page(number, chance, words))


def page(number: int, chance: random.Random, vocabulary: list[str]) -> str:
    def some(count: int) -> str:
        return " ".join(chance.choices(vocabulary, k=count)).capitalize()

    def part(place: int) -> str:
        return (
            f"## {some(4)}\n\n{some(60)}. See [{some(3)}](page-{(number + place) % PAGES}.md).\n\n"
            f"- {some(15)}\n- {some(15)}\n- **{some(3)}** `{some(1)}`\n\n"
            f'!!! note "{some(3)}"\n    {some(20)}.\n\n'
            f"| {some(1)} | {some(1)} |\n|---|---|\n| {some(5)} | {some(5)} |\n\n"
            f"```python\ndef {some(1).lower()}(value):\n    return value + {place}\n```\n\n"
        )

    text = f"# {some(3)}\n\n{some(30)}.\n\n"
    place = 0
    while len(text.split()) < WORDS * SIGNS / PAGES:
        text += part(place)
        place += 1
    return text


def report(folder: Path) -> None:
    """Import the guide here, and print the figures."""
    import django

    django.setup()
    from django.db import connection

    from guide.importer import import_guide

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    child = Child()
    idle, started = peak("self"), time.perf_counter()
    done = import_guide(folder, slug="measured")
    seconds = time.perf_counter() - started
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    above = peak("self") - idle + child.most
    figures = {
        "pages": done.pages,
        "words": sum(each.words for each in done.contents),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(sum(each.ru_utime + each.ru_stime for each in used), 2),
        "megabytes_above_idle": round(above, 1),
    }
    print(json.dumps(figures))


def peak(process: str) -> float:
    """Return the most memory a process has held so far, in megabytes; 0 if it has ended."""
    try:
        status = Path("/proc", process, "status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


class Child:
    """Watches the process that renders. Told by the system only afterwards, its figure would hold
    what its parent held when it was started."""

    def __init__(self) -> None:
        self.most = 0.0
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self) -> None:
        main = Path(f"/proc/self/task/{os.getpid()}/children")
        while True:
            for process in main.read_text().split():
                if b"guide.rendering" in Path("/proc", process, "cmdline").read_bytes():
                    self.most = max(self.most, peak(process))
            time.sleep(0.02)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    report(Path(sys.argv[1]))
