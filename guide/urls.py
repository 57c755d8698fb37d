from django.urls import path, re_path

from guide.views import reading

GUIDE = r"^(?P<slug>[-\w]+)/"

urlpatterns = [
    path("", reading.guides, name="guides"),
    path("search/", reading.guide_search, name="guide_search"),  # guide/importer.py keeps it free
    path("<slug:slug>/", reading.guide, name="guide"),
    path("<slug:slug>/all/", reading.guide_whole, name="guide_whole"),  # kept free there as well
    # A page's address ends with a slash, so one in a folder of these names stays reachable.
    # No name holds NUL, and PostgreSQL would not take the question.
    re_path(GUIDE + r"assets/(?P<path>[^\x00]*[^/\x00])$", reading.guide_asset, name="guide_asset"),
    re_path(GUIDE + r"read/(?P<path>[^\x00]*[^/\x00])$", reading.guide_read, name="guide_read"),
    re_path(
        GUIDE + r"suggestions/(?P<path>[^\x00]*[^/\x00])$",
        reading.guide_suggestions,
        name="guide_suggestions",
    ),
    re_path(GUIDE + r"(?P<path>[^\x00]+)/$", reading.guide_page, name="guide_page"),
]
