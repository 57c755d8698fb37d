"""The product as `make run` serves it: gunicorn, collected static files, the demo's data."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.server import serving

ROOT = Path(__file__).resolve().parent.parent
TEAM = "/organizations/lantern-market/teams/checkout/"
ORGANIZATION = "/organizations/lantern-market/"


@dataclass(frozen=True)
class Site:
    """Where it is, and the demo's open assessment."""

    url: str
    assessment: str


@contextmanager
def serving_the_demo(folder: Path, *sizes: str) -> Iterator[Site]:
    environment = {
        "DATA_DIR": str(folder),
        "DATABASE_URL": "",
        "CACHE_URL": "",
        "EMAIL_URL": "",
        "DEMO": "on",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    outcome = folder / "demo.json"
    for words in (
        ("migrate", "--verbosity", "0"),
        ("createcachetable",),
        ("seed_demo", *sizes, "--json", str(outcome)),
        ("collectstatic", "--noinput", "--verbosity", "0"),
    ):
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)
    with serving(environment) as server:
        yield Site(f"http://127.0.0.1:{server.port}", open_assessment(outcome))


def open_assessment(outcome: Path) -> str:
    import json

    places = json.loads(outcome.read_text())["organizations"]
    return f"{TEAM}assessments/{places[0]['open_assessments']['checkout']}/"
