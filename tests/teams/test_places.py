"""Starting organizations and teams, and settling teams."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from teams import people
from teams.models import Organization, Role, Team
from tests.conftest import person, signed_in

TEAM_NEW = "/organizations/harbour/teams/new/"
SETTINGS = "/organizations/harbour/teams/payments/settings/"


# Organizations


def test_anybody_starts_an_organization_and_owns_it(db):
    nora = person("Nora New")

    response = signed_in(nora).post("/organizations/new/", {"name": "  Blue   Ferry "})

    membership = nora.memberships.get()
    assert response["Location"] == "/organizations/blue-ferry/"
    assert (membership.organization.name, membership.role) == ("Blue Ferry", Role.OWNER)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Zürich Höfe", "zurich-hofe"),
        ("港口", "organization"),
        ("New", "new-2"),
        ("Harbour", "harbour-2"),
        ("x" * 120, "x" * 50),
    ],
)
def test_every_name_gets_an_address_of_its_own(harbour, eve, name, slug):
    assert people.start_organization(name=name, by=eve).slug == slug


def test_a_name_taken_many_times_still_gets_an_address(db):
    nora = person("Nora New")

    slugs = {people.start_organization(name="Harbour", by=nora).slug for _ in range(12)}

    assert len(slugs) == 12


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "This field is required."),
        ("   ", "This field is required."),
        ("x" * 121, "Ensure this value has at most 120 characters (it has 121)."),
        ("Win at https://evil.example", "Write a name here, not a web address."),
        ("WWW.evil.example", "Write a name here, not a web address."),
        ("Har\x00bour", "Null characters are not allowed."),
    ],
)
def test_a_bad_name_is_refused_and_nothing_is_stored(eve, name, error):
    response = signed_in(eve).post("/organizations/new/", {"name": name})

    assert response.context["form"].errors == {"name": [error]}
    assert Organization.objects.count() == 1


def test_a_name_stays_on_one_line(eve):
    signed_in(eve).post("/organizations/new/", {"name": "Harbour\r\nBcc: all@evil.example"})

    assert Organization.objects.filter(name="Harbour Bcc: all@evil.example").exists()


# An organization's settings


ORGANIZATION_SETTINGS = "/organizations/harbour/settings/"


def test_an_owner_renames_the_organization_and_its_address_stays(olga, harbour):
    response = signed_in(olga).post(
        ORGANIZATION_SETTINGS, {"name": " Blue  Harbour ", "least_answers": 5}
    )

    harbour.refresh_from_db()
    assert (harbour.name, harbour.slug, harbour.least_answers) == ("Blue Harbour", "harbour", 5)
    assert response["Location"] == ORGANIZATION_SETTINGS


@pytest.mark.parametrize("least_answers", [3, 20])
def test_a_mean_may_need_three_to_twenty(olga, harbour, least_answers):
    signed_in(olga).post(ORGANIZATION_SETTINGS, {"name": "H", "least_answers": least_answers})

    harbour.refresh_from_db()
    assert harbour.least_answers == least_answers


@pytest.mark.parametrize(
    ("least_answers", "error"),
    [
        ("2", "Ensure this value is greater than or equal to 3."),
        ("21", "Ensure this value is less than or equal to 20."),
        ("-3", "Ensure this value is greater than or equal to 3."),
        ("9" * 400, "Ensure this value is less than or equal to 20."),
        ("3.5", "Enter a whole number."),
        ("three", "Enter a whole number."),
        ("", "This field is required."),
    ],
)
def test_any_other_number_is_refused_and_nothing_is_changed(olga, harbour, least_answers, error):
    response = signed_in(olga).post(
        ORGANIZATION_SETTINGS, {"name": "Other", "least_answers": least_answers}
    )

    assert response.context["form"].errors == {"least_answers": [error]}
    assert response.context["organization"].name == "Harbour"
    harbour.refresh_from_db()
    assert (harbour.name, harbour.least_answers) == ("Harbour", 3)


def test_it_says_from_when_the_number_holds(olga):
    page = signed_in(olga).get(ORGANIZATION_SETTINGS).text

    assert "It holds for assessments opened from now on" in page


def test_only_owners_find_the_settings_in_the_tabs(olga, max_):
    link = f'href="{ORGANIZATION_SETTINGS}"'

    assert link in signed_in(olga).get("/organizations/harbour/people/").text
    assert link not in signed_in(max_).get("/organizations/harbour/people/").text


# Teams


def test_an_owner_starts_a_team_under_a_parent_and_joins_it(olga, platform):
    response = signed_in(olga).post(
        TEAM_NEW,
        {"name": "Billing", "parent": platform.pk, "rules_control_changes": "on", "join": "on"},
    )

    team = Team.objects.get(name="Billing")
    assert response["Location"] == "/organizations/harbour/teams/billing/people/"
    assert (team.parent, team.rules_control_changes) == (platform, True)
    assert olga.memberships.get(team=team).role == Role.LEAD


def test_an_owner_starts_a_team_for_others(olga):
    signed_in(olga).post(TEAM_NEW, {"name": "Billing"})

    assert not Team.objects.get(name="Billing").memberships.exists()


def test_two_teams_of_one_organization_do_not_share_a_name(olga, payments):
    response = signed_in(olga).post(TEAM_NEW, {"name": "PAYMENTS"})

    assert response.context["form"].errors == {
        "name": ["Another team of the organization has this name."]
    }


def test_names_that_make_the_same_address_get_two(olga, payments):
    signed_in(olga).post(TEAM_NEW, {"name": "Payments!"})

    assert Team.objects.get(name="Payments!").slug == "payments-2"


def test_a_parent_comes_from_the_same_organization(olga, eve, payments):
    foreign = Team.objects.create(
        organization=Organization.objects.get(slug="elsewhere"), name="Foreign", slug="foreign"
    )

    page = signed_in(olga).get(TEAM_NEW)
    response = signed_in(olga).post(TEAM_NEW, {"name": "Billing", "parent": foreign.pk})

    assert foreign not in page.context["form"].fields["parent"].queryset
    assert list(response.context["form"].errors) == ["parent"]


# Settings


def test_a_lead_settles_the_team_and_its_address_stays(lena, payments):
    signed_in(lena).post(SETTINGS, {"name": "Money", "parent": "", "rules_control_changes": "on"})

    payments.refresh_from_db()
    assert (payments.name, payments.slug) == ("Money", "payments")
    assert (payments.parent, payments.rules_control_changes) == (None, True)


def test_the_page_keeps_the_old_name_when_the_new_one_is_refused(lena, payments, search_team):
    response = signed_in(lena).post(SETTINGS, {"name": "Search"})

    assert response.context["team"].name == "Payments"
    assert list(response.context["form"].errors) == ["name"]


def test_neither_the_team_nor_one_under_it_can_be_its_parent(olga, platform, payments, search_team):
    below = Team.objects.create(
        organization=platform.organization, parent=payments, name="Cards", slug="cards"
    )

    offered = signed_in(olga).get(SETTINGS).context["form"].fields["parent"].queryset
    response = signed_in(olga).post(SETTINGS, {"name": "Payments", "parent": below.pk})

    assert set(offered) == {platform, search_team}
    assert list(response.context["form"].errors) == ["parent"]


def test_a_circle_that_forms_in_the_meantime_is_refused(olga, platform, payments):
    with pytest.raises(people.Refused, match="Payments is under Platform"):
        people.settle_team(
            team=platform, name="Platform", parent=payments, rules_control_changes=False, by=olga
        )


def test_two_owners_making_each_others_parent_at_once_make_no_circle(transactional_db):
    harbour = Organization.objects.create(name="Harbour", slug="harbour")
    olga = person("Olga Owner")
    teams = [Team.objects.create(organization=harbour, name=n, slug=n) for n in ("a", "b")]
    start = Barrier(2)

    def settle(team, parent):
        start.wait()
        try:
            people.settle_team(
                team=team, name=team.name, parent=parent, rules_control_changes=False, by=olga
            )
        except people.Refused:
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(settle, teams, reversed(teams)))

    assert sorted(outcomes) == ["done", "refused"]
    assert Team.objects.filter(parent=None).count() == 1


# The tabs


@pytest.mark.parametrize(
    ("who", "tabs"),
    [
        ("olga", ["Overview", "Actions", "People", "Take away", "Targets", "Settings"]),
        ("max_", ["Overview", "Actions", "People", "Take away"]),
        ("lena", ["Overview", "Actions", "People", "Take away", "Targets", "Settings"]),
        ("mary", ["Overview", "Actions", "People", "Take away"]),
    ],
)
def test_a_team_shows_the_tabs_its_visitor_may_open(request, payments, who, tabs):
    visitor = request.getfixturevalue(who)
    page = signed_in(visitor).get("/organizations/harbour/teams/payments/people/").content.decode()
    nav = page.split('aria-label="Team pages"')[1].split("</nav>")[0]

    assert [part.split("<")[0] for part in nav.split('">')[3:] if part[0].isalpha()] == tabs


# Tags


def tags_of(team):
    return sorted(team.tags.values_list("name", flat=True))


def settle(user, tags, **more):
    fields = {"name": "Payments", "parent": "", "tags": tags, **more}
    return signed_in(user).post(SETTINGS, fields)


def test_an_owner_tags_a_team_with_words_between_commas(olga, payments):
    response = settle(olga, " customer-facing , Lisbon,, on  call ,")

    assert response["Location"] == SETTINGS
    assert tags_of(payments) == ["Lisbon", "customer-facing", "on call"]
    assert 'value="Lisbon, customer-facing, on call"' in signed_in(olga).get(SETTINGS).text


def test_a_word_in_another_case_is_the_same_tag(olga, payments, search_team, harbour):
    search_team.tags.add(harbour.tags.create(name="Zürich"))

    settle(olga, "ZÜRICH, zürich, Lisbon, LISBON")

    assert tags_of(payments) == ["Lisbon", "Zürich"]
    assert harbour.tags.count() == 2


def test_a_tag_that_no_team_has_any_more_is_gone(olga, payments, search_team, harbour):
    settle(olga, "Lisbon, Zürich")
    search_team.tags.add(harbour.tags.get(name="Zürich"))

    settle(olga, "")

    assert tags_of(payments) == []
    assert [each.name for each in harbour.tags.all()] == ["Zürich"]


@pytest.mark.parametrize(
    ("tags", "error"),
    [
        (
            "x" * 41,
            "A tag has at most 40 characters. This one has 41: “" + "x" * 40 + "…”. "
            "Separate tags by commas.",
        ),
        (", ".join(map(str, range(11))), "A team has at most 10 tags; these are 11."),
        ("www.evil.example", "Write words here, not a web address."),
        ("Lis\x00bon", "Null characters are not allowed."),
    ],
)
def test_bad_tags_are_refused_and_what_was_there_stays(olga, payments, tags, error):
    settle(olga, "Lisbon")

    response = settle(olga, tags)

    assert response.context["form"].errors == {"tags": [error]}
    assert tags_of(payments) == ["Lisbon"]


def test_ten_tags_of_forty_characters_are_welcome(olga, payments):
    settle(olga, ", ".join(f"{number:040}" for number in range(10)))

    assert payments.tags.count() == 10


def test_a_lead_reads_the_tags_and_changes_none(olga, lena, payments):
    settle(olga, "Lisbon")

    assert (
        "Tags: Lisbon. Owners of the organization change them."
        in signed_in(lena).get(SETTINGS).text
    )
    settle(lena, "Zürich")
    assert tags_of(payments) == ["Lisbon"]


def test_the_words_of_the_organization_are_offered_and_no_others(olga, payments, eve):
    settle(olga, "Lisbon")
    Organization.objects.get(slug="elsewhere").tags.create(name="Secret place")

    page = signed_in(olga).get(SETTINGS).text

    assert '<option value="Lisbon"></option>' in page
    assert "Secret place" not in page


def test_a_new_team_is_tagged_at_once(olga, harbour):
    signed_in(olga).post(TEAM_NEW, {"name": "Mobile", "tags": "Lisbon"})

    assert tags_of(harbour.teams.get(slug="mobile")) == ["Lisbon"]
