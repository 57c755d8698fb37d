"""The agenda: what divides the team first, and nothing told that may not be shown."""

import pytest

from assessment.agenda import Group, State, agenda, has_no_spread
from assessment.disclosure import NOTHING_TO_HIDE, Thresholds, shown_question
from assessment.published import GuideLink, PublishedQuestion, PublishedQuestionnaire

NOBODY = Thresholds(mean=3, spread=5)


def question(key):
    return PublishedQuestion(
        id=1,
        key=key,
        title=key.title(),
        gate=False,
        in_pulse=False,
        weight=1,
        guide=GuideLink("/guide/", "Guide"),
        indicators=(),
        sources=(),
        levels=(),
    )


def asked(*keys, title="Noise"):
    questions = tuple(question(key) for key in keys)
    return PublishedQuestionnaire(1, title.lower(), title, "", "core", questions)


def shown(answers, rule=NOBODY):
    return {key: shown_question(given, [], rule) for key, given in answers.items()}


def order(answers, rule=NOBODY):
    return [each.key for each in agenda([asked(*answers)], shown(answers, rule), {})]


def test_split_questions_come_first_and_the_widest_leads():
    answers = {
        "together": [2, 2, 2, 2, 2],
        "split by range": [1, 1, 1, 1, 4],
        "mixed": [1, 2, 2, 3, 3],
        "split in two camps": [0, 0, 4, 4, 4],
    }

    assert order(answers) == ["split in two camps", "split by range", "together", "mixed"]


def test_what_a_third_cannot_see_comes_next_and_most_do_not_know_leads():
    answers = {
        "rest": [2, 2, 2, 2, 2, 2],
        "a third": [2, 2, 2, 2, "dk", "dk"],
        "half": [2, 2, 2, "dk", "dk", "dk"],
        "a sixth": [2, 2, 2, 2, 2, "dk"],
        "split": [0, 0, 0, 4, 4, 4],
    }

    found = agenda([asked(*answers)], shown(answers), {})

    assert [(each.key, each.group) for each in found] == [
        ("split", Group.SPLIT),
        ("half", Group.NOT_VISIBLE),
        ("a third", Group.NOT_VISIBLE),
        ("rest", Group.REST),
        ("a sixth", Group.REST),
    ]


def test_a_question_both_split_and_hard_to_see_stands_once_among_the_split():
    answers = {"other": [2] * 8, "both": [0, 0, 0, 4, 4, "dk", "dk", "dk"]}

    found = agenda([asked(*answers)], shown(answers), {})

    assert [(each.key, each.group) for each in found] == [
        ("both", Group.SPLIT),
        ("other", Group.REST),
    ]


def test_what_is_equally_far_apart_stays_in_the_questionnaires_order():
    answers = {"b": [0, 0, 0, 4, 4], "a": [4, 4, 4, 0, 0], "c": [0, 0, 0, 4, 4]}

    assert order(answers) == ["b", "a", "c"]


@pytest.mark.parametrize("answers", [[0, 4, 4, 0], [0, 4, "dk", "dk"], [0, 0, 4]])
def test_with_three_or_four_answers_the_order_tells_nothing(answers):
    """Nobody may learn from the agenda that four people are split."""
    both = {"calm": [2] * len(answers), "wild": answers}

    found = agenda([asked(*both)], shown(both), {})

    assert [each.group for each in found] == [Group.REST, Group.REST]
    assert [each.key for each in found] == ["calm", "wild"]
    assert has_no_spread(shown(both).values())


def test_four_levels_and_one_who_does_not_know_tell_that_one_and_no_spread():
    both = {"calm": [2, 2, 2, 2, 2], "wild": [0, 0, 4, 4, "dk"]}

    assert order(both) == ["calm", "wild"]


def test_in_a_team_that_answers_openly_three_answers_can_be_split():
    both = {"calm": [2, 2, 2], "wild": [0, 0, 4]}

    assert order(both, NOTHING_TO_HIDE) == ["wild", "calm"]


def test_an_organization_that_asks_for_more_has_its_way():
    answers = {"calm": [2] * 7, "wild": [0, 0, 0, 4, 4, 4, 4]}

    assert order(answers, Thresholds(8, 8)) == ["calm", "wild"]


def test_a_question_nobody_answered_is_among_the_rest():
    assert order({"empty": [], "split": [0, 0, 4, 4, 4]}) == ["split", "empty"]


def test_the_rest_is_listed_by_questionnaire_and_the_urgent_is_not():
    answers = {"split": [0, 0, 4, 4, 4], "rest": [2] * 5}

    found = agenda([asked(*answers, title="Runbooks")], shown(answers), {})

    assert [each.part for each in found] == ["", "Runbooks"]


def test_the_agenda_knows_what_came_of_each_question():
    answers = {"one": [2] * 5, "two": [2] * 5, "three": [2] * 5}
    settled = {"one": State.AGREED, "three": State.LEFT}

    found = agenda([asked(*answers)], shown(answers), settled)

    assert [each.state for each in found] == [State.AGREED, State.NOT_YET, State.LEFT]
    assert [found.count(state) for state in State] == [1, 1, 1]


def test_one_goes_from_the_agenda_through_all_questions_and_back_to_it():
    found = agenda([asked("one", "two")], shown({"one": [], "two": []}), {})

    assert found.after(None).key == "one"
    assert found.after("one").key == "two"
    assert found.after("two") is None
    assert found.before("two").key == "one"
    assert found.before("one") is None
    assert [found.place(key) for key in ("one", "two")] == [1, 2]


def test_groups_without_a_question_are_not_named():
    answers = {"one": [2] * 5, "two": [0, 0, 4, 4, 4]}

    found = agenda([asked(*answers)], shown(answers), {})

    assert [(group, len(entries)) for group, entries in found.groups()] == [
        (Group.SPLIT, 1),
        (Group.REST, 1),
    ]
