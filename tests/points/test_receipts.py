"""Claiming a receipt that no card was shown at."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.utils import translation

from members.actions.membership import close_membership, freeze_membership
from members.refusals import Refusal
from points.actions.open_receipts import KEPT_DAYS
from points.actions.receipts import (
    TRIES_A_DAY,
    book_receipt,
    claim_receipt,
    count_try,
    forget_receipts,
)
from points.models import ClaimTries, Entry, OpenReceipt, Purchase
from points.reports.verification import verify_ledger
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def sanne():
    make.published_program(silver="1.25")
    return make.member(joined_at=NOW - 800 * DAY)


def claim(member, number="r1", on=TODAY, total="25.00", now=NOW):
    return claim_receipt(
        member_id=member.pk,
        number=number,
        bought_on=on,
        total=Decimal(total),
        actor="user:1",
        now=now,
    )


def refused(member, **answers):
    with pytest.raises(Refusal) as refusal:
        claim(member, **answers)
    assert not Entry.objects.filter(member_id=member.pk).exists()
    return refusal.value.code


def test_a_claimed_receipt_is_a_purchase_at_its_own_moment(sanne):
    bought = NOW - 20 * DAY
    make.open_receipt(at=bought, receipt="r1", store="Utrecht", till="3", cashier="K7")

    purchase = claim(sanne, on=TODAY - 20 * DAY)

    assert (purchase.member_id, purchase.placed_at, purchase.earned) == (sanne.pk, bought, 25)
    assert (purchase.store, purchase.till, purchase.cashier) == ("Utrecht", "3", "K7")
    assert Entry.objects.get().occurred_at == bought
    assert OpenReceipt.objects.get().claimed_by_id == sanne.pk
    assert verify_ledger().violations == []


def test_the_tier_of_then_counts_not_that_of_now(sanne):
    make.open_receipt("100.00", at=NOW - 20 * DAY, receipt="r1")
    make.purchase(sanne, "600.00", at=NOW - 10 * DAY)
    make.open_receipt("100.00", at=NOW - 5 * DAY, receipt="r2")

    before = claim(sanne, on=TODAY - 20 * DAY, total="100.00")
    after = claim(sanne, number="r2", on=TODAY - 5 * DAY, total="100.00")

    assert (before.earned, after.earned) == (100, 125)


@pytest.mark.parametrize("typed", ["  ab 12-7 ", "AB12-7", "ab12-7"])
def test_a_number_is_found_however_it_is_typed(sanne, typed):
    make.open_receipt(receipt="AB12-7")

    assert claim(sanne, number=typed).receipt == "AB12-7"


def test_the_day_is_that_of_the_shop(sanne):
    # Half past midnight in Amsterdam is still the day before in UTC.
    at = NOW.replace(day=13, hour=22, minute=30)
    make.open_receipt(at=at, receipt="r1")

    assert refused(sanne, on=date(2026, 6, 13)) == "no_such_receipt"
    assert claim(sanne, on=date(2026, 6, 14)).earned == 25


@pytest.mark.parametrize(
    "wrong", [{"number": "r2"}, {"on": TODAY - DAY}, {"total": "25.01"}, {"number": "' OR 1=1"}]
)
def test_of_a_receipt_of_which_not_all_is_known_nothing_is_said(sanne, wrong):
    make.open_receipt(receipt="r1")
    make.purchase(make.member(), receipt="r9")

    assert refused(sanne, **wrong) == "no_such_receipt"
    assert refused(sanne, **{"number": "r9"} | wrong) == "no_such_receipt"


def test_a_receipt_on_another_card_is_said_to_who_knows_all_of_it(sanne):
    make.purchase(make.member(), receipt="r1")

    assert refused(sanne) == "on_another_card"


def test_a_receipt_that_another_claimed_is_on_another_card(sanne):
    make.open_receipt(receipt="r1")
    claim(make.member())

    assert refused(sanne) == "on_another_card"


def test_what_one_has_already_is_not_given_twice(sanne):
    make.open_receipt(receipt="r1")
    claim(sanne)

    with pytest.raises(Refusal) as refusal:
        claim(sanne)

    assert refusal.value.code == "claimed_before"
    assert make.balance(sanne) == 25


def test_a_receipt_can_be_claimed_for_thirty_days(sanne):
    make.open_receipt(at=NOW - 30 * DAY, receipt="r1")
    make.open_receipt(at=NOW - 31 * DAY + timedelta(hours=1), receipt="r2")

    assert refused(sanne, number="r2", on=TODAY - 31 * DAY) == "too_old_to_claim"
    assert claim(sanne, on=TODAY - 30 * DAY).earned == 25


def test_a_day_to_come_is_refused(sanne):
    assert refused(sanne, on=TODAY + DAY) == "day_to_come"


def test_a_frozen_member_claims_and_a_closed_one_does_not(sanne):
    anna = make.member()
    make.open_receipt(receipt="r1")
    make.open_receipt(receipt="r2")
    freeze_membership(member_id=sanne.pk)
    close_membership(member_id=anna.pk, now=NOW)

    assert refused(anna) == "member_closed"
    assert claim(sanne).earned == 25


def test_the_same_number_in_two_shops_is_told_apart_by_total_and_day(sanne):
    make.open_receipt("25.00", receipt="r1", source_id=make.source("east"))
    west = make.open_receipt("30.00", receipt="r1", source_id=make.source("west"))

    purchase = claim(sanne, total="30.00")

    assert purchase.source_id == west.source_id
    assert OpenReceipt.objects.unclaimed().count() == 1


def test_the_same_number_day_and_total_in_two_shops_can_be_claimed_once_each(sanne):
    anna = make.member()
    for name in ("east", "west"):
        make.open_receipt(receipt="r1", source_id=make.source(name))

    sources = {claim(sanne).source_id, claim(anna).source_id}

    assert sources == {make.source("east"), make.source("west")}
    assert refused(make.member()) == "on_another_card"


def test_a_receipt_of_nothing_is_claimed_and_explained(sanne):
    make.open_receipt("0.00", receipt="r1")

    assert claim(sanne, total="0.00").earned == 0


# Guessing


def test_ten_tries_a_day_and_then_tomorrow(sanne):
    for _ in range(TRIES_A_DAY):
        count_try(member_id=sanne.pk, now=NOW)

    with pytest.raises(Refusal, match="again on 16 June 2026") as refusal:
        count_try(member_id=sanne.pk, now=NOW + timedelta(hours=11))

    assert refusal.value.code == "too_many_tries"
    count_try(member_id=sanne.pk, now=NOW + timedelta(hours=12, minutes=1))
    count_try(member_id=make.member().pk, now=NOW)


def test_a_claim_that_succeeds_is_no_guess(sanne):
    make.open_receipt(receipt="r1")
    count_try(member_id=sanne.pk, now=NOW)
    count_try(member_id=sanne.pk, now=NOW)

    claim(sanne)

    assert ClaimTries.objects.get().tries == 1


# By staff


@pytest.fixture
def counter(db):
    user = make.staff()
    user.user_permissions.add(Permission.objects.get(codename="enter_purchase"))
    return user


def test_staff_book_a_receipt_to_a_member(sanne, counter):
    receipt = make.open_receipt()

    purchase = book_receipt(staff_id=counter.pk, receipt_id=receipt.pk, member_id=sanne.pk, now=NOW)

    assert (purchase.member_id, purchase.earned) == (sanne.pk, 25)
    assert Entry.objects.get().actor == f"user:{counter.pk}"


def test_staff_book_nothing_to_themselves_and_nothing_twice(sanne, counter):
    own = make.member(user_id=counter.pk, email=counter.email)
    receipt = make.open_receipt()

    with pytest.raises(Refusal) as themselves:
        book_receipt(staff_id=counter.pk, receipt_id=receipt.pk, member_id=own.pk, now=NOW)
    claim(sanne, number=receipt.receipt)
    with pytest.raises(Refusal) as twice:
        book_receipt(
            staff_id=counter.pk, receipt_id=receipt.pk, member_id=make.member().pk, now=NOW
        )

    assert (themselves.value.code, twice.value.code) == ("own_account", "claimed_before")


def test_who_may_not_enter_purchases_books_none(sanne):
    receipt = make.open_receipt()

    with pytest.raises(Refusal) as refusal:
        book_receipt(staff_id=make.staff().pk, receipt_id=receipt.pk, member_id=sanne.pk, now=NOW)

    assert refusal.value.code == "may_not"


# Forgetting


def test_unclaimed_receipts_are_forgotten_after_a_month_and_others_stay(sanne, monkeypatch):
    monkeypatch.setattr("points.actions.receipts.FORGOTTEN_A_BATCH", 2)
    for number in range(5):
        make.open_receipt(at=NOW - 2 * DAY, receipt=f"old{number}")
    OpenReceipt.objects.get(receipt="old1").refunds.create(
        source_id=make.source(), key="f1", refunded_at=NOW, total=Decimal("5.00")
    )
    make.open_receipt(at=NOW - DAY, receipt="young")
    make.open_receipt(at=NOW - 2 * DAY, receipt="mine")
    claim(sanne, number="mine", on=TODAY - 2 * DAY)

    removed = forget_receipts(now=NOW + (KEPT_DAYS - 1) * DAY - timedelta(seconds=1))

    assert removed == 5
    assert set(OpenReceipt.objects.values_list("receipt", flat=True)) == {"young", "mine"}
    assert Purchase.objects.get().receipt == "mine"
