"""Why a voucher is of no use, in a sentence for the till, and what would make it valid."""

from collections.abc import Callable
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from points.local_time import local_day
from points.program_cache import program_zone
from points.reports.wording import day, money
from rewards.order_rules import Reason, Why

PLAIN: dict[Why, Promise] = {
    Why.NOT_USABLE: gettext_lazy("This code cannot be used. Look whether it was typed rightly."),
    Why.USED: gettext_lazy("This voucher has been used."),
    Why.EXPIRED: gettext_lazy("This voucher has expired."),
    Why.WITHDRAWN: gettext_lazy("This voucher was withdrawn."),
    Why.MEMBER_NEEDED: gettext_lazy(
        "This code is for members, a number of times each: scan the member's card as well."
    ),
    Why.USED_BY_MEMBER: gettext_lazy("This member has used this code as often as it may be used."),
    Why.TWICE: gettext_lazy("This voucher counts once on an order."),
    Why.PRODUCT_TAKEN: gettext_lazy(
        "Another voucher gives this product already; one of them may be used on an order."
    ),
    Why.IS_ALONE: gettext_lazy(
        "This voucher cannot be used together with others; take the others off the order first."
    ),
    Why.BESIDE_ALONE: gettext_lazy(
        "The order has a voucher that cannot be used together with others."
    ),
    Why.TOO_MANY: gettext_lazy("The order has as many vouchers as it may have."),
    Why.SHARE_REACHED: gettext_lazy("Vouchers have paid the share of the order that they may."),
    Why.NOTHING_LEFT: gettext_lazy("There is nothing left to pay on this order."),
}


def reason_text(reason: Reason) -> str:
    """Write a reason as a sentence, in the reader's language."""
    write = WITH_FACTS.get(reason.why)
    return write(reason) if write else str(PLAIN[reason.why])


def _early(reason: Reason) -> str:
    return _("This voucher is valid from %(day)s.") % {"day": day(_local_day(reason))}


def _held(reason: Reason) -> str:
    return _("A till holds this voucher until %(time)s; try again then.") % {
        "time": date_format(_at(reason).astimezone(program_zone()), "H:i")
    }


def _too_small(reason: Reason) -> str:
    if reason.missing is None:
        raise ValueError("an order that is too small lacks something")
    return _("%(amount)s more and this voucher can be used.") % {"amount": money(reason.missing)}


def _product_missing(reason: Reason) -> str:
    return _("Put product %(product)s on the order: this voucher is for that.") % {
        "product": reason.product
    }


def _at(reason: Reason) -> datetime:
    if reason.at is None:
        raise ValueError("this reason ends at a moment")
    return reason.at


def _local_day(reason: Reason) -> date:
    return local_day(_at(reason), program_zone())


WITH_FACTS: dict[Why, Callable[[Reason], str]] = {
    Why.EARLY: _early,
    Why.HELD: _held,
    Why.ORDER_TOO_SMALL: _too_small,
    Why.PRODUCT_MISSING: _product_missing,
}
