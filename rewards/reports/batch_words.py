"""Batches in a reader's words: what a code is worth, how far one is, what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from points.reports.wording import decimal, money, whole
from rewards.models import Batch, Capture, Voucher
from rewards.models.reward import Gives

HUNDRED = 100
SECONDS_A_MINUTE = 60
A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is; `pace` and `left` are nothing until they can be told."""

    percent: int
    words: str
    pace: str
    left: str


@dataclass(frozen=True, slots=True)
class Use:
    """What became of a batch's vouchers."""

    issued: int
    used: int
    taken_off: Decimal
    cost: Decimal


def worth_words(batch: Batch) -> str:
    """Say what a code is worth: "€5.00 off, on orders from €20.00"."""
    words = _what(batch)
    if batch.least_order:
        words = _("%(worth)s, on orders from %(least)s") % {
            "worth": words,
            "least": money(batch.least_order),
        }
    return words


def first_day(moment: datetime) -> str:
    """Name the local day on which something begins."""
    return date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT")


def last_day(moment: datetime) -> str:
    """Name the last local day before something ends."""
    return first_day(moment - A_MOMENT)


def progress(batch: Batch) -> Progress:
    """Say how far a batch is, how fast it goes, and how long it will take."""
    words = ngettext(
        "%(made)s of %(wanted)s code", "%(made)s of %(wanted)s codes", batch.wanted
    ) % {
        "made": whole(batch.made),
        "wanted": whole(batch.wanted),
    }
    percent = HUNDRED * batch.made // batch.wanted
    rate = _rate(batch)
    if not rate:
        return Progress(percent, words, "", "")
    pace = ngettext("%(count)s a second", "%(count)s a second", round(rate)) % {
        "count": whole(round(rate))
    }
    return Progress(percent, words, pace, _left((batch.wanted - batch.made) / rate))


def use_of(batch: Batch, now: datetime) -> Use:
    """Count what became of a batch's vouchers; reads all of them once."""
    issued = Voucher.objects.filter(batch=batch, issued_at__lte=now).aggregate(
        issued=Count("pk"), used=Sum("used", default=0)
    )
    captures = Capture.objects.filter(voucher__batch=batch).aggregate(
        off=Sum(F("amount") - F("rolled_back"), default=Decimal(0)),
        cost=Sum("voucher__cost", filter=Q(is_undone=False), default=Decimal(0)),
    )
    return Use(issued["issued"], issued["used"], captures["off"], captures["cost"])


def _what(batch: Batch) -> str:
    if batch.gives == Gives.PERCENTAGE:
        words = _("%(percent)s%% off") % {"percent": decimal(batch.percent or Decimal(0))}
        if batch.most_off:
            words = _("%(worth)s, at most %(most)s") % {
                "worth": words,
                "most": money(batch.most_off),
            }
        return words
    if batch.gives == Gives.DISCOUNT:
        return _("%(amount)s off") % {"amount": money(batch.value or Decimal(0))}
    if batch.gives == Gives.GIFT_CARD:
        return _("gift card of %(amount)s") % {"amount": money(batch.value or Decimal(0))}
    if batch.gives == Gives.PRODUCT:
        return _("product %(number)s") % {"number": batch.product}
    return str(Gives(batch.gives).label)


def _rate(batch: Batch) -> float:
    if batch.started_at is None or batch.heard_at is None:
        return 0.0
    seconds = (batch.heard_at - batch.started_at).total_seconds()
    return (batch.made - batch.began_with) / seconds if seconds > 0 else 0.0


def _left(seconds: float) -> str:
    if seconds > SECONDS_A_MINUTE:
        minutes = round(seconds / SECONDS_A_MINUTE)
        return ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes) % {
            "count": whole(minutes)
        }
    rounded = max(1, round(seconds))
    return ngettext("about %(count)s second left", "about %(count)s seconds left", rounded) % {
        "count": whole(rounded)
    }
