"""A voucher as its owner, and whom they gave it to, see it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from points.program_cache import program_zone
from points.reports.wording import MINUS, last_day, money, points_text, whole
from rewards.models import Voucher
from rewards.models.reward import Gives
from rewards.reports.voucher_history import Happening, What, uses_of
from rewards.reports.voucher_words import (
    figure,
    first_valid_day,
    last_valid_day,
    short_money,
    title,
    worth,
)

ICONS = {
    Gives.PRODUCT: "store",
    Gives.PERK: "check",
    Gives.EXPERIENCE: "calendar",
}
ENDED = {
    Voucher.HANDED_OVER: gettext_lazy("handed over"),
    Voucher.TAKEN_BACK: gettext_lazy("taken back"),
}
"""How one stands that nobody withdrew."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A voucher in a list: what it is, what it is still worth, until when, and how it stands."""

    voucher: Voucher
    title: str
    worth: str
    figure: str
    icon: str
    state: str
    state_label: str
    is_open: bool
    begins: date | None
    until: date | None


def ticket(voucher: Voucher, now: datetime) -> Ticket:
    """Put a voucher into words; no query if its reward is at hand."""
    state = Voucher.State(voucher.state(now))
    return Ticket(
        voucher=voucher,
        title=title(voucher),
        worth=worth(voucher),
        figure=left_figure(voucher),
        icon=ICONS.get(Gives(voucher.gives), "rewards"),
        state=state.value,
        state_label=str(ENDED.get(voucher.void_reason, state.label)),
        is_open=state in Voucher.OPEN,
        begins=first_valid_day(voucher) if state == Voucher.State.EARLY else None,
        until=last_valid_day(voucher),
    )


def left_figure(voucher: Voucher) -> str:
    """Write what is left of a gift card that is not empty, or what another voucher is worth."""
    is_begun = voucher.is_gift_card and Decimal(0) < voucher.left
    return short_money(voucher.left) if is_begun else figure(voucher)


@dataclass(frozen=True, slots=True)
class Use:
    """A line of what a voucher was used on, as its owner reads it."""

    words: str
    at: datetime
    amount: str
    icon: str
    is_gain: bool


def uses_in_words(voucher: Voucher) -> list[Use]:
    """Tell what it was used on and what came back, newest first; two queries."""
    return [_use(one) for one in uses_of(voucher)]


def _use(one: Happening) -> Use:
    is_gain = one.what is What.GIVEN_BACK
    facts = {"order": one.order, "where": one.where, "points": points_text(one.points)}
    words = _place(facts)
    if is_gain:
        back = (
            _("%(words)s: came back, with %(points)s") if one.points else _("%(words)s: came back")
        )
        words = back % {"words": words, "points": facts["points"]}
    amount = money(one.amount) if one.amount else ""
    sign = "" if not amount else "+" if is_gain else MINUS
    return Use(words, one.at, f"{sign}{amount}", "restored" if is_gain else "receipt", is_gain)


def _place(facts: dict[str, str]) -> str:
    if not facts["where"]:
        return (
            _("Order %(order)s, at the counter") if facts["order"] else _("At the counter")
        ) % facts
    return (_("Order %(order)s, at %(where)s") if facts["order"] else _("At %(where)s")) % facts


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many vouchers wait to be used, and until when the first of them is valid."""

    vouchers: int
    until: date | None


def waiting_vouchers(member_id: int, now: datetime) -> Waiting:
    """Say in one query what a member still has to use."""
    mine = Voucher.objects.of_member(member_id).usable(now)
    count, first = mine.aggregate(count=Count("id"), first=Min("expires_at")).values()
    return Waiting(count, last_day(first, program_zone()) if first is not None else None)


def vouchers_lost(member_id: int, now: datetime) -> str:
    """Say in a sentence what happens to a member's vouchers if they leave; blank without any."""
    count = waiting_vouchers(member_id, now).vouchers
    if not count:
        return ""
    return ngettext(
        "You have %(count)s voucher to use. It stays good, but you can no longer see it here: print "
        "it first, or use it.",
        "You have %(count)s vouchers to use. They stay good, but you can no longer see them here: "
        "print them first, or use them.",
        count,
    ) % {"count": whole(count)}
