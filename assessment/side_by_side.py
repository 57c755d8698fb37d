"""Some teams of an organization side by side: their profiles on one chart, their table under it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from string import ascii_uppercase
from typing import Any, Final, NamedTuple

from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from assessment import kept
from assessment import side_by_side_charts as charts
from assessment.choice import Choice, choice_from, days_from
from assessment.comparison import Heading, Latest
from assessment.drawn_comparison import (
    Stamps,
    drawn_rows,
    filters,
    page_stamp,
    stamps_of,
    table,
)
from assessment.figures import Chart, Table, chart
from assessment.history import Line, day
from assessment.latest_results import Card, Overall, card, overall_over_time, scores_of
from assessment.models.results import ScoreRow
from assessment.ordering import folded
from assessment.organization_results import Results, results_of
from assessment.overview import NONE
from assessment.wording import in_words
from teams.models import Organization, Team

# More marks than these on one chart cannot be told apart; more teams get a small picture each.
MOST_MARKS: Final = 8
MOST_TEAMS: Final = 40
STEPS_OF_A_LINE: Final = 40  # as on a team's own page
LONGEST_LABEL: Final = 14
ROOT: Final = "../"


class Beside(NamedTuple):
    """A team that was chosen, with what the chart shows of it."""

    place: int
    letter: str
    id: int
    slug: str
    name: str
    latest: Latest | None
    scores: Mapping[str, ScoreRow]
    remove: str


def drawn(place: Organization, query: QueryDict) -> SafeString:
    """Return the teams that the address names, side by side."""
    results, choice = asked_for(place, query)
    stamps = stamps_of(results, choice, ROOT) if choice.teams else {}

    def draw() -> str:
        return render_to_string("assessment/_side_by_side.html", context(results, choice, stamps))

    return kept.page(
        kept.key("beside", place.pk, choice), page_stamp(results, choice, stamps), draw
    )


def charts_at(place: Organization, query: QueryDict) -> dict[str, Chart]:
    """Return the charts of the teams that the address names, by key; {} for too many teams."""
    results, choice = asked_for(place, query)
    if not 0 < len(choice.teams) <= MOST_MARKS:
        return {}
    stamps = stamps_of(results, choice)
    results = with_scores(results, stamps)
    teams = beside(results, choice, stamps)
    charts = charts_of(results, results.columns_shown(choice), teams)
    return {each.key: each for each in charts.values()}


def asked_for(place: Organization, query: QueryDict) -> tuple[Results, Choice]:
    days, complaints = days_from(query, timezone.now().date())
    results = results_of(place, days)
    known = results.known()._replace(teams=results.ids)
    return results, in_bounds(choice_from(query, days, complaints, known))


def in_bounds(choice: Choice) -> Choice:
    if len(choice.teams) <= MOST_TEAMS:
        return choice
    told = f"At most {MOST_TEAMS} teams fit beside each other, so the first {MOST_TEAMS} are shown."
    return replace(choice, teams=choice.teams[:MOST_TEAMS], complaints=(*choice.complaints, told))


def context(results: Results, choice: Choice, stamps: Stamps) -> dict[str, Any]:
    found: dict[str, Any] = {
        "organization": results.place,
        "overview": f"{ROOT}{replace(choice, teams=()).href()}",
        "others": others(results, choice),
        **filters(results, choice),
    }
    if not choice.teams:
        return found
    results = with_scores(results, stamps)
    found |= table(results, choice, drawn_rows(results, choice, stamps, ROOT))
    teams = beside(results, choice, stamps)
    found["teams"] = teams
    if len(teams) > MOST_MARKS:
        return found | {"cards": cards(results, teams)}
    return found | charts_of(results, results.columns_shown(choice), teams)


def with_scores(results: Results, teams: Stamps) -> Results:
    """Return the results with the scores of these teams, read unless they are there."""
    if results.scores is not None:
        return results
    states = (results.latest, results.then)
    snapshots = [each.id for state in states for team in teams if (each := state.get(team))]
    return replace(results, scores=scores_of(snapshots))


def others(results: Results, choice: Choice) -> list[tuple[str, str]]:
    """Return slug and name of the teams that can be added, by name."""
    left = [results.teams[team] for slug, team in results.ids.items() if slug not in choice.teams]
    return [(each.slug, each.name) for each in sorted(left, key=lambda each: folded(each.name))]


def beside(results: Results, choice: Choice, teams: Stamps) -> list[Beside]:
    """Return the teams by name, a letter for each, with the scores that the results hold."""
    scores = results.scores or {}
    listed = sorted(teams, key=lambda team: folded(results.teams[team].name))
    found = []
    for at, letter, team in zip(count(), ascii_uppercase * 2, listed, strict=False):
        facts, latest = results.teams[team], results.latest.get(team)
        without = tuple(slug for slug in choice.teams if slug != facts.slug)
        rows = scores.get(latest.id, ()) if latest and not latest.standing else ()
        by_key = {row.questionnaire: row for row in rows}
        remove = choice.href(teams=without)
        found.append(Beside(at, letter, team, facts.slug, facts.name, latest, by_key, remove))
    return found


def cards(results: Results, teams: Sequence[Beside]) -> list[Card]:
    """Return a small profile of each team, all on the same scale."""
    rows = Team.objects.select_related("organization").in_bulk([each.id for each in teams])
    return [
        card(rows[each.id], each.latest, each.scores.values(), results.targets.get(each.id, {}))
        if each.latest
        else Card(rows[each.id], None, stage="", profile=(), change="")
        for each in teams
    ]


def charts_of(
    results: Results, columns: Sequence[Heading], teams: Sequence[Beside]
) -> dict[str, Chart]:
    """Return the chart of profiles and the one over time; without any score there is none."""
    marked = [charts.Marked(each.letter, each.name, each.scores) for each in teams]
    asked = [each for each in columns if any(_scored(team, each.key) for team in marked)]
    found: dict[str, Chart] = {}
    if asked:
        found["profiles"] = chart(
            "profiles",
            widest(asked, marked),
            marks_in_words(marked),
            charts.profiles(asked, marked),
            scores_table(results, asked, marked),
        )
    history = overall_over_time([each.id for each in teams], results.days.end, STEPS_OF_A_LINE)
    lines = [line_of(each, history[each.id]) for each in teams if history[each.id]]
    if lines:
        found["over_time"] = over_time(results, lines)
    return found


def marks_in_words(teams: Sequence[charts.Marked]) -> str:
    """Say whose mark is which: a picture that was taken away has to tell it by itself."""
    named = ", ".join(f"{each.letter} {each.name}" for each in teams)
    return (
        f"Each mark is a team's score from 0 to 4: {named}. A team that is missing has no score "
        "there: the table says why."
    )


def _scored(team: charts.Marked, key: str) -> bool:
    row = team.scores.get(key)
    return row is not None and row.score is not None


def widest(columns: Sequence[Heading], teams: Sequence[charts.Marked]) -> str:
    """Return in which questionnaire the teams lie furthest apart, in one sentence."""
    spans = []
    for key, title in columns:
        scores = [row.score for team in teams if (row := team.scores.get(key))]
        known = [round(score, 1) for score in scores if score is not None]
        spans.append((round(max(known) - min(known), 1), title, min(known), max(known)))
    apart, title, low, high = max(spans, key=lambda each: each[0])
    if not apart:
        return "The scores of these teams are the same"
    return f"These teams lie furthest apart in {title}: from {low:.1f} to {high:.1f}"


def scores_table(
    results: Results, columns: Sequence[Heading], teams: Sequence[charts.Marked]
) -> Table:
    rows = [
        [
            team.name,
            *(in_words(row) if (row := team.scores.get(key)) else NONE for key, _ in columns),
        ]
        for team in teams
    ]
    titles = ["Team", *(title for _, title in columns)]
    return Table(f"{results.place.name}: score (95 % interval) of each team", titles, rows)


def line_of(team: Beside, history: Sequence[Overall]) -> Line:
    """Return a team's overall score over time as a line."""
    label = Truncator(f"{team.letter} {team.name}").chars(LONGEST_LABEL)
    points = tuple(_point(each) for each in history)
    return Line("overall", team.name, team.place, True, points, label=label)


def _point(each: Overall) -> ScoreRow:
    return ScoreRow(
        snapshot=each.snapshot,
        taken_at=each.taken_at,
        questionnaire="overall",
        respondents=0,
        why_not="",
        score=each.score,
        low=None,
        high=None,
        half_width=None,
        level=None,
        change=None,
        change_linked=None,
        changed=None,
        agreed=0,
        as_answered=None,
        mode="individual",
    )


def over_time(results: Results, lines: Sequence[Line]) -> Chart:
    ends = sorted(round(line.now.score or 0.0, 1) for line in lines)
    title = f"Overall, {lines[0].title} stands at {ends[0]:.1f}"
    if len(lines) > 1:
        title = f"Overall, these teams now stand between {ends[0]:.1f} and {ends[-1]:.1f}"
    rows = [
        [line.title, _time(row), f"{row.score:.1f}"]
        for line in lines
        for row in reversed(line.points)
    ]
    table = Table(
        f"{results.place.name}: overall score in each assessment, newest first",
        ["Team", "Assessment", "Overall"],
        rows,
    )
    words = "The mean of the core questionnaires in each assessment, a line for each team."
    return chart("teams-over-time", title, words, charts.overall_over_time(lines), table)


def _time(row: ScoreRow) -> SafeString:
    at = row.taken_at
    return format_html('<time datetime="{}">{}</time>', f"{at:%Y-%m-%dT%H:%MZ}", day(at))
