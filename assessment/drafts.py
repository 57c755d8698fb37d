"""Maturity models of an organization's own while they are written: copied, changed, published."""

import logging
import re
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from assessment.lifecycle import NotPossible
from assessment.model_file import LARGEST_FILE, ModelFile, ModelFileError, read_model_text
from assessment.model_text import part_of, text_of
from assessment.models import MaturityModel, ModelDraft
from assessment.publishing import publish_file, sections_referred_to
from teams.models import Organization, User

logger = logging.getLogger(__name__)

KEY = re.compile(r"^key:\s*[\"']?([a-z0-9][a-z0-9_.-]{0,59})[\"']?\s*$", re.MULTILINE)
TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)


class ChangedMeanwhile(Exception):
    """Somebody saved the draft since the text was opened; `draft` is as it is now."""

    def __init__(self, draft: ModelDraft) -> None:
        super().__init__("The draft was changed meanwhile.")
        self.draft = draft


class Complaint(NamedTuple):
    """Something that keeps a draft from being published; line 0: the text as a whole."""

    line: int
    reason: str


def copy(*, organization: Organization, base: MaturityModel, by: User) -> ModelDraft:
    """Begin a draft with the text of a published version. Raises NotPossible if there is one."""
    part = part_of(base)
    own = base.organization_id == organization.pk
    title = base.title if own else f"{base.title} of {organization}"[:200]
    part = part.model_copy(update={"title": title, "version": _next_version(organization, base)})
    return _begin(organization, part.key, title, text_of(part), base, by)


def upload(*, organization: Organization, content: bytes, by: User) -> ModelDraft:
    """Begin a draft with a file's text, whatever is still wrong with it. Raises NotPossible."""
    text = storable(content)
    found = KEY.search(text)
    if found is None:
        raise NotPossible(
            "The file does not say which model it is: a line “key: …” in small letters is missing. "
            "Nothing was kept."
        )
    named = TITLE.search(text)
    title = named[1][:200] if named else found[1]
    return _begin(organization, found[1], title, text, None, by)


def storable(content: bytes) -> str:
    """Return an upload as text. Raises NotPossible for what is too large or not text."""
    if len(content) > LARGEST_FILE:
        raise NotPossible("The file is larger than 2 MB. Nothing was kept.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotPossible(f"Line {line} of the file is not UTF-8 text. Nothing was kept.") from None
    if "\x00" in text:
        raise NotPossible("The file holds NUL characters, so it is not text. Nothing was kept.")
    return text.replace("\r\n", "\n")


def save(*, draft: ModelDraft, text: str, revision: int, by: User) -> ModelDraft:
    """Keep a draft's text as it is, right or not. Raises ChangedMeanwhile."""
    named = TITLE.search(text)
    kept = ModelDraft.objects.filter(pk=draft.pk, revision=revision).update(
        text=text,
        title=named[1][:200] if named else draft.title,
        revision=F("revision") + 1,
        changed_by=by,
        changed_at=timezone.now(),
    )
    draft.refresh_from_db()
    if not kept:
        raise ChangedMeanwhile(draft)
    return draft


def complaints(draft: ModelDraft) -> list[Complaint]:
    """Return all that keeps the draft from being published, by line."""
    try:
        checked(draft)
    except ModelFileError as error:
        return [_complaint(line) for line in str(error).splitlines() if "othing was" not in line]
    return []


def checked(draft: ModelDraft) -> ModelFile:
    """Return the draft as a checked file. Raises ModelFileError."""
    file = read_model_text(draft.text.encode(), NAME)
    if file.content.key != draft.key:
        reason = f"this is the draft of “{draft.key}”; another key needs a draft of its own."
        file.complain([(file.line("key"), reason)])
    sections_referred_to(file, draft.organization)
    return file


def publish(*, draft: ModelDraft, revision: int, by: User) -> MaturityModel:
    """Publish the draft as a version that never changes, and end the draft.

    Raises ModelFileError for what is wrong with it and ChangedMeanwhile.
    """
    file = checked(draft)
    with transaction.atomic():
        ended, _ = ModelDraft.objects.filter(pk=draft.pk, revision=revision).delete()
        if not ended:
            raise ChangedMeanwhile(ModelDraft.objects.get(pk=draft.pk))
        model, new = publish_file(file, draft.organization, based_on=draft.based_on)
        if not new:
            reason = f"version {model.version} is published already, with this very text."
            file.complain([(file.line("version"), reason)])
    logger.info("model %s published by user %s", model.pk, by.pk)
    return model


NAME = "The draft"
PLACED = re.compile(rf"^{NAME}, line (\d+): (.*)$")


def _complaint(said: str) -> Complaint:
    found = PLACED.match(said)
    if found is None:
        return Complaint(0, said)
    return Complaint(int(found[1]), found[2][:1].upper() + found[2][1:])


def _begin(
    organization: Organization,
    key: str,
    title: str,
    text: str,
    base: MaturityModel | None,
    by: User,
) -> ModelDraft:
    try:
        with transaction.atomic():
            return ModelDraft.objects.create(
                organization=organization,
                key=key,
                title=title,
                based_on=base,
                text=text,
                changed_by=by,
            )
    except IntegrityError:
        raise NotPossible(
            f"There is a draft of “{key}” already. Go on with it, or remove it first; nothing was "
            "changed."
        ) from None


def _next_version(organization: Organization, base: MaturityModel) -> str:
    """Return a version the organization has not published of this model: 1, 2, 3."""
    published = set(
        MaturityModel.objects.filter(organization=organization, key=base.key).values_list(
            "version", flat=True
        )
    )
    return next(str(n) for n in range(1, len(published) + 2) if str(n) not in published)
