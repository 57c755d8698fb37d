"""Which maturity model a team's next assessment asks, and how a team goes over to another."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from assessment.models import Assessment, MaturityModel, ModelInUse
from assessment.models.answering import RUNNING
from teams.models import Organization, Team, User


class SnapshotFirst(Exception):
    """A team cannot go over to another version amid an assessment; the text says why."""


# An id to compare: nothing equals NULL, and everybody's models have no organization.
WHOSE = Coalesce("organization_id", Value(0))


def open_to(organization: Organization) -> QuerySet[MaturityModel]:
    """Return the versions an organization's teams may use: everybody's and its own."""
    return MaturityModel.objects.filter(
        Q(organization=None) | Q(organization=organization)
    ).select_related("organization")


def newest_of_each(models: QuerySet[MaturityModel]) -> QuerySet[MaturityModel]:
    """Keep the newest version of each model."""
    newer = MaturityModel.objects.annotate(whose=WHOSE).filter(
        whose=OuterRef("whose"), key=OuterRef("key"), published_at__gt=OuterRef("published_at")
    )
    return models.annotate(whose=WHOSE).filter(~Exists(newer))


def everybodys_newest() -> MaturityModel | None:
    return MaturityModel.objects.filter(organization=None).order_by("-published_at").first()


def model_of(team: Team) -> MaturityModel | None:
    """Return the version the team's next assessment asks: the chosen one, or everybody's newest."""
    chosen = ModelInUse.objects.filter(team=team).select_related("maturity_model").first()
    return chosen.maturity_model if chosen else everybodys_newest()


def choose(*, team: Team, model: MaturityModel, by: User) -> None:
    """Let the team's next assessment ask another version.

    What runs has to be submitted first: its snapshot is what the other version is compared with,
    on the questions both ask. Raises SnapshotFirst.
    """
    with transaction.atomic():
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        running = Assessment.objects.filter(team=team, status__in=RUNNING).first()
        if running is not None and running.maturity_model_id != model.pk:
            raise SnapshotFirst(
                f"{team} has an assessment running on {running.maturity_model}. Submit it first: "
                "its snapshot is what the other version will be compared with."
            )
        ModelInUse.objects.update_or_create(
            team=team, defaults={"maturity_model": model, "chosen_by": by}
        )
