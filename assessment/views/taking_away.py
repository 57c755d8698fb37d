"""Taking away what the pages show: tables and charts at once, longer files when they are made."""

import logging
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from assessment.exporting import asking
from assessment.exporting.belonging import in_the_log, named, page_of
from assessment.exporting.offers import Place, files_of, tables_of
from assessment.exporting.pictures import picture
from assessment.exporting.spreadsheets import csv_lines
from assessment.exporting.tables import Table
from assessment.exporting.team_charts import as_shown, charts_in, figures, results_of
from assessment.figures import Chart
from assessment.models.exporting import ExportStatus
from assessment.side_by_side import charts_at
from teams.access import Right, SignedIn, may, organization_for, team_for
from teams.models import Organization, Team

logger = logging.getLogger(__name__)

CSV: Final = "text/csv; charset=utf-8"
FILES: Final = "#files"


# The page ---------------------------------------------------------------------------------------


@require_safe
def team_take_away(request: SignedIn, organization: str, team: str) -> HttpResponse:
    place = team_for(request.user, organization, team)
    return page(request, place, {"team": place, "organization": place.organization})


@require_safe
def organization_take_away(request: SignedIn, organization: str) -> HttpResponse:
    place = organization_for(request.user, organization, Right.COMPARE)
    return page(request, place, {"organization": place})


def page(request: SignedIn, place: Place, context: dict[str, Any]) -> HttpResponse:
    """Show what there is to take, and the visitor's files; only these while they are made."""
    files = list(asking.own_exports(request.user, place))
    context |= {
        "place": place,
        "tables": tables_of(place),
        "offers": files_of(place),
        "answers_here": may(place, Right.ANSWER),
        "files": files,
        "unfinished": any(each.status in asking.UNFINISHED for each in files),
        "ready": sum(each.status == ExportStatus.READY for each in files),
        "renewed": bool(request.headers.get("HX-Request")),
    }
    part = "_files" if context["renewed"] else "take_away"
    return render(request, f"assessment/{part}.html", context)


# Tables, at once --------------------------------------------------------------------------------


@require_safe
def team_table(
    request: SignedIn, organization: str, team: str, table: str
) -> StreamingHttpResponse:
    return table_at(request, team_for(request.user, organization, team), table)


@require_safe
def organization_table(request: SignedIn, organization: str, table: str) -> StreamingHttpResponse:
    return table_at(request, organization_for(request.user, organization, Right.COMPARE), table)


def table_at(request: SignedIn, place: Place, key: str) -> StreamingHttpResponse:
    offer = next((each for each in tables_of(place) if each.key == key), None)
    if offer is None:
        raise Http404
    logger.info("table %s of %s taken by user %s", key, in_the_log(place), request.user.pk)
    return as_csv(offer.table(place, request.user, request.GET), f"{place.slug}-{key}")


def as_csv(table: Table, name: str) -> StreamingHttpResponse:
    """Answer with a table; its rows are read while they are sent."""
    response = StreamingHttpResponse(csv_lines(table), content_type=CSV)
    as_file(response, f"{name}-{timezone.localdate():%Y-%m-%d}.csv")
    return response


def as_file(response: HttpResponseBase, filename: str) -> None:
    header = content_disposition_header(as_attachment=True, filename=filename)
    response["Content-Disposition"] = header or "attachment"


# Charts, at once --------------------------------------------------------------------------------


@require_safe
def chart_picture(request: SignedIn, organization: str, team: str, chart: str) -> HttpResponse:
    """Answer with a chart as a picture that stands alone."""
    place, _, found = chart_for(request, organization, team, chart)
    return as_picture(place, found)


@require_safe
def chart_figures(
    request: SignedIn, organization: str, team: str, chart: str
) -> StreamingHttpResponse:
    place, results, found = chart_for(request, organization, team, chart)
    return as_csv(figures(place, results, found), f"{place.slug}-{chart}")


def chart_for(
    request: SignedIn, organization: str, team: str, key: str
) -> tuple[Team, dict[str, Any], Chart]:
    """Return a chart as it is on the team's page, or on an earlier one with `?page=`."""
    place = team_for(request.user, organization, team)
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
    results = results_of(place, number)
    found = charts_in(results).get(key)
    if found is None:
        raise Http404
    logger.info("chart %s of %s taken by user %s", key, in_the_log(place), request.user.pk)
    return place, results, found


@require_safe
def beside_picture(request: SignedIn, organization: str, chart: str) -> HttpResponse:
    """Answer with a chart of several teams as a picture that stands alone."""
    return as_picture(*chart_beside(request, organization, chart))


@require_safe
def beside_figures(request: SignedIn, organization: str, chart: str) -> StreamingHttpResponse:
    place, found = chart_beside(request, organization, chart)
    if found.table is None:
        raise Http404
    return as_csv(as_shown(found.table), f"{place.slug}-{chart}")


def chart_beside(request: SignedIn, organization: str, key: str) -> tuple[Organization, Chart]:
    """Return a chart of the teams that the address names, as on the page side by side."""
    place = organization_for(request.user, organization, Right.COMPARE)
    found = charts_at(place, request.GET).get(key)
    if found is None:
        raise Http404
    logger.info("chart %s of %s taken by user %s", key, in_the_log(place), request.user.pk)
    return place, found


def as_picture(place: Place, chart: Chart) -> HttpResponse:
    drawn = picture(chart.figure, chart.svg, f"{place.name}: {chart.title}", chart.summary)
    response = HttpResponse(drawn, content_type="image/svg+xml")
    as_file(response, f"{place.slug}-{chart.key}.svg")
    return response


# Files that are made ----------------------------------------------------------------------------


@require_POST
def team_export_ask(request: SignedIn, organization: str, team: str, kind: str) -> HttpResponse:
    return ask(request, team_for(request.user, organization, team), kind)


@require_POST
def organization_export_ask(request: SignedIn, organization: str, kind: str) -> HttpResponse:
    return ask(request, organization_for(request.user, organization, Right.COMPARE), kind)


def ask(request: SignedIn, place: Place, kind: str) -> HttpResponse:
    try:
        export = asking.ask(place=place, by=request.user, key=kind)
    except asking.NotNow as error:
        messages.warning(request, str(error))
        return redirect(request.path.removesuffix(f"{kind}/ask/"))
    messages.success(
        request,
        f"{named(export)} is being made. You may leave this page: your home page tells you when it "
        "is ready.",
    )
    return redirect(page_of(export) + FILES)


@require_safe
def export_fetch(request: SignedIn, export: object) -> HttpResponse:
    """Answer with a file, if it is the visitor's own and they may still see what is in it."""
    found = asking.ready_for(request.user, export)
    response = HttpResponse(bytes(found.content or b""), content_type=found.content_type)
    as_file(response, found.filename)
    return response


@require_POST
def export_remove(request: SignedIn, export: object) -> HttpResponse:
    removed = asking.remove(request.user, export)
    messages.success(request, f"{named(removed)} is removed.")
    return redirect(page_of(removed) + FILES)
