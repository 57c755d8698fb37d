"""Sign-up, confirmation, sign-in and a new password, as a person meets them."""

import re
from smtplib import SMTPException
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client

from teams.models import Invitation, Role, User
from tests.conftest import PASSWORD, signed_in

NEW = {"name": "Nora New", "email": "Nora@New.example", "password1": "nine brown owls sing"}


def link_in(message):
    (url,) = re.findall(r"^http\S+$", message.body, re.MULTILINE)
    return urlsplit(url)


def sign_in(client, email, password=PASSWORD, **more):
    return client.post("/accounts/login/", {"login": email, "password": password} | more)


@pytest.fixture
def confirmed_mary(mary):
    mary.emailaddress_set.create(email=mary.email, verified=True, primary=True)
    return mary


# Sign-up


def test_a_new_person_signs_up_confirms_and_signs_in(db):
    client = Client()
    response = client.post("/accounts/signup/", NEW)
    assert response["Location"] == "/accounts/confirm-email/"
    assert sign_in(client, "nora@new.example", NEW["password1"])["Location"] == (
        "/accounts/confirm-email/"
    )

    confirm = link_in(mail.outbox[0])
    assert client.get(confirm.path).status_code == 200
    client.post(confirm.path)

    assert sign_in(client, "nora@new.example", NEW["password1"])["Location"] == "/"
    user = User.objects.get(email="nora@new.example")
    assert (user.name, user.emailaddress_set.get().verified) == ("Nora New", True)


def test_looking_at_the_link_confirms_nothing(db):
    Client().post("/accounts/signup/", NEW)

    Client().get(link_in(mail.outbox[0]).path)

    assert not User.objects.get().emailaddress_set.get().verified


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "Claim at http://evil.example"),
        ("email", "nobody"),
        ("password1", "short"),
        ("password1", "password123"),
        ("password1", "nora@new.example"),
    ],
)
def test_sign_up_says_which_field_is_wrong(db, field, value):
    response = Client().post("/accounts/signup/", NEW | {field: value})

    assert list(response.context["form"].errors) == [field]
    assert not User.objects.exists()


def test_an_invitation_is_waiting_after_sign_up_and_confirmation(payments, lena):
    _, token = Invitation.issue(
        organization=payments.organization, team=payments, role=Role.MEMBER, by=lena
    )
    invitation = f"/invitations/{token}/"
    client = Client()
    page = client.get(f"/accounts/signup/?next={invitation}").content.decode()
    assert f'name="next" value="{invitation}"' in page
    assert f'href="/accounts/login/?next={invitation.replace("/", "%2F")}"' in page

    client.post("/accounts/signup/", NEW | {"next": invitation})
    confirm = link_in(mail.outbox[0])
    elsewhere = Client()
    response = elsewhere.post(f"{confirm.path}?{confirm.query}")
    assert response["Location"] == invitation

    response = sign_in(elsewhere, "nora@new.example", NEW["password1"], next=invitation)
    assert response["Location"] == invitation
    elsewhere.post(invitation)
    assert payments.memberships.filter(user__email="nora@new.example").exists()


def test_without_confirmation_sign_up_leads_straight_on(db, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"

    response = Client().post("/accounts/signup/", NEW | {"next": "/organizations/new/"})

    assert response["Location"] == "/organizations/new/"
    assert mail.outbox == []


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(confirmed_mary, onward):
    assert sign_in(Client(), "mary@harbour.example", next=onward)["Location"] == "/"


# Nobody learns who has an account


def seen(response):
    page = re.sub(rb'value="[\w]{64}"', b"", response.content)
    return response.status_code, response.get("Location"), page


def test_sign_up_answers_alike_for_a_known_address(confirmed_mary):
    known = Client().post("/accounts/signup/", NEW | {"email": "mary@harbour.example"})
    unknown = Client().post("/accounts/signup/", NEW)

    assert seen(known) == seen(unknown)
    assert [message.subject for message in mail.outbox] == [
        "Rungs: You have an account already",
        "Rungs: Confirm your e-mail address",
    ]


def test_a_new_password_is_asked_for_alike(confirmed_mary):
    known = Client().post("/accounts/password/reset/", {"email": "mary@harbour.example"})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@new.example"})

    assert seen(known) == seen(unknown)
    assert [message.subject for message in mail.outbox] == [
        "Rungs: Choose a new password",
        "Rungs: There is no account with this address",
    ]


def test_a_wrong_password_and_a_wrong_address_get_the_same_sentence(confirmed_mary):
    known = sign_in(Client(), "mary@harbour.example", "wrong")
    unknown = sign_in(Client(), "nobody@new.example", "wrong")

    sentence = ["The e-mail address or the password is not right."]
    assert known.context["form"].non_field_errors() == sentence
    assert unknown.context["form"].non_field_errors() == sentence


def test_the_sixth_wrong_password_is_not_even_tried(confirmed_mary):
    for _ in range(5):
        sign_in(Client(), "mary@harbour.example", "wrong")

    response = sign_in(Client(), "mary@harbour.example")

    assert response.context["form"].non_field_errors() == [
        "Too many attempts failed. Wait five minutes, then try again."
    ]


def test_too_many_requests_get_a_page_of_ours(db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    Client().post("/accounts/signup/", NEW)

    response = Client().post("/accounts/signup/", NEW)

    assert response.status_code == 429
    assert "<h1>Too many tries</h1>" in response.content.decode()


# A new password


def test_a_new_password_by_mail_ends_other_sessions(confirmed_mary):
    before = signed_in(confirmed_mary)
    Client().post("/accounts/password/reset/", {"email": "mary@harbour.example"})

    client = Client()
    chosen = client.get(link_in(mail.outbox[0]).path)["Location"]
    new = {"password1": "nine brown owls sing", "password2": "nine brown owls sing"}
    assert client.post(chosen, new)["Location"] == "/accounts/password/reset/key/done/"

    assert sign_in(Client(), "mary@harbour.example", new["password1"])["Location"] == "/"
    assert before.get("/account/")["Location"] == "/accounts/login/?next=/account/"


def test_a_reset_link_works_once(confirmed_mary):
    Client().post("/accounts/password/reset/", {"email": "mary@harbour.example"})
    path = link_in(mail.outbox[0]).path
    client = Client()
    new = {"password1": "nine brown owls sing", "password2": "nine brown owls sing"}
    client.post(client.get(path)["Location"], new)

    assert "was used already" in Client().get(path).content.decode()


def test_changing_the_password_keeps_this_session_and_ends_the_others(confirmed_mary):
    here, there = signed_in(confirmed_mary), signed_in(confirmed_mary)
    new = {"password1": "nine brown owls sing", "password2": "nine brown owls sing"}

    here.post("/accounts/password/change/", new | {"oldpassword": PASSWORD})

    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


# Mail


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/accounts/signup/", NEW),
        ("/accounts/signup/", NEW | {"email": "mary@harbour.example"}),
        ("/accounts/password/reset/", {"email": "mary@harbour.example"}),
        ("/accounts/password/reset/", {"email": "nobody@new.example"}),
    ],
)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_every_mail_leads_to_our_address_whatever_host_was_asked(
    confirmed_mary, path, data, host, settings
):
    settings.BASE_URL = "https://rungs.harbour.example"
    Client().post(path, data, headers={"host": host, "x-forwarded-host": "evil.example"})

    (sent,) = mail.outbox
    assert link_in(sent).netloc == "rungs.harbour.example"
    assert host not in sent.body
    assert "evil" not in sent.body


def test_the_name_of_a_stranger_is_not_in_the_mail_to_confirm_an_address(db):
    Client().post("/accounts/signup/", NEW | {"name": "Prize at evil.example"})

    assert "Prize" not in mail.outbox[0].body


def test_a_mail_server_that_is_away_is_said_so_and_the_account_is_kept(db, monkeypatch):
    def refuse(message):
        raise SMTPException("no")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)

    response = Client().post("/accounts/signup/", NEW, follow=True)

    assert "The e-mail could not be sent." in response.content.decode()
    assert User.objects.filter(email="nora@new.example").exists()


# Addresses


def test_a_person_adds_a_second_address_and_confirms_it(confirmed_mary):
    client = signed_in(confirmed_mary)
    client.post("/accounts/email/", {"email": "mary@home.example", "action_add": ""})
    client.post(link_in(mail.outbox[0]).path)

    assert confirmed_mary.addresses() == {"mary@harbour.example", "mary@home.example"}


@pytest.mark.parametrize(
    "path",
    [
        "login/",
        "signup/",
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/1-used/",
        "password/reset/key/done/",
        "confirm-email/",
        "confirm-email/unknown/",
        "inactive/",
    ],
)
def test_every_page_before_signing_in_is_in_our_look(db, path):
    response = Client().get(f"/accounts/{path}")

    page = response.content.decode()
    assert response.status_code == 200
    assert '<html lang="en-GB"' in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("path", ["email/", "password/change/", "logout/", "reauthenticate/"])
def test_every_page_behind_signing_in_is_in_our_look(mary, path):
    page = signed_in(mary).get(f"/accounts/{path}").content.decode()

    assert '<html lang="en-GB"' in page
    assert page.count("<h1") == 1
