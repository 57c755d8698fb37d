"""Submit freezes a snapshot once; what it holds is what scoring says."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from assessment.models import (
    Answer,
    Assessment,
    Participation,
    Question,
    QuestionnaireScore,
    QuestionScore,
    Sheet,
    Snapshot,
)
from assessment.models.answering import respondent_key
from assessment.submitting import NotPossible, finish, open_assessment, submit
from teams.models import Role
from tests.conftest import join, person, signed_in


def fill(assessment, user, answer, *, only=None):
    """Give one answer to every question of the assessment, or to some."""
    sheet = Sheet.objects.create(
        assessment=assessment, respondent=respondent_key(user.pk, assessment.team_id)
    )
    questions = Question.objects.filter(questionnaire__maturity_model=assessment.maturity_model)
    for question in questions.filter(key__in=only) if only else questions:
        Answer.objects.create(sheet=sheet, question=question, answer=str(answer), note="because")


@pytest.fixture
def five(payments):
    """Five members of Payments."""
    people = [person(f"{name} Payments") for name in ("Amy", "Bob", "Cat", "Dan", "Fay")]
    for member in people:
        join(member, payments, Role.MEMBER)
    return people


@pytest.fixture
def answered(assessment, five):
    """Five sheets: 1, 2, 2, 2, 3 everywhere."""
    for member, answer in zip(five, (1, 2, 2, 2, 3), strict=True):
        fill(assessment, member, answer)
    return assessment


def score_of(snapshot, key="noise"):
    return snapshot.scores.get(questionnaire__key=key)


def test_the_snapshot_holds_score_interval_and_level(answered, lena):
    snapshot, now = submit(assessment=answered, by=lena)

    noise = score_of(snapshot)
    assert now
    assert (noise.score, noise.level, noise.respondents, noise.why_not) == (2.0, 2, 5, "")
    assert (round(noise.low, 4), round(noise.high, 4)) == (1.3857, 2.6143)
    assert (snapshot.respondents, snapshot.invited) == (5, 6)
    assert (snapshot.stage, snapshot.overall) == (2, 2.0)


def test_what_blocks_the_next_level_is_kept(answered, lena):
    snapshot, _ = submit(assessment=answered, by=lena)

    assert score_of(snapshot).blocked_by == [
        {"question": "noise.actionability", "rules": ["share", "gate"]},
        {"question": "noise.symptoms", "rules": ["share"]},
        {"question": "noise.grouping", "rules": ["share"]},
        {"question": "noise.review", "rules": ["share"]},
    ]


def test_every_asked_question_has_its_row(answered, lena):
    snapshot, _ = submit(assessment=answered, by=lena)

    rows = QuestionScore.objects.filter(snapshot=snapshot)
    assert set(rows.values_list("answered", "mean", "agreement")) == {(5, 2.0, "together")}
    assert rows.count() == 9


def test_two_people_make_no_score(assessment, five, lena):
    fill(assessment, five[0], 2)
    fill(assessment, five[1], 3)

    snapshot, _ = submit(assessment=assessment, by=lena)

    noise = score_of(snapshot)
    assert (noise.score, noise.low, noise.level) == (None, None, None)
    assert noise.why_not == "waiting for answers"
    assert (snapshot.stage, snapshot.overall) == (None, None)


def test_nobody_answered_and_nothing_is_submitted(assessment, lena):
    with pytest.raises(NotPossible, match="Nobody has answered yet"):
        submit(assessment=assessment, by=lena)

    assessment.refresh_from_db()
    assert assessment.is_open
    assert Snapshot.objects.count() == 0


def test_submitting_again_changes_nothing(answered, lena):
    first, _ = submit(assessment=answered, by=lena)

    assert submit(assessment=answered, by=lena) == (first, False)
    assert QuestionnaireScore.objects.count() == 2


def test_the_same_people_are_compared_with_themselves(answered, five, lena, payments, model):
    submit(assessment=answered, by=lena)
    later = open_assessment(team=payments, by=lena, length="full")
    for member, answer in zip(five, (2, 3, 3, 3, 4), strict=True):
        fill(later, member, answer)

    snapshot, _ = submit(assessment=later, by=lena)

    noise = score_of(snapshot)
    assert (noise.change, noise.change_linked, noise.change_questions) == (1.0, 5, 4)
    assert noise.changed is True


def test_other_people_are_compared_as_groups(answered, lena, payments, model):
    submit(assessment=answered, by=lena)
    later = open_assessment(team=payments, by=lena, length="full")
    for name, answer in zip(("Gus", "Hal", "Ina"), (2, 3, 3), strict=True):
        fill(later, person(f"{name} New"), answer)

    snapshot, _ = submit(assessment=later, by=lena)

    noise = score_of(snapshot)
    assert (round(noise.change, 4), noise.change_linked, noise.changed) == (0.6667, None, False)


def test_the_first_assessment_has_nothing_to_compare_with(answered, lena):
    snapshot, _ = submit(assessment=answered, by=lena)

    assert (score_of(snapshot).change, score_of(snapshot).changed) == (None, None)


def test_a_pulse_holds_no_score(payments, model, five, lena):
    pulse = open_assessment(team=payments, by=lena, length="pulse")
    for member in five:
        fill(pulse, member, 3, only=["noise.actionability", "noise.symptoms"])

    snapshot, _ = submit(assessment=pulse, by=lena)

    noise = score_of(snapshot)
    assert (noise.score, noise.level, noise.why_not) == (None, None, "pulse")
    assert snapshot.question_scores.count() == 4


def test_a_pulse_in_between_does_not_end_the_comparison(answered, five, lena, payments, model):
    submit(assessment=answered, by=lena)
    pulse = open_assessment(team=payments, by=lena, length="pulse")
    fill(pulse, five[0], 3, only=["noise.actionability"])
    submit(assessment=pulse, by=lena)
    later = open_assessment(team=payments, by=lena, length="full")
    for member, answer in zip(five, (2, 3, 3, 3, 4), strict=True):
        fill(later, member, answer)

    snapshot, _ = submit(assessment=later, by=lena)

    assert score_of(snapshot).change == 1.0


def test_a_leaver_still_counts(answered, five, lena, payments):
    payments.memberships.filter(user__in=five[:3]).delete()

    snapshot, _ = submit(assessment=answered, by=lena)

    assert (snapshot.respondents, snapshot.invited) == (5, 5)


def test_a_sheet_holds_no_user(answered, five):
    columns = {field.name for field in Sheet._meta.get_fields()}
    assert columns == {"id", "assessment", "respondent", "answers"}
    keys = set(Sheet.objects.values_list("respondent", flat=True))
    assert keys == {respondent_key(member.pk, answered.team_id) for member in five}


def test_one_person_in_two_teams_has_two_pseudonyms(payments, search_team, mary):
    assert respondent_key(mary.pk, payments.pk) != respondent_key(mary.pk, search_team.pk)


def test_finishing_is_kept_to_the_day(assessment, mary):
    finish(assessment=assessment, user=mary)
    finish(assessment=assessment, user=mary)

    assert list(Participation.objects.values_list("user__name", "finished_on")) == [
        ("Mary Member", timezone.localdate())
    ]


def test_a_team_has_one_open_assessment(payments, model, lena):
    open_assessment(team=payments, by=lena, length="full")

    with pytest.raises(NotPossible, match="has an open assessment already"):
        open_assessment(team=payments, by=lena, length="core")


def test_the_database_holds_one_open_assessment_to_the_team(assessment, model, payments):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        Assessment.objects.create(team=payments, maturity_model=model)


@pytest.mark.django_db(transaction=True)
def test_twenty_submits_at_once_make_one_snapshot(answered, lena):
    def press(_):
        try:
            return submit(assessment=answered, by=lena)[1]
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        did_it = list(pool.map(press, range(20)))

    assert sum(did_it) == 1
    assert Snapshot.objects.count() == 1
    assert QuestionnaireScore.objects.count() == 2


# The pages -------------------------------------------------------------------------------------


def address(assessment, end=""):
    return assessment.get_absolute_url() + end


def test_the_lead_opens_an_assessment(lena, payments, model):
    due = timezone.localdate() + timedelta(days=10)

    response = signed_in(lena).post(
        payments.get_absolute_url() + "assessments/new/", {"length": "core", "due_on": due}
    )

    opened = Assessment.objects.get()
    assert (opened.length, opened.due_on, opened.opened_by) == ("core", due, lena)
    assert response.headers["Location"] == address(opened)


def test_a_day_that_is_over_is_refused(lena, payments, model):
    response = signed_in(lena).post(
        payments.get_absolute_url() + "assessments/new/",
        {"length": "core", "due_on": "2020-01-01"},
    )

    assert "That day is over." in response.text
    assert Assessment.objects.count() == 0


@pytest.mark.parametrize(
    ("who", "status"),
    [("olga", 200), ("lena", 200), ("max_", 403), ("mary", 403), ("sam", 404), ("eve", 404)],
)
def test_who_may_open_an_assessment(who, status, request, payments, model):
    client = signed_in(request.getfixturevalue(who))

    assert client.get(payments.get_absolute_url() + "assessments/new/").status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [("olga", 200), ("max_", 200), ("lena", 200), ("mary", 200), ("sam", 404), ("eve", 404)],
)
def test_who_may_see_who_has_finished(who, status, request, assessment):
    client = signed_in(request.getfixturevalue(who))

    assert client.get(address(assessment)).status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [("olga", 302), ("lena", 302), ("max_", 403), ("mary", 403), ("sam", 404), ("eve", 404)],
)
def test_who_may_submit(who, status, request, answered):
    client = signed_in(request.getfixturevalue(who))

    assert client.post(address(answered, "submit/")).status_code == status
    assert Snapshot.objects.count() == (1 if status == 302 else 0)


def test_the_page_says_who_has_finished_and_never_what(assessment, mary, lena):
    fill(assessment, mary, 3)
    finish(assessment=assessment, user=mary)

    page = signed_in(lena).get(address(assessment)).text

    assert '<span class="tag tag-good">finished</span> Mary Member' in page
    assert '<span class="tag">not yet</span> Lena Lead' in page
    assert "because" not in page


def test_a_member_sees_their_own_progress_only(assessment, mary, lena):
    fill(assessment, mary, 3, only=["noise.actionability"])

    assert "1 of 9 answered" in signed_in(mary).get(address(assessment)).text
    assert "0 of 9 answered" in signed_in(lena).get(address(assessment)).text


def test_continue_leads_to_the_first_unanswered_question(assessment, mary):
    fill(assessment, mary, 3, only=["noise.actionability"])

    page = signed_in(mary).get(address(assessment)).text

    assert address(assessment, "noise/#noise.symptoms") in page


def test_another_teams_assessment_is_not_found_through_ones_own(assessment, sam, search_team):
    mixed = f"{search_team.get_absolute_url()}assessments/{assessment.pk}/"

    assert signed_in(sam).get(mixed).status_code == 404
