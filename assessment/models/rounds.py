"""Rounds: an organization's periods in which its teams assess themselves, and who was reminded."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from assessment.models.answering import Assessment
from assessment.models.maturity_model import Length
from teams.models import Organization, Team, User


class RoundStatus(models.TextChoices):
    """Planned: its day has not come. Open: its teams assess themselves. Closed: it is over."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class Recurrence(models.IntegerChoices):
    """After how many months the next round of a series opens."""

    NEVER = 0, "Once"
    MONTHLY = 1, "Every month"
    QUARTERLY = 3, "Every quarter"
    HALF_YEARLY = 6, "Every half year"
    YEARLY = 12, "Every year"


class Round(models.Model):
    """A period in which chosen teams of an organization assess themselves.

    Those that recur belong to one series. The day a round opens is counted from `anchor_on`, the
    day of the first, so that a month too short for it does not move the ones after. Its days begin
    and end in `time_zone`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="rounds")
    teams = models.ManyToManyField(Team, related_name="rounds")
    title = models.CharField(max_length=120)
    message = models.CharField(max_length=2000, blank=True)
    length = models.CharField(max_length=5, choices=Length, default=Length.CORE)
    status = models.CharField(max_length=10, choices=RoundStatus, default=RoundStatus.PLANNED)
    opens_on = models.DateField()
    due_on = models.DateField()
    time_zone = models.CharField(max_length=60, default="UTC")
    recurs = models.PositiveSmallIntegerField(choices=Recurrence, default=Recurrence.NEVER)
    series = models.UUIDField(default=uuid.uuid4, editable=False)
    number = models.PositiveSmallIntegerField(default=1)
    anchor_on = models.DateField()
    planned_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opens_on", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="round_once_in_its_series"),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on")), name="round_is_due_after_it_opens"
            ),
            models.CheckConstraint(
                condition=Q(status="planned", opened_at=None, closed_at=None)
                | Q(status="open", opened_at__isnull=False, closed_at=None)
                | Q(status="closed", closed_at__isnull=False),
                name="round_status_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("round", args=[self.organization.slug, self.pk])

    @property
    def is_planned(self) -> bool:
        return self.status == RoundStatus.PLANNED

    @property
    def is_open(self) -> bool:
        return self.status == RoundStatus.OPEN

    @property
    def is_closed(self) -> bool:
        return self.status == RoundStatus.CLOSED


class RoundEntry(models.Model):
    """One team's assessment in a round."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="entries")
    assessment = models.OneToOneField(Assessment, models.CASCADE, related_name="round_entry")

    def __str__(self) -> str:
        return f"{self.assessment} in {self.round}"


class SentReminder(models.Model):
    """A reminder that went to somebody by itself; the constraint lets no second one out."""

    # Random, so that the order of rows tells nothing.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    occasion = models.CharField(max_length=20)
    sent_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "user", "occasion"], name="reminded_once_on_an_occasion"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.occasion}"


class SentDigest(models.Model):
    """The one mail a day to somebody who wants all reminders in one."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    sent_on = models.DateField()
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "sent_on"], name="one_digest_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.sent_on}"
