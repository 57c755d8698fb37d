"""An organization's pages that compare: its teams, their questions, and some of them side by side.

Owners and managers compare; others see their own teams.
"""

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from assessment import kept, questions_compared, side_by_side
from assessment.choice import choice_from, days_from
from assessment.drawn_comparison import around, drawn_rows, page_stamp, stamps_of, table
from assessment.latest_results import team_cards
from assessment.organization_results import results_of
from teams.access import Right, SignedIn, may, organization_for, teams_of
from teams.models import Organization


def organization(request: SignedIn, organization: str) -> HttpResponse:
    place = organization_for(request.user, organization)
    if may(place, Right.COMPARE):
        context = {"organization": place, "comparison": comparison(place, request.GET)}
        return render(request, "assessment/organization.html", context)
    cards = team_cards(teams_of(request.user, place))
    return render(request, "assessment/own_teams.html", {"organization": place, "cards": cards})


def questionnaire(request: SignedIn, organization: str, questionnaire: str) -> HttpResponse:
    """Show the teams and the questions of one questionnaire, one level below the comparison."""
    place = organization_for(request.user, organization, Right.COMPARE)
    title, compared = questions_compared.drawn(place, questionnaire, request.GET)
    context = {"organization": place, "title": title, "comparison": compared}
    return render(request, "assessment/questions.html", context)


def beside(request: SignedIn, organization: str) -> HttpResponse:
    """Show some teams on one chart, and the table of just these."""
    place = organization_for(request.user, organization, Right.COMPARE)
    context = {"organization": place, "comparison": side_by_side.drawn(place, request.GET)}
    return render(request, "assessment/side_by_side.html", context)


def comparison(place: Organization, query: QueryDict) -> SafeString:
    """Return the comparison that the address asks for; empty where there is no team to compare.

    One drawn before is kept for the next visit, which draws again what has changed since.
    """
    days, complaints = days_from(query, timezone.now().date())
    results = results_of(place, days)
    choice = choice_from(query, days, complaints, results.known())
    if not results.assessed:
        return SafeString("")
    stamps = stamps_of(results, choice)

    def draw() -> str:
        rows = drawn_rows(results, choice, stamps)
        context = around(results, choice, rows) | table(results, choice, rows)
        return render_to_string("assessment/_comparison.html", context)

    at = kept.key("comparison", place.pk, choice)
    return kept.page(at, page_stamp(results, choice, stamps), draw)
