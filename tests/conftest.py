"""The people and places every test uses."""

import os

import pytest
from django.core.cache import caches
from django.test import Client

from assessment.published import published_model
from teams.models import Membership, Organization, Role, Team, User

# The browser's driver runs an event loop in the test's thread; Django would refuse the ORM.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

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
