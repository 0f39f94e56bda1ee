"""The back office as a site: nothing is made for a page that does not show it."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class StaffSite(UnfoldAdminSite):
    """Lists every model and its addresses only for the pages that ask; the sidebar is our own."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        models = super().get_app_list
        return cast("list[Any]", SimpleLazyObject(lambda: models(request, app_label)))
