"""Sources: where purchases come from."""

from typing import Any

from django.contrib import admin
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

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False
