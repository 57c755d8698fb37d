"""Time zones: which there are, and what day and hour it is where somebody is."""

from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

Choices = list[tuple[str, str]]

REGIONS: Final = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
OLD_NAMES: Final = "Other names"
# The machine's own zone, and a mark for one that was not set up: neither names a place.
NO_ZONES: Final = {"Factory", "localtime"}


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """Return the zone of that name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return ZoneInfo("UTC")


def today_in(name: str, now: datetime) -> date:
    """Return what day it is in a zone."""
    return now.astimezone(zone_named(name)).date()


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Return the zones this machine knows. Looking for them opens hundreds of files."""
    return frozenset(available_timezones() - NO_ZONES | {"UTC"})


@lru_cache(maxsize=1)
def by_region() -> list[tuple[str, str | Choices]]:
    """Return what a person may choose, grouped as a select shows it. UTC stands first."""
    groups: dict[str, Choices] = {region: [] for region in (*REGIONS, OLD_NAMES)}
    for name in sorted(names() - {"UTC"}):
        region, _, place = name.partition("/")
        if region in REGIONS:
            groups[region].append((name, place.replace("/", ", ").replace("_", " ")))
        else:
            groups[OLD_NAMES].append((name, name))
    return [("UTC", "UTC"), *((region, zones) for region, zones in groups.items() if zones)]
