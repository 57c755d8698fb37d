"""What a team aims at: its own target, else its parent's, else its organization's."""

from datetime import date

import pytest

from assessment.aims import aims_by_team, aims_of
from assessment.history import Aim
from assessment.models import Target
from teams.models import Team
from tests.conftest import signed_in

ORGANIZATION = "/organizations/harbour/targets/"
SPRING = date(2027, 3, 31)


def aim(place, key, level, by=None):
    team = place if isinstance(place, Team) else None
    organization = place.organization if team else place
    Target.objects.create(
        organization=organization, team=team, questionnaire_key=key, level=level, by=by
    )


def test_a_team_without_targets_aims_at_its_parents(payments, platform):
    aim(platform, "noise", 3, SPRING)

    assert aims_of(payments) == {"noise": Aim(3, SPRING, "Platform")}


def test_a_teams_own_target_holds_before_all_others(payments, platform, harbour):
    aim(harbour, "noise", 2)
    aim(platform, "noise", 3)
    aim(payments, "noise", 4)

    assert aims_of(payments) == {"noise": Aim(4, None)}


def test_what_no_team_above_has_set_is_the_organizations(payments, platform, harbour):
    aim(harbour, "noise", 2)
    aim(harbour, "runbooks", 1)
    aim(platform, "noise", 3)

    assert aims_of(payments) == {
        "noise": Aim(3, None, "Platform"),
        "runbooks": Aim(1, None, "the organization"),
    }


def test_a_target_comes_down_past_a_parent_without_one(payments, platform, harbour):
    top = Team.objects.create(organization=harbour, name="Engineering", slug="engineering")
    Team.objects.filter(pk=platform.pk).update(parent=top)
    aim(top, "noise", 3)
    payments.refresh_from_db()

    assert aims_of(payments) == {"noise": Aim(3, None, "Engineering")}


def test_a_circle_of_parents_ends(payments, platform):
    Team.objects.filter(pk=platform.pk).update(parent=payments)
    aim(platform, "noise", 3)

    assert aims_of(payments) == {"noise": Aim(3, None, "Platform")}


def test_another_organizations_targets_are_not_ours(payments, eve):
    aim(eve.memberships.get().organization, "noise", 4)

    assert aims_of(payments) == {}


@pytest.mark.parametrize("number", [3, 300])
def test_many_teams_take_as_many_queries_as_few(
    harbour, platform, number, django_assert_num_queries
):
    Team.objects.bulk_create(
        Team(organization=harbour, parent=platform, name=f"Team {n}", slug=f"team-{n}")
        for n in range(number)
    )
    aim(platform, "noise", 3)

    with django_assert_num_queries(2):
        found = aims_by_team(harbour.teams.filter(parent=platform))

    assert sum(aims == {"noise": Aim(3, None, "Platform")} for aims in found.values()) == number


def set_for_all(user, **values):
    fields = {"level-noise": "", "by-noise": "", "level-runbooks": "", "by-runbooks": ""}
    given = {name.replace("_", "-"): value for name, value in values.items()}
    return signed_in(user).post(ORGANIZATION, fields | given)


@pytest.mark.parametrize("who", ["olga", "max_"])
def test_owners_and_managers_set_what_all_teams_aim_at(request, who, payments, model):
    response = set_for_all(request.getfixturevalue(who), level_noise="3")

    assert response.url == "/organizations/harbour/"
    assert aims_of(payments) == {"noise": Aim(3, None, "the organization")}


@pytest.mark.parametrize(("who", "status"), [("lena", 403), ("mary", 403), ("eve", 404)])
def test_nobody_else_does(request, who, status, payments, model):
    assert set_for_all(request.getfixturevalue(who), level_noise="3").status_code == status
    assert Target.objects.count() == 0


def test_a_target_of_nine_is_refused_and_nothing_changes(olga, harbour, model):
    aim(harbour, "noise", 2)

    response = set_for_all(olga, level_noise="9")

    assert "9 is not one of the available choices" in response.text
    assert Target.objects.get().level == 2


def test_taking_the_organizations_target_back_leaves_the_teams_own(olga, harbour, payments, model):
    aim(harbour, "noise", 2)
    aim(payments, "noise", 3)

    set_for_all(olga)

    assert list(Target.objects.values_list("team", "level")) == [(payments.pk, 3)]


def test_the_teams_form_says_what_it_would_inherit(lena, platform, model):
    aim(platform, "noise", 3, SPRING)

    form = signed_in(lena).get("/organizations/harbour/teams/payments/targets/").text

    assert "As Platform: 3 Measured by 31 Mar 2027" in form
