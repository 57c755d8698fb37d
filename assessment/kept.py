"""Pieces of pages about a whole organization, kept between visits: packed, and a few a place.

A place has a handful of slots, and a view always falls into the same one: however many views there
are, what is kept stays bounded. Each piece bears a stamp of all it depends on, so that one of
another view, or from before something changed, is not taken for it.
"""

import pickle
from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Final, NamedTuple
from zlib import compress, crc32, decompress

from django.core.cache import caches
from django.utils import timezone
from django.utils.safestring import SafeString

from assessment.comparison import Gist

SLOTS: Final = 8
LIGHTLY: Final = 1


class DrawnRow(NamedTuple):
    """A row of a table as it is kept."""

    stamp: tuple[object, ...]
    gist: Gist
    html: SafeString


Draw = Callable[[set[int]], dict[int, DrawnRow]]


def key(name: str, place: int, view: object) -> str:
    """Return where a view of a place is kept."""
    return f"{name}:{place}:{crc32(repr(view).encode()) % SLOTS}"


def page(at: str, stamp: object, draw: Callable[[], str]) -> SafeString:
    """Return what is drawn; only if its stamp is new it is drawn again."""
    found: tuple[object, bytes] | None = caches["rendered"].get(at)
    if found and found[0] == stamp:
        return SafeString(decompress(found[1]).decode())
    with timezone.override(UTC):  # it is kept for readers of every zone
        html = draw()
    caches["rendered"].set(at, (stamp, compress(html.encode(), LIGHTLY)))
    return SafeString(html)


def rows(at: str, stamps: Mapping[int, tuple[object, ...]], draw: Draw) -> dict[int, DrawnRow]:
    """Return the row of each team; only those whose stamp is new are drawn again."""
    found = _unpacked(caches["rendered"].get(at))
    missing = {team for team, stamp in stamps.items() if _stamp_of(found.get(team)) != stamp}
    if missing:
        with timezone.override(UTC):
            found |= draw(missing)
        caches["rendered"].set(at, compress(pickle.dumps(found), LIGHTLY))
    return {team: found[team] for team in stamps}


def _stamp_of(row: DrawnRow | None) -> tuple[object, ...] | None:
    return row and row.stamp


def _unpacked(packed: bytes | None) -> dict[int, DrawnRow]:
    # From this process's own memory, where Django's cache pickles as well.
    rows: dict[int, DrawnRow] = pickle.loads(decompress(packed)) if packed else {}  # noqa: S301
    return rows
