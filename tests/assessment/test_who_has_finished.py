"""Who has finished, as a program and the admin read it: never what, and in no telling order."""

from uuid import uuid4

import pytest
from django.test import Client

from assessment.lifecycle import finish
from assessment.models import Assessment, Participation
from teams.models import Role, User
from tests.assessment.answer_page import give
from tests.conftest import PASSWORD, join, person, signed_in

pytestmark = pytest.mark.django_db

LIST = "/admin/assessment/participation/"


def address(assessment):
    return f"/api/v1/assessments/{getattr(assessment, 'pk', assessment)}/finished"


@pytest.fixture
def finished(assessment, payments, lena, mary):
    """Zoe finished first, Mary after her; Amy has answered and Lena has not begun."""
    zoe, amy = person("Zoe Payments"), person("Amy Payments")
    for member in (zoe, amy):
        join(member, payments, Role.MEMBER)
    give(zoe, assessment, "noise.review", "3", "zoe's note")
    give(amy, assessment, "noise.review", "1", "amy's note")
    for member in (zoe, mary):
        finish(assessment=assessment, user=member)
    return assessment


@pytest.fixture
def operator(db):
    return User.objects.create_superuser("operator@rungs.example", PASSWORD, name="Otto Operator")


@pytest.mark.parametrize("who", ["olga", "max_", "lena", "mary"])
def test_the_api_says_who_has_finished_by_name_and_nothing_else(request, who, finished):
    response = signed_in(request.getfixturevalue(who)).get(address(finished))

    assert response.status_code == 200
    assert response.json() == {
        "status": "open",
        "finished": 2,
        "members": [
            {"name": "Amy Payments", "finished": False},
            {"name": "Lena Lead", "finished": False},
            {"name": "Mary Member", "finished": True},
            {"name": "Zoe Payments", "finished": True},
        ],
    }


def test_on_one_sheet_nobody_finishes_alone(mary, finished):
    Assessment.objects.update(mode="consensus")

    found = signed_in(mary).get(address(finished)).json()

    assert (found["finished"], found["members"]) == (0, [])


@pytest.mark.parametrize("who", ["sam", "eve"])
def test_nobody_else_learns_that_the_assessment_is_there(request, who, finished):
    client = signed_in(request.getfixturevalue(who))
    theirs, nowhere = client.get(address(finished)), client.get(address(uuid4()))

    assert (theirs.status_code, theirs.content) == (404, nowhere.content)


def test_who_is_signed_out_is_told_so(finished):
    assert Client().get(address(finished)).status_code == 401


def test_the_admin_shows_who_has_finished_on_which_day_by_name(operator, finished):
    page = signed_in(operator).get(LIST).text

    names = ["Zoe Payments", "Mary Member"]  # as they finished
    assert sorted(names, key=page.index) == ["Mary Member", "Zoe Payments"]
    assert "note" not in page
    assert "Mary Member" not in signed_in(operator).get(LIST, {"q": "zoe"}).text


def test_the_admin_changes_nothing_of_it(operator, finished):
    client = signed_in(operator)
    row = Participation.objects.get(user__name="Zoe Payments")

    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{row.pk}/change/", {"finished_on": ""}).status_code == 403
    row.refresh_from_db()
    assert row.finished_on is not None


def test_a_person_who_took_part_can_still_be_deleted_in_the_admin(operator, finished, mary):
    client = signed_in(operator)

    client.post(f"/admin/teams/user/{mary.pk}/delete/", {"post": "yes"})

    assert not User.objects.filter(pk=mary.pk).exists()
    assert finished.participations.count() == 1
