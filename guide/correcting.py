"""Readers answer back: who looks after what they suggest, and what becomes of it."""

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from guide.mail import mail_outcome
from guide.models import Correction, CorrectionStatus, Guide, Section
from teams.access import organizations_of
from teams.models import Organization, User
from teams.notices import tell

logger = logging.getLogger(__name__)

A_DAY: Final = 20
PLACE: Final = 600  # as long as Correction.place may be


class TooMany(Exception):
    """The reader has suggested enough for a day, which the text says; nothing was stored."""


class NotOpen(Exception):
    """Somebody was there first. The text says who, and what they did; nothing was changed."""


def section_at(reader: User, guide: str, path: str, anchor: str) -> Section | None:
    """Return the section if the reader may read its page.

    An import may have taken the section away since; then it is the page's first, so that what was
    written is not lost.
    """
    readable = Guide.objects.readable_by(reader).filter(slug=guide)
    on_page = Section.objects.filter(page__guide__in=readable, page__path=path)
    sections = on_page.select_related("page__guide__organization").defer("html", "text")
    return sections.filter(anchor=anchor.replace("\0", "")).first() or sections.first()


def place_of(section: Section) -> str:
    """Return the words for a section that are kept, should an import take it away."""
    titles = [section.page.guide.title, section.page.title, section.title]
    return " / ".join(dict.fromkeys(titles))[:PLACE]


def who_may_look_after(guide: Guide, reader: User) -> list[Organization]:
    """Return the organizations that could look after a suggestion; of several the reader chooses.

    A guide's own does. A public guide has none: whoever reads it for an organization tells that
    one. Where the list is empty, it is for whoever runs the installation.
    """
    if guide.organization:
        return [guide.organization]
    return list(organizations_of(reader))


def suggest(
    *, section: Section, organization: Organization | None, kind: str, text: str, by: User
) -> Correction:
    """Keep what a reader suggests. Sent twice, it is kept once. Raises TooMany."""
    with transaction.atomic():
        # One after the other for each reader, so that the day's limit holds.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        own = Correction.objects.filter(by=by)
        said = {"section": section, "organization": organization, "kind": kind, "text": text}
        if there := own.filter(**said, status=CorrectionStatus.OPEN).first():
            return there
        if own.filter(at__gt=timezone.now() - timedelta(days=1)).count() >= A_DAY:
            raise TooMany(
                f"You have sent {A_DAY} suggestions within a day, which is the most. "
                "This one was not sent; your text still stands below. Send it tomorrow."
            )
        made = Correction.objects.create(
            guide=section.page.guide, place=place_of(section), by=by, **said
        )
    logger.info("correction %s suggested by user %s", made.pk, by.pk)
    return made


def settle(*, correction: Correction, status: str, by: User, reason: str = "") -> None:
    """Mark a suggestion as done, or decline it with a reason, and tell its reader.

    Raises NotOpen when somebody else was there first.
    """
    with transaction.atomic():
        still_open = Correction.objects.filter(pk=correction.pk, status=CorrectionStatus.OPEN)
        settled = still_open.update(
            status=status, reason=reason, settled_by=by, settled_at=timezone.now()
        )
        if not settled:
            raise NotOpen(what_became_of(correction))
        correction.refresh_from_db()
        to_tell = correction.by if correction.by != by else None
        if to_tell:
            tell(to_tell, outcome(correction), reverse("own_corrections"))
    if to_tell:
        mail_outcome.enqueue(correction.pk)
    logger.info("correction %s %s by user %s", correction.pk, status, by.pk)


def take_back(*, correction: int, by: User) -> bool:
    """Remove what a reader suggested if nobody has settled it yet, and say whether it went."""
    own = Correction.objects.filter(pk=correction, by=by, status=CorrectionStatus.OPEN)
    gone, _ = own.delete()
    if gone:
        logger.info("correction %s taken back by user %s", correction, by.pk)
    return bool(gone)


def waiting_for(organization: Organization) -> int:
    """Return how many suggestions its owners have not settled."""
    return Correction.objects.filter(
        organization=organization, status=CorrectionStatus.OPEN
    ).count()


def outcome(correction: Correction) -> str:
    """Say to its reader in a sentence what became of a suggestion."""
    about = correction.section.title if correction.section else correction.place
    if correction.status == CorrectionStatus.DONE:
        return f"What you suggested for “{about}” is done."
    return f"What you suggested for “{about}” was declined: {correction.reason}"


def what_became_of(correction: Correction) -> str:
    """Say to somebody who comes second what the first one did."""
    now = Correction.objects.select_related("settled_by").filter(pk=correction.pk).first()
    if now is None or now.settled_at is None:
        return "Its reader has taken this suggestion back. Nothing was changed."
    who = now.settled_by or "Somebody who is gone"
    when = date_format(timezone.localtime(now.settled_at), "j M Y, H:i")
    if now.status == CorrectionStatus.DONE:
        return f"{who} marked this suggestion as done on {when}. Nothing was changed."
    return f"{who} declined this suggestion on {when}: “{now.reason}” Nothing was changed."
