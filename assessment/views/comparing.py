"""An organization's page: the comparison for owners and managers, for others their own teams."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.core.cache import caches
from django.db.models import FilteredRelation, OuterRef, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from assessment.comparison import (
    TEAM,
    Gist,
    Heading,
    Latest,
    OpenNow,
    Order,
    Row,
    below,
    cells,
    changes_in,
    findings,
    folded,
    headings,
    in_order,
    order_from,
    summary,
)
from assessment.latest_results import (
    by_team,
    count_of,
    levels_by_team,
    newest_snapshots,
    overall_over_time,
    questionnaires_of,
    scores_of,
    team_cards,
)
from assessment.models import Participation, Target
from assessment.models.answering import RUNNING
from assessment.sparklines import line
from teams.access import Right, SignedIn, may, organization_for, teams_of
from teams.models import Membership, Organization, Team

LONGEST_KEPT: Final = 250_000  # characters; a table of about 120 teams


class TeamFacts(NamedTuple):
    """A team of the organization, without its results."""

    id: int
    name: str
    slug: str
    parent: int | None
    members: int
    open_now: OpenNow | None


class Choice(NamedTuple):
    """What the address asks to see, and what to tell the reader about what it asked in vain."""

    order: Order
    parent: TeamFacts | None
    complaints: tuple[str, ...]

    def href(self, order: Order) -> str:
        """Return the address of the same view in another order."""
        state = {"sort": str(order)} if order != Order() else {}
        if self.parent:
            state["parent"] = self.parent.slug
        return "?" + urlencode(state)


@dataclass(frozen=True)
class Results:
    """What is needed to draw any row, read once for the whole page."""

    place: Organization
    now: datetime
    columns: tuple[Heading, ...]
    teams: Mapping[int, TeamFacts]
    latest: Mapping[int, Latest]
    targets: Mapping[int, dict[str, int]]

    def stamp(self, team: int) -> tuple[object, ...]:
        """Return all that a row depends on: as long as it is the same, so is the drawing."""
        facts, latest = self.teams[team], self.latest.get(team)
        return (
            self.columns_in_words,
            self.place.slug,
            facts[:-1],
            tuple(facts.open_now or ()),
            self.parent_name(facts),
            latest and latest.id,
            self.stale(team),
            tuple(self.targets.get(team, {}).items()),
        )

    @cached_property
    def columns_in_words(self) -> str:
        return repr(self.columns)

    def stale(self, team: int) -> bool:
        latest = self.latest.get(team)
        return latest is not None and latest.stale(self.now)

    def parent_name(self, facts: TeamFacts) -> str:
        above = self.teams.get(facts.parent) if facts.parent else None
        return above.name if above else ""


class DrawnRow(NamedTuple):
    """A row of the table as it is kept between requests."""

    stamp: tuple[object, ...]
    gist: Gist
    html: SafeString


def organization(request: SignedIn, organization: str) -> HttpResponse:
    place = organization_for(request.user, organization)
    if may(place, Right.COMPARE):
        context = {"organization": place, "comparison": drawn_comparison(place, request.GET)}
        return render(request, "assessment/organization.html", context)
    cards = team_cards(teams_of(request.user, place))
    return render(request, "assessment/own_teams.html", {"organization": place, "cards": cards})


def drawn_comparison(place: Organization, query: QueryDict) -> SafeString:
    """Return the comparison that the address asks for; empty where there is no team to compare.

    The last one drawn is kept for the next visit, which draws again what has changed since.
    """
    results = results_of(place)
    parents = parents_in(results.teams)
    choice = choice_from(query, headings(results.columns), parents)
    stamps = {team: results.stamp(team) for team in shown(results, choice.parent)}
    if not stamps:
        return SafeString("")
    key = f"comparison-page:{place.pk}"
    stamp = (place.name, choice, list(parents.values()), stamps)
    kept: tuple[object, SafeString] | None = caches["rendered"].get(key)
    if kept and kept[0] == stamp:
        return kept[1]
    rows = drawn_rows(results, stamps)
    context = comparison(results, choice, rows) | {"parents": parents.values()}
    html = render_to_string("assessment/_comparison.html", context)
    if len(html) <= LONGEST_KEPT:
        caches["rendered"].set(key, (stamp, html))
    return html


def results_of(place: Organization) -> Results:
    ask = questions_about(place.pk)
    latest = by_team(ask.latest.all())
    return Results(
        place=place,
        now=timezone.now(),
        columns=columns_of(place, latest),
        teams=facts_by_team(ask.teams.all()),
        latest=latest,
        targets=levels_by_team(ask.targets.all()),
    )


def comparison(results: Results, choice: Choice, rows: Mapping[int, DrawnRow]) -> dict[str, object]:
    """Return what the comparison shows beside the filter."""
    gists = {team: row.gist for team, row in rows.items()}
    order = choice.order
    return {
        "organization": results.place,
        "choice": choice,
        "headings": [
            {
                "title": heading.title,
                "aria_sort": order.aria(heading.key),
                "href": choice.href(order.after_a_click_on(heading.key)),
            }
            for heading in headings(results.columns)
        ],
        "sorted_by": sorted_by(order, results.columns),
        # Each row is a template's output, escaped there.
        "rows": mark_safe("".join(rows[team].html for team in in_order(gists, order))),
        "number_of_teams": len(rows),
        "changes": [changes_in(column.key, gists.values()) for column in results.columns],
        "findings": findings(gists.values()),
        "summary": summary(gists.values()),
        "assessed": bool(results.columns),
    }


def sorted_by(order: Order, columns: Iterable[Heading]) -> str:
    """Return in words what the rows stand by."""
    if order.key == TEAM.key:
        return "name"
    return next(each.title.lower() for each in headings(columns) if each.key == order.key)


class Questions(NamedTuple):
    """What each visit asks the database about one organization. Take `.all()`: a fresh answer."""

    teams: QuerySet[Any, tuple[Any, ...]]
    latest: QuerySet[Any, tuple[Any, ...]]
    targets: QuerySet[Any, tuple[int, str, int]]


# Composing these takes longer than answering them; they hold no rows.
@lru_cache(maxsize=256)
def questions_about(organization: int) -> Questions:
    teams = Team.objects.filter(organization=organization)
    targets = Target.objects.filter(team__organization=organization).order_by("questionnaire_key")
    return Questions(
        with_running_assessment(teams),
        newest_snapshots(teams),
        targets.values_list("team_id", "questionnaire_key", "level"),
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


def facts_by_team(rows: Iterable[tuple[Any, ...]]) -> dict[int, TeamFacts]:
    return {
        pk: TeamFacts(
            pk,
            name,
            slug,
            parent,
            members,
            OpenNow(opened_at, due_on, finished, members, *how) if opened_at else None,
        )
        for pk, name, slug, parent, members, opened_at, due_on, finished, *how in rows
    }


def columns_of(place: Organization, latest: Mapping[int, Latest]) -> tuple[Heading, ...]:
    """Return the questionnaires the newest snapshots asked; frozen as they are, this is kept."""
    key, stamp = f"comparison-columns:{place.pk}", sorted(each.id for each in latest.values())
    kept: tuple[list[int], tuple[Heading, ...]] | None = caches["rendered"].get(key)
    if kept and kept[0] == stamp:
        return kept[1]
    columns = questionnaires_of(latest.values())
    caches["rendered"].set(key, (stamp, columns))
    return columns


def parents_in(teams: Mapping[int, TeamFacts]) -> dict[str, TeamFacts]:
    """Return the teams that have others under them, by slug, in the order of their names."""
    above = {facts.parent for facts in teams.values()}
    found = sorted(
        (facts for at, facts in teams.items() if at in above), key=lambda each: folded(each.name)
    )
    return {each.slug: each for each in found}


def shown(results: Results, parent: TeamFacts | None) -> list[int]:
    """Return the teams that have a row. One that is only a heading over others has none."""
    teams = results.teams
    above = {facts.parent for facts in teams.values()}
    own = below(parent.id, {at: facts.parent for at, facts in teams.items()}) if parent else teams
    return [
        at
        for at in own
        if at not in above or teams[at].members or at in results.latest or teams[at].open_now
    ]


def choice_from(
    query: QueryDict, columns: Iterable[Heading], parents: Mapping[str, TeamFacts]
) -> Choice:
    """Read the order and the filter from the address; what it names in vain is told, not obeyed."""
    complaints = []
    sort, slug = query.get("sort", ""), query.get("parent", "")
    order = order_from(sort, columns) if sort else Order()
    if order is None:
        complaints.append("There is no such column to sort by, so the teams are sorted by name.")
    if slug and slug not in parents:
        complaints.append("There is no such parent team here, so all teams are shown.")
    return Choice(order or Order(TEAM.key), parents.get(slug), tuple(complaints))


def drawn_rows(results: Results, stamps: Mapping[int, tuple[object, ...]]) -> dict[int, DrawnRow]:
    """Return the row of each team; only those whose stamp is new are drawn again."""
    kept = caches["rendered"].get_many([_key(team) for team in stamps])
    rows = {
        team: row
        for team, stamp in stamps.items()
        if (row := kept.get(_key(team))) and row.stamp == stamp
    }
    if missing := stamps.keys() - rows.keys():
        made = {
            team: DrawnRow(stamps[team], row.gist(), drawn(results, team, row))
            for team, row in rows_of(results, missing).items()
        }
        caches["rendered"].set_many({_key(team): row for team, row in made.items()})
        rows |= made
    return rows


def _key(team: int) -> str:
    return f"comparison:{team}"


def rows_of(results: Results, teams: Iterable[int]) -> dict[int, Row]:
    """Return what the page says about these teams. Two queries."""
    newest = {team: results.latest.get(team) for team in teams}
    scores = scores_of([each.id for each in newest.values() if each])
    history = overall_over_time(newest.keys())
    return {
        team: Row(
            team=results.teams[team].name,
            latest=latest,
            cells=cells(
                results.columns,
                scores[latest.id] if latest else (),
                results.targets.get(team, {}),
            ),
            history=history[team],
            open_now=results.teams[team].open_now,
            stale=results.stale(team),
        )
        for team, latest in newest.items()
    }


def drawn(results: Results, team: int, row: Row) -> SafeString:
    facts = results.teams[team]
    context = {
        "row": row,
        "team": facts,
        "parent": results.parent_name(facts),
        "organization": results.place,
        "line": line(row.history),
        # From the organization's own address; a table holds many of these.
        "scores": row.latest and f"teams/{facts.slug}/assessments/{row.latest.assessment}/scores/",
    }
    with timezone.override(UTC):  # it is kept for readers of every zone
        return render_to_string("assessment/_team_row.html", context)
