"""The page of one assessment: who has finished, and the way from open to submitted."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.lifecycle import finish, reopen, reveal, submit
from assessment.models import (
    Action,
    AgreedAnswer,
    Answer,
    Assessment,
    GuestLink,
    Participation,
    Question,
    Snapshot,
)
from teams.models import Invitation, Role
from tests.assessment.conftest import open_assessment
from tests.assessment.sheets import fill
from tests.conftest import join, person, signed_in


def address(assessment, end=""):
    return assessment.get_absolute_url() + end


def text_of(response):
    """Return what the page says, without tags, each run of space as one."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.text).split())


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def revealed(answered, lena):
    reveal(assessment=answered, by=lena)
    answered.refresh_from_db()
    return answered


@pytest.fixture
def together(payments, model):
    """An assessment that Payments answers on one sheet."""
    return Assessment.objects.create(team=payments, maturity_model=model, mode="consensus")


# Who may do what -------------------------------------------------------------------------------

EVERYBODY = ("olga", "lena", "mary", "max_", "sam", "eve", "nobody")
POLICY = [
    # method, page, olga, lena, mary, max, sam, eve, nobody (302: done, or sign in first)
    ("get", "", 200, 200, 200, 200, 404, 404, 302),
    ("get", "who/", 200, 200, 200, 200, 404, 404, 286),
    ("post", "finish/", 403, 302, 302, 403, 404, 404, 302),
    ("post", "finish/take-back/", 403, 302, 302, 403, 404, 404, 302),
    ("post", "due/", 302, 302, 403, 403, 404, 404, 302),
    ("post", "reveal/", 302, 302, 403, 403, 404, 404, 302),
    ("post", "reopen/", 302, 302, 403, 403, 404, 404, 302),
    ("post", "submit/", 302, 302, 403, 403, 404, 404, 302),
    ("get", "invite/", 200, 200, 403, 403, 404, 404, 302),
    ("post", "invite/", 200, 200, 403, 403, 404, 404, 302),
    ("post", "remind/", 302, 302, 403, 403, 404, 404, 302),
    ("post", "links/new/", 302, 302, 403, 403, 404, 404, 302),
]


@pytest.mark.parametrize(
    ("method", "page", "who", "status"),
    [
        (method, page, who, status)
        for method, page, *statuses in POLICY
        for who, status in zip(EVERYBODY, statuses, strict=True)
    ],
)
def test_who_may_do_what(method, page, who, status, request, answered):
    client = Client() if who == "nobody" else signed_in(request.getfixturevalue(who))

    assert getattr(client, method)(address(answered, page)).status_code == status


@pytest.mark.parametrize("who", ["mary", "max_", "sam", "eve"])
@pytest.mark.parametrize("page", ["due/", "reveal/", "submit/", "remind/", "links/new/"])
def test_who_may_not_changes_nothing(page, who, request, answered):
    signed_in(request.getfixturevalue(who)).post(address(answered, page), {"due_on": "2999-01-01"})

    answered.refresh_from_db()
    assert (answered.status, answered.due_on, answered.reveals) == ("open", None, 0)
    assert not Invitation.objects.exists()
    assert not Participation.objects.exists()


POSTED = ("finish", "finish/take-back", "due", "reveal", "reopen", "submit", "remind", "links/new")


@pytest.mark.parametrize("page", POSTED)
def test_looking_at_the_address_of_an_act_does_nothing(page, answered, lena):
    assert signed_in(lena).get(address(answered, f"{page}/")).status_code == 405
    answered.refresh_from_db()
    assert answered.is_open


def test_another_teams_assessment_is_not_found_through_ones_own(assessment, sam, search_team):
    mixed = f"{search_team.get_absolute_url()}assessments/{assessment.pk}/"

    assert signed_in(sam).get(mixed).status_code == 404
    assert signed_in(sam).get(mixed + "who/").status_code == 404


# What the page says ----------------------------------------------------------------------------


def test_it_says_who_has_finished_and_never_what(assessment, mary, lena):
    fill(assessment, mary, 3)
    finish(assessment=assessment, user=mary)

    response = signed_in(lena).get(address(assessment))

    assert "not yet Lena Lead finished Mary Member" in text_of(response)
    assert "1 of 2" in text_of(response)
    assert "because" not in response.text


def test_members_stand_by_name_in_whatever_order_they_finish(assessment, five, lena):
    for member in reversed(five):
        finish(assessment=assessment, user=member)

    names = [each.name for each in signed_in(lena).get(address(assessment)).context["who"].members]

    assert names == sorted(names)


@pytest.mark.parametrize(
    ("mode", "name", "sentence"),
    [
        (
            "individual",
            "Individually",
            "What anybody answered is shown to nobody, not to the lead and not to an "
            "administrator. After the reveal the team sees all answers together, without names: "
            "a mean from 3 answers on, a distribution or notes from 5 on.",
        ),
        (
            "open",
            "Openly, with names",
            "After the reveal everybody in the team sees who answered what. Owners and managers "
            "who are not in the team see no names: a mean from 3 answers on, a distribution or "
            "notes from 5 on.",
        ),
        (
            "consensus",
            "Together, on one sheet",
            "Everybody in the team sees and changes the same answers, and the result counts as "
            "one answer: no spread, no interval, nothing to reveal.",
        ),
    ],
)
def test_everybody_reads_what_the_mode_means(payments, model, mary, mode, name, sentence):
    found = Assessment.objects.create(team=payments, maturity_model=model, mode=mode)

    page = text_of(signed_in(mary).get(address(found)))

    assert name in page
    assert sentence in page


def test_the_thresholds_are_those_fixed_at_the_opening(harbour, payments, model, mary):
    found = Assessment.objects.create(team=payments, maturity_model=model, least_answers=7)
    harbour.least_answers = 4
    harbour.save()

    page = text_of(signed_in(mary).get(address(found)))

    assert "means, distributions and notes from 7 answers on" in page


@pytest.mark.parametrize("state", ["open", "revealed", "submitted"])
def test_the_step_it_is_at_is_marked(state, answered, lena):
    if state != "open":
        reveal(assessment=answered, by=lena)
    if state == "submitted":
        submit(assessment=answered, by=lena)

    page = signed_in(lena).get(address(answered)).text

    (now,) = re.findall(r'aria-current="step">\s*<strong>(\w+)</strong>', page)
    assert now.lower() == state


def test_together_there_is_no_list_and_the_sheet_is_opened_together(together, mary, lena):
    fill(together, mary, 3, only=["noise.actionability"])

    page = text_of(signed_in(lena).get(address(together)))

    assert "Who has finished" not in page
    assert "Reveal the answers" not in page
    assert "Open the sheet together" in page
    assert "1 of 9 answered" in page


def test_a_member_sees_their_own_progress_only(assessment, mary, lena):
    fill(assessment, mary, 3, only=["noise.actionability"])

    assert "1 of 9 answered" in signed_in(mary).get(address(assessment)).text
    assert "0 of 9 answered" in signed_in(lena).get(address(assessment)).text


def test_continue_leads_to_the_first_unanswered_question(assessment, mary):
    fill(assessment, mary, 3, only=["noise.actionability"])

    page = signed_in(mary).get(address(assessment)).text

    assert address(assessment, "noise/#noise.symptoms") in page


def test_a_member_is_offered_nothing_that_only_the_lead_does(assessment, mary):
    page = signed_in(mary).get(address(assessment)).text

    acts = re.findall(f'action="{address(assessment)}([^"]*)"', page)
    assert acts == ["finish/"]
    assert address(assessment, "invite/") not in page


def test_a_name_is_text_and_nothing_else(assessment, payments, lena):
    join(person("<script>alert(1)</script>", "x@harbour.example"), payments, Role.MEMBER)

    page = signed_in(lena).get(address(assessment)).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# Finishing -------------------------------------------------------------------------------------


def test_a_member_finishes_and_takes_it_back(assessment, mary):
    client = signed_in(mary)

    client.post(address(assessment, "finish/"))
    assert Participation.objects.get().finished_on == timezone.localdate()
    assert "I have not finished after all" in client.get(address(assessment)).text

    response = client.post(address(assessment, "finish/take-back/"), follow=True)
    assert Participation.objects.get().finished_on is None
    assert said(response) == ["You have not finished after all. Your answers are all there."]


def test_taking_back_what_was_never_said_is_no_harm(assessment, mary):
    assert signed_in(mary).post(address(assessment, "finish/take-back/")).status_code == 302
    assert not Participation.objects.exists()


@pytest.mark.parametrize("page", ["finish/", "finish/take-back/"])
def test_after_the_reveal_nobody_finishes_or_takes_it_back(revealed, five, page):
    finish(assessment=revealed, user=five[0])

    response = signed_in(five[0]).post(address(revealed, page), follow=True)

    assert said(response) == ["The sheets are closed already; nothing was changed."]
    assert Participation.objects.get().finished_on == timezone.localdate()


def test_together_nobody_finishes_alone(together, mary):
    response = signed_in(mary).post(address(together, "finish/"), follow=True)

    assert said(response) == ["The team answers together, so nobody finishes alone."]
    assert not Participation.objects.exists()


# Live ------------------------------------------------------------------------------------------


def version(client, assessment):
    return client.get(address(assessment)).context["who"].version


def test_the_list_comes_again_only_when_something_has_changed(assessment, mary, lena):
    client = signed_in(lena)
    seen = version(client, assessment)

    assert client.get(address(assessment, f"who/?seen={seen}")).status_code == 204
    finish(assessment=assessment, user=mary)
    renewed = client.get(address(assessment, f"who/?seen={seen}"))

    assert "finished Mary Member" in text_of(renewed)
    assert '<span hx-swap-oob="innerHTML:.finished-count">1 of 2</span>' in renewed.text
    assert "no-store" in renewed["Cache-Control"]


def test_the_list_says_when_the_sheets_were_closed_and_asks_no_more(answered, lena, mary):
    client = signed_in(mary)
    seen = version(client, answered)
    reveal(assessment=answered, by=lena)

    renewed = client.get(address(answered, f"who/?seen={seen}"))

    assert "The sheets are closed now. See how it goes on" in text_of(renewed)
    assert "hx-get" not in renewed.text


def test_whoever_was_signed_out_is_told_in_place_and_led_back(assessment):
    response = Client().get(address(assessment, "who/"))

    assert response.status_code == 286
    assert "You have been signed out" in response.text
    onward = address(assessment).replace("/", "%2F")
    assert f'href="/accounts/login/?next={onward}"' in response.text
    assert "Payments" not in text_of(response)


@pytest.mark.parametrize("seen", ["", "x" * 5000, "%00", "🦜"])
def test_a_version_nobody_gave_out_gets_the_list(assessment, mary, seen):
    assert signed_in(mary).get(address(assessment, f"who/?seen={seen}")).status_code == 200


@pytest.mark.parametrize("members", [3, 30])
def test_the_list_costs_seven_queries_for_3_and_30_members(assessment, payments, lena, members):
    for number in range(members - 1):
        user = person(f"Person{number}")
        join(user, payments, Role.MEMBER)
        finish(assessment=assessment, user=user)
    client = signed_in(lena)
    client.get(address(assessment))

    with CaptureQueriesContext(connection) as queries:
        response = client.get(address(assessment, "who/"))

    assert len(response.context["who"].members) == members
    assert len(queries) == 7, [query["sql"][:90] for query in queries]


# The due date ----------------------------------------------------------------------------------


def test_the_lead_moves_the_day_and_takes_it_away(assessment, lena):
    day = timezone.localdate() + timedelta(days=4)
    client = signed_in(lena)

    client.post(address(assessment, "due/"), {"due_on": day})
    assessment.refresh_from_db()
    assert assessment.due_on == day

    client.post(address(assessment, "due/"), {"due_on": ""})
    assessment.refresh_from_db()
    assert assessment.due_on is None


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2020-01-01", "That day is over. Choose today or a later day."),
        ("tomorrow", "Enter a valid date."),
        ("99999-01-01", "Enter a valid date."),
        ("2027-02-30", "Enter a valid date."),
        ("\x00", "Enter a valid date."),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_the_old_one_stays(assessment, lena, day, sentence):
    kept = timezone.localdate() + timedelta(days=4)
    Assessment.objects.update(due_on=kept)

    response = signed_in(lena).post(address(assessment, "due/"), {"due_on": day}, follow=True)

    assert said(response) == [f"The day was not changed. {sentence}"]
    assessment.refresh_from_db()
    assert assessment.due_on == kept


def test_once_the_sheets_are_closed_the_day_stands(revealed, lena):
    response = signed_in(lena).post(
        address(revealed, "due/"), {"due_on": timezone.localdate()}, follow=True
    )

    assert said(response) == ["The sheets are closed already, so the day was not changed."]


# Reveal and reopen -----------------------------------------------------------------------------


def test_the_confirmation_says_how_many_have_finished_and_that_sheets_close(answered, five, lena):
    finish(assessment=answered, user=five[0])

    page = text_of(signed_in(lena).get(address(answered)))

    assert "Reveal the answers… 1 of 6 have finished. The sheets close for everybody" in page


def test_a_reveal_leads_to_the_talk(answered, lena):
    response = signed_in(lena).post(address(answered, "reveal/"), follow=True)

    assert said(response) == ["Revealed. The sheets are closed, and the team can talk."]
    assert "Start the talk" in response.text
    assert address(answered, "talk/") in response.text


def test_a_member_joins_the_talk(revealed, mary):
    assert "Join the talk" in signed_in(mary).get(address(revealed)).text


def test_too_few_sheets_are_not_revealed_and_it_says_how_many_are_missing(assessment, five, lena):
    fill(assessment, five[0], 2)

    response = signed_in(lena).post(address(assessment, "reveal/"), follow=True)

    (message,) = said(response)
    assert message.startswith("1 person has answered, and results are shown from 3 on")
    assert "2 more to go" in message
    assert "A team too small for that can answer openly, or together on one sheet" in message
    assessment.refresh_from_db()
    assert (assessment.status, assessment.reveals) == ("open", 0)
    assert Answer.objects.filter(revealed_answer__isnull=False).count() == 0


def test_revealing_twice_says_that_it_was(revealed, lena):
    response = signed_in(lena).post(address(revealed, "reveal/"), follow=True)

    assert said(response) == ["It was revealed already."]


def test_one_sheet_for_all_has_nothing_to_reveal(together, lena):
    response = signed_in(lena).post(address(together, "reveal/"), follow=True)

    assert "There is nothing to reveal" in said(response)[0]


def test_reopening_warns_that_a_new_result_needs_enough_changes(revealed, lena):
    page = text_of(signed_in(lena).get(address(revealed)))
    response = signed_in(lena).post(address(revealed, "reopen/"), follow=True)

    assert "A new result needs at least 3 changed sheets: until then the earlier one stands" in page
    assert said(response) == ["Open again: everybody can change their answers."]
    assert "It was revealed before: a new result needs at least 3 changed" in text_of(response)


def test_reopening_warns_of_what_managers_would_see_where_the_team_answers_openly(
    payments, model, five, lena
):
    openly = Assessment.objects.create(team=payments, maturity_model=model, mode="open")
    for member in five:
        fill(openly, member, 2)
    reveal(assessment=openly, by=lena)

    page = text_of(signed_in(lena).get(address(openly)))

    assert "A new result needs at least 3 changed sheets" in page


def test_submitting_warns_of_the_number_that_was_asked_for_when_it_was_opened(
    payments, model, five, lena
):
    strict = Assessment.objects.create(team=payments, maturity_model=model, least_answers=7)

    page = text_of(signed_in(lena).get(address(strict)))

    assert "A score needs the answers of 7 people" in page


@pytest.mark.parametrize("end", [f"{each}/" for each in POSTED])
def test_who_was_signed_out_meanwhile_comes_back_to_the_page_and_learns_it(answered, end):
    page = f"http://testserver{answered.get_absolute_url()}?from=mail"
    client = Client()
    sent = client.post(address(answered, end), headers={"referer": page})

    assert said(client.get(sent.url)) == [
        "You were signed out, so nothing was changed. Sign in, then do it once more."
    ]
    assert sent.url == f"/accounts/login/?next={answered.get_absolute_url()}%3Ffrom%3Dmail"
    answered.refresh_from_db()
    assert answered.is_open
    assert not answered.participations.exists()


@pytest.mark.parametrize("referer", [{}, {"referer": "https://elsewhere.example/organizations/"}])
def test_who_was_signed_out_and_came_from_nowhere_starts_at_home(answered, referer):
    sent = Client().post(address(answered, "reveal/"), headers=referer)

    assert sent.url == "/accounts/login/?next=/"


def test_reopening_what_is_open_says_so(answered, lena):
    response = signed_in(lena).post(address(answered, "reopen/"), follow=True)

    assert said(response) == ["It is open already."]


def test_a_reveal_after_one_change_says_that_the_earlier_result_stands(revealed, five, lena):
    reopen(assessment=revealed)
    Answer.objects.filter(sheet__respondent=revealed.respondent(five[0])).update(answer="4")

    response = signed_in(lena).post(address(revealed, "reveal/"), follow=True)

    (message,) = said(response)
    assert message.startswith("The sheets are closed again, and the result is the one before")
    assert "counts anew once 3 people have changed their answer to it" in message
    assert Answer.objects.filter(answer="4").count() == 9


@pytest.mark.parametrize("page", ["reveal/", "reopen/"])
def test_what_was_submitted_is_neither_revealed_nor_reopened(revealed, lena, page):
    submit(assessment=revealed, by=lena)

    response = signed_in(lena).post(address(revealed, page), follow=True)

    assert said(response)[0].startswith("This assessment was submitted")
    revealed.refresh_from_db()
    assert revealed.is_submitted


# Submit ----------------------------------------------------------------------------------------


def test_the_lead_submits_after_the_talk(revealed, lena):
    response = signed_in(lena).post(address(revealed, "submit/"))

    assert response.headers["Location"] == revealed.team.get_absolute_url()
    assert Snapshot.objects.count() == 1


def test_the_lead_submits_without_talking_it_over(answered, lena):
    page = text_of(signed_in(lena).get(address(answered)))
    signed_in(lena).post(address(answered, "submit/"))

    assert "Submit without talking it over…" in page
    assert Snapshot.objects.count() == 1


def test_a_team_submits_its_one_sheet(together, mary, lena):
    fill(together, mary, 3)

    signed_in(lena).post(address(together, "submit/"))

    assert Snapshot.objects.get().mode == "consensus"


def test_nothing_is_submitted_before_anybody_has_answered(assessment, lena):
    response = signed_in(lena).post(address(assessment, "submit/"), follow=True)

    assert said(response) == ["Nobody has answered yet, so there is nothing to submit."]
    assert not Snapshot.objects.exists()


def test_submitting_twice_says_that_it_was(revealed, lena):
    client = signed_in(lena)
    client.post(address(revealed, "submit/"))

    response = client.post(address(revealed, "submit/"), follow=True)

    assert "It was submitted already." in said(response)
    assert Snapshot.objects.count() == 1


def test_what_came_out_of_the_talk_stands_on_the_submitted_page(revealed, payments, lena, mary):
    question = Question.objects.get(key="noise.actionability")
    AgreedAnswer.objects.create(
        assessment=revealed, question=question, answer="2", reason="Half of them did."
    )
    Action.objects.create(
        team=payments, assessment=revealed, question=question, text="Drop the alert", owner=mary
    )
    submit(assessment=revealed, by=lena)

    page = text_of(signed_in(mary).get(address(revealed)))

    assert "Share of pages that needed a person to act level 2 Half of them did." in page
    assert "Drop the alert open Mary Member" in page
    assert "See the scores" in page
    assert "Compare with the one before" not in page


def test_actions_of_the_talk_stand_with_the_next_one_due_first(revealed, payments, mary):
    today = timezone.localdate()
    for text, days in (("Undated", None), ("Later", 9), ("Soon", 2)):
        due_on = None if days is None else today + timedelta(days=days)
        Action.objects.create(team=payments, assessment=revealed, text=text, due_on=due_on)

    response = signed_in(mary).get(address(revealed))

    assert [each.text for each in response.context["actions"]] == ["Soon", "Later", "Undated"]


def test_a_later_one_leads_to_the_comparison_with_the_one_before(
    revealed, payments, model, five, lena
):
    submit(assessment=revealed, by=lena)
    later = open_assessment(payments, model)
    for member in five:
        fill(later, member, 3)
    submit(assessment=later, by=lena)

    response = signed_in(lena).get(address(later))

    where = f"{payments.get_absolute_url()}compare/?from={revealed.pk}&amp;to={later.pk}"
    assert f'href="{where}"' in response.text
    compared = signed_in(lena).get(where.replace("&amp;", "&"))
    assert compared.status_code == 200


def test_submitting_withdraws_the_links_into_the_assessment_and_no_other(revealed, payments, lena):
    ours, _ = Invitation.issue(
        organization=payments.organization, team=payments, role=Role.MEMBER, by=lena
    )
    GuestLink.objects.create(assessment=revealed, invitation=ours)
    other, _ = Invitation.issue(
        organization=payments.organization, team=payments, role=Role.MEMBER, by=lena
    )

    submit(assessment=revealed, by=lena)

    assert list(Invitation.objects.pending()) == [other]
