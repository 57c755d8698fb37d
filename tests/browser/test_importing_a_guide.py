"""An owner watches an upload being looked through, and sees by itself what would come in."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from guide import uploads
from guide.models import GuideUpload
from tests.guide.conftest import HANDBOOK
from tests.guide.test_uploads import packed

pytestmark = pytest.mark.browser


@pytest.fixture
def upload(olga, harbour) -> GuideUpload:
    """Harbour's handbook as it waits for the background to look through it."""
    return GuideUpload.objects.create(
        organization=harbour,
        by=olga,
        filename="handbook.zip",
        slug="handbook",
        content=packed(HANDBOOK).read(),
    )


def test_the_page_turns_from_progress_to_preview_by_itself(
    live_server, browser, sign_in, olga, upload
):
    context = browser.new_context(base_url=live_server.url)
    sign_in(context, olga)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(upload.get_absolute_url())
    assert page.get_by_label("Waiting for its turn").is_visible()
    assert Axe().run(page).violations_count == 0

    uploads.look_through.enqueue(str(upload.pk))
    page.wait_for_selector("text=Import “Harbour handbook”?")

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_role("textbox", name="Address").press("Enter")
    page.wait_for_selector("text=“Harbour handbook” was imported")
    page.get_by_role("link", name="Read it").click()
    assert page.locator("h1").inner_text().startswith("Harbour handbook")
    assert said == []
