"""What the guide's pages say about questions. docs/decisions/0003 says why it lives here.

What belongs to a section is the same for all readers and kept with the page. What their own teams
answered is asked anew for each reader, and goes into the gaps of a kept page.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from django import template
from django.core.cache import caches
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from assessment.attained_level import level_of
from assessment.computed import left_out
from assessment.models import Level, MaturityModel, Question, QuestionScore
from guide.models import Page
from guide.reading import Reading
from teams.models import User

register = template.Library()

# Every reader who is signed in asks this for every page; Django would take half of the page's time
# to put it together.
NEWEST = """
SELECT snapshot.id, team.name, team.slug, organization.slug
FROM teams_membership AS membership
JOIN teams_team AS team ON team.id = membership.team_id
JOIN teams_organization AS organization ON organization.id = team.organization_id
JOIN assessment_snapshot AS snapshot ON snapshot.id = (
    SELECT newest.id FROM assessment_snapshot AS newest WHERE newest.team_id = team.id
    ORDER BY newest.taken_at DESC, newest.id DESC LIMIT 1)
WHERE membership.user_id = %s
ORDER BY team.name, team.id
"""


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
class Belongings:
    """What belongs to the sections of a page, by their ids."""

    questions: dict[int, list[BelongingQuestion]]
    suggestions: dict[int, list[PointingSuggestion]]


@register.simple_tag
def belonging_to(page: Page) -> Belongings:
    """Return the questions that belong to a page's sections and what suggests to read them."""
    found = Belongings(defaultdict(list), defaultdict(list))
    model = "questionnaire__maturity_model"
    questions = (
        Question.objects.filter(is_shown(page, model), section__page=page)
        .order_by(model, "questionnaire__position", "position")
        .values_list("section_id", "pk", "questionnaire__title", "title")
    )
    for section, pk, questionnaire, title in questions:
        found.questions[section].append(BelongingQuestion(pk, questionnaire, title))
    model = f"question__{model}"
    suggestions = (
        Level.objects.filter(is_shown(page, model), section__page=page)
        .order_by(model, "question__questionnaire__position", "question__position", "level")
        .values_list("section_id", "question__title", "level", "suggestion")
    )
    for section, title, level, do in suggestions:
        found.suggestions[section].append(PointingSuggestion(title, level, do))
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
def questions_of(belongings: Belongings, section: int) -> list[BelongingQuestion]:
    return belongings.questions.get(section, [])


@register.filter
def suggestions_of(belongings: Belongings, section: int) -> list[PointingSuggestion]:
    return belongings.suggestions.get(section, [])


# A reader's own ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class LastAnswer:
    """What a snapshot shows of one question, as far as it may be shown.

    Where `mean` is empty, `why_not` says why. `computed` is where it is told how.
    """

    question: str
    mean: str
    level: int | None
    level_name: str
    agreed: bool
    why_not: str
    taken_at: datetime
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

    A snapshot never changes, so what a page shows of it is put together once.
    """
    found: dict[str, str] = defaultdict(str)
    for newest in newest_of_own_teams(user):
        key = f"last-answers:{reading.version}:{quote('/'.join(map(str, newest)))}"
        of_team: dict[str, str] | None = caches["rendered"].get(key)
        if of_team is None:
            of_team = answers_on(reading, newest)
            caches["rendered"].set(key, of_team)
        for gap, html in of_team.items():
            found[gap] += html
    return found


class Newest(NamedTuple):
    """A team's newest snapshot, and what can change although a snapshot cannot."""

    snapshot: int
    team: str
    team_slug: str
    organization_slug: str


def newest_of_own_teams(user: User) -> list[Newest]:
    """Return the newest snapshot of each team in which the user answers, by the team's name."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [user.pk])
        return [Newest(*row) for row in cursor.fetchall()]


def answers_on(reading: Reading, newest: Newest) -> dict[str, str]:
    """Return what a page shows of a snapshot.

    An answer stands beside its question where the page names it, else at the end of the section:
    that to a question of an earlier version, or of the organization's own model.
    """
    found: dict[str, list[LastAnswer]] = defaultdict(list)
    rows = (
        QuestionScore.objects.filter(
            snapshot=newest.snapshot, question__section__page=reading.page_id
        )
        .select_related("question__questionnaire__maturity_model", "snapshot__assessment")
        .order_by("question__questionnaire__position", "question__position")
    )
    for row in rows:
        beside = f"question-{row.question_id}"
        gap = beside if beside in reading.gaps else f"section-{row.question.section_id}"
        found[gap].append(last_answer(row, newest))
    return {
        gap: render_to_string(
            "assessment/_last_answers.html",
            {"answers": answers, "newest": newest, "beside": gap.startswith("question")},
        )
        for gap, answers in found.items()
    }


def last_answer(row: QuestionScore, newest: Newest) -> LastAnswer:
    question, questionnaire = row.question, row.question.questionnaire
    assessment = row.snapshot.assessment
    why_not = left_out(row, assessment.thresholds(in_team=False))
    level = level_of(row.mean) if row.mean is not None and not why_not else None
    place = [newest.organization_slug, newest.team_slug, assessment.pk, questionnaire.key]
    return LastAnswer(
        question=question.title,
        mean="" if level is None else f"{row.mean:.1f}",
        level=level,
        level_name="" if level is None else questionnaire.maturity_model.level_names[level],
        agreed=row.agreed,
        why_not=why_not,
        taken_at=row.snapshot.taken_at,
        computed=f"{reverse('computed', args=place)}#{question.key}",
    )
