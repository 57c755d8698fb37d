"""What the guide's pages say about questions. docs/decisions/0003 says why it lives here.

What belongs to a section is the same for all readers and kept with the page. What their own teams
answered is asked anew for each reader, and goes into the gaps of a kept page.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django import template
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from assessment.attained_level import level_of
from assessment.computed import left_out
from assessment.models import Level, MaturityModel, Question, QuestionScore, Snapshot
from guide.models import Page
from guide.reading import Reading
from teams.access import own_teams_of
from teams.models import User

register = template.Library()

# What is read with a question's score, and no more: there are a dozen of them on a page.
COLUMNS = (
    ("question", "section_id title key"),
    ("question__questionnaire", "key"),
    ("snapshot", "assessment_id team_id maturity_model_id taken_at"),
    ("snapshot__assessment", "mode least_answers"),
    ("snapshot__team", "name slug"),
    ("snapshot__team__organization", "slug"),
    ("snapshot__maturity_model", "level_names"),
)


# The same for all readers -----------------------------------------------------------------------


@dataclass(frozen=True)
class BelongingQuestion:
    id: int
    questionnaire: str
    title: str


@dataclass(frozen=True)
class PointingSuggestion:
    """What leads from one level of a question to the next, and says to read on here."""

    question: str
    level: int
    do: str


@dataclass(frozen=True)
class Belonging:
    """What belongs to one section."""

    questions: list[BelongingQuestion] = field(default_factory=list)
    suggestions: list[PointingSuggestion] = field(default_factory=list)


@register.simple_tag
def belonging_to(page: Page) -> dict[int, Belonging]:
    """Return what belongs to the sections of a page, by their ids."""
    found: dict[int, Belonging] = {}
    model = "questionnaire__maturity_model"
    questions = (
        Question.objects.filter(is_shown(page, model), section__page=page)
        .order_by(model, "questionnaire__position", "position")
        .values_list("section_id", "pk", "questionnaire__title", "title")
    )
    for section, pk, questionnaire, title in questions:
        question = BelongingQuestion(pk, questionnaire, title)
        found.setdefault(section, Belonging()).questions.append(question)
    model = f"question__{model}"
    suggestions = (
        Level.objects.filter(is_shown(page, model), section__page=page)
        .order_by(model, "question__questionnaire__position", "question__position", "level")
        .values_list("section_id", "question__title", "level", "suggestion")
    )
    for section, title, level, do in suggestions:
        suggestion = PointingSuggestion(title, level, do)
        found.setdefault(section, Belonging()).suggestions.append(suggestion)
    return found


def is_shown(page: Page, model: str) -> Q:
    """Return the condition that a maturity model is shown beside a page; `model` is the way to it.

    It is the newest published version, and everybody's or of the organization that the guide
    belongs to: what is kept for all readers tells nobody what another organization asks.
    """
    newer = MaturityModel.objects.annotate(owner=Coalesce("organization_id", 0)).filter(
        key=OuterRef(f"{model}__key"),
        owner=Coalesce(OuterRef(f"{model}__organization_id"), 0),
        published_at__gt=OuterRef(f"{model}__published_at"),
    )
    of_whom = Q(**{f"{model}__organization": None})
    if page.guide.organization_id is not None:
        of_whom |= Q(**{f"{model}__organization": page.guide.organization_id})
    return of_whom & ~Q(Exists(newer))


@register.filter
def of_section(belongings: Mapping[int, Belonging], section: int) -> Belonging:
    return belongings.get(section, Belonging())


# A reader's own ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class LastAnswer:
    """What a team's newest snapshot shows of one question, as far as it may be shown.

    Where `mean` is empty, `why_not` says why. `computed` is where it is told how.
    """

    team: str
    taken_at: datetime
    question: str
    mean: str
    level: int | None
    level_name: str
    agreed: bool
    why_not: str
    computed: str


@register.simple_tag
def page_for(user: User, reading: Reading, own: Mapping[str, str] | str) -> SafeString:
    """Return a kept page with what is the reader's own in its gaps; a stranger has nothing."""
    parts = dict(own) if isinstance(own, Mapping) else {}
    if user.is_authenticated and reading.page_id:
        parts |= last_answers(user, reading)
    return reading.main(parts)


def last_answers(user: User, reading: Reading) -> dict[str, str]:
    """Return what the reader's own teams answered last, by the gap it goes into.

    That is beside its question where the page names it, else at the end of the section: the
    question of an earlier version, or of the organization's own model.
    """
    found: dict[str, list[LastAnswer]] = {}
    for section, question, answer in answers_on(reading.page_id, user):
        beside = f"question-{question}"
        gap = beside if beside in reading.gaps else f"section-{section}"
        found.setdefault(gap, []).append(answer)
    return {
        gap: render_to_string(
            "assessment/_last_answers.html",
            {"answers": answers, "beside": gap.startswith("question")},
        )
        for gap, answers in found.items()
    }


def answers_on(page: int, user: User) -> Iterator[tuple[int, int, LastAnswer]]:
    """Yield the answers to the questions of a page, with the ids of section and question."""
    newest = Snapshot.objects.latest_per_team(own_teams_of(user)).order_by().values("pk")
    rows = (
        QuestionScore.objects.filter(snapshot__in=newest, question__section__page=page)
        .select_related(*(place for place, _ in COLUMNS))
        .only(
            *("question_id", "snapshot_id", "answered", "applicable", "mean", "agreed"),
            *(f"{place}__{column}" for place, columns in COLUMNS for column in columns.split()),
        )
        .order_by("snapshot__team__name", "question__questionnaire__position", "question__position")
    )
    for row in rows:
        yield row.question.section_id, row.question_id, last_answer(row)


def last_answer(row: QuestionScore) -> LastAnswer:
    snapshot, question = row.snapshot, row.question
    why_not = left_out(row, snapshot.assessment.thresholds(in_team=False))
    level = level_of(row.mean) if row.mean is not None and not why_not else None
    place = [snapshot.team.organization.slug, snapshot.team.slug, snapshot.assessment_id]
    return LastAnswer(
        team=snapshot.team.name,
        taken_at=snapshot.taken_at,
        question=question.title,
        mean="" if level is None else f"{row.mean:.1f}",
        level=level,
        level_name="" if level is None else snapshot.maturity_model.level_names[level],
        agreed=row.agreed,
        why_not=why_not,
        computed=f"{reverse('computed', args=[*place, question.questionnaire.key])}#{question.key}",
    )
