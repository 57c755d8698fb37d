"""A reader suggests a correction at a section, and learns what came of it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from guide.correcting import A_DAY, settle
from guide.models import Correction, Section
from teams.models import Organization, Role
from tests.conftest import PASSWORD, join, person, signed_in
from tests.guide.conftest import guide_with_pages
from tests.guide.corrections import (
    FORM,
    SAID,
    TEXT,
    many_suggested,
    publish_handbook,
    suggested,
    who_is_next,
)

OWN = "/account/corrections/"


@pytest.fixture
def handbook(db):
    """Harbour's handbook, open to everybody."""
    publish_handbook()


@pytest.fixture
def nora(db):
    """A reader in no organization."""
    return person("Nora New", "nora@new.example")


@pytest.fixture
def elsewhere(eve):
    return Organization.objects.get(slug="elsewhere")


def errors(response):
    assert response.status_code == 200
    return {name: list(said) for name, said in response.context["form"].errors.items()}


def kept():
    return list(Correction.objects.values_list("kind", "text", "organization__name", "by__name"))


# The link


def test_every_section_leads_to_the_form(handbook, client):
    html = client.get("/guide/handbook/on-call/rota/").text

    links = re.findall(r'<a href="(/corrections/\S+)" rel="nofollow">Suggest a correction', html)
    anchors = Section.objects.filter(page__path="on-call/rota").values_list("anchor", flat=True)
    assert links == [f"/corrections/handbook/on-call/rota/?section={each}" for each in anchors]
    assert len(links) == 3


def test_the_link_is_the_same_for_everybody(handbook, mary, nora):
    pages = [
        each.get("/guide/handbook/on-call/rota/").text.split('<p class="section-actions')[1:]
        for each in (Client(), signed_in(mary), signed_in(nora))
    ]

    links = {tuple(part.split("</p>")[0] for part in page) for page in pages}
    assert len(links) == 1
    assert "/corrections/handbook/on-call/rota/" in links.pop()[0]


# Signing in


def test_a_visitor_signs_in_and_comes_back_to_the_form(handbook, mary, client):
    mary.emailaddress_set.create(email=mary.email, verified=True, primary=True)
    response = client.get(FORM)
    assert response["Location"].startswith("/accounts/login/?next=/corrections/handbook/")

    response = client.post(
        response["Location"], {"login": mary.email, "password": PASSWORD, "next": FORM}
    )

    assert response["Location"] == FORM
    assert "To “Who is next” in the guide “Harbour handbook”." in client.get(FORM).text


def test_what_was_typed_outlives_a_session_that_ended(handbook, mary, client):
    mary.emailaddress_set.create(email=mary.email, verified=True, primary=True)

    response = client.post(FORM, SAID)
    assert "What you wrote is kept." in client.get(response["Location"]).text
    client.post("/accounts/login/", {"login": mary.email, "password": PASSWORD})
    html = client.get(FORM).text

    assert f"{TEXT}</textarea>" in html
    assert re.search(r'value="correction"[^>]*checked|checked[^>]*value="correction"', html)
    assert kept() == []
    assert TEXT not in client.get(FORM).text


def test_a_visitor_does_not_learn_which_guides_there_are(db, client):
    assert client.get("/corrections/nothing/nowhere/").status_code == 302


# Who looks after it


def test_a_public_guide_is_looked_after_where_the_reader_is(handbook, mary):
    response = signed_in(mary).post(FORM, SAID, follow=True)

    assert kept() == [("correction", TEXT, "Harbour", "Mary Member")]
    assert "The owners of Harbour see it, and you will be told what came of it." in response.text
    assert Correction.objects.get().place == "Harbour handbook / The rota / Who is next"
    assert Correction.objects.get().section == who_is_next()


def test_who_is_in_several_organizations_chooses(handbook, mary, elsewhere):
    join(mary, elsewhere, Role.MANAGER)
    client = signed_in(mary)

    assert list(errors(client.post(FORM, SAID))) == ["organization"]
    client.post(FORM, SAID | {"organization": elsewhere.pk})

    assert kept() == [("correction", TEXT, "Elsewhere", "Mary Member")]


@pytest.mark.parametrize("who", ["olga", "stranger"])
def test_nobody_chooses_an_organization_they_are_not_in(handbook, olga, mary, elsewhere, who):
    other = Organization.objects.create(name="Third", slug="third")
    join(mary, other, Role.MANAGER)
    client = signed_in(mary if who == "stranger" else olga)

    client.post(FORM, SAID | {"organization": elsewhere.pk})

    assert "Elsewhere" not in [organization for _, _, organization, _ in kept()]


def test_a_reader_without_an_organization_tells_those_who_run_rungs(handbook, nora):
    response = signed_in(nora).post(FORM, SAID, follow=True)

    assert kept() == [("correction", TEXT, None, "Nora New")]
    assert "Those who run this installation see it" in response.text


def test_a_guide_of_an_organization_is_looked_after_by_it(harbour, mary, elsewhere):
    publish_handbook(harbour)
    join(mary, elsewhere, Role.MANAGER)

    signed_in(mary).post(FORM, SAID)

    assert kept() == [("correction", TEXT, "Harbour", "Mary Member")]


def test_a_guide_of_others_is_not_there(harbour, eve):
    publish_handbook(harbour)

    assert signed_in(eve).get(FORM).status_code == 404
    assert signed_in(eve).post(FORM, SAID).status_code == 404
    assert kept() == []


# What is typed


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"text": " \n "}, "text", "Write what is wrong or missing."),
        ({"text": "x" * 2001}, "text", "at most 2000 characters (it has 2001)"),
        ({"text": "nul\0"}, "text", "Null characters are not allowed."),
        ({"kind": "praise"}, "kind", "praise is not one of the available choices."),
        ({"kind": ""}, "kind", "Choose one of the two."),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(handbook, mary, typed, field, said):
    found = errors(signed_in(mary).post(FORM, SAID | typed))

    assert list(found) == [field]
    assert said in found[field][0]
    assert kept() == []


def test_the_text_stands_when_something_else_was_wrong(handbook, mary):
    assert f"{TEXT}</textarea>" in signed_in(mary).post(FORM, {"text": TEXT}).text


def test_ends_of_lines_count_once_as_in_the_browser(handbook, mary):
    signed_in(mary).post(FORM, SAID | {"text": "a\r\n" * 999 + "bc"})

    assert len(Correction.objects.get().text) == 2000


def test_a_suggestion_sent_twice_is_kept_once(handbook, mary):
    for _ in range(2):
        assert signed_in(mary).post(FORM, SAID)["Location"] == OWN

    assert len(kept()) == 1


def test_twenty_a_day_are_enough(handbook, mary, harbour):
    many_suggested(mary, harbour, A_DAY)
    client = signed_in(mary)

    response = client.post(FORM, SAID)
    assert "You have sent 20 suggestions within a day, which is the most." in response.text
    assert f"{TEXT}</textarea>" in response.text
    assert Correction.objects.count() == A_DAY

    yesterday = timezone.now() - timedelta(days=1, minutes=1)
    Correction.objects.filter(text="Suggestion 0").update(at=yesterday)
    client.post(FORM, SAID)
    assert Correction.objects.filter(text=TEXT).exists()


@pytest.mark.parametrize("anchor", ["gone", "", "nul%00"])
def test_a_section_that_went_away_leaves_the_page(handbook, mary, anchor):
    where = f"/corrections/handbook/on-call/rota/?section={anchor}"
    client = signed_in(mary)

    assert ("no longer there" in client.get(where).text) is bool(anchor)
    client.post(where, SAID)

    assert Correction.objects.get().place == "Harbour handbook / The rota"


@pytest.mark.parametrize("where", ["/corrections/handbook/nowhere/", "/corrections/x/index/"])
def test_a_page_that_is_not_there_is_404(handbook, mary, where):
    assert signed_in(mary).get(where).status_code == 404


# What the reader sees of it


def test_a_reader_sees_their_own_and_what_came_of_each(handbook, mary, lena, harbour, olga):
    settle(
        correction=suggested(mary, harbour, "Two of us say otherwise."),
        status="declined",
        by=olga,
        reason="The rota of May was a trial.",
    )
    settle(correction=suggested(mary, harbour, "A typo."), status="done", by=olga)
    suggested(mary, harbour, "It is Sam.")
    suggested(lena, harbour, "Mine, says Lena.")

    html = signed_in(mary).get(OWN).text

    items = re.findall(r'<li class="panel".*?</li>', html, re.DOTALL)
    assert len(items) == 3
    assert "It is Sam." in items[0]
    assert '<span class="tag tag-accent">open</span>' in items[0]
    assert '<span class="tag tag-good">done</span>' in items[1]
    assert "by Olga Owner" in items[1]
    assert '<span class="tag">declined</span>' in items[2]
    assert "The rota of May was a trial." in items[2]
    assert '<a href="/guide/handbook/on-call/rota/#who-is-next">' in items[0]


def test_the_account_leads_there(mary):
    assert f'href="{OWN}"' in signed_in(mary).get("/account/").text
    assert "You have suggested nothing yet" in signed_in(mary).get(OWN).text


def test_an_open_one_is_taken_back(handbook, mary, harbour):
    mine = suggested(mary, harbour)

    response = signed_in(mary).post(f"{OWN}{mine.pk}/take-back/", follow=True)

    assert "Your suggestion was taken back." in response.text
    assert kept() == []


def test_a_settled_one_stays(handbook, mary, harbour, olga):
    mine = suggested(mary, harbour)
    settle(correction=mine, status="done", by=olga)

    response = signed_in(mary).post(f"{OWN}{mine.pk}/take-back/", follow=True)

    assert "It was settled in the meantime, so it stays here." in response.text
    assert len(kept()) == 1


def test_nobody_takes_back_what_somebody_else_suggested(handbook, mary, lena, harbour):
    response = signed_in(lena).post(f"{OWN}{suggested(mary, harbour).pk}/take-back/", follow=True)

    assert len(kept()) == 1
    assert [str(message) for message in response.context["messages"]] == []


def test_what_readers_write_is_text_and_no_markup(handbook, mary, harbour):
    suggested(mary, harbour, "<script>alert(1)</script>\nsecond line")

    html = signed_in(mary).get(OWN).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>second line" in html


def test_the_words_for_a_section_outlive_it(handbook, mary, harbour):
    suggested(mary, harbour)
    Section.objects.filter(anchor="who-is-next").delete()

    html = signed_in(mary).get(OWN).text

    assert "Harbour handbook / The rota / Who is next" in html
    assert "no longer in the guide" in html


@pytest.mark.parametrize("count", [3, 300])
def test_the_form_and_the_list_cost_the_same_for_any_number(
    handbook, mary, harbour, django_assert_num_queries, count
):
    guide_with_pages(count)
    long_ago = timezone.now() - timedelta(days=9)
    many_suggested(mary, harbour, count, at=long_ago)
    client = signed_in(mary)

    with django_assert_num_queries(4):
        assert client.get(OWN).status_code == 200
    with django_assert_num_queries(4):
        assert client.get(FORM).status_code == 200
