"""The admin is for whoever runs the installation."""

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import Client

from teams.models import Invitation, Membership, Organization, Role, Team, User
from tests.conftest import PASSWORD, signed_in


@pytest.fixture
def operator(db):
    return User.objects.create_superuser("operator@rungs.example", PASSWORD, name="Otto Operator")


def test_the_admin_signs_in_by_the_same_page_as_everybody(db):
    response = Client().get("/admin/", follow=True)

    assert response.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2F"


def test_an_owner_of_an_organization_is_no_operator(olga):
    assert signed_in(olga).get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("name", ["user", "organization", "team", "membership", "invitation"])
def test_every_list_opens_and_searches(operator, payments, lena, mary, name):
    Invitation.issue(organization=payments.organization, team=payments, role=Role.MEMBER, by=lena)

    response = signed_in(operator).get(f"/admin/teams/{name}/", {"q": "a"})

    assert response.status_code == 200


@pytest.mark.parametrize("name", ["user", "organization", "team", "membership"])
def test_every_form_opens(operator, name):
    assert signed_in(operator).get(f"/admin/teams/{name}/add/").status_code == 200


def test_the_operator_adds_a_person(operator):
    signed_in(operator).post(
        "/admin/teams/user/add/",
        {
            "email": "nora@new.example",
            "name": "Nora New",
            "usable_password": "true",
            "password1": "nine brown owls sing",
            "password2": "nine brown owls sing",
        },
    )

    assert User.objects.get(email="nora@new.example").check_password("nine brown owls sing")


def test_an_invitation_is_not_made_where_its_link_would_be_lost(operator):
    assert signed_in(operator).get("/admin/teams/invitation/add/").status_code == 403


def test_a_role_in_a_team_of_another_organization_is_refused(payments, eve):
    elsewhere = Organization.objects.get(slug="elsewhere")

    with pytest.raises(ValidationError, match="another organization"):
        Membership(user=eve, organization=elsewhere, team=payments, role=Role.LEAD).full_clean()


def test_a_parent_in_another_organization_or_below_is_refused(platform, payments, eve):
    elsewhere = Organization.objects.get(slug="elsewhere")

    with pytest.raises(ValidationError, match="another organization"):
        Team(organization=elsewhere, name="T", slug="t", parent=payments).full_clean()
    platform.parent = payments
    with pytest.raises(ValidationError, match="under this team"):
        platform.full_clean()


ADMINISTERED = {
    "teams": {"User", "Organization", "Team", "Membership", "Invitation"},
    "assessment": {"Participation"},
}


@pytest.mark.parametrize("room", ["teams", "assessment"])
def test_the_admin_reaches_people_and_places_and_nobodys_answers(room):
    names = {model.__name__ for model in admin.site._registry if model._meta.app_label == room}

    assert names == ADMINISTERED[room]


@pytest.mark.parametrize("name", ["sheet", "answer", "agreedanswer", "assessment"])
def test_there_is_no_address_for_answers_in_the_admin(operator, name):
    assert signed_in(operator).get(f"/admin/assessment/{name}/").status_code == 404


@pytest.mark.parametrize("name", ["sheet", "answer", "agreedanswer"])
def test_no_form_of_the_admin_holds_answers(name):
    shown = [
        inline.model.__name__.lower()
        for site in admin.site._registry.values()
        for inline in site.inlines
    ]

    assert name not in shown
