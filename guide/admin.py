"""Looking into what was imported, whose rows change by importing only, as the source is the truth.

And what readers suggest: here those who run the installation settle what nobody else looks after.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest

from guide.correcting import NotOpen, settle
from guide.models import Asset, Correction, CorrectionStatus, Guide, Page, Section


class Imported(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs only
    """Rows to look at. A guide can be deleted as a whole, nothing in it on its own."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        at = request.resolver_match.url_name if request.resolver_match else ""
        with_its_guide = (at or "").startswith("guide_guide_")
        return with_its_guide and super().has_delete_permission(request, obj)


@admin.register(Guide)
class GuideAdmin(Imported):
    list_display = ["title", "slug", "organization", "imported_at"]
    list_select_related = ["organization"]
    search_fields = ["title", "slug"]


@admin.register(Page)
class PageAdmin(Imported):
    list_display = ["title", "path", "guide", "nav_group", "words"]
    list_select_related = ["guide"]
    search_fields = ["title", "path"]


@admin.register(Section)
class SectionAdmin(Imported):
    list_display = ["title", "anchor", "page", "depth"]
    list_select_related = ["page"]
    search_fields = ["title", "anchor", "page__path"]


@admin.register(Asset)
class AssetAdmin(Imported):
    list_display = ["path", "guide", "content_type"]
    list_select_related = ["guide"]
    search_fields = ["path"]
    exclude = ["content"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")


class SettleForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    class Meta:
        model = Correction
        fields = ("status", "reason")
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        declined = self.cleaned_data.get("status") == CorrectionStatus.DECLINED
        if declined and not self.cleaned_data.get("reason"):
            self.add_error("reason", "Write why, so that the reader understands.")
        return found


@admin.register(Correction)
class CorrectionAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs only
    """To settle while it is open; the reader is told. Nothing a reader wrote can be changed."""

    form = SettleForm
    list_display = ("place", "kind", "status", "organization", "by", "at")
    list_filter = ("status", "kind", ("organization", admin.EmptyFieldListFilter))
    list_select_related = ("organization", "by")
    search_fields = ("place", "text", "by__email", "by__name", "organization__name")
    ordering = ("-at",)
    fields = (
        *("place", "kind", "text", "by", "at", "organization"),
        *("status", "reason", "settled_by", "settled_at"),
    )
    written = ("place", "kind", "text", "by", "at", "organization", "settled_by", "settled_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # The form puts what was typed into `obj`, so that does not say whether it is open.
        still_open = Correction.objects.filter(pk=obj and obj.pk, status=CorrectionStatus.OPEN)
        return self.written if still_open.exists() else (*self.written, "status", "reason")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Settle it as an owner does; left open, nothing changes."""
        if obj.status == CorrectionStatus.OPEN:
            return
        try:
            settle(correction=obj, status=obj.status, by=request.user, reason=obj.reason)  # type: ignore[arg-type] # signed in
        except NotOpen as refusal:
            messages.warning(request, str(refusal))
