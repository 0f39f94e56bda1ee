"""Where the sample's purchases are rung up in the demo: five stores, their tills and cashiers."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from zlib import crc32

from loyalty_site.demo.sample import LAST_DAY, SHOPS, Row

STORES = ("Haven", "Marktplein", "Molenwijk", "Oostpoort", "Station")
TILLS = 3
CASHIERS = 7
SHIFT_HOURS = 5

UNUSUAL_CASHIER = "K203"
UNUSUAL_DAYS = 40
UNUSUAL_A_DAY = 6
"""At most, and two at least."""
AFTER_CLOSING = time(20, 41)


def staffed(rows: Iterable[Row]) -> list[Row]:
    """Say of every purchase in which store, at which till and by whom it was rung up."""
    return [row | _place(row) if row["kind"] == "purchase" else row for row in rows]


def used_unusually(household: str) -> list[Row]:
    """One card that comes by at the same cashier each evening, again and again."""
    return list(_evenings(household))


def _place(row: Row) -> Row:
    """Spread the sample's many shops over ours; who stands at a till changes with the shift."""
    number = crc32(row["store"].encode()) % len(STORES)
    till = crc32(row["id"].encode()) % TILLS
    at = datetime.fromisoformat(row["at"]).astimezone(SHOPS)
    shift = crc32(f"{number}/{at.date()}/{at.hour // SHIFT_HOURS}".encode())
    cashier = 1 + (shift + till) % CASHIERS
    return {"store": STORES[number], "till": str(1 + till), "cashier": f"K{1 + number}{cashier:02}"}


def _evenings(household: str) -> Iterator[Row]:
    for back in range(UNUSUAL_DAYS):
        evening = datetime.combine(LAST_DAY - timedelta(days=back), AFTER_CLOSING, SHOPS)
        many = 2 + crc32(evening.isoformat().encode()) % (UNUSUAL_A_DAY - 1)
        for place in range(many):
            key = f"MZ-{UNUSUAL_CASHIER}-{back:02}-{place}"
            at = (evening + timedelta(minutes=7 * place)).astimezone(UTC)
            yield {
                "kind": "purchase",
                "id": key,
                "member": household,
                "at": at.isoformat(),
                "total": f"{8 + crc32(key.encode()) % 4000 / 100:.2f}",
                "points": "",
                "refers_to": "",
                "store": STORES[int(UNUSUAL_CASHIER[1]) - 1],
                "till": "2",
                "cashier": UNUSUAL_CASHIER,
            }
