"""What a team plans: targets, actions and their history, exemptions, notes on its timeline."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from assessment.models.answering import Assessment
from assessment.models.maturity_model import Question
from teams.models import Organization, Team, User

LONGEST_ACTION = 300


class Target(models.Model):
    """The level aimed at in one questionnaire by a date. Kept by key, to outlive versions.

    A team's own target holds before its parent's, and a parent's before the organization's, which
    has no team.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="targets")
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="targets")
    questionnaire_key = models.SlugField(max_length=60)
    level = models.PositiveSmallIntegerField()
    by = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["team", "questionnaire_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "questionnaire_key"],
                condition=Q(team__isnull=False),
                name="one_target_for_a_questionnaire",
            ),
            models.UniqueConstraint(
                fields=["organization", "questionnaire_key"],
                condition=Q(team=None),
                name="one_target_over_an_organization",
            ),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=4), name="target_from_1_to_4"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire_key}: {self.level}"


class ActionStatus(models.TextChoices):
    OPEN = "open"
    IN_PROGRESS = "doing", "In progress"
    DONE = "done"
    DROPPED = "dropped"


# What is still to be done.
TO_DO = (ActionStatus.OPEN, ActionStatus.IN_PROGRESS)


class Action(models.Model):
    """Something a team decided to do.

    One made of a suggestion knows its question and the `level` it leads to. `revision` grows with
    every change, so that two people who change one action at the same time both learn of it.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="actions")
    assessment = models.ForeignKey(Assessment, models.SET_NULL, null=True, related_name="actions")
    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="+")
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    text = models.CharField(max_length=LONGEST_ACTION)
    note = models.CharField(max_length=2000, blank=True)
    link = models.URLField(max_length=500, blank=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="actions")
    due_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=ActionStatus, default=ActionStatus.OPEN)
    revision = models.PositiveIntegerField(default=1)
    noted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["status", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="action_says_what"),
            models.CheckConstraint(
                condition=Q(status__in=ActionStatus.values), name="action_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(level=None) | Q(level__gte=1, level__lte=4, question__isnull=False),
                name="action_leads_to_a_level_of_its_question",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "doing"], closed_at=None)
                | Q(status__in=["done", "dropped"], closed_at__isnull=False),
                name="closed_actions_have_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class ActionChange(models.Model):
    """One field of an action as it was and as it became; written once, with the change."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="changes")
    revision = models.PositiveIntegerField()
    field = models.CharField(max_length=20)
    before = models.CharField(max_length=2000, blank=True)
    after = models.CharField(max_length=2000, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["action", "revision", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "revision", "field"], name="a_field_changes_once_in_a_revision"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"


class ExemptionKind(models.TextChoices):
    RISK_ACCEPTED = "risk", "Risk accepted"
    DECLINED = "declined", "Suggestion declined"


class Exemption(models.Model):
    """A question that a team does not work on until a day, with the reason.

    Nothing is hidden by it: the question counts as before, it is only not suggested meanwhile.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="exemptions")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ExemptionKind)
    reason = models.CharField(max_length=1000)
    until = models.DateField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["team", "until", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "question"],
                condition=Q(ended_at=None),
                name="one_exemption_of_a_question",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="exemption_has_a_reason"),
            models.CheckConstraint(
                condition=Q(kind__in=ExemptionKind.values), name="exemption_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} until {self.until}"


class Annotation(models.Model):
    """A dated note on a team's timeline: a reorganization, a new pager, a big outage."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="annotations")
    on = models.DateField()
    text = models.CharField(max_length=200)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["team", "on", "at"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="annotation_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.on}: {self.text}"
