"""What the guide's pages say of a maturity model, and of the reader's own teams alone."""

import html as entities
import re

import pytest
from django.test import Client

from assessment.models import Level, Question
from guide.models import Guide, Page, Section
from teams.models import Role
from tests.assessment.conftest import publish_model, publish_section
from tests.assessment.frozen import submitted
from tests.conftest import join, signed_in

ADDRESS = "/guide/small-guide/getting_started/"
SUGGESTIONS = "/guide/small-guide/suggestions/getting_started"
EVERYBODY = {name: {"*": 2} for name in ("amy", "bob", "cat")}


def page(client: Client, address: str = ADDRESS) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def words(html: str) -> str:
    return entities.unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


def beside(html: str, title: str) -> str:
    """What stands with a question in the list of those that belong to a section."""
    start = html.index(f"</span> {title}")
    return words(html[start : start + html[start:].index("<li><span>")])


# Suggestions ------------------------------------------------------------------------------------


def test_a_section_shows_the_suggestions_that_point_to_it(model, client):
    assert "36 suggestions point here" in words(page(client))
    html = words(page(client, SUGGESTIONS))
    assert (
        "From level 1 to 2 of “Runbooks are rehearsed”: Do what line C says From level 2 to 3"
    ) in html


def test_a_suggestion_stands_where_it_points_and_not_where_its_question_does(model, client):
    first = Section.objects.get()
    other = Section.objects.create(
        page=first.page, anchor="other", title="Other", depth=2, position=2, html="<h2>Other</h2>"
    )
    Level.objects.filter(question__key="noise.review", level=1).update(section=other)
    html = words(page(client))
    assert html.index("35 suggestions point here") < html.index("1 suggestion points here")
    advice = words(page(client, SUGGESTIONS))
    assert advice.count("of “A regular look at what paged and why”") == 4


def test_without_suggestions_nothing_is_said_of_them(guide_section, client):
    assert "point here" not in page(client)


def test_only_the_newest_version_suggests_something(model, guide_section, client):
    Level.objects.filter(level=1).update(suggestion="The old advice")
    publish_model(guide_section, version="2026.2")
    html = page(client)
    assert "The old advice" not in html
    assert "36 suggestions point here" in html


# Models of organizations' own -------------------------------------------------------------------


@pytest.fixture
def own_model(model, guide_section, harbour):
    """Harbour's own, newer and under the same key."""
    own = publish_model(guide_section, version="2026.9")
    own.organization = harbour
    own.save()
    Question.objects.filter(questionnaire__maturity_model=own).update(title="Only Harbour asks")
    Level.objects.filter(question__questionnaire__maturity_model=own, level=1).update(
        suggestion="Only Harbour says"
    )
    return own


def test_a_public_page_tells_nobody_what_an_organization_asks(own_model, client, eve, mary):
    for reader in (client, signed_in(eve), signed_in(mary)):
        html = page(reader)
        assert "Only Harbour" not in html
        assert "A regular look at what paged and why" in html
        assert "36 suggestions point here" in html


def test_a_page_of_the_organizations_own_guide_does(own_model, harbour, mary):
    Guide.objects.update(organization=harbour)
    html = page(signed_in(mary))
    assert "Only Harbour asks" in html
    assert "Only Harbour says" in page(signed_in(mary), SUGGESTIONS)
    assert "72 suggestions point here" in html


def test_a_question_of_ones_own_model_stands_with_its_answer(own_model, payments, mary, client):
    submitted(payments, own_model, EVERYBODY)
    html = words(page(signed_in(mary)))
    assert "Your team's last answer here Only Harbour asks Last answer of Payments" in html
    assert "Only Harbour" not in page(client)


# Last answers -----------------------------------------------------------------------------------


@pytest.fixture
def frozen(payments, model):
    sheets = {name: {"*": 2} for name in ("amy", "bob", "cat", "dan")}
    sheets["amy"] |= {"noise.symptoms": 3, "noise.grouping": "dk"}
    sheets["bob"] |= {"noise.grouping": "dk"}
    for name in ("amy", "bob", "cat"):
        sheets[name] |= {"noise.review": "na"}
    return submitted(payments, model, sheets, agreed={"runbooks.found": 4})


def test_a_member_reads_what_the_team_answered_last(frozen, mary):
    html = page(signed_in(mary))
    assert re.fullmatch(
        r"Paging on what users feel Last answer of Payments, \d+ \w+ \d+ : "
        r"2\.2 Repeatable How this is computed",
        beside(html, "Paging on what users feel"),
    )
    computed = f"/organizations/harbour/teams/payments/assessments/{frozen.assessment_id}/scores/"
    assert f'href="{computed}noise/#noise.symptoms"' in html
    assert signed_in(mary).get(f"{computed}noise/").status_code == 200


def test_an_agreed_answer_is_called_so(frozen, mary):
    line = beside(page(signed_in(mary)), "The right runbook is found at once")
    assert "4.0 agreed Adaptive" in line


def test_what_too_few_answered_is_not_shown_and_says_so(frozen, mary):
    line = beside(page(signed_in(mary)), "Related alerts arrive as one incident")
    assert "not shown, fewer than 3 gave a level." in line
    assert "Repeatable" not in line


def test_what_does_not_apply_says_so(frozen, mary):
    line = beside(page(signed_in(mary)), "A regular look at what paged and why")
    assert "not shown, more than half of those who answered said that it does not apply." in line


def test_only_the_newest_assessment_counts(frozen, payments, model, mary):
    submitted(payments, model, {name: {"*": 0} for name in ("amy", "bob", "cat")})
    html = page(signed_in(mary))
    assert html.count("Last answer of Payments") == 9
    assert "0.0 Absent" in beside(html, "Paging on what users feel")


def test_an_open_assessment_shows_nothing(answered, lena):
    assert "Last answer" not in page(signed_in(lena))


def test_a_question_of_an_earlier_version_stands_with_its_answer(frozen, guide_section, mary):
    publish_model(guide_section, version="2026.2")
    html = words(page(signed_in(mary)))
    assert html.count("Your team's last answer here") == 1
    assert "Paging on what users feel Last answer of Payments" in html


@pytest.mark.parametrize("who", ["sam", "eve", "olga", "max_"])
def test_nobody_reads_it_who_does_not_answer_in_the_team(request, frozen, who):
    reader = signed_in(request.getfixturevalue(who))
    assert "Last answer" not in page(reader)


def test_nothing_of_it_is_kept_for_others(frozen, mary, eve, client):
    assert "Last answer of Payments" in page(signed_in(mary))
    for reader in (signed_in(eve), client):
        html = page(reader)
        assert "Last answer" not in html
        assert "<!--own" not in html


def test_somebody_in_two_teams_reads_both(frozen, model, search_team, mary):
    join(mary, search_team, Role.MEMBER)
    submitted(search_team, model, {name: {"*": 1} for name in ("amy", "bob", "cat")})
    line = beside(page(signed_in(mary)), "Paging on what users feel")
    assert "Last answer of Payments" in line
    assert line.index("2.2 Repeatable") < line.index("Last answer of Search")
    assert "1.0 Ad hoc" in line


@pytest.mark.parametrize("sections", [1, 30])
def test_it_costs_one_query_for_a_page_of_any_length(
    frozen, mary, sections, django_assert_num_queries
):
    only = Page.objects.get()
    for number in range(2, sections + 1):
        Section.objects.create(
            page=only, anchor=f"s{number}", title="S", depth=2, position=number, html="<h2>S</h2>"
        )
    member = signed_in(mary)
    page(member)
    with django_assert_num_queries(5):  # session, person, page, marks, answers
        page(member)


def test_the_section_of_another_guide_is_not_mixed_in(model, client):
    Guide.objects.update(slug="first")
    publish_section()
    assert "suggestions point here" not in page(client)
