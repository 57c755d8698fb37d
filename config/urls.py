"""Every address of Rungs, room by room."""

from django.contrib import admin
from django.urls import include, path

from assessment.api import api

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

# django-ninja checks who asks by itself and answers in JSON, not with the login page. Its routes
# all have a callback, and a function may carry attributes: the type knows neither.
api_routes, api_app, api_namespace = api.urls
for route in api_routes:
    route.callback.login_required = False  # type: ignore[union-attr]

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("guide/", include("guide.urls")),
    path("organizations/<slug:organization>/guides/", include("guide.organization_urls")),
    path("api/v1/", (api_routes, api_app, api_namespace)),
    path("", include("teams.urls")),
    path("", include("guide.correction_urls")),
    path("", include("assessment.urls")),
]
