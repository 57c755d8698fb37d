"""The table of teams and questionnaires as HTML, each row drawn once and kept.

Rows depend on days and columns, not on filters or order, so that these share what is kept.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from assessment import choice as choices
from assessment import kept
from assessment.change_since import State, needs_counted, steps_between
from assessment.choice import Choice, Freshness
from assessment.comparison import TEAM, Heading, Latest, Row, Step, cells, headings
from assessment.kept import DrawnRow
from assessment.latest_results import Scores, overall_over_time, scores_of
from assessment.models.results import counted_questions
from assessment.ordering import Order, in_order
from assessment.organization_results import Results, TeamFacts
from assessment.published import weighted_among
from assessment.rollup import Parent, rolled_up
from assessment.sparklines import line
from assessment.where_to_help import (
    Links,
    changes_in,
    improved,
    in_need,
    listed_line,
    summary,
    why_improved,
    why_in_need,
)

Stamps = dict[int, tuple[object, ...]]

# Of each list above the table; the rest is a press away.
LISTED_FIRST: Final = 6
# So many teams that the table scrolls by itself under its header.
MANY_TEAMS: Final = 12


def stamp(
    results: Results, team: int, columns: tuple[Heading, ...], root: str
) -> tuple[object, ...]:
    """Return all that a row depends on: as long as it is the same, so is the drawing.

    `root` leads from the page to the organization's own address.
    """
    facts, latest, then = results.teams[team], results.latest.get(team), results.then.get(team)
    return (
        root,
        columns,
        facts._replace(open_now=None),
        tuple(facts.open_now or ()) if results.is_now else None,
        results.parent_name(facts),
        latest and latest.id,
        results.days.since and (then.id if then else 0),
        results.stale(team),
        tuple(results.targets.get(team, {}).items()),
    )


def stamps_of(results: Results, choice: Choice, root: str = "") -> Stamps:
    """Return the stamp of each team that the view shows."""
    columns = results.columns_shown(choice)
    return {team: stamp(results, team, columns, root) for team in results.shown(choice)}


def page_stamp(results: Results, choice: Choice, stamps: Stamps) -> tuple[object, ...]:
    """Return all that a whole table with what stands around it depends on."""
    arranged = [(each.id, each.name, each.parent, each.tags) for each in results.teams.values()]
    return results.place.name, choice, results.today, arranged, stamps


def drawn_rows(
    results: Results, choice: Choice, stamps: Stamps, root: str = ""
) -> dict[int, DrawnRow]:
    """Return the row of each team that the view shows."""
    columns = results.columns_shown(choice)
    at = kept.key("comparison-rows", results.place.pk, (choice.days, columns, root))

    def draw(teams: set[int]) -> dict[int, DrawnRow]:
        titles = dict(columns)
        made = {}
        for team, row in rows_of(results, columns, teams).items():
            links = links_of(results, team, row, root)
            lines = (
                listed_line(row.team, links.team, why)
                for why in (why_improved(row, titles, links), why_in_need(row, titles, links))
            )
            html = drawn(results, team, row, links)
            made[team] = DrawnRow(stamps[team], row.gist(*lines), html)
        return made

    return kept.rows(at, stamps, draw)


def rows_of(results: Results, columns: tuple[Heading, ...], teams: Iterable[int]) -> dict[int, Row]:
    """Return what the page says about these teams.

    Three queries at most, and one more where the organization has models of its own.
    """
    newest = {team: results.latest.get(team) for team in teams}
    earlier = {team: results.then.get(team) for team in newest}
    scores = results.scores
    if scores is None:
        scores = scores_of([each.id for each in (*newest.values(), *earlier.values()) if each])
    steps = steps_of(newest, earlier, scores) if results.days.since else {}
    history = overall_over_time(newest.keys(), results.days.end)
    own = {each.model for each in newest.values() if each and each.whose}
    weighted = weighted_among(own) if own else set()
    return {
        team: Row(
            team=results.teams[team].name,
            latest=latest,
            cells=cells(
                columns,
                scores[latest.id] if latest else (),
                results.targets.get(team, {}),
                steps.get(team, {}) if results.days.since else None,
            ),
            history=tuple(each.score for each in history[team]),
            open_now=results.teams[team].open_now if results.is_now else None,
            stale=results.stale(team),
            then=earlier[team],
            weighted=latest is not None and latest.model in weighted,
        )
        for team, latest in newest.items()
    }


def steps_of(
    newest: Mapping[int, Latest | None], earlier: Mapping[int, Latest | None], scores: Scores
) -> dict[int, dict[str, Step]]:
    """Return what moved in each team since the other day, by questionnaire."""
    pairs = {
        team: (then, now)
        for team, now in newest.items()
        if now and (then := earlier[team]) and then.id != now.id
    }
    unsure = [each.id for pair in pairs.values() if needs_counted(*pair) for each in pair]
    counted = counted_questions(unsure) if unsure else {}

    def state(each: Latest) -> State:
        by_key = {row.questionnaire: row for row in scores[each.id]}
        return State(each, by_key, counted.get(each.id, {}))

    return {team: steps_between(state(then), state(now)) for team, (then, now) in pairs.items()}


def links_of(results: Results, team: int, row: Row, root: str) -> Links:
    """Return where more is told about a team, from a page that `root` leads away from.

    Addresses are relative, and days rather than assessments: a table holds many of them.
    """
    address = f"{root}teams/{results.teams[team].slug}/"
    if row.latest is None:
        return Links(address, address)
    scores = f"{address}assessments/{row.latest.assessment}/scores/"
    if row.then is None or row.then.id == row.latest.id:
        return Links(address, scores)
    on, since = results.days
    compared = urlencode({"from": since, "to": on} if on else {"from": since})
    return Links(
        address,
        scores,
        f"{address}compare/?{compared}",
        frozen=row.latest.before == row.then.id,
    )


def drawn(results: Results, team: int, row: Row, links: Links) -> SafeString:
    facts = results.teams[team]
    context = {
        "row": row,
        "team": facts,
        "about": about(results, facts),
        "links": links,
        "line": line(row.history),
        "is_now": results.is_now,
        "since": results.days.since,
        "not_since": row.latest and row.then and row.then.id == row.latest.id,
    }
    return render_to_string("assessment/_team_row.html", context)


def about(results: Results, facts: TeamFacts) -> str:
    """Return what stands in small under a team's name: its parent and its tags."""
    return ", ".join(filter(None, [results.parent_name(facts), *facts.tags]))


# Around the rows


def table(results: Results, choice: Choice, rows: Mapping[int, DrawnRow]) -> dict[str, Any]:
    """Return the table with its caption and headings."""
    gists = {team: row.gist for team, row in rows.items()}
    columns = results.columns_shown(choice)
    shown = headings(columns, is_now=results.is_now)
    return {
        "headings": sortable(choice, shown),
        "caption": caption(results, choice, shown, len(rows)),
        # Each row is a template's output, escaped there.
        "rows": mark_safe("".join(rows[team].html for team in in_order(gists, choice.order))),
        "number_of_teams": len(rows),
        "many": len(rows) > MANY_TEAMS,
        "changes": [changes_in(column.key, gists.values()) for column in columns],
        "beside_columns": len(shown) - 1 - len(columns),
        "since": results.days.since,
    }


def around(results: Results, choice: Choice, rows: Mapping[int, DrawnRow]) -> dict[str, Any]:
    """Return what stands above and below the table: where to help, filters, parents."""
    gists = [row.gist for row in rows.values()]
    return {
        "organization": results.place,
        "choice": choice,
        "summary": summary(gists),
        "improved": improved(gists, LISTED_FIRST),
        "in_need": in_need(gists, LISTED_FIRST),
        "assessed": bool(results.columns),
        "parents_rolled_up": parents_of(results, choice, rows),
        "questions": [
            (title, f"questionnaires/{key}/{choice.href(order=Order(), questionnaires=())}")
            for key, title in results.columns_shown(choice)
        ],
        **filters(results, choice),
    }


def filters(results: Results, choice: Choice) -> dict[str, Any]:
    """Return what the filter bar offers, and what is chosen there."""
    known = results.known()
    return {
        "choice": choice,
        "known": known,
        "parents": results.parents.values(),
        "tags": results.tags,
        "freshnesses": list(Freshness),
        "chips": choices.chips(choice, known),
        "presets_on": choices.presets_on(choice, results.today),
        "presets_since": choices.presets_since(choice, results.today),
        "today": results.today,
    }


def sortable(choice: Choice, columns: Iterable[Heading]) -> list[dict[str, str]]:
    return [
        {
            "key": each.key,
            "title": each.title,
            "aria_sort": choice.order.aria(each.key),
            "href": choice.sorted_by(each.key),
        }
        for each in columns
    ]


def caption(results: Results, choice: Choice, columns: Iterable[Heading], number: int) -> str:
    """Return how many teams there are, which, of which day, and what the rows stand by."""
    by = "name"
    if choice.order.key != TEAM.key:
        by = next(each.title.lower() for each in columns if each.key == choice.order.key)
    view = choices.in_words(choice, results.known())
    return f"{number} team{'' if number == 1 else 's'}{view}, sorted by {by}"


def parents_of(results: Results, choice: Choice, rows: Mapping[int, DrawnRow]) -> list[Parent]:
    """Return the parents of the teams shown, by name, with those under them that are shown."""
    columns = results.columns_shown(choice)
    inside = results.under(choice.parent) if choice.parent else results.teams.keys()
    found = []
    for slug, facts in results.parents.items():
        if facts.id in inside and (under := results.under(slug) & rows.keys()):
            gists = [rows[team].gist for team in under]
            found.append(rolled_up(facts.name, choice.href(parent=slug), gists, columns))
    return found
