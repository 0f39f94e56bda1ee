"""
Validating one code among ten million.

The vouchers are made by the database itself; two thousand of them have codes that are known, spread
evenly. In turns with the floor: the bare SELECT by digest over psycopg. A code that nobody has
is asked as well, and the whole answer of a till that names order and lines.
"""

import os
from datetime import timedelta
from decimal import Decimal
from statistics import median, quantiles
from time import perf_counter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty_site.settings")

from django.utils import timezone
from harness import ground
from harness.measure import ROUNDS, SCALE, report, say, scaled, stopwatch

from members.actions.api_clients import create_client
from members.actions.sources import name_source
from rewards.actions.validation import validate_vouchers
from rewards.code_vault import digest_of, seal
from rewards.codes import GROUP, new_code, shown
from rewards.order_rules import Line, Order

VOUCHERS = 10_000_000
KNOWN = 2_000
GOAL_MS = 5
NOW = timezone.now()
COLUMNS = """
reference, digest, sealed, tail, gives, value, product, least_order, is_alone, vat, issued_at,
valid_from, expires_at, most_uses, used, reserved, captured, void_reason, shares_name
"""
CROWD = f"""
INSERT INTO rewards_voucher ({COLUMNS})
SELECT gen_random_uuid(), decode(md5('d' || k), 'hex'),
       decode(md5('s' || k) || md5('t' || k) || left(md5('u' || k), 22), 'hex'), 'ABCDE', 'discount',
       5, '', 0, false, 'multi', %(now)s, %(now)s, %(until)s, 1, 0, 0, 0, '', false
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS k
"""
ONE = f"""
INSERT INTO rewards_voucher ({COLUMNS})
VALUES (gen_random_uuid(), %(digest)s, %(sealed)s, %(tail)s, 'discount', 5, '', 0, false, 'multi',
        %(now)s, %(now)s, %(until)s, 1, 0, 0, 0, '', false)
"""
FLOOR = "SELECT * FROM rewards_voucher WHERE digest = %s"
ORDER = Order(
    total=Decimal("40.00"),
    lines=(Line(product="8710400", amount=Decimal("40.00"), quantity=Decimal(2)),),
    reference="2026-03-01/4/1191",
)


def make_vouchers(many: int) -> list[str]:
    """Fill the table in pieces, with known codes between them; return those codes."""
    codes = [new_code() for _ in range(KNOWN)]
    facts = {"now": NOW - timedelta(days=1), "until": NOW + timedelta(days=365)}
    pieces = 20
    with ground.superuser() as superuser, stopwatch() as seconds:
        superuser.execute("SET synchronous_commit = off")
        for piece in range(pieces):
            span = {"first": piece * many // pieces + 1, "last": (piece + 1) * many // pieces}
            superuser.execute(CROWD, facts | span)
            for code in codes[piece::pieces]:
                known = {"digest": digest_of(code), "sealed": seal(code), "tail": code[-GROUP:]}
                superuser.execute(ONE, facts | known)
        superuser.execute("VACUUM ANALYZE rewards_voucher")
        count = superuser.execute("SELECT count(*) FROM rewards_voucher").fetchone()[0]
        size = superuser.execute("SELECT pg_total_relation_size('rewards_voucher')").fetchone()[0]
    say(f"{count:,} vouchers in {seconds():.0f} s, {size / 1e9:.2f} GB")
    return codes


def timed(work, items) -> list[float]:
    """Return the milliseconds of each."""
    found = []
    for item in items:
        began = perf_counter()
        work(item)
        found.append((perf_counter() - began) * 1_000)
    return found


def main() -> None:
    many = scaled(VOUCHERS, least=10_000)
    codes = make_vouchers(many)
    client = create_client(
        name="Till", source_id=name_source(name="tills").pk, scopes=["vouchers:use"], now=NOW
    ).key.client

    def ours(code: str) -> None:
        (answer,) = validate_vouchers(
            codes=[shown(code)], order=ORDER, client=client, member_id=None, now=NOW
        )
        assert answer.told.amount == 5

    def unknown(number: int) -> None:
        # Each in a minute of its own, or the door closes.
        at = NOW + timedelta(hours=number)
        (answer,) = validate_vouchers(
            codes=[new_code()], order=ORDER, client=client, member_id=None, now=at
        )
        assert answer.voucher is None

    mine, floors = [], []
    with ground.application() as application:
        application.autocommit = True

        def floor(code: str) -> None:
            row = application.execute(FLOOR, (digest_of(code),), prepare=True).fetchone()
            assert row is not None

        timed(ours, codes[:100])
        timed(floor, codes[:100])
        for number in range(ROUNDS):
            some = codes[number::ROUNDS]
            mine += timed(ours, some)
            floors += timed(floor, some)
    nobodys = timed(unknown, range(200))
    p95 = quantiles(mine, n=20)[-1]
    say(f"validated in {median(mine):.2f} ms, 95 of 100 within {p95:.2f} ms (goal {GOAL_MS})")
    say(
        f"the SELECT alone {median(floors):.2f} ms; a code that nobody has {median(nobodys):.2f} ms"
    )
    report(
        "vouchers",
        ours=median(mine),
        floor=median(floors),
        ratio=median(floors) / median(mine),
        unit="ms",
        p95_ms=p95,
        unknown_ms=median(nobodys),
        vouchers=many,
        scale=SCALE,
    )


main()
