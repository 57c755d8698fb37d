"""A team's actions as a board and as a list: what the address asks for, and the rows it gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When
from django.db.models.functions import Lower

from assessment.models import Action
from assessment.models.planning import TO_DO, ActionStatus
from teams.models import Team, User

CLOSED_SHOWN: Final = 8  # of what is done or dropped a board shows the newest; the list has all
ROWS_A_PAGE: Final = 50

HOW_FAR: Final = Case(
    *(When(status=status, then=Value(place)) for place, status in enumerate(ActionStatus.values)),
    output_field=IntegerField(),
)
IS_OVER: Final = Case(
    When(status__in=TO_DO, then=Value(0)), default=Value(1), output_field=IntegerField()
)
SORTS: Final[Mapping[str, Any]] = {
    "due": F("due_on"),
    "what": Lower("text"),
    "owner": Lower("owner__name"),
    "status": HOW_FAR,
    "question": Lower("question__title"),
}
COLUMNS: Final = (
    ("what", "What"),
    ("owner", "Who"),
    ("due", "Due"),
    ("status", "How far"),
    ("question", "Question"),
)
# What a card offers, by its status: where to and in which words, the usual one first.
MOVES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    ActionStatus.OPEN: (("doing", "Start"), ("done", "Done"), ("dropped", "Drop")),
    ActionStatus.IN_PROGRESS: (("done", "Done"), ("open", "Not started"), ("dropped", "Drop")),
    ActionStatus.DONE: (("open", "Open again"),),
    ActionStatus.DROPPED: (("open", "Open again"),),
}


@dataclass(frozen=True)
class Chosen:
    """What the address asks for. What it asks in vain is as if it did not."""

    as_list: bool
    mine: bool
    overdue: bool
    sort: str
    down: bool
    page: str

    @classmethod
    def from_address(cls, asked: Mapping[str, str]) -> "Chosen":
        sort = asked.get("sort", "")
        name = sort.removeprefix("-")
        known = name in SORTS
        return cls(
            as_list=asked.get("view") == "list",
            mine=asked.get("mine") == "1",
            overdue=asked.get("overdue") == "1",
            sort=name if known else "due",
            down=known and sort.startswith("-"),
            page=asked.get("page", ""),
        )

    def address(self, **other: Any) -> str:
        """Return the address of the same with something else, from its first page on."""
        now = {**self.__dict__, "page": "", **other}
        sort = f"{'-' if now['down'] else ''}{now['sort']}"
        asked = {
            "view": "list" if now["as_list"] else "",
            "mine": "1" if now["mine"] else "",
            "overdue": "1" if now["overdue"] else "",
            "sort": sort if now["as_list"] and sort != "due" else "",
            "page": now["page"],
        }
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    @property
    def here(self) -> str:
        return self.address(page=self.page)

    @property
    def board(self) -> str:
        return self.address(as_list=False)

    @property
    def list(self) -> str:
        return self.address(as_list=True)

    @property
    def without_or_with_mine(self) -> str:
        return self.address(mine=not self.mine)

    @property
    def without_or_with_overdue(self) -> str:
        return self.address(overdue=not self.overdue)

    @property
    def everything(self) -> str:
        return self.address(mine=False, overdue=False)

    @property
    def filtered(self) -> bool:
        return self.mine or self.overdue


class Heading(NamedTuple):
    """A column of the list, the address that sorts by it, and how it sorts now."""

    words: str
    address: str
    sorted: str


class Column(NamedTuple):
    """One status on the board, the next one due first, or of what is over the newest first."""

    status: str
    title: str
    actions: list[Action]
    number: int
    moves: tuple[tuple[str, str], ...]

    @property
    def more(self) -> int:
        return self.number - len(self.actions)


def actions_of(team: Team, chosen: Chosen, user: User, today: date) -> QuerySet[Action]:
    """Return the team's actions that the address asks for, in no order."""
    found = Action.objects.filter(team=team).select_related("owner", "question")
    if chosen.mine:
        found = found.filter(owner=user)
    if chosen.overdue:
        found = found.filter(status__in=TO_DO, due_on__lt=today)
    return found.order_by()


def board(actions: QuerySet[Action]) -> list[Column]:
    """Return the four columns: four queries, however many there are."""
    numbers = dict(actions.values_list("status").annotate(number=Count("pk")))
    to_do = list(actions.filter(status__in=TO_DO).order_by(F("due_on").asc(nulls_last=True), "pk"))
    found = []
    for status in ActionStatus:
        if status in TO_DO:
            rows = [each for each in to_do if each.status == status]
        else:
            rows = list(actions.filter(status=status).order_by("-closed_at", "-pk")[:CLOSED_SHOWN])
        title = str(status.label).capitalize()
        found.append(Column(status, title, rows, numbers.get(status, 0), MOVES[status]))
    return found


def page_of(actions: QuerySet[Action], chosen: Chosen) -> Page[Action]:
    """Return one page of the list, sorted; what lacks the value stands last either way.

    So does, by due day, what is over: nobody waits for it.
    """
    by = SORTS[chosen.sort]
    order = by.desc(nulls_last=True) if chosen.down else by.asc(nulls_last=True)
    first = [IS_OVER, order] if chosen.sort == "due" else [order]
    rows = actions.order_by(*first, HOW_FAR.asc(), F("due_on").asc(nulls_last=True), "pk")
    page: Page[Action] = Paginator(rows, ROWS_A_PAGE).get_page(chosen.page)
    return page


def headings(chosen: Chosen) -> list[Heading]:
    found = []
    for name, words in COLUMNS:
        here = name == chosen.sort
        way = "descending" if chosen.down else "ascending"
        address = chosen.address(sort=name, down=here and not chosen.down)
        found.append(Heading(words, address, way if here else ""))
    return found


def is_overdue(action: Action, today: date) -> bool:
    return action.status in TO_DO and action.due_on is not None and action.due_on < today
