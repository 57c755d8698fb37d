import pytest

from assessment.suggestions import AssessedQuestion, Effort, Suggestion, next_steps

DESCRIPTIONS = (
    "Nobody counts pages",
    "Somebody counts pages by hand",
    "Pages are counted every week",
    "Rules that page for nothing are repaired",
    "Every new rule names its action",
)


def suggestions(effort: Effort):
    return tuple(
        Suggestion(
            f"Leave level {level}", effort, f"Gives level {level + 1}", f"noise#step-{level}"
        )
        for level in range(4)
    )


def question(
    key: str = "noise.review", mean: float | None = 1.0, effort: Effort = "S", **changes
) -> AssessedQuestion:
    values = {
        "title": "A regular look at what paged",
        "applicable_questions": 8,
        "gate": False,
        "blocks_next_level": False,
        "levels": DESCRIPTIONS,
        "suggestions": suggestions(effort),
    }
    return AssessedQuestion(key=key, mean=mean, **(values | changes))


def keys(*questions: AssessedQuestion, **options) -> list[str]:
    return [step.key for step in next_steps(questions, **options)]


def test_a_step_says_why_what_and_where_to_read():
    (step,) = next_steps([question(mean=1.5, gate=True)])

    assert (step.key, step.title) == ("noise.review", "A regular look at what paged")
    assert (step.level, step.next_level) == (1, 2)
    assert step.reason == "Somebody counts pages by hand"
    assert step.goal == "Pages are counted every week"
    assert (step.do, step.effort) == ("Leave level 1", "S")
    assert (step.gives, step.guide) == ("Gives level 2", "noise#step-1")
    assert (step.gate, step.blocks_next_level) == (True, False)


def test_the_gain_is_the_way_to_the_next_level_shared_among_the_questions_that_apply():
    (step,) = next_steps([question(mean=1.5, applicable_questions=5)])

    assert step.gain == pytest.approx(0.1)


@pytest.mark.parametrize(("mean", "level"), [(1.7, 1), (1.75, 2), (1.75 - 1e-12, 2), (3.0, 3)])
def test_the_level_has_the_tolerance_of_the_score(mean, level):
    (step,) = next_steps([question(mean=mean)])

    assert (step.level, step.do) == (level, f"Leave level {level}")


@pytest.mark.parametrize("mean", [3.75, 4.0])
def test_nothing_is_suggested_at_the_top(mean):
    assert next_steps([question(mean=mean)]) == []


def test_nothing_is_suggested_without_a_mean():
    assert next_steps([question(mean=None)]) == []


def test_nothing_is_suggested_where_the_question_does_not_apply():
    assert next_steps([question(applicable=False)]) == []


@pytest.mark.parametrize(("mean", "suggested"), [(1.7, ["noise.review"]), (1.75, []), (2.5, [])])
def test_nothing_is_suggested_beyond_the_target(mean, suggested):
    assert keys(question(mean=mean, target=2)) == suggested


def test_the_questionnaires_own_target_goes_before_the_common_one():
    own, common = question("a", mean=2.0, target=3), question("b", mean=2.0)

    assert keys(own, common, target=2) == ["a"]


def test_more_gain_comes_first_at_equal_effort():
    assert keys(question("a", mean=1.6), question("b", mean=1.2)) == ["b", "a"]


def test_less_effort_comes_first_at_equal_gain():
    assert keys(question("a", effort="L"), question("b", effort="M"), question("c")) == [
        "c",
        "b",
        "a",
    ]


def test_small_medium_and_large_efforts_cost_one_three_and_eight():
    worth = [next_steps([question(effort=effort)])[0].worth for effort in ("S", "M", "L")]

    assert worth == pytest.approx([1 / 8, 1 / 24, 1 / 64])


def test_what_blocks_the_next_level_comes_before_its_equals():
    assert keys(question("a"), question("b", blocks_next_level=True)) == ["b", "a"]


def test_what_blocks_the_next_level_comes_before_up_to_twice_its_worth():
    blocker = question("b", mean=1.5, blocks_next_level=True)

    assert keys(question("a", mean=1.1), blocker) == ["b", "a"]
    assert keys(question("a", mean=1.1), question("c", mean=1.6, blocks_next_level=True)) == [
        "a",
        "c",
    ]


def test_a_far_cheaper_step_comes_before_a_blocker():
    assert keys(question("a"), question("b", effort="L", blocks_next_level=True)) == ["a", "b"]


def test_equals_are_ordered_by_key():
    assert keys(question("c"), question("a"), question("b")) == ["a", "b", "c"]


def test_only_as_many_steps_as_asked_for():
    three = [question("a"), question("b"), question("c")]

    assert keys(*three, limit=2) == ["a", "b"]
    assert keys(*three) == ["a", "b", "c"]
