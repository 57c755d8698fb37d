"""The reports: what somebody who does not use Rungs should know, a page of summary first."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from assessment.exporting.compared import compared
from assessment.exporting.offers import NOTHING_ASKED
from assessment.exporting.pictures import colours, picture
from assessment.exporting.printing import pdf
from assessment.exporting.team_charts import charts_in, results_of
from assessment.models import Action
from assessment.models.planning import TO_DO
from assessment.question_score import TOP
from teams.models import Organization, Team

FIRST: Final = 3  # next steps on the page of summary
MOVED: Final = "changed"


class Drawn(NamedTuple):
    """A chart on paper."""

    title: str
    summary: str
    picture: SafeString


def of_team(team: Team, progress: Callable[[int], None]) -> bytes:
    progress(10)
    context = about_team(team)
    progress(40)
    return printed("team", context, team.get_absolute_url())


def of_organization(organization: Organization, progress: Callable[[int], None]) -> bytes:
    context = about(organization, progress)
    return printed("organization", context, organization.get_absolute_url())


def about(
    organization: Organization, progress: Callable[[int], None] = lambda percent: None
) -> dict[str, Any]:
    """Return what a report says of an organization; its teams come one after the other, by name."""
    found = compared(organization, NOTHING_ASKED)
    teams = organization.teams.select_related("organization", "parent").order_by("name")
    told = []
    for done, team in enumerate(teams, start=1):
        told.append(about_team(team))
        progress(60 * done // len(teams))
    return {
        "organization": organization,
        "compared": found,
        "teams": [each for each in told if each["results"]],
        "not_assessed": [row.team for row, *_ in found.rows if row.latest is None],
    }


def about_team(team: Team) -> dict[str, Any]:
    """Return what a report says of a team: what its page shows, with charts as pictures."""
    results = results_of(team)
    charts = {
        key: Drawn(each.title, each.summary, picture(each.figure, each.svg))
        for key, each in charts_in(results).items()
    }
    lines = [charts.pop(each.key) for each in results.get("lines", ())]
    return {
        "team": team,
        "organization": team.organization,
        "results": results,
        "over_time": charts.get("over-time"),
        "profile": charts.get("profile"),
        "lines": lines,
        "moved": moved(results),
        "first_steps": results.get("steps", [])[:FIRST],
        "actions": open_actions(team),
    }


def moved(results: Mapping[str, Any]) -> list[str]:
    """Return what changed since the assessment before, beyond noise, a sentence each."""
    titles = [each.title for each in results.get("lines", ())]
    return [each for each in titles if each.endswith(MOVED)]


def open_actions(team: Team) -> list[Action]:
    actions = Action.objects.filter(team=team, status__in=TO_DO).select_related("owner", "question")
    return list(actions.order_by("due_on", "pk"))


def printed(name: str, context: dict[str, Any], address: str) -> bytes:
    """Return a report as PDF; links in it lead to this installation."""
    html = render_to_string(
        f"assessment/report/{name}.html", context | {"today": timezone.localdate()}
    )
    css = render_to_string("assessment/report/report.css", on_paper())
    return pdf(html, css, settings.BASE_URL + address)


def on_paper() -> dict[str, object]:
    """Return the colours of a report by what they are for."""
    named = colours()
    return {
        "ink": named["ink"],
        "soft": named["ink-soft"],
        "accent": named["accent"],
        "panel": named["level-0"],
        "line": named["line"],
        "card": named["card"],
        "warn": named["warn"],
        "steps": [(n, named[f"level-{n}"], named[f"level-{n}-ink"]) for n in range(TOP + 1)],
    }
