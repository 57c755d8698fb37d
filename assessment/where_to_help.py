"""Where somebody may help: who improved and who may need it, with the reason. Plain values.

Two lists by name and no order of merit: being on one says what happened in that team and where to
read why, not how it compares with others.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assessment.comparison import Cell, Gist, ListedLine, Row, Standing
from assessment.history import day
from assessment.ordering import folded

ONE_LEVEL: Final = 1.0
BOTH_WAYS: Final = "rose in one questionnaire and fell in another"


class Links(NamedTuple):
    """Where it is told why: the team's page, how its scores are computed, two assessments compared.

    A change that is `frozen`, as that since the assessment before is, is told with the scores.
    """

    team: str
    scores: str
    compared: str = ""
    frozen: bool = True

    def change(self, key: str) -> str:
        return f"{self.scores}{key}/#change" if self.frozen else self.compared


class Reason(NamedTuple):
    """Why a team is on a list, in words, and where to read more."""

    words: str
    address: str


class Listed(NamedTuple):
    """One of the two lists: its first lines, and those that are a press away."""

    first: tuple[SafeString, ...]
    rest: tuple[SafeString, ...]

    @property
    def number(self) -> int:
        return len(self.first) + len(self.rest)


def why_improved(row: Row, titles: Mapping[str, str], links: Links) -> list[Reason]:
    """Return in which questionnaires a team rose by more than noise."""
    return [
        Reason(f"{titles[key]} rose by {cell.step}", links.change(key))
        for key, cell in row.shown.items()
        if cell.rose
    ]


def why_in_need(row: Row, titles: Mapping[str, str], links: Links) -> list[Reason]:
    """Return why a team may need help, the reasons that are told by its scores first."""
    fell = [
        Reason(f"{titles[key]} fell by {cell.step}", links.change(key))
        for key, cell in row.shown.items()
        if cell.fell
    ]
    return [*fell, *_furthest_below(row.shown, titles, links), *_without_score(row, links)]


def _furthest_below(
    cells: Mapping[str, Cell], titles: Mapping[str, str], links: Links
) -> list[Reason]:
    """Return where a team is furthest below its own targets, if by a level or more."""
    short = [key for key, cell in cells.items() if cell.gap >= ONE_LEVEL]
    if not short:
        return []
    worst = max(short, key=lambda key: cells[key].gap)
    words = f"{titles[worst]} is {cells[worst].distance}"
    if len(short) > 1:
        words += f", and {len(short) - 1} more by a level or more"
    return [Reason(words, f"{links.scores}{worst}/")]


def _without_score(row: Row, links: Links) -> list[Reason]:
    if row.latest is None:
        return [Reason("no assessment yet", links.team)]
    found = []
    if row.latest.stage == 0:
        found.append(Reason("at stage 0", f"{links.scores}#stage"))
    if row.standing == Standing.TOO_FEW:
        found.append(Reason("too few answers to show", links.team))
    if row.stale:
        found.append(Reason(f"last assessed {day(row.latest.taken_at)}", links.team))
    return found


def listed_line(team: str, address: str, reasons: Collection[Reason]) -> ListedLine | None:
    """Return a team's line in a list; None without any reason to be there."""
    if not reasons:
        return None
    links = ((each.address, each.words) for each in reasons)
    name = format_html('<strong><a href="{}">{}</a></strong>', address, team)
    return ListedLine(
        format_html("<li>{} {}</li>", name, format_html_join("; ", '<a href="{}">{}</a>', links)),
        format_html("<li>{} {}</li>", name, "; ".join(each.words for each in reasons)),
    )


def improved(gists: Iterable[Gist], first: int) -> Listed:
    return _by_name([(gist.team, gist.improved) for gist in gists if gist.improved], first)


def in_need(gists: Iterable[Gist], first: int) -> Listed:
    return _by_name([(gist.team, gist.in_need) for gist in gists if gist.in_need], first)


def _by_name(lines: Collection[tuple[str, ListedLine]], first: int) -> Listed:
    ordered = [line for _, line in sorted(lines, key=lambda each: folded(each[0]))]
    # A press for one more line is not worth it.
    first = len(ordered) if len(ordered) == first + 1 else first
    return Listed(
        tuple(line.full for line in ordered[:first]), tuple(line.short for line in ordered[first:])
    )


def summary(gists: Collection[Gist]) -> str:
    """Return in one sentence what stands out. A team rose if a questionnaire did and none fell."""
    ways = Counter((bool(gist.rose), bool(gist.fell)) for gist in gists)
    standings = Counter(gist.standing for gist in gists)
    counted = [
        (ways[True, False], "rose", "rose"),
        (ways[False, True], "fell", "fell"),
        (ways[True, True], BOTH_WAYS, BOTH_WAYS),
        *(
            (standings[each], f"has {each}", f"have {each}")
            for each in (Standing.TOO_FEW, Standing.NEVER)
        ),
        (sum(gist.stale for gist in gists), "has a stale result", "have a stale result"),
        (sum(gist.is_open for gist in gists), "has an assessment open", "have an assessment open"),
    ]
    said = [(number, one if number == 1 else many) for number, one, many in counted if number]
    parts = [f"{number} {words}" for number, words in said]
    scored = any(gist.standing == Standing.SCORED for gist in gists)
    if scored and not any(gist.rose or gist.fell for gist in gists):
        parts.insert(0, "No team changed beyond noise")
    elif said:
        number, words = said[0]
        parts[0] = f"{number} team{'' if number == 1 else 's'} {words}"
    return ", ".join(parts or ["Nothing to compare yet"]) + "."


def changes_in(key: str, gists: Iterable[Gist]) -> str:
    """Return in how many teams a questionnaire changed, in words."""
    gists = list(gists)
    counted = {
        "rose": sum(key in gist.rose for gist in gists),
        "fell": sum(key in gist.fell for gist in gists),
    }
    return ", ".join(f"{count} {word}" for word, count in counted.items() if count) or "no change"
