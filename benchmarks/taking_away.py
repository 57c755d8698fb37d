"""What it costs to take much away: a workbook of 100,000 answers, and a team's report."""

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from benchmarks.importing import peak

if TYPE_CHECKING:
    from teams.models import Organization

ANSWERS = 100_000


def measure() -> dict[str, dict[str, float]]:
    """Return CPU seconds, and megabytes above what the process had before, of each file.

    Each is made in a process of its own, as the worker would: memory is that process's peak.
    """
    grow(ANSWERS)
    return {
        f"workbook of {ANSWERS:,} answers": in_a_process(workbook),
        "PDF report of a team": in_a_process(report),
    }


def grow(wanted: int) -> None:
    """Copy snapshots of the demo's teams until there are so many answers by question."""
    from assessment.models import QuestionScore, Snapshot
    from benchmarks.scene import lengthen_history

    snapshots = Snapshot.objects.filter(team__organization=the_demo())
    answers = QuestionScore.objects.filter(snapshot__in=snapshots)
    teams = list(the_demo().teams.filter(snapshots__isnull=False).distinct())
    a_snapshot = answers.count() / snapshots.count()
    each = 1 + int(wanted / a_snapshot / len(teams))
    for team in teams:
        lengthen_history(team, each)
    short = wanted - answers.count()
    if short > 0:
        lengthen_history(teams[0], each + 1 + int(short / a_snapshot))


def the_demo() -> "Organization":
    from teams.models import Organization

    return Organization.objects.get(slug="lantern-market")


def in_a_process(make: Callable[[], float]) -> dict[str, float]:
    from django.db import connections

    connections.close_all()  # each process opens its own
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=child, args=(make, theirs))
    process.start()
    theirs.close()  # where the other process dies, receiving ends too
    found: dict[str, float] = ours.recv()
    process.join()
    return found


def child(make: Callable[[], float], pipe: Connection) -> None:
    import django

    django.setup()
    from django.urls import reverse

    reverse("home")  # all addresses are loaded, as in a worker that has been idle
    if make is report:
        import weasyprint  # noqa: F401 - loaded once in a worker's life
    before = peak("self")
    start, spent = time.perf_counter(), time.process_time()
    size = make()
    pipe.send(
        {
            "seconds": round(time.perf_counter() - start, 1),
            "cpu_seconds": round(time.process_time() - spent, 1),
            "megabytes_above_idle": round(peak("self") - before, 1),
            "megabytes": round(size / 1e6, 1),
        }
    )


def workbook() -> float:
    from assessment.exporting import workbooks

    return len(workbooks.made_of(the_demo(), lambda percent: None))


def report() -> float:
    """Make the report of the team with the longest history."""
    from django.db.models import Count

    from assessment.exporting import report
    from teams.models import Team

    teams = Team.objects.filter(organization=the_demo()).select_related("organization", "parent")
    team = teams.annotate(length=Count("snapshots")).order_by("-length", "pk")[0]
    return len(report.of_team(team, lambda percent: None))
