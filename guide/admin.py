"""Looking into what was imported. Rows change by importing only, as the source is the truth."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from guide.models import Asset, Guide, Page, Section


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
