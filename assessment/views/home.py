"""The start: what do I owe and what changed; or, signed out, what is this and can I look?"""

from typing import Final, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString

from assessment.latest_results import count_of, team_cards
from assessment.models import Assessment
from assessment.models.answering import AssessmentStatus
from assessment.owed import owing
from assessment.sparklines import line, scale
from guide.models import Correction, CorrectionStatus
from teams.access import own_teams_of
from teams.models import ORGANIZATION_ROLES, Organization, Role, Team, User
from teams.notices import at_home


class ExampleLine(NamedTuple):
    """One questionnaire of the invented team on the welcome page."""

    title: str
    score: float
    low: float
    high: float
    before: float
    target: int

    @property
    def drawing(self) -> SafeString:
        return scale(self.score, self.low, self.high, self.before, self.target)


EXAMPLE: Final = (
    ExampleLine("Noise and alert quality", 2.3, 1.9, 2.7, 1.9, 3),
    ExampleLine("Candidate workflows", 1.6, 1.2, 2.0, 1.5, 2),
    ExampleLine("Evolving automation and trust", 1.1, 0.6, 1.6, 1.2, 2),
    ExampleLine("Maintaining automation", 1.8, 1.4, 2.2, 1.3, 3),
    ExampleLine("Organisational challenges", 2.6, 2.2, 3.0, 2.5, 3),
)
EXAMPLE_OVERALL: Final = (0.6, 0.8, 1.2, 1.1, 1.5, 1.6, 1.9)

DEMO_LOGINS: Final = (
    ("owner@demo.example", "owns the organization and sees everything in it"),
    ("manager@demo.example", "compares the teams"),
    ("lead@demo.example", "leads a team: opens its assessments and submits them"),
    ("member@demo.example", "answers in a team and has an assessment waiting"),
)


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "assessment/welcome.html", welcome())
    return render(request, "assessment/home.html", overview(request.user))


def welcome() -> dict[str, object]:
    return {
        "example": EXAMPLE,
        "example_line": line(EXAMPLE_OVERALL),
        "example_first": EXAMPLE_OVERALL[0],
        "example_now": EXAMPLE_OVERALL[-1],
        "logins": DEMO_LOGINS,
    }


def overview(user: User) -> dict[str, object]:
    """Return what waits for the user, their teams' newest results and what they look after."""
    today = timezone.localdate()
    notices = list(at_home(user))
    return {
        "notices": notices,
        # One that the query annotated.
        "more_notices": notices[0].in_all - len(notices) if notices else 0,  # type: ignore[attr-defined]
        "owing": owing(user, today),
        "cards": team_cards(own_teams_of(user)),
        "organizations": looked_after_by(user),
        "for_staff": corrections_for_staff() if user.is_staff else 0,
        "today": today,
    }


def looked_after_by(user: User) -> QuerySet[Organization]:
    """Return the organizations the user owns or manages, each with how much goes on there."""
    running = Assessment.objects.filter(
        team__organization=OuterRef("pk"), status=AssessmentStatus.OPEN
    )
    for_owners = open_corrections().filter(
        organization=OuterRef("pk"),
        organization__memberships__user=user,
        organization__memberships__role=Role.OWNER,
    )
    return Organization.objects.filter(
        memberships__user=user, memberships__role__in=ORGANIZATION_ROLES
    ).annotate(
        number_of_teams=count_of(Team.objects.filter(organization=OuterRef("pk")), "organization"),
        number_open=count_of(running, "team__organization"),
        corrections_waiting=count_of(for_owners, "organization"),
    )


def open_corrections() -> QuerySet[Correction]:
    return Correction.objects.filter(status=CorrectionStatus.OPEN)


def corrections_for_staff() -> int:
    """Return how many suggestions wait that no organization looks after."""
    return open_corrections().filter(organization=None).count()
