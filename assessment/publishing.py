"""Publish a maturity model: a checked file in, an immutable version in the database."""

from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F

from assessment.model_file import ModelFile, ModelFileError, QuestionPart, read_model_file
from assessment.models import Level, MaturityModel, Question, Questionnaire
from guide.models import Guide, Section, sections_by_reference


def publish(path: Path) -> tuple[MaturityModel, bool]:
    """Publish the version in a file and say whether it is new.

    The same file again changes nothing. Raises ModelFileError for a file with anything wrong, an
    unknown guide or section, or other content under a version that is published already.
    """
    file = read_model_file(path)
    published = MaturityModel.objects.filter(
        key=file.content.key, version=file.content.version
    ).first()
    if published:
        return _unchanged(published, file), False
    sections = _sections(file)
    try:
        with transaction.atomic():
            model = _create(file, sections)
            # Its pages name the questions that belong to them, and are kept by this number.
            Guide.objects.filter(pk=model.guide_id).update(revision=F("revision") + 1)
            return model, True
    except IntegrityError as error:
        raise ModelFileError(f"{path.name}: somebody published it just now.") from error


def _unchanged(published: MaturityModel, file: ModelFile) -> MaturityModel:
    if published.checksum != file.checksum:
        file.complain(
            [
                (
                    file.line("version"),
                    f"version {published.version} is published already and never changes; "
                    "give the new text a new version.",
                )
            ]
        )
    return published


def _sections(file: ModelFile) -> dict[str, Section]:
    guide = Guide.objects.filter(slug=file.content.guide).first()
    if guide is None:
        reason = f"there is no guide “{file.content.guide}”; import it first (import_guide)."
        file.complain([(file.line("guide"), reason)])
        raise AssertionError("complaining always raises")
    sections = sections_by_reference(guide)
    file.complain(
        [
            (line, f"the guide has no section “{reference}”.")
            for reference, line in file.references()
            if reference not in sections
        ]
    )
    return sections


def _create(file: ModelFile, sections: dict[str, Section]) -> MaturityModel:
    content = file.content
    model = MaturityModel.objects.create(
        key=content.key,
        version=content.version,
        title=content.title,
        checksum=file.checksum,
        guide=Guide.objects.get(slug=content.guide),
        level_names=content.level_names,
    )
    for position, part in enumerate(content.questionnaires):
        questionnaire = Questionnaire.objects.create(
            maturity_model=model,
            key=part.key,
            title=part.title,
            note=part.note,
            role=part.role,
            position=position,
        )
        for number, question in enumerate(part.questions):
            _create_question(questionnaire, question, number, sections)
    return model


def _create_question(
    questionnaire: Questionnaire, part: QuestionPart, position: int, sections: dict[str, Section]
) -> None:
    question = Question.objects.create(
        questionnaire=questionnaire,
        key=part.key,
        title=part.title,
        gate=part.gate,
        in_pulse=part.pulse,
        position=position,
        section=sections[part.guide],
        indicators=part.indicators,
        sources=part.sources,
    )
    Level.objects.bulk_create(
        Level(question=question, level=number, description=level.description)
        if level.suggestion is None
        else Level(
            question=question,
            level=number,
            description=level.description,
            suggestion=level.suggestion.do,
            effort=level.suggestion.effort,
            gives=level.suggestion.gives,
            section=sections[level.suggestion.guide],
        )
        for number, level in enumerate(part.levels)
    )
