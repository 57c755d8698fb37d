# What may be None is not in these cases, and a test that forgets fails.
# mypy: no-check-untyped-defs

"""The page "Compare two": what moved between two assessments of a team, and who may see it."""

import html as entities
import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.models import (
    Action,
    Assessment,
    Level,
    Question,
    Questionnaire,
    QuestionScore,
    Snapshot,
)
from tests.assessment.conftest import open_assessment, publish_model, publish_questions
from tests.assessment.frozen import snapshot, submitted
from tests.conftest import signed_in

ADDRESS = "/organizations/harbour/teams/payments/compare/"
SEVEN = tuple(f"person {n}" for n in range(7))

NOBODYS = UUID("11111111-2222-4333-8444-555555555555")


def page(user, query=""):
    response = signed_in(user).get(ADDRESS + query)
    assert response.status_code == 200
    return response.content.decode()


def text(html):
    """What a screen reader says: no tags nor what is hidden from it, spaces joined."""
    html = re.sub(r'<(\w+)[^>]* aria-hidden="true">[^<]*</\1>', " ", html)
    words = entities.unescape(re.sub(r"<[^>]+>", " ", html)).split()
    return " ".join(words).replace(" ,", ",").replace(" .", ".")


def question(html, title):
    """What the page says of one question."""
    return next(
        text(item)
        for item in re.findall(r"<li>\s*<p class=\"moved-title\">.*?</li>", html, re.S)
        if title in item
    )


def questionnaire(html, key):
    return text(html.split(f'aria-labelledby="{key}"')[1].split("<ul")[0])


def everybody(names=SEVEN, **answers):
    """Sheets of people who answer alike: `noise_review=3`, and 1 to the rest."""
    return {
        name: {"*": 1} | {k.replace("_", ".", 1): a for k, a in answers.items()} for name in names
    }


def submit(team, model, sheets, *, days_ago, **fields):
    """Submit an assessment, opened a week before."""
    frozen = submitted(team, model, sheets, **fields)
    at = timezone.now() - timedelta(days=days_ago)
    Snapshot.objects.filter(pk=frozen.pk).update(taken_at=at)
    Assessment.objects.filter(pk=frozen.assessment_id).update(
        submitted_at=at, opened_at=at - timedelta(days=7)
    )
    frozen.refresh_from_db()
    return frozen


def between(first, last, only=""):
    address = f"?from={first.assessment_id}&to={last.assessment_id}"
    return address + (f"&only={only}" if only else "")


def day(of):
    return f"{of.taken_at.day} {of.taken_at:%b %Y}"


RISEN = {
    "noise_actionability": 3,
    "noise_symptoms": 2,
    "noise_grouping": 1,
    "noise_review": 1,
}


@pytest.fixture
def two(payments, model):
    """Seven people, twice: paging got better by two levels and by one, the rest is as it was."""
    return (
        submit(payments, model, everybody(), days_ago=100),
        submit(payments, model, everybody(**RISEN), days_ago=10),
    )


# Who may look ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["olga", "max_", "lena", "mary"])
def test_the_team_and_those_over_it_compare(request, who, two):
    assert "Noise and alert quality rose from 1.0 to 1.8: changed" in page(
        request.getfixturevalue(who)
    )


@pytest.mark.parametrize("who", ["sam", "eve"])
def test_a_stranger_does_not_learn_that_it_is_there(request, who, two):
    assert signed_in(request.getfixturevalue(who)).get(ADDRESS + between(*two)).status_code == 404


# What it says ---------------------------------------------------------------------------------


def test_the_sentence_on_top(mary, two):
    said = text(page(mary))

    assert "Noise and alert quality rose from 1.0 to 1.8: changed; the rest is within noise" in said
    assert "1 of 9 questions compared changed." in said


def test_a_questionnaire_stands_old_beside_new(mary, two):
    said = questionnaire(page(mary), "noise")

    assert said.startswith("> Noise and alert quality changed, up 1.0 to 1.8")
    assert "Change +0.8, the same 7 people" in said
    assert "Level 1 Ad hoc, as before" in said
    assert "Then 1.0; interval from 0.7 to 1.3, firm" in said
    assert "Now 1.8; interval from 1.4 to 2.1, firm" in said


def test_each_question_says_what_it_did_and_why(mary, two):
    html = page(mary)

    assert question(html, "Share of pages").endswith("1.0 to 3.0 changed, up the same 7 people")
    assert question(html, "Paging on what users feel").endswith(
        "1.0 to 2.0 within noise beyond noise by itself, but not as one of 9 questions; "
        "the same 7 people"
    )
    assert question(html, "Related alerts").endswith(
        "1.0 to 1.0 within noise less than a quarter of a level; the same 7 people"
    )


def test_the_steps_are_drawn_without_styles(mary, two):
    html = page(mary)

    assert html.count('<svg class="move" width="120"') == 9
    assert 'class="way"' in html
    assert "style=" not in html


def test_the_means_are_those_of_the_two_snapshots(mary, two):
    html = page(mary)

    for frozen, place in zip(two, (0, 1), strict=True):
        for row in QuestionScore.objects.filter(snapshot=frozen).select_related("question"):
            shown = re.search(r"(\d\.\d) to (\d\.\d)", question(html, row.question.title))
            assert shown.groups()[place] == f"{row.mean:.1f}"


def test_each_mean_leads_to_its_question_where_it_is_told_how_it_was_computed(mary, two):
    html = page(mary)

    for frozen in two:
        told = re.findall(rf'href="([^"]*/{frozen.assessment_id}/scores/\w+/)#([\w.]+)"', html)
        assert len(told) == 9
        for address, key in told:
            assert f'id="{key}"' in signed_in(mary).get(address).text


def test_the_verdict_is_the_one_that_was_frozen(mary, two):
    frozen = {
        each.questionnaire.key: each for each in two[1].scores.select_related("questionnaire")
    }

    assert (frozen["noise"].changed, frozen["runbooks"].changed) == (True, False)
    html = page(mary)
    assert f"Change {frozen['noise'].change:+.1f}" in questionnaire(html, "noise")
    assert questionnaire(html, "runbooks").startswith("> Runbooks within noise 1.0 to 1.0")


def test_only_what_changed(mary, two):
    html = page(mary, between(*two, only="changed"))

    assert "Share of pages" in html
    assert "Paging on what users feel" not in html
    assert 'id="runbooks"' not in html


def test_a_questionnaire_may_change_without_any_of_its_questions(mary, payments, model):
    a_level_more = dict.fromkeys(RISEN, 2)
    submit(payments, model, everybody(), days_ago=100)
    last = submit(payments, model, everybody(**a_level_more), days_ago=10)

    html = page(mary, f"?to={last.assessment_id}&only=changed")

    assert "Noise and alert quality rose from 1.0 to 2.0: changed" in html
    assert "None of 9 questions compared changed." in html
    assert "None of its questions changed beyond noise." in html


def test_when_nothing_changed_the_filter_offers_everything(mary, payments, model):
    pair = [submit(payments, model, everybody(), days_ago=n) for n in (90, 9)]

    html = page(mary, between(*pair, only="changed"))

    assert "Nothing moved beyond noise" in html
    assert "Nothing here is called changed" in html
    assert f'href="{entities.escape(between(*pair))}">Show everything' in html


def test_read_backwards_what_rose_fell(mary, two):
    html = page(mary, between(two[1], two[0]))

    assert "Noise and alert quality fell from 1.8 to 1.0: changed" in html
    assert "Read backwards: the later assessment stands first." in html
    assert question(html, "Share of pages").endswith("3.0 to 1.0 changed, down the same 7 people")


# Hidden, agreed, dropped, asked once -----------------------------------------------------------


def test_what_too_few_answered_is_hidden_and_says_so(mary, payments, model):
    two_know = {
        name: {"*": 1} | ({} if at < 2 else {"noise.review": "dk"}) for at, name in enumerate(SEVEN)
    }
    submit(payments, model, two_know, days_ago=100)
    submit(payments, model, everybody(), days_ago=10)

    assert question(page(mary), "A regular look").endswith(
        "nothing to 1.0 newly answered then fewer than 3 gave a level, so it is hidden"
    )


def test_an_organization_that_asks_for_five_hides_four(mary, payments, model):
    four_know = {
        name: {"*": 1} | ({} if at < 4 else {"noise.review": "dk"}) for at, name in enumerate(SEVEN)
    }
    submit(payments, model, everybody(), days_ago=100)
    submit(payments, model, four_know, days_ago=10, least_answers=5)

    assert question(page(mary), "A regular look").endswith(
        "too few now now fewer than 5 gave a level, so it is hidden"
    )


def test_how_many_answered_twice_is_not_told_beside_one_newcomer(mary, payments, model):
    submit(payments, model, everybody(SEVEN[:5]), days_ago=100)
    submit(payments, model, everybody(SEVEN[:6], **RISEN), days_ago=10)

    html = page(mary)
    assert "the same 5 people" not in text(html)
    assert question(html, "Share of pages").endswith("same people")


def test_numbers_are_of_all_who_answered_and_the_verdict_of_those_who_answered_twice(
    mary, payments, model
):
    a_level_more = dict.fromkeys(RISEN, 2)
    newcomers = everybody(["new 1", "new 2", "new 3"], **dict.fromkeys(RISEN, 0))
    submit(payments, model, everybody(), days_ago=100)
    last = submit(payments, model, everybody(SEVEN[:4], **a_level_more) | newcomers, days_ago=10)

    noise = last.scores.get(questionnaire__key="noise")
    assert (noise.change_linked, noise.changed) == (4, True)
    html = page(mary)
    # Four at 2 and three at 0 have a mean of 8 / 7.
    assert "Change +0.1, the same 4 people" in questionnaire(html, "noise")
    assert "Noise and alert quality rose among those who answered both times: changed" in html
    assert "+1.0" not in html


def test_different_people_are_two_groups(mary, payments, model):
    submit(payments, model, everybody(SEVEN), days_ago=100)
    submit(payments, model, everybody([f"new {name}" for name in SEVEN]), days_ago=10)

    assert question(page(mary), "Related alerts").endswith("different people")


def test_an_agreed_answer_is_marked_with_its_reason(mary, max_, payments, model):
    submit(payments, model, everybody(), days_ago=100)
    submit(payments, model, everybody(), days_ago=10, agreed={"noise.review": 3})

    for reader in (mary, max_):
        said = question(page(reader), "A regular look")
        assert "1.0 to 3.0 changed, up" in said
        assert said.endswith("Now agreed on 3, 1.0 as answered: “We talked”")
    assert "Now 1.5; interval from" in questionnaire(page(mary), "noise")
    assert "1.0 as answered; 1 question agreed" in questionnaire(page(mary), "noise")


def test_a_question_the_team_dropped(mary, payments, model):
    submit(payments, model, everybody(), days_ago=100)
    submit(payments, model, everybody(noise_review="na"), days_ago=10)

    html = page(mary)
    assert question(html, "A regular look").endswith(
        "1.0 to nothing no longer applicable by most of those who answered"
    )
    assert "the same 7 people; on the 3 questions both counted" not in text(html)


def test_fewer_questions_counted_both_times_are_named(mary, payments, model):
    submit(payments, model, everybody(), days_ago=100)
    submit(payments, model, everybody(runbooks_owned="na"), days_ago=10)

    assert "on the 4 questions both counted" in questionnaire(page(mary), "runbooks")


def test_versions_are_compared_on_the_questions_both_share(mary, payments, model, guide_section):
    newer = publish_model(guide_section, "2026.2")
    noise = Questionnaire.objects.get(maturity_model=newer, key="noise")
    gone = Question.objects.filter(questionnaire=noise, key="noise.review")
    Level.objects.filter(question__in=gone).delete()
    gone.delete()
    publish_questions(noise, [("noise.owned", "Every alert has an owner")], guide_section, 5)
    submit(payments, model, everybody(), days_ago=100)
    submit(payments, newer, everybody(), days_ago=10)

    html = page(mary)
    assert "Version 2026.1 then, 2026.2 now: compared on the 8 questions both share." in html
    assert question(html, "Every alert has an owner").endswith(
        "nothing to 1.0 not asked then version 2026.1 has no such question"
    )
    assert question(html, "A regular look").endswith(
        "1.0 to nothing not asked any more version 2026.2 has no such question"
    )


def test_a_pulse_is_compared_question_by_question(mary, payments, model):
    submit(payments, model, everybody(), days_ago=100, length="pulse")
    submit(payments, model, everybody(**RISEN), days_ago=10)

    html = page(mary)
    assert "No questionnaire has a score both times to compare" in html
    assert "Length: pulse then, full now; 4 questions asked both times." in html
    assert "no verdict" in questionnaire(html, "noise")
    assert "then: not scored in a pulse" in questionnaire(html, "noise")
    assert "changed, up" in question(html, "Share of pages")
    assert question(html, "Related alerts").endswith("not asked then then it was a pulse")


def test_one_sheet_stands_beside_individual_ones_without_a_verdict(mary, payments, model):
    submit(payments, model, everybody(["together"]), days_ago=100, mode="consensus")
    submit(payments, model, everybody(**RISEN), days_ago=10)

    html = page(mary)
    assert "Beside each other, without a verdict: one sheet filled together has no spread" in html
    assert "Then the team answered together on one sheet, now each alone." in html
    assert ", full, on one sheet</option>" in html
    assert question(html, "Share of pages").endswith(
        "1.0 to 3.0 no verdict one sheet has no spread"
    )
    assert "within noise" not in text(html.split('aria-labelledby="noise"')[1])


# Actions in between ----------------------------------------------------------------------------


def note(frozen, text, *, days_ago, done=None, key="noise.review"):
    """Note an action so many days ago; `done` is how many days ago it was done, None if not yet."""
    asked = Question.objects.get(questionnaire__maturity_model=frozen.maturity_model, key=key)
    return Action.objects.create(
        team=frozen.team,
        question=asked,
        text=text,
        status="open" if done is None else "done",
        noted_at=timezone.now() - timedelta(days=days_ago),
        closed_at=None if done is None else timezone.now() - timedelta(days=done),
    )


def test_what_was_done_in_between_stands_beside_its_question(mary, two):
    note(two[0], "Look at pages every Monday", days_ago=101, done=40)
    note(two[0], "Not yet", days_ago=50)
    note(two[0], "Long before", days_ago=200, done=150)
    note(two[0], "Since then", days_ago=5, done=1)
    at_its_talk = note(two[0], "For next time", days_ago=11, done=1)
    Action.objects.filter(pk=at_its_talk.pk).update(assessment=two[1].assessment_id)

    html = page(mary)

    assert question(html, "A regular look").endswith("done: Look at pages every Monday")
    assert html.count("done: ") == 1


def test_an_action_that_gets_done_shows_at_once_and_says_that_it_was_later(mary, two):
    action = note(two[0], "Look at pages every Monday", days_ago=50)
    assert "Look at pages every Monday" not in page(mary)

    Action.objects.filter(pk=action.pk).update(status="done", closed_at=timezone.now())

    said = text(page(mary))
    assert "done since: Look at pages every Monday" in said
    assert "after the later assessment: only the next one can show it" in said


def test_each_finished_action_shows_what_happened_to_its_question(mary, two):
    note(two[0], "Mark every page", days_ago=90, done=30, key="noise.actionability")
    note(two[0], "Look at pages every Monday", days_ago=90, done=40)
    free = note(two[0], "Buy a bell", days_ago=90, done=20)
    Action.objects.filter(pk=free.pk).update(question=None)

    html = page(mary)
    outcomes = html.split('id="outcomes"')[1].split("</section>")[0]
    rows = [text(row) for row in outcomes.split("<li>")[1:]]

    assert len(rows) == 3
    assert rows[0].startswith("Mark every page Done")
    of_its_question = question(html, "Share of pages").split(" done: ")[0]
    moved = of_its_question.removeprefix("Share of pages that needed a person to act ")
    assert rows[0].endswith(f"Share of pages that needed a person to act {moved}")
    assert rows[1].endswith(
        "A regular look at what paged and why 1.0 to 1.0 within noise "
        "less than a quarter of a level; the same 7 people"
    )
    assert rows[2].startswith("Buy a bell Done")
    assert rows[2].endswith("for no question that both assessments hold")


def test_a_comparison_read_backwards_knows_the_same_actions(mary, two):
    note(two[0], "Look at pages every Monday", days_ago=90, done=40)

    assert "done: Look at pages every Monday" in text(page(mary, between(two[1], two[0])))


# The address -----------------------------------------------------------------------------------


def test_the_newest_two_are_compared_unless_the_address_says_other(mary, two, payments, model):
    oldest = submit(payments, model, everybody(), days_ago=300)

    assert f"Payments, from {day(two[0])} to {day(two[1])}" in page(mary)
    assert f"Payments, from {day(oldest)} to {day(two[1])}" in page(mary, between(oldest, two[1]))
    assert f"from {day(oldest)} to {day(two[0])}" in page(mary, f"?to={two[0].assessment_id}")
    assert f"from {day(oldest)} to {day(two[1])}" in page(mary, f"?from={oldest.assessment_id}")
    assert 'class="note-box"' not in page(mary, f"?from={oldest.assessment_id}")


def test_a_day_names_the_newest_assessment_up_to_its_end(mary, two, payments, model):
    oldest = submit(payments, model, everybody(), days_ago=300)
    then, now = (row.taken_at.date() for row in two)

    assert f"from {day(oldest)} to {day(two[0])}" in page(
        mary, f"?from={then - timedelta(days=1)}&to={now - timedelta(days=1)}"
    )
    assert f"from {day(two[0])} to {day(two[1])}" in page(mary, f"?from={then}&to={now}")


def test_a_day_before_the_first_assessment_is_told_and_not_obeyed(mary, two):
    said = text(page(mary, "?from=1999-12-31"))

    assert f"What the address names as “From” {NOT_OURS} {day(two[0])} is taken instead." in said


def test_the_pickers_and_links_hold_the_whole_state(mary, two):
    html = page(mary, between(*two, only="changed"))

    first, last = (str(each.assessment_id) for each in two)
    assert re.findall(r'<option value="([^"]*)" selected', html) == [first, last]
    assert '<input type="hidden" name="only" value="changed">' in html
    assert f'href="?from={last}&amp;to={first}&amp;only=changed">Swap the two' in html
    assert f'href="?from={first}&amp;to={last}">Everything' in html


NOT_OURS = "is not a submitted assessment of Payments. The one of"


@pytest.mark.parametrize(
    "wrong", ["garbage", "%00", "1", "9" * 5000, str(NOBODYS), "<script>", "{", "é"]
)
def test_what_the_address_names_in_vain_is_told_and_not_obeyed(mary, two, wrong):
    said = text(page(mary, f"?from={wrong}&to={wrong}"))

    assert f"What the address names as “To” {NOT_OURS} {day(two[1])} is taken instead." in said
    assert f"What the address names as “From” {NOT_OURS} {day(two[0])} is taken instead." in said
    assert f"from {day(two[0])} to {day(two[1])}" in said


def test_another_teams_assessment_is_not_ours(mary, two, search_team, model):
    theirs = submit(search_team, model, everybody(noise_review=4), days_ago=55)

    said = text(page(mary, between(theirs, two[1])))

    assert f"What the address names as “From” {NOT_OURS} {day(two[0])} is taken instead." in said
    assert day(theirs) not in said


def test_an_assessment_that_is_still_open_is_not_compared(mary, two, payments, model):
    running = open_assessment(payments, model)

    said = text(page(mary, f"?from={two[0].assessment_id}&to={running.pk}"))

    assert f"What the address names as “To” {NOT_OURS} {day(two[1])} is taken instead." in said


def test_the_same_assessment_twice_is_told(mary, two):
    newest = text(page(mary, between(two[1], two[1])))
    oldest = text(page(mary, between(two[0], two[0])))

    told = "The address names the same assessment twice. It is compared with the one of"
    assert f"{told} {day(two[0])} instead." in newest
    assert f"{told} {day(two[1])} instead." in oldest
    assert f"from {day(two[1])} to {day(two[0])}" in oldest


def test_a_filter_that_is_not_there_is_told(mary, two):
    said = text(page(mary, between(*two, only="rubbish")))

    assert "The address asks for a filter that is not there. Everything is shown." in said
    assert "Paging on what users feel" in said


def test_before_the_second_assessment_the_page_says_what_will_be_there(mary, payments, model):
    assert "No assessment yet After two of them, this page shows" in text(page(mary))

    only_one = submit(payments, model, everybody(), days_ago=10)
    said = text(page(mary, between(only_one, only_one)))

    assert (
        "One assessment so far After the next one, this page shows what moved in Payments" in said
    )


def test_two_of_one_day_are_told_apart_by_the_hour(mary, payments, model):
    pair = [submit(payments, model, everybody(), days_ago=10) for _ in range(2)]
    for frozen, hour in zip(pair, (9, 14), strict=True):
        Snapshot.objects.filter(pk=frozen.pk).update(
            taken_at=frozen.taken_at.replace(hour=hour, minute=5)
        )

    said = text(page(mary))
    assert f"{day(pair[0])}, 14:05, full, 7 people {day(pair[0])}, 09:05, full, 7 people" in said


# What it costs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [True, False])
def test_forty_assessments_take_as_many_queries_as_two(mary, two, payments, model, kept):
    client = signed_in(mary)
    address = ADDRESS + between(*two)

    def queries():
        client.get(address)
        if not kept:
            caches["rendered"].clear()
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    with_two = queries()
    for n in range(38):
        snapshot(payments, model, {"noise": 1.5}, days_ago=120 + n)

    assert queries() == with_two
    assert with_two == (6 if kept else 16)


def test_what_was_compared_once_reads_no_answers_again(mary, olga, two):
    page(mary)

    client = signed_in(olga)
    with CaptureQueriesContext(connection) as asked:
        client.get(ADDRESS)
    tables = ("questionscore", "assessment_answer", "questionnairescore")
    assert not [q["sql"] for q in asked if any(table in q["sql"] for table in tables)]


def test_reading_writes_nothing(mary, two):
    client = signed_in(mary)
    with CaptureQueriesContext(connection) as asked:
        client.get(ADDRESS)

    assert not [q["sql"] for q in asked if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
