"""What a person is told on their home page until they put it away."""

import re

import pytest

from teams.models import Notice
from teams.notices import tell
from tests.conftest import signed_in


def told(client, address="/"):
    response = client.get(address)
    assert response.status_code == 200
    return re.findall(r'<p>(?:<a href="\S+">)?(Told \d+)', response.content.decode())


def tell_so_often(user, count):
    for number in range(1, count + 1):
        tell(user, f"Told {number}", "/guide/")


def numbers(first, last):
    return [f"Told {number}" for number in range(first, last - 1, -1)]


def test_home_tells_the_newest_first_and_where_it_leads(mary):
    tell(mary, "The export is ready.", "/organizations/harbour/")
    tell(mary, "Your suggestion is done.")

    html = signed_in(mary).get("/").content.decode()

    assert '<a href="/organizations/harbour/">The export is ready.</a>' in html
    assert html.index("Your suggestion is done.") < html.index("The export is ready.")


def test_who_was_told_nothing_sees_nothing_of_it(mary, lena):
    tell(mary, "Told 1")

    assert "What you were told" not in signed_in(lena).get("/").content.decode()


def test_what_is_put_away_is_gone_and_the_rest_stays(mary):
    tell_so_often(mary, 2)
    client = signed_in(mary)

    response = client.post(f"/notices/{mary.notices.get(text='Told 1').pk}/put-away/")

    assert response["Location"] == "/"
    assert told(client) == ["Told 2"]


def test_putting_away_what_is_away_changes_nothing(mary):
    tell_so_often(mary, 1)
    notice = mary.notices.get()
    client = signed_in(mary)
    client.post(f"/notices/{notice.pk}/put-away/")
    notice.refresh_from_db()
    first = notice.seen_at

    client.post(f"/notices/{notice.pk}/put-away/")

    notice.refresh_from_db()
    assert notice.seen_at == first


def test_nobody_puts_away_what_somebody_else_was_told(mary, lena):
    tell_so_often(mary, 1)

    signed_in(lena).post(f"/notices/{mary.notices.get().pk}/put-away/")
    signed_in(lena).post("/notices/put-away/", {"newest": mary.notices.get().pk})

    assert told(signed_in(mary)) == ["Told 1"]


def test_home_shows_ten_and_says_how_many_more(mary):
    tell_so_often(mary, 12)
    client = signed_in(mary)

    assert told(client) == numbers(12, 3)
    assert '<a href="/notices/">and 2 more</a>' in client.get("/").content.decode()
    assert told(client, "/notices/") == numbers(12, 1)


def test_ten_are_all(mary):
    tell_so_often(mary, 10)

    assert "more</a>" not in signed_in(mary).get("/").content.decode()


def test_from_the_list_one_comes_back_to_the_list(mary):
    tell_so_often(mary, 1)
    where = f"/notices/{mary.notices.get().pk}/put-away/"

    response = signed_in(mary).post(where, {"from": "notices"}, follow=True)

    assert response.redirect_chain == [("/notices/", 302)]
    assert "You have put everything away." in response.content.decode()


def test_all_are_put_away_but_what_came_since(mary):
    tell_so_often(mary, 2)
    client = signed_in(mary)
    newest = mary.notices.get(text="Told 2").pk
    tell(mary, "Told 3")

    client.post("/notices/put-away/", {"newest": newest})

    assert told(client, "/notices/") == ["Told 3"]


@pytest.mark.parametrize("newest", ["", "x", "-1", "9" * 40, "²"])
def test_nonsense_puts_nothing_away(mary, newest):
    tell_so_often(mary, 1)

    response = signed_in(mary).post("/notices/put-away/", {"newest": newest})

    assert response.status_code == 302
    assert told(signed_in(mary)) == ["Told 1"]


def test_what_was_told_is_text_and_no_markup(mary):
    tell(mary, "Declined: <b>no</b>")

    assert "Declined: &lt;b&gt;no&lt;/b&gt;" in signed_in(mary).get("/").content.decode()


@pytest.mark.parametrize("count", [3, 300])
@pytest.mark.parametrize(("address", "queries"), [("/", 9), ("/notices/", 4)])
def test_three_hundred_take_as_many_queries_as_three(
    mary, django_assert_num_queries, count, address, queries
):
    Notice.objects.bulk_create(Notice(user=mary, text=f"Told {n}") for n in range(count))
    client = signed_in(mary)

    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200
