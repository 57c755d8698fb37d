"""Leave a question alone until a day, with a reason; and work on it again before that."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from assessment import planning
from assessment.action_forms import ExemptionForm
from assessment.attained_level import level_of
from assessment.last_means import last_means
from assessment.models import Exemption
from assessment.models.planning import ExemptionKind
from assessment.planning import NotPlannable
from teams.access import Right, SignedIn, team_for
from teams.models import Team

MEANINGS = (
    (
        ExemptionKind.RISK_ACCEPTED,
        "Accept the risk",
        "You know what can go wrong as it is, and live with that until the day.",
    ),
    (
        ExemptionKind.DECLINED,
        "Decline the suggestion",
        "It does not fit your team, or something else comes first.",
    ),
)


def exempt(request: SignedIn, organization: str, team: str, question: str) -> HttpResponse:
    place = team_for(request.user, organization, team, Right.LEAD)
    known = last_means(place)
    asked = known and known.model.questions.get(question)
    if not known or not asked:
        raise Http404
    form = ExemptionForm(request.POST or None)
    if form.is_valid():
        try:
            planning.exempt(team=place, by=request.user, question=asked, **form.cleaned_data)
        except NotPlannable as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "It is put aside, and comes back by itself on that day.")
        return redirect(to_what_is_put_aside(place))
    row = known.means.get(question)
    mean = row.mean if row and row.applicable else None
    context = {
        "team": place,
        "organization": place.organization,
        "question": asked,
        "now": None if mean is None else asked.levels[level_of(mean)],
        "form": form,
        "meanings": MEANINGS,
    }
    return render(request, "assessment/exemption.html", context)


@require_POST
def exemption_end(request: SignedIn, organization: str, team: str, exemption: int) -> HttpResponse:
    place = team_for(request.user, organization, team, Right.LEAD)
    found = get_object_or_404(
        Exemption.objects.select_related("question"), team=place, pk=exemption
    )
    if planning.end_exemption(exemption=found):
        messages.success(request, f"“{found.question.title}” is suggested again.")
    else:
        messages.info(request, "That had ended already.")
    return redirect(f"{place.get_absolute_url()}#next-steps")


def to_what_is_put_aside(team: Team) -> str:
    return f"{team.get_absolute_url()}#put-aside"
