"""Chromium as Debian ships it, and the places browser tests look at."""

import shutil

import pytest
from playwright.sync_api import expect

from tests.assessment.conftest import answered, assessment, five, guide_section, model
from tests.conftest import signed_in
from tests.demo_site import serving_the_demo

__all__ = ["answered", "assessment", "five", "guide_section", "model"]

# Some screens ask every two seconds, and four browsers share the machine.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use the system's Chromium. As root, and in containers, it runs only without its sandbox.

    Best the build without a window: the other one draws its own buttons around each page.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    chromium = next(filter(None, map(shutil.which, names)), None)
    found = {"executable_path": chromium} if chromium else {}
    return browser_type_launch_args | found | {"args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory):
    """The demo on the production stack, for tests that change nothing."""
    with serving_the_demo(tmp_path_factory.mktemp("demo-site")) as site:
        yield site


@pytest.fixture
def sign_in(live_server):
    """Put a person's session into a browser context."""

    def into(context, user):
        session = signed_in(user).cookies["sessionid"].value
        cookie = {"name": "sessionid", "value": session, "url": live_server.url, "httpOnly": True}
        context.add_cookies([cookie])

    return into
