"""Changing the key of the pseudonyms keeps what belongs together, and leads to nobody else."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from assessment.models import Answer, Sheet
from assessment.models.answering import TOGETHER, Mode, respondent_key
from tests.assessment.conftest import open_assessment
from tests.assessment.sheets import fill
from tests.conftest import join, person

OLD, NEW = "the key until today", "the key from now on"


@pytest.fixture
def under_the_old_key(settings):
    settings.RESPONDENT_KEY = OLD


@pytest.fixture
def assessments(under_the_old_key, payments, model):
    """Two of Payments, one after the other."""
    first = open_assessment(payments, model)
    first.status, first.submitted_at = "submitted", first.opened_at
    first.save()
    return first, open_assessment(payments, model)


@pytest.fixture
def answered(assessments, lena, mary):
    """Lena and Mary answered both."""
    for assessment in assessments:
        fill(assessment, lena, 3)
        fill(assessment, mary, 1)
    return assessments


def rotate(settings, *, old=OLD, new=NEW):
    settings.RESPONDENT_KEY, settings.RESPONDENT_KEY_OLD = new, old
    out = StringIO()
    call_command("rotate_respondent_key", "--json", stdout=out)
    return json.loads(out.getvalue())


def pseudonyms(assessment):
    return set(assessment.sheets.values_list("respondent", flat=True))


def test_every_sheet_goes_to_the_new_key(settings, answered, payments, lena, mary):
    assert rotate(settings) == {
        "rekeyed": 4,
        "under_the_new_key": 0,
        "of_nobody": 0,
        "filled_together": 0,
    }

    now = {respondent_key(each.pk, payments.pk, key=NEW) for each in (lena, mary)}
    assert [pseudonyms(each) for each in answered] == [now, now]


def test_the_answers_stay_with_their_sheets(settings, answered, mary):
    rotate(settings)

    own = Answer.objects.filter(sheet__respondent=answered[1].respondent(mary))
    assert set(own.values_list("answer", flat=True)) == {"1"}
    assert Answer.objects.count() == 36


def test_whoever_has_left_pairs_up_again_on_coming_back(settings, answered, payments, mary):
    payments.memberships.filter(user=mary).delete()

    rotate(settings)

    assert answered[0].respondent(mary) in pseudonyms(answered[0])


def test_a_deleted_accounts_sheets_stay_together_and_lead_to_nobody(
    settings, answered, payments, mary
):
    left = mary.pk
    mary.delete()

    assert rotate(settings)["of_nobody"] == 2

    (fresh,) = pseudonyms(answered[0]) & pseudonyms(answered[1]) - {
        respondent_key(payments.memberships.get().user_id, payments.pk, key=NEW)
    }
    assert fresh not in {respondent_key(left, payments.pk, key=key) for key in (OLD, NEW)}
    assert len(fresh) == 64


def test_a_second_run_changes_nothing(settings, answered, mary):
    mary.delete()
    rotate(settings)
    before = set(Sheet.objects.values_list("pk", "respondent"))

    assert rotate(settings) == {
        "rekeyed": 0,
        "under_the_new_key": 2,
        "of_nobody": 2,
        "filled_together": 0,
    }
    assert set(Sheet.objects.values_list("pk", "respondent")) == before


def test_a_wrong_old_key_changes_nothing(settings, answered):
    before = set(Sheet.objects.values_list("pk", "respondent"))

    with pytest.raises(CommandError, match="No sheet is under RESPONDENT_KEY or"):
        rotate(settings, old="another key")

    assert set(Sheet.objects.values_list("pk", "respondent")) == before


def test_a_wrong_old_key_beside_new_sheets_leaves_the_old_ones_paired(settings, answered, payments):
    """Rungs ran under the new key already; what the wrong key does not open stays as it is."""
    settings.RESPONDENT_KEY = NEW
    newcomer = person("Nia New")
    join(newcomer, payments, "member")
    fill(answered[1], newcomer, 2)
    before = set(Sheet.objects.values_list("pk", "respondent"))

    assert rotate(settings, old="another key")["of_nobody"] == 4
    assert set(Sheet.objects.values_list("pk", "respondent")) == before


def test_the_same_key_twice_is_refused(settings, answered):
    with pytest.raises(CommandError, match="are the same; nothing was changed"):
        rotate(settings, old=NEW)


def test_one_person_under_both_keys_in_one_assessment_is_refused(settings, answered, mary):
    settings.RESPONDENT_KEY = NEW
    fill(answered[1], mary, 4)

    with pytest.raises(CommandError, match="under both keys; nothing was changed"):
        rotate(settings)

    assert Sheet.objects.count() == 5


def test_a_sheet_filled_together_stays_the_teams(
    settings, under_the_old_key, payments, model, mary
):
    together = open_assessment(payments, model)
    together.mode = Mode.CONSENSUS
    together.save(update_fields=["mode"])
    fill(together, mary, 3)

    assert rotate(settings)["filled_together"] == 1
    assert pseudonyms(together) == {TOGETHER}


def test_without_any_sheet_there_is_nothing_to_do(settings, db):
    assert rotate(settings)["rekeyed"] == 0


def test_it_says_in_one_sentence_what_it_did(settings, answered):
    settings.RESPONDENT_KEY, settings.RESPONDENT_KEY_OLD = NEW, OLD
    out = StringIO()

    call_command("rotate_respondent_key", stdout=out)

    assert out.getvalue() == (
        "4 sheets went to the new key, 0 had it already; "
        "0 belong to no account, 0 were filled together.\n"
    )
