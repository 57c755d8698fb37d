from django.urls import path, re_path

from guide.views import corrections

OWN = "account/corrections/"
ORGANIZATION = "organizations/<slug:organization>/corrections/"

urlpatterns = [
    re_path(
        r"^corrections/(?P<guide>[-\w]+)/(?P<path>[^\x00]+)/$",
        corrections.correction_new,
        name="correction_new",
    ),
    path(OWN, corrections.own_corrections, name="own_corrections"),
    path(
        OWN + "<int:correction>/take-back/",
        corrections.correction_take_back,
        name="correction_take_back",
    ),
    path(ORGANIZATION, corrections.corrections, name="corrections"),
    path(
        ORGANIZATION + "<int:correction>/done/", corrections.correction_done, name="correction_done"
    ),
    path(
        ORGANIZATION + "<int:correction>/decline/",
        corrections.correction_decline,
        name="correction_decline",
    ),
]
