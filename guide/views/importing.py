"""An organization's guides, for its owners: which there are, importing one, deleting one."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, F, ProtectedError, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guide import uploads
from guide.files import MEGABYTE
from guide.forms import AddressForm, UploadForm
from guide.models import Guide, GuideUpload, UploadStatus
from guide.uploads import NotTaken, why_taken
from teams.access import Right, SignedIn, organization_for
from teams.models import Organization
from teams.notices import seen


@require_safe
def guides(request: SignedIn, organization: str) -> HttpResponse:
    place = organization_for(request.user, organization, Right.ARRANGE)
    listed = Guide.objects.filter(Q(organization=place) | Q(organization=None))
    sized = listed.annotate(page_count=Count("pages"), words=Sum("pages__words", default=0))
    context = {
        "organization": place,
        "guides": sized.order_by(F("organization").asc(nulls_last=True), "title"),
        "uploads": unfinished(place),
    }
    return render(request, "guide/organization_guides.html", context)


def upload_new(request: SignedIn, organization: str) -> HttpResponse:
    """Take a zip. What is in it is looked at in the background only."""
    place = organization_for(request.user, organization, Right.ARRANGE)
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            return redirect(uploads.receive(organization=place, by=request.user, file=file))
        except NotTaken as reason:
            form.add_error("file", str(reason))
            status = reason.status
    context = {
        "organization": place,
        "form": form,
        "largest": uploads.LARGEST_ZIP,
        "largest_megabytes": uploads.LARGEST_ZIP // MEGABYTE,
    }
    return render(request, "guide/upload_new.html", context, status=status)


@never_cache
@require_safe
def upload(request: SignedIn, organization: str, upload: UUID) -> HttpResponse:
    """Show how far an upload is, what would come of it, or what came."""
    found = upload_for(request, organization, upload)
    if not found.is_under_way:
        seen(request.user, found.get_absolute_url())
    form = AddressForm(initial={"slug": found.slug}, organization=found.organization)
    return shown(request, found, form)


@never_cache
@require_safe
def upload_progress(request: SignedIn, organization: str, upload: UUID) -> HttpResponse:
    """Say how far it is; when there is more to see than that, have the page loaded again."""
    found = upload_for(request, organization, upload)
    response = render(request, "guide/_upload_progress.html", {"upload": found})
    if not found.is_under_way:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def upload_confirm(request: SignedIn, organization: str, upload: UUID) -> HttpResponse:
    """Import what was shown; at another address, show first what that would change."""
    found = upload_for(request, organization, upload)
    form = AddressForm(request.POST, organization=found.organization)
    if not form.is_valid():
        return shown(request, found, form)
    slug = form.cleaned_data["slug"]
    same = slug == found.slug
    if not (uploads.confirm(found) if same else uploads.readdress(found, slug)):
        messages.info(request, "That was not done: this does not wait for it any more.")
    return redirect(found)


@require_POST
def upload_cancel(request: SignedIn, organization: str, upload: UUID) -> HttpResponse:
    found = upload_for(request, organization, upload)
    if not uploads.cancel(found):
        messages.warning(request, "It was too late: this is being imported, or was.")
        return redirect(found)
    messages.success(request, f"{found.filename} was removed, and nothing was changed.")
    return redirect("organization_guides", found.organization.slug)


def guide_delete(request: SignedIn, organization: str, guide: str) -> HttpResponse:
    """Ask once, then delete. A guide that maturity models point into stays."""
    place = organization_for(request.user, organization, Right.ARRANGE)
    found = get_object_or_404(place.guides, slug=guide)
    context = {"organization": place, "guide": found}
    if request.method != "POST":
        return render(request, "guide/guide_delete.html", context)
    try:
        found.delete()
    except ProtectedError:
        return render(request, "guide/guide_delete.html", context, status=409)
    messages.success(request, f"The guide “{found.title}” was deleted.")
    return redirect("organization_guides", place.slug)


def upload_for(request: SignedIn, organization: str, upload: UUID) -> GuideUpload:
    """Return an upload without the zip itself. Another organization's is 404."""
    place = organization_for(request.user, organization, Right.ARRANGE)
    kept = place.guide_uploads.select_related("by", "guide").defer("content")
    found: GuideUpload = get_object_or_404(kept, pk=upload)
    found.organization = place
    return found


def unfinished(place: Organization) -> QuerySet[GuideUpload]:
    """Return the uploads that are worked on, or wait for a yes or for being read."""
    waiting = place.guide_uploads.exclude(status=UploadStatus.IMPORTED)
    return waiting.select_related("organization", "by").defer("content", "report")


def shown(request: SignedIn, found: GuideUpload, form: AddressForm) -> HttpResponse:
    own = found.organization.guides.filter(slug=found.slug)
    context = {
        "organization": found.organization,
        "upload": found,
        "report": found.report,
        "form": form,
        "why_taken": why_taken(found.slug, found.organization),
        "there": own.first(),
    }
    return render(request, "guide/upload.html", context)
