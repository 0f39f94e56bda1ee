"""
A night's expiry of 100,000 lots, among a million and among ten million.

The floor makes the same writes by one set-based statement as the application's role: entries,
allocations, lots and accounts. It leaves the chain of hashes out, which SQL cannot make. Every
round is a night of its own, so that nothing is put back in between.
"""

from datetime import UTC, datetime, timedelta
from statistics import median

from harness import ground
from harness.measure import ROUNDS, in_turn, report, say, scaled, stopwatch
from harness.program import publish

from points.actions.expiry import expire_points

FEW, MANY = 1_000_000, 10_000_000
DUE = 100_000
LOTS_A_MEMBER = 20
A_NIGHT = 2
"""Lots that one member loses in a night."""
FIRST_NIGHT = datetime(2026, 1, 2, tzinfo=UTC)
TABLES = (
    "members_member, members_card, members_externalid, members_placement, points_account,"
    " points_entry, points_lot, points_allocation, points_purchase, points_purchaseline,"
    " points_refund, points_debt"
)
MEMBERS = """
INSERT INTO members_member (id, name, language, status, joined_at, joined_through)
SELECT id, '', 'nl', 'active', '2025-01-01Z', 'import' FROM generate_series(1, %(members)s) AS id
"""
ACCOUNTS = """
INSERT INTO points_account (member_id, balance, debt, sequence, purchases, head, tier_id,
       status_bound, status_days, reviewed_under)
SELECT id, 10 * %(each)s, 0, %(each)s, 0, sha256(id::text::bytea), 0, 0, 0, 0
  FROM generate_series(1, %(members)s) AS id
"""
ENTRIES = """
INSERT INTO points_entry (id, member_id, sequence, kind, points, occurred_at, recorded_at,
       source_id, operation, actor, explanation, hash)
SELECT member::bigint << 24 | number, member, number, 1, 10, '2025-01-01Z', '2025-01-01Z',
       %(source)s, 'r' || (member::bigint << 24 | number), 'import:2',
       '{"base":"10.00","multiplier":"1","rate":"1","rounding":"down","status":10,"tier":0}',
       sha256(member::text::bytea)
  FROM generate_series(1, %(members)s) AS member, generate_series(1, %(each)s) AS number
"""
# On a night every `stride`th member loses two lots, another of them each night.
LOTS = """
INSERT INTO points_lot (id, member_id, points, remaining, expired, available_at, expires_at,
       cause_id)
SELECT member::bigint << 24 | number, member, 10, 10, 0, '2025-01-01Z',
       CASE WHEN night < %(nights)s AND member %% %(stride)s = night %% %(stride)s
            THEN %(first)s + night * interval '1 day' ELSE '2027-01-01Z' END,
       member::bigint << 24 | number
  FROM generate_series(1, %(members)s) AS member, generate_series(1, %(each)s) AS number,
       LATERAL (SELECT (number - 1) / %(a_night)s) AS of(night)
"""
FLOOR = """
WITH due AS MATERIALIZED (
  SELECT l.id, l.member_id, l.remaining, l.expires_at, a.head,
         a.sequence + row_number() OVER (PARTITION BY l.member_id
           ORDER BY l.expires_at, l.available_at, l.id) AS sequence
    FROM points_lot l JOIN points_account a USING (member_id)
   WHERE l.remaining > 0 AND l.expires_at <= %(until)s
), entries AS (
  INSERT INTO points_entry (id, member_id, sequence, kind, points, occurred_at, recorded_at,
         source_id, operation, actor, explanation, hash)
  SELECT member_id << 24 | sequence, member_id, sequence, 6, -remaining, expires_at, %(now)s,
         1, id || ':' || id, 'program',
         jsonb_build_object('lot', id, 'reason', 'end_of_validity'), head
    FROM due
), allocations AS (
  INSERT INTO points_allocation (entry_id, lot_id, cause_id, points)
  SELECT member_id << 24 | sequence, id, member_id << 24 | sequence, remaining FROM due
), lots AS (
  UPDATE points_lot l SET remaining = 0, expired = l.expired + l.remaining,
         cause_id = due.member_id << 24 | due.sequence
    FROM due WHERE l.id = due.id
)
UPDATE points_account a SET balance = a.balance - d.points, sequence = d.sequence
  FROM (SELECT member_id, sum(remaining) AS points, max(sequence) AS sequence
          FROM due GROUP BY member_id) AS d
 WHERE a.member_id = d.member_id
"""


class Nights:
    """Lots of which as many end every night, however many there are."""

    def __init__(self, lots: int, source_id: int) -> None:
        self.due = scaled(DUE)
        self.next = 0
        members = lots // LOTS_A_MEMBER
        values = {
            "members": members,
            "each": LOTS_A_MEMBER,
            "source": source_id,
            "nights": 2 * ROUNDS,
            "stride": members * A_NIGHT // self.due,
            "first": FIRST_NIGHT,
            "a_night": A_NIGHT,
        }
        with ground.superuser() as superuser, stopwatch() as seconds:
            superuser.execute(f"TRUNCATE {TABLES} RESTART IDENTITY")
            for statement in (MEMBERS, ACCOUNTS, ENTRIES, LOTS):
                superuser.execute(statement, values)
            superuser.execute("VACUUM ANALYZE")
            size = superuser.execute("SELECT pg_database_size(current_database())").fetchone()
        say(f"{lots:,} lots made in {seconds():.0f} s, {size[0] / 1e9:.1f} GB")

    def night(self) -> datetime:
        at = FIRST_NIGHT + timedelta(days=self.next)
        self.next += 1
        with ground.superuser() as superuser:
            superuser.execute("CHECKPOINT")
        return at

    def ours(self) -> float:
        until = self.night()
        with stopwatch() as seconds:
            expired = expire_points(until=until, now=until)
        assert expired.lots == self.due, expired
        return seconds()

    def floor(self) -> float:
        until = self.night()
        with ground.application() as connection, stopwatch() as seconds:
            connection.execute(FLOOR, {"until": until, "now": until})
            connection.commit()
        return seconds()


def main() -> None:
    source_id = publish()
    seconds = {}
    for lots in (scaled(FEW), scaled(MANY)):
        nights = Nights(lots, source_id)
        taken = in_turn(floor=nights.floor, ours=nights.ours)
        seconds[lots] = {name: median(values) for name, values in taken.items()}
    few, many = seconds.values()
    factor = many["ours"] / few["ours"]
    say(f"{nights.due:,} lots end in {few['ours']:.2f} s among {scaled(FEW):,} lots")
    say(f"and in {many['ours']:.2f} s among {scaled(MANY):,}, {factor:.2f} times as long;")
    say(f"one statement takes {few['floor']:.2f} s and {many['floor']:.2f} s")
    report(
        "expiry",
        ours=many["ours"],
        floor=many["floor"],
        ratio=many["floor"] / many["ours"],
        unit="s",
        lots=nights.due,
        factor_ten_times_the_lots=factor,
        ours_among_few=few["ours"],
        floor_among_few=few["floor"],
        ratio_among_few=few["floor"] / few["ours"],
    )


main()
