"""The people and places every test uses."""

import os
import shutil
from copy import deepcopy
from pathlib import Path
from typing import ClassVar

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client, TransactionTestCase

from assessment.published import published_model
from guide.markdown import RenderedPage
from guide.rendering import PageRefused, Renderer
from teams.models import Membership, Organization, Role, Team, User
from tests.demo_site import manage, prepared_once

# The browser's driver runs an event loop in the test's thread; Django would refuse the ORM.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

OF_THE_DATABASE = {"db", "transactional_db", "live_server"}
PASSWORD = "a long password for tests"


@pytest.fixture(autouse=True)
def quick_settings(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def fresh_caches():
    """Ids repeat from test to test, so nothing kept by id may outlive one."""
    published_model.cache_clear()
    for cache in caches.all(initialized_only=True):
        cache.clear()


class RememberingRenderer(Renderer):
    """Renders each page of the same guide once in a process; tests import the same ones often.

    What rendering itself does is tested on the real one, in tests/guide/test_rendering.py.
    """

    known: ClassVar[dict[object, RenderedPage | PageRefused]] = {}

    def render(self, file: str, content: bytes) -> RenderedPage:
        page = (tuple(sorted(self.addresses.items())), file, content)
        if page not in self.known:
            try:
                self.known[page] = super().render(file, content)
            except PageRefused as refused:
                self.known[page] = refused
        found = self.known[page]
        if isinstance(found, PageRefused):
            raise found
        return deepcopy(found)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb, django_db_modify_db_settings):
    """Let each process begin with a copy of one SQLite database that was migrated once."""
    if connection.vendor != "sqlite":
        yield django_db_keepdb
        return
    migrated = prepared_once("migrated", lambda place: manage(place, "migrate", "--verbosity", "0"))
    own = connection.settings_dict["TEST"]["NAME"]
    shutil.copy(migrated / "rungs.sqlite3", own)
    yield True
    connection.close()
    Path(own).unlink()


@pytest.fixture(autouse=True)
def pages_rendered_once(monkeypatch):
    monkeypatch.setattr("guide.drafting.Renderer", RememberingRenderer)


def person(name: str, email: str = "") -> User:
    first = name.split()[0].lower()
    return User.objects.create_user(email or f"{first}@harbour.example", PASSWORD, name=name)


def join(user: User, place: Organization | Team, role: str) -> Membership:
    if isinstance(place, Team):
        return Membership.objects.create(
            user=user, organization=place.organization, team=place, role=role
        )
    return Membership.objects.create(user=user, organization=place, role=role)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def harbour(db) -> Organization:
    """The organization of most tests."""
    return Organization.objects.create(name="Harbour", slug="harbour")


@pytest.fixture
def platform(harbour) -> Team:
    """A parent team."""
    return Team.objects.create(organization=harbour, name="Platform", slug="platform")


@pytest.fixture
def payments(harbour, platform) -> Team:
    """The team of most tests, under Platform."""
    return Team.objects.create(
        organization=harbour, parent=platform, name="Payments", slug="payments"
    )


@pytest.fixture
def search_team(harbour, platform) -> Team:
    """Another team of the same organization."""
    return Team.objects.create(organization=harbour, parent=platform, name="Search", slug="search")


@pytest.fixture
def olga(harbour) -> User:
    """Owner of Harbour."""
    user = person("Olga Owner")
    join(user, harbour, Role.OWNER)
    return user


@pytest.fixture
def max_(harbour) -> User:
    """Manager of Harbour."""
    user = person("Max Manager")
    join(user, harbour, Role.MANAGER)
    return user


@pytest.fixture
def lena(payments) -> User:
    """Lead of Payments."""
    user = person("Lena Lead")
    join(user, payments, Role.LEAD)
    return user


@pytest.fixture
def mary(payments) -> User:
    """Member of Payments."""
    user = person("Mary Member")
    join(user, payments, Role.MEMBER)
    return user


@pytest.fixture
def sam(search_team) -> User:
    """Member of Search: the same organization, another team."""
    user = person("Sam Search")
    join(user, search_team, Role.MEMBER)
    return user


@pytest.fixture
def eve(db) -> User:
    """Owner of another organization: a stranger to Harbour."""
    user = person("Eve Elsewhere", "eve@elsewhere.example")
    elsewhere = Organization.objects.create(name="Elsewhere", slug="elsewhere")
    join(user, elsewhere, Role.OWNER)
    return user


def pytest_sessionfinish(session, exitstatus):
    """On the build machine a skipped test is a failure: nothing is left out in silence."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and os.environ.get("CI") and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{len(skipped)} skipped: with CI set, that is a failure.", red=True)


def pytest_collection_modifyitems(config, items):
    """Leave what asks no database to the part that tests SQLite: once is enough for it."""
    if connection.vendor == "sqlite":
        return
    once = [item for item in items if not asks_the_database(item)]
    config.hook.pytest_deselected(items=once)
    items[:] = [item for item in items if asks_the_database(item)]


def asks_the_database(item) -> bool:
    marked = any(map(item.get_closest_marker, ("django_db", "own_servers", "browser")))
    of_django = item.cls and issubclass(item.cls, TransactionTestCase)
    return marked or of_django or not OF_THE_DATABASE.isdisjoint(item.fixturenames)
