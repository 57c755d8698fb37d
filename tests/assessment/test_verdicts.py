# What may be None is not in these cases, and a test that forgets fails.
# mypy: no-check-untyped-defs

"""What is said of a question or questionnaire in two assessments. Plain values, no database."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from assessment.change import Change, SummaryVerdict
from assessment.disclosure import NOTHING_TO_HIDE, Thresholds
from assessment.models.results import ScoreRow, SnapshotRow
from assessment.published import (
    GuideLink,
    PublishedModel,
    PublishedQuestion,
    PublishedQuestionnaire,
)
from assessment.two_assessments import QuestionnaireMove, compare, differences, summary
from assessment.verdicts import Judged, Part, Said, on_question

RULE = Thresholds(3, 5)
MEAN = Judged(applicable=True, mean=2.0)
HIDDEN = Judged(applicable=True, mean=None)
DROPPED = Judged(applicable=False, mean=None)


def question(key):
    guide = GuideLink("/guide/", "Reducing noise")
    return PublishedQuestion(0, key, key.capitalize(), False, False, 1, guide, (), (), ())


def row(of, **fields):
    empty = dict.fromkeys(of._fields)
    dates = {"taken_at": datetime(2026, 9, 12, tzinfo=UTC)}
    return of(**empty | dates | fields)


def score(value, **fields):
    return row(ScoreRow, questionnaire="noise", score=value, why_not="", agreed=0, **fields)


def part(questions, *, score_row=None, model="small", rule=RULE, also_known=(), **snapshot):
    """An assessment that asked these questions of one questionnaire, noise."""
    known = tuple(question(key) for key in (*questions, *also_known))
    asked = PublishedQuestionnaire(
        1, "noise", "Noise", "", "core", tuple(each for each in known if each.key in questions)
    )
    whole = PublishedQuestionnaire(1, "noise", "Noise", "", "core", known)
    names = ("Absent", "Ad hoc", "Repeatable", "Measured", "Adaptive")
    fields = {"length": "full", "mode": "individual", "version": "2026.1", "id": 1}
    fields["assessment"] = UUID(int=1)
    return Part(
        row=row(SnapshotRow, **fields | snapshot),
        model=PublishedModel(1, model, "2026.1", f"The {model} model", names, (whole,)),
        asked=(asked,),
        scores={"noise": score_row or score(2.0)},
        questions=questions,
        rule=rule,
    )


def moved(delta, *, linked=5, difference=None, before=5, after=5, verdict="changed"):
    shown = delta if difference is None else difference
    return Change(delta, 0.4, 10, 0.001, 0.2, verdict, linked, 7, False, shown, before, after)


CHANGED = SummaryVerdict(0.001, "changed")
NOISE = SummaryVerdict(0.3, "within noise")


def said(first, last, change=None, verdict=None, among=33, **both):
    then = part({} if first is None else {"grouping": first}, **both)
    now = part({} if last is None else {"grouping": last}, **both)
    rule = then.rule.stricter(now.rule)
    return on_question("grouping", then, now, change, verdict, rule, among)


def mean(value):
    return Judged(applicable=True, mean=value)


# Verdicts


def test_the_same_people_moved():
    found = said(mean(1.0), mean(2.6), moved(1.6), CHANGED)

    assert found == Said("changed", "the same 5 people", 1)


def test_a_fall_is_a_change_too():
    assert said(mean(2.6), mean(1.0), moved(-1.6, linked=None), CHANGED) == Said(
        "changed", "different people", -1
    )


def test_less_than_a_quarter_is_within_noise():
    found = said(mean(2.0), mean(2.2), moved(0.2, verdict="within noise"), NOISE)

    assert found == Said("within noise", "less than a quarter of a level; the same 5 people")


def test_chance_could_bring_about_a_small_step_of_few():
    found = said(mean(2.0), mean(2.6), moved(0.6, verdict="within noise"), NOISE)

    assert found == Said("within noise", "chance could bring it about; the same 5 people")


def test_what_holm_takes_back_is_said():
    found = said(mean(1.0), mean(2.0), moved(1.0), NOISE, among=33)

    assert found.why == "beyond noise by itself, but not as one of 33 questions; the same 5 people"


# What the linked would tell of others


def test_how_many_are_linked_is_not_told_beside_one_or_two_others():
    found = said(mean(1.0), mean(2.6), moved(1.6, linked=4), CHANGED)

    assert found == Said("changed", "same people", 1)


def test_the_stricter_assessment_decides():
    of_six = moved(1.6, linked=6, before=10, after=10)
    then, now = (
        part({"grouping": mean(value)}, rule=rule)
        for value, rule in ((1.0, Thresholds(5, 5)), (2.6, RULE))
    )

    four_others = on_question(
        "grouping", then, now, of_six, CHANGED, then.rule.stricter(now.rule), 9
    )
    assert four_others.why == "same people"
    assert on_question("grouping", then, now, of_six, CHANGED, RULE, 9).why == "the same 6 people"


def test_there_is_no_verdict_that_the_means_belie_when_few_others_answered():
    found = said(mean(2.0), mean(1.8), moved(1.6, linked=4), CHANGED)

    assert found == Said("no verdict", "too many different people answered")


def test_a_verdict_that_the_means_belie_says_whose_it_is():
    found = said(mean(2.0), mean(1.8), moved(1.6, linked=5, before=8, after=8), CHANGED)

    assert found == Said("changed", "among the same 5 people, not among all who answered", 1)


# No verdict, and why


def test_a_question_of_another_version_was_not_asked():
    assert said(None, MEAN) == Said("not asked then", "version 2026.1 has no such question")
    assert said(MEAN, None) == Said("not asked any more", "version 2026.1 has no such question")


@pytest.mark.parametrize(
    ("length", "why"),
    [
        ("pulse", "then it was a pulse"),
        ("core", "then only the core was asked"),
        ("full", "then no rules controlled the team's changes"),
    ],
)
def test_a_length_that_leaves_a_question_out_is_named(length, why):
    then = part({}, also_known=["grouping"], length=length)

    found = on_question("grouping", then, part({"grouping": MEAN}), None, None, RULE, 0)
    assert found == Said("not asked then", why)


@pytest.mark.parametrize(
    ("first", "last", "word", "why"),
    [
        (HIDDEN, MEAN, "newly answered", "then fewer than 3 gave a level, so it is hidden"),
        (MEAN, HIDDEN, "too few now", "now fewer than 3 gave a level, so it is hidden"),
        (
            HIDDEN,
            HIDDEN,
            "too few answers",
            "fewer than 3 gave a level, both times, so it is hidden",
        ),
        (MEAN, DROPPED, "no longer applicable", "by most of those who answered"),
        (DROPPED, MEAN, "applicable now", "not applicable then"),
        (DROPPED, HIDDEN, "applicable now", "now fewer than 3 gave a level, so it is hidden"),
        (DROPPED, DROPPED, "not applicable", "neither then nor now"),
    ],
)
def test_without_two_means_it_says_why(first, last, word, why):
    assert said(first, last) == Said(word, why)


def test_each_assessment_hides_by_its_own_rule():
    then, now = part({"grouping": HIDDEN}, rule=Thresholds(5, 5)), part({"grouping": HIDDEN})

    found = on_question("grouping", then, now, None, None, RULE, 0)
    assert found.why == (
        "then fewer than 5 gave a level, now fewer than 3 gave a level, so it is hidden"
    )


def test_one_sheet_has_no_verdict():
    found = said(mean(1.0), mean(3.0), mode="consensus", rule=NOTHING_TO_HIDE)

    assert found == Said("no verdict", "one sheet has no spread")


def test_on_one_sheet_nobody_is_not_fewer_than_one():
    found = said(HIDDEN, MEAN, mode="consensus", rule=NOTHING_TO_HIDE)

    assert found == Said("newly answered", "then nobody gave a level, so it is hidden")


# The whole


def whole(first, last, changes=None, questions=None, done=None, **scores):
    then = part(first, score_row=scores.get("then"))
    now = part(last, score_row=scores.get("now"))
    return compare(then, now, changes or {}, questions or {}, done or {})


def test_the_sentence_on_top_says_what_moved():
    found = whole(
        {"grouping": MEAN},
        {"grouping": MEAN},
        {"noise": moved(0.6)},
        then=score(1.9),
        now=score(2.3),
    )

    assert found.summary == "Noise rose from 1.9 to 2.3: changed"


def named(key, delta, *, verdict="changed"):
    return QuestionnaireMove(
        key=key,
        title=key,
        before=score(2.0),
        after=score(2.0 + delta),
        change=delta,
        said=Said(verdict, "", 0 if verdict != "changed" else 1 if delta > 0 else -1),
        levels="",
        questions=(),
    )


def test_two_that_moved_are_named_and_more_are_counted():
    moves = [named("Noise", 0.5), named("Runbooks", -0.3), named("Trust", 0.6)]
    rest = named("Toil", 0.1, verdict="within noise")

    assert summary(moves[:2], one_sheet=False) == (
        "Noise rose from 2.0 to 2.5 and Runbooks fell from 2.0 to 1.7: changed"
    )
    assert summary([*moves, rest], one_sheet=False) == (
        "Of 4 questionnaires 2 rose and 1 fell: changed; the rest is within noise"
    )


def top(change, first, last):
    both = {"grouping": MEAN}
    return whole(both, both, {"noise": change}, then=score(first), now=score(last))


def test_a_change_that_the_two_scores_do_not_show_is_one_of_the_questions_they_share():
    found = top(moved(0.6), 2.0, 2.1)

    assert found.summary == "Noise rose by 0.6 on the questions both counted: changed"


def test_a_change_of_those_who_answered_both_times_comes_without_their_number():
    found = top(moved(0.6, linked=4, difference=0.1), 2.0, 2.1)

    assert found.summary == "Noise rose among those who answered both times: changed"
    assert found.questionnaires[0].change_in_words == "+0.1"


def test_nothing_beyond_noise_is_said_so():
    found = whole(
        {"grouping": MEAN}, {"grouping": MEAN}, {"noise": moved(0.1, verdict="within noise")}
    )

    assert found.summary == "Nothing moved beyond noise"


def test_without_two_scores_there_is_nothing_to_sum_up():
    assert (
        whole({"grouping": MEAN}, {}).summary
        == "No questionnaire has a score both times to compare"
    )


def test_what_is_gone_stands_last():
    found = whole({"gone": MEAN, "grouping": MEAN}, {"new": MEAN, "grouping": MEAN})

    assert [each.key for each in found.questionnaires[0].questions] == ["new", "grouping", "gone"]


def test_only_what_changed_leaves_out_the_rest():
    means = {"grouping": mean(1.0), "symptoms": mean(1.0)}
    later = {"grouping": mean(3.0), "symptoms": mean(1.1)}
    changes = {"grouping": moved(2.0), "symptoms": moved(0.1, verdict="within noise")}

    found = whole(means, later, questions=changes)

    assert found.questions == "1 of 2 questions compared changed."
    assert [
        [each.key for each in kept.questions] for kept in found.only_what_changed.questionnaires
    ] == [["grouping"]]
    assert whole(means, later).only_what_changed.questionnaires == ()


def test_hidden_questions_do_not_count_among_those_corrected_for():
    means = {"grouping": mean(1.0), "hidden": HIDDEN}
    # 0.03 is beyond 5 % by itself, and would not be as one of two.
    change = Change(2.0, 1.9, 10, 0.03, 0.84, "changed", 5, 1, False, 2.0, 5, 5)

    found = whole(
        means,
        {"grouping": mean(3.0), "hidden": mean(2.0)},
        questions={"grouping": change, "hidden": change},
    )

    words = {each.key: each.said.word for each in found.questionnaires[0].questions}
    assert words == {"grouping": "changed", "hidden": "newly answered"}


def test_agreed_answers_give_their_reason_and_what_was_answered():
    agreed = Judged(True, 3.0, agreed=True, as_answered=2.4, reason="We rehearsed it in May")
    dropped = Judged(False, None, agreed=True, reason="Another team does it")

    found = whole({"grouping": agreed}, {"grouping": dropped}).questionnaires[0].questions[0]

    assert found.agreed == (
        "Then agreed on 3, 2.4 as answered: “We rehearsed it in May”",
        "Now agreed that it does not apply: “Another team does it”",
    )
    assert found.said == Said("no longer applicable")


def test_levels_read_from_old_to_new():
    both = {"grouping": MEAN}

    def levels(first, last):
        found = whole(both, both, then=score(2.0, level=first), now=score(2.0, level=last))
        return found.questionnaires[0].levels

    assert levels(1, 2) == "1 Ad hoc → 2 Repeatable"
    assert levels(2, 2) == "2 Repeatable, as before"
    assert levels(None, 0) == "none → 0 Absent"
    assert levels(None, None) == ""


def test_intervals_stand_in_words():
    row_then = score(1.9, low=1.4, high=2.4, half_width=0.5)

    found = whole({"grouping": MEAN}, {"grouping": MEAN}, then=row_then)

    assert found.questionnaires[0].then_in_words == "1.9; interval from 1.4 to 2.4, fair"


def test_how_two_assessments_differ_in_kind_is_said():
    two = {"grouping": MEAN, "symptoms": MEAN}
    pulse = part({"grouping": MEAN}, also_known=["symptoms"], length="pulse")
    newer = part(two, version="2026.2")
    sheet = part(two, mode="consensus", rule=NOTHING_TO_HIDE)

    assert differences(part(two), part(two)) == []
    assert differences(part(two), newer) == [
        "Version 2026.1 then, 2026.2 now: compared on the 2 questions both share."
    ]
    assert differences(pulse, part(two)) == [
        "Length: pulse then, full now; 1 question asked both times."
    ]
    assert differences(sheet, part(two)) == [
        "Then the team answered together on one sheet, now each alone."
    ]
    assert differences(sheet, sheet) == ["Both were answered together on one sheet."]


def test_two_maturity_models_are_not_compared():
    found = compare(part({"a": MEAN}), part({"a": MEAN}, model="other"), {}, {}, {})

    assert found.summary == "Nothing to compare"
    assert found.differences == (
        "These belong to two maturity models, The small model and The other model, "
        "which share no questions.",
    )
    assert found.questionnaires == ()
