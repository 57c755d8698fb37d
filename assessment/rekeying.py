"""Give every sheet its respondent under a new key, so that one person's sheets still pair up."""

import secrets
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from assessment.models import Sheet
from assessment.models.answering import TOGETHER, respondent_key
from teams.models import User


class NotRekeyed(Exception):
    """The keys cannot be exchanged; nothing was changed, and the text says why."""


@dataclass(frozen=True)
class Rekeyed:
    """How many sheets went from the old key to the new, were there already, or lead to nobody.

    The last lost their account. They got a respondent by chance, one for each they had before, if
    any sheet was under the old key; otherwise they were left as they were.
    """

    rekeyed: int = 0
    under_the_new_key: int = 0
    of_nobody: int = 0
    filled_together: int = 0


def rekey(*, old: str, new: str) -> Rekeyed:
    """Exchange the key of all sheets, in one transaction. Once done, again does nothing.

    Raises NotRekeyed, also when no sheet is under either key.
    """
    if old == new:
        raise NotRekeyed("RESPONDENT_KEY and RESPONDENT_KEY_OLD are the same; nothing was changed.")
    with transaction.atomic():
        sheets = list(
            Sheet.objects.select_for_update(of=("self",)).select_related("assessment").order_by()
        )
        alone = [each for each in sheets if each.respondent != TOGETHER]
        known = respondents_of(alone, old=old, new=new)
        of_old = [each for each in alone if each.respondent in known]
        of_new = [each for each in alone if each.respondent in set(known.values())]
        if alone and not of_old and not of_new:
            raise NotRekeyed(
                "No sheet is under RESPONDENT_KEY or RESPONDENT_KEY_OLD, so the old key is not the "
                "one these were made with; nothing was changed."
            )
        if {(each.assessment_id, known[each.respondent]) for each in of_old} & {
            (each.assessment_id, each.respondent) for each in of_new
        }:
            raise NotRekeyed(
                "Somebody has answered the same assessment under both keys; nothing was changed. "
                "Go back to the old key until that assessment is submitted, and stop Rungs before "
                "the keys are exchanged."
            )
        of_nobody = [each for each in alone if each not in {*of_old, *of_new}]
        if of_old:
            by_chance: dict[str, str] = defaultdict(lambda: secrets.token_hex(32))
            for each in [*of_old, *of_nobody]:
                each.respondent = known.get(each.respondent) or by_chance[each.respondent]
            Sheet.objects.bulk_update([*of_old, *of_nobody], ["respondent"], batch_size=500)
        return Rekeyed(len(of_old), len(of_new), len(of_nobody), len(sheets) - len(alone))


def respondents_of(sheets: Collection[Sheet], *, old: str, new: str) -> dict[str, str]:
    """Return who filled the sheets under the new key, by who they are under the old.

    Also those who have left their team: they may come back. Two hashes for a person and a team.
    """
    there = {each.respondent for each in sheets}
    people = list(User.objects.values_list("pk", flat=True))
    pairs = (
        (respondent_key(person, team, key=old), respondent_key(person, team, key=new))
        for team in {each.assessment.team_id for each in sheets}
        for person in people
    )
    return {before: after for before, after in pairs if before in there or after in there}
