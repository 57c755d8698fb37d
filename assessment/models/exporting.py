"""What is taken away: exports that were asked for, and their files."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from teams.models import Organization, Team, User


class ExportStatus(models.TextChoices):
    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


class Export(models.Model):
    """A file somebody asked for. It is theirs, and only while they may see what is in it.

    The file lies in the database, as the web tier keeps none; `run_due` removes it when it expires.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="exports")
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="exports")
    by = models.ForeignKey(User, models.CASCADE, related_name="exports")
    kind = models.CharField(max_length=30)
    asked = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=ExportStatus, default=ExportStatus.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    filename = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    content = models.BinaryField(null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="ready") | Q(content__isnull=False) & ~Q(filename=""),
                name="ready_exports_have_a_file",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(reason=""), name="failed_exports_say_why"
            ),
            models.CheckConstraint(
                condition=Q(progress__lte=100), name="export_progress_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return self.filename or self.kind
