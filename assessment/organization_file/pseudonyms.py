"""The pseudonyms of an organization that comes in: its people and teams get new ids here.

A pseudonym is a keyed hash of both ids. The file tells which ids went into it, never which person
a sheet belongs to: that needs the key, and the key is in no file.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings

from assessment.models.answering import TOGETHER, respondent_key


@dataclass
class Pseudonyms:
    """What each pseudonym becomes, for the sheets of any team; and how many sheets were which.

    `people` and `teams` lead from the ids in the file to those here.
    """

    people: Mapping[int, int]
    teams: Mapping[int, int]
    paired: int = 0
    together: int = 0
    of_nobody: int = 0
    _of_team: dict[int, dict[str, str]] = field(default_factory=dict)

    def here(self, respondent: str, team: int) -> str:
        """Return the respondent under this installation's key, given the team's id in the file.

        Whoever cannot be found stays as they are: deleted accounts, or a file from an installation
        whose key is not known here.
        """
        if respondent == TOGETHER:
            self.together += 1
            return respondent
        if team not in self._of_team:
            self._of_team[team] = self._known(team)
        found = self._of_team[team].get(respondent)
        if found is None:
            self.of_nobody += 1
            return respondent
        self.paired += 1
        return found

    def _known(self, team: int) -> dict[str, str]:
        return {
            respondent_key(before, team, key=key): respondent_key(now, self.teams[team])
            for before, now in self.people.items()
            for key in self.keys
        }

    @cached_property
    def keys(self) -> Collection[str]:
        """This installation's key, and the one a file from elsewhere was made with."""
        return {settings.RESPONDENT_KEY_OLD, settings.RESPONDENT_KEY}
