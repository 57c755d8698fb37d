"""Submit freezes a snapshot once; what it holds is what scoring says."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from assessment.lifecycle import NotPossible, finish, open_assessment, submit
from assessment.models import (
    Assessment,
    Participation,
    QuestionnaireScore,
    QuestionScore,
    Sheet,
    Snapshot,
)
from assessment.models.answering import respondent_key
from tests.assessment.sheets import fill
from tests.conftest import person


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
