"""
One purchase after another through the posting action, beside raw psycopg.

The floor sends the very statements that the action sends, with values of its own members, over
psycopg alone. Beside it the bare four statements that any ledger needs: insert the purchase, its
entry and its lot, update the account. Each on one connection, a transaction a purchase, in
turns of a hundred, on top of purchases that were there before.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

import psycopg
from django.db import connection
from harness import ground, sales
from harness.measure import in_turn, report, say, scaled
from harness.program import NOW, enroll, publish
from psycopg.types.json import Jsonb

from members.actions.sources import name_source
from points.actions.activity import import_activity
from points.actions.purchases import record_purchase

MEMBERS = 600
BEFORE = 20_000
TURNS = 12
A_TURN = 100
Statement = tuple[str, object]
Transaction = list[Statement]
KEPT = "CREATE TABLE accounts_before AS TABLE points_account"
PUT_BACK = (
    "DELETE FROM points_lot l USING points_entry e WHERE e.id = l.id AND e.recorded_at = %s",
    "DELETE FROM points_entry WHERE recorded_at = %s",
    "DELETE FROM points_purchase WHERE recorded_at = %s",
    "DELETE FROM members_placement WHERE recorded_at = %s",
    "DELETE FROM points_account WHERE %s IS NOT NULL",
    "INSERT INTO points_account SELECT * FROM accounts_before WHERE %s IS NOT NULL",
)
TABLES = {"points_purchase": "id", "points_entry": "lot_id", "points_lot": "lot_id"}
UPDATE = """
UPDATE points_account SET balance = %s, sequence = %s, purchases = %s, head = %s,
       status_bound = %s, latest_at = %s WHERE member_id = %s
"""
RECORDED = NOW + timedelta(seconds=1)


class Till:
    """Purchases of its own members at one till."""

    def __init__(self, name: str, members: list[int]) -> None:
        self.source_id = name_source(name=name).pk
        self.sales = [
            (members[number * 7 % len(members)], f"R{number}", Decimal(number % 90) + 7)
            for number in range(TURNS * scaled(A_TURN, least=5))
        ]

    def record(self, member: int, receipt: str, total: Decimal) -> None:
        record_purchase(
            member_id=member,
            source_id=self.source_id,
            receipt=receipt,
            placed_at=NOW,
            total=total,
            actor="till:1",
            now=RECORDED,
        )

    def statements(self) -> list[Transaction]:
        """Post all, and return what was sent for each."""
        transactions = []
        for sale in self.sales:
            with listening() as sent:
                self.record(*sale)
            transactions.append(sent)
        return transactions

    def bare_statements(self) -> list[Transaction]:
        """Post all, and return the four statements that write the same rows."""
        self.statements()
        with ground.application() as raw:
            made = [self._inserts(raw, table, key) for table, key in TABLES.items()]
            accounts = raw.execute(
                "SELECT a.balance, a.sequence, a.purchases, a.head, a.status_bound, a.latest_at,"
                " a.member_id FROM points_purchase p JOIN points_account a USING (member_id)"
                " WHERE p.source_id = %s ORDER BY substr(p.receipt, 2)::int",
                (self.source_id,),
            ).fetchall()
        return [
            [*inserts, (UPDATE, account)] for *inserts, account in zip(*made, accounts, strict=True)
        ]

    def _inserts(self, raw: psycopg.Connection, table: str, key: str) -> list[Statement]:
        rows = raw.execute(
            f"SELECT r.* FROM points_purchase p JOIN {table} r ON r.id = p.{key}"
            " WHERE p.source_id = %s ORDER BY substr(p.receipt, 2)::int",
            (self.source_id,),
        ).fetchall()
        places = ", ".join(["%s"] * len(rows[0]))
        return [
            (
                f"INSERT INTO {table} VALUES ({places})",
                [Jsonb(value) if isinstance(value, dict) else value for value in row],
            )
            for row in rows
        ]


@contextmanager
def listening() -> Iterator[Transaction]:
    """Collect what Django sends."""
    sent: Transaction = []

    def note(execute, sql, params, many, context):
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


class Turns:
    """A way of posting: takes the next hundred whenever it is its turn."""

    def __init__(self, post: Callable[[int], None], count: int) -> None:
        self.post = post
        self.numbers = iter(range(count))
        self.seconds: list[float] = []

    def take(self) -> float:
        began = perf_counter()
        for _ in range(scaled(A_TURN, least=5)):
            before = perf_counter()
            self.post(next(self.numbers))
            self.seconds.append(perf_counter() - before)
        return perf_counter() - began

    def rate(self, name: str, seconds: float) -> float:
        rate = scaled(A_TURN, least=5) / seconds
        cuts = [1_000 * cut for cut in quantiles(self.seconds, n=20)]
        say(f"{name:6} {rate:7,.0f} a second, p50 {cuts[9]:.2f} ms, p95 {cuts[18]:.2f} ms")
        return rate


def replay(raw: psycopg.Connection, transactions: list[Transaction]) -> Callable[[int], None]:
    def post(number: int) -> None:
        for statement, values in transactions[number]:
            cursor = raw.execute(statement, values)
            if cursor.description:
                cursor.fetchall()
        raw.commit()

    return post


def put_back() -> None:
    with ground.superuser() as superuser:
        for statement in PUT_BACK:
            superuser.execute(statement, (RECORDED,))
        superuser.execute("VACUUM ANALYZE")
        superuser.execute("CHECKPOINT")


def statements_a_purchase(till: Till, member: int) -> int:
    """The thousandth purchase of a member takes as many statements as the first."""
    counts = []
    for number in range(scaled(1_000, least=10)):
        with listening() as sent:
            till.record(member, f"S{number}", Decimal(2))
        counts.append(len(sent))
    # One that may reach a tier looks back at the year as well.
    assert counts[0] == counts[-1], counts
    assert max(counts) <= counts[0] + 1, counts
    return counts[0]


def prepare() -> list[int]:
    """Make members with purchases behind them."""
    history, known = publish(), [f"{100_000 + number}" for number in range(MEMBERS)]
    members = enroll(known, history)
    with TemporaryDirectory() as directory:
        before = Path(directory, "before.csv")
        sales.write(before, sales.generated(known[1:], scaled(BEFORE, least=2_000)))
        import_activity(path=before, source_id=history, now=NOW)
    with ground.superuser() as superuser:
        superuser.execute(KEPT)
    return members


def main() -> None:
    newcomer, *members = prepare()
    tills = [Till(f"till-{number}", members[number::3]) for number in range(3)]
    sent, bare = tills[1].statements(), tills[2].bare_statements()
    put_back()
    count = len(tills[0].sales)
    say(f"{count} purchases each, one at a time")
    with ground.application() as raw:
        ways = {
            "ours": Turns(lambda number: tills[0].record(*tills[0].sales[number]), count),
            "floor": Turns(replay(raw, sent), count),
            "bare": Turns(replay(raw, bare), count),
        }
        seconds = in_turn(TURNS, **{name: way.take for name, way in ways.items()})
    rates = {name: way.rate(name, median(seconds[name])) for name, way in ways.items()}
    each = statements_a_purchase(tills[0], newcomer)
    say(f"{each} statements a purchase, the first and the thousandth of a member alike")
    report(
        "posting",
        ours=rates["ours"],
        floor=rates["floor"],
        ratio=rates["ours"] / rates["floor"],
        unit="purchases/s",
        statements=each,
        bare_four_statements=rates["bare"],
        ratio_to_bare=rates["ours"] / rates["bare"],
    )


main()
