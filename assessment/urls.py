from django.urls import path

from assessment.views import answering, assessments, comparing, home, team

TEAM = "organizations/<slug:organization>/teams/<slug:team>/"
ASSESSMENT = TEAM + "assessments/<uuid:assessment>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("organizations/<slug:organization>/", comparing.organization, name="organization"),
    path(TEAM, team.team, name="team"),
    path(TEAM + "targets/", team.team_targets, name="team_targets"),
    path(TEAM + "assessments/new/", assessments.assessment_new, name="assessment_new"),
    path(ASSESSMENT, assessments.assessment, name="assessment"),
    path(ASSESSMENT + "finish/", assessments.assessment_finish, name="assessment_finish"),
    path(ASSESSMENT + "submit/", assessments.assessment_submit, name="assessment_submit"),
    # Last, as a questionnaire's key may not stand in for an address above.
    path(ASSESSMENT + "<slug:questionnaire>/", answering.answer, name="answer"),
]
