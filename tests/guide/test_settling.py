"""Owners look after what readers suggest, in one place; whoever suggested it is told."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from guide.correcting import NotOpen, settle
from guide.models import Correction, Section
from teams.models import Role, User
from tests.conftest import PASSWORD, join, person, signed_in
from tests.guide.corrections import TEXT, many_suggested, publish_handbook, suggested

HARBOUR = "/organizations/harbour/corrections/"


@pytest.fixture
def handbook(db):
    """Harbour's handbook, open to everybody."""
    publish_handbook()


@pytest.fixture
def suggestion(handbook, mary, harbour) -> Correction:
    """What Mary suggests to Harbour."""
    return suggested(mary, harbour)


@pytest.fixture
def otto(harbour) -> User:
    """Another owner of Harbour."""
    user = person("Otto Owner")
    join(user, harbour, Role.OWNER)
    return user


def messages(response):
    return [str(message) for message in response.context["messages"]]


def ended(correction):
    correction.refresh_from_db()
    by = correction.settled_by and correction.settled_by.name
    return correction.status, correction.reason, by


def done(user, correction):
    return signed_in(user).post(f"{HARBOUR}{correction.pk}/done/", follow=True)


def decline(user, correction, reason):
    where = f"{HARBOUR}{correction.pk}/decline/"
    return signed_in(user).post(where, {"reason": reason}, follow=True)


# The list


def test_owners_see_what_is_suggested_where_and_by_whom(suggestion, olga):
    html = signed_in(olga).get(HARBOUR).text

    item = re.search(rf'<li class="panel" id="correction-{suggestion.pk}".*?</li>', html, re.DOTALL)
    assert '<a href="/guide/handbook/on-call/rota/#who-is-next">Who is next</a>' in item[0]
    assert "The rota, Harbour handbook. Something is wrong." in item[0]
    assert TEXT in item[0]
    assert f'Mary Member, <time datetime="{suggestion.at:%Y-%m-%dT%H:%M}' in item[0]


def test_open_ones_stand_first_and_who_waited_longest_at_the_top(suggestion, mary, harbour, olga):
    settle(correction=suggested(mary, harbour, "Settled"), status="done", by=olga)
    suggested(mary, harbour, "Later")
    old = suggested(mary, harbour, "Earlier")
    Correction.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=3))

    html = signed_in(olga).get(HARBOUR).text

    said = re.findall(r'<p class="correction-text">(.*?)</p>', html)
    assert said == ["Earlier", TEXT, "Later", "Settled"]


@pytest.mark.parametrize(
    ("who", "status"), [("olga", 200), ("max_", 403), ("lena", 403), ("mary", 403), ("eve", 404)]
)
def test_who_may_look_and_settle(suggestion, request, who, status):
    user = request.getfixturevalue(who)
    client = signed_in(user)

    assert client.get(HARBOUR).status_code == status
    assert client.get(f"{HARBOUR}{suggestion.pk}/decline/").status_code == status
    if status != 200:
        assert done(user, suggestion).status_code == status
        assert decline(user, suggestion, "No.").status_code == status
        assert ended(suggestion) == ("open", "", None)


def test_an_owner_settles_nothing_of_another_organization(suggestion, eve):
    client = signed_in(eve)
    for act in ("done", "decline"):
        where = f"/organizations/elsewhere/corrections/{suggestion.pk}/{act}/"
        client.post(where, {"reason": "No."})

    assert ended(suggestion) == ("open", "", None)
    assert TEXT not in client.get("/organizations/elsewhere/corrections/").text


def test_an_organization_to_which_nobody_wrote_says_so(olga):
    assert "Nobody has suggested anything yet" in signed_in(olga).get(HARBOUR).text


def test_what_an_import_took_away_is_still_told(suggestion, olga):
    Section.objects.filter(anchor="who-is-next").delete()

    html = signed_in(olga).get(HARBOUR).text

    assert "Harbour handbook / The rota / Who is next" in html
    assert "no longer in the guide" in html


def test_a_reader_who_is_gone_has_left_their_words(suggestion, mary, olga):
    mary.delete()

    assert "Somebody who is gone, " in signed_in(olga).get(HARBOUR).text
    assert messages(done(olga, suggestion)) == ["Marked as done."]
    assert mail.outbox == []


# How many wait


def test_owners_see_how_many_wait_in_the_tabs_and_at_home(suggestion, mary, harbour, olga):
    client = signed_in(olga)
    assert "1 suggested correction<" in client.get("/").text
    suggested(mary, harbour, "Another")
    settle(correction=suggested(mary, harbour, "Settled"), status="done", by=olga)

    assert "2 suggested corrections<" in client.get("/").text
    tabs = (
        client.get("/organizations/harbour/").text.split('class="place-nav')[1].split("</nav>")[0]
    )
    assert f'href="{HARBOUR}">Corrections <span class="tag tag-accent">2<' in tabs


@pytest.mark.parametrize("who", ["max_", "mary"])
def test_nobody_else_is_told_how_many_wait(suggestion, request, who):
    client = signed_in(request.getfixturevalue(who))

    assert "suggested correction" not in client.get("/").text
    assert HARBOUR not in client.get("/organizations/harbour/").text


@pytest.mark.parametrize("count", [3, 300])
def test_three_hundred_of_each_take_as_many_queries_as_three(
    handbook, mary, harbour, olga, django_assert_num_queries, count
):
    many_suggested(mary, harbour, count)
    now = timezone.now()
    many_suggested(mary, harbour, count, status="done", settled_by=olga, settled_at=now)
    client = signed_in(olga)

    with django_assert_num_queries(8):
        html = client.get(HARBOUR).text
    assert html.count('class="panel"') == 2 * min(count, 20)


def test_each_list_has_pages_of_its_own(handbook, mary, harbour, olga):
    many_suggested(mary, harbour, 25)
    many_suggested(mary, harbour, 25, status="done", settled_by=olga, settled_at=timezone.now())
    client = signed_in(olga)

    html = client.get(f"{HARBOUR}?open=2&page=2").text

    assert html.count('class="panel"') == 10
    assert html.count("Page 2 of 2") == 2
    assert 'href="?open=1&amp;page=2"' in html
    assert 'href="?open=2&amp;page=1"' in html


# Settling


def test_done_is_told_to_the_reader_on_their_home_page(suggestion, olga, mary):
    response = done(olga, suggestion)

    assert messages(response) == ["Marked as done. Mary Member is told."]
    assert ended(suggestion) == ("done", "", "Olga Owner")
    home = signed_in(mary).get("/").text
    assert (
        '<a href="/account/corrections/">What you suggested for “Who is next” is done.</a>' in home
    )


def test_done_is_told_by_mail(suggestion, olga, mary):
    done(olga, suggestion)

    (message,) = mail.outbox
    assert message.to == ["mary@harbour.example"]
    assert message.subject == "Rungs: What you suggested for the guide is done"
    assert "Olga Owner marked it so." in message.body
    assert TEXT in message.body
    assert "http://testserver/account/corrections/" in message.body
    stop = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert stop in message.body


def test_declining_says_why(suggestion, olga, mary):
    response = decline(olga, suggestion, "It was a trial.\r\nSee the minutes.")

    assert messages(response) == ["Declined. Mary Member is told."]
    assert ended(suggestion) == ("declined", "It was a trial.\nSee the minutes.", "Olga Owner")
    assert "was declined: It was a trial." in signed_in(mary).get("/").text
    assert "It was a trial.\nSee the minutes." in mail.outbox[0].body


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_declining_needs_a_reason_that_fits(suggestion, olga, reason):
    response = decline(olga, suggestion, reason)

    assert list(response.context["form"].errors) == ["reason"]
    assert ended(suggestion) == ("open", "", None)
    assert mail.outbox == []


def test_who_wants_no_mails_gets_none_and_finds_it_at_home(suggestion, olga, mary):
    mary.reminders = "none"
    mary.save()

    done(olga, suggestion)

    assert mail.outbox == []
    assert "is done." in signed_in(mary).get("/").text


def test_owners_are_not_told_what_they_did_themselves(handbook, olga, harbour):
    response = done(olga, suggested(olga, harbour))

    assert messages(response) == ["Marked as done."]
    assert (mail.outbox, olga.notices.count()) == ([], 0)


def test_a_mail_server_that_is_away_keeps_nothing_from_being_settled(suggestion, olga, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert done(olga, suggestion).status_code == 200
    assert ended(suggestion) == ("done", "", "Olga Owner")


# Two owners


def test_the_second_owner_is_told_what_the_first_did(suggestion, olga, otto):
    decline(olga, suggestion, "It was a trial.")

    (said,) = messages(done(otto, suggestion))

    assert said.startswith("Olga Owner declined this suggestion on ")
    assert said.endswith("“It was a trial.” Nothing was changed.")
    assert ended(suggestion) == ("declined", "It was a trial.", "Olga Owner")
    assert len(mail.outbox) == 1


def test_the_second_owner_keeps_the_reason_they_typed(suggestion, olga, otto):
    done(olga, suggestion)

    html = decline(otto, suggestion, "I think not.").text

    assert "Olga Owner marked this suggestion as done on " in html
    assert "I think not.</textarea>" in html
    assert "Decline and say why" not in html
    assert ended(suggestion) == ("done", "", "Olga Owner")


def test_a_settled_one_is_not_offered_to_be_declined(suggestion, olga, otto):
    done(olga, suggestion)

    html = signed_in(otto).get(f"{HARBOUR}{suggestion.pk}/decline/").text

    assert "by Olga Owner" in html
    assert "<textarea" not in html


def test_what_its_reader_took_back_is_said(suggestion, olga, mary):
    signed_in(mary).post(f"/account/corrections/{suggestion.pk}/take-back/")

    said = ["This suggestion is no longer here: its reader took it back."]
    assert messages(done(olga, suggestion)) == said
    assert messages(decline(olga, suggestion, "No.")) == said


def test_what_is_taken_back_this_moment_is_not_settled(suggestion, olga):
    Correction.objects.all().delete()

    with pytest.raises(NotOpen, match="Its reader has taken this suggestion back"):
        settle(correction=suggestion, status="done", by=olga)


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_at_the_same_moment_one_settles(suggestion, olga, otto, mary):
    def act(by):
        try:
            settle(correction=Correction.objects.get(), status="declined", by=by, reason=by.name)
        except NotOpen as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        refusals = sorted(pool.map(act, [olga, otto]))

    status, reason, by = ended(suggestion)
    assert (status, reason) == ("declined", by)
    assert refusals[0] == ""
    assert refusals[1].startswith(f"{by} declined this suggestion")
    assert mary.notices.count() == 1


# Those who run the installation


@pytest.fixture
def operator(db):
    return User.objects.create_superuser("operator@rungs.example", PASSWORD, name="Otto Operator")


@pytest.fixture
def unclaimed(handbook) -> Correction:
    """What Nora, who is in no organization, suggests."""
    return suggested(person("Nora New", "nora@new.example"), None)


def administered(correction):
    return f"/admin/guide/correction/{correction.pk}/change/"


def test_what_nobody_looks_after_waits_for_the_staff(unclaimed, suggestion, operator):
    html = signed_in(operator).get("/").text

    assert "No organization looks after it, so you do." in html
    address = re.search(r'href="(/admin/guide/correction/\S+?)"', html)[1].replace("&amp;", "&")
    listed = signed_in(operator).get(address)
    assert [each.by.name for each in listed.context["cl"].result_list] == ["Nora New"]


def test_the_staff_see_all_and_change_no_word_of_a_reader(unclaimed, suggestion, operator):
    client = signed_in(operator)
    assert client.get("/admin/guide/correction/", {"q": "Mary"}).text.count("Mary Member") == 1

    client.post(administered(unclaimed), {"status": "open", "reason": "", "text": "Other"})

    unclaimed.refresh_from_db()
    assert unclaimed.text == TEXT
    assert ended(unclaimed) == ("open", "", None)


def test_the_staff_decline_and_the_reader_is_told(unclaimed, operator):
    client = signed_in(operator)
    form = {"status": "declined", "reason": ""}

    refused = client.post(administered(unclaimed), form)
    assert "Write why, so that the reader understands." in refused.text
    client.post(administered(unclaimed), form | {"reason": "We keep it."})

    assert ended(unclaimed) == ("declined", "We keep it.", "Otto Operator")
    assert [message.to for message in mail.outbox] == [["nora@new.example"]]
    assert "was declined: We keep it." in signed_in(unclaimed.by).get("/").text


def test_the_staff_change_nothing_that_is_settled(unclaimed, operator):
    settle(correction=unclaimed, status="done", by=operator)

    signed_in(operator).post(administered(unclaimed), {"status": "declined", "reason": "No."})

    assert ended(unclaimed) == ("done", "", "Otto Operator")
