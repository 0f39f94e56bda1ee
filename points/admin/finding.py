"""Finding rows of the ledger's long tables: by member, by key, or by when."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter

from members.models import Member, Source
from points.kinds import MEMBER_BITS

MOST_MEMBERS = 20
DAYS = 7


def rows_of_members(text: str) -> Q:
    """Rows of those whom a text finds: `#7`, or the beginning of a name, address or card."""
    found = Q(pk__in=[])
    for member_id in _members(text.strip()):
        first = member_id << MEMBER_BITS
        found |= Q(pk__gte=first, pk__lt=first + (1 << MEMBER_BITS))
    return found


def of_any_source() -> list[int]:
    """All sources, so that a key is looked up in its index without naming its source."""
    return list(Source.objects.values_list("pk", flat=True))


def _members(text: str) -> list[int]:
    number = text.removeprefix("#")
    if number != text:
        return [int(number)] if number.isdecimal() and len(number) <= 12 else []
    return list(Member.objects.matching(text).values_list("pk", flat=True)[:MOST_MEMBERS])


class Period(DropdownFilter):
    """The last days, unless something is searched: nobody reads ten million rows."""

    title = gettext_lazy("period")
    all_option = None
    parameter_name = "days"
    when = ""

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [
            ("1", _("last 24 hours")),
            (str(DAYS), _("last 7 days")),
            ("31", _("last 31 days")),
        ]

    def value(self) -> str:
        return super().value() or str(DAYS)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if request.GET.get("q", "").strip() or not self.value().isdecimal():
            return queryset
        since = timezone.now() - timedelta(days=min(int(self.value()), 31))
        return queryset.filter(**{f"{self.when}__gte": since})
