"""Counting in the ledger who is used unusually, and writing it down each night."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from members.models import Member
from points.actions.unusual_use import find_unusual_use, settle_unusual_use
from points.kinds import MEMBER_BITS
from points.models import Account, LookedInto, Purchase, UnusualUse
from points.reports.unusual_use import look_for_unusual_use, times_of
from tests import make
from tests.members.at_once import at_once
from tests.points.shop_year import Shops

pytestmark = pytest.mark.django_db
UNTIL = datetime(2026, 6, 14, 22, tzinfo=UTC)
"""The midnight in Amsterdam before make.NOW."""


def posted(shops):
    """Write visits as the ledger has them, without the points that nobody looks at here."""
    make.published_program()
    source_id = make.source()
    members = sorted({one.member for one in shops.visits})
    Member.objects.bulk_create(
        Member(
            pk=1_000 + number,
            name=f"Member {number}",
            joined_at=UNTIL - timedelta(days=500),
            joined_through=Member.Through.TILL,
        )
        for number in members
    )
    Account.objects.bulk_create(Account(member_id=1_000 + number) for number in members)
    numbers = Counter()
    rows = []
    for count, one in enumerate(shops.visits):
        member = 1_000 + one.member
        numbers[member] += 1
        rows.append(
            Purchase(
                id=member << MEMBER_BITS | numbers[member],
                source_id=source_id,
                receipt=f"R{count}",
                member_id=member,
                placed_at=one.at,
                total=Decimal("25.00"),
                base=Decimal("25.00"),
                earned=25,
                status=25,
                tier_id=0,
                version_id=1,
                store=one.store,
                till=one.till,
                cashier=one.cashier,
                recorded_at=one.at,
            )
        )
    Purchase.objects.bulk_create(rows, batch_size=5_000)
    return 1_000


def test_an_honest_year_holds_nothing_and_the_planted_cashier_is_found_alone():
    shops = Shops(UNTIL, 365).honest(ordinary=300)
    planted = shops.planted(800) + posted(shops)

    found = look_for_unusual_use(days=365, until=UNTIL)

    assert [(one.pair.member_id, one.pair.purchases) for one in found] == [(planted, 800)]
    assert found[0].pair.cashier.name == "Delft-3"
    assert found[0].pair.points == 800 * 25


@pytest.fixture
def planted():
    """A small shop: regulars at four cashiers, and one card with 200 purchases in 80 days."""
    shops = Shops(UNTIL, 80)
    for number in range(40):
        member = shops.newcomer()
        for _ in range(12 + number % 20):
            shops.visit(member, "Delft", f"K{number % 4}", "1")
    return shops.planted(200, "K1") + posted(shops)


def test_a_night_writes_down_what_stands_out_in_each_period(planted):
    find_unusual_use(now=make.NOW)

    rows = {row.days: row for row in UnusualUse.objects.all()}
    assert set(rows) == {30, 90, 365}
    row = rows[90]
    assert (row.member_id, row.who, row.store, row.purchases) == (planted, "K1", "Delft", 200)
    assert (row.until, row.since) == (UNTIL, UNTIL - timedelta(days=90))
    assert row.next_card == 29
    assert row.busiest >= 2


def test_the_next_night_puts_its_findings_in_their_place(planted):
    find_unusual_use(now=make.NOW)
    before = set(UnusualUse.objects.values_list("pk", flat=True))

    find_unusual_use(now=make.NOW + timedelta(days=200))

    left = UnusualUse.objects.all()
    assert {row.days for row in left} == {365}
    assert before.isdisjoint(row.pk for row in left)


def test_days_and_hours_are_those_of_the_shop(planted):
    find_unusual_use(now=make.NOW)
    row = UnusualUse.objects.get(days=90)

    times = times_of(row, ZoneInfo("Europe/Amsterdam"))

    assert sum(many for _day, many in times.days) == sum(times.hours) == 200
    assert times.busiest == (row.busiest_on, row.busiest)
    assert isinstance(row.busiest_on, date)
    # The shop opens 8 hours after midnight, which is 7 before the clocks go forward.
    assert not any([*times.hours[:7], *times.hours[20:]])


def test_purchases_without_cashier_count_by_till_and_without_both_not_at_all():
    shops = Shops(UNTIL, 80)
    member = shops.newcomer()
    for _ in range(200):
        shops.visit(member, "Delft", "", "T1")
    other = shops.newcomer()
    for _ in range(200):
        shops.visit(other, "Delft", "", "")
    first = posted(shops)

    (found,) = look_for_unusual_use(days=90, until=UNTIL)

    assert (found.pair.member_id, found.pair.cashier.is_till) == (first + member, True)


def test_before_there_is_a_program_nothing_is_counted():
    assert find_unusual_use(now=make.NOW) == 0


def settled(row, words="Spoken to", now=make.NOW):
    return settle_unusual_use(use_id=row.pk, words=words, staff_id=make.staff().pk, now=now)


def test_what_was_looked_into_is_settled_in_every_period_and_after_the_next_count(planted):
    find_unusual_use(now=make.NOW)
    assert UnusualUse.objects.not_looked_into().count() == UnusualUse.objects.count() > 1

    settled(UnusualUse.objects.get(days=90))
    find_unusual_use(now=make.NOW + timedelta(days=1))

    assert UnusualUse.objects.exists()
    assert not UnusualUse.objects.not_looked_into().exists()


def test_a_period_wholly_after_somebody_looked_is_new(planted):
    find_unusual_use(now=make.NOW)
    row = UnusualUse.objects.get(days=90)
    settled(row)

    UnusualUse.objects.filter(pk=row.pk).update(
        since=row.until, until=row.until + timedelta(days=90)
    )

    assert UnusualUse.objects.not_looked_into().get() == row


def test_another_card_at_that_cashier_is_not_settled(planted):
    find_unusual_use(now=make.NOW)
    row = UnusualUse.objects.get(days=90)
    settled(row)

    UnusualUse.objects.filter(pk=row.pk).update(who="somebody else")

    assert UnusualUse.objects.not_looked_into().get() == row


def test_the_first_answer_to_a_count_stands(planted):
    find_unusual_use(now=make.NOW)
    row = UnusualUse.objects.get(days=90)

    first = settled(row)
    second = settled(row, words="Something else")

    assert second == first
    assert LookedInto.objects.get().words == "Spoken to"


@pytest.mark.django_db(transaction=True)
def test_two_who_settle_it_at_once_leave_one_answer(planted):
    find_unusual_use(now=make.NOW)
    row = UnusualUse.objects.get(days=90)
    staff_id = make.staff().pk

    def settle(number):
        words = f"Answer {number}"
        return settle_unusual_use(use_id=row.pk, words=words, staff_id=staff_id, now=make.NOW).pk

    answers = at_once(settle, times=8)

    assert len(set(answers)) == 1
    assert LookedInto.objects.count() == 1
