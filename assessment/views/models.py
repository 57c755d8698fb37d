"""Maturity models: everybody's, and an organization's own as drafts and published versions."""

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from assessment import drafts, model_choice
from assessment.drafts import ChangedMeanwhile
from assessment.lifecycle import NotPossible
from assessment.model_choice import SnapshotFirst
from assessment.model_differences import Differences, differences
from assessment.model_file import LARGEST_FILE, ModelFileError
from assessment.model_text import part_of, text_of
from assessment.models import MaturityModel, ModelDraft
from assessment.published import published_model
from teams.access import Right, SignedIn, may, organization_for, team_for
from teams.models import Organization

LONGEST_TEXT = 1_000_000


class DraftForm(forms.Form):
    """A draft's text, and which revision of it was opened."""

    text = forms.CharField(
        strip=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"spellcheck": "false", "rows": 28, "wrap": "off"}),
    )
    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")


class UploadForm(forms.Form):
    file = forms.FileField(
        label="A maturity model as YAML",
        help_text="Up to 2 MB. It becomes a draft; nothing is published yet.",
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml"}),
    )


def organization_models(request: SignedIn, organization: str) -> HttpResponse:
    place = organization_for(request.user, organization, Right.COMPARE)
    counted = model_choice.open_to(place).annotate(
        questions=Count("questionnaires__questions"),
    )
    versions = list(counted.order_by("title", "-published_at"))
    context = {
        "organization": place,
        "own": [each for each in versions if each.organization_id],
        "everybodys": [each for each in versions if not each.organization_id],
        "drafts": place.model_drafts.select_related("changed_by", "based_on"),
        "upload": UploadForm(),
        "may_write": may(place, Right.ARRANGE),
    }
    return render(request, "assessment/models.html", context)


@require_POST
def draft_new(request: SignedIn, organization: str) -> HttpResponse:
    """Begin a draft: a copy of a version, or a file's text."""
    place = organization_for(request.user, organization, Right.ARRANGE)
    try:
        draft = begun(request, place)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("organization_models", organization)
    return redirect("draft", organization, draft.pk)


def begun(request: SignedIn, place: Organization) -> ModelDraft:
    """Begin the draft that was asked for. Raises NotPossible."""
    if file := request.FILES.get("file"):
        if (file.size or 0) > LARGEST_FILE:
            raise NotPossible("The file is larger than 2 MB. Nothing was kept.")
        return drafts.upload(organization=place, content=file.read(), by=request.user)
    chosen = request.POST.get("base", "")
    if not chosen.isascii() or not chosen.isdecimal() or len(chosen) > 15:
        raise NotPossible("Choose a version to copy, or a file. Nothing was kept.")
    base = get_object_or_404(model_choice.open_to(place), pk=int(chosen))
    return drafts.copy(organization=place, base=base, by=request.user)


def draft(request: SignedIn, organization: str, draft: int) -> HttpResponse:
    place, found = draft_for(request, organization, draft)
    if request.method != "POST":
        form = DraftForm(initial={"text": found.text, "revision": found.revision})
        return draft_page(request, place, found, form)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return draft_page(request, place, found, form)
    try:
        saved = drafts.save(draft=found, by=request.user, **form.cleaned_data)
    except ChangedMeanwhile as meanwhile:
        # Both texts stand on the page; sending again keeps the one in the field.
        again = form.cleaned_data | {"revision": meanwhile.draft.revision}
        return draft_page(
            request, place, meanwhile.draft, DraftForm(initial=again), theirs=meanwhile.draft.text
        )
    if "publish" in request.POST:
        return published(request, place, saved)
    messages.success(request, "The draft is saved.")
    return redirect("draft", organization, saved.pk)


def published(request: SignedIn, place: Organization, draft: ModelDraft) -> HttpResponse:
    """Publish what was just saved, or go back to it with what is wrong."""
    try:
        model = drafts.publish(draft=draft, revision=draft.revision, by=request.user)
    except ModelFileError:
        messages.error(
            request, "The draft is saved, but it cannot be published yet: see what is wrong below."
        )
        return redirect("draft", place.slug, draft.pk)
    except ChangedMeanwhile:
        messages.error(request, "Somebody changed the draft just now, so it was not published.")
        return redirect("draft", place.slug, draft.pk)
    messages.success(
        request,
        f"{model} is published and never changes. Its teams go over to it one by one, each on its "
        "own settings.",
    )
    return redirect("model", place.slug, model.pk)


def draft_page(
    request: SignedIn,
    place: Organization,
    draft: ModelDraft,
    form: DraftForm,
    theirs: str | None = None,
) -> HttpResponse:
    wrong = drafts.complaints(draft)
    context = {
        "organization": place,
        "draft": draft,
        "form": form,
        "theirs": theirs,
        "complaints": wrong,
        "differences": None if wrong else from_base(draft),
        "size": max(12, min(40, draft.text.count("\n") + 2)),
    }
    return render(request, "assessment/draft.html", context, status=409 if theirs else 200)


def from_base(draft: ModelDraft) -> Differences | None:
    """Return what a draft without mistakes changes in the version it was copied from."""
    if draft.based_on is None:
        return None
    return differences(part_of(draft.based_on), drafts.checked(draft).content)


@require_POST
def draft_remove(request: SignedIn, organization: str, draft: int) -> HttpResponse:
    place, found = draft_for(request, organization, draft)
    found.delete()
    messages.success(request, f"The draft of {found.title} is removed. Published versions stay.")
    return redirect("organization_models", place.slug)


def draft_for(request: SignedIn, organization: str, draft: int) -> tuple[Organization, ModelDraft]:
    place = organization_for(request.user, organization, Right.ARRANGE)
    found = place.model_drafts.select_related("organization", "based_on").filter(pk=draft).first()
    if found is None:
        raise Http404
    return place, found


def model(request: SignedIn, organization: str, model: int) -> HttpResponse:
    """Show a published version and, if the address asks, what differs from another."""
    place = organization_for(request.user, organization)
    open_to = model_choice.open_to(place)
    found = get_object_or_404(open_to, pk=model)
    against = against_version(request.GET.get("against", ""), open_to)
    context = {
        "organization": place,
        "model": found,
        "published": published_model(found.pk),
        "others": open_to.exclude(pk=found.pk).order_by("title", "-published_at"),
        "against": against,
        "differences": differences(part_of(against), part_of(found)) if against else None,
        "may_compare": may(place, Right.COMPARE),
    }
    return render(request, "assessment/model.html", context)


def against_version(asked: str, open_to: QuerySet[MaturityModel]) -> MaturityModel | None:
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 15:
        return None
    return open_to.filter(pk=int(asked)).first()


def model_file(request: SignedIn, organization: str, model: int) -> HttpResponse:
    """Hand out a published version as its YAML file."""
    place = organization_for(request.user, organization)
    found = get_object_or_404(model_choice.open_to(place), pk=model)
    name = f"{found.key}-{found.version}.yaml"
    return HttpResponse(
        text_of(part_of(found)),
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def team_model(request: SignedIn, organization: str, team: str) -> HttpResponse:
    """Let a team's next assessment ask another version, and say first what that changes."""
    place = team_for(request.user, organization, team, Right.LEAD)
    open_to = model_choice.newest_of_each(model_choice.open_to(place.organization))
    now = model_choice.model_of(place)
    if request.method == "POST":
        chosen = against_version(request.POST.get("model", ""), open_to)
        if chosen is None:
            messages.error(request, "Choose one of the models. Nothing was changed.")
            return redirect("team_model", organization, team)
        try:
            model_choice.choose(team=place, model=chosen, by=request.user)
        except SnapshotFirst as error:
            messages.error(request, str(error))
            return redirect("team_model", organization, team)
        messages.success(request, f"The next assessment of {place} asks {chosen}.")
        return redirect("team_model", organization, team)
    context = {
        "team": place,
        "organization": place.organization,
        "now": now,
        "choices": [
            {"model": each, "published": published_model(each.pk), "said": changes_for(now, each)}
            for each in open_to.order_by("organization", "title")
        ],
    }
    return render(request, "assessment/team_model.html", context)


def changes_for(now: MaturityModel | None, other: MaturityModel) -> Differences | None:
    """Return what going over to another version changes; nothing for the one in use."""
    if now is None or now.pk == other.pk:
        return None
    return differences(part_of(now), part_of(other))
