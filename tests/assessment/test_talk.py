"""The talk: who may do what, what each screen shows, and that nothing typed is lost."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessment.lifecycle import open_assessment, reopen, reveal, submit
from assessment.models import Action, AgreedAnswer, Answer, Assessment, Talk
from assessment.models.answering import AssessmentStatus
from assessment.talk_screen import SOMEBODY_WHO_LEFT
from tests.assessment.sheets import answer_each, fill
from tests.assessment.talks import answer_all, more_members, note, reveal_by
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db

SPLIT, REVIEW, GATE = "noise.symptoms", "noise.review", "noise.actionability"
TITLES = {
    SPLIT: "Paging on what users feel",
    REVIEW: "A regular look at what paged and why",
    GATE: "Share of pages that needed a person to act",
}
REASON = "Two services page on causes still."


@pytest.fixture
def team(lena, mary, payments):
    """Lena, Mary, Amy, Bob, Cat and Dan of Payments."""
    return [lena, mary, *more_members(payments, "Amy", "Bob", "Cat", "Dan")]


@pytest.fixture
def talk(assessment, team, lena):
    """Six have answered; Lena has revealed and facilitates. The talk is at its agenda."""
    answer_all(assessment, team)
    return reveal_by(assessment, lena)


@pytest.fixture
def at_split(talk, lena, assessment):
    """The talk is at the question on which Payments is most split."""
    act(lena, assessment, act="go", question=SPLIT)
    talk.refresh_from_db()
    return talk


def address(assessment, name="talk"):
    place = assessment.team
    return reverse(name, args=[place.organization.slug, place.slug, assessment.pk])


def turn_of(assessment):
    return Talk.objects.values_list("turn", flat=True).get(assessment=assessment)


def act(user, assessment, *, client=None, turn=None, follows=False, **fields):
    """Press a button of the talk as the user, on a screen that shows the newest turn."""
    turn = turn_of(assessment) if turn is None else turn
    headers = {"HX-Request": "true"} if follows else {}
    client = client or signed_in(user)
    return client.post(address(assessment, "talk_act"), {"turn": turn, **fields}, headers=headers)


def agree(user, assessment, **fields):
    sent = {"act": "agree", "question": SPLIT, "answer": "2", "reason": REASON} | fields
    return act(user, assessment, **sent)


def screen_of(user, assessment, wall=""):
    response = signed_in(user).get(address(assessment), {"wall": wall} if wall else {})
    assert response.status_code == 200
    return response.text


def words(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def now(user, assessment, turn, client=None):
    client = client or signed_in(user)
    where = address(assessment, "talk_now")
    return client.get(where, {"turn": turn}, headers={"HX-Request": "true"})


def settled():
    rows = AgreedAnswer.objects.order_by("question__position")
    return {each.question.key: (each.answer, each.reason) for each in rows}


# Who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("lena", 200), ("mary", 200), ("olga", 403), ("max_", 403), ("sam", 404), ("eve", 404)],
)
def test_who_sees_the_talk(who, status, request, talk, assessment):
    client = signed_in(request.getfixturevalue(who))

    assert client.get(address(assessment)).status_code == status


def test_nobody_in_particular_is_asked_to_sign_in(talk, assessment):
    response = Client().get(address(assessment))

    assert response.status_code == 302
    assert "/accounts/login/" in response.headers["Location"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("lena", 302), ("mary", 403), ("olga", 403), ("max_", 403), ("sam", 404), ("eve", 404)],
)
def test_the_facilitator_alone_acts(who, status, request, talk, assessment):
    user = request.getfixturevalue(who)

    assert act(user, assessment, act="go", question=SPLIT).status_code == status
    talk.refresh_from_db()
    assert (talk.turn, talk.question_id is not None) == ((2, True) if status == 302 else (1, False))


def test_a_member_who_acts_is_told_who_may(talk, assessment, mary):
    page = act(mary, assessment, act="go", question=SPLIT).text

    assert "Lena Lead facilitates this talk, so nothing was changed." in page
    assert "The team&#x27;s lead or an owner of the organization can take over." in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("lena", 302), ("olga", 302), ("mary", 403), ("max_", 403), ("sam", 404), ("eve", 404)],
)
def test_a_lead_or_an_owner_takes_over(who, status, request, talk, assessment, team):
    Talk.objects.update(facilitator=team[2])
    user = request.getfixturevalue(who)

    assert signed_in(user).post(address(assessment, "talk_take_over")).status_code == status
    talk.refresh_from_db()
    assert talk.facilitator == (user if status == 302 else team[2])


def test_to_take_over_what_one_has_changes_nothing(talk, assessment, lena):
    signed_in(lena).post(address(assessment, "talk_take_over"))

    assert turn_of(assessment) == 1


@pytest.mark.parametrize("name", ["talk_act", "talk_take_over"])
def test_acts_are_posted(name, talk, assessment, lena):
    assert signed_in(lena).get(address(assessment, name)).status_code == 405


def test_a_talk_is_not_found_through_another_team(talk, assessment, sam, search_team):
    mixed = reverse("talk", args=["harbour", search_team.slug, assessment.pk])

    assert signed_in(sam).get(mixed).status_code == 404


def test_the_facilitator_hands_over_to_a_member(talk, assessment, lena, mary):
    act(lena, assessment, act="hand_over", to=mary.pk)

    assert act(mary, assessment, act="go", question=SPLIT).status_code == 302
    assert act(lena, assessment, act="go", question=REVIEW).status_code == 403
    assert "Mary Member facilitates" in screen_of(lena, assessment)


@pytest.mark.parametrize("who", ["olga", "sam", "eve"])
def test_nobody_outside_the_team_is_handed_the_talk(who, request, talk, assessment, lena):
    response = act(lena, assessment, act="hand_over", to=request.getfixturevalue(who).pk)

    assert response.status_code == 422
    assert "The facilitator is one of the team." in response.text
    assert (turn_of(assessment), Talk.objects.get().facilitator) == (1, lena)


def test_a_facilitator_who_left_the_team_facilitates_no_more(talk, assessment, lena, mary):
    lena.memberships.all().delete()

    assert act(lena, assessment, act="go", question=SPLIT).status_code == 404
    Talk.objects.update(facilitator=None)
    assert "Nobody facilitates" in screen_of(mary, assessment)


# Spectators -----------------------------------------------------------------------------------


def test_owners_and_managers_watch_when_they_are_let(talk, assessment, lena, max_, mary):
    page = signed_in(max_).get(address(assessment))
    assert (page.status_code, "Payments talks among itself" in page.text) == (403, True)

    act(lena, assessment, act="let_watch", spectators="on")

    assert "What to talk over" in screen_of(max_, assessment)
    assert "Owners and managers of Harbour may watch" in words(screen_of(mary, assessment))
    act(lena, assessment, act="let_watch")
    assert signed_in(max_).get(address(assessment)).status_code == 403
    assert "may watch" not in words(screen_of(mary, assessment))


def test_a_spectator_whose_door_is_closed_is_moved_to_the_closed_door(talk, assessment, lena, max_):
    act(lena, assessment, act="let_watch", spectators="on")
    assert now(max_, assessment, 2).status_code == 204
    act(lena, assessment, act="let_watch")

    response = now(max_, assessment, 2)

    assert response.headers["HX-Redirect"] == address(assessment)


def test_spectators_have_no_controls_and_do_not_act(at_split, assessment, lena, max_):
    act(lena, assessment, act="let_watch", spectators="on")

    assert "<button" not in screen_of(max_, assessment).split('id="talk"')[1].split("<script")[0]
    assert agree(max_, assessment).status_code == 403
    assert settled() == {}


def test_the_closed_door_offers_owners_to_take_over_and_managers_not(talk, assessment, olga, max_):
    assert "Take over" in signed_in(olga).get(address(assessment)).text
    assert "Take over" not in signed_in(max_).get(address(assessment)).text


# When there is a talk -------------------------------------------------------------------------


def test_before_the_reveal_one_is_sent_to_the_assessment(assessment, mary):
    response = signed_in(mary).get(address(assessment), follow=True)

    assert response.redirect_chain == [(assessment.get_absolute_url(), 302)]
    assert "The talk begins when the lead reveals them." in response.text


def test_after_the_submit_one_is_sent_to_the_team(talk, assessment, lena, mary):
    submit(assessment=assessment, by=lena)

    response = signed_in(mary).get(address(assessment), follow=True)

    assert response.redirect_chain == [(assessment.team.get_absolute_url(), 302)]
    assert "The talk is over: this assessment was submitted." in response.text


def test_a_team_that_answers_together_talks_at_its_sheet(payments, model, lena, mary, max_):
    together = open_assessment(team=payments, by=lena, length="full", mode="consensus")

    response = signed_in(mary).get(address(together), follow=True)

    assert response.redirect_chain == [(together.get_absolute_url() + "noise/", 302)]
    assert "you talk while you fill it in" in response.text
    to = signed_in(max_).get(address(together)).headers["Location"]
    assert to == together.get_absolute_url()


@pytest.mark.parametrize("end", ["submit", "reopen"])
def test_screens_that_watch_are_moved_on_when_the_talk_ends(end, talk, assessment, lena, mary):
    if end == "submit":
        submit(assessment=assessment, by=lena)
    else:
        reopen(assessment=assessment)

    response = now(mary, assessment, 1)

    assert (response.status_code, response.headers["HX-Redirect"]) == (204, address(assessment))
    said = signed_in(mary).get(address(assessment), follow=True).text
    wanted = {"submit": "The talk is over", "reopen": "The answers were reopened."}
    assert wanted[end] in said


def test_what_is_sent_after_the_submit_changes_nothing_and_comes_back(at_split, assessment, lena):
    turn = turn_of(assessment)
    submit(assessment=assessment, by=lena)

    response = signed_in(lena).post(
        address(assessment, "talk_act"),
        {"turn": turn, "act": "agree", "question": SPLIT, "answer": "2", "reason": REASON},
        follow=True,
    )

    assert "This assessment was submitted, so the talk is over" in response.text
    assert f"You had written: “{REASON}”" in response.text
    assert settled() == {}


def test_after_a_reopening_the_talk_goes_on_where_it_was(at_split, assessment, lena, mary, team):
    agree(lena, assessment)
    reopen(assessment=assessment)
    assert agree(lena, assessment, turn=3).status_code == 302
    for member in team[:3]:
        answer_each(assessment, member, {SPLIT: 3})
    reveal(assessment=assessment, by=lena)

    page = screen_of(mary, assessment)

    assert TITLES[SPLIT] in page
    assert "Agreed: 2, Repeatable" in page
    assert settled() == {SPLIT: ("2", REASON)}


# Going through it -----------------------------------------------------------------------------


def test_the_agenda_stands_as_it_was_made(talk, assessment, mary):
    page = words(screen_of(mary, assessment))

    found = [page.index(text) for text in (TITLES[SPLIT], TITLES[REVIEW], "Not visible to a third")]
    assert found == sorted(found)
    assert page.index("The right runbook is found at once") < page.index(
        "Related alerts arrive as one incident"
    )
    assert "0 agreed 0 left as they are 9 not talked over 0 actions" in page


def test_one_goes_to_a_question_and_back_to_the_agenda(talk, assessment, lena, mary):
    act(lena, assessment, act="go", question=REVIEW)
    page = screen_of(mary, assessment)
    assert f'<h1 id="talk-title" tabindex="-1">{TITLES[REVIEW]}</h1>' in page
    assert "Question 2 of 9" in page

    act(lena, assessment, act="go", question="")
    assert "What to talk over" in screen_of(mary, assessment)


def test_previous_and_next_follow_the_agenda(talk, assessment, lena):
    act(lena, assessment, act="go", question=REVIEW)
    page = screen_of(lena, assessment)

    assert f'id="step-back" name="question" value="{SPLIT}"' in page
    assert 'id="step-on" name="question" value="runbooks.found"' in page


def test_a_pulse_talks_over_what_it_asked(payments, model, lena, team):
    pulse = open_assessment(team=payments, by=lena, length="pulse")
    for member in team:
        fill(pulse, member, 2, only=[GATE, SPLIT])
    reveal_by(pulse, lena)

    page = words(screen_of(lena, pulse))

    assert "4 not talked over" in page
    assert TITLES[REVIEW] not in page
    assert act(lena, pulse, act="go", question=REVIEW).status_code == 422


@pytest.mark.parametrize("question", ["noise.nothing", "x" * 5000, "\0", "noise.symptoms\0"])
def test_a_question_that_is_not_there_changes_nothing(question, talk, assessment, lena):
    response = act(lena, assessment, act="go", question=question)

    assert response.status_code == 422
    assert "This assessment does not ask the question" in response.text
    assert turn_of(assessment) == 1


@pytest.mark.parametrize("sent", ["dance", "", "\0", "__class__"])
def test_an_act_that_is_none_changes_nothing(sent, talk, assessment, lena):
    assert act(lena, assessment, act=sent).status_code == 422
    assert turn_of(assessment) == 1


@pytest.mark.parametrize("turn", ["", "x", "-1", "9" * 40, "1.0", "\0", "²"])
def test_a_turn_that_is_none_counts_as_an_old_one(turn, talk, assessment, lena):
    assert act(lena, assessment, turn=turn, act="go", question=SPLIT).status_code == 409
    assert turn_of(assessment) == 1


# The answers ----------------------------------------------------------------------------------


def test_the_distribution_stands_on_the_levels(at_split, assessment, mary):
    page = words(screen_of(mary, assessment))

    for level, chosen in enumerate((2, 1, 0, 1, 2)):
        assert f"line {'ABCDE'[level]}" in page
        assert page.count(f"{chosen} of 6 chose this") == (2, 1, 0, 1, 2).count(chosen)
    assert "Split Your answers lie far apart." in page
    assert "on average" not in page


def test_how_close_the_answers_lie_comes_with_its_rule_and_only_then(at_split, assessment, mary):
    assert "more, or two answers three levels apart" in words(screen_of(mary, assessment))

    Assessment.objects.update(least_answers=7)
    few = words(screen_of(mary, assessment))
    assert "How this is computed" not in few
    assert "fewer than 7" in few


def test_one_s_own_answer_is_marked_on_one_s_own_screen_only(at_split, assessment, mary, lena):
    own = screen_of(mary, assessment)
    assert own.count("You answered this") == 1
    level = own.split('<li class="talk-level')[1]
    assert "You answered this" in level

    assert "You answered" not in screen_of(mary, assessment, wall="1")
    assert "You answered" not in screen_of(lena, assessment)
    assert screen_of(lena, assessment, wall="0").count("You answered this") == 1


def test_one_s_own_don_t_know_is_said_in_words(talk, assessment, lena, mary):
    act(lena, assessment, act="go", question="noise.grouping")

    page = words(screen_of(mary, assessment))

    assert "You answered: don't know" in page
    assert "2 of 6 don't know: not visible to a third of you." in page


def test_notes_stand_without_names_and_in_no_telling_order(assessment, team, lena, mary):
    answer_all(assessment, team)
    texts = ["zebra", "apple", "mango", "because", "kiwi", "Berlin <b>"]
    for member, text in zip(team, texts, strict=True):
        note(assessment, member, SPLIT, text)
    reveal_by(assessment, lena)
    act(lena, assessment, act="go", question=SPLIT)

    page = screen_of(mary, assessment)

    notes = re.findall(r"<li>([^<]*)</li>", page.split('class="talk-notes"')[1].split("</ul>")[0])
    assert notes == sorted(["zebra", "apple", "mango", "because", "kiwi", "Berlin &lt;b&gt;"])
    assert "Amy Payments" not in page.split('class="talk-notes"')[1].split("</ul>")[0]


def test_four_answers_show_a_mean_and_say_why_no_more(assessment, team, lena, mary):
    for member, answer in zip(team[:4], (0, 0, 4, 4), strict=True):
        fill(assessment, member, answer)
        note(assessment, member, SPLIT, "a note that stays hidden")
    reveal_by(assessment, lena)

    agenda = words(screen_of(mary, assessment))
    act(lena, assessment, act="go", question=SPLIT)
    page = words(screen_of(mary, assessment))

    assert "Too few answered for a distribution, which needs 5 answers" in agenda
    assert "can answer openly, with names" in agenda
    assert "Split" not in agenda
    assert "2.0 on average, from 4 answers between 0 and 4." in page
    assert "No distribution: fewer than 5 answered." in page
    assert "chose this" not in page
    assert "a note that stays hidden" not in page


def test_what_people_change_after_the_reveal_is_not_shown(talk, assessment, lena, mary, team):
    reopen(assessment=assessment)
    answer_each(assessment, team[2], {GATE: 0})
    reveal(assessment=assessment, by=lena)
    act(lena, assessment, act="go", question=GATE)

    assert "6 of 6 chose this" in words(screen_of(mary, assessment))


def test_the_guide_s_section_is_there_to_open(at_split, assessment, mary):
    page = screen_of(mary, assessment)

    assert "In the guide: Reducing noise" in words(page)
    assert "getting_started/#reducing-noise" in page


# Openly, with names ---------------------------------------------------------------------------


@pytest.fixture
def openly(payments, model, lena, mary):
    """Lena, Mary and Amy answer openly, with names: 1, 3 and don't know."""
    (amy,) = more_members(payments, "Amy")
    found = open_assessment(team=payments, by=lena, length="full", mode="open")
    for member, answer in ((lena, 1), (mary, 3), (amy, "dk")):
        fill(found, member, 2)
        answer_each(found, member, {SPLIT: answer})
        note(found, member, SPLIT, f"{member.name.split()[0]} wrote this")
    reveal_by(found, lena)
    act(lena, found, act="go", question=SPLIT)
    return found


def test_in_open_mode_names_stand_beside_answers(openly, mary):
    page = screen_of(mary, openly)

    levels = [words(level) for level in page.split('<li class="talk-level')[1:]]
    assert "Lena Lead" in levels[1]
    assert "Mary Member" in levels[3]
    assert "Amy Payments: don't know" in words(page)
    assert "Lena wrote this Lena Lead" in words(page)


def test_in_open_mode_spectators_see_no_name_and_what_the_thresholds_allow(openly, lena, max_):
    act(lena, openly, act="let_watch", spectators="on")

    page = words(screen_of(max_, openly)).split("Question ")[1]

    assert "Mary" not in page
    assert "Amy" not in page
    assert "wrote this" not in page
    assert "No average and no distribution: fewer than 3 gave a level" in page


def test_a_wall_that_spectators_may_see_shows_what_they_may(openly, lena, mary):
    assert "Mary Member" in words(screen_of(lena, openly, wall="1")).split("line A")[1]
    act(lena, openly, act="let_watch", spectators="on")

    for viewer in (lena, mary):
        wall = words(screen_of(viewer, openly, wall="1"))
        assert "wrote this" not in wall
        assert "chose this" not in wall
    assert "Lena wrote this" in words(screen_of(mary, openly))


def test_who_has_left_is_somebody_who_left(openly, lena, mary):
    mary.memberships.all().delete()

    levels = screen_of(lena, openly).split('<li class="talk-level')[1:]

    assert SOMEBODY_WHO_LEFT in levels[3]
    assert "Mary" not in levels[3]


# What comes of it -----------------------------------------------------------------------------


def test_an_agreed_answer_is_kept_with_its_reason_beside_the_sheets(
    at_split, assessment, lena, mary
):
    before = list(Answer.objects.order_by("pk").values())

    assert agree(lena, assessment, reason=f"  {REASON}\r\nAnd more.  ").status_code == 302

    kept = AgreedAnswer.objects.get()
    assert (kept.answer, kept.reason, kept.by, kept.revision) == (
        "2",
        f"{REASON}\nAnd more.",
        lena,
        1,
    )
    assert list(Answer.objects.order_by("pk").values()) == before
    page = words(screen_of(mary, assessment))
    assert f"Agreed: 2, Repeatable {REASON} And more." in page


def test_an_agreed_answer_can_be_another_and_taken_back(at_split, assessment, lena):
    agree(lena, assessment)
    agree(lena, assessment, answer="na", reason="We do not page.")
    assert AgreedAnswer.objects.values_list("answer", "reason", "revision").get() == (
        "na",
        "We do not page.",
        2,
    )
    act(lena, assessment, act="withdraw", question=SPLIT)
    assert settled() == {}


def test_a_question_can_be_left_as_it_is(at_split, assessment, lena, mary):
    act(lena, assessment, act="leave", question=SPLIT)

    assert settled() == {SPLIT: (None, "")}
    assert "Left as it is" in words(screen_of(mary, assessment))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"reason": ""}, "An agreed answer needs its reason: say in one line why."),
        ({"reason": "  \n "}, "An agreed answer needs its reason: say in one line why."),
        ({"reason": "x" * 3000}, "That has 3000 characters; 2,000 is the most. Shorten it."),
        ({"reason": "a\0b"}, "There is a character in it that is not text. Type it again."),
        ({"answer": "7"}, "You agree on one of the five levels, or on not applicable."),
        ({"answer": "dk"}, "You agree on one of the five levels, or on not applicable."),
        ({"answer": ""}, "Choose what you agree on"),
        ({"answer": "\0"}, "You agree on one of the five levels, or on not applicable."),
        ({"question": "noise.nothing"}, "This assessment does not ask the question"),
        ({"question": ""}, "This assessment does not ask the question"),
    ],
)
def test_what_cannot_be_agreed_on_is_refused_and_what_was_typed_comes_back(
    sent, said, at_split, assessment, lena
):
    response = agree(lena, assessment, **sent)

    assert response.status_code == 422
    assert said in unescape(response.text)
    typed = sent.get("reason", REASON).strip().replace("\0", "")
    assert typed in unescape(response.text).replace("\0", "")
    assert (settled(), turn_of(assessment)) == ({}, 2)


def test_a_reason_of_2000_characters_in_many_lines_is_not_too_long(at_split, assessment, lena):
    reason = "\r\n".join(["x" * 9] * 200)

    assert agree(lena, assessment, reason=reason).status_code == 302
    assert len(AgreedAnswer.objects.get().reason) == 1999


def test_an_action_is_noted_on_the_spot(at_split, assessment, lena, mary):
    due = timezone.localdate() + timedelta(days=9)
    act(
        lena,
        assessment,
        act="note_action",
        question=SPLIT,
        text="Give everyone on the rota access",
        owner=mary.pk,
        due_on=due,
    )

    noted = Action.objects.get()
    assert (noted.text, noted.owner, noted.due_on, noted.status, noted.noted_by) == (
        "Give everyone on the rota access",
        mary,
        due,
        "open",
        lena,
    )
    assert (noted.question.key, noted.team, noted.assessment) == (
        SPLIT,
        assessment.team,
        assessment,
    )
    assert "Give everyone on the rota access Mary Member, by" in words(screen_of(mary, assessment))


def test_an_action_needs_neither_owner_nor_day_nor_question(talk, assessment, lena):
    act(lena, assessment, act="note_action", text="Look it up", owner="", due_on="")

    noted = Action.objects.get()
    assert (noted.owner, noted.due_on, noted.question) == (None, None, None)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": " "}, "Say what is to be done."),
        ({"text": "x" * 301}, "That has 301 characters; 300 is the most. Shorten it."),
        ({"text": "a\0b"}, "There is a character in it that is not text."),
        ({"owner": "sam"}, "The owner is one of the team."),
        ({"owner": "9" * 40}, "The owner is one of the team."),
        ({"owner": "x"}, "The owner is one of the team."),
        ({"due_on": "2020-01-01"}, "That day is over. Choose today or a later day."),
        ({"due_on": "soon"}, "Write the day as 2027-03-31, or choose it."),
        ({"due_on": "99999-01-01"}, "Write the day as 2027-03-31, or choose it."),
        ({"question": "noise.nothing"}, "This assessment does not ask the question"),
    ],
)
def test_what_cannot_be_an_action_is_refused_and_comes_back(
    sent, said, at_split, assessment, lena, sam
):
    sent = {"text": "Rehearse the switch", "question": SPLIT} | sent
    sent |= {"owner": sam.pk} if sent.get("owner") == "sam" else {}

    response = act(lena, assessment, act="note_action", **sent)

    assert response.status_code == 422
    assert said in response.text
    assert sent["text"].strip().replace("\0", "") in response.text.replace("\0", "")
    assert Action.objects.count() == 0


def test_today_is_still_a_day_to_do_something_west_of_here(at_split, assessment, lena):
    yesterday = timezone.localdate() - timedelta(days=1)

    act(lena, assessment, act="note_action", question=SPLIT, text="Ask", due_on=yesterday)

    assert Action.objects.get().due_on == yesterday


def test_an_action_noted_in_this_talk_can_be_taken_back_and_no_other(
    at_split, assessment, lena, search_team
):
    act(lena, assessment, act="note_action", question=SPLIT, text="A slip")
    other = Action.objects.create(team=search_team, text="Theirs")
    mine = Action.objects.get(text="A slip")

    act(lena, assessment, act="drop_action", action=other.pk)
    act(lena, assessment, act="drop_action", action=mine.pk)

    assert list(Action.objects.order_by("pk").values_list("text", "status")) == [
        ("A slip", "dropped"),
        ("Theirs", "open"),
    ]
    assert "A slip" not in words(screen_of(lena, assessment))


def test_the_agenda_sums_up_what_came_of_it(at_split, assessment, lena, mary):
    agree(lena, assessment)
    act(lena, assessment, act="leave", question=REVIEW)
    act(lena, assessment, act="note_action", question=SPLIT, text="Rehearse the switch")
    act(lena, assessment, act="go", question="")

    page = words(screen_of(mary, assessment))

    assert "1 agreed 1 left as it is 7 not talked over 1 action" in page
    assert f"{TITLES[SPLIT]} Noise and alert quality agreed" in page
    assert "Rehearse the switch" in page


def test_the_lead_submits_or_reopens_from_the_agenda_and_a_member_does_not(
    talk, assessment, lena, mary
):
    ends = [assessment.get_absolute_url() + end for end in ("submit/", "reopen/")]

    assert [end in screen_of(lena, assessment) for end in ends] == [True, True]
    assert [end in screen_of(mary, assessment) for end in ends] == [False, False]


# In step --------------------------------------------------------------------------------------


def test_a_screen_learns_that_nothing_has_changed_from_one_query(
    talk, assessment, mary, django_assert_num_queries
):
    client = signed_in(mary)
    address(assessment)  # the test itself reads where the team is
    with django_assert_num_queries(3):  # the session, the user, and the talk with its door
        response = now(mary, assessment, 1, client)

    assert (response.status_code, response.content) == (204, b"")
    assert (response.headers["Talk-Turn"], response.headers["Talk-Seconds-Left"]) == ("1", "")


@pytest.mark.parametrize(
    ("who", "status"),
    [("lena", 204), ("mary", 204), ("olga", 204), ("max_", 204), ("sam", 404), ("eve", 404)],
)
def test_the_quick_look_has_the_same_door(who, status, request, talk, assessment):
    user = request.getfixturevalue(who)

    response = now(user, assessment, 1)

    assert response.status_code == status
    kept_out = who in {"olga", "max_"}
    assert ("HX-Redirect" in response.headers) == kept_out
    assert ("Talk-Turn" in response.headers) == (status == 204 and not kept_out)


def test_an_owner_who_facilitates_and_is_made_a_manager_is_out_at_the_next_look(
    talk, assessment, olga
):
    signed_in(olga).post(address(assessment, "talk_take_over"))
    assert "HX-Redirect" not in now(olga, assessment, 2).headers

    olga.memberships.update(role="manager")

    assert now(olga, assessment, 2).headers["HX-Redirect"] == address(assessment)
    assert signed_in(olga).get(address(assessment)).status_code == 403
    assert act(olga, assessment, act="go", question=SPLIT).status_code == 403


def test_a_screen_that_is_behind_gets_the_part_that_follows_the_talk(at_split, assessment, mary):
    response = now(mary, assessment, 1)

    assert response.status_code == 200
    assert response.headers["Talk-Turn"] == "2"
    assert response.text.lstrip().startswith('<div id="talk"')
    assert TITLES[SPLIT] in response.text
    assert "turn=2&amp;wall=0" in response.text


@pytest.mark.parametrize("turn", ["", "x", "9" * 30, "-5", "\0"])
def test_a_screen_that_knows_no_turn_gets_the_newest(turn, talk, assessment, mary):
    assert now(mary, assessment, turn).headers["Talk-Turn"] == "1"


def test_every_act_takes_the_talk_one_turn_on(talk, assessment, lena, mary):
    for number, sent in enumerate(
        [
            {"act": "go", "question": SPLIT},
            {"act": "start_timer", "minutes": "5"},
            {"act": "stop_timer"},
            {"act": "agree", "question": SPLIT, "answer": "1", "reason": "so"},
            {"act": "withdraw", "question": SPLIT},
            {"act": "leave", "question": SPLIT},
            {"act": "note_action", "question": SPLIT, "text": "Ask"},
            {"act": "let_watch", "spectators": "on"},
            {"act": "hand_over", "to": str(mary.pk)},
        ],
        start=2,
    ):
        assert act(lena, assessment, **sent).status_code == 302
        assert turn_of(assessment) == number


def test_an_act_with_scripts_answers_with_the_part_and_without_with_the_page(
    talk, assessment, lena
):
    part = act(lena, assessment, act="go", question=SPLIT, follows=True)
    assert (part.status_code, part.headers["Talk-Turn"]) == (200, "2")
    assert part.text.lstrip().startswith('<div id="talk"')

    page = act(lena, assessment, act="go", question=REVIEW)
    assert (page.status_code, page.headers["Location"]) == (302, address(assessment))


@pytest.mark.parametrize("people", [0, 30])
def test_a_screen_costs_the_same_for_few_and_many(
    people, assessment, team, lena, mary, payments, django_assert_num_queries
):
    answer_all(assessment, team)
    for member in more_members(payments, *(f"Member{number}" for number in range(people))):
        fill(assessment, member, 3)
    reveal_by(assessment, lena)
    act(lena, assessment, act="go", question=SPLIT)
    for number in range(people):
        act(lena, assessment, act="note_action", question=SPLIT, text=f"Action {number}")
    client = signed_in(mary)
    client.get(address(assessment))

    with django_assert_num_queries(12):
        client.get(address(assessment))


def test_without_scripts_watchers_reload_and_the_facilitator_does_not(talk, assessment, lena, mary):
    assert 'http-equiv="refresh"' in screen_of(mary, assessment)
    assert 'http-equiv="refresh"' not in screen_of(lena, assessment)


# The timer ------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [2, 5, 10])
def test_the_timer_ends_by_the_server_s_clock(minutes, at_split, assessment, lena, mary):
    act(lena, assessment, act="start_timer", minutes=minutes)

    ends = Talk.objects.get().timer_ends_at
    assert 0 <= minutes * 60 - (ends - timezone.now()).total_seconds() < 10
    left = int(now(mary, assessment, 3).headers["Talk-Seconds-Left"])
    assert 0 <= minutes * 60 - left < 10


@pytest.mark.parametrize("minutes", ["0", "3", "-5", "9" * 30, "x", "", "\0"])
def test_the_timer_runs_for_two_five_or_ten_minutes(minutes, at_split, assessment, lena):
    response = act(lena, assessment, act="start_timer", minutes=minutes)

    assert response.status_code == 422
    assert "The timer runs for 2, 5 or 10 minutes." in response.text
    assert Talk.objects.get().timer_ends_at is None


def test_a_timer_that_is_over_says_so_and_never_runs_below_nothing(
    at_split, assessment, lena, mary
):
    Talk.objects.update(timer_ends_at=timezone.now() - timedelta(minutes=3))

    page = screen_of(mary, assessment)

    assert 'data-left="0"' in page
    assert "talk-timer is-over" in page
    assert now(mary, assessment, 2).headers["Talk-Seconds-Left"] == "0"


def test_the_timer_stops_when_stopped_and_when_the_talk_goes_on(at_split, assessment, lena):
    for sent in ({"act": "stop_timer"}, {"act": "go", "question": REVIEW}):
        act(lena, assessment, act="start_timer", minutes=2)
        act(lena, assessment, **sent)
        assert Talk.objects.get().timer_ends_at is None


# Two at once ----------------------------------------------------------------------------------


def test_a_stale_screen_changes_nothing_and_what_was_typed_waits_in_a_form_of_its_own(
    at_split, assessment, lena
):
    act(lena, assessment, act="go", question=REVIEW)

    response = agree(lena, assessment, turn=2)

    assert response.status_code == 409
    page = unescape(response.text)
    assert (
        "You pressed twice, or moved the talk on with another screen in the meantime: "
        f"it is at “{TITLES[REVIEW]}” now. This press changed nothing." in page
    )
    assert f"What you had written about “{TITLES[SPLIT]}”" in page
    assert REASON in page
    assert settled() == {}

    assert agree(lena, assessment, turn=3).status_code == 302
    assert settled() == {SPLIT: ("2", REASON)}


def test_a_stale_screen_of_the_same_question_gets_its_form_filled_in_again(
    at_split, assessment, lena
):
    act(lena, assessment, act="start_timer", minutes=5)

    page = agree(lena, assessment, turn=2).text

    assert "What you had written" not in page
    assert re.search(r'<textarea[^>]*name="reason"[^>]*>Two services page on causes still\.<', page)
    assert re.search(r'name="answer" value="2" checked', page)


def test_who_was_taken_over_from_learns_it_and_keeps_their_words(at_split, assessment, lena, olga):
    signed_in(olga).post(address(assessment, "talk_take_over"))

    response = agree(lena, assessment, turn=2)

    assert response.status_code == 403
    assert "Olga Owner facilitates this talk, so nothing was changed." in response.text
    assert REASON in response.text
    assert settled() == {}


def test_who_takes_over_with_an_old_screen_is_told_who_moved_on(at_split, assessment, lena, olga):
    signed_in(olga).post(address(assessment, "talk_take_over"))
    act(olga, assessment, act="go", question=REVIEW)
    Talk.objects.update(facilitator=lena)

    assert act(lena, assessment, turn=2, act="go", question=SPLIT).status_code == 409


def test_the_reveal_is_what_begins_the_talk(talk, assessment, lena):
    assert assessment.status == AssessmentStatus.REVEALED
    assert (talk.facilitator, talk.question, talk.spectators, talk.turn) == (lena, None, False, 1)
