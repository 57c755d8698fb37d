"""What somebody has read: marks on pages, and how far through a guide they lead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from guide.models import Guide, Page, ReadMark
from guide.reading import Reading
from teams.models import User


@dataclass(frozen=True)
class Mark:
    """That a page was read. It is not current once the page's words are others."""

    at: datetime
    is_current: bool


def marks_in(guide: int, user: User) -> dict[int, Mark]:
    """Return the user's marks in a guide by page."""
    rows = ReadMark.objects.filter(user=user, page__guide=guide).values_list(
        "page_id", "at", "checksum", "page__checksum"
    )
    return {page: Mark(at, seen == now) for page, at, seen, now in rows}


def mark_as_read(page: Page, user: User, seen: str) -> None:
    """Note that the user has read the page, with the text they saw. Again is no second mark."""
    ReadMark.objects.bulk_create(
        [ReadMark(user=user, page=page, checksum=seen, at=timezone.now())],
        update_conflicts=True,
        unique_fields=["user", "page"],
        update_fields=["checksum", "at"],
    )


def take_back(page: Page, user: User) -> None:
    ReadMark.objects.filter(user=user, page=page).delete()


def with_progress(guides: QuerySet[Guide], user: User) -> QuerySet[Guide]:
    """Annotate how many pages of each guide the user has read, and how many changed since."""
    marks = ReadMark.objects.filter(user=user, page__guide=OuterRef("pk")).order_by()
    current = Q(checksum=F("page__checksum"))
    counted = marks.values("page__guide").annotate(
        current=Count("pk", filter=current), changed=Count("pk", filter=~current)
    )
    return guides.annotate(
        pages_read=Coalesce(Subquery(counted.values("current")), 0),
        pages_changed=Coalesce(Subquery(counted.values("changed")), 0),
    )


def own_parts(request: HttpRequest, reading: Reading, marks: Mapping[int, Mark]) -> dict[str, str]:
    """Return what the reader's marks put into the gaps of a page."""
    mine = marks.get(reading.page_id)
    current = sum(mark.is_current for mark in marks.values())
    context = {
        "reading": reading,
        "mark": mine,
        "pages": reading.page_count,
        "read": current,
        "changed": len(marks) - current,
    }
    signs = {
        is_current: render_to_string("guide/_mark.html", {"is_current": is_current})
        for is_current in {mark.is_current for mark in marks.values()}
    }
    parts: dict[str, str] = {f"page-{each}": signs[mark.is_current] for each, mark in marks.items()}
    parts["progress"] = render_to_string("guide/_progress.html", context)
    parts["read"] = render_to_string("guide/_read.html", context, request)
    if mine and not mine.is_current:
        parts["changed"] = render_to_string("guide/_changed.html", context)
    return parts
