"""The product's own settings, on a throw-away database. TEST_DATABASE_URL chooses PostgreSQL."""

import os
import tempfile
from pathlib import Path

os.environ["SECRET_KEY"] = "tests-only-and-nothing-secret-in-it-at-all-0123456789"
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ["DEMO"] = "off"
os.environ["BASE_URL"] = "http://testserver"
os.environ["CACHE_URL"] = "locmemcache://tests"
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="rungs-tests-")
Path(os.environ["DATA_DIR"], "static").mkdir()
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")

from config.settings import *  # noqa: F403 - the environment must stand first
from config.settings import DATABASES

# In memory, SQLite's threads share one connection's locks; a file behaves as in production.
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # No test outlives the power; what must is tested on servers of their own, which sync each save.
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("=FULL", "=OFF")
    DATABASES["default"]["TEST"] = {"NAME": str(Path(os.environ["DATA_DIR"]) / "tests.sqlite3")}

# A test sees at once what a task does; tests/test_tasks.py runs the worker itself.
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
