"""A lead reminds those who have not finished: by e-mail, each once a day, whoever asks how often.

Reminders that go out by themselves (assessment.due_reminders) keep to that too: they share `claim`.
"""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from assessment import mail
from assessment.lifecycle import NotPossible
from assessment.models import Assessment, Participation
from assessment.taking_part import taking_part
from teams.mail import mail_server, taken
from teams.models import User


@dataclass
class Reminded:
    """Who got a reminder and who could not be reached, by name."""

    reached: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def remind(*, assessment: Assessment, by: User) -> Reminded:
    """Remind every member who has not finished and was not reminded today, but not the asker.

    Who was missed can be reminded again. Raises NotPossible when there is nothing to finish, and
    teams.mail.MailServerAway.
    """
    if assessment.is_consensus:
        raise NotPossible("The team answers together: nobody has a sheet of their own to finish.")
    if not assessment.is_open:
        raise NotPossible("The sheets are closed, so nobody is left to remind.")
    reminded = Reminded()
    waiting = taking_part(assessment).to_remind(by)
    if not waiting:
        return reminded
    with mail_server() as server:
        for member in waiting:
            if not claim(assessment, member.user, member.today):
                continue
            if taken(mail.reminder(assessment, to=member.user, by=by), server):
                reminded.reached.append(member.name)
            else:
                give_back(assessment, member.user, member.reminded_on)
                reminded.missed.append(member.name)
    return reminded


def claim(assessment: Assessment, user: User, today: date) -> bool:
    """Note that the user is reminded today, and say whether this call was the one that did.

    It notes so before the mail goes out: of many that press at once, one sends it. `today` is the
    day where the user is.
    """
    mine = Participation.objects.filter(assessment=assessment, user=user)
    Participation.objects.bulk_create(
        [Participation(assessment=assessment, user=user)], ignore_conflicts=True
    )
    not_yet = Q(reminded_on=None) | Q(reminded_on__lt=today)
    return bool(mine.filter(not_yet, finished_on=None).update(reminded_on=today))


def give_back(assessment: Assessment, user: User, before: date | None) -> None:
    """Undo a claim whose mail was not taken, so that it can be tried again today."""
    mine = Participation.objects.filter(assessment=assessment, user=user)
    mine.update(reminded_on=before)
