"""Each team's newest results, read from the database: as many queries for 3 teams as for 300."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils.safestring import SafeString

from assessment.aims import aims_by_team
from assessment.comparison import Heading, Latest, Standing, change_sentence
from assessment.models import QuestionnaireScore, Snapshot
from assessment.models.maturity_model import Length
from assessment.models.results import SCORE_COLUMNS, ScoreRow, scores_over_time
from assessment.ordering import folded
from assessment.published import published_model
from assessment.sparklines import scale
from teams.models import Team

STEPS_OF_A_LINE: Final = 12  # three years of quarters; a line on a few millimetres shows no more


class Overall(NamedTuple):
    """A team's overall score in one snapshot."""

    snapshot: int
    taken_at: datetime
    score: float


def count_of(rows: QuerySet[Any], by: str) -> Coalesce:
    """Return an annotation: how many of the rows belong to the outer one. `by` names the link."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


# The columns of `Latest`, in its order and without `before`.
LATEST_COLUMNS: Final = (
    "pk",
    "maturity_model_id",
    "taken_at",
    "length",
    "enough",
    "respondents",
    "invited",
    "stage",
    "overall",
    "assessment_id",
    "mode",
    "maturity_model__organization_id",
)


def newest_snapshots(
    teams: QuerySet[Team], before: datetime | None = None
) -> QuerySet[Any, tuple[Any, ...]]:
    """Return each team's id with the columns of `Latest`; with `before`, as it was then."""
    found = Snapshot.objects.latest_per_team(teams, before)
    return found.order_by().values_list("team_id", *LATEST_COLUMNS)


def snapshots_of_two_days(
    teams: QuerySet[Team], then: datetime, now: datetime | None
) -> QuerySet[Any, tuple[Any, ...]]:
    """Return what `newest_snapshots` does for both moments, once where nothing came in between.

    Each comes with the snapshot that its change was frozen against.
    """
    compared = (
        Snapshot.objects.filter(
            team=OuterRef("team"),
            taken_at__lt=OuterRef("taken_at"),
            maturity_model__key=OuterRef("maturity_model__key"),
        )
        .exclude(length=Length.PULSE)
        .order_by("-taken_at", "-pk")
    )
    earlier, later = (
        Snapshot.objects.latest_per_team(teams, moment)
        .order_by()
        .annotate(before=Subquery(compared.values("pk")[:1]))
        .values_list("team_id", *LATEST_COLUMNS, "before")
        for moment in (then, now)
    )
    return earlier.union(later)


def by_team(
    snapshots: Iterable[tuple[Any, ...]], before: datetime | None = None
) -> dict[int, Latest]:
    """Return the newest of these snapshots, taken before a moment, of each team by its id."""
    found: dict[int, Latest] = {}
    for team, *columns in snapshots:
        each = Latest(*columns)
        if before is not None and each.taken_at >= before:
            continue
        kept = found.get(team)
        if kept is None or (kept.taken_at, kept.id) < (each.taken_at, each.id):
            found[team] = each
    return found


Scores = dict[int, list[ScoreRow]]


def asked_and_scored(
    latest: Collection[int], earlier: Collection[int]
) -> tuple[tuple[Heading, ...], Scores]:
    """Return the questionnaires that the latest of these snapshots asked, and the scores of all.

    Each questionnaire's key stands once, the newest model's first.
    """
    rows = (
        QuestionnaireScore.objects.filter(snapshot__in={*latest, *earlier})
        .order_by(
            "-questionnaire__maturity_model__published_at",
            "questionnaire__maturity_model",
            "questionnaire__position",
        )
        .values_list("questionnaire__title", *SCORE_COLUMNS)
    )
    titles: dict[str, str] = {}
    found: Scores = defaultdict(list)
    asked = set(latest)
    for title, *columns in rows:
        score = ScoreRow(*columns)
        found[score.snapshot].append(score)
        if score.snapshot in asked:
            titles.setdefault(score.questionnaire, title)
    return tuple(Heading(key, title) for key, title in titles.items()), found


def scores_of(snapshots: Collection[int]) -> Scores:
    """Return the scores of these snapshots by snapshot. A small group's rows have no values."""
    found: Scores = defaultdict(list)
    for row in scores_over_time(snapshots):
        found[row.snapshot].append(row)
    return found


def overall_over_time(
    teams: Collection[int], before: datetime | None = None, steps: int = STEPS_OF_A_LINE
) -> dict[int, tuple[Overall, ...]]:
    """Return each team's last overall scores, oldest first, without those of too few people."""
    newest_first = Window(
        RowNumber(), partition_by=F("team_id"), order_by=[F("taken_at").desc(), F("pk").desc()]
    )
    scored = Snapshot.objects.filter(team__in=teams, enough=True).exclude(overall=None)
    if before is not None:
        scored = scored.filter(taken_at__lt=before)
    rows = scored.annotate(step=newest_first).filter(step__lte=steps).order_by("team_id", "-step")
    found: dict[int, tuple[Overall, ...]] = defaultdict(tuple)
    for team, snapshot, taken_at, overall in rows.values_list(
        "team_id", "pk", "taken_at", "overall"
    ):
        if overall is not None:
            found[team] += (Overall(snapshot, taken_at, overall),)
    return found


@dataclass(frozen=True)
class ProfileLine:
    """One questionnaire of a small profile; `computed` is where it is told how."""

    title: str
    score: str
    drawing: SafeString
    agreed: bool
    computed: str


@dataclass(frozen=True)
class Card:
    """A team's newest results in small. Without figures, `standing` says why."""

    team: Team
    latest: Latest | None
    stage: str
    profile: tuple[ProfileLine, ...]
    change: str

    @property
    def standing(self) -> Standing:
        return self.latest.standing if self.latest else Standing.NEVER

    @property
    def computed(self) -> str:
        """The address that tells how its figures are computed. It has to have some."""
        return scores_address(self.team, self.latest) if self.latest else ""


def scores_address(team: Team, latest: Latest) -> str:
    return f"{team.get_absolute_url()}assessments/{latest.assessment}/scores/"


def team_cards(teams: QuerySet[Team]) -> list[Card]:
    """Return a card for each team, by name. Whoever calls has checked that they may be seen."""
    listed = sorted(teams, key=lambda each: folded(each.name))
    latest = by_team(newest_snapshots(teams)) if listed else {}
    scores = scores_of([each.id for each in latest.values()]) if latest else {}
    targets = levels_aimed_at(teams) if latest else {}
    return [
        card(team, newest, scores[newest.id], targets.get(team.pk, {}))
        if (newest := latest.get(team.pk))
        else Card(team, None, stage="", profile=(), change="")
        for team in listed
    ]


def card(
    team: Team, latest: Latest, scores: Iterable[ScoreRow], targets: Mapping[str, int]
) -> Card:
    """Return the card of one team from its newest scores."""
    if latest.standing:
        return Card(team, latest, stage="", profile=(), change="")
    model = published_model(latest.model)
    by_key = {score.questionnaire: score for score in scores}
    titled = [(each.title, by_key[each.key]) for each in model.questionnaires if each.key in by_key]
    profile = tuple(
        ProfileLine(
            title,
            f"{row.score:.1f}",
            scale(row.score, row.low, row.high, target=targets.get(row.questionnaire)),
            agreed=bool(row.agreed),
            computed=f"{scores_address(team, latest)}{row.questionnaire}/",
        )
        for title, row in titled
        if row.score is not None
    )
    names = model.level_names
    stage = "" if latest.stage is None else f"Stage {latest.stage}, {names[latest.stage]}"
    return Card(team, latest, stage, profile, change_sentence(titled))


def levels_aimed_at(teams: QuerySet[Team]) -> dict[int, dict[str, int]]:
    """Return the level each team aims at, its own or inherited, by team and questionnaire key."""
    return {
        team: {key: aim.level for key, aim in aims.items()}
        for team, aims in aims_by_team(teams).items()
    }
