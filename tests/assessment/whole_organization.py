"""Harbour with something in every part of an organization file."""

from datetime import UTC, date, datetime, timedelta

from assessment.lifecycle import finish, open_assessment, reopen, reveal, submit
from assessment.models import (
    Action,
    ActionChange,
    AgreedAnswer,
    Annotation,
    Assessment,
    Exemption,
    GuestLink,
    MaturityModel,
    ModelDraft,
    ModelInUse,
    Question,
    Round,
    RoundEntry,
    SentReminder,
    Snapshot,
    Target,
)
from assessment.models.answering import Mode
from assessment.organization_file.parts import PARTS
from guide.importer import digest
from guide.models import Correction, Guide, IndexedSection, KnownWord, Page, ReadMark, Section
from guide.search_index import index
from teams.models import Invitation, Organization, Role, Tag, Team, User
from tests.assessment.conftest import publish_model, publish_questions, publish_section
from tests.assessment.sheets import fill
from tests.conftest import join, person

DOT = b"\x89PNG\r\n\x1a\n\x00 not quite a picture"
HTML = (
    '<h1>Index</h1><p><a href="/guide/harbour-handbook/rota/#s-nights">Rota</a> &amp; '
    '<img alt="It&#x27;s a dot" src="/guide/harbour-handbook/assets/dot.png" loading="lazy"></p>'
)
NOW = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
NAMES = ("Amy", "Bob", "Cat", "Dan", "Fay")


def found_harbour(section: Section, model: MaturityModel) -> Organization:
    """Found Harbour with people, teams, three assessments, plans, a guide and a model of its own.

    `section` and `model` are everybody's. Dan has left, Fay's account is gone; both have answered.
    """
    harbour = Organization.objects.create(name="Harbour", slug="harbour", least_answers=4)
    olga = person("Olga Owner")
    olga.time_zone, olga.reminders = "Europe/Berlin", "digest"
    olga.save()
    join(olga, harbour, Role.OWNER)
    platform = Team.objects.create(organization=harbour, name="Platform", slug="platform")
    payments = Team.objects.create(
        organization=harbour, name="Payments ✓", slug="payments", parent=platform
    )
    payments.tags.add(Tag.objects.create(organization=harbour, name="cards"))
    people = [person(f"{name} Payments") for name in NAMES]
    for number, each in enumerate(people):
        join(each, payments, Role.MEMBER if number else Role.LEAD)
    assess(payments, people, olga)
    own_guide_and_model(harbour, payments, section, model, olga)
    plan(harbour, payments, olga)
    payments.memberships.filter(user=people[3]).delete()
    people[4].delete()
    return harbour


def own_guide_and_model(
    harbour: Organization, payments: Team, section: Section, model: MaturityModel, olga: User
) -> None:
    page = own_guide(harbour)
    ReadMark.objects.create(user=olga, page=page, checksum=page.checksum)
    Correction.objects.create(
        guide=section.page.guide,
        section=section,
        organization=harbour,
        place="Reducing noise",
        kind="addition",
        text="Say what to do at night.",
        by=olga,
        status="declined",
        reason="It is on another page.",
        settled_by=olga,
        settled_at=NOW,
    )
    own = MaturityModel.objects.create(
        organization=harbour,
        based_on=model,
        key="ours",
        version="1",
        title="Ours",
        checksum="1" * 64,
        guide=page.guide,
        level_names=model.level_names,
    )
    questionnaire = own.questionnaires.create(key="noise", title="Noise", role="core", position=1)
    publish_questions(questionnaire, [("noise.own", "A question of ours")], page.sections.all()[0])
    ModelDraft.objects.create(
        organization=harbour, key="ours", title="Ours", based_on=own, text="key: ours\n"
    )
    ModelInUse.objects.create(team=payments, maturity_model=own, chosen_by=olga)


def own_guide(harbour: Organization) -> Page:
    guide = Guide.objects.create(
        organization=harbour, slug="harbour-handbook", title="Handbook", checksum="2" * 64
    )
    guide.assets.create(path="dot.png", content_type="image/png", content=DOT, checksum=digest(DOT))
    page = guide.pages.create(path="index", title="Index", nav_title="Index", position=0)
    page.sections.create(title="Index", depth=1, position=0, html=HTML, text="Index Rota")
    index(guide)
    return page


def assess(team: Team, people: list[User], by: User) -> None:
    """Two submitted assessments, the first revealed twice and talked over, and one still open."""
    first = open_assessment(team=team, by=by, length="full")
    for level, each in enumerate(people):
        fill(first, each, level % 5)
        finish(assessment=first, user=each)
    reveal(assessment=first, by=by)
    reopen(assessment=first)
    for each in people[:4]:
        fill(first, each, 3, only=["noise.symptoms"])
    reveal(assessment=first, by=by)
    question = Question.objects.get(key="noise.grouping")
    AgreedAnswer.objects.create(
        assessment=first, question=question, answer="2", reason="We looked together.", by=by
    )
    submit(assessment=first, by=by)
    together = open_assessment(team=team, by=by, length="core", mode=Mode.CONSENSUS)
    fill(together, people[0], 3)
    submit(assessment=together, by=by)
    running = open_assessment(team=team, by=by, length="full", due_on=date(2026, 4, 1))
    fill(running, people[0], "dk")
    fill(running, people[1], 4)
    invitation, _ = Invitation.issue(
        organization=team.organization, team=team, role=Role.MEMBER, by=by
    )
    GuestLink.objects.create(assessment=running, invitation=invitation)
    SentReminder.objects.create(
        assessment=running, user=people[2], occasion="due", sent_on=date(2026, 3, 30)
    )


def plan(harbour: Organization, payments: Team, olga: User) -> None:
    first, *_, running = Assessment.objects.filter(team=payments).order_by("opened_at")
    question = Question.objects.get(key="noise.review")
    Target.objects.create(organization=harbour, questionnaire_key="noise", level=2)
    Target.objects.create(
        organization=harbour, team=payments, questionnaire_key="noise", level=3, by=NOW.date()
    )
    action = Action.objects.create(
        team=payments,
        assessment=first,
        question=question,
        level=3,
        text="=Look at what paged, every Monday",
        link="https://tracker.example/1",
        owner=olga,
        noted_by=olga,
        status="done",
        closed_at=NOW,
    )
    ActionChange.objects.create(
        action=action, revision=2, field="status", before="open", after="done", by=olga
    )
    Exemption.objects.create(
        team=payments,
        question=question,
        kind="risk",
        reason="The pager is replaced in May.",
        until=date(2026, 6, 1),
        by=olga,
    )
    Annotation.objects.create(team=payments, on=date(2026, 2, 1), text="A new pager", by=olga)
    series = None
    for number, opens_on in enumerate((date(2026, 1, 1), date(2026, 4, 1)), start=1):
        each = Round.objects.create(
            organization=harbour,
            title=f"Spring {number}",
            opens_on=opens_on,
            due_on=opens_on + timedelta(days=20),
            anchor_on=date(2026, 1, 1),
            recurs=3,
            number=number,
            status="open" if number == 2 else "closed",
            opened_at=NOW,
            closed_at=NOW if number == 1 else None,
            planned_by=olga,
            **({"series": series} if series else {}),
        )
        series = each.series
        each.teams.add(payments)
    RoundEntry.objects.create(round=each, assessment=running)


def publish_everybodys() -> tuple[Section, MaturityModel]:
    """Publish the guide and the maturity model that the file only names."""
    section = publish_section()
    return section, publish_model(section)


def wipe(harbour: Organization) -> None:
    """Delete everything of an organization, its people too."""
    for derived in (IndexedSection, KnownWord):
        derived.objects.filter(guide__organization=harbour).delete()
    Team.tags.through.objects.all().delete()
    Round.teams.through.objects.all().delete()
    for part in reversed(PARTS):
        if part.name not in ("people", "organization") and not part.shared:
            rows = part.own(harbour)
            rows._raw_delete(rows.db) if part.model in (Snapshot, Assessment) else rows.delete()
    harbour.delete()
    User.objects.all().delete()
