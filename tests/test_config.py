"""Settings that refuse to run unsafely, headers on every answer, health, and a database away."""

import gzip
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import brotli
import pytest
from django.test import Client

from benchmarks.server import serving
from config.packing import PACKINGS
from tests.conftest import signed_in
from tests.demo_site import with_static_files

ROOT = Path(__file__).resolve().parent.parent
BARE = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
PRODUCTION = BARE | {
    "SECRET_KEY": "k3y-for-the-deploy-check-long-enough-and-varied-0123456789-abcdefgh",
    "ALLOWED_HOSTS": "rungs.example.org",
    "BASE_URL": "https://rungs.example.org",
    "EMAIL_URL": "smtp://mail.example.org:25",
}


def manage(*words: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("missing", "advice"),
    [
        ("SECRET_KEY", "SECRET_KEY is not set. Put a long random value in the environment"),
        ("ALLOWED_HOSTS", "ALLOWED_HOSTS is not set. Name the hosts this installation answers to"),
    ],
)
def test_production_refuses_to_start_without(missing, advice, tmp_path):
    environment = PRODUCTION | {missing: "", "DATA_DIR": str(tmp_path)}

    done = manage("check", environment=environment)

    assert done.returncode == 1
    assert advice in done.stderr


def test_a_secret_may_come_from_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(PRODUCTION["SECRET_KEY"] + "\n")
    environment = PRODUCTION | {"SECRET_KEY_FILE": str(secret), "DATA_DIR": str(tmp_path)}
    del environment["SECRET_KEY"]

    assert manage("check", environment=environment).returncode == 0


@pytest.mark.parametrize("database", ["", "postgres://rungs@127.0.0.1/rungs"])
def test_the_deploy_check_is_silent_in_production(database, tmp_path):
    environment = PRODUCTION | {"DATABASE_URL": database, "DATA_DIR": str(tmp_path)}

    done = manage("check", "--deploy", "--fail-level", "WARNING", environment=environment)

    assert done.returncode == 0, done.stderr
    assert done.stdout == "System check identified no issues (0 silenced).\n"


def test_no_migration_is_missing(tmp_path):
    done = manage(
        "makemigrations",
        "--check",
        "--dry-run",
        environment=PRODUCTION | {"DATA_DIR": str(tmp_path)},
    )

    assert done.stdout == "No changes detected\n"


def test_every_setting_is_in_the_example_with_its_name():
    source = (ROOT / "config/settings.py").read_text() + (ROOT / "config/gunicorn.py").read_text()
    example = (ROOT / ".env.example").read_text()
    used = set(re.findall(r'(?:text|switch)\("([A-Z_]+)"', source))
    used |= set(re.findall(r"environ\.get\(['\"]([A-Z_]+)", source))
    listed = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert used == listed


HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "manifest-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "path", ["/", "/guide/", "/accounts/login/", "/nowhere/", "/api/v1/nowhere"]
)
@pytest.mark.django_db
def test_every_answer_carries_the_headers(path):
    response = Client().get(path)

    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    sent = dict(
        part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";")
    )
    assert sent == policy
    for name, value in HEADERS.items():
        if name != "Content-Security-Policy":
            assert response[name] == value


@pytest.mark.parametrize("path", ["/", "/guide/", "/account/", "/nowhere/"])
def test_what_a_signed_in_person_gets_stays_out_of_shared_caches(path, mary):
    assert signed_in(mary).get(path)["Cache-Control"] == "private, no-store"


def test_an_unknown_address_is_a_page_with_advice(mary):
    response = signed_in(mary).get("/nowhere/")

    assert response.status_code == 404
    assert "The address may be mistyped" in response.text


@pytest.mark.django_db
def test_a_host_we_do_not_answer_to_is_refused(settings):
    settings.ALLOWED_HOSTS = ["rungs.example.org"]

    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.django_db
def test_probes_are_answered_whatever_the_host(settings):
    settings.ALLOWED_HOSTS = ["rungs.example.org"]
    client = Client(headers={"host": "10.1.2.3"})

    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").json() == {"ready": True, "failed": []}


def test_with_the_database_away_pages_say_so_and_when_to_come_back(tmp_path):
    nobody_listens = "postgres://rungs@127.0.0.1:1/rungs"
    environment = {"DATABASE_URL": nobody_listens, "DATA_DIR": str(tmp_path), "DEMO": "on"}
    with_static_files(tmp_path)

    with serving(environment | {"DJANGO_SETTINGS_MODULE": "config.settings"}) as server:
        # All at once: each waits until no connection can be had.
        paths = ("/healthz", "/readyz", "/", SAVE)
        with ThreadPoolExecutor(len(paths)) as crowd:
            answers = dict(zip(paths, crowd.map(partial(get, server), paths), strict=True))

    assert answers["/healthz"][0] == 200
    assert answers["/readyz"][0] == 503
    status, retry, body = answers["/"]
    assert (status, retry) == (503, "5")
    assert "What you just sent was not stored." in body
    status, retry, body = answers[SAVE]
    assert (status, retry) == (503, "5")
    assert '"saved": false' in body


SAVE = "/api/v1/assessments/2f1d6c52-0000-4000-8000-000000000000/answers/noise.review"


def get(server, path: str) -> tuple[int, str | None, str]:
    connection = server.connect()
    method = "PUT" if path == SAVE else "GET"
    cookie = f"sessionid={'s' * 32}; csrftoken={'a' * 32}"
    connection.request(method, path, headers={"Cookie": cookie})
    response = connection.getresponse()
    return response.status, response.headers["Retry-After"], response.read().decode()


UNPACKED = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.django_db
@pytest.mark.parametrize(("accepted", "name"), [("gzip, deflate, br", "br"), ("gzip", "gzip")])
def test_a_page_is_packed_for_a_browser_that_can_unpack_it(accepted, name):
    plain = Client().get("/accounts/login/")
    packed = Client(headers={"accept-encoding": accepted}).get("/accounts/login/")

    assert plain.headers.get("Content-Encoding") is None
    assert packed.headers["Content-Encoding"] == name
    assert packed.headers["Content-Length"] == str(len(packed.content))
    assert b"<h1" in UNPACKED[name](packed.content)
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize("name", PACKINGS)
def test_the_size_of_a_packed_page_is_partly_chance_and_its_content_is_not(name):
    page = b"the session's token: 7, and what the visitor typed" * 100
    packed = [PACKINGS[name](page) for _ in range(200)]

    assert {UNPACKED[name](each) for each in packed} == {page}
    assert len({len(each) for each in packed}) > 20
