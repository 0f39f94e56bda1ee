"""Settings that stand in one row: their page is a form, with nothing to choose from or to add."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from members.admin.pages import ReadOnlyPage
from members.models.branding import ONLY

FormOf = TypeVar("FormOf", bound=Form)


class OneRowPage(ReadOnlyPage):
    """The form stands where another model has its list; it is saved by one action."""

    @property
    def address(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        codename = get_permission_codename("change", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def change_view(
        self,
        request: HttpRequest,  # noqa: ARG002
        object_id: str,  # noqa: ARG002
        form_url: str = "",  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        return redirect(self.address)

    def may_change(self, request: HttpRequest) -> bool:
        """Tell whether who asks may save; refuses who may not even look."""
        may_change = self.has_change_permission(request)
        if not self.has_view_permission(request) or (request.method == "POST" and not may_change):
            raise PermissionDenied
        return may_change

    def history(self) -> str:
        """Where it says what staff did; blank as long as nobody saved anything."""
        if not self.model._base_manager.filter(pk=ONLY).exists():
            return ""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", args=[ONLY])

    def rules_page(
        self,
        request: HttpRequest,
        form: FormOf,
        save: Callable[[HttpRequest, FormOf], bool],
        *,
        title: str,
        text: str,
    ) -> HttpResponse:
        """Show rules in a form and save them; `save` returns False where it was refused."""
        may_change = self.may_change(request)
        if request.method == "POST" and form.is_valid() and save(request, form):
            return redirect(self.address)
        for field in form.fields.values():
            field.disabled = not may_change
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "text": text,
            "form": form,
            "may_change": may_change,
            "history": self.history(),
        }
        return TemplateResponse(request, "members/admin/rules.html", context)
