"""Sources: where purchases come from."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget

from members.admin.pages import StaffPage
from members.models import Source


class SourceField(forms.ModelChoiceField):
    """A business to choose; where there is but one it is chosen, of several none is."""

    widget = UnfoldAdminSelectWidget

    def __init__(self, **options: Any) -> None:
        businesses = Source.objects.businesses()
        super().__init__(queryset=businesses, **options)
        # Told at once, Django would leave out the line of nothing chosen, for several as well.
        self.initial = businesses.only_one


@admin.register(Source)
class SourcePage(StaffPage):
    """A name that receipts are unique within; it stays once it is given."""

    list_display = ["name"]
    search_fields = ["name"]
    ordering = ["name"]
    fields = ["name"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False
