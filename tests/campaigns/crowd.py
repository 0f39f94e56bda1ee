"""A crowd of members with a past, and who of them meets a condition, in plain Python."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from campaigns.conditions import ASKS, CLOSED_LISTS, Ask, Condition, Kind
from members.models import Member
from points.actions.posting import post_events
from points.events import Line, Purchase, Refund
from tests import make

ZONE = ZoneInfo("Europe/Amsterdam")
CATEGORIES = ["Wine", "cheese", "Bread"]
DEPARTMENTS = ["Fresh", "Drinks"]
STORES = ["North", "South", ""]


@dataclass
class Bought:
    at: datetime
    paid: Decimal
    store: str
    categories: set[str]
    departments: set[str]


@dataclass
class Person:
    member: Member
    rank: int = 0
    spendable: int = 0
    bought: list[Bought] = field(default_factory=list)


def some_birthday(chance):
    days = [date(1988, 2, 29), date(1990, 6, 15), date(1991, 6, 20), date(1970, 12, 31), None]
    return chance.choice([*days, date(1960, 1, 1) + timedelta(days=chance.randrange(15_000))])


def make_crowd(chance: random.Random, now: datetime, count=40) -> list[Person]:
    """Members who bought all sorts of things at all sorts of times; some never did."""
    make.published_program(pending_days=3, valid_months=6, now=now)
    source = make.source()
    people = []
    for number in range(count):
        member = make.member(
            now=now,
            joined_at=now - timedelta(days=chance.randrange(900), hours=chance.randrange(24)),
            birthday=some_birthday(chance),
            language=chance.choice(["nl", "en"]),
        )
        people.append(Person(member))
        if number % 6 == 0:
            continue
        for receipt in range(chance.randrange(1, 9)):
            buy(people[-1], f"c{number}-{receipt}", source, chance, now)
    if people[1].bought:
        Member.objects.filter(pk=people[-1].member.pk).update(
            status=Member.Status.CLOSED, closed_at=now
        )
        people.pop()
    for person in people:
        look_at_account(person, now)
    return people


def buy(person, receipt, source, chance, now):
    days = chance.choice([0, 1, 2, 10, 29, 30, 31, 60, 89, 90, 91, 200, 400])
    at = now - timedelta(days=days, minutes=chance.randrange(600))
    total = Decimal(chance.randrange(100, 60_000)) / 100
    lines = tuple(
        Line(
            number,
            f"p{number}",
            chance.choice(DEPARTMENTS),
            chance.choice(CATEGORIES),
            Decimal(1),
            total if number == 1 else Decimal(0),
        )
        for number in range(1, chance.randrange(1, 4))
    )
    event = Purchase(receipt, person.member.pk, at, total, lines=lines, store=chance.choice(STORES))
    post_events([event], source_id=source, actor="import:1", now=now)
    back = Decimal(0)
    if chance.random() < 0.2:
        back = (total / 2).quantize(Decimal("0.01"))
        refund = Refund(f"back-{receipt}", person.member.pk, now, back, receipt)
        post_events([refund], source_id=source, actor="import:1", now=now)
    person.bought.append(
        Bought(
            at,
            total - back,
            event.store,
            {line.category for line in lines},
            {line.department for line in lines},
        )
    )


def look_at_account(person, now):
    """What the ledger itself says; that it is right is tested there."""
    account = getattr(person.member, "account", None)
    if account is None:
        return
    person.rank = account.tier_id
    held = sum(lot.remaining for lot in account.lots.open_at(now))
    person.spendable = max(0, held - account.debt)


def some_condition(chance: random.Random, today: date, kind: Kind | None = None) -> Condition:
    """Any condition that makes sense."""
    kind = kind or chance.choice(list(Kind))
    values: dict = {"negated": chance.random() < 0.4}
    asks = ASKS[kind]
    if Ask.AMONG in asks:
        names = sorted(CLOSED_LISTS.get(kind, ())) or {
            Kind.CATEGORY: ["wine", "Cheese", "nothing"],
            Kind.DEPARTMENT: ["fresh", "DRINKS"],
        }.get(kind, ["north", "South", "West"])
        values["among"] = tuple(chance.sample(names, chance.randrange(1, min(4, len(names)) + 1)))
    if Ask.RANGE in asks:
        ends = sorted(Decimal(chance.choice([0, 1, 50, 100, 300, 700])) for _ in range(2))
        shape = chance.randrange(3)
        values |= {"least": ends[0] if shape != 1 else None, "most": ends[1] if shape else None}
    if Ask.DAYS in asks:
        values["days"] = chance.choice([0, 1, 7, 30, 180])
    if Ask.PERIOD in asks or (Ask.MAYBE_PERIOD in asks and chance.random() < 0.8):
        values |= some_period(chance, today)
    return Condition(kind, **values)


def some_period(chance, today) -> dict:
    shape = chance.randrange(4)
    if shape == 0:
        return {"days": chance.choice([0, 1, 29, 30, 31, 90, 365])}
    first = today - timedelta(days=chance.choice([1, 30, 90, 400]))
    last = min(today, first + timedelta(days=chance.choice([0, 30, 61, 300])))
    return [{}, {"first": first}, {"last": last}, {"first": first, "last": last}][shape]


def meets(person: Person, one: Condition, today: date) -> bool:
    return MEETS[one.kind](person, one, today) != one.negated


def within(at: datetime, one: Condition, today: date) -> bool:
    day = at.astimezone(ZONE).date()
    if one.days is not None:
        return day >= today - timedelta(days=one.days)
    return (one.first is None or day >= one.first) and (one.last is None or day <= one.last)


def in_period(person, one, today):
    return [bought for bought in person.bought if within(bought.at, one, today)]


def in_range(amount, one):
    return (one.least is None or amount >= one.least) and (one.most is None or amount <= one.most)


def named(names, one):
    return bool({name.lower() for name in names} & {name.lower() for name in one.among})


def usual_store(person, one, today):
    bought = [visit for visit in in_period(person, one, today) if visit.store]
    if not bought:
        return []
    times = Counter(visit.store.lower() for visit in bought)
    latest = {visit.store.lower(): visit.at for visit in sorted(bought, key=lambda v: v.at)}
    return [min(times, key=lambda store: (-times[store], -latest[store].timestamp(), store))]


def birthday_within(person, one, today):
    birthday = person.member.birthday
    if birthday is None:
        return False
    for ahead in range((one.days or 0) + 1):
        day = today + timedelta(days=ahead)
        try:
            kept = birthday.replace(year=day.year)
        except ValueError:
            kept = date(day.year, 2, 28)
        if kept == day:
            return True
    return False


MEETS = {
    Kind.TIER: lambda p, one, _today: str(p.rank) in one.among,
    Kind.SPENDABLE: lambda p, one, _today: in_range(p.spendable, one),
    Kind.BOUGHT: lambda p, one, today: bool(in_period(p, one, today)),
    Kind.SPEND: lambda p, one, today: in_range(sum(b.paid for b in in_period(p, one, today)), one),
    Kind.CATEGORY: lambda p, one, today: any(
        named(b.categories, one) for b in in_period(p, one, today)
    ),
    Kind.DEPARTMENT: lambda p, one, today: any(
        named(b.departments, one) for b in in_period(p, one, today)
    ),
    Kind.STORE: lambda p, one, today: any(named([b.store], one) for b in in_period(p, one, today)),
    Kind.USUAL_STORE: lambda p, one, today: named(usual_store(p, one, today), one),
    Kind.BIRTHDAY_MONTH: lambda p, one, _today: (
        p.member.birthday is not None and str(p.member.birthday.month) in one.among
    ),
    Kind.BIRTHDAY_SOON: birthday_within,
    Kind.JOINED: lambda p, one, today: within(p.member.joined_at, one, today),
    Kind.LANGUAGE: lambda p, one, _today: p.member.language in one.among,
}
