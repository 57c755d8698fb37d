"""An organization's teams side by side: rows in, comparison out. Plain values, no database.

Each team stands beside its own target and its own past; nothing here says who is first. What too
few people answered has no figure: the rows come in without it, and `Standing` says so instead.
That a result is stale after 120 days is a convention of Rungs: the questions ask about 90 days.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import floor
from typing import Final, NamedTuple
from uuid import UUID

from assessment.models.answering import AssessmentStatus, Mode
from assessment.models.maturity_model import Length
from assessment.models.results import ScoreRow
from assessment.question_score import EPSILON
from assessment.wording import why_not

STALE_AFTER: Final = timedelta(days=120)
BOTH_WAYS: Final = "rose in one questionnaire and fell in another"


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
    """A team's newest snapshot, without its scores."""

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


@dataclass(frozen=True, slots=True)
class Cell:
    """One questionnaire of one team: the score 0-4 to one decimal, or why there is none.

    `agreed` says that the team settled on some of its answers in the talk.
    """

    score: float | None = None
    why_not: str = "not asked"
    change: float | None = None
    changed: bool | None = None
    target: int | None = None
    agreed: bool = False

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
        return self.change is not None and not self.changed

    @property
    def distance(self) -> str:
        """How far the figure shown is from the team's own target, in words."""
        if self.target is None:
            return ""
        if self.score is None:
            return f"target {self.target}"
        gap = round(self.target - self.score, 1)
        if not gap:
            return f"at target {self.target}"
        return f"{abs(gap):.1f} {'below' if gap > 0 else 'above'} target {self.target}"


@dataclass(frozen=True, slots=True)
class Row:
    """All that the page says about one team. `history` is its overall score, oldest first."""

    team: str
    latest: Latest | None
    cells: Mapping[str, Cell]
    history: tuple[float, ...] = ()
    open_now: OpenNow | None = None
    stale: bool = False

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

    def gist(self) -> "Gist":
        """Return what ordering and the summary need."""
        shown = self.cells.items() if not self.standing else ()
        return Gist(
            team=self.team,
            standing=str(self.standing),
            stale=self.stale,
            is_open=self.open_now is not None,
            values=self._values(),
            rose=tuple(key for key, cell in shown if cell.rose),
            fell=tuple(key for key, cell in shown if cell.fell),
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
    """What is kept of a row beside its drawing: by what it is ordered and what stands out."""

    team: str
    standing: str
    stale: bool
    is_open: bool
    values: Mapping[str, float]
    rose: tuple[str, ...] = ()
    fell: tuple[str, ...] = ()


class Finding(NamedTuple):
    """Teams of which the same can be said, in the order of their names."""

    words: str
    teams: tuple[str, ...]


class Order(NamedTuple):
    """By which column the rows stand; by the team's name unless the reader chose otherwise."""

    key: str = "team"
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.key}" if self.descending else self.key

    def after_a_click_on(self, key: str) -> "Order":
        return Order(key, descending=key == self.key and not self.descending)

    def aria(self, key: str) -> str:
        """Return the column's aria-sort; empty when the rows do not stand by it."""
        if key != self.key:
            return ""
        return "descending" if self.descending else "ascending"


TEAM: Final = Heading("team", "Team")
ABOUT_THE_TEAM: Final = (
    Heading("overall", "Overall over time"),
    Heading("assessed", "Last assessed"),
    Heading("answered", "Answered"),
    Heading("open", "Open now"),
)


def headings(questionnaires: Iterable[Heading]) -> list[Heading]:
    """Return every column, from left to right."""
    return [TEAM, *questionnaires, *ABOUT_THE_TEAM]


def cells(
    questionnaires: Iterable[Heading], scores: Iterable[ScoreRow], targets: Mapping[str, int]
) -> dict[str, Cell]:
    """Return a team's cell for each questionnaire, in the order of the columns."""
    by_key = {score.questionnaire: score for score in scores}
    return {key: cell(by_key.get(key), targets.get(key)) for key, _ in questionnaires}


def cell(score: ScoreRow | None, target: int | None) -> Cell:
    """Return the cell of one score. None: the newest assessment did not ask this questionnaire."""
    if score is None:
        return Cell(target=target)
    if score.score is None:
        return Cell(why_not=_why_not(score), target=target)
    return Cell(
        score=round(score.score, 1),
        why_not="",
        change=score.change,
        changed=score.changed,
        target=target,
        agreed=bool(score.agreed),
    )


def _why_not(score: ScoreRow) -> str:
    """Return why there is no score: too few answers in the words that a whole row has for it."""
    waiting = score.why_not == "waiting for answers" and not score.on_one_sheet
    return str(Standing.TOO_FEW) if waiting else why_not(score)


def order_from(text: str, columns: Iterable[Heading]) -> Order | None:
    """Read the order an address asks for; None when there is no such column."""
    order = Order(text.removeprefix("-"), descending=text.startswith("-"))
    return order if any(column.key == order.key for column in columns) else None


def in_order(gists: Mapping[int, Gist], order: Order) -> list[int]:
    """Return the keys of the rows by their values. Equals stand by name, what has no value last."""
    by_name = sorted(gists, key=lambda at: folded(gists[at].team))
    if order.key == TEAM.key:
        return by_name[::-1] if order.descending else by_name
    known = [at for at in by_name if order.key in gists[at].values]
    known.sort(key=lambda at: gists[at].values[order.key], reverse=order.descending)
    return known + [at for at in by_name if order.key not in gists[at].values]


def findings(gists: Collection[Gist]) -> list[Finding]:
    """Return what stands out. A team rose if at least one questionnaire did and none fell."""
    said = [
        ("rose", "rose", [g for g in gists if g.rose and not g.fell]),
        ("fell", "fell", [g for g in gists if g.fell and not g.rose]),
        (BOTH_WAYS, BOTH_WAYS, [g for g in gists if g.rose and g.fell]),
        *(
            (f"has {standing}", f"have {standing}", [g for g in gists if g.standing == standing])
            for standing in (Standing.TOO_FEW, Standing.NEVER)
        ),
        ("has a stale result", "have a stale result", [g for g in gists if g.stale]),
        ("has an assessment open", "have an assessment open", [g for g in gists if g.is_open]),
    ]
    return [
        Finding(
            one if len(found) == 1 else many, tuple(sorted((g.team for g in found), key=folded))
        )
        for one, many, found in said
        if found
    ]


def summary(gists: Collection[Gist]) -> str:
    """Return the findings as one sentence."""
    counted = [f"{len(found.teams)} {found.words}" for found in findings(gists)]
    scored = any(gist.standing == Standing.SCORED for gist in gists)
    if scored and not any(gist.rose or gist.fell for gist in gists):
        counted.insert(0, "No team changed beyond noise")
    elif counted:
        number, words = counted[0].split(" ", 1)
        counted[0] = f"{number} team{'' if number == '1' else 's'} {words}"
    return ", ".join(counted or ["Nothing to compare yet"]) + "."


def changes_in(key: str, gists: Iterable[Gist]) -> str:
    """Return in how many teams a questionnaire changed, in words."""
    gists = list(gists)
    counted = {
        "rose": sum(key in gist.rose for gist in gists),
        "fell": sum(key in gist.fell for gist in gists),
    }
    return ", ".join(f"{count} {word}" for word, count in counted.items() if count) or "no change"


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


def below(parent: int, parents: Mapping[int, int | None]) -> set[int]:
    """Return the ids of a parent and all under it, given every team's own parent."""
    found: set[int] = set()
    more = {parent}
    while more:
        found |= more
        more = {team for team, above in parents.items() if above in more} - found
    return found


def folded(name: str) -> tuple[str, str]:
    """Return what names are sorted by: whatever the case, and the same on every database."""
    return name.casefold(), name
