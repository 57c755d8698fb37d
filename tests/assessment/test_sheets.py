"""Closing sheets: what counts after a reopening, question by question, and how rows lie."""

import pytest
from django.db import connection

from assessment.lifecycle import Revealed, reopen, reveal
from assessment.models import Answer, Sheet
from assessment.models.answering import Mode
from assessment.sheets import Counted, answers_by_respondent, close_sheets
from teams.models import Role
from tests.assessment.sheets import answer_each, fill
from tests.conftest import join, person

GATE, SYMPTOMS, REVIEW = "noise.actionability", "noise.symptoms", "noise.review"
LEAST = 3


@pytest.fixture
def six(payments):
    """Six members of Payments."""
    people = [person(f"{name} Payments") for name in ("Amy", "Bob", "Cat", "Dan", "Fay", "Gus")]
    for member in people:
        join(member, payments, Role.MEMBER)
    return people


@pytest.fixture
def revealed(assessment, six):
    """Five of the six answered 2 to everything, and that was shown."""
    for member in six[:5]:
        fill(assessment, member, 2)
    close(assessment)
    return assessment


def close(assessment):
    counted = close_sheets(assessment, least=LEAST)
    assessment.reveals += 1
    return counted


def counted(assessment, key):
    """Return the counted answers to one question, in an order of their own."""
    sheets = answers_by_respondent(assessment).values()
    return sorted((sheet[key] for sheet in sheets if key in sheet), key=str)


def test_the_first_time_everything_counts(assessment, six):
    fill(assessment, six[0], 4, only=[GATE])

    assert close(assessment) is Counted.ALL
    assert counted(assessment, GATE) == [4]


def test_without_any_change_everything_counts_as_it_did(revealed):
    assert close(revealed) is Counted.ALL
    assert counted(revealed, GATE) == [2] * 5


def test_a_newcomer_beside_two_who_changed_another_question_does_not_count(revealed, six):
    """Three sheets differ, but in most questions one: their answers would be the difference."""
    fill(revealed, six[5], 4)
    for member in six[:2]:
        answer_each(revealed, member, {REVIEW: 3})

    assert close(revealed) is Counted.IN_PART
    assert counted(revealed, GATE) == [2] * 5
    assert counted(revealed, REVIEW) == [2, 2, 2, 3, 3, 4]


def test_notes_do_not_hide_whose_level_it_is(revealed, six):
    answer_each(revealed, six[0], {GATE: 4})
    Answer.objects.filter(question__key=GATE).update(note="seen again")

    assert close(revealed) is Counted.NOTHING_NEW
    assert counted(revealed, GATE) == [2] * 5


def test_other_kinds_of_answer_do_not_hide_whose_level_it_is(assessment, six):
    """Two move from don't know to not applicable while one gives a level: the mean would move."""
    for member in six[:3]:
        fill(assessment, member, 2)
    for member in six[3:]:
        fill(assessment, member, "dk")
    close(assessment)
    for member, answer in zip(six[3:], ("na", "na", 4), strict=True):
        answer_each(assessment, member, {GATE: answer})

    close(assessment)

    assert counted(assessment, GATE) == [2, 2, 2, "dk", "dk", "dk"]


def test_one_who_takes_a_level_back_still_counts(revealed, six):
    answer_each(revealed, six[0], {GATE: "dk"})

    close(revealed)

    assert counted(revealed, GATE) == [2] * 5


def test_three_new_levels_count(revealed, six):
    for member, level in zip(six[3:], (0, 4, 4), strict=True):
        answer_each(revealed, member, {GATE: level})

    assert close(revealed) is Counted.ALL
    assert counted(revealed, GATE) == [0, 2, 2, 2, 4, 4]


def test_a_question_of_which_nothing_was_shown_takes_any_answer(assessment, six):
    """Two answered it, so no figure of it was shown that a third answer could be taken from."""
    for member in six[:3]:
        fill(assessment, member, 2, only=[GATE])
    for member in six[:2]:
        answer_each(assessment, member, {SYMPTOMS: 3})
    close(assessment)
    answer_each(assessment, six[2], {SYMPTOMS: 4})

    assert close(assessment) is Counted.ALL
    assert counted(assessment, SYMPTOMS) == [3, 3, 4]


def test_what_waits_counts_as_soon_as_enough_differ_from_what_was_shown(revealed, six):
    answer_each(revealed, six[0], {GATE: 4})
    close(revealed)
    for member in six[1:3]:
        answer_each(revealed, member, {GATE: 4})

    assert close(revealed) is Counted.ALL
    assert counted(revealed, GATE) == [2, 2, 4, 4, 4]


def test_what_waits_is_on_its_sheet_all_the_same(revealed, six):
    answer_each(revealed, six[0], {GATE: 4})

    close(revealed)

    row = Answer.objects.get(sheet__respondent=revealed.respondent(six[0]), question__key=GATE)
    assert (row.answer, row.revealed_answer) == ("4", "2")


def test_a_reveal_says_that_some_questions_stand_as_before(assessment, six, lena):
    for member in six[:5]:
        fill(assessment, member, 2)
    reveal(assessment=assessment, by=lena)
    reopen(assessment=assessment)
    answer_each(assessment, six[0], {GATE: 4})
    for member in six[:3]:
        answer_each(assessment, member, {REVIEW: 3})

    assert reveal(assessment=assessment, by=lena) is Revealed.IN_PART
    assert counted(assessment, GATE) == [2] * 5
    assert counted(assessment, REVIEW) == [2, 2, 3, 3, 3]


def test_with_names_on_those_who_watch_from_outside_learn_no_single_change(assessment, six, lena):
    assessment.mode = Mode.OPEN
    assessment.save(update_fields=["mode"])
    for member in six[:5]:
        fill(assessment, member, 2)
    reveal(assessment=assessment, by=lena)
    reopen(assessment=assessment)
    answer_each(assessment, six[0], {GATE: 4})

    assert reveal(assessment=assessment, by=lena) is Revealed.AS_BEFORE
    assert counted(assessment, GATE) == [2] * 5


def test_two_with_names_on_may_change_whatever_they_like(assessment, six, lena):
    """Nothing of two people's answers was ever shown to anybody outside the team."""
    assessment.mode = Mode.OPEN
    assessment.save(update_fields=["mode"])
    for member in six[:2]:
        fill(assessment, member, 2)
    reveal(assessment=assessment, by=lena)
    reopen(assessment=assessment)
    answer_each(assessment, six[0], {GATE: 4})

    assert reveal(assessment=assessment, by=lena) is Revealed.NOW
    assert counted(assessment, GATE) == [2, 4]


def physical_order(table, column):
    """Return a column in the order in which the database keeps the rows."""
    place = "rowid" if connection.vendor == "sqlite" else "ctid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY {place}")  # noqa: S608 - our names
        return [row[0] for row in cursor.fetchall()]


def test_rows_lie_in_another_order_each_time(revealed):
    orders = set()
    for _ in range(4):
        close(revealed)
        orders.add(tuple(physical_order("assessment_sheet", "respondent")))
        orders.add(tuple(physical_order("assessment_answer", "question_id")))

    assert len(orders) > 4
    assert Sheet.objects.count() == 5
    assert Answer.objects.count() == 45


def test_a_late_sheet_that_does_not_count_does_not_lie_last(revealed, six):
    """Of twelve closings it would lie last each time, had only those that count been moved."""
    late = revealed.respondent(six[5])
    fill(revealed, six[5], 4)
    places = set()
    for _ in range(12):
        assert close(revealed) is Counted.NOTHING_NEW
        places.add(physical_order("assessment_sheet", "respondent").index(late))

    assert len(places) > 1
