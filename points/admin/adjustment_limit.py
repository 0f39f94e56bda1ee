"""The limit up to which staff adjust points alone."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from members.admin.pages import StaffPage
from points.models import AdjustmentLimit
from points.models.staff_work import ONLY


@admin.register(AdjustmentLimit)
class AdjustmentLimitPage(StaffPage):
    """One row for the whole program; until somebody sets it, the default holds."""

    fieldsets = [
        (
            None,
            {
                "fields": ["points_a_day"],
                "description": _(
                    "Whoever works alone can make a mistake or be tempted. Above this many points "
                    "a day a second person sees the request and decides it before anything happens."
                ),
            },
        )
    ]

    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return redirect("admin:points_adjustmentlimit_change", ONLY)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> AdjustmentLimit | None:
        """Return the row, or the default that holds as long as there is none."""
        row: AdjustmentLimit | None = super().get_object(request, object_id, from_field)
        return AdjustmentLimit() if row is None and object_id == str(ONLY) else row

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False
