"""Inviting into a running assessment: guest links for a room, and e-mails to several at once.

Both let in like any invitation into the team, and lead to the assessment. They end with it.
"""

import enum
import re
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from assessment import mail
from assessment.forms import MOST_ADDRESSES
from assessment.lifecycle import NotPossible, lock
from assessment.models import Assessment, GuestLink
from teams import people
from teams.mail import mail_server, taken
from teams.models import Invitation, Role, Team, User, token_digest


def make_guest_link(*, assessment: Assessment, by: User, email: str = "") -> tuple[GuestLink, str]:
    """Make a link into the team that leads to the assessment; return it with its token.

    The token is shown once and not kept. Raises NotPossible after submit, and people.Refused past
    the day's limit.
    """
    with transaction.atomic():
        locked = lock(assessment)
        if locked.is_submitted:
            raise NotPossible("This assessment was submitted, so nobody can be invited to it.")
        invitation, token = people.invite(
            organization=locked.team.organization,
            team=locked.team,
            role=Role.MEMBER,
            email=email,
            by=by,
        )
        return GuestLink.objects.create(assessment=locked, invitation=invitation), token


def address_of(token: str) -> str:
    """Return the whole address at which a token lets in."""
    return settings.BASE_URL + reverse("join", args=[token])


def guest_link_with(token: str) -> GuestLink | None:
    """Return the guest link that has this token, with all that its page shows."""
    found = GuestLink.objects.filter(invitation__token_digest=token_digest(token))
    return found.select_related(
        "assessment__team__organization",
        "invitation__organization",
        "invitation__team__organization",
        "invitation__invited_by",
    ).first()


def usable_links(assessment: Assessment) -> QuerySet[Invitation]:
    """Return the invitations to an assessment that still let somebody in, the newest first."""
    return assessment.invitations().pending()


# Several addresses at once --------------------------------------------------------------------


class Outcome(enum.Enum):
    """What became of one address."""

    SENT = "invited"
    IN_ALREADY = "in the team already"
    NOT_AN_ADDRESS = "not an e-mail address"
    NOT_TAKEN = "not sent: the mail server did not take it"


@dataclass(frozen=True)
class Invited:
    """One address as it was written, in which line, and what became of it."""

    line: int
    written: str
    outcome: Outcome
    who: str = ""

    @property
    def sent(self) -> bool:
        return self.outcome is Outcome.SENT

    @property
    def again(self) -> bool:
        """Whether it should be looked at and sent again."""
        return self.outcome in (Outcome.NOT_AN_ADDRESS, Outcome.NOT_TAKEN)


@dataclass(frozen=True)
class Written:
    """An address as somebody wrote it. `email` is empty when it is none."""

    line: int
    text: str
    email: str


def written_addresses(text: str) -> list[Written]:
    """Return what stands in the text, each address once; `Name <address>` counts as well."""
    found: dict[str, Written] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        for part in filter(None, map(str.strip, re.split(r"[,;]", line))):
            email = as_address(part)
            found.setdefault(email or part, Written(number, part, email))
    return list(found.values())


def as_address(text: str) -> str:
    """Return the address in lower case, or an empty text when it is none that could be stored."""
    in_brackets = re.search(r"<([^<>]*)>$", text)
    address = (in_brackets[1] if in_brackets else text).strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        return ""
    longest = Invitation._meta.get_field("email").max_length or 0
    return address if len(address) <= longest else ""


def invite_by_mail(*, assessment: Assessment, text: str, by: User) -> list[Invited]:
    """Invite every address in the text that is not in the team, and say what became of each.

    An address is invited and mailed, or neither. Raises NotPossible and people.Refused when nobody
    can be invited now, and teams.mail.MailServerAway; nobody is, then.
    """
    written = written_addresses(text)
    if not written:
        raise NotPossible("Write at least one address. Nobody was invited.")
    if len(written) > MOST_ADDRESSES:
        raise NotPossible(
            f"These are {len(written)} addresses, and {MOST_ADDRESSES} can be invited at once. "
            f"Nobody was invited: send the first {MOST_ADDRESSES}, then the rest."
        )
    there = addresses_in(assessment.team)
    wanted = [each.email for each in written if each.email and each.email not in there]
    if len(wanted) > (left := people.invitations_left(by)):
        raise NotPossible(
            f"These are {len(wanted)} invitations, and you can make {left} more within a day. "
            "Nobody was invited: send fewer, go on tomorrow, or share one link with several people."
        )
    not_taken = set(mail_invitations(assessment, wanted, by)) if wanted else set()
    return [outcome_of(each, there, not_taken) for each in written]


def outcome_of(written: Written, there: dict[str, str], not_taken: set[str]) -> Invited:
    if not written.email:
        return Invited(written.line, written.text, Outcome.NOT_AN_ADDRESS)
    if who := there.get(written.email):
        return Invited(written.line, written.text, Outcome.IN_ALREADY, who)
    outcome = Outcome.NOT_TAKEN if written.email in not_taken else Outcome.SENT
    return Invited(written.line, written.text, outcome)


def mail_invitations(assessment: Assessment, addresses: list[str], by: User) -> list[str]:
    """Invite all the addresses or, past the day's limit, none; return those not mailed.

    The server is asked first, as an invitation that cannot be mailed would end an earlier one.
    """
    with mail_server() as server:
        with transaction.atomic():
            links = [
                make_guest_link(assessment=assessment, by=by, email=address)
                for address in addresses
            ]
        refused = [
            link.invitation
            for link, token in links
            if not taken(mail.invitation(link, address_of(token)), server)
        ]
    Invitation.objects.filter(pk__in=[each.pk for each in refused]).withdraw()
    return [each.email for each in refused]


def addresses_in(team: Team) -> dict[str, str]:
    """Return every login and proven address of the team's people, with whose it is."""
    members = User.objects.filter(memberships__team=team).prefetch_related("emailaddress_set")
    return {address: str(user) for user in members for address in user.addresses()}
