"""A small MkDocs project with every feature and every trap, and what may point into it."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from assessment.models import MaturityModel, Question, Questionnaire
from guide.importer import import_guide
from guide.models import Guide, Section
from guide.report import Report

HANDBOOK = Path(__file__).parent / "handbook"


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    """A copy of Harbour's handbook that a test may change."""
    return Path(shutil.copytree(HANDBOOK, tmp_path / "handbook"))


@pytest.fixture
def imported(db, handbook: Path) -> Report:
    """Harbour's handbook in the database, open to everybody."""
    return import_guide(handbook)


@pytest.fixture
def small_guide(tmp_path: Path) -> Callable[..., Path]:
    """Writes a MkDocs project of a few pages: small_guide({"index.md": "# Hello"})."""

    def write(pages: dict[str, str], settings: str = "site_name: Small") -> Path:
        root = tmp_path / "small"
        for name, text in pages.items():
            file = root / "docs" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        (root / "mkdocs.yml").write_text(settings)
        return root

    return write


def ask(section: Section, title: str, version: str = "1", days_ago: int = 0) -> Question:
    """Publish a maturity model whose one question points to the section."""
    model = MaturityModel.objects.create(
        key="incidents",
        version=version,
        title="Incidents",
        guide=section.page.guide,
        level_names=[],
        published_at=timezone.now() - timedelta(days=days_ago),
    )
    questionnaire = Questionnaire.objects.create(
        maturity_model=model, key="noise", title="Noise", role="core", position=1
    )
    return Question.objects.create(
        questionnaire=questionnaire, key="noise.one", title=title, position=1, section=section
    )


def section_of(guide: str, path: str, anchor: str) -> Section:
    return Section.objects.get(page__guide__slug=guide, page__path=path, anchor=anchor)


def guide_with_pages(count: int, slug: str = "long") -> Guide:
    guide = Guide.objects.create(slug=slug, title="Long", checksum="1")
    for number in range(count):
        page = guide.pages.create(
            path=f"page-{number}", title=f"Page {number}", nav_title=f"{number}", position=number
        )
        page.sections.create(
            anchor="", title=page.title, depth=1, position=0, html="<h1>Page</h1>", text="Words."
        )
    return guide


def with_pages_that_cannot_be_read(handbook: Path) -> Path:
    """Add pages that no repository should hold as files: huge ones, and one that is no text."""
    docs = handbook / "docs"
    for name, content in {
        "brackets.md": b"[" * 20_000,
        "large.md": b"# Large\n\n" + b"word " * 60_000,
        "no-text.md": b"# No text\n\nCaf\xe9",
        "quotes.md": b"# Quotes\n\n" + b">" * 1000 + b" deep",
    }.items():
        (docs / name).write_bytes(content)
    return handbook
