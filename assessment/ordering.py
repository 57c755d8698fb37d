"""In what order teams stand beside each other: by name, unless the reader chose a column.

Sorting serves finding; nothing here counts places.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from assessment.comparison import TEAM, Gist, Heading


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
