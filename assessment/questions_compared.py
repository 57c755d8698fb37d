"""One level down: an organization's teams and the questions of one questionnaire.

As of a day, filtered and sorted like the comparison above it. Every mean is one that a snapshot
shows.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.http import Http404, QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from assessment import kept
from assessment.change_since import difference
from assessment.choice import Choice, choice_from, days_from
from assessment.comparison import HOW_FRESH, TEAM, Cell, Heading, Latest, Row
from assessment.disclosure import thresholds
from assessment.drawn_comparison import (
    MANY_TEAMS,
    about,
    caption,
    filters,
    links_of,
    page_stamp,
    sortable,
)
from assessment.kept import DrawnRow
from assessment.models import QuestionScore, Snapshot
from assessment.ordering import Order, in_order
from assessment.organization_results import Results, results_of
from assessment.published import PublishedModel, PublishedQuestion, published_model
from teams.models import Organization

# From the page to the organization's own address.
ROOT: Final = "../../"
NO_VERDICT: Final = "no verdict on one question"


class Column(NamedTuple):
    """A question, and its name as short as a column needs it."""

    name: str
    question: PublishedQuestion

    @property
    def key(self) -> str:
        return self.question.key


class Judged(NamedTuple):
    """One question of one snapshot, as it is shown; without a mean, `why_none` says why."""

    mean: float | None
    agreed: bool
    why_none: str


Means = Mapping[int, Mapping[str, Judged]]


def drawn(place: Organization, key: str, query: QueryDict) -> tuple[str, SafeString]:
    """Return a questionnaire's title, and the table of the teams and its questions.

    Raises Http404 where no team of the organization was ever asked it.
    """
    days, complaints = days_from(query, timezone.now().date())
    results = results_of(place, days, with_columns=False)
    versions = versions_of(place, key, results.latest.values())
    if not versions:
        raise Http404
    columns = columns_of(key, versions)
    shown = [TEAM, *(Heading(each.key, each.name) for each in columns), *HOW_FRESH]
    known = results.known()._replace(columns=shown)
    choice = choice_from(query, days, complaints, known)
    titles = {each.key: each.question.title for each in columns}
    names = tuple(titles)
    stamps = {team: stamp(results, team, names) for team in results.shown(choice)}

    def draw() -> str:
        rows = drawn_rows(results, choice, key, names, stamps)
        context = {
            "organization": place,
            "columns": columns,
            "others": others(key, versions[0], choice),
            "overview": f"{ROOT}{choice.href(order=Order())}",
            **filters(results, choice),
            **table(results, choice, shown, titles, rows),
        }
        return render_to_string("assessment/_questions.html", context)

    at = kept.key("questions", place.pk, (key, choice))
    html = kept.page(at, (key, page_stamp(results, choice, stamps)), draw)
    return versions[0].by_key[key].title, html


def versions_of(place: Organization, key: str, latest: Iterable[Latest]) -> list[PublishedModel]:
    """Return the models with this questionnaire that the newest snapshots rest on, newest first.

    Where none of them has it, those that a team of the organization ever answered.
    """
    if found := _with(key, {each.model for each in latest}):
        return found
    ever = Snapshot.objects.filter(team__organization=place).order_by()
    return _with(key, set(ever.values_list("maturity_model", flat=True).distinct()))


def _with(key: str, models: Collection[int]) -> list[PublishedModel]:
    found = (published_model(each) for each in sorted(models, reverse=True))
    return [each for each in found if key in each.by_key]


def columns_of(key: str, versions: Iterable[PublishedModel]) -> list[Column]:
    """Return each question of the questionnaire once, as its newest version words it."""
    found: dict[str, PublishedQuestion] = {}
    for version in versions:
        for question in version.by_key[key].questions:
            found.setdefault(question.key, question)
    return [Column(name_of(key), question) for key, question in found.items()]


def name_of(key: str) -> str:
    """Return a question's name as short as a column needs it: what its key says after the dot."""
    return key.split(".")[-1].replace("_", " ").replace("-", " ").capitalize()


def others(key: str, model: PublishedModel, choice: Choice) -> list[tuple[str, str, bool]]:
    """Return title and address of each questionnaire of the model, and whether it is this one."""
    state = choice.href(order=Order())
    return [
        (each.title, f"../{each.key}/{state}", each.key == key) for each in model.questionnaires
    ]


def stamp(results: Results, team: int, columns: Sequence[str]) -> tuple[object, ...]:
    """Return all that a row depends on."""
    facts, latest, then = results.teams[team], results.latest.get(team), results.then.get(team)
    return (
        columns,
        facts._replace(open_now=None, members=0),
        results.parent_name(facts),
        latest and latest.id,
        results.days.since and (then.id if then else 0),
        results.stale(team),
    )


def drawn_rows(
    results: Results,
    choice: Choice,
    key: str,
    columns: Sequence[str],
    stamps: Mapping[int, tuple[object, ...]],
) -> dict[int, DrawnRow]:
    at = kept.key("question-rows", results.place.pk, (choice.days, columns))

    def draw(teams: set[int]) -> dict[int, DrawnRow]:
        return {
            team: DrawnRow(stamps[team], row.gist(), drawn_row(results, team, row, key))
            for team, row in rows_of(results, key, columns, teams).items()
        }

    return kept.rows(at, stamps, draw)


def rows_of(
    results: Results, key: str, columns: Iterable[str], teams: Iterable[int]
) -> dict[int, Row]:
    """Return what the page says about these teams. One query."""
    newest = {team: results.latest.get(team) for team in teams}
    earlier = {team: results.then.get(team) for team in newest}
    frozen = [each for each in (*newest.values(), *earlier.values()) if each]
    means = means_of(key, {each.id: each.model for each in frozen})
    return {
        team: Row(
            team=results.teams[team].name,
            latest=latest,
            cells=_cells(columns, latest, earlier[team], means),
            stale=results.stale(team),
            then=earlier[team],
        )
        for team, latest in newest.items()
    }


def means_of(key: str, models: Mapping[int, int]) -> Means:
    """Return the questions of one questionnaire as these snapshots, each with its model, show them.

    Questions are named by their numbers: a join to find them by their questionnaire's key leads a
    database that has not counted its rows yet to read all scores once for each question.
    """
    keys = {each.id: each.key for model in set(models.values()) for each in _asked(key, model)}
    rows = QuestionScore.objects.filter(snapshot__in=models, question__in=keys).values_list(
        "snapshot",
        "question",
        "mean",
        "agreed",
        "applicable",
        "snapshot__mode",
        "snapshot__assessment__least_answers",
    )
    found: dict[int, dict[str, Judged]] = {each: {} for each in models}
    for snapshot, question, mean, agreed, applicable, mode, least in rows.order_by():
        why = "" if applicable else "does not apply"
        if applicable and mean is None:
            why = thresholds(mode=mode, least_answers=least, in_team=False).why_no_mean(0)
        found[snapshot][keys[question]] = Judged(mean if applicable else None, agreed, why)
    return found


def _asked(key: str, model: int) -> Sequence[PublishedQuestion]:
    questionnaire = published_model(model).by_key.get(key)
    return questionnaire.questions if questionnaire else ()


def _cells(
    columns: Iterable[str], latest: Latest | None, then: Latest | None, means: Means
) -> dict[str, Cell]:
    if latest is None:
        return dict.fromkeys(columns, Cell())
    now = means[latest.id]
    before = means[then.id] if then and then.id != latest.id else {}
    return {each: cell(now.get(each), before.get(each)) for each in columns}


def cell(now: Judged | None, before: Judged | None) -> Cell:
    """Return the cell of one question, with what its mean moved by since the other day."""
    if now is None:
        return Cell()
    if now.mean is None:
        return Cell(why_not=now.why_none)
    moved = None
    if before and before.mean is not None:
        moved = difference(before.mean, now.mean)
    return Cell(
        score=round(now.mean, 1),
        why_not="",
        change=moved,
        agreed=now.agreed,
        why_no_verdict="" if moved is None else NO_VERDICT,
    )


def drawn_row(results: Results, team: int, row: Row, key: str) -> SafeString:
    facts = results.teams[team]
    context = {
        "row": row,
        "team": facts,
        "about": about(results, facts),
        "links": links_of(results, team, row, ROOT),
        "key": key,
        "since": results.days.since,
        "not_since": row.latest and row.then and row.then.id == row.latest.id,
    }
    return render_to_string("assessment/_question_row.html", context)


def table(
    results: Results,
    choice: Choice,
    shown: Sequence[Heading],
    titles: Mapping[str, str],
    rows: Mapping[int, DrawnRow],
) -> dict[str, Any]:
    """Return the table; `titles` are the questions in full, for who hears the headings."""
    gists = {team: row.gist for team, row in rows.items()}
    return {
        "headings": [
            each | {"full": titles.get(each["key"], "")} for each in sortable(choice, shown)
        ],
        "caption": caption(results, choice, shown, len(rows)),
        # Each row is a template's output, escaped there.
        "rows": mark_safe("".join(rows[team].html for team in in_order(gists, choice.order))),
        "number_of_teams": len(rows),
        "many": len(rows) > MANY_TEAMS,
    }
