"""
What vouchers were worth, came to and still owe: one statement over every move of their value.

A voucher that is worth an amount and can be used once carries it from the moment it is issued.
Every other (a percentage, a product, a code for everybody) is worth what it took off, at the moment
it did. What was left of a voucher when it ended is expired or withdrawn at that moment; what moves
later, such as goods returned for an expired gift card, at its own. So each line adds up by itself:
issued - captured + rolled back - left over - expired - withdrawn = what is still owed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

STATEMENT = """
WITH kept AS (
  SELECT v.id, v.reward_id, CASE WHEN v.reward_id IS NULL THEN v.batch_id END AS batch_id, v.vat,
         v.value, COALESCE(v.cost, 0) AS cost, v.issued_at,
         v.most_uses = 1 AND v.gives IN ('discount', 'gift_card') AS has_face,
         v.gives = 'gift_card' AS is_card, v.redemption_id IS NULL AS returns_use,
         LEAST(v.voided_at, b.stopped_at, v.expires_at) AS ended_at,
         COALESCE(LEAST(v.voided_at, b.stopped_at) <= v.expires_at, FALSE) AS was_withdrawn
    FROM rewards_voucher v LEFT JOIN rewards_batch b ON b.id = v.batch_id
), uses AS (
  SELECT s.*, c.captured_at, c.amount, c.id AS capture_id, c.is_undone,
         (SELECT max(r.at) FROM rewards_rollback r WHERE r.capture_id = c.id) AS undone_at
    FROM rewards_capture c JOIN kept s ON s.id = c.voucher_id
), returned AS (
  SELECT u.*, r.at, r.amount AS back FROM rewards_rollback r JOIN uses u USING (capture_id)
), moves AS (
  SELECT id, issued_at AS at, 'issued' AS kind, value AS amount, 1 AS codes, 0 AS uses, 0 AS cost
    FROM kept WHERE has_face
  UNION ALL
  SELECT id, issued_at, 'issued', 0, 1, 0, 0 FROM kept WHERE NOT has_face
  UNION ALL
  SELECT id, captured_at, 'issued', amount, 0, 0, 0 FROM uses WHERE NOT has_face
  UNION ALL
  SELECT id, captured_at, 'captured', amount, 0, 1, cost FROM uses
  UNION ALL
  SELECT id, captured_at, 'left_over', value - amount, 0, 0, 0
    FROM uses WHERE has_face AND NOT is_card
  UNION ALL
  SELECT id, at, 'rolled_back', back, 0, 0, 0 FROM returned
  UNION ALL
  SELECT id, at, 'issued', -back, 0, 0, 0 FROM returned WHERE NOT has_face
  UNION ALL
  SELECT id, at, 'left_over', back, 0, 0, 0 FROM returned WHERE has_face AND NOT is_card
  UNION ALL
  SELECT id, undone_at, 'left_over',
         CASE WHEN has_face AND NOT is_card AND returns_use THEN -value ELSE 0 END, 0, -1, -cost
    FROM uses WHERE is_undone
), all_moves AS (
  SELECT s.reward_id, s.batch_id, s.vat, m.kind, m.at, m.amount, m.codes, m.uses, m.cost
    FROM moves m JOIN kept s USING (id)
  UNION ALL
  SELECT s.reward_id, s.batch_id, s.vat,
         CASE WHEN s.was_withdrawn THEN 'void' ELSE 'expired' END, GREATEST(m.at, s.ended_at),
         CASE WHEN m.kind IN ('issued', 'rolled_back') THEN m.amount ELSE -m.amount END, 0, 0, 0
    FROM moves m JOIN kept s USING (id) WHERE m.amount <> 0
)
SELECT {month}, reward_id, batch_id, vat,
       COALESCE(sum(amount) FILTER (WHERE kind = 'issued'), 0),
       COALESCE(sum(amount) FILTER (WHERE kind = 'captured'), 0),
       COALESCE(sum(amount) FILTER (WHERE kind = 'rolled_back'), 0),
       COALESCE(sum(amount) FILTER (WHERE kind = 'left_over'), 0),
       COALESCE(sum(amount) FILTER (WHERE kind = 'expired'), 0),
       COALESCE(sum(amount) FILTER (WHERE kind = 'void'), 0),
       sum(codes), sum(uses), sum(cost)
  FROM all_moves WHERE at >= %(since)s AND at < %(until)s
 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
DONATIONS = """
WITH given AS (
  SELECT r.* FROM rewards_redemption r
   WHERE NOT EXISTS (SELECT FROM rewards_voucher v WHERE v.redemption_id = r.id)
), moves AS (
  SELECT reward_id, redeemed_at AS at, 1 AS times, points, value, cost FROM given
  UNION ALL
  SELECT reward_id, undone_at, -1, -points, -value, -cost FROM given WHERE undone_at IS NOT NULL
)
SELECT (at AT TIME ZONE %(zone)s)::date, reward_id, sum(times), sum(points),
       COALESCE(sum(value), 0), COALESCE(sum(cost), 0)
  FROM moves WHERE at >= %(since)s AND at < %(until)s
 GROUP BY 1, 2 ORDER BY 1, 2
"""
"""What points were given away for. It has no voucher: it is worth its value at once, and nothing
of it is owed. What was undone counts back on the day it was, so that a day that is over stays."""
MONTH = "date_trunc('month', at AT TIME ZONE %(zone)s)::date"


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of the value of a reward's or a batch's vouchers; `month` is its first day."""

    month: date | None
    reward: int | None
    batch: int | None
    vat: str
    issued: Decimal = Decimal(0)
    captured: Decimal = Decimal(0)
    rolled_back: Decimal = Decimal(0)
    left_over: Decimal = Decimal(0)
    expired: Decimal = Decimal(0)
    void: Decimal = Decimal(0)
    codes: int = 0
    uses: int = 0
    cost: Decimal = Decimal(0)

    def with_more(self, other: "Moved") -> "Moved":
        """Return this and another together."""
        return replace(
            self,
            issued=self.issued + other.issued,
            captured=self.captured + other.captured,
            rolled_back=self.rolled_back + other.rolled_back,
            left_over=self.left_over + other.left_over,
            expired=self.expired + other.expired,
            void=self.void + other.void,
            codes=self.codes + other.codes,
            uses=self.uses + other.uses,
            cost=self.cost + other.cost,
        )

    @property
    def outstanding(self) -> Decimal:
        """What these moves add to what is still owed."""
        gone = self.captured + self.left_over + self.expired + self.void
        return self.issued + self.rolled_back - gone


@dataclass(frozen=True, slots=True)
class Donated:
    """What was given away for points on a local day, less what was undone on it."""

    day: date
    reward: int
    times: int
    points: int
    value: Decimal
    cost: Decimal

    def with_more(self, other: "Donated") -> "Donated":
        """Return this and another together."""
        return replace(
            self,
            times=self.times + other.times,
            points=self.points + other.points,
            value=self.value + other.value,
            cost=self.cost + other.cost,
        )


def donated_by_day(since: datetime, until: datetime, zone: str) -> list[Donated]:
    """What was given away for points between two moments, by local day and reward."""
    with connection.cursor() as cursor:
        cursor.execute(DONATIONS, {"since": since, "until": until, "zone": zone})
        return [
            Donated(day, reward, int(times), int(points), value, cost)
            for day, reward, times, points, value, cost in cursor.fetchall()
        ]


def moved_by_month(since: datetime, until: datetime, zone: str) -> list[Moved]:
    """What moved between two moments, by local month."""
    return _rows(STATEMENT.format(month=MONTH), {"since": since, "until": until, "zone": zone})


def moved_before(until: datetime) -> list[Moved]:
    """All that moved before a moment, since there are vouchers."""
    statement = STATEMENT.format(month="NULL::date")
    return _rows(statement, {"since": "-infinity", "until": until})


def _rows(statement: str, values: Mapping[str, datetime | str]) -> list[Moved]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Moved(*row) for row in cursor.fetchall()]
