"""Which audiences and campaigns a list shows."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter

from campaigns.models import Audience


class InUse(DropdownFilter):
    """Those in use unless asked otherwise."""

    title = gettext_lazy("which")
    parameter_name = "which"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("used", _("in use")), ("away", _("put away")), ("all", _("all"))]

    def value(self) -> str:
        return super().value() or "used"

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Audience],
    ) -> QuerySet[Audience]:
        match self.value():
            case "all":
                return queryset
            case "away":
                return queryset.filter(archived_at__isnull=False)
            case _:
                return queryset.filter(archived_at__isnull=True)
