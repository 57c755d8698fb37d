"""A team's snapshots as its page tells them: lines over time, and what moved. Plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase
from typing import Final, NamedTuple

from django.utils.text import Truncator, get_text_list

from assessment.models.results import ScoreRow, SnapshotRow
from assessment.published import PublishedModel, PublishedQuestionnaire
from assessment.wording import why_not


class Aim(NamedTuple):
    """A target: the level a team aims at, and by when if it said so.

    `source` names where an inherited one comes from; a team's own has none.
    """

    level: int
    by: date | None
    source: str = ""


class VersionChange(NamedTuple):
    """The first assessment with another version of the maturity model than the one before."""

    taken_at: datetime
    version: str


class TimelineNote(NamedTuple):
    """Something that happened beside the assessments; on charts it goes by its letter."""

    letter: str
    on: date
    text: str


LETTERS: Final = [f"{letter}{time}" for time in ("", "2", "3", "4") for letter in ascii_lowercase]


def lettered(notes: Iterable[tuple[date, str]]) -> list[TimelineNote]:
    """Return the notes of a timeline, oldest first, as a, b, c and after z as a2, b2."""
    return [TimelineNote(letter, on, text) for letter, (on, text) in zip(LETTERS, notes)]  # noqa: B905 - a timeline has no more than these


@dataclass(frozen=True, slots=True)
class Line:
    """One questionnaire over time, oldest first: the assessments that asked it as a whole.

    A point without a score stands for too few answers. `place` is its place in the model, from 0.
    Where several teams stand beside each other, a line is a team's overall score, and `label` its
    name.
    """

    key: str
    title: str
    place: int
    is_core: bool
    points: tuple[ScoreRow, ...]
    target: Aim | None = None
    label: str = ""

    @property
    def name(self) -> str:
        return self.label or short_name(self.key)

    @property
    def now(self) -> ScoreRow:
        return self.points[-1]

    @property
    def scored(self) -> bool:
        return any(point.score is not None for point in self.points)

    @property
    def before(self) -> ScoreRow | None:
        """The newest point with a score before `now`."""
        scored = (point for point in reversed(self.points[:-1]) if point.score is not None)
        return next(scored, None)


@lru_cache(maxsize=256)
def short_name(key: str) -> str:
    """Return a questionnaire's name as short as a chart needs it."""
    return Truncator(key.replace("_", " ").replace("-", " ").capitalize()).chars(14)


def day(moment: date) -> str:
    return f"{moment.day} {moment:%b %Y}"


def lines_over_time(
    models: Iterable[PublishedModel], scores: Iterable[ScoreRow], targets: Mapping[str, Aim]
) -> list[Line]:
    """Return a line for each questionnaire that was asked as a whole at least once.

    `models` are the versions that were used, newest first: it settles titles and order.
    `scores` are those of core and full assessments: a pulse gives no point.
    """
    points: dict[str, list[ScoreRow]] = {}
    for row in scores:
        points.setdefault(row.questionnaire, []).append(row)
    known: dict[str, PublishedQuestionnaire] = {}
    for model in models:
        for each in model.questionnaires:
            known.setdefault(each.key, each)
    return [
        Line(key, each.title, place, each.is_core, tuple(points[key]), targets.get(key))
        for place, (key, each) in enumerate(known.items())
        if key in points
    ]


def version_changes(snapshots: Sequence[SnapshotRow]) -> list[VersionChange]:
    """Return where the version of the maturity model changed, from snapshots oldest first."""
    return [
        VersionChange(later.taken_at, later.version)
        for earlier, later in pairwise(snapshots)
        if earlier.model != later.model
    ]


def verdict(line: Line) -> str:
    """Return one sentence on a questionnaire: its change as frozen at submit, or why none."""
    now, before = line.now, line.before
    if now.score is None:
        return f"{line.name}: {why_not(now)} on {day(now.taken_at)}"
    if before is None or before.score is None:
        return f"{line.name}: {now.score:.1f} the first time"
    if now.changed is None:
        return f"{line.name}: {now.score:.1f}, not compared with {before.score:.1f} before"
    went = f"from {before.score:.1f} to {now.score:.1f}"
    if now.change is None:
        return f"{line.name} went {went}: no verdict, as too many different people answered"
    if not now.changed:
        return f"{line.name} went {went}: within noise"
    # The change is on the questions both assessments share; the scores are on all of theirs.
    if (round(now.score, 1) - round(before.score, 1)) * now.change > 0:
        return f"{line.name} {moved(now)} {went}: changed"
    return f"{line.name} {moved(now)} by {abs(now.change):.1f} on the same questions: changed"


def moved(row: ScoreRow) -> str:
    return "rose" if (row.change or 0) > 0 else "fell"


def summary(lines: Sequence[Line]) -> str:
    """Return what several questionnaires have done since the last assessment, in one sentence."""
    scored = [line for line in lines if line.now.score is not None]
    if not scored:
        return f"Too few answers on {day(max(line.now.taken_at for line in lines))} for a score"
    compared = [line for line in scored if line.now.change is not None]
    if not compared:
        return where_it_stands([(line.now.score, line.name) for line in scored])
    changed = [line for line in compared if line.now.changed]
    if not changed:
        return "Nothing moved beyond noise since the assessment before"
    if len(changed) == 1:
        return verdict(changed[0])
    ways = {
        way: [line.name for line in changed if moved(line.now) == way] for way in ("rose", "fell")
    }
    said = [f"{get_text_list(names, 'and')} {way}" for way, names in ways.items() if names]
    return f"{', '.join(said)}: changed"


def where_it_stands(scores: Iterable[tuple[float | None, str]]) -> str:
    """Return the highest and the lowest of several scores and their names, in one sentence."""
    known = sorted((round(score, 1), name) for score, name in scores if score is not None)
    if not known:
        return ""
    (low, lowest), (high, highest) = known[0], known[-1]
    if len(known) == 1:
        return f"{lowest} stands at {low:.1f}"
    return f"From {low:.1f} in {lowest} to {high:.1f} in {highest}"


class ProfileRow(NamedTuple):
    """One questionnaire in one assessment: its score, if it was asked, and the one before."""

    line: Line
    now: ScoreRow | None
    before: ScoreRow | None


def profile(lines: Iterable[Line], snapshot: int) -> list[ProfileRow]:
    """Return where each questionnaire stood in a snapshot; those without any score are left out."""
    return [each for line in lines if (each := _profile_row(line, snapshot))]


def _profile_row(line: Line, snapshot: int) -> ProfileRow | None:
    at = next((n for n, point in enumerate(line.points) if point.snapshot == snapshot), None)
    now = None if at is None else line.points[at]
    earlier = reversed(line.points if at is None else line.points[:at])
    before = next((point for point in earlier if point.score is not None), None)
    return ProfileRow(line, now, before) if now or before else None
