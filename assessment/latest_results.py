"""Each team's newest results, read from the database: as many queries for 3 teams as for 300."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, F, IntegerField, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils.safestring import SafeString

from assessment.aims import aims_by_team
from assessment.comparison import Heading, Latest, Standing, change_sentence, folded
from assessment.models import Questionnaire, QuestionnaireScore, Snapshot
from assessment.models.results import ScoreRow, scores_over_time
from assessment.published import published_model
from assessment.sparklines import scale
from teams.models import Team

STEPS_OF_A_LINE: Final = 12  # three years of quarters; a line on a few millimetres shows no more


def count_of(rows: QuerySet[Any], by: str) -> Coalesce:
    """Return an annotation: how many of the rows belong to the outer one. `by` names the link."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def newest_snapshots(teams: QuerySet[Team]) -> QuerySet[Any, tuple[Any, ...]]:
    """Return each team's id with the columns of `Latest`."""
    return (
        Snapshot.objects.latest_per_team(teams)
        .order_by()
        .values_list(
            "team_id",
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
        )
    )


def by_team(snapshots: Iterable[tuple[Any, ...]]) -> dict[int, Latest]:
    """Return the newest snapshot of each team that has any, by the team's id."""
    return {row[0]: Latest(*row[1:]) for row in snapshots}


def questionnaires_of(latest: Iterable[Latest]) -> tuple[Heading, ...]:
    """Return the questionnaires these snapshots asked, each key once, the newest model's first."""
    scored = QuestionnaireScore.objects.filter(snapshot__in=[each.id for each in latest])
    rows = Questionnaire.objects.filter(pk__in=scored.values("questionnaire"))
    titles: dict[str, str] = {}
    for key, title in rows.order_by(
        "-maturity_model__published_at", "maturity_model", "position"
    ).values_list("key", "title"):
        titles.setdefault(key, title)
    return tuple(Heading(key, title) for key, title in titles.items())


def scores_of(snapshots: Collection[int]) -> dict[int, list[ScoreRow]]:
    """Return the scores of these snapshots by snapshot. A small group's rows have no values."""
    found: dict[int, list[ScoreRow]] = defaultdict(list)
    for row in scores_over_time(snapshots):
        found[row.snapshot].append(row)
    return found


def levels_by_team(rows: Iterable[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
    """Return the level each team aims at, by team and questionnaire key."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for team, key, level in rows:
        found[team][key] = level
    return found


def overall_over_time(teams: Collection[int]) -> dict[int, tuple[float, ...]]:
    """Return each team's last overall scores, oldest first, without those of too few people."""
    newest_first = Window(
        RowNumber(), partition_by=F("team_id"), order_by=[F("taken_at").desc(), F("pk").desc()]
    )
    rows = (
        Snapshot.objects.filter(team__in=teams, enough=True)
        .exclude(overall=None)
        .annotate(step=newest_first)
        .filter(step__lte=STEPS_OF_A_LINE)
    )
    found: dict[int, tuple[float, ...]] = defaultdict(tuple)
    for team, overall in rows.order_by("team_id", "-step").values_list("team_id", "overall"):
        if overall is not None:
            found[team] += (overall,)
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
