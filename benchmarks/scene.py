"""The data the figures are taken on: fifty teams, one of them with forty assessments.

And another organization with five hundred teams of sixteen assessments each.
"""

import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle

from django.db import connection, transaction
from django.db.models import Count, Model, Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessment import demo
from assessment.models import (
    Assessment,
    QuestionnaireScore,
    QuestionScore,
    Snapshot,
    Target,
)
from assessment.published import published_model
from benchmarks.server import Page
from teams.models import Organization, Team, User

HOST = "127.0.0.1"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass
class Places:
    """What to ask for, with whose cookie, and how to count its statements."""

    client: Client
    cookie: str
    pages: list[Page]
    visits: list[tuple[str, str, bool]]
    save_path: str
    revision: int = 0
    etags: dict[str, str] = field(default_factory=dict)
    answers: "cycle[int]" = field(default_factory=lambda: cycle([1, 2, 3]))

    def request(self, page: Page) -> tuple[str, str, str | None, dict[str, str]]:
        headers = {"Cookie": self.cookie} if page.signed_in else {}
        if page.known:
            headers["If-None-Match"] = self.etags[page.path]
        if page.path != self.save_path:
            return "GET", page.path, None, headers
        headers |= self.save_headers()
        return "PUT", page.path, self.save_body(), headers

    def save_headers(self) -> dict[str, str]:
        token = self.cookie.split("csrftoken=")[1]
        self.revision += 1
        return {
            "Content-Type": "application/json",
            "If-Match": f'"{self.revision - 1}"',
            "X-CSRFToken": token,
        }

    def save_body(self) -> str:
        return json.dumps({"answer": next(self.answers), "note": ""})

    def statements(self, page: Page) -> int:
        """Count every statement of one request to a warm process, BEGIN and COMMIT included."""
        client = self.client if page.signed_in else Client(SERVER_NAME=HOST)
        self.send(client, page)
        with CaptureQueriesContext(connection) as queries:
            self.send(client, page)
        return len(queries)

    def send(self, client: Client, page: Page) -> None:
        if page.path != self.save_path:
            client.get(page.path, headers=self.request(page)[3])
            return
        match = {"If-Match": self.save_headers()["If-Match"]}
        body = self.save_body()
        client.put(page.path, body, content_type="application/json", headers=match)


def prepare() -> Places:
    demo.seed_demo(seed=1, size=demo.Size(teams=50, assessments=8))
    lead = User.objects.get(email="lead@demo.example")
    team = Team.objects.select_related("organization").get(memberships__user=lead)
    lengthen_history(team, 40)
    assessment = Assessment.objects.select_related("team__organization").get(
        team=team, status="open"
    )
    questionnaire = published_model(assessment.maturity_model_id).questionnaires[0]
    counted = Team.objects.annotate(scored=Count("snapshots", filter=Q(snapshots__enough=True)))
    short = counted.filter(scored=8).exclude(pk=team.pk)[0]
    # The same person sees all pages, so that the floor is the same for all.
    team.organization.memberships.create(user=lead, role="manager")

    crowd = many_teams()
    crowd.memberships.create(user=lead, role="manager")

    client = Client(SERVER_NAME=HOST)
    client.force_login(lead, backend=BACKEND)
    session = client.cookies["sessionid"].value
    cookie = f"sessionid={session}; csrftoken={'a' * 32}"
    place = [team.organization.slug, team.slug, assessment.pk]
    save = f"/api/v1/assessments/{assessment.pk}/answers/{questionnaire.questions[0].key}"
    answer = reverse("answer", args=[*place, questionnaire.key])
    organization = team.organization.get_absolute_url()
    many = crowd.get_absolute_url()
    today = timezone.localdate()
    days = f"?on={today - timedelta(days=100)}&since={today - timedelta(days=400)}"
    few = "&".join(f"team=team-{number}" for number in range(8))
    guide = "/guide/automated-remediation/getting_started/"
    pages = [
        Page("constant view", "/floor/constant/", floor="constant view", signed_in=False),
        Page("signed-in floor", "/floor/signed-in/"),
        Page("save one answer", save, 3.5),
        Page("questionnaire page", answer, 4),
        Page("team page, 8 assessments", short.get_absolute_url(), 6),
        Page("team page, 40 assessments", team.get_absolute_url(), 6),
        Page("comparison, 50 teams", organization, 8),
        Page("comparison, 500 teams", many, 40),
        Page("comparison, 500 teams, two other days", many + days, 40),
        Page("comparison, 500 teams, filtered", f"{many}?tag=even&freshness=fresh&sort=-noise", 40),
        Page("questions of one questionnaire, 500 teams", f"{many}questionnaires/noise/", 40),
        Page("8 of 500 teams side by side", f"{many}side-by-side/?{few}", 40),
        Page("home", "/"),
        Page("guide page, signed out", guide, 2, floor="constant view", signed_in=False),
        Page("guide page, not modified", guide, 1.2, "constant view", signed_in=False, known=True),
        Page("guide page, signed in", guide),
        Page("guide on one page", guide.replace("getting_started", "all"), signed_in=False),
    ]
    visits = [
        ("list of guides", "/guide/", False),
        ("questionnaire", answer, False),
        ("guide page", guide, False),
        ("guide on one page", guide.replace("getting_started", "all"), False),
        ("comparison, 50 teams", organization, False),
        ("comparison, 500 teams", many, False),
        ("team page, charts as pictures", team.get_absolute_url(), False),
        ("team page, a chart explored", team.get_absolute_url(), True),
    ]
    return Places(client, cookie, pages, visits, save)


def lengthen_history(team: Team, wanted: int) -> None:
    """Copy the team's snapshots back in time until there are so many."""
    originals = list(Snapshot.objects.filter(team=team).order_by("taken_at"))
    for number in range(wanted - len(originals)):
        original = originals[number % len(originals)]
        shift = timedelta(days=91 * len(originals) * (1 + number // len(originals)))
        copy_snapshot(original, shift)


TEAMS, PARENTS, ASSESSMENTS = 500, 20, 16


def many_teams() -> Organization:
    """Make an organization of many teams with long histories, copied from snapshots of the demo.

    Rows are copied by the database: half a million of them would take Python minutes.
    """
    chance = random.Random(1)
    place = Organization.objects.create(name="Five Hundred", slug="five-hundred")
    parents = Team.objects.bulk_create(
        Team(organization=place, name=f"Parent {n:02}", slug=f"parent-{n}") for n in range(PARENTS)
    )
    teams = Team.objects.bulk_create(
        Team(organization=place, name=f"Team {n:03}", slug=f"team-{n}", parent=parents[n % PARENTS])
        for n in range(TEAMS)
    )
    for name, tagged in (("even", teams[::2]), ("odd", teams[1::2])):
        place.tags.create(name=name).teams.set(tagged)
    Target.objects.bulk_create(
        Target(organization=place, team=team, questionnaire_key=key, level=chance.choice((2, 3)))
        for team in teams
        for key in ("noise", "candidates", "evolution", "maintenance", "organisation")
    )
    originals = list(Snapshot.objects.exclude(team__organization=place).order_by("pk"))
    now = timezone.now()
    pairs = []
    for team in teams:
        last = now - timedelta(days=chance.randint(1, 160))
        for number in range(ASSESSMENTS):
            original = chance.choice(originals)
            pairs.append((original, copied(original, team, last - timedelta(days=91 * number))))
    Assessment.objects.bulk_create((new.assessment for _, new in pairs), batch_size=2000)
    Snapshot.objects.bulk_create((new for _, new in pairs), batch_size=2000)
    for rows in (QuestionnaireScore, QuestionScore):
        copy_rows(rows, pairs)
    return place


def copied(original: Snapshot, team: Team, taken_at: datetime) -> Snapshot:
    assessment = Assessment(
        team=team,
        maturity_model_id=original.maturity_model_id,
        length=original.length,
        mode=original.mode,
        status="submitted",
        opened_at=taken_at - timedelta(days=9),
        submitted_at=taken_at,
    )
    fields = ("maturity_model_id", "length", "mode", "enough", "respondents", "invited", "stage")
    same = {name: getattr(original, name) for name in (*fields, "overall")}
    return Snapshot(assessment=assessment, team=team, taken_at=taken_at, **same)


def copy_rows(model: type[Model], pairs: list[tuple[Snapshot, Snapshot]]) -> None:
    """Give each new snapshot the rows that its original has."""
    own = ("id", "snapshot_id")
    names = ", ".join(f'"{each.column}"' for each in model._meta.fields if each.column not in own)
    table = model._meta.db_table
    copy = (
        f"INSERT INTO {table} (snapshot_id, {names}) "  # noqa: S608 - our own names
        f"SELECT %s, {names} FROM {table} WHERE snapshot_id = %s"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(copy, [(new.pk, original.pk) for original, new in pairs])


def copy_snapshot(original: Snapshot, shift: timedelta) -> None:
    scores = list(original.scores.all())
    questions = list(original.question_scores.all())
    assessment = Assessment.objects.get(pk=original.assessment_id)
    assessment.pk = None
    assessment._state.adding = True
    assessment.opened_at -= shift
    assessment.submitted_at -= shift
    assessment.save(force_insert=True)
    snapshot = Snapshot.objects.get(pk=original.pk)
    snapshot.pk = None
    snapshot._state.adding = True
    snapshot.assessment = assessment
    snapshot.taken_at -= shift
    snapshot.save(force_insert=True)
    for row in [*scores, *questions]:
        row.pk = None
        row.snapshot = snapshot
    type(scores[0]).objects.bulk_create(scores)
    type(questions[0]).objects.bulk_create(questions)
