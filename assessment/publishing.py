"""Publish a maturity model: a checked file in, an immutable version in the database."""

from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from assessment.model_file import (
    ModelFile,
    ModelFileError,
    QuestionPart,
    guide_and_place,
    read_model_file,
)
from assessment.models import Level, MaturityModel, Question, Questionnaire
from guide.models import Guide, Section, sections_by_reference
from teams.models import Organization


def publish(path: Path, organization: Organization | None = None) -> tuple[MaturityModel, bool]:
    """Publish the version in a file and say whether it is new.

    The same file again changes nothing. Raises ModelFileError for a file with anything wrong, an
    unknown guide or section, or other content under a version that is published already.
    Everybody's model leads into guides that everybody may read; an organization's own also into
    its own guides.
    """
    return publish_file(read_model_file(path), organization)


def publish_file(
    file: ModelFile,
    organization: Organization | None = None,
    based_on: MaturityModel | None = None,
) -> tuple[MaturityModel, bool]:
    """Publish a checked file as `publish` does; `based_on` is the version it was copied from."""
    published = MaturityModel.objects.filter(
        key=file.content.key, version=file.content.version, organization=organization
    ).first()
    if published:
        return _unchanged(published, file), False
    sections = sections_referred_to(file, organization)
    try:
        with transaction.atomic():
            model = _create(file, sections, organization, based_on)
            # Their pages name the questions that belong to them, and are kept by this number.
            guides = {model.guide_id, *(each.page.guide_id for each in sections.values())}
            Guide.objects.filter(pk__in=guides).update(revision=F("revision") + 1)
            return model, True
    except IntegrityError as error:
        raise ModelFileError(f"{file.name}: somebody published it just now.") from error


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


def sections_referred_to(
    file: ModelFile, organization: Organization | None = None
) -> dict[str, Section]:
    """Return the sections a model leads to, by the references as they are written.

    Raises ModelFileError for a guide that not everybody who answers may read, or that is not there,
    and for a section that its guide does not have.
    """
    own = _guide(file.content.guide, organization)
    if own is None:
        file.complain([(file.line("guide"), _no_guide(file.content.guide, organization))])
        raise AssertionError("complaining always raises")
    here = sections_by_reference(own)
    elsewhere: dict[str, dict[str, Section] | None] = {}
    found: dict[str, Section] = {}
    complaints = []
    for reference, line in file.references():
        slug, place = guide_and_place(reference)
        if reference in here:  # a page may be named with a colon
            slug, place = "", reference
        if slug and slug not in elsewhere:
            guide = _guide(slug, organization)
            elsewhere[slug] = sections_by_reference(guide) if guide else None
        there = elsewhere[slug] if slug else here
        if there is None:
            complaints.append((line, _no_guide(slug, organization)))
        elif place not in there:
            guide_named = f"the guide “{slug}”" if slug else "the guide"
            complaints.append((line, f"{guide_named} has no section “{place}”."))
        else:
            found[reference] = there[place]
    file.complain(complaints)
    return found


def _guide(slug: str, organization: Organization | None) -> Guide | None:
    """Return the guide if everybody who answers the model may read it."""
    readable = Q(organization=None)
    if organization:
        readable |= Q(organization=organization)
    return Guide.objects.filter(readable, slug=slug).first()


def _no_guide(slug: str, organization: Organization | None) -> str:
    reason = f"there is no guide “{slug}”"
    if Guide.objects.filter(slug=slug, organization__isnull=False).exists() and not organization:
        return f"{reason} that everybody may read: it belongs to an organization."
    return f"{reason}; import it first (import_guide)."


def _create(
    file: ModelFile,
    sections: dict[str, Section],
    organization: Organization | None,
    based_on: MaturityModel | None,
) -> MaturityModel:
    content = file.content
    model = MaturityModel.objects.create(
        organization=organization,
        based_on=based_on,
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
        weight=part.weight,
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
