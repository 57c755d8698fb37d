"""The teams under each parent together: how their scores lie. Plain values in, plain values out.

Never one mean of them: the mean of teams' means says nothing about any of the teams. Which scores
may be shown together, `disclosure` decides.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from django.utils.safestring import SafeString

from assessment.comparison import Gist, Heading
from assessment.disclosure import LEAST_TEAMS, Distribution, shown_distribution
from assessment.sparklines import strip


class RolledUp(NamedTuple):
    """One questionnaire of the teams under a parent; `lie` is None where too few have a score."""

    title: str
    lie: Distribution | None
    scored: int
    moved: str

    @property
    def drawing(self) -> SafeString:
        return strip(self.lie.scores, self.lie.middle) if self.lie else SafeString("")

    @property
    def words(self) -> str:
        """Return lowest, middle and highest score, or why they are not told."""
        if self.lie:
            low, middle, high = self.lie.low, self.lie.middle, self.lie.high
            return f"lowest {low:.1f}, middle {middle:.1f}, highest {high:.1f}"
        return f"fewer than {LEAST_TEAMS} teams with a score" if self.scored else "no team with one"


class Parent(NamedTuple):
    """A row of parents: the teams under it that the view shows."""

    name: str
    href: str
    teams: int
    fresh: str
    cells: tuple[RolledUp, ...]


def rolled_up(name: str, href: str, gists: Collection[Gist], columns: Iterable[Heading]) -> Parent:
    """Return how the scores of these teams lie in each questionnaire."""
    return Parent(
        name=name,
        href=href,
        teams=len(gists),
        fresh=_fresh(gists),
        cells=tuple(_cell(column, gists) for column in columns),
    )


def _cell(column: Heading, gists: Collection[Gist]) -> RolledUp:
    scores = [gist.values.get(column.key) for gist in gists]
    moved = {
        "rose": sum(column.key in gist.rose for gist in gists),
        "fell": sum(column.key in gist.fell for gist in gists),
    }
    return RolledUp(
        title=column.title,
        lie=shown_distribution(scores),
        scored=sum(score is not None for score in scores),
        moved=_counted(moved),
    )


def _fresh(gists: Collection[Gist]) -> str:
    """Return how many teams have a fresh result, and what the others have."""
    counted = {
        "fresh": sum("assessed" in gist.values and not gist.stale for gist in gists),
        "stale": sum(gist.stale for gist in gists),
        "never assessed": sum("assessed" not in gist.values for gist in gists),
    }
    return _counted(counted)


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {words}" for words, number in numbers.items() if number)
