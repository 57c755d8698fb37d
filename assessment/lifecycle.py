"""What happens to an assessment: opened, finished by its members, revealed, reopened, submitted.

Whatever opens or closes sheets locks the assessment's row first and looks at its state then. Saves
lock it too, so an answer is counted, or its sender learns that it is not.
"""

import enum
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from assessment.freezing import freeze
from assessment.model_choice import model_of
from assessment.models import Assessment, Participation, Snapshot, Talk
from assessment.models.answering import AssessmentStatus, Mode
from assessment.sheets import (
    Counted,
    answers_by_respondent,
    close_sheets,
    sheets_with_answers,
)
from teams.models import Team, User


class NotPossible(Exception):
    """What was asked cannot be done now; the text says why and what to do."""


def open_assessment(
    *,
    team: Team,
    by: User | None,
    length: str,
    mode: str = Mode.INDIVIDUAL,
    due_on: date | None = None,
) -> Assessment:
    """Open an assessment of the maturity model the team uses. Raises NotPossible.

    Mode and least number of answers hold as they are now, whatever is settled later.
    """
    model = model_of(team)
    if model is None:
        raise NotPossible("No maturity model is published yet: run load_maturity_model first.")
    try:
        with transaction.atomic():
            return Assessment.objects.create(
                team=team,
                maturity_model=model,
                length=length,
                mode=mode,
                least_answers=team.organization.least_answers,
                rules_control_changes=team.rules_control_changes,
                opened_by=by,
                due_on=due_on,
            )
    except IntegrityError as error:
        raise NotPossible("This team has an open assessment already.") from error


def change_due_date(*, assessment: Assessment, due_on: date | None) -> None:
    """Say by when answers are wanted, or take that back. Raises NotPossible on closed sheets."""
    still_open = Assessment.objects.filter(pk=assessment.pk, status=AssessmentStatus.OPEN)
    if not still_open.update(due_on=due_on):
        raise NotPossible("The sheets are closed already, so the day was not changed.")


def finish(*, assessment: Assessment, user: User) -> None:
    """Note that a member has finished. It is kept to the day (UTC) and leads to no sheet."""
    Participation.objects.update_or_create(
        assessment=assessment, user=user, defaults={"finished_on": timezone.now().date()}
    )


def unfinish(*, assessment: Assessment, user: User) -> None:
    """Note that a member has not finished after all. Their answers stay as they are."""
    Participation.objects.filter(assessment=assessment, user=user).update(finished_on=None)


class Revealed(enum.Enum):
    """What a reveal did."""

    NOW = enum.auto()
    IN_PART = enum.auto()  # where too few sheets have changed, what was shown before stands
    AS_BEFORE = enum.auto()  # which is everywhere
    ALREADY = enum.auto()


REVEALED = {
    Counted.ALL: Revealed.NOW,
    Counted.IN_PART: Revealed.IN_PART,
    Counted.NOTHING_NEW: Revealed.AS_BEFORE,
}


def reveal(*, assessment: Assessment, by: User) -> Revealed:
    """Close the sheets and let the team see the spread. Whoever reveals facilitates the talk.

    Raises NotPossible with too few sheets, and for one sheet filled together, which hides nothing.
    """
    with transaction.atomic():
        locked = lock(assessment)
        if locked.is_submitted:
            raise NotPossible("This assessment was submitted already; nothing was changed.")
        if locked.is_revealed:
            return Revealed.ALREADY
        if locked.is_consensus:
            raise NotPossible(
                "This team answers on one sheet that everybody sees. There is nothing to reveal: "
                "submit it when it is complete."
            )
        require_enough_sheets(locked)
        counted = count_sheets(locked)
        locked.status = AssessmentStatus.REVEALED
        locked.revealed_at = timezone.now()
        locked.revealed_by = by
        locked.save(update_fields=["status", "revealed_at", "revealed_by"])
        Talk.objects.get_or_create(assessment=locked, defaults={"facilitator": by})
        return REVEALED[counted]


def reopen(*, assessment: Assessment) -> bool:
    """Let sheets take answers again and say whether this call did it. Raises NotPossible."""
    with transaction.atomic():
        locked = lock(assessment)
        if locked.is_submitted:
            raise NotPossible("This assessment was submitted; its answers stand as they are.")
        if locked.is_open:
            return False
        locked.status = AssessmentStatus.OPEN
        locked.save(update_fields=["status"])
        return True


def submit(*, assessment: Assessment, by: User) -> tuple[Snapshot, bool]:
    """Close the assessment and freeze its scores; say whether this call did it.

    Whatever is pressed how often, and by how many at once, there is one snapshot.
    An assessment that was not revealed, or was reopened since, counts its sheets as a reveal does.
    Raises NotPossible when nobody has answered.
    """
    with transaction.atomic():
        locked = lock(assessment)
        if locked.is_submitted:
            return locked.snapshot, False
        if locked.is_open:
            count_sheets(locked)
        sheets = answers_by_respondent(locked)
        if not sheets:
            raise NotPossible("Nobody has answered yet, so there is nothing to submit.")
        locked.status = AssessmentStatus.SUBMITTED
        locked.submitted_at = now = timezone.now()
        locked.submitted_by = by
        locked.save(update_fields=["status", "submitted_at", "submitted_by"])
        # There is nothing left to come to.
        locked.invitations().withdraw()
        return freeze(locked, sheets, now), True


def lock(assessment: Assessment) -> Assessment:
    """Hold the assessment until commit and return it as it is now."""
    held = Assessment.objects.select_for_update(of=("self",)).select_related("team__organization")
    return held.get(pk=assessment.pk)


def count_sheets(locked: Assessment) -> Counted:
    """Let the answers count as they stand now, as far as no one or two people's change shows."""
    counted = close_sheets(locked, least=least_changes(locked))
    if counted is not Counted.NOTHING_NEW:
        locked.reveals += 1
        locked.save(update_fields=["reveals"])
    return counted


def require_enough_sheets(locked: Assessment) -> None:
    least, there = least_sheets(locked), sheets_with_answers(locked)
    if there >= least:
        return
    have = f"{there} {'person has' if there == 1 else 'people have'} answered"
    if not there:
        have = "Nobody has answered yet"
    raise NotPossible(
        f"{have}, and results are shown from {least} on, so that nobody's own answers can be read "
        f"off them: {least - there} more to go. Remind those who have not finished. A team too "
        "small for that can answer openly, or together on one sheet, next time."
    )


def least_sheets(assessment: Assessment) -> int:
    """Return how many sheets a result needs."""
    return assessment.thresholds(in_team=True).mean


def least_changes(assessment: Assessment) -> int:
    """Return in how many sheets a question must differ to be counted anew.

    As many as those need who see the least: owners and managers may watch a team that talks with
    names on, and would see one person's change between two results.
    """
    return assessment.thresholds(in_team=False).mean
