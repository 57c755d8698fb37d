"""Who we are: people, organizations, teams, roles and invitations."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

# Between these an organization chooses how many must have answered before a mean is shown. Three
# is a convention of the field.
LEAST_ANSWERS: Final = 3
MOST_ANSWERS: Final = 20


class Reminders(models.TextChoices):
    """How somebody wants to be reminded of what they owe."""

    EACH = "each", "A mail for each"
    DIGEST = "digest", "One mail a day with all of them"
    NONE = "none", "No mails"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. The e-mail address is the login."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)
    time_zone = models.CharField(max_length=60, default="UTC")
    reminders = models.CharField(max_length=10, choices=Reminders, default=Reminders.EACH)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_whatever_the_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def addresses(self) -> set[str]:
        """Return the login and every other proven address of this person, in lower case."""
        # allauth's model adds this relation; mypy does not follow allauth.
        known = self.emailaddress_set.all()  # type: ignore[attr-defined]
        return {self.email.lower(), *(each.email.lower() for each in known if each.verified)}


class Notice(models.Model):
    """Something a person is told on their home page until they put it away."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    text = models.CharField(max_length=500)
    address = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["user"], condition=Q(seen_at=None), name="notices_not_yet_seen")
        ]

    def __str__(self) -> str:
        return self.text


class Organization(models.Model):
    """The tenant: everything in it is invisible to everybody outside."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    least_answers = models.PositiveSmallIntegerField(
        "how many must have answered before a mean is shown", default=LEAST_ANSWERS
    )
    created_at = models.DateTimeField(default=timezone.now)

    roles: frozenset[str]  # what the visitor holds here; teams.access sets it

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(least_answers__gte=LEAST_ANSWERS, least_answers__lte=MOST_ANSWERS),
                name="organization_shows_means_of_3_to_20",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organization", args=[self.slug])


class Tag(models.Model):
    """A word an organization gives to teams, to find them by."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="tags")
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("organization", Lower("name"), name="tag_once_in_organization"),
            models.CheckConstraint(condition=~Q(name=""), name="tag_is_a_word"),
        ]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """Who assesses itself. A team may have a parent, which is a team too."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="teams")
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children"
    )
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60)
    rules_control_changes = models.BooleanField(
        "laws, standards or contracts control how we change or access production", default=False
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="teams")
    created_at = models.DateTimeField(default=timezone.now)

    roles: frozenset[str]  # what the visitor holds here; teams.access sets it

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "slug"], name="team_slug_once"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="team_is_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("team", args=[self.organization.slug, self.slug])

    def clean(self) -> None:
        if self.parent and self.parent.organization_id != self.organization_id:
            raise ValidationError({"parent": "The parent is in another organization."})
        if self.pk and self.parent_id in self.with_all_below():
            raise ValidationError({"parent": "The parent is under this team."})

    def with_all_below(self) -> set[int]:
        """Return the ids of this team and all under it: none of them can be its parent."""
        parents = Team.objects.filter(organization=self.organization_id, parent__isnull=False)
        children: dict[int, list[int]] = {}
        for child, parent in parents.values_list("id", "parent_id"):
            children.setdefault(parent, []).append(child)
        found, todo = set[int](), [self.pk]
        while todo:
            team = todo.pop()
            if team not in found:
                found.add(team)
                todo += children.get(team, [])
        return found


class Role(models.TextChoices):
    """What a person may do. Owners and managers belong to an organization, the others to a team."""

    OWNER = "owner"
    MANAGER = "manager"
    LEAD = "lead"
    MEMBER = "member"


ORGANIZATION_ROLES = (Role.OWNER, Role.MANAGER)
TEAM_ROLES = (Role.LEAD, Role.MEMBER)

ROLE_FITS_ITS_PLACE = Q(role__in=ORGANIZATION_ROLES, team=None) | Q(
    role__in=TEAM_ROLES, team__isnull=False
)


class Membership(models.Model):
    """One person's role: owner or manager of an organization, lead or member of a team."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=ROLE_FITS_ITS_PLACE, name="membership_role_fits_its_place"
            ),
            models.UniqueConstraint(
                fields=["user", "team"], condition=Q(team__isnull=False), name="one_role_in_a_team"
            ),
            models.UniqueConstraint(
                fields=["user", "organization"],
                condition=Q(team=None),
                name="one_role_over_an_organization",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.role} of {self.place}"

    def clean(self) -> None:
        if self.team and self.team.organization_id != self.organization_id:
            raise ValidationError({"team": "The team is in another organization."})

    @property
    def place(self) -> Organization | Team:
        return self.team or self.organization


LIFE_OF_AN_INVITATION = timedelta(days=7)
USES_OF_A_LINK = 50


def in_seven_days() -> datetime:
    return timezone.now() + LIFE_OF_AN_INVITATION


def token_digest(token: str) -> str:
    """Return what the database keeps of a token, so that reading the database opens no door."""
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationNotUsable(Exception):
    """The invitation is spent, expired, withdrawn or for somebody else; the text says which."""


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self) -> "InvitationQuerySet":
        """Return those that still open a door."""
        return self.filter(
            withdrawn_at=None, expires_at__gt=timezone.now(), uses__lt=F("uses_allowed")
        )

    def withdraw(self) -> int:
        """Close those that still open a door and return how many there were."""
        return self.pending().update(withdrawn_at=timezone.now())


class Invitation(models.Model):
    """A door into an organization or a team: by e-mail for one person, or by link for several."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations")
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    role = models.CharField(max_length=10, choices=Role)
    email = models.EmailField(blank=True)
    token_digest = models.CharField(max_length=64, unique=True)
    uses_allowed = models.PositiveSmallIntegerField(default=1)
    uses = models.PositiveSmallIntegerField(default=0)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=in_seven_days)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=ROLE_FITS_ITS_PLACE, name="invitation_role_fits_its_place"
            ),
            models.CheckConstraint(
                condition=Q(uses__lte=F("uses_allowed")), name="invitation_not_used_too_often"
            ),
            models.CheckConstraint(
                condition=Q(email="") | Q(uses_allowed=1), name="an_address_is_one_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.place}"

    @classmethod
    def issue(
        cls, *, organization: Organization, team: Team | None, role: str, by: User, email: str = ""
    ) -> tuple["Invitation", str]:
        """Create an invitation and return it with its token, which is shown once and not kept.

        One for an address is good for that person. One without is a link: into a team for
        several people, to a role over an organization for one.
        Inviting the same address again to the same place withdraws the earlier invitation.
        """
        token = secrets.token_urlsafe(32)
        with transaction.atomic():
            if email:
                place = cls.objects.filter(organization=organization, team=team)
                place.filter(email=email.lower()).withdraw()
            invitation = cls.objects.create(
                organization=organization,
                team=team,
                role=role,
                email=email.lower(),
                token_digest=token_digest(token),
                uses_allowed=USES_OF_A_LINK if team and not email else 1,
                invited_by=by,
            )
        return invitation, token

    @property
    def place(self) -> Organization | Team:
        return self.team or self.organization

    def why_not_usable(self) -> str:
        if self.withdrawn_at:
            return "This invitation was withdrawn. Ask for a new one."
        if self.expires_at <= timezone.now():
            return "This invitation has expired: they are good for seven days. Ask for a new one."
        if self.uses >= self.uses_allowed:
            return "This invitation has been used already. Ask for a new one."
        return ""

    def held_by(self, user: User) -> Membership | None:
        """Return what the user is in the place of the invitation already."""
        place = {"organization": self.organization_id, "team": self.team_id}
        return user.memberships.filter(**place).select_related("team", "organization").first()

    def why_not_for(self, user: User) -> str:
        if not self.email or self.email in user.addresses():
            return ""
        return (
            f"This invitation is for {self.email}. Sign in with that address, add it to your "
            "account, or ask for an invitation to your own."
        )

    def accept(self, user: User) -> Membership:
        """Give the user the invited role, once, however many press at the same time.

        Somebody who already has a role in that place keeps it and no use is spent.
        Raises InvitationNotUsable.
        """
        if reason := self.why_not_for(user):
            raise InvitationNotUsable(reason)
        # The row comes first: its unique constraint decides who of many came first, and a use
        # that cannot be spent takes the row back.
        with transaction.atomic():
            membership, created = Membership.objects.get_or_create(
                user=user,
                organization=self.organization,
                team=self.team,
                defaults={"role": self.role},
            )
            if created:
                self._spend_one_use()
        return membership

    def _spend_one_use(self) -> None:
        if not Invitation.objects.filter(pk=self.pk).pending().update(uses=F("uses") + 1):
            self.refresh_from_db()
            raise InvitationNotUsable(self.why_not_usable())
