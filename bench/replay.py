"""
A year replayed under a draft, beside reading the same rows and a bare loop over them.

The draft earns double above a tier, leaves a category out, asks less for its tiers and has four
earning rules, one with a cap, so that lines are read and members move. The floor reads the purchases in as many queries and values each
twice (`Rules.value`), with no book, no lots, no tiers.
"""

import csv
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from django.db import connection
from harness import ground, sales
from harness.measure import Memory, in_turn, report, say, scaled, stopwatch
from harness.program import NOW, PROGRAM, enroll, publish

from members.models import User
from points.actions.activity import import_activity
from points.actions.publication import save_draft
from points.actions.replays import ask_replay, period_of, run_replay
from points.ledger_sql.histories import MEMBERS_A_BATCH, PURCHASES
from points.models import Replay
from points.program_cache import rules_of

MEMBERS = 2_469
PURCHASES_A_YEAR = 155_848
DRAFT = (
    (
        PROGRAM.replace("points_per_unit = 1\n", "points_per_unit = 1.25\n")
        .replace("excluded_categories = []", 'excluded_categories = ["Tobacco"]')
        .replace("threshold = 1200", "threshold = 1000")
        .replace("multiplier = 1.5", "multiplier = 2")
        .replace("2016-01-01", "2030-01-01")
    )
    + """
[[earning.rule]]
name = "Double Tuesday"
multiplier = 3
weekdays = ["tuesday"]
most_points = 100
most_per = "month"

[[earning.rule]]
name = "A category"
points_per_piece = 5
categories = ["Category 7"]

[[earning.rule]]
name = "First purchase"
points = 50
first_purchase = true

[[earning.rule]]
name = "Birthday"
points = 25
birthday_days = 3
"""
)
LINES = """
INSERT INTO points_purchaseline
       (purchase_id, line, product, department, category, quantity, amount)
SELECT p.id, n, 'product ' || p.id %% 900, 'Grocery',
       CASE WHEN n = 1 AND p.id %% 20 = 0 THEN 'Tobacco' ELSE 'Category ' || (p.id + n) %% 300 END,
       1, round(p.total / 2, 2)
  FROM points_purchase p, generate_series(1, 2) AS n WHERE %s
"""


def main() -> None:
    with TemporaryDirectory() as directory:
        once, twice = Path(directory, "once.csv"), Path(directory, "twice.csv")
        sizes = (str(scaled(MEMBERS, least=10)), str(scaled(PURCHASES_A_YEAR)))
        subprocess.run([sys.executable, sales.__file__, once, twice, *sizes], check=True)
        ended, members = contents(once)
        source_id = publish()
        enroll(sorted(members), source_id)
        count = import_activity(path=once, source_id=source_id, now=NOW).posted
    with ground.superuser() as superuser:
        # Members of an import join when it runs; these had joined before.
        superuser.execute("UPDATE members_member SET joined_at = '2016-01-01'")
        superuser.execute(LINES, [True])
        superuser.execute("VACUUM ANALYZE")
    boss = User.objects.create_user(
        "boss@example.nl", name="Boss", is_staff=True, is_superuser=True
    )
    draft = save_draft(toml=DRAFT)
    at = ended + timedelta(days=1)

    def ours() -> float:
        asked = ask_replay(
            draft_id=draft.pk, months=24, point_cost=Decimal("0.01"), staff_id=boss.pk, now=at
        )
        with stopwatch() as seconds:
            done = run_replay(replay_id=asked.pk, now=at)
        assert done is not None, "not run"
        assert done.state == Replay.State.DONE, done.error
        assert done.result["purchases"] == count, (done.result["purchases"], count)
        return seconds()

    with Memory() as memory:
        began = process_time()
        ours()
        cpu = process_time() - began
    seconds = in_turn(floor=lambda: floor(Replay.objects.latest("pk")), ours=ours)
    took, bare = median(seconds["ours"]), median(seconds["floor"])
    result = Replay.objects.latest("pk").result
    say(f"{count:,} purchases of {len(members):,} members in {took:.1f} s, {bare:.1f} s bare;")
    say(f"{memory.megabytes} MB at most; {result['winners']['members']} win,")
    say(f"{result['losers']['members']} lose, {result['same']} stay the same")
    report(
        "replay",
        ours=count / took,
        floor=count / bare,
        ratio=bare / took,
        unit="purchases/s",
        purchases=count,
        seconds=took,
        cpu_seconds=cpu,
        peak_mb=memory.megabytes,
    )


def contents(path: Path) -> tuple[datetime, set[str]]:
    """When the last purchase of a file was, and who buys in it."""
    with path.open() as file:
        rows = [(row["at"], row["member"]) for row in csv.DictReader(file)]
    last = max(at for at, _ in rows)
    return datetime.fromisoformat(last).astimezone(UTC), {member for _, member in rows}


def floor(replay: Replay) -> float:
    """Read the same purchases and value each under both, and do nothing else."""
    period = period_of(replay=replay)
    both = rules_of(replay.against), rules_of(replay.draft)
    with stopwatch() as seconds, connection.cursor() as cursor:
        points = [0, 0]
        cursor.execute("SELECT member_id FROM points_account ORDER BY member_id")
        members = [member for (member,) in cursor.fetchall()]
        for start in range(0, len(members), MEMBERS_A_BATCH):
            batch = members[start : start + MEMBERS_A_BATCH]
            values = {"since": period.since, "until": period.until}
            values |= {"first": batch[0] << 24, "end": batch[-1] + 1 << 24}
            cursor.execute(PURCHASES, values)
            totals = [row[3] for row in cursor.fetchall()]
            for place, total in chain.from_iterable(enumerate((t, t)) for t in totals):
                points[place] += both[place].value(total, 0)[0]
    return seconds()


main()
