"""What the team page shows of a team's snapshots: charts, their tables, levels, next steps."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from assessment import charts, profile_charts
from assessment.drawing import drawing
from assessment.history import (
    Aim,
    Line,
    ProfileRow,
    day,
    lines_over_time,
    profile,
    summary,
    verdict,
    version_changes,
    where_it_stands,
)
from assessment.models import MaturityModel, Snapshot
from assessment.models.maturity_model import Length
from assessment.models.results import (
    ScoreRow,
    SnapshotRow,
    blockers_of,
    question_means,
    scores_over_time,
)
from assessment.published import PublishedModel, published_model
from assessment.scoring import firmness
from assessment.standing import attained, open_gates, steps
from assessment.wording import between, in_words, why_not
from guide.models import Section
from teams.models import Team

# Ten years of quarters: the page stays as quick as with these, however long the history.
WINDOW: Final = 40
STEPS_SHOWN: Final = 6
NONE: Final = "\u2013"
# As Django's json_script does: no text of a figure may end its script element.
IN_SCRIPT: Final = {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"}


class Table(NamedTuple):
    """The figures of a chart. The first cell of each row is its heading."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]

    @property
    def body(self) -> SafeString:
        """Return the rows as HTML; a template takes five times as long for so many cells."""
        # `_row` escapes every cell.
        return mark_safe("\n".join(_row(*row) for row in self.rows))


def _row(heading: Any, *cells: Any) -> str:
    rest = "".join(f"<td>{conditional_escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{conditional_escape(heading)}</th>{rest}</tr>'


class Chart(NamedTuple):
    """A figure with its picture, what is to be seen on it, and its figures as a table."""

    key: str
    title: str
    summary: str
    figure: charts.Figure
    svg: SafeString
    table: Table | None

    @property
    def script(self) -> SafeString:
        """Return the figure for charts.js, a quarter smaller than json_script's writing of it."""
        text = json.dumps(self.figure, ensure_ascii=False, separators=(",", ":"))
        kind = f'<script id="fig-{self.key}" type="application/json">'
        for character, escape in IN_SCRIPT.items():
            text = text.replace(character, escape)
        # IN_SCRIPT leaves no character that could end the element; a key is a slug of the model.
        return mark_safe(f"{kind}{text}</script>")

    @property
    def kind(self) -> str:
        return str(self.figure["layout"]["meta"]["kind"])


def chart(
    key: str, title: str, summary: str, figure: charts.Figure, table: Table | None = None
) -> Chart:
    return Chart(key, title, summary, figure, drawing(figure, title), table)


def overview(team: Team, targets: Mapping[str, Aim], page: int) -> dict[str, Any]:
    """Return one stretch of a team's history and, on page 1, where it stands. It has a snapshot."""
    start = (page - 1) * WINDOW
    found = Snapshot.objects.of_team(team).newest_first(start, start + WINDOW + 1)
    shown = found[:WINDOW]
    models = [published_model(model) for model in dict.fromkeys(row.model for row in shown)]
    lines = lines_over_time(models, scores_over_time([row.id for row in shown]), targets)
    return {
        "team": team,
        "assessments": _assessments(team, shown),
        "page": page,
        "later": page - 1,
        "earlier": page + 1 if len(found) > WINDOW else 0,
        "scale": list(enumerate(models[0].level_names)),
        "reading": reading_intervals(models[0]),
        **over_time(team, lines, [row for row in reversed(shown) if row.length != Length.PULSE]),
        **(where_we_are(team, models[0], shown, lines, targets) if page == 1 else {}),
    }


def _assessments(team: Team, snapshots: Iterable[SnapshotRow]) -> Table:
    rows = [
        [
            format_html(
                '<a href="{}">{}</a>', f"{address}assessments/{row.assessment}/", _time(row)
            ),
            f"{row.respondents} of {row.invited}",
            row.length,
            row.version,
        ]
        for address in [team.get_absolute_url()]
        for row in snapshots
    ]
    columns = ["Submitted", "Answered", "Length", "Model"]
    return Table("Submitted assessments, newest first", columns, rows)


def reading_intervals(model: PublishedModel) -> str:
    """Return where the model's guide explains intervals; empty if it does not."""
    guide = MaturityModel.objects.filter(pk=model.id).values("guide")
    section = Section.objects.filter(
        page__guide__in=guide, page__path="measuring", anchor="reading-intervals"
    )
    first = section.select_related("page__guide").first()
    return first.get_absolute_url() if first else ""


# Maturity over time


def over_time(
    team: Team, lines: Sequence[Line], snapshots: Sequence[SnapshotRow]
) -> dict[str, Any]:
    """Return the chart of the core questionnaires and a small one for each; {} without a line."""
    if not lines:
        return {}
    versions = version_changes(snapshots)
    core = [line for line in lines if line.is_core] or lines
    together = chart(
        "over-time",
        summary(lines),
        _over_time_in_words(core, snapshots),
        charts.maturity_over_time(core, snapshots, versions),
        _over_time_table(team, lines, snapshots),
    )
    each = [
        chart(
            f"over-time-{line.key}",
            verdict(line),
            _now_in_words(line),
            charts.one_questionnaire(line, snapshots, versions),
        )
        for line in lines
        if line.scored
    ]
    aims = any(line.target for line in lines)
    return {"over_time": together, "lines": each, "any_target": aims}


def _over_time_in_words(lines: Sequence[Line], snapshots: Sequence[SnapshotRow]) -> str:
    first, last = day(snapshots[0].taken_at), day(snapshots[-1].taken_at)
    several = len(snapshots) > 1
    when = f"{len(snapshots)} assessments, {first} to {last}" if several else f"{last}"
    what = "core questionnaires" if lines[0].is_core else "questionnaires"
    said = [f"{when}; {len(lines)} {what}.", "Beneath: how many people answered."]
    if any(row.score is None for line in lines for row in line.points):
        said.append("Hollow: too few answers.")
    if not several and any(line.scored for line in lines):
        said.append("The next assessment makes this a line.")
    return " ".join(said)


def _now_in_words(line: Line) -> str:
    row = line.now
    said = []
    if row.score is not None and row.half_width is not None:
        word = firmness(row.half_width)
        said.append(f"95 % interval {between(row)}, {word}; n = {row.respondents}")
    if line.target:
        by = f" by {day(line.target.by)}" if line.target.by else ""
        said.append(f"target {line.target.level}{by}")
    return "; ".join(said)


def _over_time_table(team: Team, lines: Sequence[Line], snapshots: Sequence[SnapshotRow]) -> Table:
    cells = {(row.snapshot, line.key): in_words(row) for line in lines for row in line.points}
    rows = [
        [_time(each), each.respondents, each.version]
        + [cells.get((each.id, line.key), NONE) for line in lines]
        for each in reversed(snapshots)
    ]
    caption = f"{team.name}: score (95 % interval) in each assessment, newest first"
    return Table(caption, ["Assessment", "People", "Version", *(x.name for x in lines)], rows)


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
    advice = steps(model, latest_means, blocked, targets)
    context: dict[str, Any] = {
        "last": last,
        "newest": newest,
        "steps": advice[:STEPS_SHOWN],
        "more_steps": advice[STEPS_SHOWN:],
    }
    if pulse:
        context |= {"pulse": pulse, "gates": open_gates(model, means[pulse.id], targets)}
    if last:
        rows = profile(lines, last.id)
        context["levels"] = attained(model, rows, means[last.id], blocked)
        context |= _profile_charts(team, rows, last)
        context["stage"] = (
            "" if last.stage is None else f"{last.stage} {model.level_names[last.stage]}"
        )
    return context


def _profile_charts(team: Team, rows: Sequence[ProfileRow], last: SnapshotRow) -> dict[str, Any]:
    title = where_it_stands([(each.now.score, each.line.name) for each in rows if each.now])
    figure, round_figure = profile_charts.profile(rows), profile_charts.radar(rows)
    words = (
        f"Dot: {day(last.taken_at)}, on its 95 % interval. Ring: the time before. "
        "Upright stroke: target."
    )
    found = {"profile": chart("profile", title, words, figure, _profile_table(team, rows))}
    if round_figure:
        words = (
            "Solid: now. Dashed: the time before. Rings: targets. "
            "Read along the spokes: the area means nothing."
        )
        found["radar"] = chart("radar", "The same profile as a radar", words, round_figure)
    return found


def _profile_table(team: Team, rows: Iterable[ProfileRow]) -> Table:
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
    cells = [[each.line.title, *_profile_cells(each)] for each in rows]
    return Table(f"{team.name}: score and 95 % interval of each questionnaire", columns, cells)


def _profile_cells(row: ProfileRow) -> list[object]:
    now, before, aim = row.now, row.before, row.line.target
    target = f"{aim.level}{f' by {day(aim.by)}' if aim.by else ''}" if aim else NONE
    earlier = NONE if before is None else f"{before.score:.1f}"
    if now is None:
        return ["not asked", NONE, NONE, NONE, earlier, NONE, target]
    if now.score is None:
        return [why_not(now), NONE, NONE, now.respondents, earlier, NONE, target]
    word = NONE if now.half_width is None else firmness(now.half_width)
    score = [f"{now.score:.1f}", between(now) or NONE, word, now.respondents]
    return [*score, earlier, _change_in_words(now), target]


def _change_in_words(row: ScoreRow) -> str:
    if row.change is None:
        return NONE
    return f"{row.change:+.1f}, {'changed' if row.changed else 'within noise'}"
