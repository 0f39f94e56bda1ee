"""A few members of an audience, with what makes each of them match."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import DecimalField, F, Func, IntegerField, Max, QuerySet, Sum
from django.db.models.functions import Greatest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from campaigns.audience_sql import audience
from campaigns.conditions import Condition, Kind
from members.models import Member, Tier
from points.local_time import local_day, midnight
from points.models import Account, Lot, Purchase, PurchaseLine
from points.program_cache import program_zone
from points.reports.wording import listed, money, points_text

SAMPLE = 20
MOST_NAMED = 4
Told = dict[int, str]


@dataclass(frozen=True, slots=True)
class Example:
    """A member, and a fact for each condition."""

    member: Member
    facts: list[str]


def sample(conditions: Sequence[Condition], *, at: datetime) -> list[Example]:
    """Return twenty members from all over the audience; one query more for each condition."""
    spread = Func(F("pk"), function="hashint8", output_field=IntegerField())
    members = list(audience(conditions, at=at, zone=program_zone()).order_by(spread, "pk")[:SAMPLE])
    if not members:
        return []
    told = [_Facts(one, members, at).told() for one in dict.fromkeys(conditions)]
    return [
        Example(member, list(dict.fromkeys(facts[member.pk] for facts in told)))
        for member in members
    ]


class _Facts:
    """What there is to say of some members about one condition."""

    def __init__(self, condition: Condition, members: Sequence[Member], at: datetime) -> None:
        self.of, self.members, self.at = condition, members, at
        self.ids = [member.pk for member in members]

    def told(self) -> Told:
        found = _TELL[self.of.kind](self)
        return {pk: found.get(pk, "–") for pk in self.ids}

    def purchases(self) -> QuerySet[Purchase]:
        """What they bought in the condition's period, by member."""
        zone = program_zone()
        first, end = self.of.span(local_day(self.at, zone))
        rows: QuerySet[Purchase] = Purchase.objects.filter(member__in=self.ids).order_by()
        if first is not None:
            rows = rows.filter(placed_at__gte=midnight(first, zone))
        return rows if end is None else rows.filter(placed_at__lt=midnight(end, zone))

    def tier(self) -> Told:
        names = {tier.rank: tier.name for tier in Tier.objects.all()}
        ranks = dict(Account.objects.filter(pk__in=self.ids).values_list("pk", "tier_id"))
        return {pk: names.get(ranks.get(pk, 0), "–") for pk in self.ids}

    def spendable(self) -> Told:
        accounts = Account.objects.filter(pk__in=self.ids)
        owed = dict(accounts.values_list("pk", "debt"))
        held: dict[int, int] = defaultdict(int)
        lots = Lot.objects.open_at(self.at).filter(member__in=self.ids)
        for member, remaining in lots.values_list("member_id", "remaining"):
            held[member] += remaining
        told = _("can spend %(points)s")
        return {
            pk: told % {"points": points_text(max(0, held[pk] - owed.get(pk, 0)))}
            for pk in self.ids
        }

    def bought(self) -> Told:
        """When they bought last, whatever the period."""
        latest = (
            Purchase.objects.filter(member__in=self.ids)
            .order_by()
            .values_list("member_id")
            .annotate(latest=Max("placed_at"))
        )
        told = dict.fromkeys(self.ids, _("never bought"))
        for member, moment in latest:
            told[member] = _("bought last on %(day)s") % {"day": _day(moment)}
        return told

    def spend(self) -> Told:
        paid = Greatest(F("total") - F("refunded"), Decimal(0), output_field=DecimalField())
        sums = dict(self.purchases().values_list("member_id").annotate(paid=Sum(paid)))
        told = _("spent %(amount)s in that time")
        return {pk: told % {"amount": money(sums.get(pk, Decimal(0)))} for pk in self.ids}

    def things(self) -> Told:
        column = self.of.kind.value
        rows = PurchaseLine.objects.filter(purchase__in=self.purchases()).order_by()
        return self._named(rows.values_list("purchase__member_id", column).distinct())

    def stores(self) -> Told:
        rows = self.purchases().exclude(store="").values_list("member_id", "store")
        return self._named(rows.distinct())

    def _named(self, rows: Iterable[tuple[int, str]]) -> Told:
        wanted = {name.lower() for name in self.of.among}
        found: dict[int, list[str]] = defaultdict(list)
        for member, name in sorted(rows, key=lambda row: row[1]):
            if (name.lower() in wanted) != self.of.negated and name:
                found[member].append(name)
        told = {pk: listed(names[:MOST_NAMED]) for pk, names in found.items()}
        return {pk: _("bought: %(names)s") % {"names": names} for pk, names in told.items()}

    def birthday(self) -> Told:
        told = _("birthday on %(day)s")
        return {
            member.pk: told % {"day": date_format(member.birthday, "j F")}
            for member in self.members
            if member.birthday
        }

    def joined(self) -> Told:
        told = _("joined on %(day)s")
        return {member.pk: told % {"day": _day(member.joined_at)} for member in self.members}

    def language(self) -> Told:
        return {member.pk: member.get_language_display() for member in self.members}


def _day(at: datetime) -> str:
    return date_format(localtime(at), "SHORT_DATE_FORMAT")


_TELL: dict[Kind, Callable[[_Facts], Told]] = {
    Kind.TIER: _Facts.tier,
    Kind.SPENDABLE: _Facts.spendable,
    Kind.BOUGHT: _Facts.bought,
    Kind.SPEND: _Facts.spend,
    Kind.CATEGORY: _Facts.things,
    Kind.DEPARTMENT: _Facts.things,
    Kind.STORE: _Facts.stores,
    Kind.USUAL_STORE: _Facts.stores,
    Kind.BIRTHDAY_MONTH: _Facts.birthday,
    Kind.BIRTHDAY_SOON: _Facts.birthday,
    Kind.JOINED: _Facts.joined,
    Kind.LANGUAGE: _Facts.language,
}
