"""An honest year in three shops, made up: who bought when, at which cashier."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

STORES = ("Utrecht", "Delft", "Zeist")
CASHIERS_A_STORE = 8
ORDINARY = 1_500
REGULARS = 100
CANTEEN_STAFF = 30


@dataclass(frozen=True)
class Visit:
    """One purchase: whose, where, rung up by whom, and when."""

    member: int
    store: str
    cashier: str
    till: str
    at: datetime


class Shops:
    """Draws visits within so many days before an end; the same seed, the same year."""

    def __init__(self, until: datetime, days: int, seed: int = 1) -> None:
        self.until, self.days, self.draw = until, days, Random(seed)
        self.visits: list[Visit] = []
        self._members = 0

    def honest(self, ordinary: int = ORDINARY) -> "Shops":
        for _ in range(ordinary):
            self._shopper(self.draw.randint(1, 12))
        for number in range(REGULARS):
            # Half of them always go to the same cashier.
            self._shopper(self.draw.randint(20, 60), devoted=0.95 if number % 2 else 0.0)
        self._shopper(120)  # a family with two cards on one account
        self._shopper(60, devoted=1.0)
        for _ in range(CANTEEN_STAFF):
            self._canteen(self.draw.randint(self.days // 3, self.days // 2))
        return self

    def planted(self, purchases: int, cashier: str = "Delft-3") -> int:
        """Let a cashier put what others buy without a card on one card; return whose it is."""
        member = self.newcomer()
        for _ in range(purchases):
            self.visit(member, "Delft", cashier, "2")
        return member

    def _shopper(self, purchases: int, devoted: float = 0.0) -> None:
        member, store = self.newcomer(), self.draw.choice(STORES)
        favorite = self._cashier(store)
        for _ in range(purchases):
            is_favorite = self.draw.random() < devoted
            self.visit(member, store, favorite if is_favorite else self._cashier(store), "1")

    def _canteen(self, lunches: int) -> None:
        member = self.newcomer()
        for _ in range(lunches):
            self.visit(member, "Zeist", "", "Canteen")

    def _cashier(self, store: str) -> str:
        # Some work full time, some on Saturdays.
        number = min(self.draw.randrange(CASHIERS_A_STORE), self.draw.randrange(CASHIERS_A_STORE))
        return f"{store}-{number}"

    def newcomer(self) -> int:
        self._members += 1
        return self._members

    def visit(self, member: int, store: str, cashier: str, till: str) -> None:
        at = self.until - timedelta(
            days=self.draw.randint(1, self.days), hours=-self.draw.randint(8, 19)
        )
        self.visits.append(Visit(member, store, cashier, till, at))
