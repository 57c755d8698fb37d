"""What is being filled in: assessments, pseudonymous sheets and their answers."""

import hashlib
import hmac
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from assessment.disclosure import Thresholds, thresholds
from assessment.models.maturity_model import Length, MaturityModel, Question
from teams.models import (
    LEAST_ANSWERS,
    MOST_ANSWERS,
    Invitation,
    InvitationQuerySet,
    Team,
    User,
)


class AssessmentStatus(models.TextChoices):
    """Open: sheets take answers. Revealed: sheets are closed and talked over. Submitted: frozen."""

    OPEN = "open"
    REVEALED = "revealed"
    SUBMITTED = "submitted"


# An assessment that has not been submitted; a team has one of them at most.
RUNNING = (AssessmentStatus.OPEN, AssessmentStatus.REVEALED)


class Mode(models.TextChoices):
    """How a team answers. It is chosen when the assessment is opened and never changes."""

    INDIVIDUAL = "individual", "Individually"
    OPEN = "open", "Openly, with names"
    CONSENSUS = "consensus", "Together, on one sheet"


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
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.INDIVIDUAL)
    least_answers = models.PositiveSmallIntegerField(default=LEAST_ANSWERS)
    due_on = models.DateField(null=True, blank=True)
    reveals = models.PositiveSmallIntegerField(default=0)
    revealed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    revealed_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["team"],
                condition=Q(status__in=["open", "revealed"]),
                name="one_running_assessment_in_a_team",
                violation_error_message="This team has an open assessment already.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "revealed"], submitted_at=None)
                | Q(status="submitted", submitted_at__isnull=False),
                name="submitted_assessments_have_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="revealed") | Q(reveals__gte=1, revealed_at__isnull=False),
                name="revealed_assessments_have_a_time",
            ),
            models.CheckConstraint(
                condition=Q(least_answers__gte=LEAST_ANSWERS, least_answers__lte=MOST_ANSWERS),
                name="assessment_shows_means_of_3_to_20",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}, {self.opened_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("assessment", args=[self.team.organization.slug, self.team.slug, self.id])

    def respondent(self, user: User) -> str:
        """Return under which respondent the user's answers are kept here."""
        return TOGETHER if self.is_consensus else respondent_key(user.pk, self.team_id)

    def thresholds(self, *, in_team: bool) -> Thresholds:
        """Return what may be shown here to somebody who answers in the team, or who does not."""
        return thresholds(mode=self.mode, least_answers=self.least_answers, in_team=in_team)

    def invitations(self) -> InvitationQuerySet:
        """Return the invitations that lead here, also those that let nobody in any more."""
        links = self.guest_links.values("invitation")
        return Invitation.objects.filter(pk__in=links)

    @property
    def is_open(self) -> bool:
        """Whether sheets take answers."""
        return self.status == AssessmentStatus.OPEN

    @property
    def is_revealed(self) -> bool:
        """Whether the sheets are closed and the team talks."""
        return self.status == AssessmentStatus.REVEALED

    @property
    def is_submitted(self) -> bool:
        return self.status == AssessmentStatus.SUBMITTED

    @property
    def is_consensus(self) -> bool:
        """Whether the team fills one sheet together."""
        return self.mode == Mode.CONSENSUS

    @property
    def names_are_on(self) -> bool:
        """Whether the team agreed beforehand that everybody sees who answered what."""
        return self.mode == Mode.OPEN


class Participation(models.Model):
    """Who takes part and whether they said they have finished. It leads to no sheet."""

    # Random, so that the order of rows does not tell who came after whom.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="participations")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    finished_on = models.DateField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "user"], name="takes_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.assessment}"


class GuestLink(models.Model):
    """An invitation into a team that stands on one assessment and ends with it."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="guest_links")
    invitation = models.OneToOneField(Invitation, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"a link to {self.assessment}"


def respondent_key(user_id: int, team_id: int, *, key: str = "") -> str:
    """Return the pseudonym under which one person's sheets in one team belong together.

    An HMAC under a key that is not in the database: 64 hexadecimal digits. Without another key it
    is the installation's.
    """
    message = f"{user_id}:{team_id}".encode()
    key = key or settings.RESPONDENT_KEY
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


# The respondent of the one sheet that a team fills together.
TOGETHER = "together"


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
    """A level, don't know, not applicable with a reason, or nothing (a note may stand alone).

    `revealed_answer` and `revealed_note` are what the newest reveal counted and showed. They differ
    from what the respondent said last only after the assessment was reopened.
    """

    # Random for the same reason as a sheet's.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=2, choices=AnswerChoice, null=True, blank=True)
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    revision = models.PositiveIntegerField(default=1)
    revealed_answer = models.CharField(max_length=2, choices=AnswerChoice, null=True, blank=True)
    revealed_note = models.CharField(max_length=LONGEST_NOTE, blank=True)

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
