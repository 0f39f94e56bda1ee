"""What a till waits for while its customer does: vouchers by their codes, and what an order took."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from points.ledger_sql.cursor import prepared_cursor
from rewards.models import Batch, Voucher
from rewards.rows_sql import names, read, width

FIND = f"""
SELECT {names(Voucher, "v")}, {names(Batch, "b")}
  FROM rewards_voucher v LEFT JOIN rewards_batch b ON b.id = v.batch_id
 WHERE v.digest = ANY(%s::bytea[])
"""
TAKEN = """
SELECT v.id, v.gives, v.product, v.is_alone, coalesce(c.amount - c.rolled_back, r.amount)
  FROM rewards_reservation r
  JOIN rewards_voucher v ON v.id = r.voucher_id
  LEFT JOIN rewards_capture c ON c.reservation_id = r.id
 WHERE r."order" = %s AND r."order" <> ''
   AND (r.state = 'live' AND r.until > %s AND r.voucher_id <> ALL(%s::bigint[])
        OR r.state = 'captured' AND NOT c.is_undone)
"""
AT_COUNTER = f"{TAKEN} AND r.client_id IS NULL ORDER BY r.id"
AT_TILL = (
    f"{TAKEN} AND r.client_id IN (SELECT id FROM members_apiclient WHERE source_id = %s)"
    " ORDER BY r.id"
)


def vouchers_by_digest(digests: Collection[bytes]) -> dict[bytes, Voucher]:
    """Find vouchers with their batches; those that nobody has are left out."""
    if not digests:
        return {}
    with prepared_cursor() as cursor:
        cursor.execute(FIND, (list(digests),))
        rows = cursor.fetchall()
    found = {}
    for row in rows:
        voucher = read(Voucher, row)
        if voucher.batch_id is not None:
            voucher.batch = read(Batch, row[width(Voucher) :])
        found[bytes(voucher.digest)] = voucher
    return found


def taken_off(
    order: str, source_id: int | None, *, besides: Collection[int], now: datetime
) -> list[tuple[int, str, str, bool, Decimal]]:
    """
    Return (voucher, gives, product, whether it goes alone, euros) of what came off an order before.

    Of the order of this business, or of the counter without one; holds of the vouchers `besides`
    are left out.
    """
    asked = (order, now, list(besides))
    with prepared_cursor() as cursor:
        if source_id is None:
            cursor.execute(AT_COUNTER, asked)
        else:
            cursor.execute(AT_TILL, (*asked, source_id))
        rows: list[tuple[int, str, str, bool, Decimal]] = cursor.fetchall()
    return rows
