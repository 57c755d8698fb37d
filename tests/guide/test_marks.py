"""A reader marks pages as read, sees how far they are, and learns what changed since."""

import pytest
from django.test import Client

from guide.importer import import_guide
from guide.models import Page, ReadMark
from tests.conftest import signed_in
from tests.guide.conftest import guide_with_pages

ROTA = "/guide/handbook/on-call/rota/"
MARK = "/guide/handbook/read/on-call/rota"


def mark(client: Client, address: str = MARK, read: str = "yes", **more: str):
    return client.post(address, {"read": read, "seen": checksum(address), **more})


def checksum(address: str) -> str:
    slug, path = address.removeprefix("/guide/").split("/read/")
    page = Page.objects.filter(guide__slug=slug, path=path).first()
    return page.checksum if page else ""


def rewrite_the_rota(handbook) -> None:
    rota = handbook / "docs" / "on-call" / "rota.md"
    rota.write_text(rota.read_text() + "\nAnd one more sentence.\n")
    import_guide(handbook)


@pytest.fixture
def member(imported, mary) -> Client:
    return signed_in(mary)


def test_marking_leads_back_to_the_button(member):
    response = mark(member)
    assert (response.status_code, response.headers["Location"]) == (302, f"{ROTA}#your-reading")
    html = member.get(ROTA).text
    assert "You read this page on" in html
    assert 'name="read" value="no">Take back</button>' in html


def test_a_mark_can_be_taken_back(member):
    mark(member)
    mark(member, read="no")
    assert not ReadMark.objects.exists()
    assert "Mark as read</button>" in member.get(ROTA).text


def test_marking_again_is_no_second_mark(member):
    mark(member)
    mark(member)
    assert ReadMark.objects.count() == 1


def test_the_contents_show_what_was_read_and_how_far_one_is(member):
    mark(member)
    html = member.get("/guide/handbook/index/").text
    assert '<span>1 of 10 pages read</span><progress max="10" value="1">' in html
    entry = html[html.index(f'href="{ROTA}"') :]
    assert '<span class="visually-hidden">, read</span>' in entry[: entry.index("</a>")]
    assert html.count('class="read-mark"') == 1


def test_the_list_shows_how_far_one_is_in_each_guide(member, handbook, harbour):
    import_guide(handbook, harbour, slug="ours")
    mark(member)
    html = member.get("/guide/").text
    assert html.index("1 of 10 pages read") < html.index("Only for Harbour")
    assert html.index("Only for Harbour") < html.index("0 of 10 pages read")


def test_a_page_that_changed_says_so_and_counts_as_unread(member, handbook):
    mark(member)
    rewrite_the_rota(handbook)
    html = member.get(ROTA).text
    assert "Changed since you read it on" in html
    assert "Mark as read again</button>" in html
    assert "<span>0 of 10 pages read, 1 changed since</span>" in html
    assert html.count("changed since you read it</span>") == 1
    assert "0 of 10 pages read, 1 changed since" in member.get("/guide/").text
    mark(member)
    assert "Changed since you read it" not in member.get(ROTA).text


def test_a_mark_is_on_the_text_that_was_shown(member, handbook):
    seen = checksum(MARK)
    rewrite_the_rota(handbook)
    mark(member, seen=seen)
    assert "Changed since you read it on" in member.get(ROTA).text


def test_each_reader_has_their_own_marks(member, sam):
    mark(member)
    assert "0 of 10 pages read" in signed_in(sam).get(ROTA).text


@pytest.mark.parametrize("address", ["/guide/", ROTA])
def test_whoever_is_not_signed_in_sees_none_of_it(member, client, address):
    mark(member)
    html = client.get(address).text
    assert "pages read" not in html
    assert "read-mark" not in html
    assert "data-read" not in html
    assert "<!--own" not in html


def test_whoever_is_not_signed_in_signs_in_first(imported, client):
    response = client.post(MARK, {"read": "yes"}, headers={"Referer": f"http://testserver{ROTA}"})
    assert response.headers["Location"] == f"/accounts/login/?next={ROTA}"


def test_a_guide_one_may_not_read_cannot_be_marked(handbook, harbour, eve, mary):
    import_guide(handbook, harbour, slug="ours")
    assert mark(signed_in(eve), "/guide/ours/read/index").status_code == 404
    assert mark(signed_in(mary), "/guide/ours/read/index").status_code == 302


def test_what_is_not_there_cannot_be_marked(member):
    assert mark(member, "/guide/handbook/read/nowhere").status_code == 404
    assert member.get(MARK).status_code == 405


@pytest.mark.parametrize("seen", ["", "x" * 1000])
def test_a_form_sent_otherwise_does_no_harm(member, seen):
    assert mark(member, seen=seen).status_code == 302
    assert "Changed since you read it" in member.get(ROTA).text


def test_a_page_in_a_folder_called_read_can_be_read(db, client, small_guide):
    import_guide(small_guide({"index.md": "# A", "read/me.md": "# What to read"}))
    assert "What to read" in client.get("/guide/small/read/me/").text


@pytest.mark.parametrize("count", [3, 300])
def test_the_list_with_ones_marks_makes_the_same_queries_for_any_number_of_pages(
    mary, django_assert_num_queries, count
):
    guide_with_pages(count)
    member = signed_in(mary)
    for page in Page.objects.all()[:50]:
        ReadMark.objects.create(user=mary, page=page, checksum="")
    with django_assert_num_queries(3):
        assert f"{min(count, 50)} of {count} pages read" in member.get("/guide/").text
