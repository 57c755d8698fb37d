from django.urls import path

from teams.views import account, invitations, notices, organizations, teams

ORGANIZATION = "organizations/<slug:organization>/"
TEAM = ORGANIZATION + "teams/<slug:team>/"
PERSON = "people/<int:person>/"
WITHDRAW = "invitations/<uuid:invitation>/withdraw/"

urlpatterns = [
    path("account/", account.account, name="account"),
    path("account/preferences/", account.account_preferences, name="account_preferences"),
    path("account/reminders/stop/<str:token>/", account.reminders_stop, name="reminders_stop"),
    path(
        "account/memberships/<int:membership>/leave/",
        account.membership_leave,
        name="membership_leave",
    ),
    path("notices/", notices.notices, name="notices"),
    path("notices/put-away/", notices.notices_put_away, name="notices_put_away"),
    path("notices/<int:notice>/put-away/", notices.notice_put_away, name="notice_put_away"),
    path("organizations/new/", organizations.organization_new, name="organization_new"),
    path(
        ORGANIZATION + "settings/",
        organizations.organization_settings,
        name="organization_settings",
    ),
    path(ORGANIZATION + "people/", organizations.organization_people, name="organization_people"),
    path(ORGANIZATION + PERSON, organizations.organization_person, name="organization_person"),
    path(
        ORGANIZATION + PERSON + "remove/",
        organizations.organization_person_remove,
        name="organization_person_remove",
    ),
    path(
        ORGANIZATION + WITHDRAW,
        invitations.organization_invitation_withdraw,
        name="organization_invitation_withdraw",
    ),
    path(ORGANIZATION + "teams/new/", teams.team_new, name="team_new"),
    path(TEAM + "settings/", teams.team_settings, name="team_settings"),
    path(TEAM + "people/", teams.team_people, name="team_people"),
    path(TEAM + PERSON, teams.team_person, name="team_person"),
    path(TEAM + PERSON + "remove/", teams.team_person_remove, name="team_person_remove"),
    path(TEAM + WITHDRAW, invitations.team_invitation_withdraw, name="team_invitation_withdraw"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
]
