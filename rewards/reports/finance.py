"""Cost and VAT of vouchers for finance: by month, by reward or batch, and what is still owed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from points.local_time import midnight
from points.program_cache import program_zone
from rewards.finance_sql import Donated, Moved, donated_by_day, moved_before, moved_by_month
from rewards.models import Batch, Reward
from rewards.models.reward import Vat

COLUMNS = (
    (
        "issued",
        gettext_lazy("Issued"),
        gettext_lazy(
            "What vouchers were worth when they were issued. One without an amount of its own, such as "
            "a percentage or a code for everybody, counts for what it took off, when it was used."
        ),
    ),
    (
        "captured",
        gettext_lazy("Used"),
        gettext_lazy("What was taken off orders."),
    ),
    (
        "rolled_back",
        gettext_lazy("Given back"),
        gettext_lazy("What was taken off orders that were returned since."),
    ),
    (
        "left_over",
        gettext_lazy("Left over"),
        gettext_lazy(
            "What nobody can use any more of a voucher that was used: the order was smaller, or "
            "points came back instead."
        ),
    ),
    (
        "expired",
        gettext_lazy("Expired"),
        gettext_lazy("What was left on the last day."),
    ),
    (
        "void",
        gettext_lazy("Withdrawn"),
        gettext_lazy("What was left when staff withdrew a voucher or its batch."),
    ),
    (
        "outstanding",
        gettext_lazy("Change in what is owed"),
        gettext_lazy("Issued − used + given back − left over − expired − withdrawn."),
    ),
)
"""Every amount of a line: its name, its title, and what it means."""
VAT = {
    Vat.MULTI: gettext_lazy("multi-purpose"),
    Vat.SINGLE: gettext_lazy("single-purpose"),
}
ENDS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """A month of a reward or a batch; without a month, all of its time."""

    month: date | None
    name: str
    vat: str
    moved: Moved


@dataclass(frozen=True, slots=True)
class Gift:
    """What was given away for points on a day, or in a month, which is its first day."""

    day: date
    name: str
    vat: str
    donated: Donated


@dataclass(frozen=True, slots=True)
class Finance:
    """What moved in a period, what it adds up to, what is owed at its end, and what was given."""

    since: date
    until: date
    lines: list[Line]
    total: Moved
    owed: list[Line]
    owed_total: Decimal
    gifts: list[Gift]

    def gifts_by_month(self) -> list[Gift]:
        """Add the days of each month up, reward by reward."""
        months: dict[tuple[date, int], Gift] = {}
        for gift in self.gifts:
            key = (gift.day.replace(day=1), gift.donated.reward)
            known = months.get(key)
            donated = known.donated.with_more(gift.donated) if known else gift.donated
            months[key] = replace(gift, day=key[0], donated=donated)
        return list(months.values())


def finance(*, since: date, until: date) -> Finance:
    """Add vouchers up from the first local day to the last, both included."""
    zone = program_zone()
    end = midnight(until + ENDS, zone)
    moved = moved_by_month(midnight(since, zone), end, zone.key)
    before = moved_before(end)
    donated = donated_by_day(midnight(since, zone), end, zone.key)
    names = _names([*moved, *before, *donated])
    owed = [_line(one, names) for one in before if one.outstanding]
    return Finance(
        since=since,
        until=until,
        lines=[_line(one, names) for one in moved],
        total=added_up(moved),
        owed=owed,
        owed_total=sum((line.moved.outstanding for line in owed), Decimal(0)),
        gifts=[Gift(one.day, names["reward", one.reward], _("none"), one) for one in donated],
    )


def added_up(moved: Iterable[Moved]) -> Moved:
    """Add lines up, whatever they are of."""
    together = Moved(None, None, None, "")
    for one in moved:
        together = together.with_more(one)
    return together


def _line(moved: Moved, names: dict[tuple[str, int | None], str]) -> Line:
    name = (
        names.get(("reward", moved.reward)) or names.get(("batch", moved.batch)) or _("by itself")
    )
    return Line(moved.month, name, str(VAT[Vat(moved.vat)]), moved)


def _names(moved: Iterable[Moved | Donated]) -> dict[tuple[str, int | None], str]:
    rewards = Reward.objects.in_bulk({one.reward for one in moved if one.reward})
    lines = [one for one in moved if isinstance(one, Moved)]
    batches = Batch.objects.in_bulk({one.batch for one in lines if one.batch})
    return {("reward", pk): reward.name for pk, reward in rewards.items()} | {
        ("batch", pk): batch.name for pk, batch in batches.items()
    }
