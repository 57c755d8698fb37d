"""What each person sees at the start."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.lifecycle import finish
from assessment.models import Action, Exemption, Participation, Question
from teams.models import Role, Team
from tests.assessment.conftest import open_assessment
from tests.assessment.frozen import pulse, snapshot, submitted, too_few
from tests.conftest import join, person, signed_in

CHANGED = "Since last time, Noise and alert quality rose by 0.4. The rest is within noise."


def home(user):
    response = signed_in(user).get("/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def scored(payments, model):
    """Payments rose in noise; its overall score is 1.8 and its stage 1."""
    return snapshot(
        payments,
        model,
        {
            "noise": {"score": 2.34, "low": 1.9, "high": 2.7, "change": 0.44, "changed": True},
            "runbooks": {"score": 1.2, "low": 0.8, "high": 1.6, "change": 0.2, "changed": False},
        },
        overall=1.77,
        stage=1,
    )


# Signed out


def test_a_visitor_reads_what_this_is_and_may_look(client):
    html = client.get("/").content.decode()

    assert "Rungs shows a team how mature its automation of incident response is" in html
    assert "Example, invented figures" in html
    for address in ("/accounts/login/", "/accounts/signup/", "/guide/"):
        assert f'href="{address}"' in html


def test_the_demo_offers_its_logins(client, settings):
    settings.DEMO = True

    html = client.get("/").content.decode()

    for who in ("owner", "manager", "lead", "member"):
        assert f"{who}@demo.example" in html
    assert "the password is <code>demo</code>" in html


def test_an_installation_of_one_s_own_offers_no_demo(client):
    assert "demo" not in client.get("/").content.decode().lower()


def test_a_visitor_costs_no_query(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert client.get("/").status_code == 200


def test_a_visitor_sees_nothing_of_anybody(client, scored):
    html = client.get("/").content.decode()

    assert "Payments" not in html
    assert "Harbour" not in html


# What do I owe?


def test_an_open_assessment_of_my_team_waits_for_me(mary, assessment):
    html = home(mary)

    assert "Assessment of Payments" in html
    assert f'href="{assessment.get_absolute_url()}">Continue' in html
    assert "You have finished" not in html


def test_when_i_have_finished_nothing_waits(mary, assessment):
    finish(assessment=assessment, user=mary)

    html = home(mary)

    assert "Nothing waits for you." in html
    assert "You have finished the assessment of Payments." in html


def test_that_others_have_finished_changes_nothing_for_me(mary, lena, assessment):
    finish(assessment=assessment, user=lena)
    Participation.objects.create(assessment=assessment, user=mary)

    assert f'href="{assessment.get_absolute_url()}">Continue' in home(mary)


def test_a_passed_date_is_named(mary, assessment):
    assessment.due_on = timezone.localdate() - timedelta(days=1)
    assessment.save()

    assert "overdue" in home(mary)


def test_a_date_of_today_is_not_overdue(mary, assessment):
    assessment.due_on = timezone.localdate()
    assessment.save()

    assert "overdue" not in home(mary)


def test_the_most_urgent_comes_first(mary, harbour, assessment, model):
    soon = Team.objects.create(organization=harbour, name="Soon", slug="soon")
    join(mary, soon, Role.MEMBER)
    urgent = open_assessment(soon, model)
    urgent.due_on = timezone.localdate()
    urgent.save()

    html = home(mary)

    assert html.index("Assessment of Soon") < html.index("Assessment of Payments")


def test_a_talk_of_my_team_waits_for_me(mary, assessment):
    assessment.status, assessment.reveals = "revealed", 1
    assessment.revealed_at = timezone.now()
    assessment.save()
    finish(assessment=assessment, user=mary)

    html = home(mary)

    assert "Talk: Payments" in html
    assert "The team is talking it over." in html
    assert f'href="{assessment.get_absolute_url()}talk/">Join the talk' in html
    assert "You have finished" not in html
    assert "Nothing waits for you." not in html


def test_an_assessment_on_one_sheet_says_so(mary, assessment):
    assessment.mode = "consensus"
    assessment.save()

    assert "answered together" in home(mary)


def test_my_open_actions_stand_by_due_date_and_say_what_is_late(mary, lena, payments):
    today = timezone.localdate()
    note = partial(Action.objects.create, team=payments)
    note(text="Undated", owner=mary)
    note(text="Later", owner=mary, due_on=today)
    note(text="Late", owner=mary, due_on=today - timedelta(days=1))
    note(text="Over", owner=mary, due_on=today, status="done", closed_at=timezone.now())
    note(text="Lena's", owner=lena, due_on=today)
    note(text="Nobody's")

    said = home(mary).split('id="waiting"')[1].split("</section>")[0]

    assert re.findall(r"<h3>(.*?)</h3>", said) == ["Late", "Later", "Undated"]
    assert said.count("overdue") == 1
    assert f'href="{payments.get_absolute_url()}">Payments</a>' in said


def owed(user):
    """What waits for somebody, in the order of the page."""
    said = home(user).split('id="waiting"')[1].split("</section>")[0]
    return re.findall(r"<h3>(.*?)</h3>", said)


def test_everything_i_owe_stands_in_one_list_by_due_date(lena, mary, payments, assessment):
    today = timezone.localdate()
    note = partial(Action.objects.create, team=payments, owner=lena)
    note(text="Late", due_on=today - timedelta(days=1))
    note(text="Begun", due_on=today + timedelta(days=9), status="doing")
    note(text="Undated")
    assessment.due_on = today + timedelta(days=3)
    assessment.save()
    review(payments, until=today + timedelta(days=5))

    assert owed(lena) == [
        "Late",
        "Assessment of Payments",
        "Look again at “A regular look at what paged and why”",
        "Begun",
        "Undated",
    ]


def test_an_assessment_without_a_day_waits_now(mary, payments, assessment):
    today = timezone.localdate()
    note = partial(Action.objects.create, team=payments, owner=mary)
    note(text="Late", due_on=today - timedelta(days=1))
    note(text="Soon", due_on=today + timedelta(days=1))

    assert owed(mary) == ["Late", "Assessment of Payments", "Soon"]


def test_an_action_leads_to_its_own_page(mary, payments):
    action = Action.objects.create(team=payments, text="Silence the disk alert", owner=mary)

    assert f'href="{payments.get_absolute_url()}actions/{action.pk}/">Open' in home(mary)


def test_when_everybody_has_finished_the_lead_owes_the_reveal(lena, mary, assessment):
    finish(assessment=assessment, user=lena)
    assert owed(lena) == []

    finish(assessment=assessment, user=mary)

    assert owed(lena) == ["Reveal: Payments"]
    assert "2 of 2 have finished." in home(lena)
    assert owed(mary) == []


def test_when_the_day_is_over_the_lead_owes_the_reveal_whoever_has_finished(lena, mary, assessment):
    assessment.due_on = timezone.localdate() - timedelta(days=1)
    assessment.save()
    finish(assessment=assessment, user=lena)

    assert owed(lena) == ["Reveal: Payments"]
    assert owed(mary) == ["Assessment of Payments"]


def test_who_left_the_team_is_not_waited_for(lena, mary, assessment):
    finish(assessment=assessment, user=lena)
    finish(assessment=assessment, user=mary)
    mary.memberships.all().delete()

    assert "1 of 1 has finished." in home(lena)


def test_on_one_sheet_the_lead_owes_the_submit_once_the_day_is_over(lena, mary, assessment):
    assessment.mode, assessment.due_on = "consensus", timezone.localdate() - timedelta(days=1)
    assessment.save()

    assert owed(lena) == ["Submit: Payments", "Assessment of Payments"]
    assert owed(mary) == ["Assessment of Payments"]


def test_the_lead_reads_at_the_talk_that_they_submit_it(lena, mary, assessment):
    assessment.status, assessment.reveals = "revealed", 1
    assessment.revealed_at = timezone.now()
    assessment.save()

    assert "When you have talked, you submit it." in home(lena)
    assert "When you have talked, you submit it." not in home(mary)


def review(team, until, **fields):
    question = Question.objects.get(key="noise.review")
    return Exemption.objects.create(
        team=team, question=question, kind="risk", reason="Old", until=until, **fields
    )


@pytest.mark.parametrize(
    ("days", "shown"), [(-1, False), (0, True), (14, True), (15, False)], ids=str
)
def test_the_lead_looks_again_at_what_was_put_aside_two_weeks_before(
    days, shown, lena, payments, model
):
    review(payments, timezone.localdate() + timedelta(days=days))

    assert bool(owed(lena)) == shown


def test_nobody_else_reviews_and_what_was_ended_needs_no_review(lena, mary, sam, payments, model):
    review(payments, timezone.localdate(), ended_at=timezone.now())
    assert owed(lena) == []

    review(payments, timezone.localdate())
    assert (owed(lena) != [], owed(mary), owed(sam)) == (True, [], [])


def test_who_left_the_team_owes_it_nothing(mary, search_team, payments):
    Action.objects.create(team=payments, text="Silence the disk alert", owner=mary)
    mary.memberships.all().delete()
    join(mary, search_team, Role.MEMBER)

    assert "Silence the disk alert" not in home(mary)


@pytest.mark.parametrize("who", ["sam", "olga", "max_", "eve"])
def test_another_team_s_assessment_waits_for_nobody_else(who, assessment, request):
    assert "Assessment of Payments" not in home(request.getfixturevalue(who))


# What changed?


@pytest.mark.parametrize("who", ["mary", "lena"])
def test_my_team_s_last_profile_and_what_changed(who, scored, request):
    html = home(request.getfixturevalue(who))

    assert CHANGED in html
    scores = f"{scored.team.get_absolute_url()}assessments/{scored.assessment_id}/scores/"
    assert f'<a href="{scores}#stage">Stage 1, Ad hoc</a>' in html
    assert f'<a href="{scores}#overall">overall 1.8</a> · assessed' in html
    assert f'<a class="numbers" href="{scores}noise/">2.3</a>' in html


@pytest.mark.parametrize(("score", "shown"), [(2.25, "2.2"), (2.35, "2.4"), (2.75, "2.8")])
def test_a_score_reads_the_same_on_every_page(score, shown, lena, max_, payments, model):
    frozen = snapshot(payments, model, {"noise": score, "runbooks": score}, overall=score, stage=1)
    scores = f"assessments/{frozen.assessment_id}/scores/"

    at_home = home(lena)
    assert f'{scores}noise/">{shown}</a>' in at_home
    assert f'{scores}#overall">overall {shown}</a> · ' in at_home
    team = signed_in(lena).get(payments.get_absolute_url()).content.decode()
    assert f'Mean of the core scores <a href="{scores}#overall">{shown}</a>;' in team
    compared = signed_in(max_).get("/organizations/harbour/").content.decode()
    assert compared.count(f">{shown}<span") == 3


def test_templates_round_as_python_does():
    templates = (settings.BASE_DIR / "templates").rglob("*.*")
    assert [each.name for each in templates if "floatformat" in each.read_text()] == []


@pytest.mark.parametrize("who", ["sam", "olga", "max_", "eve"])
def test_nobody_else_gets_the_profile_on_their_home(who, scored, request):
    assert CHANGED not in home(request.getfixturevalue(who))


def test_two_respondents_have_no_profile(mary, payments, model):
    too_few(payments, model)

    html = home(mary)

    assert "2 of 6 answered: too few answers to show." in html
    assert "small-profile" not in html


def test_what_two_people_answered_is_on_no_card(mary, payments, model):
    submitted(payments, model, {"amy": {"*": 3}, "bob": {"*": 3, "noise.review": 4}})

    html = home(mary)

    assert "2 of 2 answered: too few answers to show." in html
    assert not re.search(r"\b3\.\d", html)
    assert "Stage" not in html


def test_a_pulse_holds_no_score(mary, payments, model):
    pulse(payments, model)

    assert "The last assessment was a pulse, which holds no score." in home(mary)


def test_a_team_without_an_assessment_says_what_will_appear(mary):
    assert "No assessment yet." in home(mary)


# What I look after


@pytest.mark.parametrize("who", ["olga", "max_"])
def test_owners_and_managers_go_to_the_comparison(who, request, search_team, assessment):
    html = home(request.getfixturevalue(who))

    assert 'href="/organizations/harbour/"' in html
    assert "Compare its 3 teams; 1 assessment open" in html
    assert "You are in no team yet" not in html


def test_a_member_is_offered_no_comparison(mary):
    assert "What you look after" not in home(mary)


def test_somebody_without_a_team_is_told_how_to_start(db):
    nora = person("Nora New", "nora@new.example")

    html = home(nora)

    assert "You are in no team yet" in html
    assert 'href="/organizations/new/"' in html
    assert "an invitation to nora@new.example" in html


# As much work for many teams as for one


def test_more_teams_take_no_more_queries(mary, harbour, scored, model):
    client = signed_in(mary)
    client.get("/")  # each process reads a published model once
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    for number in range(10):
        team = Team.objects.create(organization=harbour, name=f"T{number}", slug=f"t{number}")
        join(mary, team, Role.LEAD)
        snapshot(team, model, {"noise": 1.0, "runbooks": 2.0})
        Action.objects.create(team=team, text="Do it", owner=mary)
        review(team, timezone.localdate())
        open_assessment(team, model)
    with CaptureQueriesContext(connection) as many:
        client.get("/")

    assert len(many) == len(few) <= 12
