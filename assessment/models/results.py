"""What is frozen at submit: the snapshot with its scores."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple, Self
from uuid import UUID

from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from assessment.models.answering import Assessment, Mode
from assessment.models.maturity_model import MaturityModel, Question, Questionnaire
from teams.models import Team


class SnapshotRow(NamedTuple):
    """A snapshot without its scores, as a list of assessments needs it."""

    id: int
    assessment: UUID
    taken_at: datetime
    model: int
    version: str
    length: str
    respondents: int
    invited: int
    stage: int | None
    overall: float | None
    mode: str
    least_answers: int

    @property
    def on_one_sheet(self) -> bool:
        """Whether the team filled one sheet together, so that there is nobody to count."""
        return self.mode == Mode.CONSENSUS


class ScoreRow(NamedTuple):
    """One questionnaire of one snapshot, as a chart needs it; `why_not` says why without value.

    Where the team agreed on some of its answers, `agreed` counts these, and `as_answered` is the
    score without them.
    """

    snapshot: int
    taken_at: datetime
    questionnaire: str
    respondents: int
    why_not: str
    score: float | None
    low: float | None
    high: float | None
    half_width: float | None
    level: int | None
    change: float | None
    change_linked: int | None
    changed: bool | None
    agreed: int
    as_answered: float | None
    mode: str
    variance: float | None = None

    @property
    def on_one_sheet(self) -> bool:
        """Whether the team filled one sheet together: no interval, and nobody to count."""
        return self.mode == Mode.CONSENSUS


class QuestionRow(NamedTuple):
    """One question of one snapshot; the mean is None where too few people judged it."""

    key: str
    answered: int
    applicable: bool
    mean: float | None


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    """What pages read: plain rows, in as many queries for one snapshot as for three hundred."""

    def of_team(self, team: Team) -> Self:
        return self.filter(team=team)

    def latest_per_team(self, teams: QuerySet[Team], before: datetime | None = None) -> Self:
        """Keep each team's newest snapshot: a look-up per team, however long the histories are.

        With `before`, the newest that was taken before that moment.
        """
        newest = Snapshot.objects.filter(team=OuterRef("pk")).order_by("-taken_at", "-pk")
        if before is not None:
            newest = newest.filter(taken_at__lt=before)
        found = teams.order_by().annotate(newest=Subquery(newest.values("pk")[:1]))
        return self.filter(pk__in=found.values("newest"))

    def newest_first(self, start: int = 0, end: int | None = None) -> list[SnapshotRow]:
        """Return the rows from `start` up to `end`, counted from the newest."""
        rows = self.order_by("-taken_at", "-pk").values_list(
            "pk",
            "assessment_id",
            "taken_at",
            "maturity_model_id",
            "maturity_model__version",
            "length",
            "respondents",
            "invited",
            "stage",
            "overall",
            "mode",
            "assessment__least_answers",
        )
        return [SnapshotRow(*row) for row in rows[start:end]]


# The columns of `ScoreRow`, in its order.
SCORE_COLUMNS: Final = (
    "snapshot_id",
    "snapshot__taken_at",
    "questionnaire__key",
    "respondents",
    "why_not",
    "score",
    "low",
    "high",
    "half_width",
    "level",
    "change",
    "change_linked",
    "changed",
    "agreed",
    "as_answered",
    "snapshot__mode",
    "variance",
)


def scores_over_time(snapshots: Collection[int]) -> list[ScoreRow]:
    """Return the scores of these snapshots, oldest first."""
    rows = QuestionnaireScore.objects.filter(snapshot__in=snapshots).values_list(*SCORE_COLUMNS)
    return [ScoreRow(*row) for row in rows.order_by("snapshot__taken_at", "snapshot")]


def blockers_of(snapshot: int) -> dict[str, list[dict[str, list[str] | str]]]:
    """Return what keeps each questionnaire of a snapshot from its next level, by its key."""
    rows = QuestionnaireScore.objects.filter(snapshot=snapshot)
    return dict(rows.values_list("questionnaire__key", "blocked_by").order_by())


def question_means(snapshots: Collection[int]) -> dict[int, dict[str, QuestionRow]]:
    """Return the questions of these snapshots, by snapshot and key."""
    rows = QuestionScore.objects.filter(snapshot__in=snapshots).values_list(
        "snapshot_id", "question__key", "answered", "applicable", "mean"
    )
    found: dict[int, dict[str, QuestionRow]] = {snapshot: {} for snapshot in snapshots}
    for snapshot, key, answered, applicable, mean in rows:
        found[snapshot][key] = QuestionRow(key, answered, applicable, mean)
    return found


def counted_questions(snapshots: Collection[int]) -> dict[int, dict[str, list[int]]]:
    """Return which questions count in the scores of these snapshots, by snapshot and key."""
    rows = QuestionScore.objects.filter(
        snapshot__in=snapshots, applicable=True, mean__isnull=False
    ).values_list("snapshot_id", "question__questionnaire__key", "question_id")
    found: dict[int, dict[str, list[int]]] = {snapshot: {} for snapshot in snapshots}
    for snapshot, key, question in rows.order_by():
        found[snapshot].setdefault(key, []).append(question)
    return found


class Snapshot(models.Model):
    """The frozen scores of one submitted assessment; the one-to-one makes a second impossible.

    It holds what may be shown and nothing else (assessment.disclosure); `enough` says whether as
    many people answered as that needs.
    """

    assessment = models.OneToOneField(Assessment, models.RESTRICT, related_name="snapshot")
    team = models.ForeignKey(Team, models.CASCADE, related_name="snapshots")
    maturity_model = models.ForeignKey(MaturityModel, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(default=timezone.now)
    length = models.CharField(max_length=5)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.INDIVIDUAL)
    enough = models.BooleanField(default=True)
    respondents = models.PositiveSmallIntegerField()
    invited = models.PositiveSmallIntegerField()
    stage = models.PositiveSmallIntegerField(null=True)
    overall = models.FloatField(null=True)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["team", "taken_at"]
        indexes = [models.Index(fields=["team", "-taken_at"], name="snapshot_by_team_and_time")]

    def __str__(self) -> str:
        return f"{self.team}, {self.taken_at:%Y-%m-%d}"


class QuestionnaireScore(models.Model):
    """One questionnaire of one snapshot: score 0-4 with 95 % interval, level, agreement, change.

    `score` is empty when it may not be computed; `why_not` says why. It is the score as agreed;
    where the team agreed on some answers, `agreed` counts these and `as_answered` is the score of
    the sheets alone. Interval and level belong to `score`, agreement to the sheets.

    The change is against the team's snapshot before, on the questions both share; `changed` holds
    after Holm's correction.
    """

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="scores")
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="+")
    respondents = models.PositiveSmallIntegerField()
    score = models.FloatField(null=True)
    agreed = models.PositiveSmallIntegerField(default=0)
    as_answered = models.FloatField(null=True)
    why_not = models.CharField(max_length=40, blank=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    half_width = models.FloatField(null=True)
    variance = models.FloatField(null=True)
    rwg = models.FloatField(null=True)
    average_deviation = models.FloatField(null=True)
    dont_know_share = models.FloatField(null=True)
    level = models.PositiveSmallIntegerField(null=True)
    blocked_by = models.JSONField(default=list)
    change = models.FloatField(null=True)
    change_margin = models.FloatField(null=True)
    change_p = models.FloatField(null=True)
    change_linked = models.PositiveSmallIntegerField(null=True)
    change_questions = models.PositiveSmallIntegerField(null=True)
    changed = models.BooleanField(null=True)

    class Meta:
        ordering = ["snapshot", "questionnaire__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "questionnaire"], name="questionnaire_scored_once"
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=0, score__lte=4), name="score_from_0_to_4"
            ),
            models.CheckConstraint(
                condition=Q(level=None) | Q(level__lte=4), name="attained_level_from_0_to_4"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire_id}: {self.score}"


class QuestionScore(models.Model):
    """One question of one snapshot: how many answered what, their mean and how close they were.

    What too few people answered is empty. `mean` is the agreed answer where there is one; then
    `as_answered` is the mean of the sheets.
    """

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="question_scores")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    answered = models.PositiveSmallIntegerField()
    dont_know = models.PositiveSmallIntegerField(null=True)
    not_applicable = models.PositiveSmallIntegerField(null=True)
    applicable = models.BooleanField()
    mean = models.FloatField(null=True)
    agreed = models.BooleanField(default=False)
    as_answered = models.FloatField(null=True)
    median = models.FloatField(null=True)
    variance = models.FloatField(null=True)
    average_deviation = models.FloatField(null=True)
    range = models.PositiveSmallIntegerField(null=True)
    agreement = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "question"], name="question_scored_once"),
            models.CheckConstraint(
                condition=Q(mean=None) | Q(mean__gte=0, mean__lte=4), name="mean_from_0_to_4"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.mean}"
