"""What the back office's pages have in common."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import quote
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.text import capfirst
from unfold.views import ChangeList

from members.admin.freshness import WatchedForm, shown_now
from members.admin.paging import EstimatedPaginator
from members.admin.traces import TracedPage


class StaffList(ChangeList):
    """A list whose head does not count what its foot already says, and whose links cost little."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.title = capfirst(str(self.opts.verbose_name_plural))

    @cached_property
    def address(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def url_for_result(self, result: Model) -> str:
        """Write the address as Django would, without looking the pattern up for every row."""
        return f"{self.address}{quote(result.pk)}/change/"

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


class StaffPage(TracedPage):
    """A model's pages as this house wants them: nothing is deleted, nothing long is counted."""

    paginator = EstimatedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 25
    actions: Sequence[str] | None = None
    compressed_fields = True
    empty_value_display = "–"
    nothing_yet: str | Promise = ""
    """How to begin, for a list that holds nothing."""
    # A name that a template looks for in vain is slow to miss, in every row.
    list_sections: Sequence[Any] = ()
    list_sections_classes = ""
    warn_unsaved_form = True
    change_form_before_template = "members/admin/_shown.html"
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

    def get_form(
        self,
        request: HttpRequest,
        obj: Model | None = None,
        change: bool = False,  # noqa: FBT001, FBT002
        **kwargs: object,
    ) -> type[ModelForm[Any]]:
        """Let every form notice what others saved meanwhile, and show what the page refuses."""
        form = super().get_form(request, obj, change, **kwargs)
        rules = {"refuse": staticmethod(partial(self.refuse, request))}
        watched: type[ModelForm[Any]] = type(form)(form.__name__, (WatchedForm, form), rules)
        return watched

    def refuse(self, request: HttpRequest, form: ModelForm[Any]) -> None:
        """Raise the Refusal that keeps valid answers from being saved; by default there is none."""

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002
        change: bool = False,  # noqa: FBT001, FBT002
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        form: ModelForm[Any] = context["adminform"].form
        if obj is not None and form.fields:
            # A form that was sent has its answers in the row already.
            saved = type(obj)._base_manager.filter(pk=obj.pk).first() if form.is_bound else None
            context["shown"] = shown_now(saved or obj, list(form.fields))
        page: HttpResponse = super().render_change_form(
            request, context, add, change, form_url, obj
        )
        return page

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False


class ReadOnlyPage(StaffPage):
    """Seen and searched, never touched, not even by address."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False
