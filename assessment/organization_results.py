"""Where all teams of an organization stand, as of a day: read once, for all that compares them.

As many queries for 3 teams as for 300, whatever the day and the filter.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.core.cache import caches
from django.db.models import FilteredRelation, OuterRef, Q, QuerySet
from django.utils import timezone

from assessment import kept
from assessment.aims import Place, levels_in
from assessment.choice import Choice, Days, Freshness, Known, shown_columns
from assessment.comparison import Heading, Latest, OpenNow, headings
from assessment.latest_results import (
    Scores,
    asked_and_scored,
    by_team,
    count_of,
    newest_snapshots,
    snapshots_of_two_days,
)
from assessment.models import Participation
from assessment.models.answering import RUNNING
from assessment.ordering import below, folded
from teams.models import Membership, Organization, Team


class TeamFacts(NamedTuple):
    """A team of the organization, without its results."""

    id: int
    name: str
    slug: str
    parent: int | None
    members: int
    open_now: OpenNow | None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Results:
    """What is needed to draw any row. `then` are the snapshots of the day compared with.

    `scores` are those that had to be read to know the columns; None where these were known.
    """

    place: Organization
    now: datetime
    days: Days
    columns: tuple[Heading, ...]
    teams: Mapping[int, TeamFacts]
    latest: Mapping[int, Latest]
    then: Mapping[int, Latest]
    targets: Mapping[int, dict[str, int]]
    scores: Scores | None = None

    @cached_property
    def at(self) -> datetime:
        """The moment the results stand for."""
        return min(self.now, self.days.end) if self.days.end else self.now

    @property
    def is_now(self) -> bool:
        """Whether what is open now belongs to the day shown."""
        return self.at == self.now

    @property
    def today(self) -> date:
        return self.now.date()

    def stale(self, team: int) -> bool:
        latest = self.latest.get(team)
        return latest is not None and latest.stale(self.at)

    def freshness(self, team: int) -> Freshness:
        if team not in self.latest:
            return Freshness.NEVER
        return Freshness.STALE if self.stale(team) else Freshness.FRESH

    def parent_name(self, facts: TeamFacts) -> str:
        above = self.teams.get(facts.parent) if facts.parent else None
        return above.name if above else ""

    @cached_property
    def parents(self) -> dict[str, TeamFacts]:
        """The teams that have others under them, by slug, in the order of their names."""
        above = {facts.parent for facts in self.teams.values()}
        found = [facts for at, facts in self.teams.items() if at in above]
        return {each.slug: each for each in sorted(found, key=lambda each: folded(each.name))}

    @cached_property
    def tags(self) -> list[str]:
        found = {tag for facts in self.teams.values() for tag in facts.tags}
        return sorted(found, key=folded)

    @cached_property
    def ids(self) -> dict[str, int]:
        """The teams that may have a row, by slug."""
        return {self.teams[team].slug: team for team in self.assessed}

    @cached_property
    def assessed(self) -> list[int]:
        """The teams that may have a row. One that is only a heading over others has none."""
        above = {facts.parent for facts in self.teams.values()}
        return [
            team
            for team, facts in self.teams.items()
            if team not in above or facts.members or team in self.latest or facts.open_now
        ]

    def under(self, slug: str) -> set[int]:
        """Return the ids of a parent and all teams under it."""
        ups = {at: facts.parent for at, facts in self.teams.items()}
        return below(self.parents[slug].id, ups)

    def known(self) -> Known:
        """Return what an address may name here."""
        return Known(
            columns=headings(self.columns, is_now=self.is_now),
            questionnaires=self.columns,
            parents={slug: facts.name for slug, facts in self.parents.items()},
            tags=self.tags,
        )

    def shown(self, choice: Choice) -> list[int]:
        """Return the teams that pass the filters; only those chosen, if any are."""
        found: Iterable[int] = self.assessed
        if choice.teams:
            found = [self.ids[slug] for slug in choice.teams]
        if choice.parent:
            under = self.under(choice.parent)
            found = [team for team in found if team in under]
        if choice.tag:
            found = [team for team in found if choice.tag in self.teams[team].tags]
        if choice.freshness:
            found = [team for team in found if self.freshness(team) == choice.freshness]
        return list(found)

    def columns_shown(self, choice: Choice) -> tuple[Heading, ...]:
        known = self.known()._replace(columns=self.columns)
        return tuple(shown_columns(known, choice.questionnaires))


def results_of(place: Organization, days: Days, *, with_columns: bool = True) -> Results:
    """Read where the teams stand. Without columns, which questionnaires were asked is left out."""
    ask = questions_about(place.pk, days)
    found = list(ask.snapshots.all())
    latest = by_team(found)
    then = by_team(found, days.then) if days.then else {}
    columns, scores = columns_of(place, days, latest, then) if with_columns else ((), None)
    teams = facts_by_team(ask.teams.all(), ask.tags.all())
    return Results(
        place=place,
        now=timezone.now(),
        days=days,
        columns=columns,
        teams=teams,
        latest=latest,
        then=then,
        targets=levels_aimed_at(place, teams) if with_columns else {},
        scores=scores,
    )


def levels_aimed_at(
    place: Organization, teams: Mapping[int, TeamFacts]
) -> dict[int, dict[str, int]]:
    """Return the level each team aims at, its own or handed down, by team and questionnaire key."""
    places = {team: Place(facts.parent, place.pk, facts.name) for team, facts in teams.items()}
    return levels_in(place.pk, places)


class Questions(NamedTuple):
    """What each visit asks the database about one organization. Take `.all()`: a fresh answer."""

    teams: QuerySet[Any, tuple[Any, ...]]
    snapshots: QuerySet[Any, tuple[Any, ...]]
    tags: QuerySet[Any, tuple[int, str]]


# Composing these takes longer than answering them; they hold no rows.
@lru_cache(maxsize=256)
def questions_about(organization: int, days: Days) -> Questions:
    teams = Team.objects.filter(organization=organization)
    tagged = Team.tags.through.objects.filter(tag__organization=organization).order_by()
    return Questions(
        with_running_assessment(teams),
        snapshots_of_two_days(teams, days.then, days.end)
        if days.then
        else newest_snapshots(teams, days.end),
        tagged.values_list("team_id", "tag__name"),
    )


def with_running_assessment(teams: QuerySet[Team]) -> QuerySet[Any, tuple[Any, ...]]:
    """Return the columns of `TeamFacts` and `OpenNow` for each team."""
    running = FilteredRelation("assessments", condition=Q(assessments__status__in=RUNNING))
    finished = Participation.objects.filter(
        assessment=OuterRef("running__pk"),
        finished_on__isnull=False,
        user__memberships__team=OuterRef("pk"),
    )
    return (
        teams.annotate(
            running=running,
            members=count_of(Membership.objects.filter(team=OuterRef("pk")), "team"),
            finished=count_of(finished, "assessment"),
        )
        .order_by()
        .values_list(
            "pk",
            "name",
            "slug",
            "parent_id",
            "members",
            "running__opened_at",
            "running__due_on",
            "finished",
            "running__status",
            "running__mode",
        )
    )


def facts_by_team(
    rows: Iterable[tuple[Any, ...]], tagged: Iterable[tuple[int, str]]
) -> dict[int, TeamFacts]:
    tags: dict[int, list[str]] = {}
    for team, tag in tagged:
        tags.setdefault(team, []).append(tag)
    return {
        pk: TeamFacts(
            pk,
            name,
            slug,
            parent,
            members,
            OpenNow(opened_at, due_on, finished, members, *how) if opened_at else None,
            tuple(sorted(tags.get(pk, ()), key=folded)),
        )
        for pk, name, slug, parent, members, opened_at, due_on, finished, *how in rows
    }


def columns_of(
    place: Organization, days: Days, latest: Mapping[int, Latest], then: Mapping[int, Latest]
) -> tuple[tuple[Heading, ...], Scores | None]:
    """Return the questionnaires the newest snapshots asked; frozen as they are, these are kept.

    Where they are not yet, the scores are read, and come too.
    """
    key, stamp = kept.key("columns", place.pk, days), sorted(each.id for each in latest.values())
    known: tuple[Sequence[int], tuple[Heading, ...]] | None = caches["rendered"].get(key)
    if known and known[0] == stamp:
        return known[1], None
    columns, scores = asked_and_scored(stamp, _ids(then.values()))
    caches["rendered"].set(key, (stamp, columns))
    return columns, scores


def _ids(snapshots: Iterable[Latest]) -> Collection[int]:
    return [each.id for each in snapshots]
