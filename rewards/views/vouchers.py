"""A member's vouchers: the list, one to be scanned, and one on paper."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Member
from members.views.door import for_members
from points.reports.wording import money
from rewards.certificate import PAPERS, drawn
from rewards.code_vault import share_token
from rewards.forms import ShareForm
from rewards.models import Voucher
from rewards.reports.certificates import certificate_of
from rewards.reports.voucher_words import rules
from rewards.reports.vouchers import ticket, uses_in_words
from rewards.views.scannable import scannable

OVER_A_PAGE = 20


@require_safe
@for_members
def vouchers(request: HttpRequest, member: Member) -> HttpResponse:
    """Show what can be used, soonest to expire first, and below it what is over."""
    now = timezone.now()
    mine = Voucher.objects.of_member(member.pk).select_related("reward")
    page = Paginator(mine.over(now).order_by("-id"), OVER_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "tickets": [ticket(one, now) for one in mine.to_come(now).order_by("expires_at", "id")],
        "page": page,
        "over": [ticket(one, now) for one in page.object_list],
    }
    return render(request, "rewards/vouchers.html", context)


@require_safe
@for_members
def voucher(request: HttpRequest, member: Member, reference: UUID) -> HttpResponse:
    """Show one voucher as a till scans it, with what became of it; its owner alone sees it."""
    return voucher_page(request, own_voucher(member, reference))


def voucher_page(
    request: HttpRequest,
    found: Voucher,
    *,
    refused: str = "",
    form: ShareForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show a voucher to its owner; `refused` or the form says why it could not be shared."""
    shown = ticket(found, timezone.now())
    context = {
        "ticket": shown,
        "voucher": found,
        "code": scannable(found) if shown.is_open else None,
        "rules": rules(found),
        "uses": uses_in_words(found),
        "left": money(found.left),
        "link": link_of(request, found),
        "refused": refused,
        "form": form or ShareForm(),
    }
    return render(request, "rewards/voucher.html", context, status=status)


@require_safe
@for_members
def certificate(request: HttpRequest, member: Member, reference: UUID, paper: str) -> HttpResponse:
    """Send a voucher as it is printed: A6 on A4, or A6 alone; nothing of one that is over."""
    chosen = PAPERS.get(paper)
    if chosen is None:
        raise Http404
    found, now = own_voucher(member, reference), timezone.now()
    code = scannable(found) if ticket(found, now).is_open else None
    if code is None:
        return redirect("rewards:voucher", reference)
    made = drawn(certificate_of(found, code.code, now), chosen)
    answer = HttpResponse(made, content_type="application/pdf")
    name = _("voucher.pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def own_voucher(member: Member, reference: UUID) -> Voucher:
    """Return a member's own voucher; another's is not found."""
    mine = Voucher.objects.of_member(member.pk).select_related("reward")
    found = mine.filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def link_of(request: HttpRequest, voucher: Voucher) -> str:
    """Write the address that opens a gift card for whom it is given to; blank without one."""
    if voucher.share_key is None:
        return ""
    path = reverse("rewards:shared", args=[share_token(voucher.share_key)])
    return request.build_absolute_uri(path)
