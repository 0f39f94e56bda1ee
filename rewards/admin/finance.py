"""Cost and VAT of vouchers, on a page and as a file."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize_input
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.admin.pages import StaffPage
from members.spreadsheet import as_csv
from points.local_time import months_later
from points.reports.wording import money, whole
from rewards.admin.worth_form import a_day
from rewards.finance_sql import Moved
from rewards.reports.finance import COLUMNS, Finance, Line, finance

MONTHS_SHOWN = 3
OF_OWED, OF_DONATIONS = 2, 5
"""How many columns of the file are about what is owed, and about donations."""


class PeriodForm(forms.Form):
    """From which day until which, both included."""

    since = a_day(label=gettext_lazy("From"))
    until = a_day(label=gettext_lazy("Until"))

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        since, until = answers.get("since"), answers.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day comes before the first."))
        return answers


def finance_page(page: StaffPage, request: HttpRequest) -> HttpResponse:
    """Show what vouchers came to in a period; three months unless somebody asks otherwise."""
    form = _form(request)
    report = _report(form)
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": _("Cost and VAT of vouchers"),
        "form": form,
        "columns": COLUMNS,
        "export": f"{reverse('admin:rewards_batch_finance_export')}?{request.GET.urlencode()}",
        **(_shown(report) if report else {}),
    }
    return TemplateResponse(request, "rewards/admin/finance.html", context)


def finance_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same lines as a file; an empty one for a period that makes no sense."""
    report = _report(_form(request))
    answer = StreamingHttpResponse(
        as_csv(_header(), _cells(report) if report else iter(())),
        content_type="text/csv; charset=utf-8",
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="vouchers.csv"'
    return answer


def _form(request: HttpRequest) -> PeriodForm:
    today = timezone.localdate()
    first = months_later(today.replace(day=1), 1 - MONTHS_SHOWN)
    usual = {"since": localize_input(first), "until": localize_input(today)}
    asked = request.GET if request.GET.get("since") or request.GET.get("until") else usual
    return PeriodForm(asked)


def _report(form: PeriodForm) -> Finance | None:
    if not form.is_valid():
        return None
    return finance(since=form.cleaned_data["since"], until=form.cleaned_data["until"])


def _shown(report: Finance) -> dict[str, Any]:
    return {
        "report": report,
        "rows": [(line, _amounts(line.moved)) for line in report.lines],
        "total": _amounts(report.total),
        "owed": [(line, money(line.moved.outstanding)) for line in report.owed],
        "owed_total": money(report.owed_total),
        "until": report.until,
        "gifts": [
            (
                gift,
                {
                    "times": whole(gift.donated.times),
                    "points": whole(gift.donated.points),
                    "value": money(gift.donated.value),
                    "cost": money(gift.donated.cost),
                },
            )
            for gift in report.gifts_by_month()
        ],
    }


def _amounts(moved: Moved) -> dict[str, Any]:
    return {
        "codes": whole(int(moved.codes)),
        "uses": whole(int(moved.uses)),
        "money": [money(getattr(moved, name)) for name, _title, _about in COLUMNS],
        "cost": money(moved.cost),
    }


def _header() -> list[str]:
    titles = [str(title) for _name, title, _about in COLUMNS]
    return [
        *(_("month"), _("reward or batch"), _("VAT"), _("vouchers issued"), _("times used")),
        *titles,
        *(_("cost of what was used"), _("still owed on"), _("still owed")),
        *(_("donated on"), _("donations"), _("points given"), _("value given")),
        _("cost of what was given"),
    ]


def _cells(report: Finance) -> Iterator[list[object]]:
    for line in report.lines:
        yield [*_cell(line.month, line), *[""] * (OF_OWED + OF_DONATIONS)]
    empty: list[object] = [""] * (len(COLUMNS) + 3)
    for line in report.owed:
        owed = [report.until.isoformat(), line.moved.outstanding]
        yield ["", line.name, line.vat, *empty, *owed, *[""] * OF_DONATIONS]
    for gift in report.gifts:
        given = gift.donated
        yield [
            *(gift.day.strftime("%Y-%m"), gift.name, gift.vat, *empty, *[""] * OF_OWED),
            *(gift.day.isoformat(), given.times, given.points, given.value, given.cost),
        ]


def _cell(month: date | None, line: Line) -> list[object]:
    moved = line.moved
    return [
        month.strftime("%Y-%m") if month else "",
        line.name,
        line.vat,
        moved.codes,
        moved.uses,
        *(getattr(moved, name) for name, _title, _about in COLUMNS),
        moved.cost,
    ]
