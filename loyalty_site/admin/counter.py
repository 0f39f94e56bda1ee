"""The counter: find the person who stands there, and see no more than the counter needs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from loyalty_site.admin.counter_desk import LONGEST, LOOK_UP_VOUCHER, at_counter, is_code
from loyalty_site.admin.counter_voucher import voucher_page
from members.actions.traces import record_look
from members.admin.mail_buttons import MAY_ANSWER
from members.admin.requests import colleague
from members.lookup import Told, read
from members.models import Card, Look, Member
from members.refusals import Refusal
from members.reports.counter import find_people
from points.admin.member_panel import standing
from points.models import Account, Purchase
from rewards.actions.counter import look_up_code
from rewards.models import Voucher
from rewards.reports.validation import vouchers_of
from rewards.reports.vouchers import Ticket, ticket

LATEST = 5
LOOKED_JUST_NOW = timedelta(minutes=10)
"""Within this time a page that is opened again is one look."""


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody who fits, with just enough to recognize them by."""

    member: Member
    tier: str
    digits: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the counter says to a line: where to go, whom to choose from, or what to try."""

    member_id: int | None = None
    matches: tuple[Match, ...] = ()
    title: str | Promise = ""
    advice: str | Promise = ""
    may_be_word: bool = False


NO_VOUCHER = Answer(
    title=gettext_lazy("No voucher has this code"),
    advice=gettext_lazy(
        "Scan it again, or type the fifteen letters and digits once more: one of them is wrong."
    ),
)


@at_counter
def look_up(request: HttpRequest) -> HttpResponse:
    """One box; a card or an address leads straight on, a name is chosen from a few."""
    # What people tell stays out of addresses, and so out of histories and logs.
    line = request.POST.get("line", "")[:LONGEST].strip()
    if line and is_code(line):
        return _voucher(request, line)
    answer = answer_to(line) if line else Answer()
    if answer.may_be_word and _is_word(request, line):
        return _voucher(request, line)
    return _counter_page(request, line, answer)


def _voucher(request: HttpRequest, line: str) -> HttpResponse:
    """Show the voucher of a code; one that is unknown counts as a guess."""
    if not request.user.has_perm(LOOK_UP_VOUCHER):
        return _counter_page(request, "", Answer(title=_("Vouchers are not yours to look up")))
    try:
        found = look_up_code(code=line, staff_id=colleague(request).pk, now=timezone.now())
    except Refusal as refusal:
        return _counter_page(request, "", Answer(title=str(refusal)))
    if found is None:
        return _counter_page(request, line, NO_VOUCHER)
    return voucher_page(request, found, line)


def _is_word(request: HttpRequest, line: str) -> bool:
    """Tell whether what is nobody's name is a code that staff chose for everybody."""
    may = request.user.has_perm(LOOK_UP_VOUCHER)
    return may and vouchers_of([line]) != [None]


def _counter_page(request: HttpRequest, line: str, answer: Answer) -> HttpResponse:
    if answer.member_id is not None:
        return redirect("counter_member", answer.member_id)
    context = {
        **admin.site.each_context(request),
        "title": pgettext("place in a shop", "Counter"),
        "line": line,
        "answer": answer,
        "may_enroll": request.user.has_perm("members.add_member"),
    }
    return TemplateResponse(request, "loyalty_site/admin/counter.html", context)


@at_counter
def member_at_counter(request: HttpRequest, member_id: int) -> HttpResponse:
    """Show who it is, what they may spend and what they bought last; the look is recorded."""
    member = Member.objects.filter(pk=member_id).first()
    if member is None:
        raise Http404
    now = timezone.now()
    record_look(
        staff_id=colleague(request).pk,
        member_id=member.pk,
        through=Look.Through.COUNTER,
        now=now,
        once_in=LOOKED_JUST_NOW,
    )
    may = request.user.has_perm
    context = {
        **admin.site.each_context(request),
        "title": str(member) if member.name else _("No name known"),
        "member": member,
        "top": standing(member, now),
        "cards": Card.objects.filter(member=member).order_by("blocked_at", "-id")[:LATEST],
        "purchases": latest_purchases(member, colleague(request).store),
        "may_change_cards": may("members.change_card"),
        "may_add_cards": may("members.add_card"),
        "may_enter_purchases": may("points.enter_purchase"),
        "may_see_all": may("members.view_member"),
        "may_answer": may(MAY_ANSWER),
        "may_redeem": may(LOOK_UP_VOUCHER) and member.may_spend,
        "tickets": usable_tickets(member, now) if may(LOOK_UP_VOUCHER) else None,
    }
    return TemplateResponse(request, "loyalty_site/admin/counter_member.html", context)


def answer_to(line: str) -> Answer:
    """Say who is meant, or what to try next; a name alone names nobody."""
    told = read(line, today=timezone.localdate())
    if told.card:
        return _of_card(told.card)
    if told.email:
        return _of_address(told.email)
    lacking = _what_is_missing(told)
    if lacking is not None:
        return lacking
    found = find_people(told.people)
    if found.too_many:
        return Answer(
            title=_("Too many people fit"),
            advice=_("Add the rest of the name, or all of the postal code, or the birthday."),
        )
    if not found.members:
        return Answer(
            title=_("Nobody fits"),
            advice=_(
                "Ask how the name is spelled, try the last name alone, or the e-mail address. "
                "Postal code or birthday may not be known of them: try the other."
            ),
        )
    return Answer(matches=recognizable(found.members))


def recognizable(members: tuple[Member, ...]) -> tuple[Match, ...]:
    """Add the tier, in one query, and leave of the postal code no more than digits."""
    accounts = Account.objects.select_related("tier").in_bulk([member.pk for member in members])
    return tuple(
        Match(
            member,
            str(accounts[member.pk].tier) if member.pk in accounts else "",
            "".join(filter(str.isdigit, member.postal_code)),
        )
        for member in members
    )


def usable_tickets(member: Member, now: datetime) -> list[Ticket]:
    """What they still have to use, soonest to expire first; without any code."""
    rows = Voucher.objects.of_member(member.pk).to_come(now).select_related("reward")
    return [ticket(one, now) for one in rows.order_by("expires_at", "id")[:LATEST]]


def latest_purchases(member: Member, store: str) -> list[Purchase]:
    """The last few, of one store for who works in one."""
    rows = Purchase.objects.filter(member_id=member.pk)
    if store:
        rows = rows.filter(store=store)
    return list(rows.order_by("-placed_at", "-id")[:LATEST])


def _of_card(number: str) -> Answer:
    card = Card.objects.filter(number=number).select_related("member").first()
    if card is None:
        return Answer(
            title=_("Nobody has this card"),
            advice=_("Scan it again. Does it still not work, look for the e-mail address or name."),
        )
    return _open(card.member)


def _of_address(address: str) -> Answer:
    member = Member.objects.filter(email=address).first()
    if member is None:
        return Answer(
            title=_("Nobody has this address"),
            advice=_("Is it spelled right? People often have a second one. Or try the name."),
        )
    return _open(member)


def _open(member: Member) -> Answer:
    if member.status == Member.Status.CLOSED:
        return Answer(
            title=_("This membership has ended"),
            advice=_("Its points are gone. If they want to come back, enroll them again."),
        )
    return Answer(member_id=member.pk)


def _what_is_missing(told: Told) -> Answer | None:
    person = told.people[0]
    if any(each.has_name and each.is_told_apart for each in told.people):
        return None
    if person.has_name:
        return Answer(
            title=_("A name alone is not enough"),
            advice=_("Add the postal code or the birthday: “de Vries 1234 AB”, “Sanne 12-3-1980”."),
            may_be_word=True,
        )
    if person.is_told_apart:
        return Answer(title=_("And the name?"), advice=_("Add a first or last name."))
    return Answer(
        title=_("This is no card, address or name"),
        advice=_("A card has 13 digits and begins with a 2. Scan it again, or ask for a name."),
        may_be_word=True,
    )
