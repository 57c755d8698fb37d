"""Owners import guides in the app: send, look, say yes. Nothing hangs or half happens."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from assessment import due
from guide import importer, organization_urls, rendering, uploads
from guide.importer import import_guide
from guide.models import Guide, GuideUpload, Page, ReadMark
from teams.models import Organization
from teams.notices import unseen_by
from tests.conftest import signed_in
from tests.guide.conftest import ask, section_of, with_pages_that_cannot_be_read

GUIDES = "/organizations/harbour/guides/"
NEW = GUIDES + "import/"


def packed(folder: Path, name: str = "handbook.zip") -> SimpleUploadedFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            archive.write(file, file.relative_to(folder).as_posix())
    return SimpleUploadedFile(name, content.getvalue(), "application/zip")


@pytest.fixture
def small(small_guide) -> SimpleUploadedFile:
    """A guide of two pages, one of them with a broken link and a near miss."""
    pages = {"index.md": "# Rota\n\n[Gone](gone.md)\n\n!!!info\n", "swaps.md": "# Swaps\n\nAsk."}
    return packed(small_guide(pages, "site_name: Small\ncopyright: CC0"), "small.zip")


@pytest.fixture
def owner(olga):
    return signed_in(olga)


def send(client, file: SimpleUploadedFile) -> GuideUpload:
    """Upload a file through the form; the test's background does its work at once."""
    response = client.post(NEW, {"file": file})
    assert response.status_code == 302, response.content.decode()
    upload = GuideUpload.objects.order_by("-uploaded_at")[0]
    assert response.headers["Location"] == upload.get_absolute_url()
    return upload


def page(client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def confirm(client, upload: GuideUpload, slug: str = "") -> None:
    address = upload.get_absolute_url() + "confirm/"
    assert client.post(address, {"slug": slug or upload.slug}).status_code == 302
    upload.refresh_from_db()


# From a zip to a guide ---------------------------------------------------------------------------


def test_a_guide_is_shown_before_anything_of_it_comes_in(owner, small):
    upload = send(owner, small)
    assert (upload.status, upload.progress, upload.slug) == ("ready", 100, "small")
    html = page(owner, upload.get_absolute_url())
    assert "Import “Small”?" in html
    assert "Nothing has been changed yet." in html
    assert "2, 1 broken" not in html
    assert '<dt>Links checked</dt><dd class="numbers">1, 1 broken</dd>' in html
    assert '<td><code>index.md</code></td><td class="text-end numbers">3</td>' in html
    assert "<code>index.md, line 5</code> “!!!info” lacks a space" in html
    assert "<li><span>Rota</span>" in html
    assert "<dd>CC0</dd>" in html
    assert not Guide.objects.exists()


def test_a_yes_imports_it_for_the_organization_only(owner, mary, eve, small, harbour):
    upload = send(owner, small)
    confirm(owner, upload)
    guide = Guide.objects.get()
    assert (guide.slug, guide.organization, guide.pages.count()) == ("small", harbour, 2)
    assert (upload.status, upload.guide, bytes(upload.content)) == ("imported", guide, b"")
    assert "“Small” was imported" in page(owner, upload.get_absolute_url())
    assert signed_in(mary).get("/guide/small/index/").status_code == 200
    assert signed_in(eve).get("/guide/small/index/").status_code == 404


def test_a_no_removes_it(owner, small):
    upload = send(owner, small)
    assert owner.post(upload.get_absolute_url() + "cancel/").status_code == 302
    assert not GuideUpload.objects.exists()
    assert not Guide.objects.exists()
    assert owner.get(upload.get_absolute_url()).status_code == 404


def test_the_page_of_a_guide_that_is_there_says_what_would_change(
    owner, olga, harbour, small_guide, small
):
    first = send(owner, small)
    confirm(owner, first)
    read = ReadMark.objects.create(user=olga, page=Page.objects.get(path="swaps"), checksum="x")
    root = small_guide(
        {"index.md": "# Rota\n\nMended.", "nights.md": "# Nights"}, "site_name: Small"
    )
    second = send(owner, packed(root, "small.zip"))
    html = page(owner, second.get_absolute_url())
    assert "Your guide “Small” stands there" in html
    assert "Bring it up to date" in html
    assert "<summary>Pages added: 1</summary> <ul> <li><code>nights</code></li>" in html
    assert "<summary>Pages changed: 1</summary> <ul> <li><code>index</code></li>" in html
    assert Page.objects.filter(path="nights").count() == 0
    confirm(owner, second)
    assert list(Page.objects.values_list("path", flat=True)) == ["index", "nights", "swaps"]
    assert ReadMark.objects.get().pk == read.pk
    assert "What has changed" in page(owner, second.get_absolute_url())


def test_a_guide_full_of_traps_comes_in_without_them(owner, handbook, monkeypatch):
    monkeypatch.setattr(rendering, "SECONDS_A_PAGE", 3.0)
    upload = send(owner, packed(with_pages_that_cannot_be_read(handbook)))
    html = page(owner, upload.get_absolute_url())
    assert "3 pages refused" in html
    assert "<code>brackets.md</code> rendering it takes longer than 3 seconds" in html
    assert "<code>no-text.md</code> line 3 is not UTF-8 text" in html
    assert "8 broken links" in html
    for forbidden in ("<script>alert", "javascript:alert", "onerror="):
        assert forbidden not in html


# The address -------------------------------------------------------------------------------------


def test_another_address_is_looked_at_before_it_is_used(owner, small):
    upload = send(owner, small)
    confirm(owner, upload, "Our Rota")
    assert (upload.status, upload.slug) == ("ready", "our-rota")
    assert not Guide.objects.exists()
    confirm(owner, upload)
    assert Guide.objects.get().get_absolute_url() == "/guide/our-rota/"


def test_an_address_that_others_have_is_not_proposed_and_not_taken(
    owner, small, small_guide, eve, imported
):
    import_guide(small_guide({"index.md": "# Theirs"}), eve.memberships.get().organization, "small")
    upload = send(owner, small)
    assert upload.slug == "harbour-small"
    for slug, reason in (
        ("small", "The address “small” is taken. Choose another."),
        ("handbook", "stands the guide “Harbour handbook”, which is everybody"),
        ("search", "The address “search” belongs to a page of Rungs."),
        ("///", "Use letters, digits and hyphens."),
    ):
        response = owner.post(upload.get_absolute_url() + "confirm/", {"slug": slug})
        assert response.status_code == 200
        assert reason in response.content.decode()
    upload.refresh_from_db()
    assert (upload.status, upload.slug) == ("ready", "harbour-small")


def test_an_address_taken_after_the_look_refuses_the_import(owner, small, small_guide, monkeypatch):
    upload = send(owner, small)
    import_guide(small_guide({"index.md": "# Everybody's"}), slug="small")
    html = page(owner, upload.get_absolute_url())
    assert "which is everybody" in html
    uploads.confirm(upload)
    upload.refresh_from_db()
    assert upload.status == "refused"
    assert Guide.objects.get().organization is None


# What goes wrong ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "status", "reason"),
    [
        ("guide.txt", b"PK", 200, "Choose a file that ends in .zip."),
        ("guide.zip", b"no zip", 200, "guide.zip is not a zip file. Nothing was kept."),
        ("guide.zip", b"", 200, "This file is empty. Nothing was kept."),
        ("guide.zip", b"PK" + b"0" * 5000, 413, "guide.zip has 0 MB, and a zip may have 0 MB."),
    ],
)
def test_what_is_no_guide_is_not_kept(owner, monkeypatch, name, content, status, reason):
    monkeypatch.setattr(uploads, "LARGEST_ZIP", 4000)
    response = owner.post(NEW, {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == status
    assert reason in response.content.decode()
    assert not GuideUpload.objects.exists()


def test_what_is_too_large_for_any_page_is_turned_away_unread(owner, settings):
    settings.LARGEST_REQUEST = 1000
    response = owner.post(NEW, {"file": SimpleUploadedFile("guide.zip", b"PK" * 1000)})
    assert response.status_code == 413
    assert "Nothing was kept." in response.content.decode()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 and nothing else", "guide.zip is neither a folder nor a zip file."),
        ({"docs/index.md": "# A"}, "There is no mkdocs.yml in guide.zip: a guide is a MkDocs"),
        ({"mkdocs.yml": "nav: [", "docs/index.md": "# A"}, "mkdocs.yml is not valid YAML"),
        ({"mkdocs.yml": "site_name: S", "../a.md": "# A"}, "leads outside: ../a.md."),
        ({"mkdocs.yml": "site_name: S", "docs/a.md": "a" * 300_000}, "No page could be imported"),
        ({"mkdocs.yml": "site_name: S", "docs/a.txt": "0" * 3_000_000}, "unpacks to too much"),
    ],
)
def test_a_zip_that_is_no_guide_is_refused_with_the_reason(owner, olga, content, reason):
    if isinstance(content, dict):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in content.items():
                archive.writestr(name, text)
        content = file.getvalue()
    upload = send(owner, SimpleUploadedFile("guide.zip", content))
    assert upload.status == "refused"
    assert reason in upload.reason
    assert bytes(upload.content) == b""
    assert [each.text for each in unseen_by(olga)] == ["guide.zip could not be imported."]
    html = page(owner, upload.get_absolute_url())
    assert "guide.zip could not be imported" in html
    assert "Nothing was changed." in html


def test_whatever_breaks_ends_in_a_reason(owner, small, monkeypatch):
    def breaks(*arguments: object) -> None:
        raise OperationalError("the disk is full")

    monkeypatch.setattr(importer, "look", breaks)
    upload = send(owner, small)
    assert (upload.status, upload.reason) == ("refused", uploads.BROKE)


def test_what_breaks_while_it_comes_in_leaves_nothing_half_done(owner, small, monkeypatch):
    upload = send(owner, small)

    def breaks(*arguments: object) -> None:
        raise OperationalError("the disk is full")

    monkeypatch.setattr(importer, "index", breaks)
    confirm(owner, upload)
    assert (upload.status, upload.reason) == ("refused", uploads.BROKE)
    assert not Guide.objects.exists()


def test_a_section_that_a_maturity_model_points_to_cannot_vanish(owner, small, small_guide):
    confirm(owner, send(owner, small))
    ask(section_of("small", "swaps", ""), "Do you swap?")
    root = small_guide({"index.md": "# Rota"})
    (root / "docs" / "swaps.md").unlink()
    upload = send(owner, packed(root, "small.zip"))
    assert upload.status == "refused"
    assert "A maturity model points to sections that are missing here: swaps#" in upload.reason
    assert Page.objects.count() == 2


def test_one_cancelled_while_it_is_worked_on_stays_cancelled(owner, small, monkeypatch):
    def cancelled_meanwhile(done: int, of: int) -> None:
        GuideUpload.objects.all().delete()
        raise uploads.Gone

    monkeypatch.setattr(uploads, "progress_of", lambda upload: cancelled_meanwhile)
    assert owner.post(NEW, {"file": small}).status_code == 302
    assert not GuideUpload.objects.exists()


def test_progress_is_noted_and_stops_what_was_cancelled(owner, small):
    upload = send(owner, small)
    GuideUpload.objects.update(status="working")
    note = uploads.progress_of(upload)
    note(1, 4)
    upload.refresh_from_db()
    assert upload.progress == 23
    GuideUpload.objects.update(status="refused", reason="Silent.")
    with pytest.raises(uploads.Gone):
        note(2, 4)


def test_one_that_is_imported_can_neither_be_cancelled_nor_imported_again(owner, small):
    upload = send(owner, small)
    confirm(owner, upload)
    revision = Guide.objects.get().revision
    owner.post(upload.get_absolute_url() + "cancel/")
    confirm(owner, upload)
    assert upload.status == "imported"
    assert Guide.objects.get().revision == revision


def test_an_organization_uploads_twenty_guides_an_hour_at_most(owner, small, monkeypatch):
    monkeypatch.setattr(uploads, "AN_HOUR", 2)
    monkeypatch.setattr(uploads.look_through.__class__, "enqueue", lambda *arguments: None)
    for _ in range(2):
        small.seek(0)
        owner.post(send(owner, small).get_absolute_url() + "cancel/")
    small.seek(0)
    response = owner.post(NEW, {"file": small})
    assert response.status_code == 429
    assert "Harbour has uploaded 2 guides within an hour." in response.content.decode()


# With time ---------------------------------------------------------------------------------------


@pytest.fixture
def stored(olga, harbour) -> GuideUpload:
    return GuideUpload.objects.create(
        organization=harbour, by=olga, filename="guide.zip", slug="guide", content=b"PK"
    )


def aged(upload: GuideUpload, **fields: object) -> GuideUpload:
    GuideUpload.objects.filter(pk=upload.pk).update(**fields)
    upload.refresh_from_db()
    return upload


NOTHING_DUE = {"uploads of guides given up": 0, "uploads of guides removed": 0}


@pytest.mark.parametrize(
    ("status", "minutes", "reason"),
    [
        ("working", 14, ""),
        ("working", 16, uploads.SILENT),
        ("waiting", 59, ""),
        ("waiting", 61, uploads.NOBODY_WORKS),
        ("ready", 3000, ""),
    ],
)
def test_an_upload_on_which_nothing_works_is_given_up(stored, olga, status, minutes, reason):
    now = timezone.now()
    aged(stored, status=status, heard_at=now - timedelta(minutes=minutes))
    done = due.run(now)
    stored.refresh_from_db()
    assert (stored.status, stored.reason) == ("refused" if reason else status, reason)
    assert done["uploads of guides given up"] == bool(reason)
    assert unseen_by(olga).count() == bool(reason)
    assert due.run(now)["uploads of guides given up"] == 0


@pytest.mark.parametrize(("status", "stays"), [("ready", False), ("working", True)])
def test_an_upload_of_a_week_ago_is_removed(stored, status, stays):
    now = timezone.now()
    aged(stored, status=status, uploaded_at=now - timedelta(days=6, hours=23), heard_at=now)
    assert due.run(now)["uploads of guides removed"] == 0
    aged(stored, uploaded_at=now - timedelta(days=7, hours=1))
    due.run(now)
    assert GuideUpload.objects.exists() is stays


# Leaving and coming back -------------------------------------------------------------------------


def test_the_page_asks_again_until_there_is_something_to_see(owner, stored):
    html = page(owner, stored.get_absolute_url())
    assert "Waiting for its turn" in html
    assert 'hx-trigger="every 2s"' in html
    progress = stored.get_absolute_url() + "progress/"
    aged(stored, status="working", progress=40)
    answer = owner.get(progress)
    assert 'value="40"' in answer.content.decode()
    assert "HX-Refresh" not in answer.headers
    aged(stored, status="refused", reason="No.")
    assert owner.get(progress).headers["HX-Refresh"] == "true"


def test_a_notice_leads_back_and_goes_when_it_was_followed(owner, olga, small):
    upload = send(owner, small)
    [notice] = unseen_by(olga)
    assert notice.text == ("small.zip was looked through: see what would come in, and import it.")
    assert notice.address == upload.get_absolute_url()
    owner.get(notice.address)
    assert not unseen_by(olga).exists()
    confirm(owner, upload)
    assert unseen_by(olga).get().text == "The guide “Small” was imported: 2 pages."


# The list, and deleting --------------------------------------------------------------------------


def test_the_list_shows_the_organizations_guides_first_then_everybodys(owner, small, imported):
    confirm(owner, send(owner, small))
    small.seek(0)
    send(owner, SimpleUploadedFile("second.zip", small.read()))
    html = page(owner, GUIDES)
    assert html.index("Not imported yet") < html.index("second.zip") < html.index(">Small</a>")
    assert html.index(">Small</a>") < html.index(">Harbour handbook</a>")
    assert html.count(">Delete<") == 1
    assert '<a href="https://example.org/harbour/handbook"' in html


@pytest.mark.parametrize("count", [3, 60])
def test_the_list_makes_the_same_queries_for_any_number(
    owner, olga, harbour, django_assert_num_queries, count
):
    for number in range(count):
        Guide.objects.create(slug=f"g{number}", title="G", organization=harbour, checksum="1")
        GuideUpload.objects.create(
            organization=harbour, by=olga, filename="g.zip", slug=f"u{number}", content=b"PK"
        )
    with django_assert_num_queries(6):
        page(owner, GUIDES)


def test_a_guide_is_deleted_after_one_question(owner, small):
    confirm(owner, send(owner, small))
    address = GUIDES + "small/delete/"
    assert "Delete “Small”?" in page(owner, address)
    assert Guide.objects.exists()
    assert owner.post(address).headers["Location"] == GUIDES
    assert not Guide.objects.exists()


def test_a_guide_that_a_maturity_model_points_into_is_not_deleted(owner, small):
    confirm(owner, send(owner, small))
    ask(section_of("small", "swaps", ""), "Do you swap?", version="7")
    for ask_again in (owner.get, owner.post):
        html = ask_again(GUIDES + "small/delete/").content.decode()
        assert "“Small” cannot be deleted" in html
        assert "<li>Incidents 7</li>" in html
    assert owner.post(GUIDES + "small/delete/").status_code == 409
    assert Guide.objects.exists()


def test_a_guide_that_is_everybodys_is_not_an_owners_to_delete(owner, imported):
    assert owner.post(GUIDES + "handbook/delete/").status_code == 404


# Who may -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", [each.name for each in organization_urls.urlpatterns])
def test_only_owners_and_only_of_that_organization(
    stored, olga, max_, lena, mary, eve, client, harbour, route
):
    Guide.objects.create(slug="ours", title="Ours", organization=harbour, checksum="1")
    arguments = {"organization": "harbour", "upload": stored.pk, "guide": "ours"}
    pattern = next(each for each in organization_urls.urlpatterns if each.name == route).pattern
    wanted = {"organization", *pattern.converters}
    address = reverse(route, kwargs={name: arguments[name] for name in wanted})
    method = "post" if route.endswith(("confirm", "cancel")) else "get"
    statuses = [
        getattr(each, method)(address).status_code
        for each in (*map(signed_in, (max_, lena, mary, eve)), client)
    ]
    assert statuses == [403, 403, 403, 404, 302]
    assert getattr(signed_in(olga), method)(address).status_code in {200, 302}


def test_an_upload_of_another_organization_is_not_there(owner, stored, eve):
    GuideUpload.objects.update(organization=Organization.objects.get(slug="elsewhere"))
    for way in ("", "progress/"):
        assert owner.get(f"{GUIDES}uploads/{stored.pk}/{way}").status_code == 404
    for way in ("confirm/", "cancel/"):
        assert owner.post(f"{GUIDES}uploads/{stored.pk}/{way}").status_code == 404
    assert GuideUpload.objects.exists()
