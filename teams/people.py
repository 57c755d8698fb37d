"""What is done with organizations, teams and the people in them, each in one transaction.

Whoever calls has come through a door of teams.access with the right to do it.
"""

import logging
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.text import slugify

from teams.models import Invitation, InvitationQuerySet, Membership, Organization, Role, Team, User

logger = logging.getLogger(__name__)

WORDS_OF_OUR_ADDRESSES = {"new"}
INVITATIONS_A_DAY = 200
ROLES_THAT_INVITE = (Role.OWNER, Role.LEAD)


class Refused(Exception):
    """The act would break a rule, which the text says; nothing was changed."""


def start_organization(*, name: str, by: User) -> Organization:
    """Create an organization with its first owner."""
    for slug in slugs_for(name, "organization"):
        try:
            with transaction.atomic():
                organization = Organization.objects.create(name=name, slug=slug)
                Membership.objects.create(user=by, organization=organization, role=Role.OWNER)
        except IntegrityError:
            continue
        logger.info("organization %s started by user %s", organization.pk, by.pk)
        return organization
    raise Refused("No free address was found for this name. Choose another name.")


def settle_organization(
    *, organization: Organization, name: str, least_answers: int, by: User
) -> None:
    """Change an organization's settings. Its address stays, and so do open assessments' rules."""
    organization.name = name
    organization.least_answers = least_answers
    organization.save(update_fields=["name", "least_answers"])
    logger.info("organization %s settled by user %s", organization.pk, by.pk)


def start_team(
    *,
    organization: Organization,
    name: str,
    parent: Team | None,
    rules_control_changes: bool,
    by: User,
    join: bool,
    tags: Collection[str] = (),
) -> Team:
    """Create a team; with `join` whoever creates it becomes its lead."""
    with one_at_a_time(organization):
        taken = set(organization.teams.values_list("slug", flat=True))
        team = Team.objects.create(
            organization=organization,
            name=name,
            slug=next(slug for slug in slugs_for(name, "team") if slug not in taken),
            parent=parent,
            rules_control_changes=rules_control_changes,
        )
        tag(team, tags)
        if join:
            Membership.objects.create(user=by, organization=organization, team=team, role=Role.LEAD)
    logger.info("team %s started by user %s", team.pk, by.pk)
    return team


def settle_team(
    *,
    team: Team,
    name: str,
    parent: Team | None,
    rules_control_changes: bool,
    by: User,
    tags: Collection[str] | None = None,
) -> None:
    """Change a team's settings; without `tags` it keeps those it has. Its address stays.

    Raises Refused on a circle of parents.
    """
    with one_at_a_time(team.organization):
        if parent and parent.pk in team.with_all_below():
            raise Refused(f"{parent} is under {team}, so it cannot be its parent as well.")
        team.name = name
        team.parent = parent
        team.rules_control_changes = rules_control_changes
        team.save(update_fields=["name", "parent", "rules_control_changes"])
        if tags is not None:
            tag(team, tags)
    logger.info("team %s settled by user %s", team.pk, by.pk)


def tag(team: Team, names: Collection[str]) -> None:
    """Give a team these tags and no others. Call it while nobody else changes the organization.

    A word that is there in another case is that word, and one that no team has left is gone.
    """
    known = {each.name.casefold(): each for each in team.organization.tags.all()}
    wanted = [
        known.get(name.casefold()) or team.organization.tags.create(name=name) for name in names
    ]
    team.tags.set(wanted)
    team.organization.tags.filter(teams=None).delete()


def invitations_left(by: User) -> int:
    """Return how many more invitations somebody may make now."""
    yesterday = timezone.now() - timedelta(days=1)
    issued = Invitation.objects.filter(invited_by=by, created_at__gt=yesterday)
    return max(0, INVITATIONS_A_DAY - issued.count())


def invite(
    *, organization: Organization, team: Team | None, role: str, email: str, by: User
) -> tuple[Invitation, str]:
    """Issue an invitation and return it with its token. Raises Refused past the day's limit."""
    if not invitations_left(by):
        raise Refused(
            f"You have made {INVITATIONS_A_DAY} invitations within a day. Go on tomorrow, or "
            "share one link with several people."
        )
    invitation, token = Invitation.issue(
        organization=organization, team=team, role=role, email=email, by=by
    )
    logger.info("invitation %s issued by user %s", invitation.pk, by.pk)
    return invitation, token


def change_role(
    *, user: User, organization: Organization, team: Team | None, role: str, by: User
) -> None:
    """Give somebody in the team, or anybody in the organization, another role there.

    Raises Refused for the last owner and for somebody who has left in the meantime.
    """
    with one_at_a_time(organization):
        held = organization.memberships.filter(user=user)
        roles: dict[int | None, str] = {one.team_id: one.role for one in held}
        before = roles.get(team.pk if team else None)
        if not before and (team or not roles):
            raise Refused(f"{user} has left in the meantime.")
        Membership.objects.update_or_create(
            user=user, organization=organization, team=team, defaults={"role": role}
        )
        if before in ROLES_THAT_INVITE and role not in ROLES_THAT_INVITE:
            made_by(user, organization, team).withdraw()
    logger.info(
        "user %s is now %s of %s, by user %s", user.pk, role, key(organization, team), by.pk
    )


def remove(*, user: User, organization: Organization, team: Team | None, by: User) -> None:
    """End somebody's role in the team or, without one, over the organization.

    Raises Refused for the last owner.
    """
    with one_at_a_time(organization):
        place = {"organization": organization, "team": team}
        Membership.objects.filter(user=user, **place).delete()
        made_by(user, organization, team).withdraw()
        Invitation.objects.filter(known_to(user, by), **place).withdraw()
    logger.info("user %s is no longer in %s, by user %s", user.pk, key(organization, team), by.pk)


def remove_altogether(*, user: User, organization: Organization, by: User) -> None:
    """End every role somebody has in the organization and its teams.

    Raises Refused for the last owner.
    """
    with one_at_a_time(organization):
        Membership.objects.filter(user=user, organization=organization).delete()
        made_by(user, organization, None).withdraw()
        Invitation.objects.filter(known_to(user, by), organization=organization).withdraw()
    logger.info("user %s is in nothing of %s, by user %s", user.pk, key(organization), by.pk)


def everyone_in(organization: Organization) -> QuerySet[User]:
    """Return the people of the organization by name, their memberships in it as `roles_here`."""
    here = Membership.objects.filter(organization=organization)
    roles = here.select_related("team").order_by(Lower("team__name"))
    return (
        User.objects.filter(Exists(here.filter(user=OuterRef("pk"))))
        .order_by(Lower("name"), "email")
        .prefetch_related(Prefetch("memberships", roles, to_attr="roles_here"))
    )


def known_to(user: User, by: User) -> Q:
    """Say which invitations by others could let a person who goes back in.

    Their own and, when somebody else removes them, every link, as they may have seen it.
    """
    own = Q(email__in=user.addresses())
    return own if user == by else own | Q(email="")


def made_by(user: User, organization: Organization, team: Team | None) -> InvitationQuerySet:
    """Return what somebody issued into the team or, without one, anywhere in the organization."""
    made = Invitation.objects.filter(organization=organization, invited_by=user)
    return made.filter(team=team) if team else made


@contextmanager
def one_at_a_time(organization: Organization) -> Iterator[None]:
    """Hold off every other change to the organization's people and teams until this one ends.

    PostgreSQL locks the row; SQLite ignores that and has let one writer in at BEGIN already.
    Raises Refused, and undoes the change, when it took away the last owner.
    """
    owners = organization.memberships.filter(team=None, role=Role.OWNER, user__is_active=True)
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        had_an_owner = owners.exists()
        yield
        if had_an_owner and not owners.exists():
            raise Refused(
                f"{organization} needs an owner, and this is the last one. "
                "Make somebody else an owner first."
            )


def slugs_for(name: str, fallback: str) -> Iterator[str]:
    """Yield slugs for a name, the plainest first; without Latin letters it gets the fallback."""
    stem = slugify(name)[:50].strip("-") or fallback
    if stem not in WORDS_OF_OUR_ADDRESSES:
        yield stem
    yield from (f"{stem}-{number}" for number in range(2, 10))
    yield f"{stem}-{secrets.token_hex(4)}"


def key(organization: Organization, team: Team | None = None) -> str:
    return f"team {team.pk}" if team else f"organization {organization.pk}"
