"""An answer that was called saved is there, whatever happens to the processes that saved it."""

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from benchmarks.server import free_port

pytestmark = pytest.mark.own_servers

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "t" * 32
SAVES = 200
SAVES_BETWEEN_KILLS = 30

# Runs against the server's own database, in a process of its own.
PREPARE = """
import json
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from assessment.models.answering import respondent_key
from teams.models import Organization, Team
from tests.assessment.conftest import QUESTIONNAIRES
from tests.assessment.conftest import open_assessment, publish_model, publish_section
from tests.conftest import join, person, signed_in
harbour = Organization.objects.create(name="Harbour", slug="harbour")
payments = Team.objects.create(organization=harbour, name="Payments", slug="payments")
assessment = open_assessment(payments, publish_model(publish_section()))
members = [person(f"Member{number}") for number in range(4)]
for member in members:
    join(member, payments, "member")
print(json.dumps({
    "assessment": str(assessment.pk),
    "questions": [key for questions in QUESTIONNAIRES.values() for key, _ in questions],
    "members": {
        respondent_key(member.pk, payments.pk): signed_in(member).cookies["sessionid"].value
        for member in members
    },
}))
"""

STORED = """
SELECT sheet.respondent, question.key, answer.answer, answer.revision
FROM assessment_answer answer
JOIN assessment_sheet sheet ON sheet.id = answer.sheet_id
JOIN assessment_question question ON question.id = answer.question_id
"""


@dataclass(frozen=True)
class Served:
    """A running server, and what there is to answer by whom: session by respondent."""

    master: "subprocess.Popen[bytes]"
    port: int
    database: str
    assessment: str
    questions: list[str]
    members: dict[str, str]

    def workers(self):
        children = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def put(self, session, question, body, revision, **headers):
        """Send one save on a connection of its own. Raises what a lost connection raises."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        address = f"/api/v1/assessments/{self.assessment}/answers/{question}"
        headers |= {
            "Content-Type": "application/json",
            "If-Match": f'"{revision}"',
            "X-CSRFToken": TOKEN,
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        }
        try:
            connection.request("PUT", address, body, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def stored(self):
        """Return the answer and revision of each respondent and question, as the disk has them."""
        if self.database:
            with psycopg.connect(self.database) as connection:
                rows = connection.execute(STORED).fetchall()
        else:
            with sqlite3.connect(ROOT / self.file()) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                rows = connection.execute(STORED).fetchall()
        return {(respondent, key): (answer, revision) for respondent, key, answer, revision in rows}

    def file(self):
        environment = Path(f"/proc/{self.master.pid}/environ").read_bytes().split(b"\0")
        folder = next(each for each in environment if each.startswith(b"DATA_DIR="))
        return Path(folder.removeprefix(b"DATA_DIR=").decode()) / "rungs.sqlite3"


@contextmanager
def a_database() -> Iterator[str]:
    """Give the address of a new PostgreSQL database, or nothing for SQLite's file."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        yield ""
        return
    name = f"rungs_durability_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("durability"), free_port()
    with a_database() as database:
        environment = os.environ | {
            "DATA_DIR": str(folder),
            "DATABASE_URL": database,
            "CACHE_URL": "locmemcache://durability",
            "BASE_URL": f"http://127.0.0.1:{port}",
            "PORT": str(port),
            "WEB_CONCURRENCY": "2",
            "LOG_LEVEL": "CRITICAL",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        prepared = subprocess.run(
            [sys.executable, "-c", PREPARE],
            cwd=ROOT,
            env=environment | {"PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
        )
        master = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "config.wsgi", "--config", "config/gunicorn.py"],
            cwd=ROOT,
            env=environment | {"GUNICORN_CMD_ARGS": "--log-level critical"},
        )
        try:
            wait_for(port)
            yield Served(master, port, database, **json.loads(prepared.stdout.splitlines()[-1]))
        finally:
            master.terminate()
            master.wait(40)


def wait_for(port):
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server did not start")


def save_until_acknowledged(served, session, question, answer, revision):
    """Do as the page does: send the same again until the server says what became of it."""
    body = json.dumps({"answer": answer, "note": ""})
    for _ in range(100):
        try:
            status, reply = served.put(session, question, body, revision)
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
            continue
        assert status == 200, reply
        return reply["revision"]
    raise AssertionError("never acknowledged")


def test_no_acknowledged_answer_is_lost_when_workers_are_killed(served):
    ledger, killed, counting = served.stored(), [], threading.Lock()
    acknowledged = 0

    def count_and_kill():
        nonlocal acknowledged
        with counting:
            acknowledged += 1
            workers = served.workers()
            if acknowledged % SAVES_BETWEEN_KILLS == 0 and workers:
                os.kill(workers[len(killed) % len(workers)], signal.SIGKILL)
                killed.append(acknowledged)

    def answer_on_and_on(member):
        respondent, session = member
        for number in range(SAVES // len(served.members)):
            question, answer = served.questions[number % len(served.questions)], number % 5
            _, revision = ledger.get((respondent, question), (None, 0))
            revision = save_until_acknowledged(served, session, question, answer, revision)
            ledger[respondent, question] = (str(answer), revision)
            count_and_kill()

    with ThreadPoolExecutor(len(served.members)) as threads:
        list(threads.map(answer_on_and_on, served.members.items()))

    assert acknowledged == SAVES
    assert len(killed) >= SAVES // SAVES_BETWEEN_KILLS - 1
    assert served.stored() == ledger


def test_a_body_in_chunks_is_saved_like_any_other(served):
    session, question = next(iter(served.members.values())), served.questions[0]
    _, revision = served.stored().get((next(iter(served.members)), question), (None, 0))
    body = json.dumps({"answer": "dk", "note": "in two parts"}).encode()
    status, reply = served.put(session, question, iter([body[:9], body[9:]]), revision)
    assert (status, reply["saved"]) == (200, True)


@pytest.mark.parametrize("chunked", [True, False])
def test_ten_megabytes_are_refused_and_the_server_goes_on(served, chunked):
    session, question = next(iter(served.members.values())), served.questions[1]
    before = served.stored()
    body = json.dumps({"answer": 1, "note": "x" * 10 * 2**20}).encode()
    pieces = (body[start : start + 2**16] for start in range(0, len(body), 2**16))
    status, reply = served.put(session, question, pieces if chunked else body, 0)
    assert (status, reply["saved"], reply["code"]) == (413, False, "too_long")
    assert served.stored() == before
