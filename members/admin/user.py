"""Logins: who works here, and with which rights."""

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from members.admin.pages import StaffPage
from members.models import User


class WorksHere(DropdownFilter):
    """Staff unless asked otherwise; nearly all logins are members'."""

    title = gettext_lazy("who")
    parameter_name = "who"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("staff", _("staff")), ("all", _("everybody with a login"))]

    def value(self) -> str:
        return super().value() or "staff"

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:  # noqa: ARG002
        return queryset if self.value() == "all" else queryset.filter(is_staff=True)


@admin.register(User)
class UserPage(StaffPage):
    """A login; nobody gets a password here, everybody logs in by code and a second factor."""

    list_display = ["email", "name", "works_here", "is_superuser", "is_active", "last_login"]
    list_filter = [WorksHere]
    search_fields = ["email"]
    search_help_text = gettext_lazy("The beginning of an e-mail address")
    ordering = ["email"]
    autocomplete_fields = ["groups"]
    fieldsets = [
        (None, {"fields": ["email", "name", "language"]}),
        (
            gettext_lazy("Works here"),
            {"fields": ["is_staff", "is_active", "is_superuser", "groups"]},
        ),
        (gettext_lazy("Seen"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "language"]}),
        (gettext_lazy("Works here"), {"fields": ["is_staff", "groups"]}),
    ]

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[User],
        search_term: str,
    ) -> tuple[QuerySet[User], bool]:
        beginning = search_term.strip().lower()
        return (queryset.filter(email__startswith=beginning) if beginning else queryset), False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Only who has every right gives rights away; an address is changed by its owner."""
        fixed = ["last_login", "date_joined"]
        if obj is not None:
            fixed.append("email")
        if not request.user.is_superuser:
            fixed += ["is_staff", "is_superuser", "groups"]
        return fixed

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser:
            return False
        allowed: bool = super().has_change_permission(request, obj)
        return allowed

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: ModelForm[User],
        change: bool,  # noqa: FBT001
    ) -> None:
        if not change:
            obj.email = obj.email.lower()
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    @display(description=gettext_lazy("works here"), boolean=True, ordering="is_staff")
    def works_here(self, user: User) -> bool:
        return user.is_staff
