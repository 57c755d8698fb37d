"""What an address asks of a comparison: days, filters, columns, order. Plain values.

The address carries all of it, so a view can be bookmarked and shared. What it names in vain is
told and not obeyed.
"""

import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from assessment.comparison import Heading
from assessment.history import day
from assessment.ordering import Order, order_from

DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# What is offered beside any day: the words, and how many months back.
BACK: Final = (("a quarter", 3), ("half a year", 6), ("a year", 12))
# Nobody compares with a day before computers counted them.
EARLIEST_YEAR: Final = 1970
NO_SUCH: Final = "There is no such "


class Freshness(StrEnum):
    FRESH = "fresh"
    STALE = "stale"
    NEVER = "never"

    @property
    def words(self) -> str:
        return {
            Freshness.FRESH: "assessed within 120 days",
            Freshness.STALE: "stale: more than 120 days ago",
            Freshness.NEVER: "never assessed",
        }[self]


class Days(NamedTuple):
    """The day whose evening the results stand for, and the day they are compared with.

    None: now, and each team's assessment before.
    """

    on: date | None = None
    since: date | None = None

    @property
    def end(self) -> datetime | None:
        """The moment before which a snapshot counts; None for now."""
        return end_of(self.on) if self.on else None

    @property
    def then(self) -> datetime | None:
        return end_of(self.since) if self.since else None


AS_USUAL: Final = Days()
BY_NAME: Final = Order()


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks to see, and what to tell the reader about what it asked in vain.

    `parent` is a slug, `tag` a name as the organization writes it, `teams` are slugs.
    """

    days: Days = AS_USUAL
    order: Order = BY_NAME
    parent: str = ""
    tag: str = ""
    freshness: str = ""
    questionnaires: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()

    def href(self, **changed: Any) -> str:
        """Return the query of the same view with something else; only "?" for the plain one."""
        return "?" + urlencode(self.state(**changed))

    def state(self, **changed: Any) -> list[tuple[str, str]]:
        """Return the view as pairs of an address, without what is as usual."""
        view = replace(self, **changed)
        pairs = [
            ("sort", "" if view.order == BY_NAME else str(view.order)),
            ("parent", view.parent),
            ("tag", view.tag),
            ("freshness", view.freshness),
            *(("questionnaire", key) for key in view.questionnaires),
            ("on", str(view.days.on or "")),
            ("since", str(view.days.since or "")),
            *(("team", slug) for slug in view.teams),
        ]
        return [(name, value) for name, value in pairs if value]

    def sorted_by(self, key: str) -> str:
        return self.href(order=self.order.after_a_click_on(key))

    @property
    def everything(self) -> str:
        """The plain view in the same order."""
        return self.href(days=AS_USUAL, parent="", tag="", freshness="", questionnaires=())


class Preset(NamedTuple):
    """A day that is a press away."""

    words: str
    href: str
    chosen: bool


class Chip(NamedTuple):
    """Something chosen that a press takes away."""

    words: str
    href: str


class Known(NamedTuple):
    """What an address may name: columns, parents by slug, tags, and teams by slug."""

    columns: Sequence[Heading]
    questionnaires: Sequence[Heading]
    parents: Mapping[str, str]
    tags: Collection[str]
    teams: Collection[str] = ()


def days_from(query: QueryDict, today: date) -> tuple[Days, list[str]]:
    """Read the days an address asks for, and what to tell about them."""
    complaints = []
    on, since = (day_from(query.get(name, "")) for name in ("on", "since"))
    if on is None and query.get("on"):
        complaints.append(
            "The address asks for results as of a day that is no date, such as 2026-05-31. "
            "The newest results are shown."
        )
    if on and on > today:
        on = None
        complaints.append("That day is still to come, so the newest results are shown.")
    if since is None and query.get("since"):
        complaints.append(
            "The address compares with a day that is no date, such as 2026-05-31. "
            "Each team is compared with its assessment before."
        )
    if since and since >= (on or today):
        since = None
        complaints.append(
            "The day to compare with has to be earlier than the day shown. "
            "Each team is compared with its assessment before."
        )
    return Days(on, since), complaints


def choice_from(query: QueryDict, days: Days, complaints: Iterable[str], known: Known) -> Choice:
    """Read the rest of what an address asks for."""
    told = list(complaints)
    sort = query.get("sort", "")
    wanted = [key for key in query.getlist("questionnaire") if key]
    keys = [each.key for each in known.questionnaires if each.key in wanted]
    if set(wanted) - set(keys):
        told.append(f"{NO_SUCH}questionnaire here. {'The others' if keys else 'All'} are shown.")
    order = order_from(sort, shown_columns(known, keys)) if sort else BY_NAME
    if order is None:
        told.append(f"{NO_SUCH}column to sort by, so the teams are sorted by name.")
    slugs = [slug for slug in dict.fromkeys(query.getlist("team")) if slug]
    if set(slugs) - set(known.teams) and known.teams:
        told.append(f"{NO_SUCH}team here as the address names. It is left out.")
    return Choice(
        days=days,
        order=order or BY_NAME,
        parent=_among(query, "parent", known.parents, "parent team", told),
        tag=_tag(query, known.tags, told),
        freshness=_among(query, "freshness", list(Freshness), "freshness", told),
        questionnaires=tuple(keys),
        teams=tuple(slug for slug in slugs if slug in known.teams),
        complaints=tuple(told),
    )


def shown_columns(known: Known, keys: Collection[str]) -> list[Heading]:
    """Return the columns left when only these questionnaires are shown; all without any."""
    hidden = {each.key for each in known.questionnaires if keys and each.key not in keys}
    return [each for each in known.columns if each.key not in hidden]


def chips(choice: Choice, known: Known) -> list[Chip]:
    """Return what is chosen besides the order, each with the address without it."""
    titles = dict(known.questionnaires)
    on, since = choice.days
    found = filter_chips(choice, known)
    for key in choice.questionnaires:
        others = tuple(each for each in choice.questionnaires if each != key)
        found.append(Chip(titles[key], choice.href(questionnaires=others)))
    if on:
        found.append(Chip(f"as of {day(on)}", choice.href(days=_kept(None, since))))
    if since:
        found.append(Chip(f"change since {day(since)}", choice.href(days=Days(on))))
    return found


def filter_chips(choice: Choice, known: Known) -> list[Chip]:
    """Return by what the teams are filtered."""
    found = []
    if choice.parent:
        found.append(Chip(f"under {known.parents[choice.parent]}", choice.href(parent="")))
    if choice.tag:
        found.append(Chip(f"tagged {choice.tag}", choice.href(tag="")))
    if choice.freshness:
        found.append(Chip(Freshness(choice.freshness).words, choice.href(freshness="")))
    return found


def presets_on(choice: Choice, today: date) -> list[Preset]:
    """Return the days that are offered to look at."""
    offered = [("now", None), *((f"{words} ago", months_before(today, n)) for words, n in BACK)]
    return [
        Preset(words, choice.href(days=_kept(on, choice.days.since)), choice.days.on == on)
        for words, on in offered
    ]


def presets_since(choice: Choice, today: date) -> list[Preset]:
    """Return the days that are offered to compare with, counted from the day shown."""
    on = choice.days.on or today
    offered = [
        ("last time", None),
        *((f"{words} before", months_before(on, n)) for words, n in BACK),
    ]
    return [
        Preset(words, choice.href(days=Days(choice.days.on, since)), choice.days.since == since)
        for words, since in offered
    ]


def in_words(choice: Choice, known: Known) -> str:
    """Return what a caption says of the view besides the number of teams and their order."""
    said = [f", {chip.words}" for chip in filter_chips(choice, known)]
    if choice.days.on:
        said.append(f", as of {day(choice.days.on)}")
    if choice.days.since:
        said.append(f", change since {day(choice.days.since)}")
    return "".join(said)


def end_of(moment: date) -> datetime:
    """Return the first moment after a day. Days are UTC: a shared address is one day for all."""
    return datetime.combine(moment, time(), tzinfo=UTC) + timedelta(days=1)


def months_before(moment: date, months: int) -> date:
    """Return the same day some months earlier, or the month's last where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return date(year, month + 1, min(moment.day, monthrange(year, month + 1)[1]))


def _kept(on: date | None, since: date | None) -> Days:
    """Return both days; without the one to compare with where it is not earlier."""
    return Days(on, since if since and (on is None or since < on) else None)


def day_from(text: str) -> date | None:
    """Read a day such as 2026-05-31; None where it is none."""
    try:
        found = date.fromisoformat(text if DAY.fullmatch(text) else "")
    except ValueError:
        return None
    return found if found.year >= EARLIEST_YEAR else None


def _among(
    query: QueryDict, name: str, known: Collection[str], called: str, told: list[str]
) -> str:
    wanted = query.get(name, "")
    if wanted and wanted not in known:
        told.append(f"{NO_SUCH}{called} here, so all teams are shown.")
        return ""
    return wanted


def _tag(query: QueryDict, tags: Collection[str], told: list[str]) -> str:
    wanted = query.get("tag", "").casefold()
    found = next((tag for tag in tags if tag.casefold() == wanted), "")
    if wanted and not found:
        told.append(f"{NO_SUCH}tag here, so all teams are shown.")
    return found
