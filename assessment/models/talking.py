"""The talk: where it is, and what the team agrees on there."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from assessment.models.answering import LONGEST_NOTE, AnswerChoice, Assessment
from assessment.models.maturity_model import Question
from teams.models import User

AGREED_CHOICES = [each for each in AnswerChoice.choices if each[0] != AnswerChoice.DONT_KNOW]


class AgreedAnswer(models.Model):
    """What the team settled on after seeing the spread, beside the sheets and never over them.

    Without an answer the team talked and left the question as it was answered.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="agreed_answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=2, choices=AGREED_CHOICES, null=True, blank=True)
    reason = models.CharField(max_length=LONGEST_NOTE, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "question"], name="one_agreed_answer_to_a_question"
            ),
            models.CheckConstraint(
                condition=Q(answer=None)
                | Q(answer__in=[choice for choice, _ in AGREED_CHOICES]) & ~Q(reason=""),
                name="agreed_answer_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.answer or 'left as it is'}"


class Talk(models.Model):
    """Where a revealed assessment's talk is, so that every screen shows the same.

    `turn` grows with every act. An act names the turn it saw, so two facilitators cannot undo each
    other unseen. Without a question the talk is at its agenda.
    """

    assessment = models.OneToOneField(Assessment, models.CASCADE, related_name="talk")
    facilitator = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="+")
    turn = models.PositiveIntegerField(default=1)
    timer_ends_at = models.DateTimeField(null=True, blank=True)
    spectators = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"the talk about {self.assessment}"
