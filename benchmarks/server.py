"""The production stack on data of its own, and what its processes have spent."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Page:
    """What is asked for, and which floor of the same run it is compared with."""

    name: str
    path: str
    goal: float | None = None
    floor: str = "signed-in floor"
    signed_in: bool = True
    known: bool = False  # the browser has it already and only asks whether it is still current


@dataclass(frozen=True)
class Server:
    port: int
    process: subprocess.Popen[bytes]

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def cpu_seconds(self) -> float:
        """Return the CPU time of all threads of all workers, to the nanosecond."""
        threads = [t for pid in self.workers() for t in Path(f"/proc/{pid}/task").iterdir()]
        return sum(int((t / "schedstat").read_text().split()[0]) for t in threads) / 1e9

    def megabytes_a_worker(self) -> float:
        sizes = [
            int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1024
            for pid in self.workers()
        ]
        return max(sizes)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[Server]:
    """Run gunicorn with one worker, so that what is cached is warm for every request.

    The rest is as in `bin/run`.
    """
    port = free_port()
    extra = {
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "MALLOC_ARENA_MAX": "1",
    }
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--config", "config/gunicorn.py"]
    process = subprocess.Popen(
        [*command, "--max-requests", "0"], env=os.environ | environment | extra
    )
    server = Server(port, process)
    try:
        wait_until_ready(server)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def wait_until_ready(server: Server) -> None:
    for _ in range(200):
        try:
            connection = server.connect()
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("gunicorn did not start")
