"""What the guide's pages say about questions. docs/decisions/0003 says why it lives here."""

from django import template
from django.db.models import Q

from assessment.model_choice import newest_of_each
from assessment.models import MaturityModel, Question
from guide.models import Page

register = template.Library()

QuestionsBySection = dict[int, list[tuple[str, str]]]


@register.simple_tag
def questions_by_section(page: Page) -> QuestionsBySection:
    """Return (questionnaire title, question title) by the id of the section each points to.

    Only the newest published version of each maturity model is asked. An organization's own model
    shows in its own guides alone: a public page is the same for everybody.
    """
    whose = Q(questionnaire__maturity_model__organization=None)
    if page.guide.organization_id:
        whose |= Q(questionnaire__maturity_model__organization=page.guide.organization_id)
    newest = newest_of_each(MaturityModel.objects.all()).values("pk")
    questions = (
        Question.objects.filter(whose, questionnaire__maturity_model__in=newest, section__page=page)
        .order_by("questionnaire__maturity_model", "questionnaire__position", "position")
        .values_list("section_id", "questionnaire__title", "title")
    )
    found: QuestionsBySection = {}
    for section_id, questionnaire, question in questions:
        found.setdefault(section_id, []).append((questionnaire, question))
    return found


@register.filter
def of_section(questions: QuestionsBySection, section_id: int) -> list[tuple[str, str]]:
    return questions.get(section_id, [])
