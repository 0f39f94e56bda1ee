"""What the back office's pages have in common."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import ShowFacets
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from members.admin.paging import EstimatedPaginator


class StaffList(ChangeList):
    """A list whose head does not count what its foot already says."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


class StaffPage(ModelAdmin):
    """A model's pages as this house wants them: nothing is deleted, nothing long is counted."""

    paginator = EstimatedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    actions = None
    compressed_fields = True
    warn_unsaved_form = True
    # No column but an indexed one may be sorted by: the database would sort the whole table.
    sortable_by: Sequence[str] = ()

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:  # noqa: ARG002
        return StaffList

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {"show_save_and_add_another": False, **(extra_context or {})}
        page: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return page

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False


class ReadOnlyPage(StaffPage):
    """Seen and searched, never touched, not even by address."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False
