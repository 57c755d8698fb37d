"""Nobody can learn one or two people's answers from anything that Rungs shows.

Two hundred random organizations live twice: once as they are, once with other values in all that a
viewer may not see. Everything that viewer can open has to be the same both times. What is stored to
be shown is compared with what the raw answers allow, and with what two results give away.
"""

import logging
import re
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise, product
from random import Random
from statistics import fmean, variance
from typing import NamedTuple
from uuid import UUID, uuid5

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve, reverse
from django.utils import timezone

from assessment import disclosure, freezing, sheets
from assessment.exporting import data, report, workbooks
from assessment.lifecycle import lock, reopen, reveal, submit
from assessment.models import (
    Action,
    AgreedAnswer,
    Answer,
    Assessment,
    Participation,
    Question,
    QuestionnaireScore,
    QuestionScore,
    Round,
    RoundEntry,
    Sheet,
    Snapshot,
    Talk,
)
from assessment.organization_file.parts import BY_NAME
from assessment.talk_screen import Viewer, screen
from teams.models import Membership, Organization, Role, Team, User
from tests.assessment.conftest import QUESTIONNAIRES, publish_model, publish_section
from tests.assessment.random_organizations import (
    PEOPLE,
    QUESTIONS,
    Plan,
    TeamPlan,
    Wave,
    counted,
    hidden_changed,
    is_reopened,
    kinds,
    levels,
    random_plan,
)

ORGANIZATIONS = 200
AT_A_TIME = 20
NAMESPACE = UUID(int=7)
END = datetime(2027, 1, 1, tzinfo=UTC)
VIEWERS = ("owner", "manager", "lead", "member", "neighbour", "stranger", "signed out")
IN_TEAM = ("lead", "member")
# What shows figures of others: opened in four of five organizations. Every other page by each kind
# of viewer in every fifth organization they see, which makes more than five in all.
SHOWING_RESULTS = {
    "home", "organization", "organization_questionnaire", "side_by_side", "team", "assessment",
    "answer", "talk", "talk_now", "compare_two", "scores", "computed", "api-1:own_sheet", "round",
    "team_table", "organization_table", "chart_picture", "chart_figures",
    "beside_picture", "beside_figures",
}  # fmt: skip
TABLES = ("comparison", "scores", "answers", "actions", "plan", "my-answers")
CHARTS = ("over-time", "profile", "radar", *(f"over-time-{key}" for key, _ in QUESTIONNAIRES))
EVERY = 5
OF_RESULTS = 5
LEAST_VISITS = 5
QUESTIONNAIRES_BY_TURNS = [key for key, _ in QUESTIONNAIRES]
ONE_STEP = 1e-9
# Names of routes, as found out: they change something and show nothing.
TAKES_NO_GET: set[str] = set()


# Living through a plan -------------------------------------------------------------------------


class World:
    """The people, the model, and one organization at a time as a plan says."""

    def __init__(self):
        self.model = publish_model(publish_section())
        questions = Question.objects.filter(questionnaire__maturity_model=self.model)
        self.questions = dict(questions.values_list("key", "pk"))
        names = [*(f"person{each}" for each in PEOPLE), *VIEWERS[:2], *VIEWERS[4:6]]
        users = User.objects.bulk_create(
            User(email=f"{name}@confidential.example", name=name, password="!") for name in names
        )
        self.users = dict(zip([*PEOPLE, *VIEWERS[:2], *VIEWERS[4:6]], users, strict=True))
        self.clients = {"signed out": Client()}

    def found(self, plan: Plan):
        """Found the plan's organization; nothing is answered yet."""
        self.plan = plan
        self.organization = Organization.objects.create(
            name=f"Organization {plan.seed}", slug=f"o{plan.seed}", least_answers=plan.least
        )
        self.teams, parent = {}, None
        for team in reversed(plan.teams):
            parent = self.teams[team.slug] = Team.objects.create(
                organization=self.organization, parent=parent, name=team.slug, slug=team.slug
            )
        other = Team.objects.create(organization=self.organization, name="other", slug="other")
        roles = [(self.users["neighbour"], other, Role.MEMBER)]
        roles += [(self.users[role], None, role) for role in VIEWERS[:2]]
        for team in plan.teams:
            roles += [
                (self.users[who], self.teams[team.slug], Role.MEMBER if at else Role.LEAD)
                for at, who in enumerate(team.members)
            ]
        Membership.objects.bulk_create(
            Membership(user=user, organization=self.organization, team=team, role=role)
            for user, team, role in roles
        )
        for team in self.teams.values():
            self.plan_in(team)
        self.round = Round.objects.create(
            id=uuid5(NAMESPACE, f"{plan.seed} round"),
            organization=self.organization,
            title="Round",
            status="open",
            opens_on=date(2026, 6, 1),
            anchor_on=date(2026, 6, 1),
            due_on=date(2026, 7, 31),
            opened_at=datetime(2026, 6, 1, tzinfo=UTC),
        )
        self.round.teams.set([*self.teams.values(), other])

    def plan_in(self, team: Team):
        """Plan something to do and something done, which the projection and the talk look at."""
        when = {"noted_at": datetime(2026, 1, 1, tzinfo=UTC)}
        for level, (key, closed) in enumerate([(QUESTIONS[0], None), (QUESTIONS[1], END)], 3):
            Action.objects.create(
                team=team,
                question_id=self.questions[key],
                level=level,
                text=f"Do something about {key}",
                status="done" if closed else "open",
                closed_at=closed,
                **when,
            )

    def live(self, plan: Plan):
        """Open, fill, reveal, reopen and submit as the plan says. Yields after every reveal."""
        for team in plan.teams:
            for number, wave in enumerate(team.waves):
                yield from self.live_through(self.assessment(team, number, wave, plan), wave, plan)

    def assessment(self, team: TeamPlan, number: int, wave: Wave, plan: Plan) -> Assessment:
        place = self.teams[team.slug]
        opened = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=90 * number)
        assessment = Assessment.objects.create(
            id=uuid5(NAMESPACE, f"{plan.seed} {team.slug} {number}"),
            team=place,
            maturity_model=self.model,
            mode=wave.mode,
            least_answers=plan.least,
            opened_at=opened,
        )
        if number == len(team.waves) - 1:
            RoundEntry.objects.create(round=self.round, assessment=assessment)
        return assessment

    def live_through(self, assessment: Assessment, wave: Wave, plan: Plan):
        by = self.users["owner"]
        self.fill(assessment, wave.sheets)
        if wave.ends == "open":
            return
        again = is_reopened(wave, plan.least)
        if again:
            reveal(assessment=assessment, by=by)
            yield assessment
            reopen(assessment=assessment)
            self.fill(assessment, wave.later)
        if wave.ends == "reopened":
            return
        if again or (wave.ends == "revealed" and self.is_enough(assessment, wave)):
            reveal(assessment=assessment, by=by)
            yield assessment
        self.agree(assessment, wave)
        if wave.ends == "submitted" and any(
            answer for sheet in wave.sheets.values() for answer, _ in sheet.values()
        ):
            submit(assessment=assessment, by=by)
            then = assessment.opened_at + timedelta(days=10)
            Assessment.objects.filter(pk=assessment.pk).update(submitted_at=then)
            Snapshot.objects.filter(assessment=assessment).update(taken_at=then)

    def is_enough(self, assessment: Assessment, wave: Wave) -> bool:
        return wave.mode == "open" or sheets.sheets_with_answers(assessment) >= (
            assessment.least_answers
        )

    def fill(self, assessment: Assessment, filled):
        own = {who: assessment.respondent(self.users[who]) for who in filled}
        known = dict(Sheet.objects.filter(assessment=assessment).values_list("respondent", "pk"))
        new = [
            Sheet(assessment=assessment, respondent=each)
            for each in own.values()
            if each not in known
        ]
        known |= {each.respondent: each.pk for each in Sheet.objects.bulk_create(new)}
        Answer.objects.bulk_create(
            [
                Answer(
                    sheet_id=known[own[who]],
                    question_id=self.questions[key],
                    answer=answer,
                    note=note,
                )
                for who, sheet in filled.items()
                for key, (answer, note) in sheet.items()
            ],
            update_conflicts=True,
            unique_fields=["sheet", "question"],
            update_fields=["answer", "note"],
        )
        Participation.objects.bulk_create(
            [
                Participation(
                    id=uuid5(assessment.pk, str(who)),
                    assessment=assessment,
                    user=self.users[who],
                    finished_on=timezone.localdate(),
                )
                for who in filled
            ],
            ignore_conflicts=True,
        )

    def agree(self, assessment: Assessment, wave: Wave):
        AgreedAnswer.objects.bulk_create(
            AgreedAnswer(
                assessment=assessment,
                question_id=self.questions[key],
                answer=answer,
                reason="We looked together." if answer else "",
            )
            for key, answer in wave.agreed.items()
        )
        if lock(assessment).is_revealed:
            place = QUESTIONS[len(wave.sheets) % len(QUESTIONS)]
            Talk.objects.filter(assessment=assessment).update(
                question_id=self.questions[place], spectators=True
            )

    def sign_in(self, viewer: str, plan: Plan) -> int | str:
        """Sign a viewer of the plan's first team in and return who that is."""
        members = plan.teams[0].members
        who = members[IN_TEAM.index(viewer)] if viewer in IN_TEAM else viewer
        if who not in self.clients:
            self.clients[who] = Client()
            self.clients[who].force_login(
                self.users[who],
                backend="allauth.account.auth_backends.AuthenticationBackend",
            )
        return who

    # What a viewer can open ----------------------------------------------------------------------

    def pages(self, who: int | str, addresses: Iterable[str]) -> dict[str, str]:
        """Return everything a viewer gets at every address, without what differs each time."""
        client = self.clients[who]
        found = {}
        for address in addresses:
            response = client.get(address)
            if response.status_code == 405:
                TAKES_NO_GET.add(resolve(address).view_name)
                continue
            where = response.headers.get("Location", "")
            text = response.getvalue().decode()
            found[address] = f"{response.status_code} {where}\n{without_noise(text)}"
        return found

    def files(self, viewer: str) -> dict[str, str]:
        """Return what is in the files that are made for a viewer, by what they are called."""
        if (self.plan.seed // len(VIEWERS)) % EVERY:
            return {}
        team = Team.objects.select_related("organization", "parent").get(
            pk=self.teams[self.plan.teams[0].slug].pk
        )
        found = {}
        if viewer in (*IN_TEAM, "owner", "manager"):
            found["workbook of the team"] = told(workbooks.of_place(team))
            found["report of the team"] = render_to_string(
                "assessment/report/team.html", report.about_team(team)
            )
        if viewer in ("owner", "manager"):
            found["workbook"] = told(workbooks.of_place(self.organization))
            found["report"] = render_to_string(
                "assessment/report/organization.html", report.about(self.organization)
            )
        if viewer == "owner":
            found["data"] = told_by_parts(self.organization)
        return {name: without_noise(text) for name, text in found.items()}

    def addresses(self):
        """Yield every address of Rungs' own pages and API, filled in for the first team."""
        random = Random(self.plan.seed)  # noqa: S311
        team = self.teams[self.plan.teams[0].slug]
        every = list(Assessment.objects.filter(team=team).order_by("opened_at"))
        newest = every[-1]
        chosen = random.choice((newest, *every)).pk
        person, membership = team.memberships.order_by("pk").values_list("user_id", "pk")[0]
        known = {
            "organization": self.organization.slug,
            "team": team.slug,
            "assessment": chosen,
            "assessment_id": chosen,
            "questionnaire": random.choice([key for key, _ in QUESTIONNAIRES]),
            "question": QUESTIONS[0],
            "person": person,
            "membership": membership,
            "action": team.actions.order_by("pk").values_list("pk", flat=True)[0],
            "exemption": 1,
            "annotation": UUID(int=1),
            "notice": 1,
            "draft": 1,
            "model": self.model.pk,
            "round_id": self.round.pk,
            "invitation": UUID(int=1),
            "export": UUID(int=1),
            "kind": "report",
            "table": random.choice(TABLES),
            "chart": random.choice(CHARTS),
            "token": "nobody-made-this",
        }
        for route in routes_to_open(self.plan.seed):
            if route.name not in TAKES_NO_GET:
                yield route.filled_in(known)
        yield self.model.guide.pages.get().get_absolute_url()
        yield from self.comparisons(team)
        compare = reverse("compare_two", args=[self.organization.slug, team.slug])
        yield f"{compare}?from={every[0].pk}&to={newest.pk}"
        yield f"{reverse('talk', args=[self.organization.slug, team.slug, newest.pk])}?wall=1"

    def comparisons(self, team: Team):
        """Yield, by turns, what an address can ask of the pages that compare."""
        place, key = self.organization.slug, QUESTIONNAIRES_BY_TURNS[self.plan.seed % 2]
        days = "on=2026-05-01&since=2026-02-01"
        beside = "&".join(f"team={slug}" for slug in (*self.teams, "other"))
        overview = reverse("organization", args=[place])
        asked = [
            f"{overview}?{days}",
            f"{overview}?since=2026-04-30&parent={team.slug}",
            f"{overview}?freshness=stale&sort=-noise",
            f"{reverse('side_by_side', args=[place])}?{beside}&since=2026-02-01",
            f"{reverse('organization_questionnaire', args=[place, key])}?{days}",
            f"{reverse('beside_figures', args=[place, 'teams-over-time'])}?{beside}",
            f"{reverse('beside_figures', args=[place, 'profiles'])}?{beside}",
            f"{reverse('beside_picture', args=[place, 'profiles'])}?{beside}",
        ]
        yield from asked[self.plan.seed // len(VIEWERS) % 2 :: 2]


def told(tables) -> str:
    return "\n".join(
        f"{table.title} {table.columns} {[*map(list, table.rows)]}" for table in tables
    )


def told_by_parts(organization: Organization) -> str:
    """Return the data an owner takes away, without ids: these differ each time."""
    shown, people = data.Shown(organization), set()
    return "\n".join(
        row.model_dump_json(exclude={"id", "series", *BY_NAME[name].references})
        for name in data.SHOWN
        for row in shown.rows(BY_NAME[name], people)
    )


class Route(NamedTuple):
    """One address of Rungs' own, and what has to be filled in."""

    name: str
    arguments: frozenset[str]

    def filled_in(self, known) -> str:
        unknown = self.arguments - known.keys()
        assert not unknown, f"fill {sorted(unknown)} of {self.name} in World.addresses"
        return reverse(self.name, kwargs={each: known[each] for each in self.arguments})


def own_routes(resolver: URLResolver, spaces=(), around=frozenset()):
    """Yield every route to teams and assessment, pages and API alike."""
    for each in resolver.url_patterns:
        arguments = around | each.pattern.regex.groupindex.keys() | each.pattern.converters.keys()
        if isinstance(each, URLResolver):
            yield from own_routes(each, (*spaces, *filter(None, [each.namespace])), arguments)
        elif each.name and is_our_own(each.callback):
            yield Route(":".join((*spaces, each.name)), frozenset(arguments))


def routes_to_open(seed: int) -> list[Route]:
    """Return what the viewer of one organization opens, by turns: no page is left to chance."""
    turn = seed // len(VIEWERS)
    return [
        route
        for place, route in enumerate(own_routes(get_resolver()))
        if is_open_in(route, place + turn)
    ]


def is_open_in(route: Route, turn: int) -> bool:
    if route.name in SHOWING_RESULTS:
        return turn % OF_RESULTS > 0
    return turn % EVERY == 0


def is_our_own(view) -> bool:
    return view.__module__.split(".")[0] in ("teams", "assessment", "ninja")


NOISE = (
    (re.compile(r'name="csrfmiddlewaretoken" value="\w+"'), "csrf"),
    (re.compile(r'"X-CSRFToken": ?"\w+"'), "csrf"),
    (re.compile(r"\d\d\d\d-\d\d-\d\dT[\d:.]+(Z|\+[\d:]+)?"), "moment"),
    (re.compile(r"\b\d{1,2}:\d\d(:\d\d)?\b"), "hour"),
    (re.compile(r"(agree|withdraw)-\d+-\d+"), "form"),
    (re.compile(r"(actions/|action-)\d+"), "action"),
)


def without_noise(text: str) -> str:
    for pattern, word in NOISE:
        text = pattern.sub(word, text)
    return text


@contextmanager
def undone():
    """Do something and undo it all."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    for cache in caches.all(initialized_only=True):
        cache.clear()


# The auditor -----------------------------------------------------------------------------------


def audit(world: World, seed: int) -> None:
    """Fail when a viewer of a random organization can learn what is hidden."""
    plan = random_plan(seed)
    viewer = viewer_of(plan)
    own = world.sign_in(viewer, plan)
    with undone():
        world.found(plan)
        with undone():
            audit_re_reveals(world, plan)
            audit_snapshots(world, plan)
            shown = world.pages(own, list(world.addresses()))
            shown |= world.files(viewer)
        hidden = hidden_changed(
            plan, own if isinstance(own, int) else None, in_team=viewer in IN_TEAM
        )
        with undone():
            for _ in world.live(hidden):
                pass
            again = world.pages(own, [each for each in shown if each.startswith("/")])
            again |= world.files(viewer)
    for address, page in shown.items():
        assert page == again[address], differing(viewer, seed, address, page, again[address])


def viewer_of(plan: Plan) -> str:
    """Return who looks: each kind in turn, the lead where a member would be alone."""
    viewer = VIEWERS[plan.seed % len(VIEWERS)]
    alone = len(plan.teams[0].members) == 1
    return "lead" if alone and viewer == "member" else viewer


def differing(viewer, seed, address, one, other):
    lines = [
        f"- {a.strip()}\n+ {b.strip()}"
        for a, b in zip(one.splitlines(), other.splitlines(), strict=False)
        if a != b
    ]
    return "\n".join([f"{viewer} of organization {seed} can tell at {address}:", *islice(lines, 6)])


def audit_re_reveals(world: World, plan: Plan) -> None:
    """Live through the plan; no difference of two reveals may be of fewer than the least."""
    before: dict = {}
    manager = world.users["manager"]
    for assessment in world.live(plan):
        viewer = Viewer(manager, False, False, False, False)
        assessment = lock(assessment)
        now = screen(assessment.talk, assessment, viewer).shown
        standing = counted_levels(assessment)
        for key, shown in now.items():
            was = before.get((assessment.pk, key))
            if was and was[0].mean is not None and shown.mean is not None:
                changed = {
                    who
                    for who in was[1][key].keys() | standing[key].keys()
                    if was[1][key].get(who) != standing[key].get(who)
                }
                assert not changed or len(changed) >= plan.least, (
                    f"organization {plan.seed}: the two means of {key} give away {len(changed)}"
                )
            before[assessment.pk, key] = shown, standing


def counted_levels(assessment: Assessment) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {key: {} for key in QUESTIONS}
    for who, sheet in sheets.answers_by_respondent(assessment).items():
        for key, answer in sheet.items():
            if isinstance(answer, int):
                found[key][who] = answer
    return found


def audit_snapshots(world: World, plan: Plan) -> None:
    """Compare all that is stored to be shown with what the raw answers allow."""
    for team in plan.teams:
        place, before = world.teams[team.slug], None
        snapshots = list(place.snapshots.order_by("taken_at"))
        waves = [each for each in team.waves if each.ends == "submitted"]
        waves = [
            each
            for each in waves
            if any(answer for sheet in each.sheets.values() for answer, _ in sheet.values())
        ]
        for wave, snapshot in zip(waves, snapshots, strict=True):
            rows = {
                row.question.key: row
                for row in QuestionScore.objects.filter(snapshot=snapshot).select_related(
                    "question"
                )
            }
            if wave.mode != "consensus":
                standing = counted(wave, plan.least)
                for key, row in rows.items():
                    audit_question(row, standing, key, wave.agreed.get(key), plan.least)
            for score in snapshot.scores.select_related("questionnaire"):
                audit_score(score, rows, before, wave, plan.least)
            before = rows


def audit_question(row: QuestionScore, standing, key, agreed, least: int) -> None:
    given, of_kind = levels(standing, key), kinds(standing, key)
    mean = fmean(given) if len(given) >= least else None
    assert row.answered == len(given)
    assert near(row.as_answered if row.agreed else row.mean, mean)
    if row.agreed and agreed in "01234" and row.mean is not None:
        assert row.mean == int(agreed)
    if len(given) >= max(5, least):
        assert near(row.variance, variance(given))
        assert row.range == max(given) - min(given)
    else:
        spread = row.median, row.variance, row.average_deviation, row.range, row.agreement
        assert spread == (None, None, None, None, "")
    enough = of_kind.total() >= max(5, least)
    assert row.dont_know == (of_kind["dk"] if enough else None)
    assert row.not_applicable == (of_kind["na"] if enough else None)
    if of_kind.total() < least and not row.agreed:
        assert row.applicable


def audit_score(score: QuestionnaireScore, rows, before, wave: Wave, least: int) -> None:
    own = [key for key, _ in QUESTIONNAIRES[questionnaire_of(score)]]
    shown = {k: rows[k].mean for k in own if rows[k].applicable and rows[k].mean is not None}
    assert score.score is None or near(score.score, fmean(shown.values()))
    if wave.mode == "consensus":
        return
    assert score.score is None or score.respondents >= least
    few = score.respondents < max(5, least)
    assert not few or score.variance is None
    if score.rwg is not None:
        assert near(score.rwg, 1 - fmean(own_variances(own, wave, least)) / 2)
    if score.change is not None:
        shared = [key for key in shown if before[key].applicable and before[key].mean is not None]
        given_away = fmean(shown[key] - before[key].mean for key in shared)
        assert near(score.change, given_away), "the change is one more equation about people"
    if score.change_margin is not None:
        assert len(counted(wave, least)) >= max(5, least)


def own_variances(keys, wave: Wave, least: int):
    """Yield the variance of each question that applies and may show its own."""
    standing = counted(wave, least)
    for key in keys:
        given, of_kind = levels(standing, key), kinds(standing, key)
        if len(given) >= max(5, least) and 2 * of_kind["na"] <= of_kind.total():
            yield variance(given)


def questionnaire_of(score: QuestionnaireScore) -> tuple[str, str]:
    return next(each for each in QUESTIONNAIRES if each[0] == score.questionnaire.key)


def near(one, other) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < ONE_STEP


# The tests -------------------------------------------------------------------------------------


@pytest.fixture
def world(db):
    logging.disable(logging.CRITICAL)  # refusals are meant here, and telling of them takes time
    if connection.vendor == "postgresql":
        # Every organization that was undone leaves dead rows, which only an index passes by.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    yield World()
    logging.disable(logging.NOTSET)


# What is shown is decided without the database: all on SQLite, some on PostgreSQL, where each
# organization that is undone leaves dead rows and the next takes longer.
AUDITED = ORGANIZATIONS if connection.vendor == "sqlite" else AT_A_TIME


@pytest.mark.parametrize("first", range(0, AUDITED, AT_A_TIME))
def test_nothing_hidden_can_be_told_from_anything_shown(world, first):
    for seed in range(first, first + AT_A_TIME):
        audit(world, seed)


def findings(seeds, look) -> list[str]:
    """Return what the auditor says about organizations, at most one thing each."""
    found = []
    for seed in seeds:
        try:
            look(seed)
        except AssertionError as error:
            found.append(str(error))
    return found


@pytest.fixture
def look_at_what_is_stored(world):
    def look(seed):
        plan = random_plan(seed)
        with undone():
            world.found(plan)
            audit_re_reveals(world, plan)
            audit_snapshots(world, plan)

    return look


def test_without_thresholds_the_pages_give_it_away(world, monkeypatch):
    usual = disclosure.thresholds
    for module in list(sys.modules.values()):
        if getattr(module, "thresholds", None) is usual:
            monkeypatch.setattr(module, "thresholds", lambda **_: disclosure.NOTHING_TO_HIDE)
    monkeypatch.setattr(sys.modules[__name__], "audit_snapshots", lambda *_: None)
    monkeypatch.setattr(sys.modules[__name__], "audit_re_reveals", live_only)

    said = findings(range(7), lambda seed: audit(world, seed))

    assert any("can tell at" in each for each in said)


def live_only(world: World, plan: Plan) -> None:
    for _ in world.live(plan):
        pass


def test_were_one_persons_change_counted_the_auditor_finds_it(look_at_what_is_stored, monkeypatch):
    monkeypatch.setattr(sheets, "was_shown", lambda *_: False)

    assert any("give away" in said for said in findings(range(30), look_at_what_is_stored))


def test_were_the_linked_change_shown_the_auditor_finds_it(look_at_what_is_stored, monkeypatch):
    monkeypatch.setattr(freezing, "shown_change", lambda found, rule: found.delta)

    assert any("one more equation" in said for said in findings(range(30), look_at_what_is_stored))


def test_were_the_spread_of_four_shown_the_auditor_finds_it(look_at_what_is_stored, monkeypatch):
    monkeypatch.setattr(disclosure, "LEAST_SPREAD", 3)

    assert findings(range(10), look_at_what_is_stored)


def test_a_page_that_nobody_can_fill_in_fails_the_audit():
    route = Route("sheet_of", frozenset({"organization", "sheet"}))

    with pytest.raises(AssertionError, match=r"fill \['sheet'\] of sheet_of"):
        route.filled_in({"organization": "harbour"})


def test_the_audit_opens_every_page_as_every_kind_of_viewer():
    """At least five times each in the two hundred, and what shows results twenty times."""
    plans = [random_plan(seed) for seed in range(ORGANIZATIONS)]
    visits = Counter(
        (viewer_of(plan), route.name) for plan in plans for route in routes_to_open(plan.seed)
    )
    names = {route.name for route in own_routes(get_resolver())}

    assert names >= SHOWING_RESULTS
    assert {pair for pair in product(VIEWERS, names) if visits[pair] < LEAST_VISITS} == set()
    assert all(visits[pair] >= 20 for pair in product(VIEWERS, SHOWING_RESULTS))


def test_the_random_organizations_are_of_every_kind():
    plans = [random_plan(seed) for seed in range(ORGANIZATIONS)]
    teams = [team for plan in plans for team in plan.teams]
    waves = [wave for team in teams for wave in team.waves]
    pairs = [pair for team in teams for pair in pairwise(team.waves)]

    assert {len(team.waves) for team in teams} == {3}
    assert {len(wave.people) for wave in waves} == set(range(1, 13))
    assert {wave.ends for wave in waves} == {"open", "revealed", "reopened", "submitted"}
    assert {wave.mode for wave in waves} == {"individual", "open", "consensus"}
    assert sum(len(plan.teams) == 2 for plan in plans) > 50  # one team is the other's parent
    assert sum(bool(set(now.people) - set(then.people)) for then, now in pairs) > 200  # joiners
    assert sum(bool(set(then.people) - set(now.people)) for then, now in pairs) > 100  # leavers
