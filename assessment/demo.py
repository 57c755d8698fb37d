"""An invented organization with two years of history, the same for the same seed and day.

Every person, team and figure is made up. Scores go through the product's own submit, so the demo
shows what the product computes and nothing else.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from assessment.demo_answers import fill_sheets
from assessment.demo_plan import plan_for_the_demo
from assessment.demo_readers import answer_back
from assessment.demo_rounds import make_rounds
from assessment.demo_stories import (
    ACTIONS,
    FIRST_NAMES,
    HAPPENED,
    LAST_NAMES,
    ORGANIZATIONS,
    PARENTS,
    STORIES,
    TEAM_NAMES,
    WHY_AGREED,
    Beliefs,
    Story,
    name_for,
    path_of,
)
from assessment.disclosure import LEAST_SPREAD
from assessment.freezing import freeze
from assessment.models import (
    Action,
    AgreedAnswer,
    Annotation,
    Assessment,
    Participation,
    Target,
)
from assessment.models.answering import AssessmentStatus
from assessment.models.maturity_model import Length
from assessment.models.planning import ActionStatus
from assessment.published import PublishedModel, published_model
from assessment.publishing import publish
from assessment.question_score import score_question
from assessment.sheets import answers_by_respondent, close_sheets
from guide.importer import import_guide
from guide.models import Guide
from teams.models import Membership, Organization, Role, Team, User

PASSWORD = "demo"
DOMAIN = "demo.example"
OUR_GUIDE = settings.BASE_DIR / "guide" / "content" / "automated-remediation"
OUR_MODELS = settings.BASE_DIR / "assessment" / "maturity_models"
QUARTER = timedelta(days=91)
LAST_ASSESSMENT_BEFORE_TODAY = timedelta(days=24)
MOST_PRESENT = 9
TALKS = 3  # of the team with logins: its last ones, which left agreed answers and actions
SILENT_FOR = 3  # quarters since the team that stopped answering was last heard of


@dataclass
class Outcome:
    """What was made: logins with their password, and the addresses of places."""

    seed: int
    password: str = PASSWORD
    logins: list[str] = field(default_factory=list)
    organizations: list[dict[str, object]] = field(default_factory=list)


@dataclass(frozen=True)
class Size:
    organizations: int = 1
    teams: int = 9
    people: int | None = None
    assessments: int = 8


class RealDataFound(Exception):
    """The database holds people who are not invented; the demo must not mix with them."""


def seeded() -> bool:
    return User.objects.filter(email=f"owner@{DOMAIN}").exists()


def refuse_real_data() -> None:
    """Raise RealDataFound if anybody here has an address that could exist."""
    if User.objects.exclude(email__endswith=".example").exists():
        raise RealDataFound(
            "This database holds real people. The demo goes into a database of its own: "
            "set DATABASE_URL or DATA_DIR to another place."
        )


def publish_ours() -> PublishedModel:
    """Import our guide and publish our newest maturity model, if they are not there yet."""
    if not Guide.objects.filter(slug=OUR_GUIDE.name).exists():
        import_guide(OUR_GUIDE, slug=OUR_GUIDE.name)
    newest: Path = max(OUR_MODELS.glob("*.yaml"))
    model, _ = publish(newest)
    return published_model(model.pk)


def seed_demo(*, seed: int = 1, size: Size | None = None, today: date | None = None) -> Outcome:
    """Make the demo in one transaction. Raises RealDataFound."""
    size = size or Size()
    refuse_real_data()
    model = publish_ours()
    outcome = Outcome(seed)
    with transaction.atomic():
        maker = Maker(random.Random(seed), model, size, today or timezone.localdate(), outcome)
        for number in range(size.organizations):
            maker.make_organization(number)
        maker.make_outsider()
    return outcome


@dataclass
class Maker:
    random: random.Random
    model: PublishedModel
    size: Size
    today: date
    outcome: Outcome
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    hashed: str = field(default_factory=lambda: make_password(PASSWORD))

    def make_organization(self, number: int) -> None:
        organization = self._organization(name_for(ORGANIZATIONS, number))
        owner, manager = (self._person_at(role, number) for role in ("owner", "manager"))
        self._join(owner, organization, None, Role.OWNER)
        self._join(manager, organization, None, Role.MANAGER)
        parents = [self._team(organization, name, None) for name in PARENTS]
        teams = []
        for index in range(self.size.teams):
            name = name_for(TEAM_NAMES, index)
            team = self._team(organization, name, parents[index % len(parents)])
            self._fill_team(team, STORIES[index % len(STORIES)], named=number == index == 0)
            teams.append(team)
        if number == 0 and teams:
            answer_back(organization, self.model.id, self.today)
        make_rounds(
            organization, teams, by=manager, today=self.today, quarters=self.size.assessments
        )
        self._report(organization, teams)

    def make_outsider(self) -> None:
        organization = self._organization("Elsewhere")
        outsider = self._person("Oda Outside", f"outsider@{DOMAIN}")
        self._join(outsider, organization, None, Role.OWNER)
        team = self._team(organization, "Workshop", None)
        self._join(outsider, organization, team, Role.LEAD)
        self.outcome.logins.append(outsider.email)
        self._report(organization, [team])

    def _report(self, organization: Organization, teams: list[Team]) -> None:
        self.outcome.organizations.append(
            {
                "slug": organization.slug,
                "teams": [team.slug for team in teams],
                "open_assessments": {
                    opened.team.slug: str(opened.pk)
                    for opened in Assessment.objects.filter(
                        team__organization=organization, status=AssessmentStatus.OPEN
                    ).select_related("team")
                },
                "planned": {
                    planned.team.slug: planned.pk
                    for planned in Action.objects.filter(
                        team__organization=organization, level__isnull=False
                    )
                    .select_related("team")
                    .order_by("-pk")
                },
            }
        )

    def _organization(self, name: str) -> Organization:
        return Organization.objects.create(name=name, slug=slugify(name))

    def _team(self, organization: Organization, name: str, parent: Team | None) -> Team:
        return Team.objects.create(
            organization=organization, parent=parent, name=name, slug=slugify(name)
        )

    def _person_at(self, role: str, number: int) -> User:
        email = f"{role}@{DOMAIN}" if number == 0 else f"{role}{number + 1}@{DOMAIN}"
        person = self._person(self._name(), email)
        self.outcome.logins.append(email)
        return person

    def _name(self) -> str:
        return f"{self.random.choice(FIRST_NAMES)} {self.random.choice(LAST_NAMES)}"

    def _person(self, name: str, email: str = "") -> User:
        email = email or f"{slugify(name).replace('-', '.')}.{next(self.numbers)}@{DOMAIN}"
        user = User.objects.create(email=email, name=name, password=self.hashed)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user

    def _join(
        self, user: User, organization: Organization, team: Team | None, role: str
    ) -> Membership:
        return Membership.objects.create(user=user, organization=organization, team=team, role=role)

    def _fill_team(self, team: Team, story: Story, *, named: bool) -> None:
        team.rules_control_changes = story.regulated
        team.save(update_fields=["rules_control_changes"])
        people = self._people(team, story, named=named)
        voices = {person.pk: self.random.gauss(0, story.spread) for person in people}
        leavers = self._leavers(team, story)
        voices |= {person.pk: self.random.gauss(0, story.spread) for person in leavers}
        offsets = {key: self.random.gauss(0, 0.4) for key in self.model.questions}
        keys = [questionnaire.key for questionnaire in self.model.questionnaires]
        path = path_of(story, self.random, keys, self.size.assessments + 1)
        quarters = self.size.assessments - (SILENT_FOR if story.silent else 0)
        for quarter in range(max(0, quarters)):
            beliefs = Beliefs(path[quarter], offsets, voices)
            present = self._present(people, leavers, quarter)
            moment = self._moment(quarter)
            past = self._past_assessment(team, moment, present, beliefs, story.mode)
            if named and quarter >= quarters - TALKS:
                self._talk(past, present, moment)
            freeze(past, answers_by_respondent(past), moment)
        self._targets(team)
        if named:
            self._annotations(team, people[0])
            self._open_assessment(team, people, Beliefs(path[-1], offsets, voices))
            plan_for_the_demo(team, people, self.today)

    def _people(self, team: Team, story: Story, *, named: bool) -> list[User]:
        size = self.size.people or self.random.randint(*story.people)
        people = [self._person(self._name()) for _ in range(size - (2 if named else 0))]
        if named:
            people = [self._person_at("lead", 0), self._person_at("member", 0), *people]
        for index, person in enumerate(people):
            role = Role.LEAD if index == 0 else Role.MEMBER
            self._join(person, team.organization, team, role)
        return people

    def _leavers(self, team: Team, story: Story) -> list[User]:
        if story.people[1] <= 2:
            return []
        return [self._person(self._name()) for _ in range(2)]

    def _present(self, people: list[User], leavers: list[User], quarter: int) -> list[User]:
        """Return who answers in a quarter: two left since, one joined, somebody may be away."""
        early = quarter < self.size.assessments // 2
        core = people[:-1] if early and len(people) > 4 else people
        present = [*core, *leavers[: 2 if early else 0]]
        if len(present) > 5 and self.random.random() < 0.5:
            present = [*present[:2], *self.random.sample(present[2:], len(present) - 3)]
        return present[:MOST_PRESENT]

    def _moment(self, quarter: int) -> datetime:
        last = self.today - LAST_ASSESSMENT_BEFORE_TODAY
        day = last - QUARTER * (self.size.assessments - 1 - quarter)
        return datetime.combine(
            day + timedelta(days=self.random.randint(-6, 6)), time(14, 5), tzinfo=UTC
        )

    def _past_assessment(
        self, team: Team, moment: datetime, present: list[User], beliefs: Beliefs, mode: str
    ) -> Assessment:
        """Fill an assessment that was submitted at a moment; its snapshot is not written yet."""
        assessment = Assessment.objects.create(
            team=team,
            maturity_model_id=self.model.id,
            length=Length.FULL,
            mode=mode,
            rules_control_changes=team.rules_control_changes,
            status=AssessmentStatus.SUBMITTED,
            opened_at=moment - timedelta(days=9),
            reveals=1,
            revealed_at=moment - timedelta(hours=1),
            submitted_at=moment,
        )
        fill_sheets(self.random, assessment, present, beliefs)
        self._finished(assessment, present, moment.date())
        close_sheets(assessment)
        return assessment

    def _talk(self, assessment: Assessment, present: list[User], moment: datetime) -> None:
        """Agree on the two questions that split the team most, and note an action at each."""
        sheets = answers_by_respondent(assessment).values()
        scores = {
            key: score_question(sheet.get(key) for sheet in sheets) for key in self.model.questions
        }
        judged = [key for key, score in scores.items() if score.n >= LEAST_SPREAD]
        judged.sort(key=lambda key: -(scores[key].ad_md or 0))
        for key in judged[:2]:
            question = self.model.questions[key].id
            AgreedAnswer.objects.create(
                assessment=assessment,
                question_id=question,
                answer=str(int(scores[key].median or 0)),
                reason=self.random.choice(WHY_AGREED),
                by=present[0],
                at=moment,
            )
            owner = self.random.choice(present)
            self._action(assessment, question, present[0], owner, moment)

    def _action(
        self, assessment: Assessment, question: int, by: User, owner: User, moment: datetime
    ) -> None:
        recent = self.today - moment.date() < QUARTER
        Action.objects.create(
            team=assessment.team,
            assessment=assessment,
            question_id=question,
            text=self.random.choice(ACTIONS),
            owner=owner,
            due_on=moment.date() + timedelta(days=45),
            status=ActionStatus.OPEN if recent else ActionStatus.DONE,
            noted_by=by,
            noted_at=moment,
            closed_at=None if recent else moment + QUARTER / 2,
        )

    def _open_assessment(self, team: Team, people: list[User], beliefs: Beliefs) -> None:
        """Leave an assessment open in which all but the lead and the member have finished."""
        opened = datetime.combine(self.today - timedelta(days=4), time(9, 0), tzinfo=UTC)
        assessment = Assessment.objects.create(
            team=team,
            maturity_model_id=self.model.id,
            length=Length.FULL,
            rules_control_changes=team.rules_control_changes,
            opened_by=people[0],
            opened_at=opened,
            due_on=self.today + timedelta(days=10),
        )
        fill_sheets(self.random, assessment, people[2:], beliefs)
        self._finished(assessment, people[2:], self.today)

    def _finished(self, assessment: Assessment, people: list[User], day: date) -> None:
        Participation.objects.bulk_create(
            Participation(assessment=assessment, user=person, finished_on=day) for person in people
        )

    def _annotations(self, team: Team, by: User) -> None:
        """Note on the timeline what may explain a turn in the lines."""
        Annotation.objects.bulk_create(
            Annotation(team=team, on=self.today - timedelta(days=days), text=text, by=by)
            for days, text in HAPPENED
        )

    def _targets(self, team: Team) -> None:
        by = self.today + timedelta(days=150)
        core = [each.key for each in self.model.questionnaires if each.is_core]
        Target.objects.bulk_create(
            Target(
                organization=team.organization,
                team=team,
                questionnaire_key=key,
                level=self.random.choice((2, 3, 3)),
                by=by,
            )
            for key in core
        )
