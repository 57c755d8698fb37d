"""An organization's teams side by side: rows in, comparison out. Plain values, no database.

Each team stands beside its own target and its own past; nothing here says who is first. What too
few people answered has no figure: the rows come in without it, and `Standing` says so instead.
That a result is stale after 120 days is a convention of Rungs: the questions ask about 90 days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import floor
from typing import Final, NamedTuple
from uuid import UUID

from django.utils.safestring import SafeString

from assessment.models.answering import AssessmentStatus, Mode
from assessment.models.maturity_model import Length
from assessment.models.results import ScoreRow
from assessment.question_score import EPSILON
from assessment.wording import signed, why_not

STALE_AFTER: Final = timedelta(days=120)


class Standing(StrEnum):
    """Why a whole row has no figures; empty when it has."""

    SCORED = ""
    NEVER = "no assessment yet"
    TOO_FEW = "too few answers to show"
    PULSE = "pulse"


class Heading(NamedTuple):
    """A column: the word that `?sort=` carries and what the reader sees."""

    key: str
    title: str


class Latest(NamedTuple):
    """A team's newest snapshot, without its scores.

    `whose` is the organization whose own model it answered, None for everybody's. `before` is the
    one that its change was frozen against, read only to compare with another day.
    """

    id: int
    model: int
    taken_at: datetime
    length: str
    enough: bool
    respondents: int
    invited: int
    stage: int | None
    overall: float | None
    assessment: UUID
    mode: str
    whose: int | None = None
    before: int | None = None

    @property
    def on_one_sheet(self) -> bool:
        """Whether the team filled one sheet together, so that there is nobody to count."""
        return self.mode == Mode.CONSENSUS

    @property
    def standing(self) -> Standing:
        if not self.enough:
            return Standing.TOO_FEW
        return Standing.PULSE if self.length == Length.PULSE else Standing.SCORED

    def stale(self, now: datetime) -> bool:
        return now - self.taken_at > STALE_AFTER


class OpenNow(NamedTuple):
    """A team's running assessment, and how many of the team's members have finished."""

    opened_at: datetime
    due_on: date | None
    finished: int
    members: int
    status: str
    mode: str

    @property
    def is_revealed(self) -> bool:
        return self.status == AssessmentStatus.REVEALED

    @property
    def on_one_sheet(self) -> bool:
        return self.mode == Mode.CONSENSUS


class Step(NamedTuple):
    """How far a score moved, later minus earlier, and whether that is more than noise.

    Both are None where nothing can be compared. Without a verdict, `why` says why there is none.
    """

    change: float | None = None
    changed: bool | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One questionnaire or question of one team: 0-4 to one decimal, or why there is nothing.

    `agreed` says that the team settled on some of its answers in the talk. A change without a
    verdict says in `why_no_verdict` why it has none.
    """

    score: float | None = None
    why_not: str = "not asked"
    change: float | None = None
    changed: bool | None = None
    target: int | None = None
    agreed: bool = False
    why_no_verdict: str = ""

    @property
    def shade(self) -> int | None:
        """The step 0-4 nearest to the score; a half goes up."""
        return None if self.score is None else floor(self.score + 0.5 + EPSILON)

    @property
    def figure(self) -> str:
        return "" if self.score is None else f"{self.score:.1f}"

    @property
    def rose(self) -> bool:
        return bool(self.changed) and (self.change or 0) > 0

    @property
    def fell(self) -> bool:
        return bool(self.changed) and (self.change or 0) < 0

    @property
    def step(self) -> str:
        """How far it moved, to one decimal and without a sign."""
        return f"{abs(self.change or 0):.1f}"

    @property
    def within_noise(self) -> bool:
        return self.change is not None and self.changed is False

    @property
    def unjudged(self) -> str:
        """The change with its sign where there is no verdict on it; empty where there is one."""
        if self.change is None or self.changed is not None:
            return ""
        return signed(self.change) if round(self.change, 1) else "\N{PLUS-MINUS SIGN}0.0"

    @property
    def gap(self) -> float:
        """How far the figure shown is below the team's own target; 0 without either."""
        if self.target is None or self.score is None:
            return 0.0
        return round(self.target - self.score, 1)

    @property
    def distance(self) -> str:
        """How far the figure shown is from the team's own target, in words."""
        if self.target is None:
            return ""
        if self.score is None:
            return f"target {self.target}"
        if not self.gap:
            return f"at target {self.target}"
        return f"{abs(self.gap):.1f} {'below' if self.gap > 0 else 'above'} target {self.target}"


class ListedLine(NamedTuple):
    """A team's line in a list: in full with a link to each why, and short, with one to the team.

    Among many teams only the first stand in full, so that a long list weighs little.
    """

    full: SafeString
    short: SafeString


@dataclass(frozen=True, slots=True)
class Row:
    """All that the page says about one team. `history` is its overall score, oldest first.

    `then` is the snapshot of another day that the cells' changes are against, if one was asked for.
    `weighted` says that some questions count more than others in its scores.
    """

    team: str
    latest: Latest | None
    cells: Mapping[str, Cell]
    history: tuple[float, ...] = ()
    open_now: OpenNow | None = None
    stale: bool = False
    then: Latest | None = None
    weighted: bool = False

    @property
    def standing(self) -> Standing:
        return self.latest.standing if self.latest else Standing.NEVER

    @property
    def overall(self) -> float | None:
        return self.latest.overall if self.latest and not self.standing else None

    @property
    def last(self) -> float:
        """The newest overall score that may be shown. There has to be one."""
        return self.history[-1]

    @property
    def shown(self) -> Mapping[str, Cell]:
        """The cells with figures; none where the whole row says why it has none."""
        return {} if self.standing else self.cells

    def gist(self, improved: ListedLine | None = None, in_need: ListedLine | None = None) -> "Gist":
        """Return what ordering, the summary and the lists above the table need."""
        return Gist(
            team=self.team,
            standing=str(self.standing),
            stale=self.stale,
            is_open=self.open_now is not None,
            values=self._values(),
            rose=tuple(key for key, cell in self.shown.items() if cell.rose),
            fell=tuple(key for key, cell in self.shown.items() if cell.fell),
            improved=improved,
            in_need=in_need,
        )

    def _values(self) -> dict[str, float]:
        values = {key: cell.score for key, cell in self.cells.items()}
        values["overall"] = None if self.overall is None else round(self.overall, 1)
        if self.latest:
            values["assessed"] = self.latest.taken_at.timestamp()
            if not self.latest.on_one_sheet:
                values["answered"] = self.latest.respondents / max(1, self.latest.invited)
        if self.open_now:
            values["open"] = self.open_now.opened_at.timestamp()
        return {key: value for key, value in values.items() if value is not None}


class Gist(NamedTuple):
    """What is kept of a row beside its drawing: by what it is ordered and what stands out.

    `improved` and `in_need` are its lines in the lists above the table, if it is there.
    """

    team: str
    standing: str
    stale: bool
    is_open: bool
    values: Mapping[str, float]
    rose: tuple[str, ...] = ()
    fell: tuple[str, ...] = ()
    improved: ListedLine | None = None
    in_need: ListedLine | None = None


TEAM: Final = Heading("team", "Team")
OVERALL: Final = Heading("overall", "Overall over time")
HOW_FRESH: Final = (Heading("assessed", "Last assessed"), Heading("answered", "Answered"))
OPEN: Final = Heading("open", "Open now")


def headings(questionnaires: Iterable[Heading], *, is_now: bool = True) -> list[Heading]:
    """Return every column, from left to right. What is open now says nothing of another day."""
    return [TEAM, *questionnaires, OVERALL, *HOW_FRESH, *([OPEN] if is_now else [])]


def cells(
    questionnaires: Iterable[Heading],
    scores: Iterable[ScoreRow],
    targets: Mapping[str, int],
    steps: Mapping[str, Step] | None = None,
) -> dict[str, Cell]:
    """Return a team's cell for each questionnaire, in the order of the columns.

    Its change is the frozen one, against the assessment before, unless `steps` gives others.
    """
    by_key = {score.questionnaire: score for score in scores}
    return {
        key: cell(
            by_key.get(key), targets.get(key), None if steps is None else steps.get(key, Step())
        )
        for key, _ in questionnaires
    }


def cell(score: ScoreRow | None, target: int | None, step: Step | None = None) -> Cell:
    """Return the cell of one score. None: the newest assessment did not ask this questionnaire."""
    if score is None:
        return Cell(target=target)
    if score.score is None:
        return Cell(why_not=_why_not(score), target=target)
    step = frozen_step(score) if step is None else step
    return Cell(
        score=round(score.score, 1),
        why_not="",
        change=step.change,
        changed=step.changed,
        target=target,
        agreed=bool(score.agreed),
        why_no_verdict=step.why,
    )


def frozen_step(score: ScoreRow) -> Step:
    """Return the change since the assessment before, as it was frozen with the score."""
    return Step(score.change, score.changed)


def _why_not(score: ScoreRow) -> str:
    """Return why there is no score: too few answers in the words that a whole row has for it."""
    waiting = score.why_not == "waiting for answers" and not score.on_one_sheet
    return str(Standing.TOO_FEW) if waiting else why_not(score)


def change_sentence(scores: Iterable[tuple[str, ScoreRow]]) -> str:
    """Say what changed since the team's assessment before, from its titles and newest scores."""
    compared = [(title, cell(score, None)) for title, score in scores if score.change is not None]
    if not compared:
        return "There is no earlier score to compare with yet."
    moved = [
        f"{title} {'rose' if each.rose else 'fell'} by {each.step}"
        for title, each in compared
        if each.rose or each.fell
    ]
    if not moved:
        return "Since last time, every change is within noise."
    rest = "" if len(moved) == len(compared) else " The rest is within noise."
    return f"Since last time, {'; '.join(moved)}.{rest}"
