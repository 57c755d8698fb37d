"""The only doors to tenant data. A stranger gets 404 and does not learn that it exists.

A reader who may look but not do what they asked gets 403, which says who may.
"""

import enum
from functools import lru_cache
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest

from teams.models import ORGANIZATION_ROLES, Membership, Organization, Role, Team, User


class SignedIn(HttpRequest):
    """A request that the login middleware let through: every page but the public ones gets it."""

    user: User


class Right(enum.Enum):
    """What a page needs. The value lists who has it, widest role first."""

    ENTER = (Role.OWNER, Role.MANAGER, Role.LEAD, Role.MEMBER)
    COMPARE = (Role.OWNER, Role.MANAGER)
    ARRANGE = (Role.OWNER,)
    ANSWER = (Role.LEAD, Role.MEMBER)
    LEAD = (Role.OWNER, Role.LEAD)
    # Actions: whoever enters a team plans with it, so today this is ENTER by another name.
    PLAN = ENTER


WHO_MAY = {
    Right.COMPARE: "Only owners and managers of the organization can do this.",
    Right.ARRANGE: "Only owners of the organization can do this.",
    Right.ANSWER: "Only the team's own lead and members answer.",
    Right.LEAD: "Only the team's lead or an owner of the organization can do this.",
}


def organization_for(user: User, slug: str, right: Right = Right.ENTER) -> Organization:
    """Return the organization if the user has a place in it.

    Raises Http404 for a stranger and PermissionDenied for one whose role lacks the right.
    """
    held = Membership.objects.filter(user=user, organization__slug=slug)
    memberships = list(held.select_related("organization"))
    if not memberships:
        raise Http404
    organization = memberships[0].organization
    organization.roles = frozenset(each.role for each in memberships)
    _require(right, organization.roles)
    return organization


def team_for(user: User, organization: str, team: str, right: Right = Right.ENTER) -> Team:
    """Return the team if the user is in it, or owns or manages its organization.

    Another team of the same organization is 404 as well: members see their own teams only.
    Raises Http404 for a stranger and PermissionDenied for one whose role lacks the right.
    """
    return admit(user, next(iter(team_at(organization, team).all()), None), right)


def admit(user: User, team: Team | None, right: Right) -> Team:
    """Return the team with `roles` set to what the user holds there; refuse like `team_for`."""
    if team is None:
        raise Http404
    team.roles = roles_at(user, team)
    if not team.roles:
        raise Http404
    _require(right, team.roles)
    return team


def may(place: Organization | Team, right: Right) -> bool:
    """Say whether the user who came through a door above has a right at that place."""
    return not place.roles.isdisjoint(right.value)


def roles_at(user: User, team: Team) -> frozenset[str]:
    """Return the roles the user holds that reach the team: its own and the organization's."""
    return frozenset(roles_reaching(user.pk, team.pk, team.organization_id).all())


# Composing these takes longer than answering them; they hold no rows. Take `.all()`: a new answer.
@lru_cache(maxsize=256)
def team_at(organization: str, team: str) -> QuerySet[Team]:
    """Return the query for the team at an address, with what stands above it."""
    found = Team.objects.filter(organization__slug=organization, slug=team)
    return found.order_by().select_related("organization", "parent")


@lru_cache(maxsize=256)
def roles_reaching(user: int, team: int, organization: int) -> QuerySet[Any, str]:
    """Return the query for the roles of a user in a team and in its organization."""
    reach = Q(team=team) | Q(organization=organization, team=None)
    return Membership.objects.filter(reach, user=user).order_by().values_list("role", flat=True)


def organizations_of(user: User) -> QuerySet[Organization]:
    mine = Membership.objects.filter(user=user, organization=OuterRef("pk"))
    return Organization.objects.filter(Exists(mine))


def teams_of(user: User, organization: Organization | None = None) -> QuerySet[Team]:
    """Return the teams whose results the user may see, with their organization."""
    own = Membership.objects.filter(user=user, team=OuterRef("pk"))
    over = Membership.objects.filter(
        user=user,
        team=None,
        role__in=ORGANIZATION_ROLES,
        organization=OuterRef("organization"),
    )
    teams = Team.objects.filter(Exists(own) | Exists(over)).select_related("organization")
    return teams.filter(organization=organization) if organization else teams


def own_teams_of(user: User) -> QuerySet[Team]:
    """Return the teams in which the user answers."""
    return Team.objects.filter(memberships__user=user).select_related("organization")


def _require(right: Right, roles: frozenset[str]) -> None:
    if roles.isdisjoint(right.value):
        raise PermissionDenied(WHO_MAY.get(right, "Your role does not allow this."))
