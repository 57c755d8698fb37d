"""A small published model, its guide section, and an assessment of Payments to fill in."""

from collections.abc import Sequence

import pytest

from assessment.models import Assessment, Level, MaturityModel, Question, Questionnaire
from guide.models import Guide, Page, Section
from teams.models import Role, Team, User
from tests.assessment.sheets import fill
from tests.conftest import join, person
from tests.mail_server import free_port, serving_mail

LEVEL_NAMES = ["Absent", "Ad hoc", "Repeatable", "Measured", "Adaptive"]

# Key and title; the first question of each is a gate, the first two are in the pulse.
QUESTIONNAIRES = {
    ("noise", "Noise and alert quality"): [
        ("noise.actionability", "Share of pages that needed a person to act"),
        ("noise.symptoms", "Paging on what users feel"),
        ("noise.grouping", "Related alerts arrive as one incident"),
        ("noise.review", "A regular look at what paged and why"),
    ],
    ("runbooks", "Runbooks"): [
        ("runbooks.coverage", "Frequent incidents have a runbook"),
        ("runbooks.found", "The right runbook is found at once"),
        ("runbooks.tested", "Runbooks are rehearsed"),
        ("runbooks.owned", "Every runbook has an owner"),
        ("runbooks.automated", "Steps that need no judgement run by themselves"),
    ],
}


def publish_section() -> Section:
    guide = Guide.objects.create(slug="small-guide", title="A small guide", checksum="0" * 64)
    page = Page.objects.create(
        guide=guide,
        path="getting_started",
        title="Getting started",
        nav_title="Getting started",
        position=1,
        words=9,
    )
    return Section.objects.create(
        page=page,
        anchor="reducing-noise",
        title="Reducing noise",
        depth=2,
        position=1,
        html=(
            '<h2 id="reducing-noise">Reducing noise</h2>\n'
            "<p>Silence what nobody acts on before anything else.</p>"
        ),
        text="Silence what nobody acts on before anything else.",
    )


def tell_how_to_read_intervals(guide: Guide) -> None:
    measuring = Page.objects.create(
        guide=guide, path="measuring", title="Measuring", nav_title="Measuring", position=2
    )
    Section.objects.create(
        page=measuring, anchor="reading-intervals", title="Reading intervals", depth=2, position=1
    )


def publish_model(section: Section, version: str = "2026.1") -> MaturityModel:
    model = MaturityModel.objects.create(
        key="small",
        version=version,
        title="A small maturity model",
        checksum="0" * 64,
        guide=section.page.guide,
        level_names=LEVEL_NAMES,
    )
    for position, ((key, title), questions) in enumerate(QUESTIONNAIRES.items(), start=1):
        questionnaire = Questionnaire.objects.create(
            maturity_model=model, key=key, title=title, role="core", position=position
        )
        publish_questions(questionnaire, questions, section)
    return model


def publish_questions(
    questionnaire: Questionnaire, questions: Sequence[tuple[str, str]], section: Section, first=1
) -> None:
    """Put questions, each with key and title, into the questionnaire from a position on."""
    asked = Question.objects.bulk_create(
        Question(
            questionnaire=questionnaire,
            key=key,
            title=title,
            gate=position == 1,
            in_pulse=position <= 2,
            position=position,
            section=section,
        )
        for position, (key, title) in enumerate(questions, start=first)
    )
    Level.objects.bulk_create(
        described_level(question, level, section) for question in asked for level in range(5)
    )


def described_level(question: Question, level: int, section: Section) -> Level:
    described = Level(
        question=question, level=level, description=f"{question.title}: line {'ABCDE'[level]}"
    )
    if level < 4:
        described.suggestion = f"Do what line {'ABCDE'[level + 1]} says"
        described.effort = "S"
        described.gives = "Fewer interruptions"
        described.section = section
    return described


def open_assessment(team: Team, model: MaturityModel, length: str = "full") -> Assessment:
    return Assessment.objects.create(team=team, maturity_model=model, length=length)


@pytest.fixture
def guide_section(db) -> Section:
    """The section every question and suggestion of the small model leads to."""
    return publish_section()


@pytest.fixture
def model(guide_section) -> MaturityModel:
    """Two core questionnaires: noise with four questions, runbooks with five."""
    return publish_model(guide_section)


@pytest.fixture
def assessment(payments, model) -> Assessment:
    """Payments' open assessment of full length."""
    return open_assessment(payments, model)


@pytest.fixture
def five(payments) -> list[User]:
    """Five members of Payments."""
    people = [person(f"{name} Payments") for name in ("Amy", "Bob", "Cat", "Dan", "Fay")]
    for member in people:
        join(member, payments, Role.MEMBER)
    return people


@pytest.fixture
def answered(assessment, five) -> Assessment:
    """Five sheets: 1, 2, 2, 2, 3 everywhere."""
    for member, answer in zip(five, (1, 2, 2, 2, 3), strict=True):
        fill(assessment, member, answer)
    return assessment


@pytest.fixture
def mailbox(settings):
    """A mail server that Rungs talks SMTP with."""
    with serving_mail() as (found, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield found


@pytest.fixture
def nobody_answers(settings):
    """The mail server is away: nothing listens on its port."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = free_port()
