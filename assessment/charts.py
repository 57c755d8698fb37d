"""Lines over time as Plotly figures.

`drawing` makes the server's picture from the same dicts and charts.js the interactive chart, both
at one scale.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from assessment.chart_style import (
    BAND_OPACITY,
    COLOURS,
    DASHES,
    FEW_POINTS,
    HIGHEST,
    LABEL_PIXELS,
    LEVELS,
    NOTE_DASH,
    ONE_LINE,
    OVER_TIME,
    TARGET_DASH,
    TEXT,
    VERSION_DASH,
    Figure,
    Frame,
    Values,
    axis,
    colour,
    dot,
    moment,
    rounded,
    stroke,
)
from assessment.history import Line, TimelineNote, VersionChange
from assessment.models.results import ScoreRow, SnapshotRow
from assessment.question_score import TOP
from assessment.wording import as_answered, in_words, why_not


class Span(NamedTuple):
    """The time a chart covers."""

    first: datetime
    last: datetime

    @classmethod
    def of(cls, snapshots: Sequence[SnapshotRow], until: datetime | None = None) -> "Span":
        """Return the time from the first to the last of snapshots that stand oldest first.

        It goes on until a later moment, where there is one.
        """
        return cls(snapshots[0].taken_at, until or snapshots[-1].taken_at)

    @property
    def padded(self) -> "Span":
        long = self.last - self.first
        # The axis is exact to the minute: what lies closer together gets a day around it.
        room = long * 0.03 if long > timedelta(hours=1) else timedelta(days=1)
        return Span(self.first - room, self.last + room)

    def share(self, taken_at: datetime) -> float:
        """Return where a moment stands between the first (0) and the last (1)."""
        return (taken_at - self.first) / (self.last - self.first)


class End(NamedTuple):
    """The newest score of a line."""

    line: Line
    taken_at: datetime
    score: float


def maturity_over_time(
    lines: Sequence[Line],
    snapshots: Sequence[SnapshotRow],
    versions: Iterable[VersionChange],
    notes: Iterable[TimelineNote] = (),
) -> Figure:
    """Return a line for each questionnaire, named at its end. Snapshots stand oldest first."""
    span = Span.of(snapshots).padded
    people = {row.taken_at: counted(row) for row in snapshots}
    points = [row for line in lines for row in line.points]
    scored = {row.taken_at for row in points if row.score is not None}
    layout = time_layout(OVER_TIME, span, list(people), versions, notes)
    layout["shapes"] += [_level_line(level) for level in _target_levels(lines)]
    layout["annotations"] += [*_targets_named(lines), *names_at_ends(OVER_TIME, lines)]
    data = [line_trace(line) for line in lines]
    data += _without_score(row for row in points if row.taken_at not in scored)
    return {"data": [*data, _people(OVER_TIME, span, people)], "layout": layout}


def one_questionnaire(
    line: Line,
    snapshots: Sequence[SnapshotRow],
    versions: Iterable[VersionChange],
    notes: Iterable[TimelineNote] = (),
    until: datetime | None = None,
    *,
    names_its_end: bool = True,
) -> Figure:
    """Return one line with its intervals as a band, over the time from first to last snapshot.

    It goes on until a later moment, where there is one.
    """
    span = Span.of(snapshots, until).padded
    people = {row.taken_at: counted(row) for row in line.points}
    layout = time_layout(ONE_LINE, span, [row.taken_at for row in snapshots], versions, notes)
    if line.target:
        layout["shapes"].append(_level_line(line.target.level))
        layout["annotations"].append(_on_the_left(line.target.level, f"target {line.target.level}"))
    if names_its_end:
        layout["annotations"] += [
            at_the_end(each, f"{each.score:.1f}") for each in line_ends([line])
        ]
    with_intervals = {"text": [_hover(row) for row in line.points], "hoverinfo": "x+text"}
    data = [
        *_bands(line),
        line_trace(line) | with_intervals,
        *_without_score(row for row in line.points if row.score is None),
        _people(ONE_LINE, span, people),
    ]
    return {"data": data, "layout": layout}


# What charts are made of


def counted(row: SnapshotRow | ScoreRow) -> str:
    """Return how many people answered, as short as a chart needs it."""
    return "all" if row.on_one_sheet else str(row.respondents)


def agreed(rows: Iterable[ScoreRow | None]) -> Values:
    """Return what pointing at a line's dots says besides: which scores the team agreed."""
    said = [row and ("on one sheet" if row.on_one_sheet else as_answered(row)) for row in rows]
    return {"text": [words or "" for words in said]} if any(said) else {}


def time_layout(
    frame: Frame,
    span: Span,
    moments: Sequence[datetime],
    versions: Iterable[VersionChange],
    notes: Iterable[TimelineNote] = (),
) -> Values:
    dates = _apart(span, moments, frame.date_gap)
    ticks = [moment(date) for date in dates]
    x = axis([moment(span.first), moment(span.last)], ticks, _date_labels(span, dates))
    y = axis([frame.floor, HIGHEST], LEVELS, [str(level) for level in LEVELS])
    changes = list(versions)
    marked = notes_within(notes, span)
    return frame.layout(
        xaxis={**x, "type": "date", "showgrid": False, "hoverformat": "%-d %b %Y"},
        yaxis={"fixedrange": True, **y},
        shapes=[
            *(_version_line(change) for change in changes),
            *(_note_line(note) for note in marked),
        ],
        annotations=[
            *(_version_label(change) for change in changes),
            *(_note_label(note) for note in marked),
        ],
    )


def notes_within(notes: Iterable[TimelineNote], span: Span) -> list[TimelineNote]:
    """Return those notes whose day the chart covers."""
    return [note for note in notes if span.first <= _noon(note.on) <= span.last]


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def _apart(span: Span, moments: Sequence[datetime], gap: float) -> list[datetime]:
    """Return those moments whose labels do not touch, the last before all others."""
    kept: list[datetime] = []
    for taken_at in reversed(moments):
        if not kept or span.share(kept[-1]) - span.share(taken_at) >= gap:
            kept.append(taken_at)
    return kept[::-1]


def _date_labels(span: Span, dates: Iterable[datetime]) -> list[str]:
    if span.last - span.first > timedelta(days=200):
        return [f"{date:%b %Y}" for date in dates]
    return [f"{date.day} {date:%b}" for date in dates]


def line_trace(line: Line) -> Values:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": line.name,
        "x": [moment(row.taken_at) for row in line.points],
        "y": [rounded(row.score) for row in line.points],
        "hoverinfo": "x+y+name+text",
        **agreed(line.points),
        "line": stroke(colour(line.place), DASHES[line.place % COLOURS]),
        "marker": dot(colour(line.place), 7 if len(line.points) <= FEW_POINTS else 4),
    }


def _hover(row: ScoreRow) -> str:
    if row.score is None or row.on_one_sheet:
        return in_words(row)
    return "<br>".join(filter(None, [f"{in_words(row)}, n {row.respondents}", as_answered(row)]))


def _bands(line: Line) -> list[Values]:
    """Return the intervals as one closed surface for each stretch without a missing score."""
    stretches: list[list[ScoreRow]] = [[]]
    for row in line.points:
        if row.low is not None and row.high is not None:
            stretches[-1].append(row)
        elif stretches[-1]:
            stretches.append([])
    return [_band(rows, colour(line.place)) for rows in stretches if rows]


def _band(rows: list[ScoreRow], named: str) -> Values:
    there = [moment(row.taken_at) for row in rows]
    highs = [rounded(row.high) for row in rows]
    band = {"type": "scatter", "hoverinfo": "skip", "opacity": BAND_OPACITY}
    if len(rows) == 1:
        thick = {"color": named, "width": 9}
        ends = [rounded(rows[0].low), highs[0]]
        return {**band, "mode": "lines", "x": there * 2, "y": ends, "line": thick}
    back = [rounded(row.low) for row in reversed(rows)]
    fill = {"fill": "toself", "fillcolor": named, "line": {"color": named, "width": 0}}
    return {**band, "mode": "lines", "x": there + there[::-1], "y": highs + back, **fill}


def _without_score(rows: Iterable[ScoreRow]) -> list[Values]:
    """Return hollow marks at the bottom for assessments without a score, by the reason."""
    reasons: dict[str, list[datetime]] = {}
    for taken_at, reason in {row.taken_at: why_not(row) for row in rows}.items():
        reasons.setdefault(reason, []).append(taken_at)
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": reason,
            "x": [moment(taken_at) for taken_at in moments],
            "y": [0] * len(moments),
            "hoverinfo": "x+name",
            "marker": {"symbol": "circle-open", "color": TEXT, "size": 8},
        }
        for reason, moments in reasons.items()
    ]


def _people(frame: Frame, span: Span, people: dict[datetime, str]) -> Values:
    shown = _apart(span, list(people), frame.people_gap)
    return {
        "type": "scatter",
        "mode": "text",
        "hoverinfo": "skip",
        "x": [moment(taken_at) for taken_at in shown],
        "y": [rounded(frame.floor * 0.62)] * len(shown),
        "text": [people[taken_at] for taken_at in shown],
        "textfont": {"color": TEXT, "size": 11},
    }


def _version_line(change: VersionChange) -> Values:
    x = moment(change.taken_at)
    ends = {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **ends, "line": stroke(TEXT, VERSION_DASH, 1)}


def _version_label(change: VersionChange) -> Values:
    at = {"x": moment(change.taken_at), "y": 1, "yref": "paper", "yanchor": "bottom"}
    return {**at, "text": change.version, "showarrow": False, "font": {"size": 11, "color": TEXT}}


def _note_line(note: TimelineNote) -> Values:
    x = moment(_noon(note.on))
    ends = {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **ends, "line": stroke(TEXT, NOTE_DASH, 1)}


def _note_label(note: TimelineNote) -> Values:
    at = {"x": moment(_noon(note.on)), "y": 1, "yref": "paper", "yanchor": "bottom"}
    font = {"size": 11.5, "color": TEXT, "weight": 600}
    return {**at, "text": note.letter, "hovertext": note.text, "showarrow": False, "font": font}


def _level_line(level: int) -> Values:
    ends = {"x0": 0, "x1": 1, "xref": "paper", "y0": level, "y1": level}
    return {"type": "line", **ends, "line": stroke(TEXT, TARGET_DASH, 1.5)}


def _target_levels(lines: Iterable[Line]) -> list[int]:
    return sorted({line.target.level for line in lines if line.target})


def _targets_named(lines: Sequence[Line]) -> list[Values]:
    labels = []
    for level in _target_levels(lines):
        names = [line.name for line in lines if line.target and line.target.level == level]
        several = "all" if len(names) == len(lines) else f"{len(names)} questionnaires"
        said = names[0] if len(names) == 1 else several
        labels.append(_on_the_left(level, f"target of {said}"))
    return labels


def _on_the_left(level: float, text: str) -> Values:
    at = {"x": 0, "xref": "paper", "xanchor": "left", "y": level, "yanchor": "bottom"}
    return {**at, "text": text, "showarrow": False, "font": {"size": 11, "color": TEXT}}


def line_ends(lines: Iterable[Line]) -> list[End]:
    """Return where each line that has a score ends, from the lowest up."""
    newest = [(line, line.now if line.now.score is not None else line.before) for line in lines]
    found = [
        End(line, row.taken_at, round(row.score, 1))
        for line, row in newest
        if row and row.score is not None
    ]
    return sorted(found, key=lambda end: (end.score, -end.line.place))


def names_at_ends(frame: Frame, lines: Sequence[Line], at: datetime | None = None) -> list[Values]:
    """Return the name of each line with its newest score, at its end, apart from each other.

    With `at` they all stand there: a line that ends earlier would bear its name over the others.
    """
    found = [end._replace(taken_at=at or end.taken_at) for end in line_ends(lines)]
    pixels = frame.height / (HIGHEST - frame.floor)
    heights = _pushed_apart([end.score * pixels for end in found], LABEL_PIXELS, TOP * pixels)
    return [
        at_the_end(end, f"{end.line.name} {end.score:.1f}", up=height - end.score * pixels)
        for end, height in zip(found, heights, strict=True)
    ]


def _pushed_apart(wanted: Sequence[float], gap: float, top: float) -> list[float]:
    """Return heights at least a gap apart and below the top, near those wanted, which rise."""
    placed: list[float] = []
    for height in wanted:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    limit = top
    for at in reversed(range(len(placed))):
        placed[at] = min(placed[at], limit)
        limit = placed[at] - gap
    return placed


def at_the_end(end: End, text: str, up: float = 0) -> Values:
    named = colour(end.line.place)
    return {
        "x": moment(end.taken_at),
        "y": end.score,
        "text": text,
        "xanchor": "left",
        "showarrow": True,
        "arrowhead": 0,
        "arrowwidth": 1,
        "arrowcolor": named,
        "ax": 16,
        "ay": -round(up),
        "font": {"size": 12.5, "color": named, "weight": 600},
    }
