"""One mail a day, with everything they owe, to those who want their reminders so. Each day's once.

It goes out from nine o'clock where its reader is, on days on which something is due within a week
or overdue: an assessment they have not finished, or an action of theirs.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F

from assessment import mail
from assessment.models import Action, Assessment, Participation, SentDigest
from assessment.models.answering import AssessmentStatus
from assessment.models.planning import TO_DO
from assessment.reminding import claim
from assessment.round_days import is_humane
from teams.mail import MailServerAway, mail_server, taken
from teams.models import Membership, Reminders, Role, User
from teams.zones import today_in, zone_named

SOON: Final = timedelta(days=7)
A_DAY: Final = timedelta(days=1)  # that another place may be ahead or behind


@dataclass
class Owed:
    """What somebody owes on their own day: every assessment, and the actions that are due soon."""

    user: User
    today: date
    assessments: list[Assessment] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)

    @property
    def is_pressing(self) -> bool:
        """Whether anything is due within a week or overdue."""
        days = [each.due_on for each in self.assessments]
        days += [each.due_on for each in self.actions]
        return any(day and day <= self.today + SOON for day in days)


def send_digests(now: datetime) -> int:
    """Send everybody the digest of their day and return how many the mail server took."""
    waiting = [each for each in owed_by(readers_at(now), now) if each.is_pressing]
    if not waiting:
        return 0
    try:
        with mail_server() as server:
            return sum(send(each, now, server) for each in waiting)
    except MailServerAway:
        return 0


def readers_at(now: datetime) -> list[User]:
    """Return who wants a digest, is past nine o'clock, and has had none today."""
    yesterday = now.astimezone(UTC).date() - A_DAY
    had = defaultdict(list)
    for user, day in SentDigest.objects.filter(sent_on__gte=yesterday).values_list(
        "user_id", "sent_on"
    ):
        had[user].append(day)
    readers = User.objects.filter(is_active=True, reminders=Reminders.DIGEST).order_by("pk")
    return [
        user
        for user in readers
        if is_humane(now, zone_named(user.time_zone))
        # A later day than today was written before the clock was set back.
        and not any(day >= today_in(user.time_zone, now) for day in had[user.pk])
    ]


def owed_by(users: Iterable[User], now: datetime) -> list[Owed]:
    """Return what each of them owes. Four queries, however many they are."""
    found = {user.pk: Owed(user, today_in(user.time_zone, now)) for user in users}
    if not found:
        return []
    add_assessments(found)
    actions = Action.objects.filter(
        owner__in=found,
        status__in=TO_DO,
        due_on__lte=now.astimezone(UTC).date() + SOON + A_DAY,
        team__memberships__user=F("owner"),
    )
    for action in actions.select_related("team__organization").order_by("due_on", "pk"):
        owed = found[action.owner_id or 0]
        if action.due_on and action.due_on <= owed.today + SOON:
            owed.actions.append(action)
    return list(found.values())


def add_assessments(found: dict[int, Owed]) -> None:
    """Add the open assessments which they have not finished; one on one sheet is for its leads."""
    places = defaultdict(list)
    for user, team, role in Membership.objects.filter(
        user__in=found, team__isnull=False
    ).values_list("user_id", "team_id", "role"):
        places[team].append((user, role))
    assessments = Assessment.objects.filter(status=AssessmentStatus.OPEN, team__in=places)
    finished = set(
        Participation.objects.filter(
            user__in=found, finished_on__isnull=False, assessment__in=assessments
        ).values_list("assessment_id", "user_id")
    )
    for each in assessments.select_related("team__organization", "round_entry__round").order_by(
        F("due_on").asc(nulls_last=True), "opened_at"
    ):
        for user, role in places[each.team_id]:
            asked = role == Role.LEAD or not each.is_consensus
            if asked and (each.pk, user) not in finished:
                found[user].assessments.append(each)


def send(owed: Owed, now: datetime, server: BaseEmailBackend) -> bool:
    """Send one digest and say whether the mail server took it from this process."""
    day = {"user": owed.user, "sent_on": owed.today}
    with transaction.atomic():
        _, noted = SentDigest.objects.get_or_create(**day, defaults={"sent_at": now})
    if not noted:
        return False
    if not taken(mail.digest(owed.user, owed.assessments, owed.actions, owed.today), server):
        SentDigest.objects.filter(**day).delete()
        return False
    for each in owed.assessments:
        claim(each, owed.user, owed.today)
    return True
