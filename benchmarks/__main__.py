"""Print what the main pages cost: CPU as ratios to a floor, statements, bytes, memory.

Usage: make bench, or python -m benchmarks [--requests N] [--json FILE]. Ratios are taken in one run
and travel from machine to machine; milliseconds do not. Nothing here fails on a slow machine.
"""

import argparse
import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import brotli
import django

from benchmarks.server import Page, Server, serving

# Many short rounds: noise that lasts longer than one hits a page and its floor alike.
ROUNDS = 15
UNPACKED = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@dataclass
class Cost:
    page: str
    cpu_ms: float
    ratio: float | None
    goal: float | None
    statements: int
    kilobytes: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--requests", type=int, default=20, help="requests a page in each round")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rungs-bench-") as folder:
        figures = run(Path(folder), options.requests)
    print(table(figures))
    print(json.dumps(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


def run(folder: Path, requests: int) -> dict[str, Any]:
    environment = {
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DEMO": "on",
        "DATABASE_URL": os.environ.get("BENCH_DATABASE_URL", ""),
    }
    os.environ |= environment
    manage("migrate", "--verbosity", "0")
    manage("createcachetable")
    manage("collectstatic", "--noinput", "--verbosity", "0")

    django.setup()
    # Models can be imported from here on.
    from benchmarks import importing, scene, searching, taking_away

    places = scene.prepare()
    with serving(environment) as server:
        costs = measure(server, places, requests)
        visits = {
            name: visit(server, path, places.cookie, chart=chart)
            for name, path, chart in places.visits
        }
        memory = server.megabytes_a_worker()
    return {
        "pages": [asdict(cost) for cost in costs],
        "visits_kilobytes": visits,
        "megabytes_a_worker": round(memory, 1),
        "import": importing.measure(folder / "measured"),
        "search_ms": searching.measure(),
        "taking_away": taking_away.measure(),
    }


def manage(*words: str) -> None:
    subprocess.run([sys.executable, "manage.py", *words], check=True)


def measure(server: Server, places: Any, requests: int) -> list[Cost]:
    """Return each page's cost. Rounds go over all pages in turn, so that noise hits them alike."""
    spent: dict[str, list[float]] = {page.name: [] for page in places.pages}
    sizes: dict[str, float] = {}
    for page in places.pages:
        if page.known:
            places.etags[page.path] = etag(server, page.path)
        ask(server, page, places, 5)
    for _ in range(ROUNDS):
        for page in places.pages:
            before = server.cpu_seconds()
            sizes[page.name] = ask(server, page, places, requests)
            spent[page.name].append((server.cpu_seconds() - before) / requests * 1000)
    cpu = {name: min(rounds) for name, rounds in spent.items()}
    return [
        Cost(
            page=page.name,
            cpu_ms=round(cpu[page.name], 2),
            ratio=round(
                statistics.median(
                    mine / floor
                    for mine, floor in zip(spent[page.name], spent[page.floor], strict=True)
                ),
                2,
            ),
            goal=page.goal,
            statements=places.statements(page),
            kilobytes=round(sizes[page.name], 1),
        )
        for page in places.pages
    ]


def ask(server: Server, page: Page, places: Any, times: int) -> float:
    """Send the page's request so many times over one connection; return its kilobytes."""
    connection = server.connect()
    size = 0
    for _ in range(times):
        method, path, body, headers = places.request(page)
        connection.request(method, path, body, headers | {"Accept-Encoding": "gzip, br"})
        response = connection.getresponse()
        size = len(response.read())
        if response.status != (304 if page.known else 200):
            raise RuntimeError(f"{method} {path} answered {response.status}")
    connection.close()
    return size / 1000


def etag(server: Server, path: str) -> str:
    connection = server.connect()
    connection.request("GET", path)
    found = connection.getresponse().headers["ETag"]
    connection.close()
    return found


def visit(server: Server, path: str, cookie: str, *, chart: bool) -> dict[str, float]:
    """Return what a browser fetches for a page, at first and when it comes back, in kB."""
    headers = {"Accept-Encoding": "gzip, br", "Cookie": cookie}
    page, text = fetch(server, path, headers)
    assets = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', text))
    if chart:
        assets |= set(re.findall(r'content="(/static/[^"]+)"', text))
    else:
        assets -= set(re.findall(r'content="(/static/[^"]+)"', text))
    total = page + sum(fetch(server, asset, headers)[0] for asset in assets)
    return {"first": round(total / 1000, 1), "second": round(page / 1000, 1)}


def fetch(server: Server, path: str, headers: dict[str, str]) -> tuple[int, str]:
    connection = server.connect()
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    head = sum(len(name) + len(value) + 4 for name, value in response.getheaders())
    unpacked = UNPACKED[response.headers.get("Content-Encoding", "")](body)
    connection.close()
    return len(body) + head, unpacked.decode("utf-8", "replace")


def table(figures: dict[str, Any]) -> str:
    lines = [f"{'page':<44}{'CPU ms':>8}{'ratio':>8}{'goal':>7}{'SQL':>6}{'kB':>8}"]
    for cost in figures["pages"]:
        goal = f"≤ {cost['goal']:g}" if cost["goal"] else ""
        lines.append(
            f"{cost['page']:<44}{cost['cpu_ms']:>8.2f}{cost['ratio']:>8.2f}{goal:>7}"
            f"{cost['statements']:>6}{cost['kilobytes']:>8.1f}"
        )
    lines.append("")
    lines.append(f"{'over the wire, kB':<44}{'first':>8}{'again':>8}")
    for name, sizes in figures["visits_kilobytes"].items():
        lines.append(f"{name:<44}{sizes['first']:>8.1f}{sizes['second']:>8.1f}")
    lines.append("")
    lines.append(f"{'search in the database, 50,000 sections, ms':<44}{'median':>8}{'goal':>7}")
    for name, spent in figures["search_ms"].items():
        lines.append(f"{name:<44}{spent['median']:>8.2f}{'≤ 10':>7}")
    imported = figures["import"]
    lines.append("")
    lines.append(
        f"import of {imported['pages']} pages, {imported['words']:,} words: "
        f"{imported['seconds']} s (goal ≤ 10), {imported['cpu_seconds']} s CPU, "
        f"{imported['megabytes_above_idle']} MB above idle (goal ≤ 150)"
    )
    lines.append("")
    lines.append(f"{'taken away':<34}{'seconds':>9}{'CPU s':>8}{'MB above idle':>15}{'MB':>6}")
    for name, cost in figures["taking_away"].items():
        lines.append(
            f"{name:<34}{cost['seconds']:>9.1f}{cost['cpu_seconds']:>8.1f}"
            f"{cost['megabytes_above_idle']:>15.1f}{cost['megabytes']:>6.1f}"
        )
    lines.append("goals: the workbook ≤ 30 s and ≤ 60 MB above idle, the report ≤ 2 s CPU")
    lines.append("")
    lines.append(f"memory of a worker: {figures['megabytes_a_worker']} MB (goal ≤ 150)")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
