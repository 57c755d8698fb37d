"""What the demo's readers suggest for the guide, and what its owner has said to it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from django.urls import reverse

from assessment.models import MaturityModel
from guide.correcting import outcome, place_of
from guide.models import Correction, CorrectionKind, CorrectionStatus, sections_by_reference
from teams.models import Notice, Organization, User

DAYS_TO_SETTLE: Final = timedelta(days=2)


class Suggested(NamedTuple):
    section: str
    kind: str
    text: str
    days_ago: int
    status: str = CorrectionStatus.OPEN
    reason: str = ""


# The first is the lead's, the others are the member's.
SUGGESTED: Final = (
    Suggested(
        "resources#papers",
        CorrectionKind.ADDITION,
        "The report on our payment outage of last spring is public now. It shows an automation "
        "that made things worse, with times.",
        4,
    ),
    Suggested(
        "getting_started#reducing-noise",
        CorrectionKind.ADDITION,
        "Say what to do with alerts that another team owns. Half of ours are of that kind.",
        1,
    ),
    Suggested(
        "ir_workflows#runbooks",
        CorrectionKind.CORRECTION,
        "The text says that nobody searches a wiki at night. Our chat bot does it for us.",
        20,
        CorrectionStatus.DECLINED,
        "True for you, but most teams have no bot yet. We keep the sentence.",
    ),
    Suggested(
        "measuring#reading-intervals",
        CorrectionKind.ADDITION,
        "A picture of two intervals that overlap would help here.",
        12,
        CorrectionStatus.DONE,
    ),
)


def answer_back(organization: Organization, model_id: int, today: date) -> None:
    """Write what readers suggest; that one of it is done waits on the member's home page."""
    guide = MaturityModel.objects.select_related("guide").get(pk=model_id).guide
    sections = sections_by_reference(guide)
    lead, member, owner = (login(organization, name) for name in ("lead", "member", "owner"))
    for place, each in enumerate(SUGGESTED):
        section = sections[each.section]
        at = datetime.combine(today - timedelta(days=each.days_ago), time(9, 20), tzinfo=UTC)
        is_open = each.status == CorrectionStatus.OPEN
        made = Correction.objects.create(
            guide=guide,
            section=section,
            place=place_of(section),
            organization=organization,
            kind=each.kind,
            text=each.text,
            by=member if place else lead,
            at=at,
            status=each.status,
            reason=each.reason,
            settled_by=None if is_open else owner,
            settled_at=None if is_open else at + DAYS_TO_SETTLE,
        )
        if made.status == CorrectionStatus.DONE:
            where, when = reverse("own_corrections"), at + DAYS_TO_SETTLE
            Notice.objects.create(user=member, text=outcome(made), address=where, at=when)


def login(organization: Organization, name: str) -> User:
    """Return whoever signs in under this name in the demo."""
    here = User.objects.filter(memberships__organization=organization).distinct()
    return here.get(email__startswith=f"{name}@")
