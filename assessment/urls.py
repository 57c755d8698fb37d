from django.urls import path

from assessment.views import (
    actions,
    annotating,
    answering,
    assessments,
    comparing,
    computed,
    exemptions,
    home,
    inviting,
    models,
    rounds,
    talking,
    team,
    two_assessments,
)

ORGANIZATION = "organizations/<slug:organization>/"
MODELS = ORGANIZATION + "models/"
ROUNDS = ORGANIZATION + "rounds/"
ROUND = ROUNDS + "<uuid:round_id>/"
TEAM = ORGANIZATION + "teams/<slug:team>/"
ASSESSMENT = TEAM + "assessments/<uuid:assessment>/"

urlpatterns = [
    path("", home.home, name="home"),
    path(ORGANIZATION + "targets/", team.organization_targets, name="organization_targets"),
    path(MODELS, models.organization_models, name="organization_models"),
    path(MODELS + "<int:model>/", models.model, name="model"),
    path(MODELS + "<int:model>/file/", models.model_file, name="model_file"),
    path(MODELS + "drafts/new/", models.draft_new, name="draft_new"),
    path(MODELS + "drafts/<int:draft>/", models.draft, name="draft"),
    path(MODELS + "drafts/<int:draft>/remove/", models.draft_remove, name="draft_remove"),
    path(ORGANIZATION, comparing.organization, name="organization"),
    path(ORGANIZATION + "side-by-side/", comparing.beside, name="side_by_side"),
    path(
        ORGANIZATION + "questionnaires/<slug:questionnaire>/",
        comparing.questionnaire,
        name="organization_questionnaire",
    ),
    path(ROUNDS, rounds.rounds_list, name="rounds"),
    path(ROUNDS + "new/", rounds.round_new, name="round_new"),
    path(ROUND, rounds.round_page, name="round"),
    path(ROUND + "edit/", rounds.round_edit, name="round_edit"),
    path(ROUND + "bring-in/", rounds.round_bring_in, name="round_bring_in"),
    path(ROUND + "close/", rounds.round_close, name="round_close"),
    path(ROUND + "call-off/", rounds.round_call_off, name="round_call_off"),
    path(TEAM, team.team, name="team"),
    path(TEAM + "model/", models.team_model, name="team_model"),
    path(TEAM + "targets/", team.team_targets, name="team_targets"),
    path(TEAM + "timeline/", annotating.timeline, name="timeline"),
    path(
        TEAM + "timeline/<uuid:annotation>/remove/",
        annotating.annotation_remove,
        name="annotation_remove",
    ),
    path(TEAM + "compare/", two_assessments.compare_two, name="compare_two"),
    path(TEAM + "assessments/new/", assessments.assessment_new, name="assessment_new"),
    path(ASSESSMENT, assessments.assessment, name="assessment"),
    path(ASSESSMENT + "finish/", assessments.assessment_finish, name="assessment_finish"),
    path(
        ASSESSMENT + "finish/take-back/",
        assessments.assessment_unfinish,
        name="assessment_unfinish",
    ),
    path(ASSESSMENT + "who/", assessments.assessment_who, name="assessment_who"),
    path(ASSESSMENT + "due/", assessments.assessment_due, name="assessment_due"),
    path(ASSESSMENT + "reveal/", assessments.assessment_reveal, name="assessment_reveal"),
    path(ASSESSMENT + "reopen/", assessments.assessment_reopen, name="assessment_reopen"),
    path(ASSESSMENT + "invite/", inviting.assessment_invite, name="assessment_invite"),
    path(ASSESSMENT + "remind/", inviting.assessment_remind, name="assessment_remind"),
    path(ASSESSMENT + "links/new/", inviting.guest_link_new, name="guest_link_new"),
    path(
        ASSESSMENT + "links/<uuid:invitation>/withdraw/",
        inviting.guest_link_withdraw,
        name="guest_link_withdraw",
    ),
    path("join/<str:token>/", inviting.join, name="join"),
    path("join/<str:token>/link/", inviting.join_link, name="join_link"),
    path("join/<str:token>/wall/", inviting.join_wall, name="join_wall"),
    path(ASSESSMENT + "submit/", assessments.assessment_submit, name="assessment_submit"),
    path(ASSESSMENT + "talk/", talking.talk, name="talk"),
    path(ASSESSMENT + "talk/now/", talking.talk_now, name="talk_now"),
    path(ASSESSMENT + "talk/act/", talking.talk_act, name="talk_act"),
    path(ASSESSMENT + "talk/take-over/", talking.talk_take_over, name="talk_take_over"),
    path(TEAM + "actions/", actions.actions, name="actions"),
    path(TEAM + "actions/new/", actions.action_new, name="action_new"),
    path(TEAM + "actions/make/", actions.action_make, name="action_make"),
    path(TEAM + "actions/<int:action>/", actions.action, name="action"),
    path(TEAM + "actions/<int:action>/status/", actions.action_status, name="action_status"),
    path(TEAM + "exemptions/<str:question>/", exemptions.exempt, name="exempt"),
    path(TEAM + "exemptions/<int:exemption>/end/", exemptions.exemption_end, name="exemption_end"),
    path(ASSESSMENT + "scores/", computed.scores, name="scores"),
    path(ASSESSMENT + "scores/<slug:questionnaire>/", computed.questionnaire, name="computed"),
    # Last, as a questionnaire's key may not stand in for an address above.
    path(ASSESSMENT + "<slug:questionnaire>/", answering.answer, name="answer"),
]
