"""What comes due with time: each job does what has become due and says how much that was.

Every job is safe to run again, at any time and by several processes at once.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from assessment.digests import send_digests
from assessment.due_reminders import remind_due
from assessment.exporting import asking
from assessment.rounds import open_due
from guide import uploads

# What it does, in the words `run_due` prints, and the function that does it: now in, a count out.
Job = tuple[str, Callable[[datetime], int]]

JOBS: Final[tuple[Job, ...]] = (
    ("uploads of guides given up", uploads.give_up_silent),
    ("uploads of guides removed", uploads.remove_old),
    ("rounds opened", open_due),
    ("reminders sent", remind_due),
    ("digests sent", send_digests),
    ("files removed that were kept for long enough", asking.remove_expired),
    ("files given up that nobody was making", asking.give_up_stuck),
)


def run(now: datetime) -> dict[str, int]:
    """Do all that is due and return how much of each was done."""
    return {words: job(now) for words, job in JOBS}
