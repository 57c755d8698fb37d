"""Reveal, reopen and submit: what counts, when, and what the snapshot keeps of the talk."""

import pytest

from assessment.lifecycle import (
    NotPossible,
    Revealed,
    open_assessment,
    reopen,
    reveal,
    submit,
)
from assessment.models import AgreedAnswer, Answer, Question, Talk
from assessment.sheets import answers_by_respondent
from tests.assessment.sheets import answer_each, fill

GATE = "noise.actionability"


def agree(assessment, key, answer, reason="We looked together."):
    question = Question.objects.get(
        key=key, questionnaire__maturity_model=assessment.maturity_model
    )
    return AgreedAnswer.objects.create(
        assessment=assessment, question=question, answer=answer, reason=reason
    )


def counted(assessment, key=GATE):
    """Return the counted answers to one question, lowest first."""
    return sorted(sheet[key] for sheet in answers_by_respondent(assessment).values())


def score_of(snapshot, key="noise"):
    return snapshot.scores.get(questionnaire__key=key)


# Reveal ----------------------------------------------------------------------------------------


def test_a_reveal_closes_the_sheets_and_starts_the_talk(answered, lena):
    assert reveal(assessment=answered, by=lena) is Revealed.NOW

    answered.refresh_from_db()
    assert answered.is_revealed
    assert (answered.reveals, answered.revealed_by) == (1, lena)
    assert Talk.objects.get(assessment=answered).facilitator == lena
    assert counted(answered) == [1, 2, 2, 2, 3]


def test_nothing_counts_before_the_reveal(answered):
    assert answers_by_respondent(answered) == {}


def test_revealing_again_changes_nothing(answered, lena, five):
    reveal(assessment=answered, by=lena)

    assert reveal(assessment=answered, by=five[0]) is Revealed.ALREADY
    answered.refresh_from_db()
    assert (answered.reveals, answered.revealed_by) == (1, lena)


def test_two_sheets_are_too_few_and_it_says_how_many_are_missing(assessment, five, lena):
    fill(assessment, five[0], 2)
    fill(assessment, five[1], 3)

    with pytest.raises(NotPossible, match=r"^2 people have answered, .* 1 more to go\."):
        reveal(assessment=assessment, by=lena)

    assessment.refresh_from_db()
    assert assessment.is_open
    assert assessment.reveals == 0


def test_an_organization_that_asks_for_five_waits_for_five(harbour, payments, model, five, lena):
    harbour.least_answers = 5
    harbour.save()
    payments.organization.refresh_from_db()
    strict = open_assessment(team=payments, by=lena, length="full")
    for member in five[:4]:
        fill(strict, member, 2)

    with pytest.raises(NotPossible, match="results are shown from 5 on"):
        reveal(assessment=strict, by=lena)


def test_what_an_organization_settles_later_leaves_an_open_assessment_as_it_was(
    harbour, payments, model, five, lena
):
    opened = open_assessment(team=payments, by=lena, length="full")
    harbour.least_answers = 10
    harbour.save()
    for member in five[:3]:
        fill(opened, member, 2)

    assert reveal(assessment=opened, by=lena) is Revealed.NOW


def test_two_people_may_reveal_to_each_other_what_they_answer_openly(payments, model, five, lena):
    openly = open_assessment(team=payments, by=lena, length="full", mode="open")
    fill(openly, five[0], 2)
    fill(openly, five[1], 3)

    assert reveal(assessment=openly, by=lena) is Revealed.NOW


def test_one_sheet_for_all_has_nothing_to_reveal(payments, model, mary, lena):
    together = open_assessment(team=payments, by=lena, length="full", mode="consensus")
    fill(together, mary, 2)

    with pytest.raises(NotPossible, match="There is nothing to reveal"):
        reveal(assessment=together, by=lena)


def test_the_answers_keep_their_notes_and_revisions(answered, lena):
    Answer.objects.update(revision=7)

    reveal(assessment=answered, by=lena)

    rows = set(Answer.objects.values_list("revision", "note", "revealed_note"))
    assert rows == {(7, "because", "because")}
    assert Answer.objects.count() == 45


# Reopen ----------------------------------------------------------------------------------------


@pytest.fixture
def reopened(answered, lena):
    """Revealed once, and open again."""
    reveal(assessment=answered, by=lena)
    assert reopen(assessment=answered)
    return answered


def test_what_two_people_change_after_a_reopening_counts_for_nothing(reopened, five, lena):
    for member in five[:2]:
        answer_each(reopened, member, {GATE: 4})

    assert reveal(assessment=reopened, by=lena) is Revealed.AS_BEFORE

    reopened.refresh_from_db()
    assert (reopened.is_revealed, reopened.reveals) == (True, 1)
    assert counted(reopened) == [1, 2, 2, 2, 3]


def test_what_two_people_changed_is_kept_all_the_same(reopened, five, lena):
    for member in five[:2]:
        answer_each(reopened, member, {GATE: 4})

    reveal(assessment=reopened, by=lena)

    assert Answer.objects.filter(question__key=GATE, answer="4").count() == 2


def test_what_three_people_change_makes_a_new_result(reopened, five, lena):
    for member in five[:3]:
        answer_each(reopened, member, {GATE: 4})

    assert reveal(assessment=reopened, by=lena) is Revealed.NOW

    reopened.refresh_from_db()
    assert reopened.reveals == 2
    assert counted(reopened) == [2, 3, 4, 4, 4]


def test_a_note_alone_is_a_change(reopened, five, lena):
    Answer.objects.filter(question__key=GATE).update(note="seen again")

    assert reveal(assessment=reopened, by=lena) is Revealed.NOW


def test_one_newcomer_after_a_reopening_does_not_count(reopened, lena, mary):
    fill(reopened, mary, 4)

    reveal(assessment=reopened, by=lena)

    assert counted(reopened) == [1, 2, 2, 2, 3]


def test_a_submit_after_a_reopening_counts_as_a_reveal_does(reopened, five, lena):
    answer_each(reopened, five[0], {GATE: 4})

    snapshot, _ = submit(assessment=reopened, by=lena)

    assert snapshot.question_scores.get(question__key=GATE).mean == 2.0


def test_a_submitted_assessment_is_not_opened_again(answered, lena):
    submit(assessment=answered, by=lena)

    with pytest.raises(NotPossible, match="its answers stand as they are"):
        reopen(assessment=answered)


def test_a_submitted_assessment_is_not_revealed_again(answered, lena):
    submit(assessment=answered, by=lena)

    with pytest.raises(NotPossible, match="submitted already"):
        reveal(assessment=answered, by=lena)


def test_a_revealed_assessment_keeps_a_team_from_opening_another(answered, payments, lena):
    reveal(assessment=answered, by=lena)

    with pytest.raises(NotPossible, match="has an open assessment already"):
        open_assessment(team=payments, by=lena, length="full")


# What the snapshot keeps of the talk -------------------------------------------------------------


def test_the_snapshot_keeps_both_scores(answered, lena):
    reveal(assessment=answered, by=lena)
    agree(answered, GATE, "4")

    noise = score_of(submit(assessment=answered, by=lena)[0])

    assert (noise.score, noise.as_answered, noise.agreed) == (2.5, 2.0, 1)


def test_the_agreed_question_keeps_its_mean_as_answered(answered, lena):
    agree(answered, GATE, "4")

    snapshot, _ = submit(assessment=answered, by=lena)

    row = snapshot.question_scores.get(question__key=GATE)
    assert (row.mean, row.agreed, row.as_answered, row.agreement) == (4.0, True, 2.0, "together")


def test_a_questionnaire_nobody_agreed_on_has_one_score(answered, lena):
    agree(answered, GATE, "4")

    runbooks = score_of(submit(assessment=answered, by=lena)[0], "runbooks")

    assert (runbooks.score, runbooks.as_answered, runbooks.agreed) == (2.0, None, 0)


def test_left_as_it_is_changes_no_score(answered, lena):
    agree(answered, GATE, None, reason="")

    noise = score_of(submit(assessment=answered, by=lena)[0])

    assert (noise.score, noise.as_answered, noise.agreed) == (2.0, None, 0)


def test_an_agreed_answer_opens_a_gate(answered, lena):
    for key in ("noise.actionability", "noise.symptoms", "noise.grouping", "noise.review"):
        agree(answered, key, "3")

    assert score_of(submit(assessment=answered, by=lena)[0]).level == 3


def test_agreed_not_applicable_drops_the_question(answered, lena):
    agree(answered, GATE, "na")

    snapshot, _ = submit(assessment=answered, by=lena)

    assert snapshot.question_scores.get(question__key=GATE).applicable is False


def test_the_sheets_stay_as_they_were(answered, lena):
    reveal(assessment=answered, by=lena)
    agree(answered, GATE, "4")

    submit(assessment=answered, by=lena)

    assert counted(answered) == [1, 2, 2, 2, 3]


def test_one_sheet_makes_a_score_without_an_interval(payments, model, mary, lena):
    together = open_assessment(team=payments, by=lena, length="full", mode="consensus")
    fill(together, mary, 2)
    answer_each(together, lena, {GATE: 3})

    snapshot, _ = submit(assessment=together, by=lena)

    noise = score_of(snapshot)
    assert (snapshot.mode, snapshot.enough, snapshot.respondents) == ("consensus", True, 1)
    assert (noise.score, noise.low, noise.high, noise.level) == (2.25, None, None, 2)
    assert (noise.rwg, noise.changed) == (None, None)
