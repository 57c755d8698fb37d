"""How each figure of a submitted assessment was computed, for everybody who may see the figure."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from assessment.computed import PLACES, computed
from assessment.computed_change import Before
from assessment.computed_level import whole
from assessment.freezing import scored_before
from assessment.models import QuestionnaireScore, QuestionScore, Snapshot
from assessment.published import PublishedModel, guide_links, published_model
from teams.access import SignedIn, team_for
from teams.models import Team


def scores(request: SignedIn, organization: str, team: str, assessment: UUID) -> HttpResponse:
    """Show how stage and overall score follow from the questionnaires."""
    place = team_for(request.user, organization, team)
    snapshot = snapshot_for(place, assessment)
    model = published_model(snapshot.maturity_model_id)
    found = scores_by_key(snapshot)
    context = about(place, snapshot, model) | {
        "rows": [(each, found[each.key]) for each in model.questionnaires if each.key in found],
        "whole": whole(model, snapshot, found),
    }
    return render(request, "assessment/scores.html", context)


def questionnaire(
    request: SignedIn, organization: str, team: str, assessment: UUID, questionnaire: str
) -> HttpResponse:
    """Show how one questionnaire's score, interval, level and change came about."""
    place = team_for(request.user, organization, team)
    snapshot = snapshot_for(place, assessment)
    model = published_model(snapshot.maturity_model_id)
    found = scores_by_key(snapshot)
    if questionnaire not in found:
        raise Http404
    score = found[questionnaire]
    rows = QuestionScore.objects.filter(
        snapshot=snapshot, question__questionnaire=score.questionnaire_id
    ).select_related("question")
    context = about(place, snapshot, model) | {
        "questionnaire": model.by_key[questionnaire],
        "others": [each for each in model.questionnaires if each.key in found],
        "score": score,
        "computed": computed(
            model,
            snapshot,
            score,
            {row.question.key: row for row in rows},
            before(snapshot, questionnaire),
            sum(each.changed is not None for each in found.values()),
        ),
    }
    return render(request, "assessment/computed.html", context)


def snapshot_for(team: Team, assessment: UUID) -> Snapshot:
    """Return the snapshot of the team's assessment; Http404 while there is none."""
    snapshots = Snapshot.objects.select_related("assessment__maturity_model")
    return get_object_or_404(snapshots, team=team, assessment=assessment)


def scores_by_key(snapshot: Snapshot) -> dict[str, QuestionnaireScore]:
    rows = snapshot.scores.select_related("questionnaire")
    return {row.questionnaire.key: row for row in rows}


def before(snapshot: Snapshot, key: str) -> Before | None:
    """Return the assessment that freezing compared this one with, and its score of one key."""
    earlier = scored_before(snapshot.assessment)
    if earlier is None:
        return None
    return Before(earlier.snapshot, earlier.snapshot.scores.filter(questionnaire__key=key).first())


def about(team: Team, snapshot: Snapshot, model: PublishedModel) -> dict[str, object]:
    """Return what both pages say about the assessment, and where the rules stand."""
    return {
        "team": team,
        "organization": team.organization,
        "snapshot": snapshot,
        "model": model,
        "stage": "" if snapshot.stage is None else model.level_names[snapshot.stage],
        "guide": [(PLACES[place], link.url) for place, link in guide_links(model, PLACES).items()],
    }
