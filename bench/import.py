"""
A year's file through `import_activity`, beside COPY of the same rows made ready.

The floor copies the entries, purchases and lots that the import made, from memory already in
the server's own format, and sets the accounts by one UPDATE: one connection, one transaction,
as the application's role, into the same tables with all their constraints.
"""

import csv
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psycopg
from harness import ground, sales
from harness.measure import Memory, in_turn, report, say, scaled, stopwatch
from harness.program import NOW, enroll, publish

from points.actions.activity import import_activity

EMPTIED = (
    "points_account, points_entry, points_purchase, points_purchaseline, points_lot, points_debt,"
    " points_allocation, points_refund, members_placement"
)
COPIED = ("points_entry", "points_purchase", "points_lot")
MEMBERS = 2_469
PURCHASES = 155_848


def main() -> None:
    with TemporaryDirectory() as directory:
        single, double = Path(directory, "once.csv"), Path(directory, "twice.csv")
        sizes = (str(scaled(MEMBERS, least=10)), str(scaled(PURCHASES)))
        subprocess.run([sys.executable, sales.__file__, single, double, *sizes], check=True)
        count, members = contents(single)
        source_id = publish()
        enroll(sorted(members), source_id)
        say(f"{count} purchases of {len(members)} members; first a run to weigh it")
        with Memory() as memory:
            imported(single, source_id, count)
        floor = Floor()
        seconds = in_turn(
            floor=floor.run,
            ours=lambda: imported(single, source_id, count),
            ours_twice=lambda: imported(double, source_id, 2 * count),
        )
    rate, floor_rate = count / median(seconds["ours"]), count / median(seconds["floor"])
    pairs = zip(seconds["ours_twice"], seconds["ours"], strict=True)
    factor = median(twice / once for twice, once in pairs)
    say(f"{rate:,.0f} purchases a second where copying ready rows makes {floor_rate:,.0f};")
    say(f"twice the rows take {factor:.2f} times as long; {memory.megabytes} MB at most,")
    say("of all processes together with shared pages counted once")
    report(
        "import",
        ours=rate,
        floor=floor_rate,
        ratio=rate / floor_rate,
        unit="purchases/s",
        purchases=count,
        factor_twice_the_rows=factor,
        peak_mb=memory.megabytes,
    )


def contents(path: Path) -> tuple[int, set[str]]:
    """How many purchases a file holds, and of whom."""
    with path.open() as file:
        members = [row["member"] for row in csv.DictReader(file)]
    return len(members), set(members)


def empty() -> None:
    """Put the database back to members with empty accounts."""
    with ground.superuser() as superuser:
        superuser.execute(f"TRUNCATE {EMPTIED}")
        superuser.execute(
            "INSERT INTO points_account (member_id, balance, debt, sequence, purchases, head,"
            " tier_id, status_bound, status_days, reviewed_under)"
            " SELECT id, 0, 0, 0, 0, '', 0, 0, 0, 0 FROM members_member ORDER BY id"
        )
        superuser.execute("VACUUM ANALYZE points_account")
        superuser.execute("CHECKPOINT")


def imported(path: Path, source_id: int, count: int) -> float:
    empty()
    with stopwatch() as seconds:
        summary = import_activity(path=path, source_id=source_id, now=NOW)
    assert summary.posted == count, summary
    return seconds()


class Floor:
    """The rows of the last import, ready to be copied."""

    def __init__(self) -> None:
        with ground.application() as connection:
            self.rows = {table: copied_out(connection, table) for table in COPIED}
            self.accounts = copied_out(connection, "points_account")

    def run(self) -> float:
        empty()
        with ground.application() as connection:
            connection.execute("CREATE TEMP TABLE ready (LIKE points_account)")
            copy_in(connection, "ready", self.accounts)
            connection.execute("ANALYZE ready")
            connection.commit()
            with stopwatch() as seconds:
                for table, chunks in self.rows.items():
                    copy_in(connection, table, chunks)
                connection.execute(UPDATE)
                connection.commit()
        return seconds()


UPDATE = """
UPDATE points_account a
   SET balance = r.balance, debt = r.debt, sequence = r.sequence, purchases = r.purchases,
       head = r.head, tier_id = r.tier_id, tier_since = r.tier_since,
       status_bound = r.status_bound, status_days = r.status_days, latest_at = r.latest_at
  FROM ready r WHERE r.member_id = a.member_id
"""


def copied_out(connection: psycopg.Connection, table: str) -> list[bytes]:
    with connection.cursor().copy(f"COPY (SELECT * FROM {table} ORDER BY 1) TO STDOUT") as copy:
        data = b"".join(copy)
    return [data[start : start + (1 << 20)] for start in range(0, len(data), 1 << 20)]


def copy_in(connection: psycopg.Connection, table: str, chunks: list[bytes]) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for chunk in chunks:
            copy.write(chunk)


main()
