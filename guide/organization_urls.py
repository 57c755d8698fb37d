"""What an organization's owners do with its guides, below /organizations/<organization>/guides/."""

from django.urls import path

from guide.views import importing as views

UPLOAD = "uploads/<uuid:upload>/"

urlpatterns = [
    path("", views.guides, name="organization_guides"),
    path("import/", views.upload_new, name="organization_upload_new"),
    path(UPLOAD, views.upload, name="organization_upload"),
    path(UPLOAD + "progress/", views.upload_progress, name="organization_upload_progress"),
    path(UPLOAD + "confirm/", views.upload_confirm, name="organization_upload_confirm"),
    path(UPLOAD + "cancel/", views.upload_cancel, name="organization_upload_cancel"),
    path("<slug:guide>/delete/", views.guide_delete, name="organization_guide_delete"),
]
