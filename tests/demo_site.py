"""The product as `make run` serves it: gunicorn, collected static files, the demo's data."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

from benchmarks.server import serving

ROOT = Path(__file__).resolve().parent.parent
TEAM = "/organizations/lantern-market/teams/checkout/"
ORGANIZATION = "/organizations/lantern-market/"
PRODUCTION = {
    "DATABASE_URL": "",
    "CACHE_URL": "",
    "EMAIL_URL": "",
    "DEMO": "on",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}


@dataclass(frozen=True)
class Site:
    """Where it is, the demo's open assessment, and an action that a suggestion was made into."""

    url: str
    assessment: str
    action: str


@contextmanager
def serving_the_demo(folder: Path, *sizes: str) -> Iterator[Site]:
    """Serve a copy of the demo, which whoever visits it may change, from an empty folder."""
    prepared = prepared_once("-".join(("demo", *sizes)), lambda place: make_demo(place, *sizes))
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    with_static_files(folder)
    with serving(PRODUCTION | {"DATA_DIR": str(folder)}) as server:
        places = json.loads((folder / "demo.json").read_text())["organizations"][0]
        yield Site(
            f"http://127.0.0.1:{server.port}",
            f"{TEAM}assessments/{places['open_assessments']['checkout']}/",
            f"{TEAM}actions/{places['planned']['checkout']}/",
        )


def with_static_files(folder: Path) -> None:
    """Put the collected and packed static files where a server with this DATA_DIR looks."""
    collect = ("collectstatic", "--noinput", "--verbosity", "0")
    collected = prepared_once("static", lambda place: manage(place, *collect))
    (folder / "static").symlink_to(collected / "static")


def prepared_once(name: str, prepare) -> Path:
    """Return a folder that `prepare` filled: once for all processes of a run of the tests."""
    shared = Path(os.environ.get("SHARED_BY_TESTS") or of_this_run())
    shared.mkdir(parents=True, exist_ok=True)
    place = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "prepared").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            prepare(place)
            (place / "prepared").touch()
    return place


def of_this_run() -> str:
    """Return a folder for what the workers of this run share; `bin/test` names one of its own."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or os.getpid()
    return f"{gettempdir()}/rungs-tests-shared-{run}"


def make_demo(place: Path, *sizes: str) -> None:
    manage(place, "migrate", "--verbosity", "0")
    manage(place, "createcachetable")
    manage(place, "seed_demo", *sizes, "--json", str(place / "demo.json"))


def manage(place: Path, *words: str) -> None:
    environment = os.environ | PRODUCTION | {"DATA_DIR": str(place)}
    command = [sys.executable, "manage.py", *words]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
