"""The whole guide on one page: every page in its order, every link and anchor still right."""

import re
from urllib.parse import unquote

import pytest
from django.test import Client

from guide.importer import import_guide
from guide.models import Guide, Page
from guide.whole import place_of, relocated
from tests.conftest import signed_in
from tests.guide.conftest import guide_with_pages

WHOLE = "/guide/handbook/all/"


def test_all_pages_stand_on_it_in_the_order_of_the_nav(imported, client):
    html = client.get(WHOLE).text
    parts = re.findall(r'<div class="part" id="([^"]+)">', html)
    assert parts == [
        place_of(path) for path in Page.objects.order_by("position").values_list("path", flat=True)
    ]
    assert html.count("<h1") == 1
    assert "The person below you." in html


def test_every_link_into_the_guide_leads_to_a_place_on_the_page(imported, client):
    html = client.get(WHOLE).text
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    article = html[html.index("<article") : html.index("</article>")]
    wanted = {unquote(anchor) for anchor in re.findall(r'href="#([^"]+)"', article)}
    broken = {"on-call/rota:nobody", "links:swaps_2"}  # the handbook's own mistakes
    assert wanted - set(ids) == broken
    assert re.findall(r'href="(/guide/handbook/(?!assets/|")[^"]*)"', article) == []


def test_the_contents_name_pages_and_their_parts(imported, client):
    html = client.get(WHOLE).text
    contents = html[html.index("whole-contents") : html.index('class="part"')]
    assert '<a href="#on-call/rota:">The rota</a>' in contents
    assert '<a href="#on-call/rota:who-is-next">Who is next</a>' in contents
    assert "A smaller heading" not in contents


def test_ids_links_and_headings_move_and_nothing_else():
    pages = {"/guide/x/a/": "a", "/guide/x/b%20c/": "b c"}
    html = (
        '<h1 id="t">id="t" <a href="#t">1</a> <a href="/guide/x/b%20c/#q">2</a></h1>'
        '<h6><a href="/guide/x/a/">3</a><a href="https://x/#t">4</a><img src="#t"></h6>'
        '<input type="radio" id="i" name="n"><label for="i"></label>'
    )
    assert relocated(html, "a", pages) == (
        '<h2 id="a:t">id="t" <a href="#a:t">1</a> <a href="#b_c:q">2</a></h2>'
        '<h6><a href="#a:">3</a><a href="https://x/#t">4</a><img src="#t"></h6>'
        '<input type="radio" id="a:i" name="a:n"><label for="a:i"></label>'
    )


def test_it_is_for_no_search_engine_and_sent_once(imported, client):
    first = client.get(WHOLE)
    assert '<meta name="robots" content="noindex">' in first.text
    again = client.get(WHOLE, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_each_page_leads_to_it(imported, client):
    assert f'href="{WHOLE}"' in client.get("/guide/handbook/index/").text


def test_that_of_an_organizations_guide_is_its_members_only(handbook, harbour, mary, eve, client):
    import_guide(handbook, harbour, slug="ours")
    assert client.get("/guide/ours/all/").status_code == 404
    assert signed_in(eve).get("/guide/ours/all/").status_code == 404
    response = signed_in(mary).get("/guide/ours/all/")
    assert "Only for Harbour" in response.text
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_guide_that_is_too_long_for_it_has_none(imported, client):
    Page.objects.filter(path="traps").update(words=300_001)
    assert client.get(WHOLE).status_code == 404
    assert WHOLE not in client.get("/guide/handbook/index/").text


def test_an_unknown_guide_has_none(db, client):
    assert client.get("/guide/nowhere/all/").status_code == 404


@pytest.mark.parametrize("count", [3, 300])
def test_it_makes_the_same_queries_for_any_length(db, django_assert_num_queries, count):
    guide_with_pages(count)
    with django_assert_num_queries(4):
        Client().get("/guide/long/all/")
    with django_assert_num_queries(1):
        Client().get("/guide/long/all/")


def test_it_changes_with_the_guide(imported, handbook, client):
    client.get(WHOLE)
    (handbook / "docs" / "index.md").write_text("# Harbour\n\nSecond wording")
    import_guide(handbook)
    assert "Second wording" in client.get(WHOLE).text
    assert Guide.objects.get().revision == 2
