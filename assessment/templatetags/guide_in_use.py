"""Which maturity models lead into a guide. docs/decisions/0003 says why it lives here."""

from django import template
from django.db.models import Q

from assessment.models import Level, MaturityModel, Question
from guide.models import Guide

register = template.Library()


@register.simple_tag
def models_pointing_into(guide: Guide) -> list[MaturityModel]:
    """Return the published versions with a question or a suggestion that leads into the guide."""
    questions = Question.objects.filter(section__page__guide=guide)
    suggestions = Level.objects.filter(section__page__guide=guide)
    pointing = (
        Q(guide=guide)
        | Q(questionnaires__in=questions.values("questionnaire"))
        | Q(questionnaires__in=suggestions.values("question__questionnaire"))
    )
    return list(MaturityModel.objects.filter(pointing).distinct())
