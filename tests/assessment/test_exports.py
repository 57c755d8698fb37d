"""A file that was asked for is its asker's, while they may see what is in it, and for a week."""

import logging
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from assessment.exporting import asking, making
from assessment.models import Export
from teams.models import Membership, Notice, Role
from tests.conftest import join, signed_in

HARBOUR = "/organizations/harbour/"
PAYMENTS = HARBOUR + "teams/payments/"
PAGE = PAYMENTS + "take-away/"


@pytest.fixture
def ask(django_capture_on_commit_callbacks):
    """Ask for a file of Payments; it is made at once unless told otherwise."""

    def post(user, address=PAYMENTS, kind="workbook", *, make=True):
        client = signed_in(user)
        with django_capture_on_commit_callbacks(execute=make):
            response = client.post(f"{address}take-away/{kind}/ask/", follow=True)
        assert response.status_code == 200
        return Export.objects.filter(by=user).first()

    return post


def fetch(user, export):
    return signed_in(user).get(f"/exports/{export.pk}/")


def test_a_file_is_made_told_of_and_fetched(ask, mary, payments):
    export = ask(mary)

    response = fetch(mary, export)

    assert (export.status, export.progress) == ("ready", 100)
    assert response.status_code == 200
    assert response["Content-Disposition"] == (
        f'attachment; filename="payments-workbook-{timezone.now():%Y-%m-%d}.xlsx"'
    )
    assert response["Cache-Control"] == "private, no-store"
    notice = Notice.objects.get(user=mary)
    assert notice.text == "Workbook of Payments is ready to take away. It is kept for 7 days."
    assert notice.address == PAGE
    assert f"/exports/{export.pk}/" in signed_in(mary).get(PAGE).text


def test_nothing_is_made_before_it_is_committed_that_it_was_asked_for(ask, mary, payments):
    export = ask(mary, make=False)

    page = signed_in(mary).get(PAGE).text

    assert export.status == "waiting"
    assert "Waits for its turn" in page
    assert 'hx-trigger="every 2s"' in page
    assert fetch(mary, export).status_code == 404


def test_the_page_renews_the_files_alone(ask, mary, payments):
    ask(mary)

    part = signed_in(mary).get(PAGE, headers={"HX-Request": "true"}).text

    assert "<html" not in part
    assert "1 of 1 files is ready" in part
    assert "hx-get" not in part


def test_a_file_is_nobody_elses(ask, mary, lena, olga, payments):
    export = ask(mary)

    assert [fetch(each, export).status_code for each in (lena, olga)] == [404, 404]
    assert f"/exports/{export.pk}/" not in signed_in(lena).get(PAGE).text


def test_losing_the_role_loses_the_file(ask, mary, payments):
    export = ask(mary)
    payments.memberships.filter(user=mary).delete()

    assert fetch(mary, export).status_code == 404


def test_losing_only_the_right_loses_the_file_too(ask, max_, harbour, payments):
    export = ask(max_, HARBOUR)
    Membership.objects.filter(user=max_).delete()
    join(max_, payments, Role.LEAD)

    assert signed_in(max_).get(HARBOUR).status_code == 200
    assert fetch(max_, export).status_code == 404


def test_an_owner_who_is_a_manager_now_has_lost_the_data_but_not_the_workbook(ask, olga, payments):
    data, workbook = ask(olga, HARBOUR, "data"), ask(olga, HARBOUR, "workbook")
    Membership.objects.filter(user=olga).update(role=Role.MANAGER)

    assert fetch(olga, data).status_code == 404
    assert fetch(olga, workbook).status_code == 200


def test_who_lost_the_role_while_it_waited_gets_nothing_made(ask, mary, payments):
    export = ask(mary, make=False)
    payments.memberships.filter(user=mary).delete()

    making.make_export.call(str(export.pk))

    assert not Export.objects.exists()
    assert not Notice.objects.exists()


def test_a_file_that_has_expired_is_gone(ask, mary, payments):
    export = ask(mary)
    Export.objects.update(expires_at=timezone.now())

    assert fetch(mary, export).status_code == 404
    assert asking.remove_expired(timezone.now()) == 1
    assert not Export.objects.exists()


def test_a_file_is_kept_for_seven_days_after_it_was_made(ask, mary, payments):
    export = ask(mary)

    assert export.expires_at - export.finished_at == timedelta(days=7)
    assert asking.remove_expired(export.expires_at - timedelta(seconds=1)) == 0


def test_one_can_remove_ones_own_file_and_nobody_elses(ask, mary, lena, payments):
    export = ask(mary)

    assert signed_in(lena).post(f"/exports/{export.pk}/remove/").status_code == 404
    assert signed_in(mary).post(f"/exports/{export.pk}/remove/").status_code == 302
    assert not Export.objects.exists()


def test_pressing_twice_asks_once(ask, mary, payments):
    first = ask(mary, make=False)

    assert ask(mary, make=False) == first
    assert Export.objects.count() == 1


def test_three_are_made_at_once_and_no_more(ask, olga, payments, search_team):
    for address in (PAYMENTS, HARBOUR + "teams/search/", HARBOUR):
        ask(olga, address, make=False)

    response = signed_in(olga).post(HARBOUR + "take-away/report/ask/", follow=True)

    assert "3 of your files are being made already" in response.text
    assert Export.objects.count() == 3


def test_a_file_is_made_once_however_many_workers_take_it(ask, mary, payments):
    export = ask(mary)

    making.make_export.call(str(export.pk))

    assert Notice.objects.count() == 1


def test_a_file_removed_while_it_is_made_stays_removed(ask, mary, payments, monkeypatch):
    def slow(place, progress):
        Export.objects.all().delete()
        return b"late"

    monkeypatch.setitem(making.MAKERS, (True, "workbook"), slow)
    ask(mary)

    assert not Export.objects.exists()
    assert not Notice.objects.exists()


def test_how_far_it_is_can_be_seen(ask, mary, payments, monkeypatch):
    seen = []

    def half(place, progress):
        progress(50)
        seen.append(signed_in(mary).get(PAGE).text)
        return b"half"

    monkeypatch.setitem(making.MAKERS, (True, "workbook"), half)
    ask(mary)

    assert 'value="50"' in seen[0]
    assert "Being made" in seen[0]


@pytest.fixture
def broken(monkeypatch):
    def fails(place, progress):
        raise ZeroDivisionError

    monkeypatch.setitem(making.MAKERS, (True, "workbook"), fails)


def test_what_goes_wrong_is_told_and_can_be_asked_again(ask, mary, payments, broken, caplog):
    export = ask(mary)

    page = signed_in(mary).get(PAGE).text

    assert export.status == "failed"
    assert "Something went wrong while it was made. Ask for it again" in page
    assert "Ask again" in page
    assert Notice.objects.get().text.startswith("Workbook of Payments could not be made.")
    assert "could not be made" in caplog.text
    assert ask(mary) != export


def test_a_file_that_is_too_large_says_so(ask, mary, payments, monkeypatch):
    monkeypatch.setattr(making, "LARGEST", 10)

    assert ask(mary).reason.startswith("It has 0 MB, and 0 MB are kept. Take the tables one by one")


# What is stuck ----------------------------------------------------------------------------------


def test_a_file_begun_long_ago_is_given_up_and_told(ask, mary, payments):
    export = ask(mary, make=False)
    making.begun(str(export.pk))
    now = timezone.now()

    assert asking.give_up_stuck(now + timedelta(minutes=14)) == 0
    assert asking.give_up_stuck(now + timedelta(minutes=16)) == 1
    assert asking.give_up_stuck(now + timedelta(minutes=16)) == 0

    export.refresh_from_db()
    assert (export.status, export.reason) == ("failed", asking.STOPPED)
    assert Notice.objects.get().text == f"Workbook of Payments could not be made. {asking.STOPPED}"


def test_one_that_waited_long_and_has_just_begun_is_not_stuck(ask, mary, payments):
    export = ask(mary, make=False)
    Export.objects.update(asked_at=timezone.now() - timedelta(hours=5))
    making.begun(str(export.pk))

    assert asking.give_up_stuck(timezone.now()) == 0


def test_one_that_no_worker_takes_is_given_up_after_an_hour(ask, mary, payments):
    ask(mary, make=False)
    now = timezone.now()

    assert asking.give_up_stuck(now + timedelta(minutes=59)) == 0
    assert asking.give_up_stuck(now + timedelta(minutes=61)) == 1
    assert Export.objects.get().reason == asking.FORGOTTEN


def test_one_that_was_given_up_and_finishes_after_all_stays_given_up(
    ask, mary, payments, monkeypatch
):
    def slow(place, progress):
        asking.give_up_stuck(timezone.now() + timedelta(hours=1))
        return b"late"

    monkeypatch.setitem(making.MAKERS, (True, "workbook"), slow)

    assert ask(mary).status == "failed"


def test_run_due_does_both(ask, mary, payments, capsys):
    ask(mary)
    Export.objects.update(expires_at=timezone.now())

    call_command("run_due")

    assert "1 files removed that were kept for long enough" in capsys.readouterr().out


# The log ----------------------------------------------------------------------------------------


def test_the_log_says_who_took_what_and_no_name(ask, mary, payments, caplog):
    caplog.set_level(logging.INFO)
    export = ask(mary)
    fetch(mary, export)
    signed_in(mary).get(PAGE + "scores.csv")

    said = [
        record.getMessage() for record in caplog.records if record.name.startswith("assessment")
    ]

    where, who = f"of team {payments.pk}", f"by user {mary.pk}"
    assert f"export workbook {where} asked for {who}" in said
    assert f"export workbook {where} fetched {who}" in said
    assert f"table scores {where} taken {who}" in said
    assert not [each for each in said if "Mary" in each or "Payments" in each]
