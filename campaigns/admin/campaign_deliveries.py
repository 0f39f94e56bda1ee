"""Who got a campaign, who did not and why: a list to filter, search and take along."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.actions.scheduling import SEND
from campaigns.actions.sending import settle_doubt
from campaigns.admin.campaign_buttons import page_of
from campaigns.models import Campaign
from campaigns.reports.deliveries import Wanted, all_of
from campaigns.reports.deliveries import page_of as delivery_page
from campaigns.reports.progress import part_words, parts_of
from mailroom.models import Delivery
from members.admin.pages import StaffPage
from members.admin.reader import staff_of
from members.admin.traces import Done
from members.refusals import Refusal
from members.spreadsheet import as_csv

DIGITS = 19
SEES_ADDRESS = "members.view_member"


def listed(page: StaffPage, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Show a page of deliveries."""
    wanted = _wanted(request, campaign)
    if wanted is None:
        return redirect(page_of(campaign))
    after = request.GET.get("after", "0")
    number = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    found = delivery_page(wanted, after=number)
    asked = {"state": wanted.state, "reason": wanted.reason, "q": wanted.text}
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "original": campaign,
        "title": _("Who got %(campaign)s") % {"campaign": campaign},
        "campaign": campaign,
        "progress": {"parts": parts_of(wanted.mailing_id)},
        "rows": [(row, words_of(row), _moment(row)) for row in found.rows],
        "wanted": wanted,
        "following": urlencode(asked | {"after": found.following}) if found.following else "",
        "is_later": number > 0,
        "first": urlencode(asked),
        "sees_address": request.user.has_perm(SEES_ADDRESS),
        "may_send": request.user.has_perm(SEND),
        "back": page_of(campaign),
    }
    return TemplateResponse(request, "campaigns/admin/deliveries.html", context)


def settled(page: StaffPage, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Send one mail again, or leave it; then show those that are left."""
    number, again = request.POST.get("delivery", ""), request.POST.get("do") == "again"
    if request.method == "POST" and number.isascii() and number.isdigit() and len(number) < DIGITS:
        try:
            with transaction.atomic():
                done = settle_doubt(
                    campaign_id=campaign.pk,
                    delivery_id=int(number),
                    again=again,
                    staff_id=staff_of(request).pk,
                    now=timezone.now(),
                )
                words = _("Sent one mail again") if again else _("Left one mail as it is")
                page.record(request, campaign, Done(words, after={"member": done.member_id}))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, words)
    back = reverse("admin:campaigns_campaign_deliveries", args=[campaign.pk])
    return redirect(f"{back}?state={Delivery.State.UNKNOWN}")


def downloaded(page: StaffPage, request: HttpRequest, campaign: Campaign) -> HttpResponseBase:
    """Give what is filtered as a file; who takes names along leaves a trace."""
    wanted = _wanted(request, campaign)
    if wanted is None or request.method != "GET":
        return redirect(page_of(campaign))
    page.record(request, campaign, Done(_("Downloaded who got it")))
    sees_address = request.user.has_perm(SEES_ADDRESS)
    header = [_("member"), _("name"), *([_("e-mail address")] if sees_address else [])]
    header += [_("state"), _("why"), _("left at"), _("what went wrong")]
    now = timezone.now()
    return StreamingHttpResponse(
        as_csv(header, _lines(wanted, with_address=sees_address)),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="campaign-{campaign.pk}-{now:%Y-%m-%d}.csv"'
        },
    )


def words_of(row: Delivery) -> str:
    return part_words(row.state, row.reason)


def _lines(wanted: Wanted, *, with_address: bool) -> Iterator[list[object]]:
    for row in all_of(wanted):
        address: list[object] = [row.member.email or ""] if with_address else []
        yield [
            row.member_id,
            row.member.name,
            *address,
            row.get_state_display(),
            row.get_reason_display() if row.reason else "",
            row.left_at.isoformat() if row.left_at else "",
            row.fault,
        ]


def _wanted(request: HttpRequest, campaign: Campaign) -> Wanted | None:
    if campaign.mailing_id is None:
        return None
    state, reason = request.GET.get("state", ""), request.GET.get("reason", "")
    return Wanted(
        campaign.mailing_id,
        state if state in Delivery.State.values else "",
        reason if reason in Delivery.Reason.values else "",
        request.GET.get("q", "").strip()[:120],
    )


def _moment(row: Delivery) -> str:
    at = row.sent_at or row.left_at
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else "–"
