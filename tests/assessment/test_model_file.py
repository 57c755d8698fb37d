"""A maturity model's file: what is taken, and what each complaint says."""

import copy
import re
from collections import Counter

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db.models import ProtectedError

from assessment.demo import OUR_GUIDE
from assessment.management.commands.score_answers import newest_model
from assessment.model_file import ModelFileError, read_model_file
from assessment.models import Level, MaturityModel, Question
from assessment.published import published_model
from assessment.publishing import publish
from guide.importer import import_guide
from guide.models import Guide, Section

PLAIN = """\
key: tiny
version: "1"
title: Tiny
guide: small-guide
level_names: [Absent, Ad hoc, Repeatable, Measured, Adaptive]
questionnaires:
  - key: noise
    title: Noise
    role: core
    questions:
      - key: noise.review
        title: A look at what paged
        gate: true
        pulse: true
        guide: getting_started#reducing-noise
        levels:
"""
LEVEL = """\
          - description: Line {}
            suggestion:
              do: Do the next thing
              effort: S
              gives: Less noise
              guide: getting_started#reducing-noise
"""
TINY = PLAIN + "".join(LEVEL.format(n) for n in range(4)) + "          - description: Line 4\n"


@pytest.fixture
def write(tmp_path):
    def write_file(text: str | bytes):
        path = tmp_path / "model.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write_file


def changed(change) -> str:
    content = copy.deepcopy(yaml.safe_load(TINY))
    change(content)
    return yaml.safe_dump(content, sort_keys=False)


def complaint(path) -> str:
    with pytest.raises(ModelFileError) as refused:
        read_model_file(path)
    return str(refused.value)


def test_a_good_file_is_published_with_its_suggestions(write, guide_section):
    model, new = publish(write(TINY))

    assert (new, model.key, model.version) == (True, "tiny", "1")
    question = Question.objects.get(questionnaire__maturity_model=model)
    assert (question.key, question.gate, question.section) == ("noise.review", True, guide_section)
    assert list(question.levels.values_list("level", "suggestion", "effort")) == [
        (0, "Do the next thing", "S"),
        (1, "Do the next thing", "S"),
        (2, "Do the next thing", "S"),
        (3, "Do the next thing", "S"),
        (4, "", ""),
    ]


def test_the_same_file_again_changes_nothing(write, guide_section):
    first, _ = publish(write(TINY))

    assert publish(write(TINY)) == (first, False)
    assert Level.objects.count() == 5


def test_a_published_version_never_changes(write, guide_section):
    publish(write(TINY))

    with pytest.raises(ModelFileError) as refused:
        publish(write(TINY.replace("Line 4", "A better line 4")))

    assert str(refused.value) == (
        "model.yaml, line 2: version 1 is published already and never changes; "
        "give the new text a new version.\nNothing was loaded."
    )
    assert Level.objects.filter(description="A better line 4").count() == 0


def test_a_new_version_stands_beside_the_old_one(write, guide_section):
    publish(write(TINY))
    publish(write(TINY.replace('version: "1"', 'version: "2"')))

    assert list(MaturityModel.objects.values_list("version", flat=True)) == ["1", "2"]


def test_an_unknown_section_is_named_with_its_line_and_nothing_is_loaded(write, guide_section):
    text = TINY.replace("guide: getting_started#reducing-noise", "guide: getting_started#gone", 1)

    with pytest.raises(ModelFileError) as refused:
        publish(write(text))

    assert str(refused.value) == (
        "model.yaml, line 15: the guide has no section “getting_started#gone”.\nNothing was loaded."
    )
    assert MaturityModel.objects.count() == 0


def test_an_unknown_guide_says_what_to_do_first(write, db):
    with pytest.raises(ModelFileError) as refused:
        publish(write(TINY))

    assert str(refused.value) == (
        "model.yaml, line 4: there is no guide “small-guide”; import it first (import_guide).\n"
        "Nothing was loaded."
    )


def test_a_missing_level_is_named(write):
    path = write(TINY.replace("          - description: Line 4\n", ""))

    assert complaint(path).startswith(
        "model.yaml, line 17: questionnaires.0.questions.0.levels: List should have at least 5"
    )


def test_a_level_below_the_top_needs_a_suggestion(write):
    path = write(
        changed(lambda model: model["questionnaires"][0]["questions"][0]["levels"][2].popitem())
    )

    assert "level 2 of noise.review has no suggestion." in complaint(path)


def test_a_question_key_may_stand_once(write):
    def twice(model):
        questions = model["questionnaires"][0]["questions"]
        questions.append(copy.deepcopy(questions[0]))

    assert complaint(write(changed(twice))).count("the key “noise.review” is used 2 times.") == 2


def test_a_yaml_key_given_twice_is_not_silently_the_last_one(write):
    path = write(TINY.replace("title: Tiny\n", "title: Tiny\ntitle: Small\n"))

    assert complaint(path) == "model.yaml, line 4: “title” is given twice.\nNothing was loaded."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "model.yaml, line 1: a model begins with its key. Nothing was loaded."),
        ("- a\n- b\n", "model.yaml, line 1: a model begins with its key. Nothing was loaded."),
        (
            "key: [1,\n",
            "model.yaml, line 2: did not find expected node content. Nothing was loaded.",
        ),
        ("a: &x [1]\nb: *x\n", "model.yaml uses YAML aliases, which this format does not know."),
        (b"key: \xff\xfe\x00bad", "model.yaml is not YAML: "),
        ("key: \x00", "model.yaml is not YAML: "),
        ("[" * 5000, "model.yaml, line 1: this is nested too deeply."),
        ("key: " + "9" * 5000, "model.yaml is not YAML: Exceeds the limit"),
        ("x" * (2 * 1024 * 1024 + 1), "model.yaml is larger than 2 MB."),
    ],
)
def test_what_is_no_model_is_refused_with_a_reason(write, text, reason):
    assert complaint(write(text)).startswith(reason)


def test_a_word_the_format_does_not_know_is_refused(write):
    path = write(changed(lambda model: model.update(colour="red")))

    assert "colour: is not a word this format knows." in complaint(path)


def test_the_command_prints_the_complaint_and_fails(write, db):
    with pytest.raises(CommandError, match="there is no guide"):
        call_command("load_maturity_model", str(write(TINY)))


def test_our_model_asks_56_questions_in_eight_questionnaires():
    content = read_model_file(newest_model()).content

    assert [
        (part.key, part.role, len(part.questions), sum(each.gate for each in part.questions))
        for part in content.questionnaires
    ] == [
        ("noise", "core", 7, 2),
        ("candidates", "core", 7, 2),
        ("evolution", "core", 8, 2),
        ("maintenance", "core", 7, 2),
        ("organisation", "core", 7, 2),
        ("use_cases", "support", 6, 0),
        ("response", "support", 8, 0),
        ("regulated", "conditional", 6, 0),
    ]


def test_our_pulse_asks_the_gates_and_one_more_in_each_core_questionnaire():
    content = read_model_file(newest_model()).content

    for part in content.questionnaires:
        pulse = [question for question in part.questions if question.pulse]
        assert len(pulse) == (3 if part.role == "core" else 0)
        assert all(question.pulse for question in part.questions if question.gate)


def test_our_224_suggestions_are_all_different():
    suggestions = [
        level.suggestion.do
        for part in read_model_file(newest_model()).content.questionnaires
        for question in part.questions
        for level in question.levels
        if level.suggestion
    ]

    assert len(suggestions) == len(set(suggestions)) == 224


def test_publishing_makes_the_guide_show_the_new_questions(write, guide_section):
    guide = guide_section.page.guide
    before = guide.revision

    publish(write(TINY))

    guide.refresh_from_db()
    assert guide.revision == before + 1


# Leading into several guides ---------------------------------------------------------------------


@pytest.fixture
def runbooks(harbour):
    """Another guide with a section; its organization is up to the test."""
    guide = Guide.objects.create(slug="runbooks", title="Runbooks", checksum="1")
    page = guide.pages.create(path="on-call/rota", title="Rota", nav_title="Rota", position=0)
    page.sections.create(anchor="swaps", title="Swaps", depth=2, position=1, html="", text="")
    return guide


ELSEWHERE = TINY.replace("getting_started#reducing-noise", "runbooks:on-call/rota#swaps", 1)


def test_a_question_may_lead_into_another_guide(write, guide_section, runbooks, client):
    before = Guide.objects.in_bulk()
    model, _ = publish(write(ELSEWHERE))

    question = Question.objects.get(questionnaire__maturity_model=model)
    assert question.section.page.guide == runbooks
    assert question.levels.get(level=0).section == guide_section
    assert published_model(model.pk).questions["noise.review"].guide.url == (
        "/guide/runbooks/on-call/rota/#swaps"
    )
    for guide in Guide.objects.all():
        assert guide.revision == before[guide.pk].revision + 1
    page = client.get("/guide/runbooks/on-call/rota/").content.decode()
    assert "A look at what paged" in page


def test_what_another_guide_does_not_have_is_named_with_its_line(write, guide_section, runbooks):
    text = ELSEWHERE.replace("#swaps", "#gone").replace("reducing-noise", "gone", 1)

    with pytest.raises(ModelFileError) as refused:
        publish(write(text.replace("getting_started#gone", "nowhere:page#gone", 1)))

    assert str(refused.value) == (
        "model.yaml, line 15: the guide “runbooks” has no section “on-call/rota#gone”.\n"
        "model.yaml, line 22: there is no guide “nowhere”; import it first (import_guide).\n"
        "Nothing was loaded."
    )


def test_everybodys_model_leads_into_guides_that_everybody_may_read(
    write, guide_section, runbooks, harbour
):
    Guide.objects.filter(pk=runbooks.pk).update(organization=harbour)

    with pytest.raises(ModelFileError) as refused:
        publish(write(ELSEWHERE))

    assert str(refused.value) == (
        "model.yaml, line 15: there is no guide “runbooks” that everybody may read: it belongs to "
        "an organization.\nNothing was loaded."
    )
    assert not MaturityModel.objects.exists()


def test_an_organizations_model_leads_into_its_guides_and_not_into_anothers(
    write, guide_section, runbooks, harbour, eve
):
    Guide.objects.filter(pk=runbooks.pk).update(organization=harbour)
    elsewhere = eve.memberships.get().organization

    with pytest.raises(ModelFileError, match="line 15: there is no guide “runbooks”; import it"):
        publish(write(ELSEWHERE), elsewhere)
    model, new = publish(write(ELSEWHERE), harbour)

    assert (model.organization, new) == (harbour, True)
    assert publish(write(ELSEWHERE), harbour) == (model, False)


def test_the_model_that_leads_into_another_guide_keeps_it_whole(write, guide_section, runbooks):
    publish(write(ELSEWHERE))

    with pytest.raises(ProtectedError):
        runbooks.delete()
    assert Section.objects.filter(page__guide=runbooks).count() == 1


def test_a_page_named_with_a_colon_is_one_of_the_models_own_guide(write, guide_section, runbooks):
    page = guide_section.page.guide.pages.create(
        path="runbooks:on-call/rota", title="P", nav_title="P", position=9
    )
    own = page.sections.create(anchor="swaps", title="S", depth=2, position=0, html="", text="")
    model, _ = publish(write(ELSEWHERE))

    assert Question.objects.get(questionnaire__maturity_model=model).section == own


def test_everything_our_model_leads_to_stands_in_our_guide_exactly_once(db):
    import_guide(OUR_GUIDE)
    model = read_model_file(newest_model())
    sections = Section.objects.select_related("page")
    ids = Counter(
        f"{section.page.path}#{anchor}"
        for section in sections
        for anchor in re.findall(r' id="([^"]+)"', section.html)
    )
    references = [reference for reference, _ in model.references()]

    assert len(references) == 56 + 224
    assert {reference: ids[reference] for reference in references if ids[reference] != 1} == {}
    assert set(references) <= {section.reference for section in sections}
