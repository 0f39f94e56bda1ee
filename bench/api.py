"""
Purchases over HTTP, with a real key, beside a bare ninja endpoint that runs the same statements.

Granian runs two workers, sixteen tills keep their connection. The bare endpoint, on the same
server, in turns, reads the same body and sends the very statements that a purchase sends, the
key's and the card's among them, with values of its own members; it judges and computes nothing.
Then a thousand purchases at a time through the batch.
"""

import json
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from django.db import connection
from django.test import Client
from django.utils import timezone

os.environ["DJANGO_SETTINGS_MODULE"] = "harness.site"
os.environ["BENCH_URLS"] = "harness.bare_api"

from harness import ground, sales
from harness.bare_api import STATEMENTS, Statement
from harness.measure import ROUNDS, in_turn, report, say, scaled
from harness.program import NOW, enroll, publish
from harness.web import server
from harness.wire import request, send_over

from members.actions.api_clients import create_client
from members.actions.sources import name_source
from members.models import Card, Scope
from points.actions.activity import import_activity
from points.ledger_sql.cursor import PreparedCursor

MEMBERS = 640
BEFORE = 20_000
TILLS = 16
WORKERS = 2
A_TURN = 480
TURNS = 3 * ROUNDS
BATCH = 1_000
BATCHES = 2 * ROUNDS
PLACED = datetime(2026, 2, 2, 12, tzinfo=UTC)
WITHIN = 120
"""Milliseconds in which nineteen of twenty purchases must be answered."""
A_MINUTE = 100_000
KEPT = "CREATE TABLE accounts_before AS TABLE points_account"
PUT_BACK = (
    "DELETE FROM points_lot l USING points_entry e WHERE e.id = l.id AND e.recorded_at > %s",
    "DELETE FROM points_entry WHERE recorded_at > %s",
    "DELETE FROM points_purchase WHERE recorded_at > %s",
    "DELETE FROM members_placement WHERE recorded_at > %s",
    "DELETE FROM points_account WHERE %s IS NOT NULL",
    "INSERT INTO points_account SELECT * FROM accounts_before WHERE %s IS NOT NULL",
)


class Till:
    """A source with a key, and the cards of its own customers."""

    def __init__(self, name: str, members: list[int]) -> None:
        made = create_client(
            name=name,
            source_id=name_source(name=name).pk,
            scopes=[Scope.WRITE_PURCHASES],
            a_minute=A_MINUTE,
            now=NOW,
        )
        self.key = made.secret
        cards = Card.objects.filter(member__in=members).order_by("member")
        self.cards = list(cards.values_list("number", flat=True))
        # A customer's purchases are all on one connection.
        self.cards = self.cards[: len(self.cards) // TILLS * TILLS]

    def purchase(self, number: int, mark: str = "R") -> dict[str, str]:
        return {
            "receipt": f"{mark}{number}",
            "member": self.cards[number % len(self.cards)],
            "placed_at": PLACED.isoformat(),
            "total": f"{number % 90 + 7}.00",
            "currency": "EUR",
        }


class Turns:
    """A way of posting: sends the next purchases whenever it is its turn."""

    def __init__(self, port: int, make: Callable[[int], bytes]) -> None:
        self.port = port
        self.make = make
        self.taken = 0
        self.milliseconds: list[float] = []

    def take(self) -> float:
        count = a_turn()
        requests = [self.make(number) for number in range(self.taken, self.taken + count)]
        self.taken += count
        began = perf_counter()
        answers = send_over(self.port, requests, connections=TILLS)
        took = perf_counter() - began
        self.milliseconds += [1_000 * seconds for seconds, _answer in answers]
        return took / count

    def tell(self, name: str, seconds: list[float]) -> tuple[float, float]:
        cuts = quantiles(self.milliseconds, n=20)
        rate = 1 / median(seconds)
        say(f"{name:6} {rate:7,.0f} a second, p50 {cuts[9]:.1f} ms, p95 {cuts[18]:.1f} ms")
        return rate, cuts[18]


def a_turn() -> int:
    return scaled(A_TURN // TILLS, least=3) * TILLS


@contextmanager
def listening() -> Iterator[tuple[list[Statement], list[Statement]]]:
    """Collect what Django sends before the transaction of a purchase and within it."""
    before: list[Statement] = []
    within: list[Statement] = []

    def note(execute, sql, params, many, context):
        is_prepared = isinstance(context["cursor"].cursor, PreparedCursor)
        sent = within if connection.in_atomic_block else before
        sent.append((sql, params, is_prepared))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield before, within


def statements(till: Till, count: int) -> None:
    """Post so many purchases, write down what was sent for each, and put all back."""
    client = Client(headers={"authorization": f"Bearer {till.key}"}, SERVER_NAME="localhost")
    client.post(
        "/api/v1/purchases",
        json.dumps(till.purchase(0, "first")),
        content_type="application/json",
        secure=True,
    )
    sent = []
    for number in range(count):
        with listening() as heard:
            answer = client.post(
                "/api/v1/purchases",
                json.dumps(till.purchase(number)),
                content_type="application/json",
                secure=True,
            )
        assert answer.status_code == 201, answer.content
        sent.append(heard)
    before, within = sent[-1]
    say(f"{len(before)} statements before the transaction of a purchase, {len(within)} within it")
    STATEMENTS.write_bytes(pickle.dumps(sent))


def put_back(since: datetime) -> None:
    with ground.superuser() as superuser:
        for statement in PUT_BACK:
            superuser.execute(statement, (since,))
        superuser.execute("VACUUM ANALYZE")
        superuser.execute("CHECKPOINT")


def prepare() -> list[int]:
    """Make members with purchases behind them."""
    history, known = publish(), [f"{100_000 + number}" for number in range(MEMBERS)]
    members = enroll(known, history)
    with TemporaryDirectory() as directory:
        before = Path(directory, "before.csv")
        sales.write(before, sales.generated(known, scaled(BEFORE, least=2_000)))
        import_activity(path=before, source_id=history, now=NOW)
    with ground.superuser() as superuser:
        superuser.execute(KEPT)
    return members


def singles(port: int, till: Till, bare: Till) -> tuple[float, float, float]:
    """Return purchases a second of ours and of the bare endpoint, and our 95th percentile."""

    def numbered(number: int) -> dict[str, object]:
        return {"number": number} | bare.purchase(number)

    ours = Turns(port, lambda n: request("/api/v1/purchases", till.purchase(n), till.key))
    floor = Turns(port, lambda n: request("/bare/purchases", numbered(n), bare.key))
    for way in (ours, floor):
        way.take()
        way.milliseconds.clear()
    seconds = in_turn(TURNS, ours=ours.take, floor=floor.take)
    rate, slowest = ours.tell("ours", seconds["ours"])
    return rate, floor.tell("floor", seconds["floor"])[0], slowest


def batches(port: int, till: Till) -> float:
    """Return purchases a second, a thousand at a time, one batch after another."""
    size = scaled(BATCH, least=50)
    seconds = []
    for number in range(BATCHES):
        items = [till.purchase(n, f"B{number}-") for n in range(size)]
        sent = request("/api/v1/purchases/batch", {"purchases": items}, till.key)
        ((took, answer),) = send_over(port, [sent], connections=1)
        assert answer["posted"] == size, answer
        seconds.append(took / size)
    rate = 1 / median(seconds)
    say(f"batch  {rate:7,.0f} a second, {size} at a time")
    return rate


def main() -> None:
    members = prepare()
    ours, bare = (Till(f"till-{number}", members[number::2]) for number in range(2))
    began = timezone.now()
    statements(bare, (TURNS + 1) * a_turn())
    put_back(began)
    with server("harness.bare_api", workers=WORKERS) as port:
        rate, floor, slowest = singles(port, ours, bare)
        batched = batches(port, ours)
    say(f"p95 {slowest:.0f} ms (goal under {WITHIN}), a batch {batched / rate:.1f} times as fast")
    report(
        "api",
        ours=rate,
        floor=floor,
        ratio=rate / floor,
        unit="purchases/s",
        p95_ms=slowest,
        batch=batched,
        batch_ratio=batched / rate,
    )


main()
