"""What redeeming asks of the database: what it must know in one statement, what it made in another."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField

from points.ledger_sql.cursor import prepared_cursor
from rewards.models import LimitUse, Redemption, Reward, Stock, Voucher
from rewards.rows_sql import columns, names, read, saved, values, width
from rewards.standing import period_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """
    A reward with its stock, and how a member stands to it.

    `is_repeated` says that the request key is known; `has_place` that they are in line for it.
    """

    reward: Reward
    use: LimitUse
    is_invited: bool
    has_place: bool
    is_repeated: bool


PERIODS = [period for period, _label in Reward.Period.choices]
SINCE = " ".join(f"WHEN '{period}' THEN %({period})s::date" for period in PERIODS)
SCENE = f"""
SELECT {names(Reward, "r")}, {names(Stock, "s")}, u.id, coalesce(u.times, 0),
       r.audience = 'invited' AND EXISTS
         (SELECT FROM rewards_invited i WHERE i.reward_id = r.id AND i.member_id = %(member)s),
       s.reward_id IS NOT NULL AND EXISTS
         (SELECT FROM rewards_place p WHERE p.reward_id = r.id AND p.member_id = %(member)s
             AND p.state IN ('waiting', 'held')),
       EXISTS (SELECT FROM rewards_redemption m WHERE m.request_key = %(key)s)
  FROM rewards_reward r
  LEFT JOIN rewards_stock s ON s.reward_id = r.id
  LEFT JOIN rewards_limituse u ON u.reward_id = r.id AND u.member_id = %(member)s
       AND u.since = CASE r.period {SINCE} END
 WHERE r.id = %(reward)s
"""
TAKE = 'UPDATE rewards_stock SET "left" = "left" - 1 WHERE reward_id = %s AND "left" > held'
TAKE_HELD = """
UPDATE rewards_stock SET "left" = "left" - 1, held = held - 1 WHERE reward_id = %s AND held > 0
"""
COUNT = """, counted AS (
INSERT INTO rewards_limituse AS u (member_id, reward_id, since, times) VALUES (%s, %s, %s, 1)
    ON CONFLICT (member_id, reward_id, since) DO UPDATE SET times = u.times + 1
)"""


def scene_of(*, reward_id: int, member_id: int, key: UUID, today: date) -> Scene | None:
    """Return all that decides whether a member may have a reward; None if there is none."""
    if reward_id > BigIntegerField.MAX_BIGINT:
        return None
    sinces = {period: period_of(period, today) for period in PERIODS}
    wanted: dict[str, Any] = {"reward": reward_id, "member": member_id, "key": key, **sinces}
    with prepared_cursor() as cursor:
        cursor.execute(SCENE, wanted)
        row = cursor.fetchone()
    if row is None:
        return None
    reward, of_stock = read(Reward, row), row[width(Reward) :]
    if of_stock[0] is not None:
        reward.stock = read(Stock, of_stock)
    use_id, times, is_invited, has_place, is_repeated = of_stock[width(Stock) :]
    use = LimitUse(
        pk=use_id, reward=reward, member_id=member_id, since=sinces[reward.period], times=times
    )
    return Scene(
        reward=reward,
        use=use,
        is_invited=is_invited,
        has_place=has_place,
        is_repeated=is_repeated,
    )


def keep(*, made: Redemption, voucher: Voucher | None) -> None:
    """Write a redemption, its voucher, and one time more in its period; both get their numbers."""
    sent = values(made, saved(Redemption))
    if made.counted_since is not None:
        sent += [made.member_id, made.reward_id, made.counted_since]
    if voucher is not None:
        sent += values(voucher, saved(Voucher, but="redemption"))
    with prepared_cursor() as cursor:
        counts = made.counted_since is not None
        cursor.execute(_keeping(has_voucher=voucher is not None, counts=counts), sent)
        made.pk, voucher_id = cursor.fetchone()
    made._state.adding = False
    if voucher is not None:
        voucher.pk, voucher.redemption = voucher_id, made
        voucher._state.adding = False


def take_piece(*, reward_id: int, is_held: bool) -> bool:
    """
    Take one piece of a reward that has stock; False if none is left for who asks.

    `is_held` takes the piece that was held for them. The row stays locked until the commit.
    """
    with prepared_cursor() as cursor:
        cursor.execute(TAKE_HELD if is_held else TAKE, (reward_id,))
        return bool(cursor.rowcount)


@lru_cache
def _keeping(*, has_voucher: bool, counts: bool) -> str:
    """Put the statement together that writes what was made, each row after what it points at."""
    redemption, voucher = saved(Redemption), saved(Voucher, but="redemption")
    statement = (
        f"WITH made AS (INSERT INTO rewards_redemption ({columns(redemption)})"
        f" VALUES ({', '.join(['%s'] * len(redemption))}) RETURNING id)"
    )
    if counts:
        statement += COUNT
    if has_voucher:
        typed = ", ".join(f"%s::{field.db_type(connection)}" for field in voucher)
        statement += (
            f", issued AS (INSERT INTO rewards_voucher ({columns(voucher)}, redemption_id)"
            f" SELECT {typed}, made.id FROM made RETURNING id)"
        )
    issued = "(SELECT id FROM issued)" if has_voucher else "NULL::bigint"
    return f"{statement} SELECT made.id, {issued} FROM made"
