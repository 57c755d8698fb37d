"""A guest link lets several people into a team and leads to one assessment. It ends with it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from assessment.inviting import address_of, guest_link_with, make_guest_link
from assessment.lifecycle import NotPossible, reveal, submit
from assessment.models import Assessment, GuestLink
from teams import people
from teams.models import Invitation, InvitationNotUsable, Membership, Role
from tests.assessment.sheets import fill
from tests.conftest import PASSWORD, join, person, signed_in


def text_of(response):
    return " ".join(re.sub(r"<[^>]*>", " ", response.text).split())


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def link(assessment, lena):
    """Return a guest link into Payments' assessment and the path that opens it."""
    made, token = make_guest_link(assessment=assessment, by=lena)
    return made, f"/join/{token}/"


@pytest.fixture
def submitted(link, assessment, lena, mary):
    """The assessment of the link, submitted meanwhile."""
    fill(assessment, mary, 2)
    submit(assessment=assessment, by=lena)
    return assessment


def address(assessment, end):
    return assessment.get_absolute_url() + end


# Making one ------------------------------------------------------------------------------------


def test_a_lead_gets_a_link_that_is_shown_once_and_not_kept(assessment, payments, lena):
    response = signed_in(lena).post(address(assessment, "links/new/"), follow=True)

    shown, made = response.context["link"], GuestLink.objects.get()
    token = shown.split("/")[-2]
    assert shown == f"http://testserver/join/{token}/"
    assert guest_link_with(token) == made
    assert (made.invitation.team, made.invitation.role) == (payments, Role.MEMBER)
    assert (made.invitation.uses_allowed, made.invitation.email) == (50, "")
    assert made.invitation.expires_at - timezone.now() > timedelta(days=6, hours=23)
    assert token not in signed_in(lena).get(address(assessment, "")).text
    assert "no-store" in response["Cache-Control"]


def test_loading_the_page_with_the_link_again_makes_no_other(assessment, lena):
    client = signed_in(lena)
    made = client.post(address(assessment, "links/new/"))

    first, again = client.get(made.url), client.get(made.url)

    assert first.context["link"] == again.context["link"]
    assert GuestLink.objects.count() == 1


def test_only_who_leads_sees_the_page_with_the_link(link, mary, sam, eve):
    for person_, status in ((mary, 403), (sam, 404), (eve, 404)):
        assert signed_in(person_).get(link[1] + "link/").status_code == status
    assert Client().get(link[1] + "link/").status_code == 302


def test_the_qr_code_is_black_on_white_in_every_theme_and_named(assessment, lena):
    response = signed_in(lena).post(address(assessment, "links/new/"), follow=True)

    shown = response.context["link"]
    svg = re.search(r"<svg[^>]*qr-code.*?</svg>", response.text, re.DOTALL)[0]
    assert f'role="img" aria-label="QR code of the link {shown}"' in response.text
    assert '<path fill="#fff" d="M0 0h' in svg
    assert 'stroke="#000"' in svg
    assert "style" not in svg


def test_the_qr_code_holds_the_link(assessment, lena):
    import segno

    response = signed_in(lena).post(address(assessment, "links/new/"), follow=True)

    expected = segno.make(response.context["link"], error="m", micro=False)
    drawn = re.search(r'class="qrline"[^>]* d="([^"]*)"', response.text)[1]
    assert drawn in expected.svg_inline(border=4)


def test_the_page_lists_how_many_have_joined_by_it(link, assessment, lena, sam):
    signed_in(sam).post(link[1])

    assert "Guest link 1 of 50 joined, until" in text_of(
        signed_in(lena).get(address(assessment, ""))
    )


def test_the_wall_shows_the_code_to_whoever_leads(link, lena, olga):
    for leading in (lena, olga):
        response = signed_in(leading).get(link[1] + "wall/")
        assert response.status_code == 200
        assert "Join Payments" in response.text
        assert "qr-code" in response.text


@pytest.mark.parametrize(("who", "status"), [("mary", 403), ("max_", 403), ("sam", 404)])
def test_the_wall_is_not_for_others(link, who, status, request):
    client = signed_in(request.getfixturevalue(who))

    assert client.get(link[1] + "wall/").status_code == status


def test_the_wall_of_a_closed_link_says_so(link, lena):
    Invitation.objects.all().withdraw()

    response = signed_in(lena).get(link[1] + "wall/")

    assert response.status_code == 410
    assert "This invitation was withdrawn." in response.text


def test_the_wall_of_no_link_is_not_there(lena):
    assert signed_in(lena).get("/join/nothing/wall/").status_code == 404


def test_a_submitted_assessment_gets_no_link(assessment, lena, mary):
    fill(assessment, mary, 2)
    submit(assessment=assessment, by=lena)

    response = signed_in(lena).post(address(assessment, "links/new/"), follow=True)

    assert said(response) == ["This assessment was submitted, so nobody can be invited to it."]
    assert not Invitation.objects.exists()


def test_the_day_has_its_limit(assessment, lena, monkeypatch):
    monkeypatch.setattr(people, "INVITATIONS_A_DAY", 0)

    response = signed_in(lena).post(address(assessment, "links/new/"), follow=True)

    assert said(response)[0].startswith("You have made 0 invitations within a day.")
    assert not GuestLink.objects.exists()


# Looking at it ---------------------------------------------------------------------------------


def test_a_visitor_reads_team_mode_and_what_happens_to_answers_before_joining(link):
    response = Client().get(link[1])

    page = text_of(response)
    assert response.status_code == 200
    assert "Lena Lead invites you into the team Payments of Harbour" in page
    assert "Each member answers alone, on a sheet of their own." in page
    assert "What anybody answered is shown to nobody" in page
    assert "a mean from 3 answers on, a distribution or notes from 5 on" in page
    assert "no-store" in response["Cache-Control"]


def test_a_visitor_signs_in_or_up_and_comes_back(link):
    page = Client().get(link[1]).text

    onward = link[1].replace("/", "%2F")
    assert f'href="/accounts/login/?next={onward}"' in page
    assert f'href="/accounts/signup/?next={onward}"' in page


def test_an_open_one_says_that_names_are_on(link, sam):
    Assessment.objects.update(mode="open")

    assert "everybody in the team sees who answered what" in text_of(signed_in(sam).get(link[1]))


def test_looking_joins_nobody(link, sam, payments):
    assert signed_in(sam).get(link[1]).status_code == 200
    assert not payments.memberships.filter(user=sam).exists()


def test_after_the_reveal_it_says_that_only_the_talk_is_left(link, assessment, payments, lena, sam):
    for number in range(3):
        fill(assessment, person(f"Person{number}"), 2)
    reveal(assessment=assessment, by=lena)

    page = text_of(signed_in(sam).get(link[1]))

    assert "The sheets of this assessment are closed. You can join the talk now" in page


# Joining ---------------------------------------------------------------------------------------


def test_joining_makes_a_member_and_leads_to_the_assessment(link, assessment, sam, payments):
    response = signed_in(sam).post(link[1])

    link[0].invitation.refresh_from_db()
    assert response["Location"] == assessment.get_absolute_url()
    assert payments.memberships.get(user=sam).role == Role.MEMBER
    assert link[0].invitation.uses == 1


def test_joining_needs_a_person(link):
    response = Client().post(link[1])

    assert response["Location"] == f"/accounts/login/?next={link[1]}"
    assert not Membership.objects.filter(role=Role.MEMBER).exists()


def test_signing_in_comes_back_to_the_link(link, sam):
    sam.emailaddress_set.create(email=sam.email, verified=True, primary=True)

    response = Client().post(
        f"/accounts/login/?next={link[1]}", {"login": sam.email, "password": PASSWORD}
    )

    assert response["Location"] == link[1]


def test_a_newcomer_signs_up_confirms_the_address_and_comes_back(link, assessment, payments):
    new = {"name": "Nora New", "email": "nora@new.example", "password1": "nine brown owls sing"}
    Client().post("/accounts/signup/", new | {"next": link[1]})
    confirm = re.search(r"^http://testserver(\S+)$", mail.outbox[0].body, re.MULTILINE)[1]
    phone = Client()

    assert phone.post(confirm)["Location"] == link[1]
    assert phone.get(link[1]).status_code == 200
    signing_in = {"login": new["email"], "password": new["password1"], "next": link[1]}
    assert phone.post("/accounts/login/", signing_in)["Location"] == link[1]
    assert phone.post(link[1])["Location"] == assessment.get_absolute_url()
    assert payments.memberships.get(user__email=new["email"]).role == Role.MEMBER


def test_the_same_person_twice_is_in_already_and_goes_on(link, assessment, sam):
    client = signed_in(sam)
    client.post(link[1])

    for method in (client.get, client.post):
        response = method(link[1], follow=True)
        assert response.redirect_chain == [(assessment.get_absolute_url(), 302)]
        assert "You are in Payments already, as member." in said(response)
    link[0].invitation.refresh_from_db()
    assert link[0].invitation.uses == 1


def test_the_lead_keeps_their_role(link, lena, payments):
    signed_in(lena).post(link[1])

    assert payments.memberships.get(user=lena).role == Role.LEAD


def test_somebody_of_another_organization_reads_that_nothing_changes_there_and_may_join(
    link, eve, payments
):
    client = signed_in(eve)
    page = text_of(client.get(link[1]))
    client.post(link[1])

    assert "You are in Elsewhere as well. You keep your place there" in page
    assert "what you answer here stays in Harbour" in page
    assert payments.memberships.filter(user=eve).exists()
    assert eve.memberships.filter(organization__slug="elsewhere", role=Role.OWNER).exists()


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
def test_a_closed_link_says_why(link, sam, payments, method, change, sentence):
    Invitation.objects.update(**change)

    response = getattr(signed_in(sam), method)(link[1])

    assert response.status_code == 410
    assert sentence in response.text
    assert "Nothing was changed: you keep your account and every team you are in." in response.text
    assert not payments.memberships.filter(user=sam).exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_after_the_submit_it_says_that_it_ended_with_the_assessment(link, submitted, sam, method):
    response = getattr(signed_in(sam), method)(link[1])

    assert response.status_code == 410
    assert "The assessment of Payments was submitted, and its links ended with it." in response.text
    assert not submitted.team.memberships.filter(user=sam).exists()


def test_after_the_submit_a_visitor_reads_the_same(link, submitted):
    response = Client().get(link[1])

    assert response.status_code == 410
    assert "its links ended with it" in response.text


def test_after_the_submit_a_member_still_gets_to_the_assessment(link, submitted, mary):
    assert signed_in(mary).get(link[1])["Location"] == submitted.get_absolute_url()


def test_after_the_submit_the_token_opens_no_other_door(link, submitted, sam):
    assert signed_in(sam).post(link[1].replace("join", "invitations")).status_code == 410


@pytest.mark.parametrize("token", ["x", "x" * 5000, "%00", "%F0%9F%A6%9C", "a b"])
def test_a_token_nobody_made_is_not_known(db, token):
    response = Client().get(f"/join/{token}/")

    assert response.status_code == 404
    assert "Rungs knows no such invitation." in response.text


def test_a_token_with_one_letter_changed_is_not_known(link, sam, payments):
    changed = link[1][:-2] + ("a" if link[1][-2] != "a" else "b") + "/"

    assert signed_in(sam).post(changed).status_code == 404
    assert not payments.memberships.filter(user=sam).exists()


def test_an_ordinary_invitation_is_no_guest_link(payments, lena):
    _, token = Invitation.issue(
        organization=payments.organization, team=payments, role=Role.MEMBER, by=lena
    )

    assert Client().get(f"/join/{token}/").status_code == 404


# Withdrawing -----------------------------------------------------------------------------------


def test_a_lead_withdraws_it(link, assessment, lena, sam):
    where = address(assessment, f"links/{link[0].invitation_id}/withdraw/")

    response = signed_in(lena).post(where, follow=True)

    assert said(response) == ["The invitation was withdrawn: its link opens nothing now."]
    assert "joined, until" not in response.text
    assert signed_in(sam).post(link[1]).status_code == 410


def test_an_invitation_elsewhere_is_not_withdrawn_through_here(assessment, payments, lena):
    other, _ = Invitation.issue(
        organization=payments.organization, team=payments, role=Role.MEMBER, by=lena
    )

    response = signed_in(lena).post(address(assessment, f"links/{other.pk}/withdraw/"))

    assert response.status_code == 404
    assert list(Invitation.objects.pending()) == [other]


@pytest.mark.parametrize(("who", "status"), [("mary", 403), ("max_", 403), ("sam", 404)])
def test_others_withdraw_nothing(link, assessment, who, status, request):
    where = address(assessment, f"links/{link[0].invitation_id}/withdraw/")

    assert signed_in(request.getfixturevalue(who)).post(where).status_code == status
    assert Invitation.objects.pending().count() == 1


# Many at once ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_people_at_once_for_the_last_use_and_one_gets_in(link, payments):
    Invitation.objects.update(uses=49)
    twenty = [person(f"Person{number}") for number in range(20)]

    def accept(user):
        try:
            return Invitation.objects.get(pk=link[0].invitation_id).accept(user).pk
        except InvitationNotUsable:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=20) as pool:
        accepted = list(pool.map(accept, twenty))

    assert len([membership for membership in accepted if membership]) == 1
    assert payments.memberships.filter(user__in=twenty).count() == 1
    assert Invitation.objects.get().uses == 50


@pytest.mark.django_db(transaction=True)
def test_a_link_made_during_the_submit_is_withdrawn_or_refused(assessment, payments, lena):
    for number in range(3):
        user = person(f"Person{number}")
        join(user, payments, Role.MEMBER)
        fill(assessment, user, 2)

    def act(number):
        try:
            if number == 5:
                submit(assessment=assessment, by=lena)
            else:
                make_guest_link(assessment=assessment, by=lena)
        except NotPossible:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(max_workers=10) as pool:
        list(pool.map(act, range(10)))

    assessment.refresh_from_db()
    assert assessment.is_submitted
    assert not Invitation.objects.pending().exists()


def test_the_address_is_ours_whatever_host_was_asked(assessment, lena):
    response = signed_in(lena).post(
        address(assessment, "links/new/"), headers={"host": "localhost"}, follow=True
    )

    assert response.context["link"].startswith("http://testserver/join/")
    assert address_of("t") == "http://testserver/join/t/"
