"""Whoever may read a guide gets its pages quickly; to everybody else it does not exist."""

import gzip
import re

import brotli
import pytest
from django.test import Client

from guide.importer import import_guide
from guide.models import Guide
from guide.reading import reading_time
from teams.models import Organization, Role
from tests.conftest import signed_in
from tests.guide.conftest import ask, guide_with_pages, section_of


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def ours(harbour, handbook) -> Guide:
    """Harbour's handbook, for Harbour only."""
    import_guide(handbook, harbour, slug="ours")
    return Guide.objects.get(slug="ours")


def test_a_public_guide_is_for_everybody_without_signing_in(imported, client):
    assert "Harbour handbook" in page(client, "/guide/")
    html = page(client, "/guide/handbook/on-call/rota/")
    assert "<h1>The rota</h1>" in html
    assert "The person below you." in html


def test_a_guide_leads_to_its_first_page(imported, client):
    assert client.get("/guide/handbook/").headers["Location"] == "/guide/handbook/index/"


@pytest.mark.parametrize(
    "address",
    [
        "/guide/handbook/nowhere/",
        "/guide/nowhere/",
        "/guide/nowhere/index/",
        "/guide/handbook/on-call/",
        "/guide/handbook/assets/nowhere.png",
        "/guide/handbook/index%00/",
    ],
)
def test_what_is_not_there_is_404(imported, client, address):
    assert client.get(address).status_code == 404


ADDRESSES = [
    "/guide/ours/",
    "/guide/ours/all/",
    "/guide/ours/index/",
    "/guide/ours/assets/assets/dot.png",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_guide_of_an_organization_is_404_for_strangers(ours, client, eve, address):
    assert client.get(address).status_code == 404
    assert signed_in(eve).get(address).status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_guide_of_an_organization_is_open_to_its_members(ours, mary, olga, address):
    assert signed_in(mary).get(address).status_code in {200, 302}
    assert signed_in(olga).get(address).status_code in {200, 302}


def test_the_list_shows_each_reader_their_own_guides(imported, ours, client, mary, eve):
    assert "/guide/ours/" not in page(client, "/guide/")
    assert "/guide/ours/" not in page(signed_in(eve), "/guide/")
    html = page(signed_in(mary), "/guide/")
    assert html.index("<h2>Open to everybody</h2>") < html.index("<h2>Only for Harbour</h2>")
    assert html.index('href="/guide/handbook/"') < html.index("<h2>Only for Harbour</h2>")
    assert html.index("<h2>Only for Harbour</h2>") < html.index('href="/guide/ours/"')
    assert html.count("10 pages, about 2 minutes to read") == 2


def test_guides_are_listed_with_their_organization_and_by_their_titles(imported, handbook, mary):
    elsewhere = Organization.objects.create(name="Anchorage", slug="anchorage")
    elsewhere.memberships.create(user=mary, role=Role.MANAGER)
    harbour = Organization.objects.get(slug="harbour")
    for slug, organization in (("b", harbour), ("a", harbour), ("z", elsewhere)):
        (handbook / "mkdocs.yml").write_text(f"site_name: Guide {slug}")
        import_guide(handbook, organization, slug=slug)
    listed = re.findall(r'<h2>[^<]*|/guide/\w+/(?=">)', page(signed_in(mary), "/guide/"))
    assert listed == [
        *("<h2>Open to everybody", "/guide/handbook/"),
        *("<h2>Only for Anchorage", "/guide/z/"),
        *("<h2>Only for Harbour", "/guide/a/", "/guide/b/"),
    ]


def test_a_page_says_for_whom_it_is_by_the_organizations_name_of_today(ours, imported, mary):
    member = signed_in(mary)
    assert '<span class="tag">Only for Harbour</span>' in page(member, "/guide/ours/index/")
    Organization.objects.update(name="Haven")
    assert '<span class="tag">Only for Haven</span>' in page(member, "/guide/ours/index/")
    assert "Only for" not in page(member, "/guide/handbook/index/")


def test_a_member_reads_what_was_kept_for_another_and_a_stranger_still_does_not(
    ours, mary, sam, eve
):
    for reader in (mary, sam):
        assert "The ladder" in page(signed_in(reader), "/guide/ours/index/")
    assert signed_in(eve).get("/guide/ours/index/").status_code == 404
    assert Client().get("/guide/ours/index/").status_code == 404


def test_the_contents_name_every_page_and_the_sections_of_this_one(imported, client):
    html = page(client, "/guide/handbook/on-call/rota/")
    contents = html[html.index('class="guide-contents') : html.index("</details>")]
    for path in ("index", "on-call/handover", "on-call/deeper/nights", "cycle/one", "traps"):
        assert f'href="/guide/handbook/{path}/"' in contents
    assert '<a href="/guide/handbook/on-call/rota/" aria-current="page">The rota</a>' in contents
    index = page(client, "/guide/handbook/index/")
    assert '<a href="#what-is-here">What is here</a>' in index
    assert '<a href="#a-smaller-heading">A smaller heading</a>' not in index
    assert '<a href="#who-is-next">Who is next</a>' in contents
    assert '<a href="#swaps_1">Swaps</a>' in contents
    assert "<p>On call / Deeper</p>" in contents


def test_a_page_leads_to_the_one_before_and_the_one_after(imported, client):
    first, last = page(client, "/guide/handbook/index/"), page(client, "/guide/handbook/traps/")
    assert 'rel="next" href="/guide/handbook/on-call/rota/"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev" href="/guide/handbook/cycle/two/"' in last
    assert 'rel="next"' not in last


def test_a_section_lists_the_questions_that_point_to_it(imported, client):
    ask(section_of("handbook", "on-call/rota", "who-is-next"), "Who is next?")
    html = page(client, "/guide/handbook/on-call/rota/")
    belonging = html.index("Questions this belongs to")
    assert html.index('id="who-is-next"') < belonging < html.index('id="swaps"')
    assert "<span>Noise:</span> Who is next?" in html


def test_only_the_newest_version_of_a_maturity_model_is_listed(imported, client):
    section = section_of("handbook", "on-call/rota", "who-is-next")
    ask(section, "The old wording?", version="1", days_ago=30)
    ask(section, "The new wording?", version="2")
    html = page(client, "/guide/handbook/on-call/rota/")
    assert "The new wording?" in html
    assert "The old wording?" not in html


def test_a_page_changes_for_its_readers_when_it_is_imported_again(imported, handbook, client, mary):
    index = handbook / "docs" / "index.md"
    for text in ("First wording", "Second wording"):
        index.write_text(f"# Harbour\n\n{text}")
        import_guide(handbook)
        assert text in page(client, "/guide/handbook/index/")
        assert text in page(signed_in(mary), "/guide/handbook/index/")


@pytest.mark.parametrize("count", [3, 300])
def test_reading_makes_one_query_signed_out_and_five_signed_in(
    db, mary, django_assert_num_queries, count
):
    guide_with_pages(count)
    stranger, member = Client(), signed_in(mary)
    for client in (stranger, member):
        page(client, "/guide/long/page-1/")
    with django_assert_num_queries(1):
        page(stranger, "/guide/long/page-1/")
    with django_assert_num_queries(5):  # session, person, page, marks, the teams' answers
        page(member, "/guide/long/page-1/")


@pytest.mark.parametrize("count", [3, 300])
def test_the_first_reading_of_a_version_makes_the_same_queries_for_any_length(
    db, client, django_assert_num_queries, count
):
    guide_with_pages(count)
    with django_assert_num_queries(7):
        page(client, "/guide/long/page-1/")


@pytest.mark.parametrize("count", [3, 300])
def test_the_list_makes_one_query_for_any_number_of_pages(
    db, client, django_assert_num_queries, count
):
    guide_with_pages(count)
    with django_assert_num_queries(1):
        page(client, "/guide/")


def test_a_reader_who_has_the_page_is_not_sent_it_again(imported, client):
    etag = client.get("/guide/handbook/index/").headers["ETag"]
    again = client.get("/guide/handbook/index/", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == etag


def test_that_somebody_has_the_page_is_found_out_without_rendering_it(
    imported, client, django_assert_num_queries, monkeypatch
):
    etag = client.get("/guide/handbook/index/").headers["ETag"]
    monkeypatch.setattr("guide.reading.kept", None)
    with django_assert_num_queries(1):
        again = client.get("/guide/handbook/index/", headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert again.headers["Vary"] == "Accept-Encoding, Cookie"


def test_whoever_has_another_version_is_sent_this_one(imported, client):
    client.get("/guide/handbook/index/")
    response = client.get("/guide/handbook/index/", headers={"If-None-Match": 'W/"of yesterday"'})
    assert response.status_code == 200


def test_a_version_weakened_by_a_proxy_is_still_known(imported, client):
    picture = "/guide/handbook/assets/assets/dot.png"
    weak = "W/" + client.get(picture).headers["ETag"]
    assert client.get(picture, headers={"If-None-Match": weak}).status_code == 304


@pytest.mark.parametrize(
    ("accepted", "name", "unpacked"),
    [("gzip, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)],
)
def test_the_page_is_sent_packed_to_browsers_that_can_unpack_it(
    imported, client, accepted, name, unpacked
):
    plain = client.get("/guide/handbook/index/")
    packed = client.get("/guide/handbook/index/", headers={"Accept-Encoding": accepted})
    assert packed.headers["Content-Encoding"] == name
    assert unpacked(packed.content) == plain.content
    assert plain.headers["Vary"] == "Accept-Encoding, Cookie"


def test_what_is_kept_for_strangers_holds_nothing_of_anybody(imported, client, mary):
    assert "Mary Member" in page(signed_in(mary), "/guide/handbook/index/")
    response = client.get("/guide/handbook/index/")
    assert b"Mary" not in response.content
    assert b"csrf" not in response.content
    assert not response.cookies


def test_a_page_for_a_signed_in_reader_is_kept_by_no_cache(imported, mary):
    response = signed_in(mary).get("/guide/handbook/index/")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in response.headers


def test_the_licence_and_the_source_are_shown(imported, client):
    html = page(client, "/guide/handbook/index/")
    assert "Copyright Harbour" in html
    assert 'href="https://example.org/harbour/handbook" rel="noopener"' in html


@pytest.mark.parametrize(
    ("words", "time"),
    [(0, "1 minute"), (660, "3 minutes"), (13_200, "1 hour"), (19_800, "1½ hours")],
)
def test_reading_time_is_told_in_round_figures(words, time):
    assert reading_time(words) == time


def test_a_guide_is_read_and_not_written(imported, client):
    assert client.post("/guide/handbook/index/").status_code == 405


def test_an_installation_without_a_guide_says_so(db, client):
    assert "No guide has been imported yet" in page(client, "/guide/")


# Pictures and files -----------------------------------------------------------------------------


def test_a_picture_is_sent_as_what_it_is_and_once(imported, client):
    response = client.get("/guide/handbook/assets/assets/dot.png")
    assert response.headers["Content-Type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")
    again = client.get(
        "/guide/handbook/assets/assets/dot.png",
        headers={"If-None-Match": response.headers["ETag"]},
    )
    assert again.status_code == 304


def test_a_drawing_with_a_script_in_it_runs_nothing(imported, client):
    response = client.get("/guide/handbook/assets/assets/ladder.svg")
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    policy = response.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_a_file_that_is_no_picture_is_saved_and_not_opened(db, client, handbook):
    (handbook / "docs" / "rota.pdf").write_bytes(b"%PDF-1.4")
    import_guide(handbook)
    response = client.get("/guide/handbook/assets/rota.pdf")
    assert response.headers["Content-Disposition"] == "attachment"


def test_a_page_in_a_folder_called_assets_can_be_read(db, client, small_guide):
    import_guide(small_guide({"index.md": "# A", "assets/list.md": "# What we own"}))
    assert "What we own" in page(client, "/guide/small/assets/list/")
