"""An organization's own maturity models: copied, changed as drafts, published, used by teams."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string

from assessment.exporting.report import about, about_team
from assessment.lifecycle import open_assessment
from assessment.model_choice import SnapshotFirst, choose, model_of
from assessment.model_differences import differences
from assessment.model_file import read_model_text
from assessment.model_text import part_of, text_of
from assessment.models import MaturityModel, ModelDraft, Question
from assessment.published import published_model
from tests.assessment.conftest import publish_model
from tests.assessment.frozen import snapshot
from tests.conftest import signed_in

MODELS = "/organizations/harbour/models/"
TEAM = "/organizations/harbour/teams/payments/model/"


@pytest.fixture
def draft(olga, harbour, model):
    """Harbour's copy of the small model."""
    signed_in(olga).post(f"{MODELS}drafts/new/", {"base": model.pk})
    return ModelDraft.objects.get()


@pytest.fixture
def own(harbour, guide_section):
    """A version of Harbour's own, published."""
    own = publish_model(guide_section, version="1")
    MaturityModel.objects.filter(pk=own.pk).update(organization=harbour, title="Ours")
    own.refresh_from_db()
    return own


def change(user, draft, text, revision=None, **buttons):
    fields = {"text": text, "revision": revision or draft.revision} | buttons
    return signed_in(user).post(f"{MODELS}drafts/{draft.pk}/", fields)


# Text and back --------------------------------------------------------------------------------


def test_a_published_model_is_the_text_it_could_have_come_from(model):
    text = text_of(part_of(model))

    assert read_model_text(text.encode(), "copy").content == part_of(model)


def test_what_differs_is_said_question_by_question(model):
    before = part_of(model)
    text = text_of(before).replace("Runbooks are rehearsed", "Runbooks are played through")
    text = text.replace("key: runbooks.owned", "key: runbooks.named")
    text = text.replace("key: noise.review", "key: noise.review\n        weight: 3")

    said = differences(before, read_model_text(text.encode(), "other").content)

    assert [(each.key, each.said) for each in said.changed] == [
        ("noise.review", ("weight 1 → 3",)),
        (
            "runbooks.tested",
            (
                "asked as “Runbooks are rehearsed” before",
                "level 0, 1, 2, 3, 4 described differently",
            ),
        ),
    ]
    assert [each.key for each in said.added] == ["runbooks.named"]
    assert [each.key for each in said.removed] == ["runbooks.owned"]
    assert (said.shared, said.before, said.after) == (8, 9, 9)


# Drafts ----------------------------------------------------------------------------------------


def test_a_copy_of_everybodys_model_is_a_draft_with_nothing_wrong(olga, draft, model):
    page = signed_in(olga).get(f"{MODELS}drafts/{draft.pk}/").text

    assert (draft.title, draft.based_on) == ("A small maturity model of Harbour", model)
    assert "Nothing is wrong with what is saved" in page
    assert "Nothing but the key, the title or the version differs." in page


@pytest.mark.parametrize(("who", "status"), [("max_", 403), ("lena", 403), ("eve", 404)])
def test_only_owners_write_models(request, who, status, draft, model):
    user = request.getfixturevalue(who)

    assert signed_in(user).get(f"{MODELS}drafts/{draft.pk}/").status_code == status
    assert change(user, draft, "key: mine").status_code == status
    assert signed_in(user).post(f"{MODELS}drafts/new/", {"base": model.pk}).status_code == status
    draft.refresh_from_db()
    assert draft.revision == 1


def test_a_draft_is_kept_whatever_is_wrong_and_each_fault_has_its_line(olga, draft):
    wrong = draft.text.replace("role: core", "role: main", 1)
    line = wrong[: wrong.index("role: main")].count("\n") + 1

    page = signed_in(olga).get(change(olga, draft, wrong).url).text

    draft.refresh_from_db()
    assert draft.text == wrong
    assert f'data-line="{line}">Line {line}</button>' in page


def test_two_who_write_at_once_see_both_texts_and_nothing_is_lost(olga, draft):
    change(olga, draft, draft.text + "# theirs\n", revision=1)

    response = change(olga, draft, draft.text + "# mine\n", revision=1)

    assert response.status_code == 409
    assert "# theirs" in response.text
    assert "# mine" in response.text
    draft.refresh_from_db()
    assert draft.text.endswith("# theirs\n")


def test_a_published_draft_is_a_version_that_never_changes(olga, draft, harbour, model):
    text = draft.text.replace("key: noise.review", "key: noise.review\n        weight: 3")

    change(olga, draft, text, publish="")

    published = MaturityModel.objects.get(organization=harbour)
    assert (published.key, published.version, published.based_on) == ("small", "1", model)
    assert Question.objects.get(questionnaire__maturity_model=published, weight=3).key == (
        "noise.review"
    )
    assert ModelDraft.objects.count() == 0


def test_a_draft_with_a_fault_is_saved_and_not_published(olga, draft):
    wrong = draft.text.replace("role: core", "role: main", 1)
    fields = {"text": wrong, "revision": 1, "publish": ""}
    page = signed_in(olga).post(f"{MODELS}drafts/{draft.pk}/", fields, follow=True).text

    assert "it cannot be published yet" in page
    draft.refresh_from_db()
    assert draft.text == wrong
    assert MaturityModel.objects.filter(organization__isnull=False).count() == 0


def test_a_second_draft_of_the_same_model_is_refused(olga, draft, model):
    page = signed_in(olga).post(f"{MODELS}drafts/new/", {"base": model.pk}, follow=True).text

    assert "There is a draft of “small” already." in page
    assert ModelDraft.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"title: nameless\n", "a line “key: …” in small letters is missing"),
        (b"key: a\n\xff\n", "Line 2 of the file is not UTF-8 text"),
        (b"key: a\n\x00", "the file holds NUL characters"),
        (b"key: a\n" + b" " * 2_100_000, "larger than 2 MB"),
    ],
)
def test_a_file_that_is_no_model_is_refused_and_nothing_is_kept(olga, harbour, content, said):
    client = signed_in(olga)
    client.post(f"{MODELS}drafts/new/", {"file": SimpleUploadedFile("m.yaml", content)})

    assert said.lower() in client.get(MODELS).text.lower()
    assert ModelDraft.objects.count() == 0


def test_a_file_becomes_a_draft_with_its_faults_told(olga, harbour):
    file = SimpleUploadedFile("m.yaml", b"key: ours\ntitle: Ours\nversion: 1\n")

    client = signed_in(olga)
    page = client.post(f"{MODELS}drafts/new/", {"file": file}, follow=True).text

    assert ModelDraft.objects.get().key == "ours"
    assert "What is wrong with it" in page


# Use -------------------------------------------------------------------------------------------


def test_a_team_asks_everybodys_newest_unless_it_chose(payments, model, own, lena):
    assert model_of(payments) == model

    choose(team=payments, model=own, by=lena)

    assert model_of(payments) == own
    opened = open_assessment(team=payments, by=lena, length="full")
    assert opened.maturity_model == own


def test_going_over_waits_for_the_snapshot_of_what_runs(payments, assessment, own, lena):
    with pytest.raises(SnapshotFirst, match="Submit it first"):
        choose(team=payments, model=own, by=lena)

    page = signed_in(lena).post(TEAM, {"model": own.pk}, follow=True).text

    assert "Submit it first" in page
    assert model_of(payments) == assessment.maturity_model


@pytest.mark.parametrize(
    ("who", "status"), [("lena", 200), ("olga", 200), ("mary", 403), ("max_", 403), ("eve", 404)]
)
def test_lead_and_owner_choose_what_the_team_is_asked(request, who, status, payments, own):
    assert signed_in(request.getfixturevalue(who)).get(TEAM).status_code == status


def test_another_organizations_model_is_not_there(lena, payments, own, model, eve):
    elsewhere = eve.memberships.get().organization
    MaturityModel.objects.filter(pk=own.pk).update(organization=elsewhere)

    assert signed_in(lena).get(f"{MODELS}{own.pk}/").status_code == 404
    page = signed_in(lena).post(TEAM, {"model": own.pk}, follow=True).text
    assert "Choose one of the models." in page
    assert model_of(payments) == model


def test_an_own_models_questions_do_not_show_in_a_public_guide(client, model, own):
    Question.objects.filter(questionnaire__maturity_model=own, key="noise.review").update(
        title="Harbour's secret question"
    )

    page = client.get("/guide/small-guide/getting_started/").text

    assert "A regular look at what paged and why" in page
    assert "secret" not in page


@pytest.fixture
def weighted(own):
    """Harbour's own model, in which one question counts three times."""
    Question.objects.filter(questionnaire__maturity_model=own, key="noise.review").update(weight=3)
    published_model.cache_clear()
    return own


def test_custom_weights_are_said_wherever_a_model_is_shown(lena, weighted):
    page = signed_in(lena).get(f"{MODELS}{weighted.pk}/").text

    assert "custom weights" in page
    assert "weight 3" in page


def test_custom_weights_are_said_wherever_scores_by_them_stand(
    olga, lena, payments, search_team, model, weighted
):
    snapshot(payments, weighted, {"noise": 2.0}, overall=2.0)
    snapshot(search_team, model, {"noise": 2.0}, overall=2.0)

    harbour = payments.organization
    overview = signed_in(olga).get("/organizations/harbour/").text
    lines = {
        table: signed_in(olga)
        .get(f"/organizations/harbour/take-away/{table}.csv")
        .getvalue()
        .decode()
        .splitlines()
        for table in ("comparison", "scores")
    }
    page = signed_in(lena).get("/organizations/harbour/teams/payments/").text
    reports = [
        render_to_string(f"assessment/report/{name}.html", context)
        for name, context in (("team", about_team(payments)), ("organization", about(harbour)))
    ]

    assert overview.count("custom weights") == 1
    for table in lines.values():
        said = [line.split(",")[0] for line in table if line.endswith(",custom weights")]
        assert said == ["Payments"]
    assert "<td>1, custom weights</td>" in page
    assert [report.count("custom weights") for report in reports] == [2, 2]


def test_a_version_is_taken_away_as_the_file_it_could_come_from(lena, payments, own):
    response = signed_in(lena).get(f"{MODELS}{own.pk}/file/")

    assert response["Content-Disposition"] == 'attachment; filename="small-1.yaml"'
    assert read_model_text(response.content, "small").content == part_of(own)


@pytest.mark.parametrize("number", [3, 30])
def test_the_list_takes_as_many_queries_for_few_versions_as_for_many(
    olga, harbour, guide_section, number, django_assert_max_num_queries
):
    for version in range(number):
        MaturityModel.objects.create(
            key="small",
            version=str(version),
            title="Small",
            checksum="0" * 64,
            guide=guide_section.page.guide,
            level_names=["a", "b", "c", "d", "e"],
        )
    client = signed_in(olga)

    with django_assert_max_num_queries(7):
        client.get(MODELS)
