"""One member's book: what every rule is written with. No database, no clock."""

from bisect import insort
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from json.encoder import encode_basestring as quoted
from operator import attrgetter

from points.book_rows import (
    Bought,
    Debt,
    Entry,
    Lot,
    Refunded,
    Stamp,
    Standing,
    Taken,
    canonical,
    spending_order,
)
from points.kinds import MEMBER_BITS, Kind

DERIVED_SOURCE = 1
"""The source of entries that follow from the rules and not from the world."""

Plan = list[tuple[Lot, int, int]]
"""Which lots give how much: (lot, of what remains, of what expired after a late event)."""


def entry_hash(previous: bytes, content: str) -> bytes:
    """Return the SHA-256 that chains an entry to the member's previous one."""
    return sha256(previous + content.encode()).digest()


class Book:
    """
    Open lots, debts and status points of one member, and the rows that events add.

    Balance = sum of entries = sum of what lots hold - debt, after every event. `status` is an
    upper bound of the status points in any trailing window of `status_days` from now on;
    `window`, when loaded, has what they are made of: ascending (day number, points).

    Where the rules ask for it: `remainder` is the part of a point left over so far, `birthday`
    the member's, `recent` the purchases that a cap may count.
    """

    keeps_why = True
    """Whether what is written says why; a book that only counts need not."""

    def __init__(
        self,
        member: int,
        stamp: Stamp,
        *,
        standing: Standing = Standing.ACTIVE,
        sequence: int = 0,
        purchases: int = 0,
        head: bytes = b"",
        balance: int = 0,
        debt: int = 0,
        tier: int = 0,
        tier_since: datetime | None = None,
        status: int = 0,
        latest: datetime | None = None,
        status_days: int = 0,
        remainder: Decimal = Decimal(0),
        birthday: date | None = None,
    ) -> None:
        self.member = member
        self.standing = standing
        self.sequence = sequence
        self.purchases = purchases
        self.head = head
        self.balance = balance
        self.debt = debt
        self.tier = tier
        self.tier_since = tier_since
        self.status = status
        self.latest = latest
        self.status_days = status_days
        self.remainder = remainder
        self.birthday = birthday
        self.recent: dict[int, Bought] = {}
        self.window: list[tuple[int, int]] | None = None
        self.review = False
        self.history: list[tuple[datetime, int]] = []
        self.lots: list[Lot] = []
        self.lot: dict[int, Lot] = {}
        self.debts: list[Debt] = []
        self.bought: dict[str, Bought] = {}
        self.claims: dict[int, Bought] = {}
        self.redeemed: dict[str, Taken] = {}
        self.refunds: dict[str, Refunded] = {}
        self.entries: list[Entry] = []
        self.allocations: list[tuple[int, int | None, int, int]] = []
        self.rises: list[tuple[int, datetime]] = []
        self._first_open = 0
        self.now = stamp.recorded_at
        self._source = stamp.source
        recorded = stamp.recorded_at.astimezone(UTC).isoformat()
        self._actor = f'{{"actor":{quoted(stamp.actor)},"explanation":'
        self._recorded = f',"recorded_at":"{recorded}","sequence":'

    # Rows

    def entry(
        self,
        kind: Kind,
        points: int,
        at: datetime,
        operation: str,
        explanation: str,
        source: int | None = None,
    ) -> Entry:
        """Write one entry and move the balance; its hash covers all of it and the previous."""
        self.sequence = sequence = self.sequence + 1
        member, time = self.member, at.astimezone(UTC).isoformat()
        source = self._source if source is None else source
        self.head = entry_hash(
            self.head,
            f'{self._actor}{explanation},"kind":{kind:d},"member":{member},"occurred_at":"{time}",'
            f'"operation":{quoted(operation)},"points":{points}{self._recorded}{sequence},'
            f'"source":{source}}}',
        )
        row = Entry(
            member << MEMBER_BITS | sequence,
            member,
            sequence,
            kind,
            points,
            time,
            source,
            operation,
            explanation,
            self.head,
        )
        self.entries.append(row)
        self.balance += points
        return row

    def add_lot(self, lot: Lot) -> None:
        """Take a lot into spending order."""
        lots = self.lots
        if not lots or spending_order(lots[-1]) <= spending_order(lot):
            lots.append(lot)
        else:
            insort(lots, lot, key=spending_order)
            self._first_open = 0
        self.lot[lot.id] = lot

    def take(self, debit: int, lot: Lot, points: int, cause: int) -> None:
        lot.remaining -= points
        self.allocations.append((debit, lot.id, cause, points))

    # Credits

    def credit(
        self,
        kind: Kind,
        points: int,
        at: datetime,
        operation: str,
        explanation: str,
        available_at: datetime,
        expires_at: datetime,
    ) -> Lot:
        """Write a credit and its lot; debts are paid out of it at once."""
        row = self.entry(kind, points, at, operation, explanation)
        lot = Lot(row.id, points, points, 0, available_at, expires_at, row.id)
        self.add_lot(lot)
        if self.debt:
            self.settle(lot, row.id)
        return lot

    def settle(self, lot: Lot, cause: int) -> None:
        """Pay debts that arose while the lot could have paid them, oldest first."""
        for debt in self.debts:
            if lot.remaining <= 0:
                return
            if debt.remaining and debt.at < lot.expires_at:
                paid = min(debt.remaining, lot.remaining)
                debt.remaining -= paid
                self.debt -= paid
                self.take(debt.id, lot, paid, cause)

    # Debits

    def plan(
        self, points: int, at: datetime, *, own: Lot | None = None, pending: bool = False
    ) -> tuple[Plan, int]:
        """
        Choose lots for a debit: own first, then open ones in spending order, then pending.

        Returns the plan and the points it could not find; changes nothing.
        """
        plan: Plan = []
        for lot in self._candidates(at, own=own, pending=pending):
            if not points:
                break
            wanted = min(points, lot.free(at))
            of_rest = min(wanted, lot.remaining)
            if wanted:
                plan.append((lot, of_rest, wanted - of_rest))
                points -= wanted
        return plan, points

    def _candidates(self, at: datetime, *, own: Lot | None, pending: bool) -> Iterable[Lot]:
        if own is not None and at < own.expires_at:
            yield own
        lots = self.lots
        while self._first_open < len(lots) and not (
            lots[self._first_open].remaining or lots[self._first_open].expired
        ):
            self._first_open += 1
        waiting = []
        for index in range(self._first_open, len(lots)):
            lot = lots[index]
            if lot is own or at >= lot.expires_at or not (lot.remaining or lot.expired):
                continue
            if lot.available_at <= at:
                yield lot
            elif pending:
                waiting.append(lot)
        yield from waiting

    def debit(
        self, kind: Kind, plan: Plan, short: int, at: datetime, operation: str, explanation: str
    ) -> Taken:
        """Write a debit as planned; what it is short becomes debt."""
        for lot, _, early in plan:
            if early:
                self._give_back_expired(lot, early)
        points = short + sum(rest + early for _, rest, early in plan)
        row = self.entry(kind, -points, at, operation, explanation)
        for lot, rest, early in plan:
            self.take(row.id, lot, rest + early, row.id)
        if short:
            self.debts.append(Debt(row.id, short, short, at))
            self.debt += short
        return Taken(row.id, at, [(lot, rest + early) for lot, rest, early in plan])

    def _give_back_expired(self, lot: Lot, points: int) -> None:
        """The debit came before the expiry that we wrote: that part did not expire."""
        operation = f"{lot.id}:{self.member << MEMBER_BITS | self.sequence + 1}"
        row = self.entry(
            Kind.EXPIRED,
            points,
            lot.expires_at,
            operation,
            canonical({"lot": lot.id, "reason": "late_debit"}),
            DERIVED_SOURCE,
        )
        self.allocations.append((row.id, lot.id, row.id, -points))
        lot.expired -= points
        lot.remaining += points

    # Expiry

    def lapse(self, lot: Lot, at: datetime) -> None:
        """Write that what a lot still holds has expired; once for each thing that filled it."""
        points = lot.remaining
        reason = "end_of_validity" if at == lot.expires_at else "restored_after_end"
        row = self.entry(
            Kind.EXPIRED,
            -points,
            at,
            f"{lot.id}:{lot.cause}",
            canonical({"lot": lot.id, "reason": reason}) if self.keeps_why else "",
            DERIVED_SOURCE,
        )
        self.take(row.id, lot, points, row.id)
        lot.expired += points

    def expire(self, until: datetime) -> int:
        """Write every expiry due by then, each dated at its own midnight; return the points."""
        before = self.balance
        for lot in self.lots:
            if lot.expires_at > until:
                break
            if lot.remaining:
                self.lapse(lot, lot.expires_at)
        return before - self.balance

    # Undoing

    def put_back(self, taken: Taken, points: int, cause: Entry, at: datetime) -> None:
        """
        Return points to the lots they came from, the last taken first.

        They first pay debts from before that lot's end, then what refunds waived. What is past its date must then lapse at once (`lapse_ended`).
        """
        kept, returned = [], []
        for lot, held in reversed(taken.parts):
            given = min(held, points)
            points -= given
            if held > given:
                kept.append((lot, held - given))
            if given:
                returned.append((lot, given))
        taken.parts = kept[::-1]
        self._first_open = 0
        for lot, given in reversed(returned):
            self.allocations.append((taken.entry, lot.id, cause.id, -given))
            lot.remaining += given
            lot.cause = cause.id
            self.settle(lot, cause.id)
            self._claim(lot, given, cause, at)

    def lapse_ended(self, lots: Iterable[Lot], at: datetime) -> None:
        """After points returned to lots past their date, write that they expired again."""
        for lot in lots:
            if lot.expires_at <= at and lot.remaining:
                self.lapse(lot, at)

    def write_due(self, lots: Iterable[Lot], at: datetime) -> None:
        """Before points return to lots past their date, write what had expired by itself."""
        for lot in lots:
            if lot.expires_at <= at and lot.remaining:
                self.lapse(lot, lot.expires_at)

    def _claim(self, lot: Lot, given: int, cause: Entry, at: datetime) -> None:
        """
        Take what refunds let go of because it had been spent, out of spent points that return.

        First for the lot's own purchase; then, as far as refunds of that one were paid, for any:
        it may be those other lots that paid them, and were then short for their own.
        """
        own = self.claims.get(lot.id)
        if own is None:
            return
        paid = own.taken - own.waived
        given -= self._claim_for(own, lot, given, f"{lot.id}:{cause.id}", at)
        for other in sorted(self.claims.values(), key=attrgetter("id")):
            operation = f"{lot.id}:{cause.id}:{other.id}"
            claimed = self._claim_for(other, lot, min(given, paid), operation, at)
            given, paid = given - claimed, paid - claimed

    def _claim_for(self, bought: Bought, lot: Lot, most: int, operation: str, at: datetime) -> int:
        points = min(bought.waived, most, lot.remaining)
        if points <= 0:
            return 0
        bought.waived -= points
        bought.changed = True
        why = canonical({"purchase": bought.key, "reason": "waived_before"})
        row = self.entry(Kind.CLAWED_BACK, -points, at, operation, why, DERIVED_SOURCE)
        self.take(row.id, lot, points, row.id)
        return points

    # Tiers

    def tier_at(self, at: datetime) -> int:
        """The rank at an instant, as known now."""
        if self.tier_since is None or at >= self.tier_since:
            return self.tier
        return next((rank for since, rank in reversed(self.history) if since <= at), 0)

    def is_late(self, at: datetime) -> bool:
        """Whether something that happened later has been recorded already."""
        return self.latest is not None and at < self.latest

    def weigh_again(self, days: int) -> None:
        """Make the bound of the status points what the loaded window says, for so many days."""
        self.status = sum(points for _, points in self.window or ())
        self.status_days = days

    def place(self, rank: int, since: datetime) -> None:
        self.tier = rank
        self.tier_since = since
        self.history.append((since, rank))
        self.rises.append((rank, since))
        self.review = True
