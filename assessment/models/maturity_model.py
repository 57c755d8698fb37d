"""The maturity model: published once, never edited in place. A new version is new rows."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from guide.models import Guide, Section
from teams.models import Organization, Team, User


class Length(models.TextChoices):
    """How much of the model an assessment asks."""

    PULSE = "pulse", "Pulse: 15 questions, about 5 minutes"
    CORE = "core", "Core: 36 questions, about 15 minutes"
    FULL = "full", "Full: 50 questions, about 23 minutes"


class QuestionnaireRole(models.TextChoices):
    """Core counts towards the stage; conditional does so where rules control production changes."""

    CORE = "core"
    SUPPORT = "support"
    CONDITIONAL = "conditional"


class MaturityModel(models.Model):
    """One published version of a set of questionnaires on one level scale.

    Without an organization it is everybody's; an organization's own is only its teams'. `based_on`
    is the version it was copied from or follows.
    """

    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="maturity_models"
    )
    based_on = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="followed_by"
    )
    key = models.SlugField(max_length=60)
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    checksum = models.CharField(max_length=64)
    guide = models.ForeignKey(Guide, models.PROTECT, related_name="+")
    level_names = models.JSONField()
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["key", "published_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "version"],
                condition=Q(organization=None),
                name="model_version_once",
            ),
            models.UniqueConstraint(
                fields=["organization", "key", "version"],
                condition=Q(organization__isnull=False),
                name="own_model_version_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


class Questionnaire(models.Model):
    """The questions on one subject; scored by itself."""

    maturity_model = models.ForeignKey(MaturityModel, models.PROTECT, related_name="questionnaires")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    role = models.CharField(max_length=12, choices=QuestionnaireRole)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["maturity_model", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["maturity_model", "key"], name="questionnaire_key_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Question(models.Model):
    """One thing asked. A gate question must reach a level before its questionnaire does.

    `weight` is 1 but in a model of an organization's own: how often the question counts in the
    score of its questionnaire.
    """

    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="questions")
    key = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    gate = models.BooleanField(default=False)
    in_pulse = models.BooleanField(default=False)
    weight = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField()
    section = models.ForeignKey(Section, models.PROTECT, related_name="questions")
    indicators = models.JSONField(default=list)
    sources = models.JSONField(default=list)

    class Meta:
        ordering = ["questionnaire", "position"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "key"], name="question_key_once"),
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=10), name="question_counts_1_to_10_times"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Effort(models.TextChoices):
    """What a step costs: days of one person, weeks of part of a team, a quarter or others."""

    SMALL = "S", "small"
    MEDIUM = "M", "medium"
    LARGE = "L", "large"


class Level(models.Model):
    """What a question's answer 0-4 looks like and, below the top, what leads to the next one."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="levels")
    level = models.PositiveSmallIntegerField()
    description = models.TextField()
    suggestion = models.TextField(blank=True)
    effort = models.CharField(max_length=1, choices=Effort, blank=True)
    gives = models.TextField(blank=True)
    section = models.ForeignKey(Section, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["question", "level"]
        constraints = [
            models.UniqueConstraint(fields=["question", "level"], name="level_once_in_a_question"),
            models.CheckConstraint(condition=Q(level__lte=4), name="level_from_0_to_4"),
            models.CheckConstraint(
                condition=Q(level=4, suggestion="", section=None)
                | (~Q(suggestion="") & ~Q(effort="") & ~Q(gives="") & Q(level__lt=4))
                & Q(section__isnull=False),
                name="every_level_below_the_top_has_a_suggestion",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level}: {self.description}"


class ModelDraft(models.Model):
    """A maturity model of an organization's own while it is being written, as its YAML text.

    `revision` grows with every save, so that two who write at once both learn of it.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="model_drafts")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    based_on = models.ForeignKey(
        MaturityModel, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.TextField()
    revision = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["organization", "title"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "key"], name="one_draft_of_a_model"),
        ]

    def __str__(self) -> str:
        return self.title


class ModelInUse(models.Model):
    """The version of a maturity model that a team's next assessment asks.

    A team without one follows the newest version that is everybody's.
    """

    team = models.OneToOneField(Team, models.CASCADE, related_name="model_in_use")
    maturity_model = models.ForeignKey(MaturityModel, models.PROTECT, related_name="+")
    chosen_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    chosen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.team}: {self.maturity_model}"
