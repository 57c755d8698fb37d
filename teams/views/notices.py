"""What a person was told and has not put away."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from teams.access import SignedIn
from teams.notices import put_all_away, put_away, unseen_by

ON_A_PAGE = 50


@require_safe
def notices(request: SignedIn) -> HttpResponse:
    page = Paginator(unseen_by(request.user), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "teams/notices.html", {"page": page})


@require_POST
def notice_put_away(request: SignedIn, notice: int) -> HttpResponse:
    put_away(request.user, notice)
    return redirect("notices" if request.POST.get("from") == "notices" else "home")


@require_POST
def notices_put_away(request: SignedIn) -> HttpResponse:
    newest = request.POST.get("newest", "")
    if newest.isascii() and newest.isdecimal() and len(newest) < 19:
        put_all_away(request.user, int(newest))
    return redirect("notices")
