"""What the team page shows of a team's snapshots: charts, their tables, levels, next steps."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from assessment import charts, profile_charts
from assessment.chart_style import Figure
from assessment.computed import READING_INTERVALS
from assessment.figures import Table, chart
from assessment.history import (
    Aim,
    Line,
    ProfileRow,
    TimelineNote,
    VersionChange,
    day,
    lines_over_time,
    profile,
    summary,
    verdict,
    version_changes,
    where_it_stands,
)
from assessment.models import Snapshot
from assessment.models.answering import Mode
from assessment.models.maturity_model import Length
from assessment.models.results import (
    ScoreRow,
    SnapshotRow,
    blockers_of,
    question_means,
    scores_over_time,
)
from assessment.pace import pace_in_words
from assessment.plan import NO_PLAN, Plan
from assessment.plan_charts import day_ahead, with_plan
from assessment.projection import ProjectedScore, Projection, projected
from assessment.published import WEIGHTED, PublishedModel, guide_links, published_model
from assessment.scoring import firmness
from assessment.standing import attained, exempted, open_gates, steps
from assessment.ways_up import reaches, ways_up
from assessment.wording import (
    ON_ONE_SHEET,
    as_agreed,
    between,
    in_full,
    signed,
    why_not,
)
from teams.models import Team

# Ten years of quarters: the page stays as quick as with these, however long the history.
WINDOW: Final = 40
STEPS_SHOWN: Final = 6
NONE: Final = "\u2013"
IF_DONE: Final = "if the plan is done"
HOW: Final = {
    Mode.INDIVIDUAL: "individually",
    Mode.OPEN: "openly, with names",
    Mode.CONSENSUS: "on one sheet",
}


class Addresses(dict[int, str]):
    """Where it is told how a snapshot's figures are computed, by its id, from the team's page."""

    @classmethod
    def of(cls, snapshots: Iterable[SnapshotRow]) -> "Addresses":
        return cls({row.id: f"assessments/{row.assessment}/scores/" for row in snapshots})

    def computed(self, row: ScoreRow) -> str:
        return f"{self[row.snapshot]}{row.questionnaire}/"

    def link(self, row: ScoreRow, figure: object, part: str = "") -> SafeString:
        """Return a figure as a link to how it is computed."""
        return format_html('<a href="{}{}">{}</a>', self.computed(row), part, figure)


def overview(
    team: Team,
    targets: Mapping[str, Aim],
    notes: Sequence[TimelineNote],
    page: int,
    plan: Plan = NO_PLAN,
) -> dict[str, Any]:
    """Return one stretch of a team's history and, on page 1, where it stands. It has a snapshot."""
    start = (page - 1) * WINDOW
    found = Snapshot.objects.of_team(team).newest_first(start, start + WINDOW + 1)
    shown = found[:WINDOW]
    addresses = Addresses.of(shown)
    models = [published_model(model) for model in dict.fromkeys(row.model for row in shown)]
    weighted = [model.id for model in models if model.custom_weights]
    scored = [row for row in shown if row.length != Length.PULSE]
    lines = lines_over_time(models, scores_over_time([row.id for row in scored]), targets)
    here = (
        where_we_are(team, models[0], shown, lines, targets, addresses, plan) if page == 1 else {}
    )
    return {
        "team": team,
        "assessments": _assessments(shown, found, weighted),
        "page": page,
        "later": page - 1,
        "earlier": page + 1 if len(found) > WINDOW else 0,
        "scale": list(enumerate(models[0].level_names)),
        "custom_weights": bool(weighted),
        "reading": guide_links(models[0], [READING_INTERVALS]).get(READING_INTERVALS),
        **over_time(team, lines, scored[::-1], notes, addresses, here.get("projection")),
        **here,
    }


def _assessments(
    shown: Sequence[SnapshotRow], found: Sequence[SnapshotRow], weighted: Collection[int]
) -> Table:
    """Return the assessments of one stretch; `found` may go on with the one before it.

    `weighted` are the models with custom weights.
    """
    rows = [
        [
            format_html('<a href="assessments/{}/">{}</a>', row.assessment, _time(row)),
            NONE if row.on_one_sheet else f"{row.respondents} of {row.invited}",
            HOW[Mode(row.mode)],
            row.length,
            f"{row.version}, {WEIGHTED}" if row.model in weighted else row.version,
            _compared(before, row) if before else NONE,
        ]
        for row, before in zip_longest(shown, found[1 : len(shown) + 1])
    ]
    columns = ["Submitted", "Answered", "How", "Length", "Model", "What moved"]
    return Table("Submitted assessments, newest first", columns, rows)


def _compared(before: SnapshotRow, row: SnapshotRow) -> SafeString:
    return format_html(
        '<a href="compare/?from={}&amp;to={}">Compare with the one before</a>',
        before.assessment,
        row.assessment,
    )


# Maturity over time


def over_time(
    team: Team,
    lines: Sequence[Line],
    snapshots: Sequence[SnapshotRow],
    notes: Sequence[TimelineNote],
    addresses: Addresses,
    projection: Projection | None,
) -> dict[str, Any]:
    """Return the chart of the core questionnaires and a small one for each; {} without a line."""
    if not lines:
        return {}
    planned = projection.by_key if projection else {}
    until = day_ahead(snapshots, projection.by) if projection else None
    versions = version_changes(snapshots)
    core = [line for line in lines if line.is_core] or lines
    together = chart(
        "over-time",
        summary(lines),
        _over_time_in_words(core, snapshots),
        charts.maturity_over_time(core, snapshots, versions, notes),
        _over_time_table(team, lines, snapshots, addresses, projection),
    )
    each = [
        chart(
            f"over-time-{line.key}",
            verdict(line),
            _now_in_words(line, planned.get(line.key)),
            _one_line(line, snapshots, versions, notes, until, planned.get(line.key)),
            computed=addresses.computed(line.now),
        )
        for line in lines
        if line.scored
    ]
    aims = any(line.target for line in lines)
    marked = charts.notes_within(notes, charts.Span.of(snapshots).padded)
    return {"over_time": together, "lines": each, "any_target": aims, "notes": marked}


def _over_time_in_words(lines: Sequence[Line], snapshots: Sequence[SnapshotRow]) -> str:
    first, last = day(snapshots[0].taken_at), day(snapshots[-1].taken_at)
    several = len(snapshots) > 1
    when = f"{len(snapshots)} assessments, {first} to {last}" if several else f"{last}"
    what = "core questionnaires" if lines[0].is_core else "questionnaires"
    points = [row for line in lines for row in line.points]
    together = " (all: on one sheet)" if any(row.on_one_sheet for row in snapshots) else ""
    said = [f"{when}; {len(lines)} {what}.", f"Beneath: how many people answered{together}."]
    if any(row.agreed for row in points):
        said.append("Where the team agreed on answers, these count.")
    if any(row.score is None and not row.on_one_sheet for row in points):
        said.append("Hollow: too few answers.")
    if not several and any(line.scored for line in lines):
        said.append("The next assessment makes this a line.")
    return " ".join(said)


def _one_line(
    line: Line,
    snapshots: Sequence[SnapshotRow],
    versions: Sequence[VersionChange],
    notes: Sequence[TimelineNote],
    until: datetime | None,
    planned: ProjectedScore | None,
) -> Figure:
    if until and planned:
        return with_plan(line, snapshots, versions, notes, until, planned.projected)
    return charts.one_questionnaire(line, snapshots, versions, notes, until)


def _now_in_words(line: Line, planned: ProjectedScore | None) -> str:
    row = line.now
    said = []
    if row.score is not None and row.half_width is not None:
        word = firmness(row.half_width)
        said.append(f"95 % interval {between(row)}, {word}; n = {row.respondents}")
    elif row.score is not None and row.on_one_sheet:
        said.append(ON_ONE_SHEET)
    if as_agreed(row):
        said.append(as_agreed(row))
    if line.target:
        said.append(f"target {aim_in_words(line.target)}")
        said += filter(None, [pace_in_words(line.points, line.target.level)])
    if planned:
        said.append(f"{IF_DONE}: {planned.projected:.1f}")
    return "; ".join(said)


def aim_in_words(aim: Aim) -> str:
    by = f" by {day(aim.by)}" if aim.by else ""
    return f"{aim.level}{by}{f', from {aim.source}' if aim.source else ''}"


def _over_time_table(
    team: Team,
    lines: Sequence[Line],
    snapshots: Sequence[SnapshotRow],
    addresses: Addresses,
    projection: Projection | None,
) -> Table:
    cells = {(row.snapshot, line.key): in_full(row) for line in lines for row in line.points}
    rows = [
        # One link a row: with one in each cell the page would weigh half as much again.
        [
            format_html('<a href="{}">{}</a>', addresses[each.id], _time(each)),
            "on one sheet" if each.on_one_sheet else each.respondents,
            each.version,
        ]
        + [cells.get((each.id, line.key), NONE) for line in lines]
        for each in reversed(snapshots)
    ]
    if projection:
        planned = projection.by_key
        after = [f"{planned[x.key].projected:.1f}" if x.key in planned else NONE for x in lines]
        rows.insert(0, [_by(projection), NONE, NONE, *after])
    caption = f"{team.name}: score (95 % interval) in each assessment, newest first"
    return Table(caption, ["Assessment", "People", "Version", *(x.name for x in lines)], rows)


def _by(projection: Projection) -> str:
    return f"{IF_DONE.capitalize()}{f', by {day(projection.by)}' if projection.by else ''}"


def _time(snapshot: SnapshotRow) -> SafeString:
    at = snapshot.taken_at
    return format_html('<time datetime="{}">{}</time>', f"{at:%Y-%m-%dT%H:%MZ}", day(at))


# Where we are


def where_we_are(
    team: Team,
    model: PublishedModel,
    snapshots: Sequence[SnapshotRow],
    lines: Sequence[Line],
    targets: Mapping[str, Aim],
    addresses: Addresses,
    plan: Plan,
) -> dict[str, Any]:
    """Return profile, levels and next steps after the newest assessment that has any score.

    A newer pulse adds its gates, and its answers to what is advised. Snapshots stand newest first.
    """
    scored = {row.snapshot for line in lines for row in line.points if row.score is not None}
    last = next((row for row in snapshots if row.id in scored), None)
    newest = snapshots[0]
    pulse = newest if newest.length == Length.PULSE else None
    read = [row.id for row in (last, pulse) if row]
    means = question_means(read)
    blocked = blockers_of(last.id) if last else {}
    latest_means = {key: row for snapshot in read for key, row in means[snapshot].items()}
    told = {key: addresses[snapshot] for snapshot in read for key in means[snapshot]}
    rows = profile(lines, last.id) if last else []
    ways = ways_up(model, rows, means[last.id], targets, plan, addresses[last.id]) if last else []
    advice = steps(model, latest_means, blocked, targets, told, plan, reaches(ways))
    context: dict[str, Any] = {
        "last": last,
        "newest": newest,
        "steps": advice[:STEPS_SHOWN],
        "more_steps": advice[STEPS_SHOWN:],
        "ways": ways,
        "exempted": exempted(model, plan.exempted),
    }
    if pulse:
        gates = open_gates(model, means[pulse.id], targets)
        context |= {"pulse": pulse, "gates": gates, "computed_pulse": addresses[pulse.id]}
    if last:
        planned = projected(
            model,
            [each.now for each in rows if each.now],
            means[last.id],
            plan.leading,
            overall=last.overall,
            stage=last.stage,
        )
        context["projection"] = planned
        context["levels"] = attained(model, rows, means[last.id], blocked)
        context |= _profile_charts(team, rows, last, addresses, planned)
        context["computed"] = addresses[last.id]
        context["stage"] = (
            "" if last.stage is None else f"{last.stage} {model.level_names[last.stage]}"
        )
    return context


def _profile_charts(
    team: Team,
    rows: Sequence[ProfileRow],
    last: SnapshotRow,
    addresses: Addresses,
    projection: Projection | None,
) -> dict[str, Any]:
    title = where_it_stands([(each.now.score, each.line.name) for each in rows if each.now])
    ahead = {key: each.projected for key, each in projection.by_key.items()} if projection else {}
    figure, round_figure = profile_charts.profile(rows, ahead), profile_charts.radar(rows)
    dot = ON_ONE_SHEET if last.on_one_sheet else "on its 95 % interval"
    words = f"Dot: {day(last.taken_at)}, {dot}. Ring: the time before. Upright stroke: target."
    if any(each.now and each.now.agreed for each in rows):
        words += " Where the team agreed on answers, these count."
    if ahead:
        words += f" Diamond: {IF_DONE}."
    table = _profile_table(team, rows, addresses, ahead)
    found = {"profile": chart("profile", title, words, figure, table)}
    if round_figure:
        words = (
            "Solid: now. Dashed: the time before. Rings: targets. "
            "Read along the spokes: the area means nothing."
        )
        found["radar"] = chart("radar", "The same profile as a radar", words, round_figure)
    return found


def _profile_table(
    team: Team, rows: Sequence[ProfileRow], addresses: Addresses, ahead: Mapping[str, float]
) -> Table:
    columns = [
        "Questionnaire",
        "Score",
        "Interval",
        "It is",
        "People",
        "Time before",
        "Change",
        "Target",
    ]
    cells = [[each.line.title, *_profile_cells(each, addresses)] for each in rows]
    if ahead:
        columns.append(IF_DONE.capitalize())
        for row, each in zip(cells, rows, strict=True):
            key = each.line.key
            row.append(f"{ahead[key]:.1f}" if key in ahead else NONE)
    return Table(f"{team.name}: score and 95 % interval of each questionnaire", columns, cells)


def _profile_cells(row: ProfileRow, addresses: Addresses) -> list[object]:
    now, before, aim = row.now, row.before, row.line.target
    target = aim_in_words(aim) if aim else NONE
    earlier = NONE if before is None else addresses.link(before, f"{before.score:.1f}")
    if now is None:
        return ["not asked", NONE, NONE, NONE, earlier, NONE, target]
    people = "on one sheet" if now.on_one_sheet else now.respondents
    if now.score is None:
        return [addresses.link(now, why_not(now)), NONE, NONE, people, earlier, NONE, target]
    score = addresses.link(now, as_agreed(now) or f"{now.score:.1f}")
    interval, word = NONE, NONE
    if now.half_width is not None:
        interval = addresses.link(now, between(now), "#interval")
        word = firmness(now.half_width)
    return [score, interval, word, people, earlier, _change(now, addresses), target]


def _change(row: ScoreRow, addresses: Addresses) -> str:
    if row.change is None:
        return NONE
    moved = f"{signed(row.change)}, {'changed' if row.changed else 'within noise'}"
    return addresses.link(row, moved, "#change")
