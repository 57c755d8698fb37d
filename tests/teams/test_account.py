"""What a person sets for themselves."""

from teams.models import Role
from tests.conftest import join, signed_in


def test_a_person_changes_their_name(mary):
    signed_in(mary).post("/account/", {"name": " Mary   Jones "})

    mary.refresh_from_db()
    assert mary.name == "Mary Jones"


def test_the_page_lists_where_one_is(mary, search_team):
    join(mary, search_team, Role.LEAD)

    memberships = signed_in(mary).get("/account/").context["memberships"]

    assert [(str(m.place), m.role) for m in memberships] == [
        ("Payments", "member"),
        ("Search", "lead"),
    ]


def test_leaving_asks_first(mary):
    where = f"/account/memberships/{mary.memberships.get().pk}/leave/"

    response = signed_in(mary).get(where)

    assert "Leave Payments?" in response.content.decode()
    assert mary.memberships.count() == 1


def test_leaving_ends_that_role_and_no_other(mary, search_team):
    leaving = mary.memberships.get()
    join(mary, search_team, Role.LEAD)

    response = signed_in(mary).post(f"/account/memberships/{leaving.pk}/leave/", follow=True)

    assert "You have left Payments." in response.content.decode()
    assert [str(membership.place) for membership in mary.memberships.all()] == ["Search"]


def test_nobody_leaves_for_somebody_else(lena, mary):
    response = signed_in(lena).post(f"/account/memberships/{mary.memberships.get().pk}/leave/")

    assert response.status_code == 404
    assert mary.memberships.count() == 1
