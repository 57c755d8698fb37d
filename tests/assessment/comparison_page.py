"""Reading pages that compare teams as a screen reader does, and organizations of many teams."""

import re
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.models import (
    Assessment,
    Question,
    QuestionnaireScore,
    QuestionScore,
    Snapshot,
    Target,
)
from teams.models import Team
from tests.conftest import signed_in

HARBOUR = "/organizations/harbour/"
NOTHING = "\N{EN DASH}"


def page(user, query="", where=HARBOUR):
    response = signed_in(user).get(where + query)
    assert response.status_code == 200
    return response.content.decode()


def text(html):
    """What a screen reader says: without tags, spaces joined."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def rows(html):
    """The cells of each team's row, in the order of the rows, without what links say of them."""
    html = html.replace('<span class="visually-hidden">, how it is computed</span>', "")
    body = html.split('id="comparison-caption"')[1].split("<tbody>")[1].split("</tbody>")[0]
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL):
        name = re.findall(r"<a [^>]*>(.*?)</a>", row)[0]
        cells = re.findall(r"<td.*?</td>", row, re.DOTALL)
        found[name] = [text(each) for each in cells if 'class="pick"' not in each]
    return found


def names(html):
    return list(rows(html))


def columns(html):
    head = html.split('id="comparison-caption"')[1].split("<thead>")[1].split("</thead>")[0]
    return [text(each) for each in re.findall(r"<th.*?</th>", head, re.DOTALL)]


def many_teams(organization, model, start, end):
    """Teams with two assessments, a tag, a target and an open assessment each, in a few statements.

    Each is under the parent that is there already, if any is.
    """
    parent = organization.teams.filter(slug="platform").first()
    tag, _ = organization.tags.get_or_create(name="counted")
    now = timezone.now()
    teams = Team.objects.bulk_create(
        Team(organization=organization, name=f"Team {n:03}", slug=f"team-{n}", parent=parent)
        for n in range(start, end)
    )
    tag.teams.add(*teams)
    for days_ago in (100, 5):
        taken_at = now - timedelta(days=days_ago)
        assessments = Assessment.objects.bulk_create(
            Assessment(team=team, maturity_model=model, status="submitted", submitted_at=taken_at)
            for team in teams
        )
        frozen = Snapshot.objects.bulk_create(
            Snapshot(
                assessment=each,
                team=each.team,
                maturity_model=model,
                taken_at=taken_at,
                length="full",
                respondents=5,
                invited=6,
                stage=1,
                overall=1.5,
            )
            for each in assessments
        )
        QuestionnaireScore.objects.bulk_create(
            QuestionnaireScore(snapshot=each, questionnaire=questionnaire, respondents=5, score=1.5)
            for each in frozen
            for questionnaire in model.questionnaires.all()
        )
        questions = Question.objects.filter(questionnaire__maturity_model=model)
        QuestionScore.objects.bulk_create(
            QuestionScore(snapshot=each, question=question, answered=5, applicable=True, mean=1.5)
            for each in frozen
            for question in questions
        )
    Target.objects.bulk_create(
        Target(organization=team.organization, team=team, questionnaire_key="noise", level=3)
        for team in teams
    )
    Assessment.objects.bulk_create(Assessment(team=team, maturity_model=model) for team in teams)


def statements(client, where=HARBOUR):
    """How many statements a page takes."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(where).status_code == 200
    return len(queries)
