"""What is being filled in: assessments, pseudonymous sheets and their answers."""

import hashlib
import hmac
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from assessment.models.maturity_model import Length, MaturityModel, Question
from teams.models import Team, User


class AssessmentStatus(models.TextChoices):
    OPEN = "open"
    SUBMITTED = "submitted"


class Assessment(models.Model):
    """One team's filling of a maturity model at one time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="assessments")
    maturity_model = models.ForeignKey(MaturityModel, models.PROTECT, related_name="assessments")
    length = models.CharField(max_length=5, choices=Length, default=Length.FULL)
    rules_control_changes = models.BooleanField(default=False)
    status = models.CharField(
        max_length=10, choices=AssessmentStatus, default=AssessmentStatus.OPEN
    )
    opened_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["team"],
                condition=Q(status="open"),
                name="one_open_assessment_in_a_team",
                violation_error_message="This team has an open assessment already.",
            ),
            models.CheckConstraint(
                condition=Q(status="open", submitted_at=None)
                | Q(status="submitted", submitted_at__isnull=False),
                name="submitted_assessments_have_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}, {self.opened_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("assessment", args=[self.team.organization.slug, self.team.slug, self.id])

    @property
    def is_open(self) -> bool:
        return self.status == AssessmentStatus.OPEN


class Participation(models.Model):
    """Who takes part and whether they said they have finished. It leads to no sheet."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="participations")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    finished_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "user"], name="takes_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.assessment}"


def respondent_key(user_id: int, team_id: int) -> str:
    """Return the pseudonym under which one person's sheets in one team belong together.

    An HMAC under a key that is not in the database: 64 hexadecimal digits.
    """
    message = f"{user_id}:{team_id}".encode()
    return hmac.new(settings.RESPONDENT_KEY.encode(), message, hashlib.sha256).hexdigest()


class Sheet(models.Model):
    """One respondent's answers in one assessment. There is no user on it, on purpose."""

    # Random, so that the order of rows does not tell the order in which people began.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="sheets")
    respondent = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "respondent"], name="one_sheet_for_each_respondent"
            ),
        ]

    def __str__(self) -> str:
        return f"a sheet of {self.assessment}"


class AnswerChoice(models.TextChoices):
    LEVEL_0 = "0"
    LEVEL_1 = "1"
    LEVEL_2 = "2"
    LEVEL_3 = "3"
    LEVEL_4 = "4"
    DONT_KNOW = "dk", "Don't know"
    NOT_APPLICABLE = "na", "Not applicable"


LONGEST_NOTE = 2000


class Answer(models.Model):
    """A level, don't know, not applicable with a reason, or nothing (a note may stand alone)."""

    # Random for the same reason as a sheet's.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=2, choices=AnswerChoice, null=True, blank=True)
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "question"], name="one_answer_to_a_question"),
            models.CheckConstraint(
                condition=Q(answer=None) | Q(answer__in=AnswerChoice.values),
                name="answer_is_a_level_dk_or_na",
            ),
            models.CheckConstraint(
                condition=~Q(answer="na", note=""), name="not_applicable_has_a_reason"
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="revisions_start_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.answer}"
