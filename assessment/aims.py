"""What each team aims at: its own targets, else its parent's, else its organization's."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from assessment.history import Aim
from assessment.models import Target
from teams.models import Team

Aims = dict[str, Aim]  # by questionnaire key
Levels = dict[str, int]  # likewise
# Its team, none for an organization's; organization, questionnaire key, level, and by when.
TargetRow = tuple[int | None, int, str, int, date | None]


class Place(NamedTuple):
    """A team as inheritance sees it: its own parent, its organization, its name."""

    parent: int | None
    organization: int
    name: str


def aims_of(team: Team) -> Aims:
    """Return what one team aims at. One query, and one more for each level above its parent."""
    places = lineage(team)
    return settled(places, targets_of(team.organization_id, *places).all())[team.pk]


def aims_by_team(teams: QuerySet[Team]) -> dict[int, Aims]:
    """Return what each of these teams aims at, by its id. Two queries."""
    chosen = teams.order_by()
    organizations = Q(organization__in=chosen.values("organization"))
    # A team that is nobody's parent hands nothing down.
    is_parent = Exists(Team.objects.filter(parent=OuterRef("pk")))
    concerned = Team.objects.filter(Q(pk__in=chosen.values("pk")) | (organizations & is_parent))
    rows = concerned.order_by().values_list("pk", "parent_id", "organization_id", "name")
    theirs = Q(team=None) | Q(team__in=concerned.order_by().values("pk"))
    places = {pk: Place(*place) for pk, *place in rows}  # type: ignore[arg-type] # a tuple of these
    return settled(places, rows_of(Target.objects.filter(organizations, theirs)))


def levels_in(organization: int, places: Mapping[int, Place]) -> dict[int, Levels]:
    """Return the level each team of an organization aims at, given all of its teams. One query."""
    own: dict[int | None, Levels] = {}
    for team, key, level in levels_of(organization).all():
        own.setdefault(team, {})[key] = level
    general = own.pop(None, {})

    def nearest(team: int) -> Levels:
        found = dict(general)
        for each in reversed((team, *parents_of(team, places))):
            found |= own.get(each, {})
        return dict(sorted(found.items()))

    return {team: nearest(team) for team in places}


# Composing these takes longer than answering them; they hold no rows.
@lru_cache(maxsize=256)
def levels_of(organization: int) -> QuerySet[Any, tuple[int | None, str, int]]:
    """Return the query for every target of an organization, without the days they are aimed at."""
    targets = Target.objects.filter(organization=organization).order_by()
    return targets.values_list("team_id", "questionnaire_key", "level")


@lru_cache(maxsize=256)
def targets_of(organization: int, *teams: int) -> QuerySet[Any, TargetRow]:
    theirs = Q(team=None) | Q(team__in=teams)
    return rows_of(Target.objects.filter(theirs, organization=organization))


def rows_of(targets: QuerySet[Target]) -> QuerySet[Any, TargetRow]:
    return targets.order_by().values_list(
        "team_id", "organization_id", "questionnaire_key", "level", "by"
    )


def lineage(team: Team) -> dict[int, Place]:
    """Return the team and those above it, each once, even in a circle."""
    found: dict[int, Place] = {}
    above: Team | None = team
    while above is not None and above.pk not in found:
        found[above.pk] = Place(above.parent_id, above.organization_id, above.name)
        above = above.parent
    return found


def settled(places: Mapping[int, Place], targets: Iterable[TargetRow]) -> dict[int, Aims]:
    """Return which targets hold for each of these teams, given every target they may have."""
    own: dict[int, Aims] = {}
    general: dict[int, Aims] = {}
    for team, organization, key, level, by in targets:
        whose = general.setdefault(organization, {}) if team is None else own.setdefault(team, {})
        whose[key] = Aim(level, by)
    return {team: inherited(team, places, own, general) for team in places}


def inherited(
    team: int, places: Mapping[int, Place], own: Mapping[int, Aims], general: Mapping[int, Aims]
) -> Aims:
    """Return one team's targets by key: the nearest that is set. Each says where it comes from."""
    found = dict(own.get(team, {}))
    for above in parents_of(team, places):
        name = places[above].name
        for key, aim in own.get(above, {}).items():
            found.setdefault(key, aim._replace(source=name))
    for key, aim in general.get(places[team].organization, {}).items():
        found.setdefault(key, aim._replace(source="the organization"))
    return dict(sorted(found.items()))


def parents_of(team: int, places: Mapping[int, Place]) -> Iterator[int]:
    """Yield a team's parent, its parent's, and so on; each once, even in a circle."""
    seen = {team}
    above = places[team].parent
    while above is not None and above not in seen and above in places:
        seen.add(above)
        yield above
        above = places[above].parent


def handed_down(team: Team | None, organization: int) -> Aims:
    """Return what a team would aim at without targets of its own; nothing for an organization."""
    if team is None:
        return {}
    if team.parent is not None:
        parent, aims = team.parent.name, aims_of(team.parent)
        return {key: aim._replace(source=aim.source or parent) for key, aim in aims.items()}
    rows = Target.objects.filter(team=None, organization=organization)
    return {
        key: Aim(level, by, "the organization")
        for key, level, by in rows.values_list("questionnaire_key", "level", "by")
    }
