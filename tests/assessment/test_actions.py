"""Actions: made of suggestions with one press, moved, edited by two at once, and what is told."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.models import Action, ActionChange, Question
from assessment.published import published_model
from teams.models import Notice
from tests.assessment.frozen import submitted
from tests.assessment.test_team_page import PAYMENTS, page, section, text
from tests.conftest import signed_in

ACTIONS = PAYMENTS + "actions/"
GATE, REVIEW = "noise.actionability", "noise.review"
TITLES = {
    GATE: "Share of pages that needed a person to act",
    REVIEW: "A regular look at what paged and why",
}


@pytest.fixture
def assessed(payments, model):
    """Five answered 2 throughout, but 1 for the gate of noise and for its review."""
    people = ("amy", "bob", "cat", "dan", "fay")
    return submitted(payments, model, {name: {"*": 2, GATE: 1, REVIEW: 1} for name in people})


@pytest.fixture
def action(payments, lena):
    return Action.objects.create(team=payments, text="Silence the disk alert", noted_by=lena)


def make(user, *steps, follow=False):
    return signed_in(user).post(ACTIONS + "make/", {"steps": " ".join(steps)}, follow=follow)


def address(action, part=""):
    return f"{ACTIONS}{action.pk}/{part}"


def move(user, action, status, revision=None, **fields):
    sent = {"status": status, "revision": revision or action.revision, **fields}
    return signed_in(user).post(address(action, "status/"), sent)


def typed(action, **changed):
    """Everything an action's form sends."""
    fields = {
        "text": action.text,
        "owner": action.owner_id or "",
        "due_on": action.due_on.isoformat() if action.due_on else "",
        "status": action.status,
        "note": action.note,
        "link": action.link,
        "revision": action.revision,
    }
    return fields | changed


def save(user, action, **changed):
    return signed_in(user).post(address(action), typed(action, **changed))


def read(user, where):
    response = signed_in(user).get(where)
    assert response.status_code == 200
    return response.content.decode()


def told(action):
    """What the page of an action says happened to it, newest first."""
    html = read(action.noted_by, address(action)).split('class="history"')[1].split("</ol>")[0]
    return [text(entry.split("</p>")[0]) for entry in html.split("<li>")[1:]]


# One press ------------------------------------------------------------------------------------


def test_one_press_makes_an_action_of_a_suggestion_and_lands_on_it(mary, assessed):
    response = make(mary, f"{GATE}:2")

    made = Action.objects.get()
    assert response.url == address(made)
    assert (made.text, made.question.key, made.level) == ("Do what line C says", GATE, 2)
    assert (made.owner, made.noted_by, made.status) == (mary, mary, "open")
    assert made.due_on == timezone.localdate() + timedelta(days=45)
    assert made.assessment == assessed.assessment
    said = text(read(mary, response.url))
    assert f"What it is for {TITLES[GATE]} Noise and alert quality Leads to 2 Repeatable" in said
    assert told(made) == ["Mary Member made it of what was suggested"]


@pytest.mark.parametrize(("who", "owned"), [("lena", True), ("olga", False), ("max_", False)])
def test_whoever_presses_owns_it_if_they_are_in_the_team(who, owned, request, assessed):
    user = request.getfixturevalue(who)

    make(user, f"{GATE}:2")

    assert Action.objects.get().owner == (user if owned else None)


def test_pressed_twice_it_is_one_action(mary, lena, assessed):
    first = make(mary, f"{GATE}:2")

    again = make(lena, f"{GATE}:2")

    assert again.url == first.url
    assert Action.objects.count() == 1


def test_what_was_dropped_can_be_made_an_action_again(mary, assessed):
    make(mary, f"{GATE}:2")
    move(mary, Action.objects.get(), "dropped")

    make(mary, f"{GATE}:2")

    assert sorted(Action.objects.values_list("status", flat=True)) == ["dropped", "open"]


def test_a_whole_set_of_steps_becomes_actions_with_one_press(mary, assessed):
    make(mary, f"{GATE}:2")

    response = make(mary, f"{GATE}:2", f"{REVIEW}:2", follow=True)

    assert response.redirect_chain == [(ACTIONS, 302)]
    assert set(Action.objects.values_list("question__key", "level")) == {(GATE, 2), (REVIEW, 2)}
    assert "1 action was made; 1 was there already." in text(response.content.decode())


@pytest.mark.parametrize(
    "steps",
    [
        "",
        "noise.nothing:2",
        f"{GATE}:1",
        f"{GATE}:5",
        f"{GATE}:",
        f"{GATE}",
        f"{GATE}:2\0",
        "9" * 3000,
        f"{GATE}:2 noise.nothing:2",
        " ".join([f"{GATE}:2"] * 41),
    ],
)
def test_what_is_not_suggested_makes_no_action(steps, mary, assessed):
    response = make(mary, steps)

    assert response.url == f"{PAYMENTS}#next-steps"
    assert Action.objects.count() == 0


def test_before_the_first_assessment_nothing_is_suggested(mary, payments, model):
    assert make(mary, f"{GATE}:2").status_code == 302
    assert Action.objects.count() == 0


def test_a_question_that_too_few_judged_makes_no_action(mary, payments, model):
    two = {name: {"*": 2, GATE: 1} for name in ("amy", "bob")}
    rest = {key: 2 for key in Question.objects.values_list("key", flat=True) if key != GATE}
    submitted(payments, model, two | {"cat": rest})

    make(mary, f"{GATE}:2")

    assert Action.objects.count() == 0


def test_a_suggestion_longer_than_an_action_stands_whole_in_its_note(mary, assessed, model):
    long = "Mark each page. " * 25
    Question.objects.get(key=GATE).levels.filter(level=1).update(suggestion=long.strip())
    published_model.cache_clear()

    make(mary, f"{GATE}:2")

    made = Action.objects.get()
    assert (made.text, made.note) == (("Mark each page. " * 18).strip(), long.strip())


# Who may --------------------------------------------------------------------------------------

PLANNERS = [("lena", 200), ("mary", 200), ("olga", 200), ("max_", 200), ("sam", 404), ("eve", 404)]


@pytest.mark.parametrize(("who", "status"), PLANNERS)
def test_the_team_and_those_over_it_plan(who, status, request, action, assessed):
    user = request.getfixturevalue(who)
    client = signed_in(user)

    assert client.get(ACTIONS).status_code == status
    assert client.get(ACTIONS + "new/").status_code == status
    assert client.get(address(action)).status_code == status
    done = 302 if status == 200 else 404
    assert make(user, f"{GATE}:2").status_code == done
    assert save(user, action, note="Seen").status_code == done
    action.refresh_from_db()
    assert move(user, action, "done").status_code == done
    action.refresh_from_db()
    assert action.status == ("done" if status == 200 else "open")


def test_another_team_s_action_is_not_found(sam, action, search_team):
    there = ACTIONS.replace("payments", "search")
    client = signed_in(sam)

    assert client.get(f"{there}{action.pk}/").status_code == 404
    assert client.post(f"{there}{action.pk}/status/", {"status": "done"}).status_code == 404
    assert client.post(f"{there}{10**30}/status/", {"status": "done"}).status_code == 404
    assert client.get(f"{there}{action.pk}/status/").status_code == 405


# How far it is --------------------------------------------------------------------------------


def test_an_action_is_started_done_and_opened_again_with_its_history(action, lena, mary):
    for status in ("doing", "done", "open"):
        move(mary, action, status)
        action.refresh_from_db()

    assert (action.status, action.revision, action.closed_at) == ("open", 4, None)
    assert told(action) == [
        "Mary Member moved it from done to open",
        "Mary Member moved it from in progress to done",
        "Mary Member moved it from open to in progress",
        "Lena Lead noted it",
    ]


def test_done_twice_is_done_once(action, mary):
    move(mary, action, "done")

    move(mary, action, "done")

    assert ActionChange.objects.count() == 1


@pytest.mark.parametrize("sent", ["", "later", "\0", "DONE"])
def test_a_status_that_is_none_is_refused(sent, action, mary):
    assert move(mary, action, sent).status_code == 302
    action.refresh_from_db()
    assert action.status == "open"


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("", PAYMENTS),
        (f"{ACTIONS}?mine=1#action-7", f"{ACTIONS}?mine=1#action-7"),
        ("https://elsewhere.example/", PAYMENTS),
        ("//elsewhere.example", PAYMENTS),
        ("javascript:alert(1)", PAYMENTS),
    ],
)
def test_one_goes_back_to_where_one_was_on_this_site(wanted, leads_to, action, mary):
    assert move(mary, action, "done", next=wanted).url == leads_to


def test_two_who_move_it_differently_see_both_and_nothing_is_overwritten(action, lena, mary):
    move(lena, action, "doing")

    response = move(mary, action, "dropped", revision=1)

    assert response.status_code == 409
    said = text(response.content.decode())
    assert "This action was changed in the meantime. Nothing was overwritten" in said
    assert "How far In progress Lena Lead set this" in said
    assert "Dropped You typed this" in said
    action.refresh_from_db()
    assert action.status == "doing"


def test_a_move_passes_by_what_others_changed_of_the_rest(action, lena, mary):
    save(lena, action, note="Half of it")

    assert move(mary, action, "done", revision=1).status_code == 302
    action.refresh_from_db()
    assert (action.status, action.note) == ("done", "Half of it")


# Two editors ----------------------------------------------------------------------------------


def fields_of(html):
    """The form as the page shows it, with what is chosen on it."""
    form = html.split('<form class="panel action-form"')[1].split("</form>")[0]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    areas = re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    inputs = re.findall(r'<input class="form-control"[^>]* name="(\w+)" value="([^"]*)"', form)
    selects = {
        name: "".join(re.findall(r'value="([^"]*)" selected', options))
        for name, options in re.findall(r'<select[^>]* name="(\w+)".*?>(.*?)</select>', form)
    }
    checked = re.findall(r'name="(keep-\w+)" value="(\w+)" checked', form)
    return dict([*hidden, *areas, *inputs, *selects.items(), *checked])


@pytest.fixture
def two_versions(action, max_, olga):
    """Max changed what is to be done and the day; Olga, with the form of before, the note too."""
    monday = timezone.localdate() + timedelta(days=3)
    save(max_, action, text="Silence the disk alert for good", due_on=monday)
    response = save(olga, action, text="Delete the disk alert", note="It never mattered")
    assert response.status_code == 409
    return response.content.decode()


def test_two_managers_who_edit_one_action_see_both_values(two_versions, action):
    said = text(two_versions)

    assert "Nothing was overwritten, and what you typed is here." in said
    assert "What will be done Silence the disk alert for good Max Manager set this" in said
    assert "Delete the disk alert You typed this" in said
    assert "nothing As it stood on your screen" in said
    assert "It never mattered" in said
    action.refresh_from_db()
    assert (action.text, action.note, action.revision) == (
        "Silence the disk alert for good",
        "",
        2,
    )


def test_they_choose_field_by_field_and_what_neither_disputes_is_kept(two_versions, action, olga):
    sent = fields_of(two_versions)
    assert "keep-text" not in sent
    assert sent["keep-due_on"] == "theirs"  # Olga had not touched it

    response = signed_in(olga).post(address(action), sent | {"keep-text": "mine"})

    assert response.status_code == 302
    action.refresh_from_db()
    assert (action.text, action.note) == ("Delete the disk alert", "It never mattered")
    assert action.due_on == timezone.localdate() + timedelta(days=3)
    assert ActionChange.objects.filter(action=action, revision=3).count() == 2


def test_nothing_is_saved_before_they_have_chosen(two_versions, action, olga):
    response = signed_in(olga).post(address(action), fields_of(two_versions))

    assert response.status_code == 409
    said = text(response.content.decode())
    assert "Choose which of the two to keep, in each. Nothing was changed yet." in said
    assert "Delete the disk alert You typed this" in said
    action.refresh_from_db()
    assert action.revision == 2


def test_a_third_change_meanwhile_is_shown_as_well(two_versions, action, olga, lena):
    action.refresh_from_db()
    save(lena, action, text="Mend the disk")

    sent = fields_of(two_versions) | {"keep-text": "mine"}
    response = signed_in(olga).post(address(action), sent)

    assert response.status_code == 409
    assert "Mend the disk Lena Lead set this" in text(response.content.decode())
    action.refresh_from_db()
    assert action.text == "Mend the disk"


def test_two_who_type_the_same_agree(action, lena, mary):
    save(lena, action, note="Half of it")

    assert save(mary, action, note="Half of it").status_code == 302
    assert ActionChange.objects.count() == 1


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 40, "²", "\0"])
def test_a_form_without_a_revision_overwrites_nothing(revision, action, lena, mary):
    save(lena, action, text="Mend the disk")

    response = save(mary, action, text="Delete the alert", revision=revision)

    action.refresh_from_db()
    assert (response.status_code, action.text) == (409, "Mend the disk")


# What can be typed ----------------------------------------------------------------------------


def test_every_field_can_be_changed_and_the_history_says_how(action, lena, mary):
    due = timezone.localdate() + timedelta(days=9)

    save(
        lena,
        action,
        text="Mend the disk",
        owner=mary.pk,
        due_on=due,
        status="doing",
        note="Spare parts are here",
        link="https://tickets.example/7",
    )

    action.refresh_from_db()
    assert (action.owner, action.due_on, action.status) == (mary, due, "doing")
    assert told(action)[0] == (
        "Lena Lead changed what is to be done from “Silence the disk alert” to “Mend the disk” "
        f"and gave it to Mary Member and set the due date: {due.day} {due:%B %Y} "
        "and moved it from open to in progress and set the note: “Spare parts are here” "
        "and set the link: “https://tickets.example/7”"
    )
    assert 'href="https://tickets.example/7" rel="noopener noreferrer"' in read(
        lena, address(action)
    )


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": " "}, "Say what is to be done."),
        ({"text": "x" * 301}, "That has 301 characters; 300 is the most. Shorten it."),
        ({"note": "x" * 2001}, "That has 2001 characters; 2,000 is the most. Shorten it."),
        ({"note": "a\0b"}, "There is a character in it that is not text."),
        ({"owner": "9" * 40}, "The owner is one of the team."),
        ({"owner": "sam"}, "The owner is one of the team."),
        ({"due_on": "2020-01-01"}, "That day is over. Choose today or a later day."),
        ({"due_on": "soon"}, "Write the day as 2027-03-31, or choose it."),
        ({"status": "later"}, "An action is open, in progress, done or dropped."),
        ({"link": "javascript:alert(1)"}, "Write a web address that begins with https://"),
        ({"link": "ftp://files.example/"}, "Write a web address that begins with https://"),
        ({"link": "https://" + "x" * 500 + ".example"}, "500 is the most."),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason_and_comes_back(sent, said, action, lena, sam):
    sent |= {"owner": sam.pk} if sent.get("owner") == "sam" else {}

    response = save(lena, action, **{"note": "Kept as typed", **sent})

    assert said in response.text
    assert "note" in sent or "Kept as typed" in response.text
    action.refresh_from_db()
    assert (action.revision, action.link) == (1, "")


def test_an_address_without_its_beginning_gets_one(action, lena):
    save(lena, action, link="tickets.example/7")

    action.refresh_from_db()
    assert action.link == "https://tickets.example/7"


def test_an_owner_who_left_and_a_day_that_is_over_may_stay(action, lena, sam):
    Action.objects.update(owner=sam, due_on=timezone.localdate() - timedelta(days=9))
    action.refresh_from_db()

    assert save(lena, action, note="Late").status_code == 302
    action.refresh_from_db()
    assert (action.owner, action.note) == (sam, "Late")


def test_an_action_can_be_noted_outside_of_a_talk(mary, payments):
    response = signed_in(mary).post(
        ACTIONS + "new/", {"text": "Buy a bell", "owner": "", "due_on": "", "note": "", "link": ""}
    )

    made = Action.objects.get()
    assert response.url == address(made)
    assert (made.text, made.team, made.question, made.level) == ("Buy a bell", payments, None, None)
    assert told(made) == ["Mary Member noted it"]


def test_what_somebody_typed_is_never_markup(action, lena):
    save(lena, action, text="<b>bold</b>", note="<script>alert(1)</script>")

    html = read(lena, address(action)) + read(lena, ACTIONS) + page(lena)
    assert "<b>bold</b>" not in html
    assert "<script>alert" not in html


# Telling --------------------------------------------------------------------------------------


def notices_of(user):
    return list(Notice.objects.filter(user=user).values_list("text", "address"))


def test_whoever_is_given_an_action_is_told(action, lena, mary):
    due = timezone.localdate() + timedelta(days=9)

    save(lena, action, owner=mary.pk, due_on=due)

    said = f"Lena Lead gave you an action in Payments, due {due.day} {due:%B %Y}: {action.text}"
    assert notices_of(mary) == [(said, address(action))]


def test_who_takes_an_action_is_not_told_nor_who_already_has_it(action, mary, lena):
    save(mary, action, owner=mary.pk)
    action.refresh_from_db()
    save(lena, action, note="Thanks")

    assert notices_of(mary) == []


# Board and list -------------------------------------------------------------------------------


@pytest.fixture
def several(payments, lena, mary, model):
    today = timezone.localdate()
    question = Question.objects.get(key=REVIEW)

    def note(text, **fields):
        return Action.objects.create(team=payments, text=text, **fields)

    note("Late", owner=mary, due_on=today - timedelta(days=2))
    note("Begun", owner=lena, due_on=today, status="doing", question=question, level=3)
    note("Undated")
    now = timezone.now()
    note("Over", owner=mary, due_on=today - timedelta(days=9), status="done", closed_at=now)
    note("Gone", status="dropped", closed_at=now)


STATUSES = ("open", "doing", "done", "dropped")


def column(html, status):
    part = html.split(f'id="column-{status}"')[1].split("</section>")[0]
    return re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", part)


def test_the_board_has_a_column_for_each_status_the_next_one_due_first(mary, several):
    html = read(mary, ACTIONS)

    assert {status: column(html, status) for status in STATUSES} == {
        "open": ["Late", "Undated"],
        "doing": ["Begun"],
        "done": ["Over"],
        "dropped": ["Gone"],
    }
    assert text(html).count(" overdue since ") == 1
    assert "A regular look at what paged and why, to level 3" in html


def test_a_card_is_moved_with_a_button_and_comes_back_to_where_it_was(mary, several):
    form = re.search(r'<form class="moves.*?</form>', read(mary, ACTIONS + "?mine=1"), re.DOTALL)
    sent = dict(re.findall(r'name="(revision|next)" value="([^"]+)"', form[0]))
    where = re.search(r'action="([^"]+)"', form[0])[1]

    response = signed_in(mary).post(where, sent | {"status": "doing"})

    late = Action.objects.get(text="Late")
    assert late.status == "doing"
    assert response.url == f"{ACTIONS}?mine=1#action-{late.pk}"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"Late", "Begun", "Undated", "Over", "Gone"}),
        ("mine=1", {"Late", "Over"}),
        ("overdue=1", {"Late"}),
        ("mine=1&overdue=1", {"Late"}),
        ("mine=x&overdue=%00&sort=nothing&page=-1", {"Late", "Begun", "Undated", "Over", "Gone"}),
    ],
)
def test_mine_and_overdue_narrow_board_and_list(asked, found, mary, several):
    board = read(mary, f"{ACTIONS}?{asked}")
    shown = {
        text for status in ("open", "doing", "done", "dropped") for text in column(board, status)
    }
    listed = re.findall(
        r'<th scope="row"><a [^>]*>(.*?)</a>', read(mary, f"{ACTIONS}?view=list&{asked}")
    )

    assert shown == found
    assert set(listed) == found


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("due", "Late", "Gone"),
        ("-due", "Begun", "Gone"),
        ("what", "Begun", "Undated"),
        ("-what", "Undated", "Begun"),
        ("owner", "Begun", "Gone"),
        ("status", "Late", "Gone"),
        ("-status", "Gone", "Undated"),
        ("question", "Begun", "Gone"),
    ],
)
def test_the_list_sorts_by_each_column_and_what_lacks_it_stands_last(
    sort, first, last, mary, several
):
    html = read(mary, f"{ACTIONS}?view=list&sort={sort}")

    rows = re.findall(r'<th scope="row"><a [^>]*>(.*?)</a>', html)
    assert (rows[0], rows[-1]) == (first, last)
    way = "descending" if sort.startswith("-") else "ascending"
    assert html.count("aria-sort") == html.count(f'aria-sort="{way}"') == 1


def test_a_long_list_has_pages_and_a_board_the_newest_of_what_is_over(mary, payments):
    now = timezone.now()
    for number in range(60):
        closed = now - timedelta(days=number)
        Action.objects.create(team=payments, text=f"Over {number}", status="done", closed_at=closed)

    board = read(mary, ACTIONS)
    assert column(board, "done") == [f"Over {number}" for number in range(8)]
    assert "52 more in the list" in board
    second = read(mary, ACTIONS + "?view=list&page=2")
    assert second.count('<th scope="row">') == 10
    assert "Page 2 of 2" in second


@pytest.mark.parametrize("view", ["", "?view=list"])
def test_a_hundred_actions_take_as_many_queries_as_two(view, mary, payments, several):
    client = signed_in(mary)

    def queries():
        client.get(ACTIONS + view)
        with CaptureQueriesContext(connection) as asked:
            client.get(ACTIONS + view)
        return len(asked)

    few = queries()
    for number in range(40):
        Action.objects.create(team=payments, text=f"More {number}", owner=mary)

    assert queries() == few == (8 if not view else 6)


def test_an_empty_board_says_how_an_action_comes_about(mary, payments):
    said = text(read(mary, ACTIONS))

    assert "A next step on the team's page becomes an action with one press." in said
    assert "No action yet" in read(mary, ACTIONS + "?view=list")


# On the team's page ---------------------------------------------------------------------------


def test_a_next_step_says_which_level_it_leads_to_and_with_what(mary, assessed):
    steps = text(section(page(mary), "next-steps"))

    assert f"Lets Noise reach 2 Repeatable together with “{TITLES[REVIEW]}”" in steps
    assert f"Make this an action: {TITLES[GATE]}" in steps


def test_the_cheapest_set_says_why_it_has_these_steps(mary, assessed):
    said = text(section(page(mary), "next-level"))

    assert "Noise and alert quality 1 Ad hoc → to 2 Repeatable 2 steps: 2 small; +0.5" in said
    assert (
        f"Why these: “{TITLES[GATE]}” is a gate question, which has to reach 2 Repeatable. "
        f"4 of the 4 questions have to reach it, and 2 do today: “{TITLES[REVIEW]}” besides, as "
        "these take the least effort."
    ) in said
    assert "Make all 2 actions: Noise and alert quality" in said


def test_what_is_an_action_already_says_so_at_once(mary, assessed):
    page(mary)

    make(mary, f"{GATE}:2")

    html = page(mary)
    made = Action.objects.get()
    steps = section(html, "next-steps")
    assert f'<a href="actions/{made.pk}/">' in steps
    assert f"Is an action: {TITLES[GATE]}" in text(steps)
    assert f"Make this an action: {TITLES[GATE]}" not in text(steps)
    assert "1 in the plan" in text(section(html, "next-level"))


def test_an_action_noted_about_a_question_is_named_beside_its_step(mary, assessed, payments):
    question = Question.objects.get(key=GATE)
    Action.objects.create(team=payments, text="Ask around", question=question)

    steps = text(section(page(mary), "next-steps"))
    assert f"An action about it is open: {TITLES[GATE]}" in steps
    assert f"Make this an action: {TITLES[GATE]}" in steps


def test_a_page_without_scripts_makes_actions_with_its_one_form(mary, assessed):
    html = page(mary)

    assert f'<form id="plan" method="post" action="{ACTIONS}make/" hidden>' in html
    assert f'form="plan" name="steps" value="{GATE}:2"' in html
