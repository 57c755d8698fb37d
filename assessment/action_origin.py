"""Where an action comes from: its question, the level it leads to, and where to read more."""

from typing import NamedTuple

from assessment.models import Action
from assessment.published import GuideLink, published_model


class Origin(NamedTuple):
    """`goal` describes the level an action leads to; without one that and its name are empty."""

    questionnaire: str
    question: str
    level_name: str
    goal: str
    gives: str
    guide: GuideLink


def origin_of(action: Action) -> Origin | None:
    """Return it; None for an action that is for no question."""
    if action.question is None:
        return None
    questionnaire = action.question.questionnaire
    model = published_model(questionnaire.maturity_model_id)
    question = model.questions[action.question.key]
    level = action.level
    advice = question.levels[level - 1] if level else None
    return Origin(
        questionnaire=questionnaire.title,
        question=question.title,
        level_name=f"{level} {model.level_names[level]}" if level else "",
        goal=question.levels[level].description if level else "",
        gives=advice.gives if advice else "",
        guide=(advice.guide if advice else None) or question.guide,
    )
