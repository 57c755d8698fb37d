"""A published maturity model as the YAML text it could have come from, to copy and to take away."""

from typing import Any

import yaml

from assessment.model_file import (
    LevelPart,
    ModelPart,
    QuestionnairePart,
    QuestionPart,
    SuggestionPart,
)
from assessment.models import Level, MaturityModel, Question
from guide.models import Guide, Section


def part_of(model: MaturityModel) -> ModelPart:
    """Return what a published model says, as its file would."""
    rows = model.questionnaires.prefetch_related(
        "questions__section__page__guide", "questions__levels__section__page__guide"
    )
    return ModelPart(
        key=model.key,
        version=model.version,
        title=model.title,
        guide=model.guide.slug,
        level_names=list(model.level_names),
        questionnaires=[
            QuestionnairePart(
                key=row.key,
                title=row.title,
                role=row.role,  # type: ignore[arg-type] # publishing lets in those only
                note=row.note,
                questions=[_question(each, model.guide) for each in row.questions.all()],
            )
            for row in rows
        ],
    )


def _question(row: Question, guide: Guide) -> QuestionPart:
    return QuestionPart(
        key=row.key,
        title=row.title,
        gate=row.gate,
        pulse=row.in_pulse,
        weight=row.weight,
        guide=_reference(row.section, guide),
        indicators=list(row.indicators),
        sources=list(row.sources),
        levels=[_level(level, guide) for level in row.levels.all()],
    )


def _level(row: Level, guide: Guide) -> LevelPart:
    if row.section is None:
        return LevelPart(description=row.description)
    suggestion = SuggestionPart(
        do=row.suggestion,
        effort=row.effort,  # type: ignore[arg-type] # publishing lets in those only
        gives=row.gives,
        guide=_reference(row.section, guide),
    )
    return LevelPart(description=row.description, suggestion=suggestion)


def _reference(section: Section, guide: Guide) -> str:
    """Return how a model of this guide names a section, which may stand in another."""
    elsewhere = section.page.guide_id != guide.pk
    return f"{section.page.guide.slug}:{section.reference}" if elsewhere else section.reference


class Dumper(yaml.SafeDumper):
    """YAML as people write it: lists indented, what takes several words in quotes."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def text_of(part: ModelPart) -> str:
    """Return the YAML text of a model. What has its usual value is left out."""
    plain = part.model_dump(exclude_defaults=True)
    return yaml.dump(plain, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)
