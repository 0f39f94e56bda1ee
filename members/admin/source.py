"""Sources: where purchases come from."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from members.admin.pages import StaffPage
from members.models import Source


@admin.register(Source)
class SourcePage(StaffPage):
    """A name that receipts are unique within; it stays once it is given."""

    list_display = ["name"]
    search_fields = ["name"]
    ordering = ["name"]
    fields = ["name"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False
