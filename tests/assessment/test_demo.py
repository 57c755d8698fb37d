"""The demo: believable, the same for the same seed, never among real people."""

from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from assessment import demo
from assessment.models import Assessment, QuestionnaireScore, Round, Snapshot
from assessment.round_board import board_of
from teams.models import Membership, Organization, Team, User
from tests.conftest import person, signed_in


@pytest.fixture(scope="module")
def small():
    return demo.Size(teams=5, assessments=3)


def figures():
    return sorted(
        QuestionnaireScore.objects.values_list(
            "snapshot__team__slug", "snapshot__taken_at", "questionnaire__key", "score", "change"
        )
    )


@pytest.mark.django_db
def test_the_demo_has_teams_under_two_parents_and_two_years_of_history():
    outcome = demo.seed_demo(seed=1)

    organization = outcome.organizations[0]
    teams = Team.objects.filter(organization__slug=organization["slug"])
    assert set(teams.exclude(parent=None).values_list("parent__name", flat=True)) == {
        "Shop",
        "Platform",
    }
    assert teams.exclude(parent=None).count() == 9
    counts = {team.name: team.snapshots.count() for team in teams.exclude(parent=None)}
    assert sorted(counts.values()) == [5, 8, 8, 8, 8, 8, 8, 8, 8]
    assert Snapshot.objects.filter(respondents=2).count() == 8
    assert set(Assessment.objects.filter(status="open").values_list("team__name", flat=True)) == {
        "Checkout",
        "Storage",  # which has stopped answering
    }


@pytest.mark.django_db
def test_the_demo_tells_of_change_and_of_none():
    demo.seed_demo(seed=1)

    verdicts = set(QuestionnaireScore.objects.values_list("changed", flat=True))
    assert verdicts == {True, False, None}
    assert len(set(Snapshot.objects.values_list("stage", flat=True))) >= 3


@pytest.mark.django_db
def test_the_history_belongs_to_rounds_and_in_the_open_one_two_teams_are_late():
    demo.seed_demo(seed=1, size=demo.Size(teams=6, assessments=3))

    rounds = Round.objects.order_by("number")
    assert [each.status for each in rounds] == ["closed", "closed", "open", "planned"]
    assert all(each.due_on < after.opens_on for each, after in pairwise(rounds))
    boards = [board_of(each, timezone.now()) for each in rounds[:3]]
    assert [board.submitted for board in boards] == [5, 5, 4]
    assert [row.team for row in boards[-1].late] == ["Checkout", "Storage"]


@pytest.mark.django_db
def test_every_login_of_the_contract_works(small):
    outcome = demo.seed_demo(seed=1, size=small)

    assert set(outcome.logins) == {
        f"{name}@demo.example" for name in ("owner", "manager", "lead", "member", "outsider")
    }
    for login in outcome.logins:
        assert User.objects.get(email=login).check_password("demo")


@pytest.mark.django_db
def test_the_outsider_has_no_place_in_the_demo_organization(small):
    demo.seed_demo(seed=1, size=small)

    outsider = User.objects.get(email="outsider@demo.example")
    team = Membership.objects.get(user__email="member@demo.example").team
    assert signed_in(outsider).get(team.get_absolute_url()).status_code == 404


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_demo(small):
    demo.seed_demo(seed=7, size=small)
    first = figures()
    Organization.objects.all().delete()
    User.objects.all().delete()

    demo.seed_demo(seed=7, size=small)

    assert figures() == first


@pytest.mark.django_db
def test_the_demo_refuses_to_mix_with_real_people(small):
    person("Real Person", "real.person@company.com")

    with pytest.raises(CommandError, match="This database holds real people"):
        call_command("seed_demo")

    assert User.objects.count() == 1


@pytest.mark.django_db
def test_seeding_again_changes_nothing(small, capsys):
    demo.seed_demo(seed=1, size=small)
    before = figures()

    call_command("seed_demo")

    assert capsys.readouterr().out == "The demo is there already; nothing was changed.\n"
    assert figures() == before


@pytest.mark.django_db
def test_make_run_makes_no_demo_where_anybody_is():
    person("Real Person", "real.person@company.com")

    call_command("seed_demo", "--if-empty")

    assert User.objects.count() == 1
