"""What is done with a team's actions and exemptions, each in one transaction, with its history.

Whoever calls has come through a door of teams.access with the right to do it. An action's row is
held while it changes, so that of two who change it at once the second learns what the first did.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from assessment.models import Action, ActionChange, Assessment, Exemption
from assessment.models.planning import LONGEST_ACTION, TO_DO
from assessment.published import PublishedQuestion
from teams.access import Right, may
from teams.models import Team, User
from teams.notices import tell

# What can be changed of an action, in the order in which a form asks for it.
FIELDS: Final = ("text", "owner", "due_on", "status", "note", "link")
DAYS_FOR_A_STEP: Final = 45
LONGEST_EXEMPTION: Final = timedelta(days=366)


class ChangedMeanwhile(Exception):
    """Somebody else changed what the form was about to change; nothing was changed.

    `action` is what is stored now, `theirs` the fields that were changed since the form was shown.
    """

    def __init__(self, action: Action, theirs: Sequence[ActionChange]) -> None:
        super().__init__("This action was changed in the meantime.")
        self.action = action
        self.theirs = theirs


class NotPlannable(Exception):
    """What was asked cannot be done; the text says why."""


# Actions ------------------------------------------------------------------------------------------


def note_action(
    *,
    team: Team,
    by: User,
    text: str,
    owner: User | None = None,
    due_on: date | None = None,
    note: str = "",
    link: str = "",
    assessment: Assessment | None = None,
    question: int | None = None,
    level: int | None = None,
) -> Action:
    """Note something the team decides to do, and tell who is to do it.

    `question` is the id of the question it is for, `level` the one it leads that question to.
    """
    with transaction.atomic():
        action = Action.objects.create(
            team=team,
            assessment=assessment,
            question_id=question,
            level=level,
            text=text,
            note=note,
            link=link,
            owner=owner,
            due_on=due_on,
            noted_by=by,
        )
        tell_the_owner(action, by)
        return action


def make_of_step(
    *, team: Team, by: User, assessment: Assessment, question: PublishedQuestion, level: int
) -> tuple[Action, bool]:
    """Make an action of what is suggested to bring a question to a level; say whether it is new.

    One that is open already is returned as it is, however often and by how many it is pressed.
    Whoever presses owns it if they are in the team. The team came through a door.
    """
    with transaction.atomic():
        hold(team)
        known = Action.objects.filter(
            team=team, question__key=question.key, level=level, status__in=TO_DO
        ).first()
        if known:
            return known, False
        suggested = question.levels[level - 1].suggestion
        text = as_text(suggested)
        made = note_action(
            team=team,
            by=by,
            text=text,
            note="" if text == suggested else suggested,
            owner=by if may(team, Right.ANSWER) else None,
            due_on=timezone.localdate() + timedelta(days=DAYS_FOR_A_STEP),
            assessment=assessment,
            question=question.id,
            level=level,
        )
        return made, True


def as_text(suggested: str) -> str:
    """Return a suggestion as an action says it: its first sentences, as many as there is room."""
    if len(suggested) <= LONGEST_ACTION:
        return suggested
    cut = suggested[:LONGEST_ACTION]
    end = max(cut.rfind(". "), cut.rfind(".\N{RIGHT DOUBLE QUOTATION MARK} "))
    return cut[: end + 1] if end > 0 else Truncator(suggested).chars(LONGEST_ACTION)


def change_action(*, action: Action, by: User, revision: int, values: Mapping[str, Any]) -> Action:
    """Change fields of an action that its form showed at a revision; keep what they were.

    Whatever is the same already is no change. Raises ChangedMeanwhile when somebody changed one of
    these very fields since that revision, unless both did the same.
    """
    with transaction.atomic():
        held = Action.objects.select_for_update(of=("self",)).select_related("owner")
        stored = held.get(pk=action.pk)
        stored.team = action.team
        wanted = {field: values[field] for field in FIELDS if field in values}
        changed = {field: it for field, it in wanted.items() if getattr(stored, field) != it}
        if not changed:
            return stored
        theirs = list(
            ActionChange.objects.filter(
                action=stored, revision__gt=revision, field__in=wanted
            ).select_related("by")
        )
        if theirs:
            raise ChangedMeanwhile(stored, theirs)
        return _write(stored, changed, by)


def _write(stored: Action, changed: Mapping[str, Any], by: User) -> Action:
    now = timezone.now()
    stored.revision += 1
    ActionChange.objects.bulk_create(
        ActionChange(
            action=stored,
            revision=stored.revision,
            field=field,
            before=kept_as(getattr(stored, field)),
            after=kept_as(value),
            by=by,
            at=now,
        )
        for field, value in changed.items()
    )
    for field, value in changed.items():
        setattr(stored, field, value)
    if "status" in changed:
        stored.closed_at = None if stored.status in TO_DO else stored.closed_at or now
    stored.save(update_fields=[*changed, "revision", "closed_at"])
    if changed.get("owner"):
        tell_the_owner(stored, by)
    return stored


def kept_as(value: Any) -> str:
    """Return a field as its history keeps it: a person by their id, a day in ISO form."""
    if value is None:
        return ""
    return str(value.pk) if isinstance(value, User) else str(value)


def tell_the_owner(action: Action, by: User) -> None:
    """Tell somebody that an action is theirs, unless they took it themselves."""
    if action.owner is None or action.owner == by:
        return
    due = f", due {action.due_on.day} {action.due_on:%B %Y}" if action.due_on else ""
    where = action.team
    tell(
        action.owner,
        f"{by} gave you an action in {where}{due}: {Truncator(action.text).chars(200)}",
        address_of(action),
    )


def address_of(action: Action) -> str:
    team = action.team
    return reverse("action", args=[team.organization.slug, team.slug, action.pk])


# Exemptions ---------------------------------------------------------------------------------------


def exempt(
    *, team: Team, by: User, question: PublishedQuestion, kind: str, reason: str, until: date
) -> Exemption:
    """Leave a question alone until a day. `kind`, `reason` and `until` are those of a valid form.

    One whose day is over gives way. Raises NotPlannable while another still holds.
    """
    today = timezone.localdate()
    with transaction.atomic():
        hold(team)
        standing = Exemption.objects.filter(
            team=team, question__key=question.key, ended_at=None
        ).select_related("by")
        for each in standing:
            if each.until >= today:
                raise NotPlannable(
                    f"{each.by or 'Somebody'} has put this aside until "
                    f"{each.until.day} {each.until:%B %Y} already. Nothing was changed: end that "
                    "first if it is to be different."
                )
        standing.update(ended_at=timezone.now())
        return Exemption.objects.create(
            team=team, question_id=question.id, kind=kind, reason=reason, until=until, by=by
        )


def end_exemption(*, exemption: Exemption) -> bool:
    """Work on the question again from now on; say whether this call ended it."""
    standing = Exemption.objects.filter(pk=exemption.pk, ended_at=None)
    return bool(standing.update(ended_at=timezone.now()))


def hold(team: Team) -> None:
    """Hold off everybody else who plans in the team until commit."""
    Team.objects.select_for_update(of=("self",), no_key=True).get(pk=team.pk)
