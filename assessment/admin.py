"""For whoever runs the installation: who has finished an assessment, and nothing of any sheet."""

from django.contrib import admin
from django.http import HttpRequest

from assessment.models import Participation


@admin.register(Participation)
class ParticipationAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs only
    """To look at and to delete with its person; by team and name, not as people finished."""

    list_display = ("user", "team", "opened", "finished_on", "reminded_on")
    list_select_related = ("user", "assessment__team__organization")
    ordering = ("assessment__team__name", "assessment__opened_at", "user__name", "user__email")
    search_fields = ("user__name", "user__email", "assessment__team__name")

    @admin.display(description="team", ordering="assessment__team__name")
    def team(self, row: Participation) -> str:
        return f"{row.assessment.team}, {row.assessment.team.organization}"

    @admin.display(description="assessment opened", ordering="assessment__opened_at")
    def opened(self, row: Participation) -> str:
        return f"{row.assessment.opened_at:%Y-%m-%d}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Participation | None = None) -> bool:
        return False
