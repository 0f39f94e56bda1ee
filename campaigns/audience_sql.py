"""
An audience as one query: each condition a set of members, all of them together a QuerySet.

Every value is a parameter. A set is read once for everybody (a semi-join or an anti-join), never
once a member: that is what makes a million members countable.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from campaigns.conditions import Condition, Kind, coming_birthdays
from members.models import Member
from points.local_time import local_day, midnight

IN_TIER = (
    "EXISTS (SELECT 1 FROM points_account a WHERE a.member_id = {member} AND a.tier_id = ANY(%s))"
)
OUT_OF_TIER = (
    "EXISTS (SELECT 1 FROM points_account a WHERE a.member_id = {member} AND a.tier_id <> ALL(%s))"
)
# What can be spent is the balance without what is still pending, or expired and not yet written.
SPENDABLE = (
    "EXISTS (SELECT 1 FROM (SELECT a.member_id,"
    " greatest(a.balance - coalesce(shut.points, 0), 0) AS points"
    " FROM points_account a LEFT JOIN (SELECT l.member_id, sum(l.remaining)::bigint AS points"
    # Two arms, so that each has its index.
    " FROM (SELECT member_id, remaining FROM points_lot WHERE remaining > 0 AND expires_at <= %s"
    " UNION ALL SELECT member_id, remaining FROM points_lot"
    " WHERE remaining > 0 AND available_at > %s AND expires_at > %s) l"
    " GROUP BY l.member_id) shut ON shut.member_id = a.member_id) s"
    " WHERE s.member_id = {member} AND s.points >= %s AND (s.points <= %s) IS TRUE)"
)
EVER = "EXISTS (SELECT 1 FROM points_account a WHERE a.member_id = {member} AND a.purchases > 0)"
BOUGHT = "EXISTS (SELECT 1 FROM points_purchase p WHERE p.member_id = {member}{period})"
# IS TRUE: of a range over a sum the planner believes that next to nobody is in it. Sums are of whole
# cents: those of decimals take twice as long and four times the memory, and no purchase is so large.
SPENT = (
    "EXISTS (SELECT 1 FROM (SELECT p.member_id,"
    " sum((least(greatest(p.total - p.refunded, 0), 20000000) * 100)::int) AS cents"
    " FROM points_purchase p"
    " WHERE true{period} GROUP BY p.member_id) s"
    " WHERE s.member_id = {member} AND s.cents >= %s AND (s.cents <= %s) IS TRUE)"
)
THINGS = (
    "EXISTS (SELECT 1 FROM points_purchase p JOIN points_purchaseline l ON l.purchase_id = p.id"
    " WHERE p.member_id = {member} AND lower(l.{column}) = ANY(%s){period})"
)
IN_STORE = (
    "EXISTS (SELECT 1 FROM points_purchase p"
    " WHERE p.member_id = {member} AND lower(p.store) = ANY(%s){period})"
)
USUAL_STORE = (
    "EXISTS (SELECT 1 FROM (SELECT DISTINCT ON (v.member_id) v.member_id, v.store FROM"
    " (SELECT p.member_id, lower(p.store) AS store, count(*) AS times, max(p.placed_at) AS latest"
    " FROM points_purchase p WHERE p.store <> ''{period} GROUP BY 1, 2) v"
    " ORDER BY v.member_id, v.times DESC, v.latest DESC, v.store) u"
    " WHERE u.member_id = {member} AND u.store = ANY(%s))"
)
BIRTHDAY_MONTH = "coalesce(extract(month FROM {member})::int = ANY(%s), false)"
BIRTHDAY = (
    "coalesce(extract(month FROM {member})::int * 100 + extract(day FROM {member})::int"
    " = ANY(%s), false)"
)
LANGUAGE = "{member} = ANY(%s)"
JOINED = "(true{period})"
ENDLESS = 2**62


@dataclass(frozen=True, slots=True)
class Test:
    """A condition in SQL: `{member}` stands for a column of the member, the primary key if none."""

    body: str
    params: list[Any]
    is_opposite: bool = False
    column: str = "pk"


class Holds(Func):
    """A test as an expression of the query it is part of, whatever that calls its tables."""

    output_field = BooleanField()

    def __init__(self, test: Test, *, negated: bool) -> None:
        super().__init__(F(test.column))
        self.test, self.negated = test, negated

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,  # noqa: ARG002
        *_words: str | None,
        **_extra: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        """Put the member's own column in its place; the values go along as parameters."""
        column, _none = compiler.compile(self.source_expressions[0])
        body = self.test.body.replace("{member}", column)
        return f"NOT {body}" if self.negated else body, tuple(self.test.params)


def audience(conditions: Iterable[Condition], *, at: datetime, zone: ZoneInfo) -> QuerySet[Member]:
    """Return everybody who takes part and meets all conditions, as things stand at `at`."""
    today = local_day(at, zone)
    members = Member.objects.taking_part()
    for condition in conditions:
        members = members.filter(_Asked(condition, at, today, zone).holds())
    return members


class _Asked:
    """One condition on its way to SQL."""

    def __init__(self, condition: Condition, at: datetime, today: date, zone: ZoneInfo) -> None:
        self.of, self.at, self.today, self.zone = condition, at, today, zone

    def holds(self) -> Holds:
        test = self._tests[self.of.kind](self)
        return Holds(test, negated=self.of.negated != test.is_opposite)

    def _within(self, body: str, column: str = "p.placed_at") -> tuple[str, list[datetime]]:
        """Write the days that count into a test, from local midnight to local midnight."""
        first, end = self.of.span(self.today)
        sql, params = "", []
        if first is not None:
            sql += f" AND {column} >= %s"
            params.append(midnight(first, self.zone))
        if end is not None:
            sql += f" AND {column} < %s"
            params.append(midnight(end, self.zone))
        return body.replace("{period}", sql), params

    @property
    def _names(self) -> list[str]:
        return [name.lower() for name in self.of.among]

    def _tier(self) -> Test:
        ranks = [int(rank) for rank in self.of.among]
        # Who never bought has no account and stands in the lowest tier.
        if 0 in ranks:
            return Test(OUT_OF_TIER, [ranks], is_opposite=True)
        return Test(IN_TIER, [ranks])

    def _spendable(self) -> Test:
        ats, least = [self.at] * 3, int(self.of.least or 0)
        most = ENDLESS if self.of.most is None else int(self.of.most)
        if least == 0:
            # Who has no account has nothing to spend: ask who has more.
            return Test(SPENDABLE, [*ats, most + 1, ENDLESS], is_opposite=True)
        return Test(SPENDABLE, [*ats, least, most])

    def _bought(self) -> Test:
        return Test(*self._within(BOUGHT)) if self.of.has_period else Test(EVER, [])

    def _spend(self) -> Test:
        body, params = self._within(SPENT)
        least = ceil((self.of.least or 0) * 100)
        most = ENDLESS if self.of.most is None else min(int(self.of.most * 100), ENDLESS - 1)
        if least == 0:
            # Who bought nothing spent no more than that either: ask who spent more.
            return Test(body, [*params, most + 1, ENDLESS], is_opposite=True)
        return Test(body, [*params, least, most])

    def _category(self) -> Test:
        body, params = self._within(THINGS.replace("{column}", "category"))
        return Test(body, [self._names, *params])

    def _department(self) -> Test:
        body, params = self._within(THINGS.replace("{column}", "department"))
        return Test(body, [self._names, *params])

    def _store(self) -> Test:
        body, params = self._within(IN_STORE)
        return Test(body, [self._names, *params])

    def _usual_store(self) -> Test:
        body, params = self._within(USUAL_STORE)
        return Test(body, [*params, self._names])

    def _birthday_month(self) -> Test:
        months = [int(month) for month in self.of.among]
        return Test(BIRTHDAY_MONTH, [months], column="birthday")

    def _birthday_soon(self) -> Test:
        days = coming_birthdays(self.today, self.of.days or 0)
        kept = sorted(month * 100 + day for month, day in days)
        return Test(BIRTHDAY, [kept], column="birthday")

    def _joined(self) -> Test:
        return Test(*self._within(JOINED, "{member}"), column="joined_at")

    def _language(self) -> Test:
        return Test(LANGUAGE, [list(self.of.among)], column="language")

    _tests: ClassVar[dict[Kind, Callable[["_Asked"], Test]]] = {
        Kind.TIER: _tier,
        Kind.SPENDABLE: _spendable,
        Kind.BOUGHT: _bought,
        Kind.SPEND: _spend,
        Kind.CATEGORY: _category,
        Kind.DEPARTMENT: _department,
        Kind.STORE: _store,
        Kind.USUAL_STORE: _usual_store,
        Kind.BIRTHDAY_MONTH: _birthday_month,
        Kind.BIRTHDAY_SOON: _birthday_soon,
        Kind.JOINED: _joined,
        Kind.LANGUAGE: _language,
    }
