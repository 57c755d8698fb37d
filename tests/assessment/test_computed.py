"""What "how this is computed" says, with a team's own numbers, to whom, and what it holds back."""

import html as entities
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.computed_level import mean_of
from tests.assessment.conftest import tell_how_to_read_intervals
from tests.assessment.frozen import pulse, snapshot, submitted
from tests.conftest import signed_in

PAYMENTS = "/organizations/harbour/teams/payments/"
NOISE = ("noise.actionability", "noise.symptoms", "noise.grouping", "noise.review")


def address(of, questionnaire="noise"):
    return f"{PAYMENTS}assessments/{of.assessment_id}/scores/" + (
        f"{questionnaire}/" if questionnaire else ""
    )


def page(user, of, questionnaire="noise"):
    response = signed_in(user).get(address(of, questionnaire))
    assert response.status_code == 200
    return response.content.decode()


def text(html):
    """What a screen reader says: without tags, spaces joined."""
    words = entities.unescape(re.sub(r"<[^>]+>", " ", html)).split()
    return re.sub(r" ([,.;:])", r"\1", " ".join(words))


def part(html, heading):
    """What stands under the second-level heading with this id."""
    return text(html.split(f'id="{heading}"')[1].split("</section>")[0])


def sheet(actionability, symptoms, grouping, review, **others):
    levels = zip(NOISE, (actionability, symptoms, grouping, review), strict=True)
    return {"*": 2, **{key: level for key, level in levels if level is not None}, **others}


def five(**more):
    """Five sheets: the four questions of noise have the means 1.6, 3.2, 2.4 and 2.0."""
    return {
        "amy": sheet(1, 3, 2, 2, **more),
        "bob": sheet(1, 3, 2, 2),
        "cat": sheet(2, 3, 2, 2),
        "dan": sheet(2, 3, 3, 2),
        "fay": sheet(2, 4, 3, 2),
    }


@pytest.fixture
def frozen(payments, model):
    return submitted(payments, model, five())


# Who may look ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["olga", "max_", "lena", "mary"])
@pytest.mark.parametrize("questionnaire", ["noise", ""])
def test_whoever_sees_the_figures_sees_how_they_were_computed(request, who, frozen, questionnaire):
    assert "÷" in page(request.getfixturevalue(who), frozen, questionnaire)


@pytest.mark.parametrize("who", ["sam", "eve"])
@pytest.mark.parametrize("questionnaire", ["noise", ""])
def test_nobody_else_learns_that_there_is_anything(request, who, frozen, questionnaire):
    client = signed_in(request.getfixturevalue(who))

    assert client.get(address(frozen, questionnaire)).status_code == 404


def test_a_visitor_is_asked_to_sign_in(frozen):
    assert Client().get(address(frozen)).status_code == 302


def test_there_is_nothing_before_submit_nor_for_what_was_not_asked(mary, frozen, assessment):
    running = f"{PAYMENTS}assessments/{assessment.pk}/scores/"
    client = signed_in(mary)

    assert client.get(running).status_code == 404
    assert client.get(running + "noise/").status_code == 404
    assert client.get(address(frozen, "no-such-thing")).status_code == 404


def test_another_team_s_assessment_is_not_reached_through_one_s_own(
    mary, payments, search_team, model
):
    theirs = submitted(search_team, model, five())

    assert signed_in(mary).get(address(theirs)).status_code == 404


# What went in, and the score ------------------------------------------------------------------


def test_a_page_says_who_answered_and_what_each_question_came_to(mary, frozen):
    asked = part(page(mary, frozen), "asked")

    assert "5 of 5 in the team answered, each on a sheet of their own." in asked
    assert "5 of them gave a level to at least half of the questions here" in asked
    assert "Share of pages that needed a person to act gate question 5 together 1.6 1" in asked
    assert "Paging on what users feel 5 together 3.2 3" in asked


def test_a_question_can_be_linked_to_by_its_key(mary, frozen):
    row = page(mary, frozen).split('id="noise.symptoms">')[1].split("</tr>")[0]

    assert text(row).startswith("Paging on what users feel")


def test_a_question_says_what_its_next_level_adds(mary, payments, model):
    sheets = five(**{"noise.review": 4})
    for respondent in ("bob", "cat", "dan", "fay"):
        sheets[respondent]["noise.review"] = 4
    asked = part(page(mary, submitted(payments, model, sheets)), "asked")

    assert "1.6 1 +0.1" in asked  # (2 - 1.6) / 4
    assert "3.2 3 +0.2" in asked  # (4 - 3.2) / 4
    assert "4.0 4 at the top" in asked
    assert "the next level less the mean, divided by the 4 questions that apply" in asked


def test_who_could_not_judge_a_question_is_told_of_five_and_not_of_four(mary, payments, model):
    sheets = five(**{"noise.grouping": "na"})
    for respondent in ("amy", "bob"):
        sheets[respondent]["noise.review"] = "dk"
    of_five = part(page(mary, submitted(payments, model, sheets)), "asked")
    del sheets["fay"]
    of_four = part(page(mary, submitted(payments, model, sheets)), "asked")

    assert "2 did not know: not visible to a third" in of_five
    assert "1 said that it does not apply: disputed" in of_five
    assert "did not know" not in of_four
    assert "said that it does not apply" not in of_four


def test_the_score_is_the_sum_it_says(mary, frozen):
    score = part(page(mary, frozen), "score")

    assert "The plain mean of the means that count: (1.6 + 3.2 + 2.4 + 2.0) ÷ 4 = 2.3." in score
    assert "4 of the 4 questions that apply have a mean." in score


@pytest.mark.parametrize(
    ("values", "mean", "said"),
    [
        ([1.6, 3.2], 2.4, "(1.6 + 3.2) ÷ 2 = 2.4"),
        (
            [1.25, 1.25, 1.25],
            1.25,
            "(1.2 + 1.2 + 1.2) ÷ 3 = 1.2",
        ),
        (
            [1.34, 1.34, 1.44],
            1.3733,
            "(1.34 + 1.34 + 1.44) ÷ 3 = 1.4 (with two decimals here, as with one it would not "
            "come out)",
        ),
        ([1.333, 1.333, 1.383], 1.3501, "1.4"),
    ],
)
def test_a_mean_shows_as_few_decimals_as_let_it_come_out(values, mean, said):
    assert mean_of(values, mean) == said


def test_what_was_left_out_says_why(mary, payments, model):
    sheets = five()
    for respondent in ("amy", "bob", "cat"):
        sheets[respondent]["runbooks.owned"] = "na"
    del sheets["amy"]["*"], sheets["bob"]["*"], sheets["cat"]["*"]
    taken = submitted(payments, model, sheets)

    runbooks = page(mary, taken, "runbooks")
    owned = "more than half of those who answered said that it does not apply"
    assert f"Every runbook has an owner fewer than 3 left out: {owned}" in part(runbooks, "asked")
    rest = "Runbooks are rehearsed fewer than 3 left out: fewer than 3 gave a level"
    assert rest in part(runbooks, "asked")
    assert part(runbooks, "score").endswith(
        "There is no score: fewer than 3 people gave a level to at least half of these questions."
    )
    assert "Without a score there is no interval." in part(runbooks, "interval")
    assert "Without a score there is no level." in part(runbooks, "level")


def test_what_two_people_said_is_nowhere(mary, payments, model):
    """Two judged a question: neither their mean nor how many they were is told."""
    sheets = five()
    for respondent in ("cat", "dan", "fay"):
        sheets[respondent] = {
            f"runbooks.{name}": 2 for name in ("coverage", "tested", "owned", "automated")
        }
    for respondent, level in (("amy", 4), ("bob", 3)):
        sheets[respondent]["runbooks.found"] = level
    taken = submitted(payments, model, sheets)

    asked = part(page(mary, taken, "runbooks"), "asked")
    assert "The right runbook is found at once fewer than 3 left out: fewer than 3" in asked
    assert "3.5" not in text(page(mary, taken, "runbooks"))


def test_an_organization_that_asks_for_more_is_obeyed(mary, payments, model):
    taken = submitted(payments, model, five(), least_answers=6)

    html = page(mary, taken)
    assert "fewer than 6 gave a level" in part(html, "asked")
    assert not re.search(r"\b\d\.\d\b", part(html, "asked"))


def test_a_pulse_says_that_it_asks_too_little(mary, payments, model):
    taken = submitted(payments, model, five(), length="pulse")

    html = page(mary, taken)
    assert "A pulse asks 2 of this questionnaire's 4 questions." in part(html, "asked")
    assert "There is no score: a pulse asks too little." in part(html, "score")


# As agreed, and on one sheet ------------------------------------------------------------------


def test_an_agreed_answer_stands_beside_what_was_answered(mary, payments, model):
    taken = submitted(payments, model, five(), agreed={"noise.actionability": 3})

    html = page(mary, taken)
    row = "needed a person to act gate question 5 together 3.0 agreed as answered: 1.6 3"
    assert row in part(html, "asked")
    score = part(html, "score")
    # (3.0 + 3.2 + 2.4 + 2.0) ÷ 4 = 2.65, which Python writes as 2.6 (2.65 is a little below).
    assert "(3.0 + 3.2 + 2.4 + 2.0) ÷ 4 = 2.6." in score
    assert "1 question was agreed in the talk. It counts as agreed, whatever the sheets said." in (
        score
    )
    assert "As answered, the score is 2.3; the sheets stay as they are." in score
    assert "agreeing makes the interval narrower" in part(html, "interval")


def test_an_answer_agreed_as_not_applicable_is_left_out_by_agreement(mary, payments, model):
    taken = submitted(payments, model, five(), agreed={"runbooks.owned": "na"})

    asked = part(page(mary, taken, "runbooks"), "asked")
    assert "left out: the team agreed that it does not apply as answered: 2.0" in asked


def test_one_sheet_has_no_people_to_count_and_no_interval(mary, payments, model):
    taken = submitted(payments, model, {"together": sheet(1, 3, 2, 2)}, mode="consensus")

    html = page(mary, taken)
    assert "The team answered together, on one sheet." in part(html, "asked")
    assert "1 of" not in part(html, "asked")
    assert "(1.0 + 3.0 + 2.0 + 2.0) ÷ 4 = 2.0." in part(html, "score")
    assert "One sheet has no spread, so its score has no interval." in part(html, "interval")
    assert "There is no earlier assessment to compare with." in part(html, "change")
    assert part(html, "agreement").endswith("there is nobody to agree with.")


def test_an_empty_sheet_of_all_says_so_and_nothing_of_too_few_people(mary, payments, model):
    blank = {"together": {"runbooks.owned": 2}}
    taken = submitted(payments, model, blank, mode="consensus")

    html = page(mary, taken)
    assert "nobody gave a level" in part(html, "asked")
    assert "the sheet holds a level for fewer than half of these questions" in part(html, "score")
    assert "fewer than 1" not in text(html)
    assert "people" not in part(html, "score")


def test_answering_openly_is_told(mary, payments, model):
    taken = submitted(payments, model, five(), mode="open")

    assert "answered, openly, each on a sheet with their name." in part(page(mary, taken), "asked")


# Agreement --------------------------------------------------------------------------------------


def test_agreement_stands_in_words_with_its_index_and_its_rule(mary, frozen):
    agreement = part(page(mary, frozen), "agreement")

    # The variances are 0.3, 0.2, 0.3 and 0: 1 - 0.2 / 2.
    assert "Strong agreement. The index r_wg is 1 less half the mean" in agreement
    assert "of the questions' variances: 0.90." in agreement
    assert "an answer lies 0.2 of a level from the middle one" in agreement


def test_a_polarised_team_has_an_index_of_nothing_and_not_less(mary, payments, model):
    ends = {name: {"*": level} for name, level in zip(five(), (0, 0, 4, 4, 4), strict=True)}
    html = page(mary, submitted(payments, model, ends))

    assert "None agreement" not in part(html, "agreement")
    assert "No agreement. The index r_wg" in part(html, "agreement")
    assert "variances: 0.00." in part(html, "agreement")
    assert "5 split" in part(html, "asked")


def test_four_people_s_agreement_is_not_shown(mary, payments, model):
    sheets = five()
    del sheets["fay"]
    html = page(mary, submitted(payments, model, sheets))

    assert "Not shown: how far apart people lie needs 5 of them" in part(html, "agreement")
    assert "together" not in part(html, "asked")


# Interval and level ---------------------------------------------------------------------------


def test_the_interval_s_rule_comes_out_with_what_the_interval_tells(mary, frozen):
    interval = part(page(mary, frozen), "interval")

    assert "1.8 to 2.8, with 95 % confidence" in interval
    found = re.search(r"= (\S+) \N{MULTIPLICATION SIGN} (\S+) ÷ √(\d+) = (\d\.\d)", interval)
    assert found is not None
    t, spread, n, half = (float(each) for each in found.groups())
    assert (n, half) == (5, 0.5)
    assert round(t * spread / n**0.5, 1) == half


def test_an_interval_that_reaches_past_the_scale_is_cut(mary, payments, model):
    taken = submitted(payments, model, {name: {"*": 4} for name in ("amy", "bob", "cat")})

    assert "The scale ends at 4, and the interval with it." in part(page(mary, taken), "interval")


def test_each_rule_of_the_level_says_how_it_came_out(mary, frozen):
    level = part(page(mary, frozen), "level")

    assert "1 Ad hoc: its rules hold, and those of every level below." in level
    assert (
        "At least 8 in 10 questions reach it; a mean of up to 0.25 below is enough "
        "passes 4 of 4 do, 4 needed fails 3 of 4 do, 4 needed"
    ) in level
    assert (
        "Every gate question reaches it passes all 1 "
        "fails Share of pages that needed a person to act"
    ) in level
    assert "No mean lies more than a level below it passes none does passes none does" in level


def test_what_a_level_says_agrees_with_what_was_frozen(mary, frozen):
    noise = frozen.scores.get(questionnaire__key="noise")

    assert noise.level == 1
    assert noise.blocked_by == [{"question": "noise.actionability", "rules": ["share", "gate"]}]


# Change ---------------------------------------------------------------------------------------


def test_the_first_assessment_has_nothing_to_compare_with(mary, frozen):
    change = part(page(mary, frozen), "change")

    assert change.endswith("There is no earlier assessment to compare with.")


def moved(payments, model, then, now):
    with time_machine.travel(timezone.now() - timedelta(days=90), tick=False):
        submitted(payments, model, then)
    return submitted(payments, model, now)


def test_the_same_people_are_compared_with_themselves(mary, payments, model):
    raised = five()
    for row in raised.values():
        row["noise.actionability"] += 1
        row["noise.grouping"] += 1
    taken = moved(payments, model, five(), raised)

    change = part(page(mary, taken), "change")
    assert "+0.5, changed, against the assessment of" in change
    assert "on the 4 questions that counted both times." in change
    assert "The number is the difference of the two scores: 2.3 then, 2.8 now." in change
    assert "5 people answered both times. Each is compared with themselves" in change
    assert "beyond the margin, and by at least 0.25" in change


def test_other_people_are_compared_as_groups(mary, payments, model):
    others = {name.upper(): row for name, row in five().items()}
    taken = moved(payments, model, five(), others)

    change = part(page(mary, taken), "change")
    assert "+0.0, within noise, against the assessment of" in change
    assert "Fewer than 3 people, or fewer than half, answered both times" in change
    assert "2 questionnaires were compared at once; Holm's correction" in change


def test_one_sheet_is_not_called_changed(mary, payments, model):
    with time_machine.travel(timezone.now() - timedelta(days=90), tick=False):
        submitted(payments, model, five())
    taken = submitted(payments, model, {"together": {"*": 4}}, mode="consensus")

    assert "One sheet has no spread, so nobody can say whether" in part(page(mary, taken), "change")


def test_how_many_answered_twice_is_not_told_where_it_leaves_one_or_two(mary, payments, model):
    row = {"score": 2.3, "respondents": 5, "change": 0.5, "change_linked": 4, "changed": True}
    snapshot(payments, model, {"noise": {"score": 1.8, "respondents": 5}}, days_ago=90)
    taken = snapshot(payments, model, {"noise": row})

    change = part(page(mary, taken), "change")
    assert "Enough people answered both times." in change
    assert "4 people" not in change


# Stage and overall ----------------------------------------------------------------------------


def test_stage_and_overall_follow_from_the_questionnaires(mary, frozen):
    html = page(mary, frozen, "")

    assert "Noise and alert quality 2.3 1 Runbooks 2.0 2" in part(html, "questionnaires")
    assert "1 Ad hoc: the lowest level among Noise and alert quality 1, Runbooks 2." in (
        part(html, "stage")
    )
    assert "The mean of the core scores: (2.3 + 2.0) ÷ 2 = 2.1" in part(html, "overall")


def test_without_a_level_there_is_no_stage_and_it_says_where(mary, payments, model):
    taken = pulse(payments, model)

    html = page(mary, taken, "")
    assert "There is no stage: no level in Noise and alert quality, Runbooks." in (
        part(html, "stage")
    )
    assert "There is none: no score in Noise and alert quality, Runbooks." in part(html, "overall")


# Where the rules come from, and what it costs -------------------------------------------------


def test_the_rules_lead_to_the_model_s_own_guide(mary, frozen, guide_section):
    tell_how_to_read_intervals(guide_section.page.guide)

    link = '<a href="/guide/small-guide/measuring/#reading-intervals">Reading intervals</a>'
    assert link in page(mary, frozen)
    assert link in page(mary, frozen, "")


def test_a_page_costs_as_many_queries_however_long_the_history(mary, payments, model):
    client = signed_in(mary)

    def queries(of, questionnaire):
        client.get(address(of, questionnaire))
        with CaptureQueriesContext(connection) as asked:
            client.get(address(of, questionnaire))
        return len(asked)

    first = snapshot(payments, model, {"noise": 1.5, "runbooks": 1.0}, days_ago=100)
    second = snapshot(payments, model, {"noise": 1.5, "runbooks": 1.0}, days_ago=90)
    assert queries(first, "noise") == 9
    few = queries(second, "noise"), queries(second, "")
    for n in range(30):
        last = snapshot(payments, model, {"noise": 1.5, "runbooks": 1.0}, days_ago=60 - n)

    assert (queries(last, "noise"), queries(last, "")) == few == (10, 7)
