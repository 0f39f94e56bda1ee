"""What stands on a voucher's certificate: its own words, and the program's name, logo and color."""

from datetime import datetime

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from mailroom.facts import program_name
from members.colors import nearest_main
from members.models import Branding
from members.models.branding import ONLY
from points.reports.wording import day
from rewards.certificate import Certificate
from rewards.models import Voucher
from rewards.reports.voucher_words import last_valid_day, rules, title
from rewards.reports.vouchers import left_figure


def certificate_of(voucher: Voucher, code: str, now: datetime) -> Certificate:
    """Write a voucher out in the reader's language."""
    branding = Branding.objects.filter(pk=ONLY).first() or Branding()
    is_gift_card = voucher.is_gift_card
    return Certificate(
        program=program_name(branding, now) or str(branding),
        color=nearest_main(branding.color),
        logo=bytes(branding.logo),
        kind=_("Gift card") if is_gift_card else pgettext("on paper", "Voucher"),
        figure=left_figure(voucher),
        title=title(voucher),
        until=valid_until(voucher),
        rules=rules(voucher),
        code=code,
        cut_here=_("Cut along the line. Have the code scanned at the till, or type it in online."),
        language=(get_language() or "nl")[:2],
    )


def valid_until(voucher: Voucher) -> str:
    """Say until when, in a few words."""
    until = last_valid_day(voucher)
    return _("Good until %(day)s") % {"day": day(until)} if until else _("Valid for ever")
