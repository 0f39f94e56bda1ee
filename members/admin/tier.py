"""Tiers: their names; the rules stand in the program version."""

from django.contrib import admin
from django.http import HttpRequest

from members.admin.pages import StaffPage
from members.models import Tier


@admin.register(Tier)
class TierPage(StaffPage):
    """What a tier is called. A published program brings tiers in and names them."""

    list_display = ["rank", "name_nl", "name_en"]
    list_display_links = ["rank", "name_nl"]
    search_fields = ["name_nl", "name_en"]
    ordering = ["rank"]
    fields = ["rank", "name_nl", "name_en"]
    readonly_fields = ["rank"]

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False
