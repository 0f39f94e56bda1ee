"""
Redeeming through the action, beside raw psycopg; and a hundred who are after the last ten.

The floor sends the very statements that the action sends, with values of its own members, over
psycopg alone; each on one connection, a transaction a redemption, in turns. The crowd is a
thread each with a connection of its own, all let go at one moment.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from statistics import median, quantiles
from threading import Barrier, Thread
from time import perf_counter
from uuid import UUID, uuid4

import psycopg
from django.db import connection
from harness import ground
from harness.measure import in_turn, report, say, scaled
from harness.program import NOW, enroll, publish

from members.refusals import Refusal
from points.actions.adjustment import AdjustmentReason, adjust_points
from rewards.actions.catalog import count_stock, put_in_catalog, save_reward
from rewards.actions.redemption import redeem_reward
from rewards.models import Redemption, Reward, Stock

TURNS = 8
A_TURN = 50
CROWD = 100
PIECES = 10
PRICE = 500
MOST_SECONDS = 1
VOUCHER, REDEMPTION = 'INSERT INTO "rewards_voucher"', 'INSERT INTO "rewards_redemption"'
Statement = tuple[str, object]
Transaction = list[Statement]
# What the floor will insert again, with the very values that the action sent.
PUT_BACK = (
    "DELETE FROM rewards_voucher v USING rewards_redemption r"
    " WHERE r.id = v.redemption_id AND r.reward_id = %s",
    "DELETE FROM points_allocation a USING points_entry e, rewards_redemption r"
    " WHERE e.id = a.entry_id AND e.operation = r.request_key::text AND r.reward_id = %s",
    "DELETE FROM points_entry e USING rewards_redemption r"
    " WHERE e.operation = r.request_key::text AND r.reward_id = %s",
    "DELETE FROM rewards_limituse WHERE reward_id = %s",
    "DELETE FROM rewards_redemption WHERE reward_id = %s",
)
PUT_BACK_ALL = (
    "UPDATE points_lot l SET remaining = b.remaining FROM lots_before b WHERE b.id = l.id",
    "DELETE FROM points_account WHERE member_id IN (SELECT member_id FROM accounts_before)",
    "INSERT INTO points_account SELECT * FROM accounts_before",
    'UPDATE rewards_stock s SET "left" = b."left" FROM stock_before b WHERE b.reward_id = s.reward_id',
)
KEPT = (
    "CREATE TABLE lots_before AS TABLE points_lot",
    "CREATE TABLE accounts_before AS TABLE points_account",
    "CREATE TABLE stock_before AS TABLE rewards_stock",
)


def offered(pieces: int) -> Reward:
    """Put up a discount with a stock and a limit, so that every statement is asked for."""
    wanted = {
        "gives": "discount",
        "name_nl": "Korting",
        "name_en": "Discount",
        "points": PRICE,
        "value": Decimal(5),
        "per_member": 1_000,
        "period": "month",
    }
    reward = save_reward(reward_id=None, wanted=wanted, now=NOW)
    count_stock(reward_id=reward.pk, pieces=pieces, now=NOW)
    return put_in_catalog(reward_id=reward.pk, now=NOW)


def give(member_id: int, points: int) -> None:
    adjust_points(
        member_id=member_id,
        points=points,
        reason=AdjustmentReason.MISTAKE,
        request_key=uuid4(),
        actor="user:0",
        now=NOW,
    )


def redeem(member_id: int, reward: Reward, key: UUID) -> Redemption:
    return redeem_reward(
        member_id=member_id,
        reward_id=reward.pk,
        points=PRICE,
        revision=reward.revision,
        request_key=key,
        actor=f"member:{member_id}",
        now=NOW,
    )


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
    """A way of redeeming: takes the next few whenever it is its turn."""

    def __init__(self, work: Callable[[int], object]) -> None:
        self.work = work
        self.number = 0

    def take(self) -> float:
        many = scaled(A_TURN, least=3)
        began = perf_counter()
        for number in range(self.number, self.number + many):
            self.work(number)
        self.number += many
        return perf_counter() - began


def replay(raw: psycopg.Connection, transactions: list[Transaction]) -> Callable[[int], None]:
    def work(number: int) -> None:
        made = None
        for statement, values in transactions[number]:
            asked = values
            if VOUCHER in statement:
                # The number of a redemption is the database's, and another each time.
                place = columns(statement).index("redemption_id")
                asked = [*values[:place], made, *values[place + 1 :]]
            cursor = raw.execute(statement, asked)
            answer = cursor.fetchall() if cursor.description else None
            if REDEMPTION in statement:
                made = answer[0][0]
        raw.commit()

    return work


def columns(statement: str) -> list[str]:
    inside = statement.partition("(")[2].partition(")")[0]
    return [name.strip(' "') for name in inside.split(",")]


def rates(members: list[int]) -> tuple[float, float, int]:
    """Return redemptions a second of ours and of the floor, and statements each."""
    count = TURNS * scaled(A_TURN, least=3)
    ours, theirs = members[:count], members[count : 2 * count]
    reward = offered(10 * count)
    with ground.superuser() as superuser:
        for statement in KEPT:
            superuser.execute(statement)
    transactions = []
    for member_id in theirs:
        with listening() as sent:
            redeem(member_id, reward, uuid4())
        transactions.append(sent)
    put_back(reward)
    with ground.application() as raw:
        seconds = in_turn(
            TURNS,
            ours=Turns(lambda number: redeem(ours[number], reward, uuid4())).take,
            floor=Turns(replay(raw, transactions)).take,
        )
    many = scaled(A_TURN, least=3)
    made = Redemption.objects.filter(reward=reward).count()
    assert made == 2 * count, made
    each = [many / median(seconds[name]) for name in ("ours", "floor")]
    return each[0], each[1], len(transactions[0])


def put_back(reward: Reward) -> None:
    """Undo what was sent, so that the floor can send it again."""
    with ground.superuser() as superuser:
        superuser.execute("SET session_replication_role = replica")
        for statement in PUT_BACK:
            superuser.execute(statement, (reward.pk,))
        for statement in PUT_BACK_ALL:
            superuser.execute(statement)
        superuser.execute("SET session_replication_role = origin")
        superuser.execute("VACUUM ANALYZE")
        superuser.execute("CHECKPOINT")


def crowd(members: list[int]) -> list[float]:
    """Let a hundred go after the last ten pieces at once; return the seconds each took."""
    reward, plenty, start = offered(PIECES), offered(len(members)), Barrier(len(members))
    # A worker's pool is smaller than this crowd, which stands for many workers.
    connection.close_pool()
    connection.settings_dict["OPTIONS"]["pool"] = False
    seconds: list[float] = []
    got: list[int] = []
    refused: set[str] = set()

    def run(member_id: int) -> None:
        # Their connections have been at work, as those of a shop that is open.
        redeem(member_id, plenty, uuid4())
        start.wait()
        began = perf_counter()
        try:
            got.append(redeem(member_id, reward, uuid4()).pk)
        except Refusal as refusal:
            refused.add(refusal.code)
        finally:
            seconds.append(perf_counter() - began)
            connection.close()

    threads = [Thread(target=run, args=(member_id,)) for member_id in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got), refused) == (PIECES, {"reward_sold_out"}), (got, refused)
    assert Stock.objects.get(pk=reward.pk).left == 0
    return seconds


def main() -> None:
    count = 2 * TURNS * scaled(A_TURN, least=3) + CROWD
    source_id = publish()
    members = enroll([f"{100_000 + number}" for number in range(count)], source_id)
    for member_id in members:
        give(member_id, 2 * PRICE)
    ours, floor, each = rates(members[CROWD:])
    say(f"ours {ours:,.0f} a second, floor {floor:,.0f}, {each} statements each")
    seconds = crowd(members[:CROWD])
    p95 = quantiles(seconds, n=20)[18]
    say(
        f"{CROWD} after the last {PIECES}: exactly {PIECES}, p95 {p95:.2f} s, last {max(seconds):.2f} s"
    )
    report(
        "redeem",
        ours=ours,
        floor=floor,
        ratio=ours / floor,
        unit="redemptions/s",
        statements=each,
        crowd_p95_seconds=p95,
        crowd_most_seconds=MOST_SECONDS,
    )


main()
