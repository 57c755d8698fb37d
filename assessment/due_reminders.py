"""Reminders that go out by themselves: days before answers are wanted, on the day, and once after.

Each goes out from nine o'clock where its reader is, and once, however often and by how many
processes at once this is run, also when the clock is set back: a row says that it went.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from assessment import mail
from assessment.models import Assessment, Participation, SentReminder
from assessment.models.answering import AssessmentStatus
from assessment.reminding import claim, give_back
from assessment.round_days import Occasion, occasion_at
from assessment.rounds import round_shown_with
from teams.mail import MailServerAway, mail_server, taken
from teams.models import Membership, Reminders, Role, User
from teams.zones import today_in, zone_named

# Around today in UTC, the due days for which somebody somewhere on Earth may have an occasion:
# the occasion is up to seven days before or three after it, and either place a day away.
OVER_SINCE: Final = timedelta(days=5)
STILL_TO_COME: Final = timedelta(days=9)


class Due(NamedTuple):
    """One reminder: whom of what, and on what occasion; `before` is when they were last."""

    assessment: Assessment
    user: User
    occasion: Occasion
    before: date | None

    @property
    def key(self) -> str:
        """The occasion with its day: when another day is set, people are reminded of that one."""
        return key_of(self.occasion, self.assessment)


def key_of(occasion: Occasion, assessment: Assessment) -> str:
    return f"{occasion} {assessment.due_on}"


def remind_due(now: datetime) -> int:
    """Send all that is due now and return how many mails were taken.

    One that was not taken is tried again with the next run, as long as it is that day.
    """
    waiting = list(due_at(now))
    if not waiting:
        return 0
    try:
        with mail_server() as server:
            return sum(send(each, now, server) for each in waiting)
    except MailServerAway:
        return 0


def due_at(now: datetime) -> Iterator[Due]:
    """Yield the reminders for which it is the day and the hour. Four queries, however many."""
    today = now.astimezone(UTC).date()
    asked = Assessment.objects.filter(
        status=AssessmentStatus.OPEN, due_on__range=(today - OVER_SINCE, today + STILL_TO_COME)
    )
    assessments = list(asked.select_related("team__organization", "round_entry__round"))
    if not assessments:
        return
    people = people_to_remind({each.team_id for each in assessments})
    known = {
        (assessment, user): days
        for assessment, user, *days in Participation.objects.filter(
            assessment__in=assessments
        ).values_list("assessment_id", "user_id", "finished_on", "reminded_on")
    }
    sent = set(
        SentReminder.objects.filter(assessment__in=assessments).values_list(
            "assessment_id", "user_id", "occasion"
        )
    )
    for each in assessments:
        for user in people[each.team_id, each.is_consensus]:
            finished_on, before = known.get((each.pk, user.pk), (None, None))
            occasion = occasion_of(each, user, now)
            if finished_on or not occasion or (each.pk, user.pk, key_of(occasion, each)) in sent:
                continue
            yield Due(each, user, occasion, before)


def people_to_remind(teams: set[int]) -> dict[tuple[int, bool], list[User]]:
    """Return by team who wants a mail for each reminder: all; and who does on one sheet: leads."""
    found: dict[tuple[int, bool], list[User]] = defaultdict(list)
    members = Membership.objects.filter(
        team__in=teams, user__is_active=True, user__reminders=Reminders.EACH
    )
    for membership in members.select_related("user").order_by("pk"):
        team = membership.team_id or 0
        found[team, False].append(membership.user)
        if membership.role == Role.LEAD:
            found[team, True].append(membership.user)
    return found


def occasion_of(assessment: Assessment, user: User, now: datetime) -> Occasion | None:
    if assessment.due_on is None:
        return None
    here = zone_named(user.time_zone)
    return occasion_at(
        now, due_on=assessment.due_on, ends_in=ends_in(assessment, here), person=here
    )


def ends_in(assessment: Assessment, here: tzinfo) -> tzinfo:
    """Return where the due day ends: where its open round is, else where each reader is."""
    of_round = round_shown_with(assessment)
    return zone_named(of_round.time_zone) if of_round else here


def send(due: Due, now: datetime, server: BaseEmailBackend) -> bool:
    """Send one reminder and say whether the mail server took it from this process."""
    if not claim_occasion(due, now):
        return False
    if taken(mail.due_reminder(due.assessment, to=due.user, occasion=due.occasion), server):
        return True
    give_back_occasion(due)
    return False


def claim_occasion(due: Due, now: datetime) -> bool:
    """Note that the reminder goes out, and say whether this call was the one that did.

    Whoever was reminded today, by the lead, or has finished meanwhile, is left alone.
    """
    today = today_in(due.user.time_zone, now)
    with transaction.atomic():
        _, noted = SentReminder.objects.get_or_create(
            assessment=due.assessment,
            user=due.user,
            occasion=due.key,
            defaults={"sent_on": today},
        )
        claimed = noted and claim(due.assessment, due.user, today)
        if noted and not claimed:
            transaction.set_rollback(True)
        return claimed


def give_back_occasion(due: Due) -> None:
    """Undo a claim whose mail was not taken."""
    with transaction.atomic():
        SentReminder.objects.filter(
            assessment=due.assessment, user=due.user, occasion=due.key
        ).delete()
        give_back(due.assessment, due.user, due.before)
