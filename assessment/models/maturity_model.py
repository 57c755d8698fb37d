"""The maturity model: published once, never edited in place. A new version is new rows."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from guide.models import Guide, Section


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
    """One published version of a set of questionnaires on one level scale."""

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
            models.UniqueConstraint(fields=["key", "version"], name="model_version_once"),
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
    """One thing asked. A gate question must reach a level before its questionnaire does."""

    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="questions")
    key = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    gate = models.BooleanField(default=False)
    in_pulse = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField()
    section = models.ForeignKey(Section, models.PROTECT, related_name="questions")
    indicators = models.JSONField(default=list)
    sources = models.JSONField(default=list)

    class Meta:
        ordering = ["questionnaire", "position"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "key"], name="question_key_once"),
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
