"""For whoever runs the installation. Nobody's answers are reachable from here."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest

from teams.models import Invitation, Membership, Organization, Team, User

# allauth's sign-in counts failed attempts; the admin's own does not.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # meant


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg] # generic in the stubs only
    class Meta:
        model = User
        fields = ("email", "name")


class ChangedUserForm(UserChangeForm):  # type: ignore[type-arg] # generic in the stubs only
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg] # generic in the stubs only
    form = ChangedUserForm
    add_form = NewUserForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (
            "May",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        ("When", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs only
    list_display = ("name", "slug", "created_at")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs only
    list_display = ("name", "organization", "parent", "rules_control_changes")
    list_select_related = ("organization", "parent")
    search_fields = ("name", "slug", "organization__name")
    autocomplete_fields = ("organization", "parent")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs only
    list_display = ("user", "role", "team", "organization", "since")
    list_filter = ("role",)
    list_select_related = ("user", "team", "organization")
    search_fields = ("user__email", "user__name", "team__name", "organization__name")
    autocomplete_fields = ("user", "team", "organization")


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs only
    """To look at and delete; only the page that makes one ever shows its link."""

    list_display = ("__str__", "email", "uses", "uses_allowed", "expires_at", "withdrawn_at")
    list_select_related = ("team", "organization")
    search_fields = ("email", "team__name", "organization__name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False
