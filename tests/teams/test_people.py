"""Who is in, as what, and who can change it. An organization is never without an owner."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from teams import people
from teams.models import Invitation, Membership, Organization, Role, User
from tests.conftest import join, person, signed_in

TEAM_PEOPLE = "/organizations/harbour/teams/payments/people/"
ORGANIZATION_PEOPLE = "/organizations/harbour/people/"
LAST_OWNER = "Harbour needs an owner, and this is the last one. Make somebody else an owner first."


@pytest.fixture
def second(harbour, olga):
    """A second owner of Harbour."""
    user = person("Omar Owner")
    join(user, harbour, Role.OWNER)
    return user


def roles(user):
    return sorted((str(membership.place), membership.role) for membership in user.memberships.all())


# In a team; Harbour may have lost its owners, which must not stop a lead


def test_a_lead_makes_a_member_a_lead(lena, mary):
    signed_in(lena).post(f"{TEAM_PEOPLE}{mary.pk}/", {"role": "lead"})

    assert roles(mary) == [("Payments", "lead")]


def test_a_lead_gives_no_role_that_a_team_does_not_have(lena, mary):
    response = signed_in(lena).post(f"{TEAM_PEOPLE}{mary.pk}/", {"role": "owner"})

    assert list(response.context["form"].errors) == ["role"]
    assert roles(mary) == [("Payments", "member")]


def test_whoever_is_removed_is_out_with_the_next_click(lena, mary):
    client = signed_in(mary)
    assert client.get(TEAM_PEOPLE).status_code == 200

    signed_in(lena).post(f"{TEAM_PEOPLE}{mary.pk}/remove/")

    assert client.get(TEAM_PEOPLE).status_code == 404


def test_removing_closes_every_way_back(payments, lena, mary, search_team):
    def issue(team, by=lena, email=""):
        return Invitation.issue(
            organization=team.organization, team=team, role=Role.MEMBER, by=by, email=email
        )[0]

    seen_link = issue(payments)
    to_mary = issue(payments, email="mary@harbour.example")
    made_by_mary = issue(payments, by=mary, email="friend@harbour.example")
    to_somebody = issue(payments, email="new@harbour.example")
    elsewhere = issue(search_team)

    signed_in(lena).post(f"{TEAM_PEOPLE}{mary.pk}/remove/")

    assert set(Invitation.objects.pending()) == {to_somebody, elsewhere}
    assert {seen_link, to_mary, made_by_mary}.isdisjoint(Invitation.objects.pending())


def test_a_lead_who_becomes_a_member_leaves_no_open_invitations(payments, olga, lena):
    made_by_lena, _ = Invitation.issue(
        organization=payments.organization, team=payments, role=Role.LEAD, by=lena
    )

    signed_in(olga).post(f"{TEAM_PEOPLE}{lena.pk}/", {"role": "member"})

    assert not Invitation.objects.pending().filter(pk=made_by_lena.pk).exists()


def test_a_lead_who_removes_herself_lands_on_her_account(lena):
    response = signed_in(lena).post(f"{TEAM_PEOPLE}{lena.pk}/remove/")

    assert response["Location"] == "/account/"
    assert roles(lena) == []


def test_a_role_is_not_given_to_somebody_who_has_just_left(payments, lena, mary):
    mary.memberships.all().delete()

    with pytest.raises(people.Refused, match="Mary Member has left"):
        people.change_role(
            user=mary, organization=payments.organization, team=payments, role="lead", by=lena
        )

    assert roles(mary) == []


def test_members_see_names_and_roles_but_no_addresses(lena, mary):
    page = signed_in(mary).get(TEAM_PEOPLE).content.decode()

    assert "Lena Lead" in page
    assert "lena@harbour.example" not in page
    assert "Invite people" not in page


# Over the organization


def test_an_owner_makes_a_member_of_a_team_a_manager_too(olga, mary):
    signed_in(olga).post(f"{ORGANIZATION_PEOPLE}{mary.pk}/", {"role": "manager"})

    assert roles(mary) == [("Harbour", "manager"), ("Payments", "member")]


def test_an_owner_takes_a_role_and_leaves_the_teams(olga, payments, max_):
    join(max_, payments, Role.MEMBER)

    signed_in(olga).post(f"{ORGANIZATION_PEOPLE}{max_.pk}/", {"role": "none"})

    assert roles(max_) == [("Payments", "member")]


def test_an_owner_who_becomes_a_manager_leaves_no_open_invitations(olga, second, payments):
    made, _ = Invitation.issue(
        organization=payments.organization, team=payments, role=Role.MEMBER, by=second
    )

    signed_in(olga).post(f"{ORGANIZATION_PEOPLE}{second.pk}/", {"role": "manager"})

    assert not Invitation.objects.pending().filter(pk=made.pk).exists()


def test_a_lead_who_becomes_a_manager_too_keeps_her_invitations(olga, payments, lena):
    made, _ = Invitation.issue(
        organization=payments.organization, team=payments, role=Role.MEMBER, by=lena
    )

    signed_in(olga).post(f"{ORGANIZATION_PEOPLE}{lena.pk}/", {"role": "manager"})

    assert Invitation.objects.pending().filter(pk=made.pk).exists()


def test_a_form_without_a_role_takes_none_away(olga, max_):
    signed_in(olga).post(f"{ORGANIZATION_PEOPLE}{max_.pk}/", {"role": ""})

    assert roles(max_) == [("Harbour", "manager")]


def test_an_owner_removes_somebody_from_everything(olga, harbour, payments, search_team, mary):
    join(mary, search_team, Role.LEAD)
    elsewhere = Organization.objects.create(name="Elsewhere", slug="elsewhere")
    join(mary, elsewhere, Role.OWNER)

    signed_in(olga).post(f"{ORGANIZATION_PEOPLE}{mary.pk}/remove/")

    assert roles(mary) == [("Elsewhere", "owner")]


def test_everybody_is_listed_once_by_name_with_their_roles(olga, max_, lena, mary, search_team):
    join(mary, search_team, Role.LEAD)

    listed = signed_in(max_).get(ORGANIZATION_PEOPLE).context["people"]

    assert [(user.name, [str(role) for role in user.roles_here]) for user in listed] == [
        ("Lena Lead", ["Lena Lead, lead of Payments"]),
        ("Mary Member", ["Mary Member, member of Payments", "Mary Member, lead of Search"]),
        ("Max Manager", ["Max Manager, manager of Harbour"]),
        ("Olga Owner", ["Olga Owner, owner of Harbour"]),
    ]


# The last owner


@pytest.mark.parametrize("role", ["manager", "none"])
def test_the_last_owner_keeps_the_role(olga, role):
    response = signed_in(olga).post(f"{ORGANIZATION_PEOPLE}{olga.pk}/", {"role": role})

    assert response.context["form"].errors == {"role": [LAST_OWNER]}
    assert roles(olga) == [("Harbour", "owner")]


def test_the_last_owner_is_not_removed(olga):
    response = signed_in(olga).post(f"{ORGANIZATION_PEOPLE}{olga.pk}/remove/", follow=True)

    assert LAST_OWNER in response.content.decode()
    assert roles(olga) == [("Harbour", "owner")]


def test_the_last_owner_cannot_leave(olga):
    where = f"/account/memberships/{olga.memberships.get().pk}/leave/"
    response = signed_in(olga).post(where, follow=True)

    assert LAST_OWNER in response.content.decode()
    assert roles(olga) == [("Harbour", "owner")]


def test_an_owner_who_cannot_sign_in_does_not_count(olga, second):
    User.objects.filter(pk=second.pk).update(is_active=False)

    response = signed_in(olga).post(f"{ORGANIZATION_PEOPLE}{olga.pk}/", {"role": "manager"})

    assert response.context["form"].errors == {"role": [LAST_OWNER]}


def test_one_of_two_owners_steps_down_and_keeps_the_account_page(olga, second):
    response = signed_in(olga).post(f"{ORGANIZATION_PEOPLE}{olga.pk}/", {"role": "none"})

    assert response["Location"] == "/account/"
    assert (roles(olga), roles(second)) == ([], [("Harbour", "owner")])


def demote(user, organization, by):
    people.change_role(user=user, organization=organization, team=None, role="manager", by=by)


def remove(user, organization, by):
    people.remove(user=user, organization=organization, team=None, by=by)


def remove_altogether(user, organization, by):
    people.remove_altogether(user=user, organization=organization, by=by)


@pytest.mark.parametrize("act", [demote, remove, remove_altogether])
def test_two_owners_acting_on_each_other_at_once_leave_one(transactional_db, act):
    harbour = Organization.objects.create(name="Harbour", slug="harbour")
    owners = person("Olga Owner"), person("Omar Owner")

    def at_once(user, by, start):
        start.wait()
        try:
            act(user, harbour, by)
        except people.Refused:
            return "refused"
        finally:
            connection.close()
        return "done"

    for _ in range(10):
        Membership.objects.all().delete()
        for owner in owners:
            join(owner, harbour, Role.OWNER)
        start = Barrier(2)
        with ThreadPoolExecutor(max_workers=2) as pool:
            outcomes = pool.map(at_once, owners, reversed(owners), [start, start])

        assert sorted(outcomes) == ["done", "refused"]
        assert harbour.memberships.filter(role=Role.OWNER).count() == 1


# However many there are


@pytest.mark.parametrize("number", [3, 300])
@pytest.mark.parametrize(
    ("path", "queries"), [(TEAM_PEOPLE, 6), (ORGANIZATION_PEOPLE, 7), ("/account/", 3)]
)
def test_a_list_takes_as_many_queries_for_300_people_as_for_3(
    harbour, payments, olga, django_assert_num_queries, number, path, queries
):
    users = User.objects.bulk_create(
        User(email=f"{n}@harbour.example", name=f"Person {n}") for n in range(number)
    )
    Membership.objects.bulk_create(
        Membership(user=user, organization=harbour, team=payments, role=Role.MEMBER)
        for user in users
    )
    Invitation.objects.bulk_create(
        Invitation(
            organization=harbour, team=team, role=role, token_digest=f"{team}{n}", invited_by=user
        )
        for n, user in enumerate(users)
        for team, role in ((payments, Role.MEMBER), (None, Role.MANAGER))
    )
    client = signed_in(olga)

    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200
