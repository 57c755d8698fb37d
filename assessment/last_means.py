"""What a team's newest snapshots say of each question: whence suggestions come."""

from typing import NamedTuple
from uuid import UUID

from assessment.models import Snapshot
from assessment.models.maturity_model import Length
from assessment.models.results import QuestionRow, SnapshotRow, question_means, scores_over_time
from assessment.published import PublishedModel, published_model
from assessment.targets import RECENT
from teams.models import Team


class LastMeans(NamedTuple):
    """The questions of a team's newest snapshot with a score, and those of a newer pulse.

    `assessments` says which assessment each comes from, by key as well.
    """

    model: PublishedModel
    last: SnapshotRow | None
    means: dict[str, QuestionRow]
    assessments: dict[str, UUID]


def last_means(team: Team) -> LastMeans | None:
    """Read them; None before the first snapshot."""
    rows = Snapshot.objects.of_team(team).newest_first(0, RECENT)
    if not rows:
        return None
    scores = scores_over_time([row.id for row in rows])
    scored = {score.snapshot for score in scores if score.score is not None}
    last = next((row for row in rows if row.id in scored), None)
    pulse = rows[0] if rows[0].length == Length.PULSE else None
    read = [row for row in (last, pulse) if row]
    means = question_means([row.id for row in read])
    return LastMeans(
        model=published_model(rows[0].model),
        last=last,
        means={key: each for row in read for key, each in means[row.id].items()},
        assessments={key: row.assessment for row in read for key in means[row.id]},
    )
