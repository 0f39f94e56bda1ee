"""Groups of rights; and what the libraries show of logins, which is not for staff."""

from allauth.account import admin as account_admin  # noqa: F401 - registers what goes below
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as sessions_admin  # noqa: F401
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth import admin as auth_admin  # noqa: F401
from django.contrib.auth.models import Group, Permission
from django.db.models import ManyToManyField
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest

from members.admin.pages import StaffPage

# An authenticator's page would show the secret behind somebody's second factor.
admin.site.unregister([EmailAddress, Authenticator, UserSession, Group])


@admin.register(Group)
class GroupPage(StaffPage):
    """What a role may see and change."""

    search_fields = ["name"]
    ordering = ["name"]
    fields = ["name", "permissions"]
    compressed_fields = False
    filter_horizontal = ["permissions"]

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: object
    ) -> ModelMultipleChoiceField | None:
        if db_field.name == "permissions":
            kwargs["queryset"] = Permission.objects.select_related("content_type")
        field: ModelMultipleChoiceField | None = super().formfield_for_manytomany(
            db_field, request, **kwargs
        )
        return field
