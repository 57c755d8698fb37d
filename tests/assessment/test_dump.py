"""A copy of the database leads from no answer to a person without the key of the sheets."""

import hashlib
import hmac
from itertools import pairwise
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from assessment.lifecycle import finish, open_assessment, reopen, reveal, submit
from assessment.models import AgreedAnswer, Answer, Question, Sheet
from assessment.models.answering import AnswerChoice, respondent_key
from assessment.saving import Change, given_answer, save_answers
from teams.models import Role, User
from tests.assessment.conftest import QUESTIONNAIRES
from tests.conftest import join, person

QUESTIONS = [key for questions in QUESTIONNAIRES.values() for key, _ in questions]
SHEETS = ("assessment_sheet", "assessment_answer")
NAMES = ("Amy", "Bob", "Cat", "Dan", "Fay", "Gus", "Hal", "Ina", "Joe", "Kim", "Leo", "Mia")


@pytest.fixture
def people(payments):
    """Twelve members of Payments, who answer and finish in this order."""
    found = [person(f"{name} Payments") for name in NAMES]
    for member in found:
        join(member, payments, Role.MEMBER)
    return found


@pytest.fixture
def lived(payments, model, people, lena):
    """A submitted assessment and a revealed one, a leaver and a deleted account."""
    for number in range(2):
        assessment = open_assessment(team=payments, by=lena, length="full")
        for level, member in enumerate(people):
            answer(assessment, member, level % 5)
            finish(assessment=assessment, user=member)
        reveal(assessment=assessment, by=lena)
        reopen(assessment=assessment)
        for member in people[:4]:
            answer(assessment, member, 3, questions=QUESTIONS[:2], revision=1)
        reveal(assessment=assessment, by=lena)
        AgreedAnswer.objects.create(
            assessment=assessment,
            question=Question.objects.get(key=QUESTIONS[0]),
            answer=AnswerChoice.LEVEL_2,
            reason="We looked together.",
            by=lena,
        )
        if number == 0:
            submit(assessment=assessment, by=lena)
    payments.memberships.filter(user=people[0]).delete()
    people[1].delete()
    return assessment


def answer(assessment, member, level, *, questions=QUESTIONS, revision=0):
    changes = [Change(key, given_answer(str(level), ""), revision) for key in questions]
    save_answers(user=member, assessment_id=assessment.pk, changes=changes)


def dump() -> dict[str, list[dict[str, object]]]:
    """Return every row of every table, in the order in which the database keeps them."""
    place = "rowid" if connection.vendor == "sqlite" else "ctid"
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("guide_search"):
                continue  # the guide's text, in tables of the database's own making
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY {place}')  # noqa: S608 - our tables
            columns = [column[0] for column in cursor.description]
            found[table] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return found


def tables_that_know_people() -> set[str]:
    """Return the tables with a column that leads to a user, and the users themselves."""
    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model is User
        or any(field.related_model is User for field in model._meta.concrete_fields)
    }


def test_sheets_and_answers_have_these_columns_and_no_others(lived):
    columns = {table: set(rows[0]) for table, rows in dump().items() if table in SHEETS}

    assert columns == {
        "assessment_sheet": {"id", "assessment_id", "respondent"},
        "assessment_answer": {
            "id", "sheet_id", "question_id", "answer", "note", "revision", "revealed_answer",
            "revealed_note",
        },
    }  # fmt: skip


def test_no_other_table_leads_to_a_sheet(lived):
    leads = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if any(field.related_model in (Sheet, Answer) for field in model._meta.concrete_fields)
    }

    assert leads == {"assessment_answer"}


def test_no_moment_stands_beside_an_answer(lived):
    kinds = {type(field) for model in (Sheet, Answer) for field in model._meta.concrete_fields}

    assert not [kind for kind in kinds if issubclass(kind, (models.DateField, models.TimeField))]
    assert {each.pk.version for each in [*Sheet.objects.all(), *Answer.objects.all()]} == {4}


def test_who_finished_is_known_to_the_day(lived):
    (row, *_) = dump()["assessment_participation"]

    assert set(row) == {"id", "assessment_id", "user_id", "finished_on", "reminded_on"}
    assert len(str(row["finished_on"])) == len("2026-01-31")


def test_nothing_of_a_sheet_is_in_a_table_that_knows_people(lived):
    tables = dump()
    of_sheets = {
        str(value)
        for row in tables["assessment_sheet"]
        for name, value in row.items()
        if name != "assessment_id"
    }
    of_sheets |= {str(row["id"]) for row in tables["assessment_answer"]}
    elsewhere = {
        str(value)
        for table in tables
        if table not in SHEETS
        for row in tables[table]
        for value in row.values()
    }

    assert tables_that_know_people() >= {
        "teams_user",
        "teams_membership",
        "assessment_participation",
    }
    assert len(of_sheets) == 24 + 12 + 24 * 9  # sheets, who filled two of them each, and answers
    assert not of_sheets & elsewhere
    assert not [text for text in elsewhere if any(each in text for each in of_sheets)]


KEYS = ["", "key", "respondent", "rungs", "secret", "rungs respondent key", "payments", "harbour"]


def test_the_pseudonyms_cannot_be_made_from_what_the_database_holds(lived, payments, people):
    pseudonyms = {row["respondent"] for row in dump()["assessment_sheet"]}
    ids = range(User.objects.order_by("pk").last().pk + 20)
    messages = {
        form.format(user=user, team=team)
        for user in ids
        for team in (payments.pk, payments.slug, "")
        for form in ("{user}:{team}", "{team}:{user}", "{user}", "{user}{team}", "{user}-{team}")
    }
    messages |= {each.email for each in people} | {each.name for each in people}
    made = {hashlib.sha256(each.encode()).hexdigest() for each in messages}
    for key in KEYS:
        made |= {hmac.new(key.encode(), each.encode(), "sha256").hexdigest() for each in messages}

    assert len(pseudonyms) == 12
    assert not pseudonyms & made


def test_the_key_is_not_in_the_database(lived):
    values = {str(value) for rows in dump().values() for row in rows for value in row.values()}

    assert not [text for text in values if settings.RESPONDENT_KEY in text]


def test_with_the_key_one_persons_sheets_pair_up(lived, payments, people):
    theirs = respondent_key(people[3].pk, payments.pk)

    assert Sheet.objects.filter(respondent=theirs).count() == 2


def test_sheets_of_a_leaver_and_of_a_deleted_account_stay(lived):
    assert [each.sheets.count() for each in lived.team.assessments.all()] == [12, 12]


def place_of(tables, assessment, people):
    """Return the person's number for each sheet of an assessment, as the rows lie."""
    number = {respondent_key(each, assessment.team_id): at for at, each in enumerate(people)}
    return [
        number[row["respondent"]]
        for row in tables["assessment_sheet"]
        if UUID(str(row["assessment_id"])) == assessment.pk
    ]


def test_rows_lie_in_no_order_that_people_answered_or_finished_in(payments, model, people, lena):
    ids = [each.pk for each in people]
    assessment = open_assessment(team=payments, by=lena, length="full")
    for member in people:
        answer(assessment, member, 1)
    for member in reversed(people):
        finish(assessment=assessment, user=member)
    answered = place_of(dump(), assessment, ids)
    reveal(assessment=assessment, by=lena)

    lie = place_of(dump(), assessment, ids)

    assert answered == list(range(12))
    assert sorted(lie) == answered
    assert lie not in (answered, answered[::-1])
    if connection.vendor == "postgresql":
        assert len(writers_of(assessment)) == 1


def writers_of(assessment):
    """Return the transactions that wrote an assessment's sheets, which PostgreSQL keeps."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT xmin::text FROM assessment_sheet WHERE assessment_id = %s",
            [assessment.pk],
        )
        return cursor.fetchall()


def test_answers_of_one_sheet_do_not_lie_together(payments, model, people, lena):
    assessment = open_assessment(team=payments, by=lena, length="full")
    for member in people:
        answer(assessment, member, 1)
    reveal(assessment=assessment, by=lena)

    sheets = [row["sheet_id"] for row in dump()["assessment_answer"]]

    neighbours = sum(one == other for one, other in pairwise(sheets))
    assert len(sheets) == 108
    assert neighbours < 50  # 96 as they were answered, about 8 by chance
