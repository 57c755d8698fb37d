"""Who gets what from every page of this room. A stranger never learns that a place exists."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from teams import urls
from teams.mail import stop_link
from teams.models import Invitation, Role
from tests.conftest import signed_in

PEOPLE = ("olga", "max_", "lena", "mary", "sam", "eve", "nobody")

HARBOUR = {"organization": "harbour"}
PAYMENTS = {"organization": "harbour", "team": "payments"}

# 302 is "sign in first" for nobody and "done" for a POST.
POLICY = [
    # method, page, where, olga, max, lena, mary, sam, eve, nobody
    ("get", "account", {}, 200, 200, 200, 200, 200, 200, 302),
    ("get", "membership_leave", {"membership": "mary"}, 404, 404, 404, 200, 404, 404, 302),
    ("post", "membership_leave", {"membership": "mary"}, 404, 404, 404, 302, 404, 404, 302),
    ("get", "account_preferences", {}, 200, 200, 200, 200, 200, 200, 302),
    ("post", "account_preferences", {}, 200, 200, 200, 200, 200, 200, 302),
    # Whoever has the link from a mail may stop that person's reminders, signed in or not.
    ("get", "reminders_stop", {"token": "stop"}, 200, 200, 200, 200, 200, 200, 200),
    ("post", "reminders_stop", {"token": "stop"}, 200, 200, 200, 200, 200, 200, 200),
    ("get", "notices", {}, 200, 200, 200, 200, 200, 200, 302),
    ("get", "notice_put_away", {"notice": "mary"}, *[405] * 6, 302),
    ("post", "notice_put_away", {"notice": "mary"}, *[302] * 7),
    ("get", "notices_put_away", {}, *[405] * 6, 302),
    ("post", "notices_put_away", {}, *[302] * 7),
    ("get", "organization_new", {}, 200, 200, 200, 200, 200, 200, 302),
    ("get", "organization_settings", HARBOUR, 200, 403, 403, 403, 403, 404, 302),
    ("post", "organization_settings", HARBOUR, 200, 403, 403, 403, 403, 404, 302),
    ("get", "organization_people", HARBOUR, 200, 200, 403, 403, 403, 404, 302),
    ("post", "organization_people", HARBOUR, 200, 403, 403, 403, 403, 404, 302),
    ("get", "organization_person", HARBOUR | {"person": "mary"}, 200, 403, 403, 403, 403, 404, 302),
    (
        "post",
        "organization_person",
        HARBOUR | {"person": "mary"},
        200,
        403,
        403,
        403,
        403,
        404,
        302,
    ),
    ("get", "organization_person_remove", HARBOUR | {"person": "mary"}, *[405] * 6, 302),
    (
        "post",
        "organization_person_remove",
        HARBOUR | {"person": "mary"},
        *(302, 403, 403, 403, 403, 404, 302),
    ),
    (
        "post",
        "organization_invitation_withdraw",
        HARBOUR | {"invitation": "over"},
        *(302, 403, 403, 403, 403, 404, 302),
    ),
    ("get", "team_new", HARBOUR, 200, 403, 403, 403, 403, 404, 302),
    ("post", "team_new", HARBOUR, 200, 403, 403, 403, 403, 404, 302),
    ("get", "team_settings", PAYMENTS, 200, 403, 200, 403, 404, 404, 302),
    ("post", "team_settings", PAYMENTS, 200, 403, 200, 403, 404, 404, 302),
    ("get", "team_people", PAYMENTS, 200, 200, 200, 200, 404, 404, 302),
    ("post", "team_people", PAYMENTS, 200, 403, 200, 403, 404, 404, 302),
    ("get", "team_person", PAYMENTS | {"person": "mary"}, 200, 403, 200, 403, 404, 404, 302),
    ("post", "team_person", PAYMENTS | {"person": "mary"}, 200, 403, 200, 403, 404, 404, 302),
    (
        "post",
        "team_person_remove",
        PAYMENTS | {"person": "mary"},
        *(302, 403, 302, 403, 404, 404, 302),
    ),
    (
        "post",
        "team_invitation_withdraw",
        PAYMENTS | {"invitation": "into"},
        *(302, 403, 302, 403, 404, 404, 302),
    ),
    ("get", "invitation", {"token": "into"}, 200, 200, 302, 302, 200, 200, 200),
    ("post", "invitation", {"token": "into"}, 302, 302, 302, 302, 302, 302, 302),
]


@pytest.fixture
def everybody(olga, max_, lena, mary, sam, eve):
    return {"olga": olga, "max_": max_, "lena": lena, "mary": mary, "sam": sam, "eve": eve}


@pytest.fixture
def address(harbour, payments, everybody):
    """Return a function from a page and its parts, with people by name, to the address."""
    olga, mary = everybody["olga"], everybody["mary"]
    over, _ = Invitation.issue(organization=harbour, team=None, role=Role.MANAGER, by=olga)
    into, token = Invitation.issue(organization=harbour, team=payments, role=Role.MEMBER, by=olga)
    real = {
        ("membership", "mary"): mary.memberships.get().pk,
        ("person", "mary"): mary.pk,
        ("invitation", "over"): over.pk,
        ("invitation", "into"): into.pk,
        ("token", "into"): token,
        ("token", "stop"): stop_link(mary).rstrip("/").rsplit("/", 1)[-1],
        ("notice", "mary"): mary.notices.create(text="Your file is ready.").pk,
    }

    def reversed_with(page, parts):
        return reverse(
            page, kwargs={name: real.get((name, part), part) for name, part in parts.items()}
        )

    return reversed_with


@pytest.mark.parametrize(
    ("method", "name", "where", "who", "status"),
    [
        (method, name, where, who, status)
        for method, name, where, *statuses in POLICY
        for who, status in zip(PEOPLE, statuses, strict=True)
    ],
)
def test_who_may_open_what(everybody, address, method, name, where, who, status):
    client = signed_in(everybody[who]) if who in everybody else Client()

    response = getattr(client, method)(address(name, where))

    assert response.status_code == status


def test_the_policy_speaks_of_every_page_of_the_room():
    assert {name for _, name, *_ in POLICY} == {pattern.name for pattern in urls.urlpatterns}


def without_csrf_token(response):
    return re.sub(rb'value="[\w]{64}"', b"", response.content)


def test_a_foreign_organization_answers_like_one_that_is_not_there(everybody, address):
    eve = signed_in(everybody["eve"])

    foreign = eve.get("/organizations/harbour/people/")
    missing = eve.get("/organizations/atlantis/people/")

    assert foreign.status_code == missing.status_code == 404
    assert without_csrf_token(foreign) == without_csrf_token(missing)


def test_a_person_of_another_team_cannot_be_changed_through_mine(everybody, address):
    lena, sam = everybody["lena"], everybody["sam"]

    response = signed_in(lena).post(
        address("team_person", PAYMENTS | {"person": sam.pk}), {"role": "lead"}
    )

    assert response.status_code == 404
    assert sam.memberships.get().role == Role.MEMBER


def test_an_invitation_over_the_organization_cannot_be_withdrawn_by_a_lead(
    everybody, address, harbour
):
    over = harbour.invitations.get(team=None)
    where = PAYMENTS | {"invitation": over.pk}

    response = signed_in(everybody["lena"]).post(address("team_invitation_withdraw", where))

    assert response.status_code == 404
    assert harbour.invitations.get(team=None).withdrawn_at is None
