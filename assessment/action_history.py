"""What happened to an action, in words: who changed what when, from what to what."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Final, NamedTuple

from django.utils.text import Truncator

from assessment.action_forms import EditForm
from assessment.models import Action, ActionChange
from assessment.models.planning import ActionStatus
from assessment.plan import SOMEBODY_WHO_LEFT
from assessment.planning import FIELDS, kept_as
from assessment.wording import quoted
from teams.models import User

SHOWN_OF_A_TEXT: Final = 300


class Entry(NamedTuple):
    """What one person did to an action at one time, a sentence each."""

    by: str
    at: datetime
    said: list[str]


def history(action: Action) -> list[Entry]:
    """Return what happened to an action, the newest first and its beginning last. Two queries."""
    changes = list(action.changes.select_related("by").order_by("-revision", "pk"))
    names = names_of(changes)
    entries = [
        Entry(
            str(rows[0].by or SOMEBODY_WHO_LEFT.capitalize()),
            rows[0].at,
            [in_words(row, names) for row in rows],
        )
        for _, group in groupby(changes, key=lambda row: row.revision)
        if (rows := list(group))
    ]
    noted_by = str(action.noted_by or SOMEBODY_WHO_LEFT.capitalize())
    return [*entries, Entry(noted_by, action.noted_at, [beginning(action)])]


def beginning(action: Action) -> str:
    if action.level:
        return "made it of what was suggested"
    return "noted it in the talk" if action.assessment_id else "noted it"


def names_of(changes: Iterable[ActionChange]) -> dict[str, str]:
    """Return the names of the people whom an action was given to or taken from, by id as kept."""
    owners = [row for row in changes if row.field == "owner"]
    return names_by_id({value for row in owners for value in (row.before, row.after)})


def names_by_id(kept: Collection[str]) -> dict[str, str]:
    ids = [int(each) for each in kept if each.isascii() and each.isdecimal() and len(each) < 19]
    return {str(user.pk): str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}


def in_words(change: ActionChange, names: Mapping[str, str]) -> str:
    """Return what one field's change says, without who did it."""
    before, after = change.before, change.after
    if change.field == "status":
        return f"moved it from {_status(before)} to {_status(after)}"
    if change.field == "owner":
        return _owner(before and _name(before, names), after and _name(after, names))
    if change.field == "due_on":
        return _changed("the due date", before and _day(before), after and _day(after))
    what = {"text": "what is to be done", "note": "the note", "link": "the link"}[change.field]
    return _changed(what, before and _quoted(before), after and _quoted(after))


class Difference(NamedTuple):
    """One field that two have changed at once: what is stored and by whom, and what was typed.

    `sent` is what was typed as a form sends it. `untouched` says that it is merely what stood there
    before the other changed it.
    """

    field: str
    theirs: str
    by: str
    at: datetime
    mine: str
    sent: str
    untouched: bool


def differences(action: Action, form: EditForm, revision: int) -> list[Difference]:
    """Return which fields of a form others have changed otherwise since its revision."""
    rows = action.changes.filter(revision__gt=revision).select_related("by")
    changes: dict[str, list[ActionChange]] = {}
    for row in rows.order_by("revision"):
        changes.setdefault(row.field, []).append(row)
    typed = {field: form.typed(field) for field in FIELDS}
    stored = {field: kept_as(getattr(action, field)) for field in FIELDS}
    names = names_by_id({typed["owner"], stored["owner"]} if "owner" in changes else ())
    return [
        Difference(
            field=field,
            theirs=value_in_words(field, stored[field], names),
            by=str(changes[field][-1].by or SOMEBODY_WHO_LEFT.capitalize()),
            at=changes[field][-1].at,
            mine=value_in_words(field, typed[field], names),
            sent=typed[field],
            untouched=typed[field] == changes[field][0].before,
        )
        for field in FIELDS
        if field in changes and typed[field] != stored[field]
    ]


def value_in_words(field: str, value: str, names: Mapping[str, str]) -> str:
    """Return a field as its history keeps it, for people to read."""
    if not value:
        return "nobody yet" if field == "owner" else "nothing"
    if field == "status":
        return _status(value).capitalize() if value in ActionStatus.values else value
    if field == "owner":
        return _name(value, names)
    return _day(value) if field == "due_on" else value


def _changed(what: str, before: str, after: str) -> str:
    if not before:
        return f"set {what}: {after}"
    if not after:
        return f"took {what} away: {before}"
    return f"changed {what} from {before} to {after}"


def _owner(before: str, after: str) -> str:
    if not after:
        return f"took it from {before}"
    return f"gave it to {after}{f', from {before}' if before else ''}"


def _status(value: str) -> str:
    return str(ActionStatus(value).label).lower()


def _name(kept: str, names: Mapping[str, str]) -> str:
    return names.get(kept, SOMEBODY_WHO_LEFT)


def _day(kept: str) -> str:
    try:
        found = date.fromisoformat(kept)
    except ValueError:  # as it was typed, and it is no day
        return kept
    return f"{found.day} {found:%B %Y}"


def _quoted(text: str) -> str:
    return quoted(Truncator(text).chars(SHOWN_OF_A_TEXT))
