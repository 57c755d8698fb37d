"""An invitation opens one door, for whom it is meant, as often as it says, until it is closed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from smtplib import SMTPException
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from teams import people
from teams.models import (
    Invitation,
    InvitationNotUsable,
    Membership,
    Organization,
    Role,
    Team,
    token_digest,
)
from tests.conftest import join, person, signed_in

TEAM_PEOPLE = "/organizations/harbour/teams/payments/people/"
ORGANIZATION_PEOPLE = "/organizations/harbour/people/"


@pytest.fixture
def link(payments, lena):
    """Return a link into Payments, for several people, as an invitation and its path."""
    invitation, token = Invitation.issue(
        organization=payments.organization, team=payments, role=Role.MEMBER, by=lena
    )
    return invitation, f"/invitations/{token}/"


@pytest.fixture
def for_sam(payments, lena):
    """Return an invitation into Payments for Sam alone, with its path."""
    invitation, token = Invitation.issue(
        organization=payments.organization,
        team=payments,
        role=Role.LEAD,
        by=lena,
        email="Sam@harbour.example",
    )
    return invitation, f"/invitations/{token}/"


# Inviting


def test_a_lead_gets_a_link_that_is_shown_once_and_not_kept(payments, lena):
    response = signed_in(lena).post(TEAM_PEOPLE, {"email": "", "role": "member"})

    path = urlsplit(response.context["link"]).path
    invitation = Invitation.objects.get()
    assert response.context["link"] == f"http://testserver{path}"
    assert invitation.token_digest == token_digest(path.split("/")[2])
    assert (invitation.team, invitation.role, invitation.uses_allowed) == (payments, "member", 50)
    assert path not in signed_in(lena).get(TEAM_PEOPLE).content.decode()
    assert mail.outbox == []


def test_a_link_over_the_organization_is_for_one_person(olga):
    signed_in(olga).post(ORGANIZATION_PEOPLE, {"email": "", "role": "owner"})

    invitation = Invitation.objects.get()
    assert (invitation.team, invitation.role, invitation.uses_allowed) == (None, "owner", 1)


def test_an_invitation_by_mail_carries_the_link_on_the_page(payments, lena):
    response = signed_in(lena).post(TEAM_PEOPLE, {"email": "new@harbour.example", "role": "lead"})

    (sent,) = mail.outbox
    assert sent.to == ["new@harbour.example"]
    assert sent.subject == "Rungs: Lena Lead invites you to Payments"
    assert response.context["link"] in sent.body
    assert response.context["mailed"] is True
    assert Invitation.objects.get().uses_allowed == 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_mailed_link_leads_to_our_address_whatever_host_was_asked(payments, lena, host):
    signed_in(lena).post(
        TEAM_PEOPLE,
        {"email": "new@harbour.example", "role": "member"},
        headers={"host": host, "x-forwarded-host": "evil.example"},
    )

    assert "http://testserver/invitations/" in mail.outbox[0].body
    assert host not in mail.outbox[0].body


def test_a_mail_that_cannot_be_sent_leaves_the_invitation_and_its_link(payments, lena, monkeypatch):
    def refuse(message):
        raise SMTPException("no")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)

    response = signed_in(lena).post(TEAM_PEOPLE, {"email": "new@harbour.example", "role": "lead"})

    assert "could not be sent" in response.content.decode()
    assert signed_in(person("New")).get(urlsplit(response.context["link"]).path).status_code == 200


def test_somebody_who_is_in_is_not_invited_again(payments, lena, mary):
    response = signed_in(lena).post(TEAM_PEOPLE, {"email": "MARY@harbour.example", "role": "lead"})

    assert response.context["form"].errors == {"email": ["Mary Member is in already."]}
    assert not Invitation.objects.exists()


def test_a_team_gives_no_role_over_the_organization(payments, lena):
    response = signed_in(lena).post(TEAM_PEOPLE, {"email": "", "role": "owner"})

    assert list(response.context["form"].errors) == ["role"]
    assert not Invitation.objects.exists()


def test_inviting_an_address_again_closes_the_earlier_link(payments, lena, for_sam, sam):
    earlier, path = for_sam

    signed_in(lena).post(TEAM_PEOPLE, {"email": "sam@harbour.example", "role": "member"})

    assert signed_in(sam).post(path).status_code == 410
    assert Invitation.objects.pending().exclude(pk=earlier.pk).count() == 1


def test_inviting_has_a_limit_a_day(payments, lena, monkeypatch):
    monkeypatch.setattr(people, "INVITATIONS_A_DAY", 1)
    signed_in(lena).post(TEAM_PEOPLE, {"email": "", "role": "member"})

    response = signed_in(lena).post(TEAM_PEOPLE, {"email": "", "role": "member"})

    assert response.context["form"].non_field_errors() == [
        "You have made 1 invitations within a day. Go on tomorrow, or share one link with several "
        "people."
    ]
    assert Invitation.objects.count() == 1


# Opening it


def test_whoever_is_signed_out_sees_what_it_is_and_is_led_back(link):
    _, path = link
    response = Client().get(path)

    page = response.content.decode()
    assert response.status_code == 200
    assert "Lena Lead invites you to the team Payments of Harbour, as member." in page
    assert f'href="/accounts/login/?next={path.replace("/", "%2F")}"' in page
    assert f'href="/accounts/signup/?next={path.replace("/", "%2F")}"' in page
    assert "no-store" in response["Cache-Control"]


def test_looking_accepts_nothing(link, sam, payments):
    _, path = link
    assert signed_in(sam).get(path).status_code == 200
    assert not payments.memberships.filter(user=sam).exists()


def test_accepting_makes_a_member_and_leads_to_the_team(link, sam, payments):
    invitation, path = link
    response = signed_in(sam).post(path)

    invitation.refresh_from_db()
    assert response["Location"] == "/organizations/harbour/teams/payments/"
    assert payments.memberships.get(user=sam).role == Role.MEMBER
    assert invitation.uses == 1


def test_accepting_needs_a_person(link):
    invitation, path = link
    response = Client().post(path)

    invitation.refresh_from_db()
    assert response["Location"] == f"/accounts/login/?next={path}"
    assert invitation.uses == 0


def test_whoever_is_in_keeps_the_role_and_spends_no_use(link, lena, payments):
    invitation, path = link
    response = signed_in(lena).post(path, follow=True)

    invitation.refresh_from_db()
    assert "You are in Payments already, as lead." in response.content.decode()
    assert payments.memberships.get(user=lena).role == Role.LEAD
    assert invitation.uses == 0


def test_an_invitation_for_sam_is_for_sam(for_sam, sam, payments):
    _, path = for_sam
    signed_in(sam).post(path)

    assert payments.memberships.get(user=sam).role == Role.LEAD


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_invitation_for_another_address_says_whose_it_is(for_sam, eve, method):
    invitation, path = for_sam
    response = getattr(signed_in(eve), method)(path)

    invitation.refresh_from_db()
    assert response.status_code == 403
    assert "This invitation is for sam@harbour.example." in response.content.decode()
    assert invitation.uses == 0


def test_a_second_address_counts_once_it_is_confirmed(for_sam, eve, payments):
    _, path = for_sam
    address = eve.emailaddress_set.create(email="sam@harbour.example", verified=False)
    assert signed_in(eve).post(path).status_code == 403

    address.verified = True
    address.save()
    signed_in(eve).post(path)

    assert payments.memberships.filter(user=eve).exists()


CLOSED = {
    "withdrawn": ({"withdrawn_at": timezone.now()}, "This invitation was withdrawn."),
    "expired": (
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        "This invitation has expired: they are good for seven days.",
    ),
    "spent": ({"uses": 50}, "This invitation has been used already."),
}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("change", "sentence"), CLOSED.values(), ids=CLOSED)
def test_a_closed_invitation_says_why(link, sam, payments, method, change, sentence):
    invitation, path = link
    Invitation.objects.filter(pk=invitation.pk).update(**change)

    response = getattr(signed_in(sam), method)(path)

    assert response.status_code == 410
    assert f"{sentence} Ask for a new one." in response.content.decode()
    assert not payments.memberships.filter(user=sam).exists()


def test_an_invitation_that_closes_between_looking_and_accepting_gives_nothing(link, sam, payments):
    invitation, _ = link
    Invitation.objects.filter(pk=invitation.pk).withdraw()

    with pytest.raises(InvitationNotUsable, match="was withdrawn"):
        invitation.accept(sam)

    assert not payments.memberships.filter(user=sam).exists()


@pytest.mark.parametrize("token", ["x", "x" * 5000, "%00", "%F0%9F%A6%9C", "a b"])
def test_a_token_nobody_made_is_not_known(db, token):
    response = Client().get(f"/invitations/{token}/")

    assert response.status_code == 404
    assert "Rungs knows no such invitation." in response.content.decode()


# Withdrawing


def test_a_lead_withdraws_an_invitation(link, lena, sam):
    invitation, path = link
    where = f"/organizations/harbour/teams/payments/invitations/{invitation.pk}/withdraw/"
    signed_in(lena).post(where)

    assert signed_in(sam).post(path).status_code == 410


def test_withdrawing_twice_keeps_the_first_moment(link, lena):
    invitation, _ = link
    where = f"/organizations/harbour/teams/payments/invitations/{invitation.pk}/withdraw/"
    signed_in(lena).post(where)
    invitation.refresh_from_db()
    first = invitation.withdrawn_at

    response = signed_in(lena).post(where, follow=True)

    invitation.refresh_from_db()
    assert invitation.withdrawn_at == first
    assert "The invitation was closed already." in response.content.decode()


def test_only_open_invitations_are_listed(link, for_sam, lena):
    Invitation.objects.filter(pk=link[0].pk).withdraw()

    listed = signed_in(lena).get(TEAM_PEOPLE).context["invitations"]

    assert list(listed) == [for_sam[0]]


# Many at once


def accept_all_at_once(pk, people):
    def accept(user):
        try:
            return Invitation.objects.get(pk=pk).accept(user).pk
        except InvitationNotUsable:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=20) as pool:
        return list(pool.map(accept, people))


@pytest.fixture
def one_person(transactional_db):
    """A link over Harbour for one person. Threads see what is committed, so it is built here."""
    harbour = Organization.objects.create(name="Harbour", slug="harbour")
    olga = person("Olga Owner")
    join(olga, harbour, Role.OWNER)
    invitation, _ = Invitation.issue(organization=harbour, team=None, role=Role.MANAGER, by=olga)
    return invitation


def test_twenty_people_at_once_and_one_gets_in(one_person):
    twenty = [person(f"Person{number}") for number in range(20)]

    accepted = accept_all_at_once(one_person.pk, twenty)

    one_person.refresh_from_db()
    assert len([membership for membership in accepted if membership]) == 1
    assert Membership.objects.filter(role=Role.MANAGER).count() == 1
    assert one_person.uses == 1


def test_twenty_browsers_press_join_at_once_and_one_gets_in(one_person):
    harbour, olga = one_person.organization, one_person.invited_by
    _, token = Invitation.issue(organization=harbour, team=None, role=Role.MANAGER, by=olga)
    together = Barrier(20)

    def press(browser):
        together.wait(30)
        try:
            return browser.post(f"/invitations/{token}/")
        finally:
            connection.close()

    browsers = [signed_in(person(f"Person{number}")) for number in range(20)]
    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(press, browsers))

    statuses = sorted(response.status_code for response in responses)
    assert statuses == [302] + [410] * 19
    assert Membership.objects.filter(role=Role.MANAGER).count() == 1


def test_one_person_pressing_twenty_times_gets_in_once(one_person):
    sam = person("Sam Search")

    accepted = accept_all_at_once(one_person.pk, [sam] * 20)

    one_person.refresh_from_db()
    assert set(accepted) == {Membership.objects.get(user=sam).pk}
    assert one_person.uses == 1


def test_a_link_lets_in_as_many_as_it_says_and_no_more(one_person):
    team = Team.objects.create(organization=one_person.organization, name="P", slug="p")
    invitation, _ = Invitation.issue(
        organization=team.organization, team=team, role=Role.MEMBER, by=one_person.invited_by
    )
    Invitation.objects.filter(pk=invitation.pk).update(uses=45)

    accept_all_at_once(invitation.pk, [person(f"Person{number}") for number in range(20)])

    assert team.memberships.count() == 5
