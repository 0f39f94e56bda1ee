"""
One member's past again under one program: pure, and nothing is written.

The books and rules are the ledger's own; what they would write is only added up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from points.book import Book
from points.book_rows import Debt, Entry, Lot, Refused, Stamp
from points.book_rules import apply
from points.events import Credit, Debit, Event, Refund, Restore
from points.kinds import MEMBER_BITS, Kind
from points.local_time import NEVER, local_day, midnight
from points.placement import Standing, place
from points.rules import FallStep, Program, Rules

BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
WELCOME = "welcome"


@dataclass(slots=True)
class Opening:
    """
    Where a member stood when the period began: the same under both programs.

    `lots` are (points, available at, expires at); `days` the status points of each local day
    before, as far back as a window of either program looks.
    """

    lots: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    debt: int = 0
    tier: int = 0
    tier_since: datetime | None = None
    purchases: int = 0
    birthday: date | None = None
    days: list[tuple[date, int]] = field(default_factory=list)

    @property
    def points(self) -> int:
        return sum(points for points, *_ in self.lots) - self.debt


@dataclass(slots=True)
class History:
    """One member's part of the period; `joined_at` if they joined in it and were welcomed."""

    member: int
    opening: Opening
    events: list[Event]
    joined_at: datetime | None = None


class CountingBook(Book):
    """A book that adds its entries up by kind, and keeps neither them nor their hashes."""

    keeps_why = False

    def __init__(self, history: History, began: datetime) -> None:
        opening = history.opening
        super().__init__(
            history.member,
            Stamp(began, 0, "replay"),
            purchases=opening.purchases,
            birthday=opening.birthday,
        )
        self.sums = [0] * (max(Kind) + 1)
        for points, available_at, expires_at in opening.lots:
            self.sequence += 1
            self.add_lot(Lot(self.sequence, points, points, 0, available_at, expires_at, 0))
        if opening.debt:
            self.debts.append(Debt(0, opening.debt, opening.debt, began))
            self.debt = opening.debt
        self.balance = opening.points

    def entry(
        self,
        kind: Kind,
        points: int,
        at: datetime,  # noqa: ARG002
        operation: str,
        explanation: str,  # noqa: ARG002
        source: int | None = None,  # noqa: ARG002
    ) -> Entry:
        self.sequence += 1
        self.balance += points
        self.sums[kind] += points
        return Entry(
            self.member << MEMBER_BITS | self.sequence,
            self.member,
            self.sequence,
            kind,
            points,
            "",
            0,
            operation,
            "",
            b"",
        )


@dataclass(slots=True)
class Outcome:
    """What a member had of the period under one program."""

    received: int
    tier: int


@dataclass(slots=True)
class Totals:
    """
    What the period came to under one program.

    `earned` is what purchases and the welcome gave, less what returns took back. `cut` are
    redemptions that found fewer points than they took in fact, `missing` the points they lacked.
    """

    earned: int = 0
    redeemed: int = 0
    expired: int = 0
    outstanding: int = 0
    owed: int = 0
    cut: int = 0
    missing: int = 0


class Side:
    """One program from the beginning of the period on, and what it comes to."""

    def __init__(self, rules: Rules, since: datetime, until: datetime) -> None:
        self.rules = replace(rules, effective_at=BEGINNING)
        self.program = Program([self.rules])
        self.totals = Totals()
        self._since, self._until = since, until

    def walk(self, history: History) -> Outcome:
        """Let a member live through the period under this program."""
        book = CountingBook(history, self._since)
        tier = Tier(book, history.opening, self.rules, self._since)
        for event in self._with_welcome(history):
            tier.fall_due(event.at)
            self._happen(book, event)
            if book.review:
                tier.weigh(event.at)
        book.expire(self._until)
        tier.fall_due(self._until)
        return self._count(book, history)

    def _with_welcome(self, history: History) -> Iterable[Event]:
        if history.joined_at is None or not self.rules.welcome_bonus:
            return history.events
        welcome = Credit(
            WELCOME,
            history.member,
            history.joined_at,
            self.rules.welcome_bonus,
            Kind.BONUS,
            WELCOME,
        )
        return sorted([*history.events, welcome], key=in_time)

    def _happen(self, book: CountingBook, event: Event) -> None:
        match event:
            case Debit():
                self._spend(book, event)
            case Restore():
                _restore(book, event, self.program)
            case Refund() if event.lines:
                _try(book, _of_known_lines(book, event), self.program)
            case _:
                _try(book, event, self.program)

    def _spend(self, book: CountingBook, event: Debit) -> None:
        """Take what was taken in fact, as far as the points go."""
        refused = _try(book, event, self.program)
        if refused is None:
            return
        there = int(refused.details.get("spendable", 0))
        if event.kind is Kind.REDEEMED:
            self.totals.cut += 1
            self.totals.missing += event.points - there
        if there > 0:
            _try(book, replace(event, points=there), self.program)

    def _count(self, book: CountingBook, history: History) -> Outcome:
        sums, totals = book.sums, self.totals
        by_hand = sum(
            event.points
            for event in history.events
            if isinstance(event, Credit) and event.kind is Kind.BONUS
        )
        received = (
            sums[Kind.EARNED]
            + sums[Kind.CLAWED_BACK]
            + sums[Kind.REFUND_VOIDED]
            + sums[Kind.BONUS]
            - by_hand
        )
        totals.earned += received
        totals.redeemed -= sums[Kind.REDEEMED] + sums[Kind.RESTORED]
        totals.expired -= sums[Kind.EXPIRED]
        totals.outstanding += book.balance + book.debt
        totals.owed += book.debt
        return Outcome(received, min(book.tier, self.rules.top))


def in_time(event: Event) -> tuple[datetime, int, str]:
    """Oldest first; at one instant as the ledger posts them."""
    return event.at, event.rank, event.key


def _try(book: Book, event: Event, program: Program) -> Refused | None:
    try:
        apply(book, event, program)
    except Refused as refused:
        return refused
    return None


def _of_known_lines(book: Book, event: Refund) -> Refund:
    """Only lines that rules look at are read; what is given back for others is money alone."""
    bought = book.bought.get(event.purchase)
    known = {line.line for line in bought.lines} if bought is not None else set()
    return replace(event, lines=tuple(part for part in event.lines if part.line in known))


def _restore(book: Book, event: Restore, program: Program) -> None:
    """Give back what was given back in fact, as far as it was taken here."""
    taken = book.redeemed.get(event.redemption)
    there = taken.points if taken is not None else 0
    if event.points is not None and there < event.points:
        event = replace(event, points=there)
    if there:
        _try(book, event, program)


class Tier:
    """A member's tier as the nightly placement would keep it."""

    def __init__(self, book: CountingBook, opening: Opening, rules: Rules, since: datetime) -> None:
        self._book, self._rules, self._before = book, rules, opening.days
        self._review_at = NEVER
        book.window = sorted((day.toordinal(), points) for day, points in opening.days)
        book.weigh_again(rules.window_days)
        book.tier, book.tier_since = opening.tier, opening.tier_since
        if opening.tier_since is not None:
            book.history.append((opening.tier_since, opening.tier))
        if opening.tier or opening.days:
            self.look_again(since)

    def fall_due(self, at: datetime) -> None:
        if at >= self._review_at:
            self.look_again(at)

    def weigh(self, at: datetime) -> None:
        """
        After a rise or a return, note from when on the member may have to fall.

        If nothing more is bought the window empties day by day, the oldest first: the grace
        begins when more has left it than the tier has to spare. What is bought later only
        delays that, and then the whole is looked at.
        """
        book, rules = self._book, self._rules
        book.review = False
        if not book.tier or book.tier > rules.top or rules.fall_step is FallStep.NONE:
            return
        today = local_day(at, rules.zone).toordinal()
        first = today - rules.window_days
        window = [item for item in book.window or () if item[0] > first]
        spare = sum(points for _, points in window) - rules.threshold(book.tier)
        if spare < 0:
            self.look_again(at)
            return
        for day, points in window:
            spare -= points
            if spare < 0:
                falls_on = day + rules.window_days + rules.grace_days
                self._review_at = midnight(date.fromordinal(falls_on), rules.zone)
                return

    def look_again(self, at: datetime) -> None:
        """Stand where the night before this instant would have placed the member."""
        book, rules = self._book, self._rules
        book.review = False
        if not rules.tiers and not book.tier:
            return
        today = local_day(at, rules.zone)
        standings = place(
            rank=book.tier,
            since=self._counted_from(today),
            days=self._days(),
            today=today,
            rules=rules,
        )
        self._stand(standings)
        self._review_at = midnight(standings[-1].review_on, rules.zone) if book.tier else NEVER

    def _stand(self, standings: Sequence[Standing]) -> None:
        book = self._book
        for standing in standings:
            if standing.rank != book.tier:
                book.tier, book.tier_since = (
                    standing.rank,
                    midnight(standing.since, self._rules.zone),
                )
                book.history.append((book.tier_since, standing.rank))

    def _counted_from(self, today: date) -> date:
        rules, since = self._rules, self._book.tier_since
        if since is None:
            return today
        floor = today - timedelta(days=2 * rules.window_days + rules.grace_days)
        return max(floor, local_day(since, rules.zone))

    def _days(self) -> list[tuple[date, int]]:
        zone = self._rules.zone
        here = [
            (local_day(bought.at, zone), bought.status)
            for bought in self._book.bought.values()
            if bought.status
        ]
        return self._before + here
