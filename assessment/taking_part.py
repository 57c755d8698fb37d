"""Who takes part in an assessment, and who has finished: never what, nor how far."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import blake2b

from django.db.models.functions import Lower
from django.utils import timezone

from assessment.models import Assessment
from teams.models import Reminders, User
from teams.zones import today_in


@dataclass(frozen=True)
class Member:
    user: User
    finished: bool
    reminded_on: date | None

    @property
    def name(self) -> str:
        return str(self.user)

    @property
    def today(self) -> date:
        """What day it is where the member is, whoever asks."""
        return today_in(self.user.time_zone, timezone.now())

    @property
    def reminded_today(self) -> bool:
        return self.reminded_on == self.today


@dataclass(frozen=True)
class TakingPart:
    """The members of the assessment's team by name, whatever the order in which they finished."""

    status: str
    members: tuple[Member, ...]

    @cached_property
    def finished(self) -> int:
        return sum(member.finished for member in self.members)

    def has_finished(self, user: User) -> bool:
        return any(member.finished for member in self.members if member.user == user)

    def to_remind(self, by: User) -> list[Member]:
        """Return who may be reminded today: not whoever asks, and nobody twice a day.

        Those who want no reminders get none from their lead either.
        """
        return [
            member
            for member in self.members
            if member.user.is_active
            and member.user.reminders != Reminders.NONE
            and member.user != by
            and not (member.finished or member.reminded_today)
        ]

    @cached_property
    def version(self) -> str:
        """A short text that differs when anything that a page shows of this does."""
        seen = [
            (member.user.pk, member.name, member.finished, member.reminded_today)
            for member in self.members
        ]
        return blake2b(repr((self.status, seen)).encode(), digest_size=8).hexdigest()


def taking_part(assessment: Assessment) -> TakingPart:
    """Return who takes part. Two queries, however many they are."""
    days = {
        user: (finished_on, reminded_on)
        for user, finished_on, reminded_on in assessment.participations.values_list(
            "user_id", "finished_on", "reminded_on"
        )
    }
    members = assessment.team.memberships.select_related("user")
    found = []
    for membership in members.order_by(Lower("user__name"), "user__email"):
        finished_on, reminded_on = days.get(membership.user_id, (None, None))
        found.append(Member(membership.user, finished_on is not None, reminded_on))
    return TakingPart(assessment.status, tuple(found))
