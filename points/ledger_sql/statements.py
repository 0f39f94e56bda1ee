"""
What the ledger asks of the database.

The keys of a batch are looked up one by one (LATERAL with a LIMIT or OFFSET holds the planner to
it): just after an import its statistics are old, and it would rather read whole tables.
"""

STANDING = """
SELECT a.member_id, a.sequence, a.purchases, a.head, a.balance, a.debt, a.tier_id, a.tier_since,
       a.status_bound, a.status_days, a.latest_at, a.remainder, m.status,
       (SELECT coalesce(sum(hashtext(digest)::bigint), 0) FROM points_programversion
         WHERE published_at IS NOT NULL)
  FROM points_account a JOIN members_member m ON m.id = a.member_id
"""
LOCK = f"{STANDING} WHERE a.member_id = ANY(%s::bigint[]) ORDER BY a.member_id FOR UPDATE OF a"
LOCK_ONE = f"{STANDING} WHERE a.member_id = %s FOR UPDATE OF a"
OPEN = """
INSERT INTO points_account
  (member_id, balance, debt, sequence, purchases, head, tier_id, status_bound, status_days,
   reviewed_under)
SELECT id, 0, 0, 0, 0, '', 0, 0, 0, 0 FROM members_member WHERE id = ANY(%s::bigint[])
 ORDER BY id ON CONFLICT DO NOTHING
"""
BOUGHT = """p.id, p.receipt, p.member_id, p.placed_at, p.total, p.base, p.refunded, p.earned,
 p.taken, p.waived, p.status, p.tier_id, p.version_id, p.lot_id, p.store, p.channel, p.facts,
 p.gave"""
PURCHASES = f"""
SELECT {BOUGHT} FROM unnest(%s::text[]) AS k(receipt) CROSS JOIN LATERAL
  (SELECT * FROM points_purchase WHERE source_id = %s AND receipt = k.receipt LIMIT 1) AS p
"""
PURCHASE = f"SELECT {BOUGHT} FROM points_purchase p WHERE p.receipt = %s AND p.source_id = %s"
ENTRIES = """
SELECT e.id, e.kind, e.operation, e.member_id, e.occurred_at, e.points, e.explanation
  FROM unnest(%s::int[], %s::text[]) AS k(kind, operation) CROSS JOIN LATERAL
  (SELECT * FROM points_entry
    WHERE source_id = %s AND kind = k.kind AND operation = k.operation LIMIT 1) AS e
"""
REFUNDS = """
SELECT r.id, r.key, r.purchase_id, r.refunded_at, r.total, r.waived, r.entry_id,
       r.voided_by, r.voided_at, r.lines, p.receipt, p.member_id
  FROM points_refund r JOIN points_purchase p ON p.id = r.purchase_id
"""
LOTS = """id, points, remaining, expired, available_at, expires_at, cause_id, member_id"""
OPEN_LOTS = f"""
SELECT l.* FROM unnest(%s::bigint[], %s::timestamptz[]) AS n(member, since) CROSS JOIN LATERAL
  (SELECT {LOTS} FROM points_lot WHERE member_id = n.member AND expires_at > n.since
      AND (remaining > 0 OR expired > 0) OFFSET 0) AS l
UNION SELECT {LOTS} FROM points_lot WHERE id = ANY(%s::bigint[])
"""
DUE_LOTS = f"""
SELECT {LOTS} FROM points_lot
 WHERE member_id = ANY(%s::bigint[]) AND remaining > 0 AND expires_at <= %s
 ORDER BY expires_at, available_at, id
"""
TAKEN = """
SELECT entry_id, lot_id, sum(points) FROM points_allocation
 WHERE entry_id = ANY(%s::bigint[]) AND lot_id IS NOT NULL
 GROUP BY entry_id, lot_id HAVING sum(points) <> 0 ORDER BY entry_id, min(id)
"""
MOVES = """
SELECT a.lot_id, c.occurred_at, -a.points
  FROM points_allocation a JOIN points_entry e ON e.id = a.entry_id
  JOIN points_entry c ON c.id = a.cause_id
 WHERE a.lot_id = ANY(%s::bigint[]) AND c.occurred_at > %s AND e.kind <> %s
"""
DEBTS = """
SELECT id, member_id, points, remaining, at FROM points_debt
 WHERE member_id = ANY(%s::bigint[]) AND remaining > 0 ORDER BY at, id
"""
RETURNED = """
SELECT purchase_id, lines FROM points_refund
 WHERE purchase_id = ANY(%s::bigint[]) AND lines IS NOT NULL AND voided_by IS NULL
"""
RECEIPT_LINES = """
SELECT purchase_id, line, product, department, category, quantity, amount
  FROM points_purchaseline WHERE purchase_id = ANY(%s::bigint[]) ORDER BY purchase_id, line
"""
RECENT = f"""
SELECT {BOUGHT} FROM points_purchase p
 WHERE p.member_id = ANY(%s::bigint[]) AND p.placed_at >= %s AND p.placed_at < %s
"""
BIRTHDAYS = "SELECT id, birthday FROM members_member WHERE id = ANY(%s::bigint[])"
WINDOW = """
SELECT member_id, placed_at, status FROM points_purchase
 WHERE member_id = ANY(%s::bigint[]) AND placed_at >= %s AND status > 0 ORDER BY placed_at
"""
PLACEMENTS = """
SELECT member_id, since, tier_id FROM members_placement
 WHERE member_id = ANY(%s::bigint[]) ORDER BY since, id
"""
