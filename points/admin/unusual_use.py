"""Unusual card use: what last night's count found, why, and when the card was used."""

from collections.abc import Iterator
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from members.admin.buttons import Question, ReasonForm, ask, found
from members.admin.reader import staff_of
from members.admin.traces import Done
from members.spreadsheet import as_csv
from points.actions.unusual_use import settle_unusual_use
from points.admin.pictures import Bars, bars
from points.admin.store_scope import PageOfStores, holder_of
from points.card_use import least_counted
from points.models import LookedInto, UnusualUse
from points.models.unusual_use import UnusualUseQuerySet
from points.reports.unusual_use import times_of
from points.reports.wording import whole

SEE = "points.see_unusual_use"


class FoundForm(ReasonForm):
    """What somebody found who looked into it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What you found")


SETTLE = Question(
    title=gettext_lazy("Say what you found"),
    text=gettext_lazy(
        "Colleagues then see that you looked into it, and it no longer waits for anybody on the "
        "first page. Should the card be used unusually again after this, it comes back."
    ),
    submit=gettext_lazy("Keep this"),
    form=FoundForm,
)
USUAL_PERIOD = "90"


class InPeriod(DropdownFilter):
    """One period at a time: they overlap."""

    title = gettext_lazy("period")
    all_option = None
    parameter_name = "period"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [
            (str(days), _("last %(days)s days") % {"days": days}) for days in UnusualUse.PERIODS
        ]

    def value(self) -> str:
        return super().value() or USUAL_PERIOD

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[UnusualUse],
    ) -> QuerySet[UnusualUse]:
        days = self.value()
        return queryset.filter(days=int(days) if days in map(str, UnusualUse.PERIODS) else 0)


def reasons(use: UnusualUse) -> list[str]:
    """Say what stands out and what it was compared with."""
    at_one = (
        ngettext(
            "%(purchases)s purchase at one till in %(days)s days",
            "%(purchases)s purchases at one till in %(days)s days",
            use.purchases,
        )
        if use.is_till
        else ngettext(
            "%(purchases)s purchase at one cashier in %(days)s days",
            "%(purchases)s purchases at one cashier in %(days)s days",
            use.purchases,
        )
    ) % {"purchases": whole(use.purchases), "days": use.days}
    least = whole(least_counted(use.days))
    next_card = (
        _("the next card there has %(number)s") % {"number": whole(use.next_card)}
        if use.next_card
        else _("no other card there has %(number)s") % {"number": least}
    )
    next_cashier = (
        _("this card has %(number)s at its next cashier") % {"number": whole(use.next_cashier)}
        if use.next_cashier
        else _("this card has fewer than %(number)s anywhere else") % {"number": least}
    )
    said = [f"{at_one}; {next_card}.", f"{next_cashier[0].upper()}{next_cashier[1:]}."]
    if use.usual:
        said.append(
            _("At most other cashiers the busiest card has %(number)s.")
            % {"number": whole(use.usual)}
        )
    said.append(
        _("On the busiest day, %(day)s, %(number)s.")
        % {
            "day": date_format(use.busiest_on, "j F Y"),
            "number": ngettext("%(count)s purchase", "%(count)s purchases", use.busiest)
            % {"count": whole(use.busiest)},
        }
    )
    return said


@admin.register(UnusualUse)
class UnusualUsePage(PageOfStores):
    """Cards with far more purchases at one cashier than others lead one to expect."""

    list_display = ["who_or_till", "store", "holder", "earned", "why", "state"]
    list_display_links = ["who_or_till"]
    list_select_related = ["member__member", "source"]
    list_filter = [InPeriod]
    list_filter_submit = True
    ordering = ["-score", "id"]
    list_before_template = "points/admin/_unusual_use.html"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("holder", "who_or_till"),
                    ("store", "source_name"),
                    ("purchases", "earned"),
                ]
            },
        )
    ]
    readonly_fields = ["holder", "who_or_till", "earned", "source_name"]
    change_form_outer_after_template = "points/admin/_unusual_times.html"
    actions_list = ["export"]
    actions_detail = ["settle", "purchases_behind"]

    class Media:
        css: ClassVar = {"all": ["staff/pictures.css"]}

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return request.user.has_perm(SEE)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(SEE)

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnusualUse]:
        rows = cast("UnusualUseQuerySet", super().get_queryset(request))
        return rows.with_last_look()

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Who looks into it once has done so."""
        use = self.get_object(request, str(object_id))
        return [
            button
            for button in super().get_actions_detail(request, object_id)
            if button.method.original_function_name != "settle" or not getattr(use, "look", None)
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        latest = self.get_queryset(request).order_by("-until").first()
        context = {"counted_until": latest and latest.until, **(extra_context or {})}
        page: HttpResponse = super().changelist_view(request, context)
        return page

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = dict(extra_context or {})
        use = self.get_object(request, object_id) if object_id else None
        if isinstance(use, UnusualUse) and self.has_view_permission(request, use):
            look = getattr(use, "look", None) or 0
            looked = LookedInto.objects.select_related("by").filter(pk=look).first()
            context |= {"reasons": reasons(use), "looked": looked, **_pictures(use)}
        page: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return page

    @display(description=gettext_lazy("what stands out"))
    def why(self, use: UnusualUse) -> str:
        return reasons(use)[0]

    @display(description=gettext_lazy("cashier or till"))
    def who_or_till(self, use: UnusualUse) -> str:
        return _("till %(till)s") % {"till": use.who} if use.is_till else use.who

    @display(description=gettext_lazy("member"))
    def holder(self, use: UnusualUse) -> str:
        return holder_of(use)

    @display(description=gettext_lazy("points"))
    def earned(self, use: UnusualUse) -> str:
        return whole(use.points)

    @display(description=gettext_lazy("state"), label={"open": "warning", "looked_into": "success"})
    def state(self, use: UnusualUse) -> tuple[str, str]:
        if getattr(use, "look", None):
            return "looked_into", _("looked into")
        return "open", _("to look into")

    @action(
        description=gettext_lazy("Say what you found"),
        url_path="settle",
        permissions=[SEE],
        icon="task_alt",
        variant=ActionVariant.PRIMARY,
    )
    def settle(self, request: HttpRequest, object_id: str) -> HttpResponse:
        use = found(self, UnusualUse, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            settle_unusual_use(
                use_id=use.pk,
                words=answers["reason"],
                staff_id=staff_of(request).pk,
                now=timezone.now(),
            )
            return Done(_("Unusual use at %(who)s looked into") % {"who": self.who_or_till(use)})

        back = reverse("admin:points_unusualuse_change", args=[use.pk])
        return ask(self, request, use, SETTLE, act=act, back=back)

    @action(
        description=gettext_lazy("Download as CSV"),
        url_path="export",
        permissions=[SEE],
        icon="download",
    )
    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        answer = StreamingHttpResponse(
            as_csv(_header(), _cells(self.get_queryset(request))),
            content_type="text/csv; charset=utf-8",
        )
        answer.headers["Content-Disposition"] = 'attachment; filename="unusual-card-use.csv"'
        return answer

    @action(
        description=gettext_lazy("All these purchases"),
        url_path="purchases",
        permissions=["points.view_purchase"],
        icon="receipt_long",
    )
    def purchases_behind(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = found(self, UnusualUse, request, object_id)
        column = "till" if row.is_till else "cashier"
        chosen = {
            "q": f"#{row.member_id}",
            "store__exact": row.store,
            f"{column}__exact": row.who,
            "placed_at__gte": row.since.isoformat(),
        }
        return redirect(f"{reverse('admin:points_purchase_changelist')}?{urlencode(chosen)}")


def _header() -> list[str]:
    return [
        *(_("days"), _("from"), _("until"), _("source"), _("store"), _("cashier"), _("till")),
        *(_("member"), _("purchases"), _("points"), _("expected"), _("distance")),
        *(_("next card"), _("at the next cashier"), _("usual elsewhere")),
        *(_("busiest day"), _("on the busiest day")),
    ]


def _cells(rows: QuerySet[UnusualUse]) -> Iterator[list[object]]:
    for use in rows.select_related("source").order_by("days", "-score", "id"):
        yield [
            use.days,
            timezone.localtime(use.since).isoformat(),
            timezone.localtime(use.until).isoformat(),
            use.source.name,
            use.store,
            "" if use.is_till else use.who,
            use.who if use.is_till else "",
            use.member_id,
            use.purchases,
            use.points,
            round(use.expected, 1),
            round(use.score, 1),
            use.next_card,
            use.next_cashier,
            use.usual,
            use.busiest_on.isoformat(),
            use.busiest,
        ]


def _pictures(use: UnusualUse) -> dict[str, Bars]:
    times = times_of(use, timezone.get_default_timezone())
    first = timezone.localdate(use.since)
    by_day = [0] * use.days
    for day, many in times.days:
        by_day[min((day - first).days, use.days - 1)] = many
    return {
        "by_day": bars(
            by_day,
            label=_("Purchases by day"),
            first=date_format(first, "SHORT_DATE_FORMAT"),
            last=date_format(times.days[-1][0], "SHORT_DATE_FORMAT") if times.days else "",
        ),
        "by_hour": bars(
            times.hours, label=_("Purchases by hour of the day"), first="0:00", last="23:00"
        ),
    }
