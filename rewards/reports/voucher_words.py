"""What a voucher is worth, until when and by which rules, as its reader reads it."""

from datetime import date
from decimal import Decimal
from typing import Protocol

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from points.program_cache import program_zone
from points.reports.wording import decimal, last_day, money
from rewards.models import Voucher
from rewards.models.reward import Gives

WITHOUT_FIGURE = (Gives.PRODUCT, Gives.PERK, Gives.EXPERIENCE)


class Worthy(Protocol):
    """What the worth of a voucher follows from."""

    gives: str
    value: Decimal | None
    percent: Decimal | None


def figure(voucher: Worthy) -> str:
    """Write what it is worth as short as it can be: €8, €7.50, 10%; nothing for a product."""
    if voucher.gives == Gives.PERCENTAGE and voucher.percent is not None:
        return _("%(percent)s%%") % {"percent": decimal(voucher.percent)}
    if voucher.value is None or voucher.gives in WITHOUT_FIGURE:
        return ""
    return short_money(voucher.value)


def short_money(amount: Decimal) -> str:
    """Write euros without cents where there are none."""
    if amount != amount.to_integral_value():
        return money(amount)
    return _("€%(amount)s") % {"amount": number_format(amount, decimal_pos=0, force_grouping=True)}


def worth(voucher: Worthy) -> str:
    """Say what it is good for."""
    words = {
        Gives.DISCOUNT: _("%(figure)s off an order"),
        Gives.PERCENTAGE: _("%(figure)s off an order"),
        Gives.GIFT_CARD: _("Gift card of %(figure)s"),
        Gives.PRODUCT: _("A product for free"),
        Gives.PERK: _("A service for free"),
        Gives.EXPERIENCE: _("An experience"),
        Gives.DONATION: _("Donation of %(figure)s"),
    }
    return words[Gives(voucher.gives)] % {"figure": figure(voucher)}


def title(voucher: Voucher) -> str:
    """Name it as its reward is named, or say what it is good for."""
    return voucher.reward.name if voucher.reward is not None else worth(voucher)


def rules(voucher: Voucher) -> str:
    """Put all that holds for it into a sentence or two."""
    own = voucher.reward.rules.strip() if voucher.reward is not None else ""
    if own and own[-1] not in ".!?":
        own += "."
    return f"{own} {_conditions(voucher)}".strip()


def last_valid_day(voucher: Voucher) -> date | None:
    """The last local day on which it can be used; None is for ever."""
    return last_day(voucher.expires_at, program_zone())


def first_valid_day(voucher: Voucher) -> date:
    """The local day on which it begins to be valid."""
    return voucher.valid_from.astimezone(program_zone()).date()


def _conditions(voucher: Voucher) -> str:
    parts = [_where(voucher)]
    if voucher.most_off is not None:
        parts.append(_("at most %(amount)s off") % {"amount": short_money(voucher.most_off)})
    if voucher.is_alone:
        parts.append(_("not together with other vouchers"))
    return ", ".join(parts) + "."


def _where(voucher: Voucher) -> str:
    amount = {"amount": short_money(voucher.least_order)}
    if voucher.is_gift_card:
        if voucher.least_order:
            return _("For orders from %(amount)s, until it is empty") % amount
        return _("To spend at once or in parts, until it is empty")
    if voucher.least_order:
        return _("For one order from %(amount)s") % amount
    if voucher.gives in WITHOUT_FIGURE:
        return pgettext("voucher", "To be used once")
    return _("For one order")
