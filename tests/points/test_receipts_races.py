"""Many at once: one receipt, one member who gets it."""

from decimal import Decimal

import pytest

from points.actions.activity import import_activity
from points.actions.receipts import TRIES_A_DAY, book_receipt, claim_receipt, count_try
from points.models import ClaimTries, Entry, OpenReceipt, Purchase
from points.reports.verification import verify_ledger
from tests import make
from tests.make import NOW
from tests.members.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 32


def claim(member):
    claim_receipt(
        member_id=member.pk,
        number="r1",
        bought_on=NOW.date(),
        total=Decimal("25.00"),
        actor="user:1",
        now=NOW,
    )
    return "claimed"


def test_of_thirty_two_members_one_gets_the_receipt():
    make.published_program()
    members = [make.member() for _ in range(THREADS)]
    make.open_receipt(receipt="r1")

    answers = at_once(lambda number: claim(members[number]), THREADS)

    winner = members[answers.index("claimed")]
    assert sorted(answers) == ["claimed"] + ["on_another_card"] * (THREADS - 1)
    assert Purchase.objects.get().member_id == winner.pk
    assert OpenReceipt.objects.get().claimed_by_id == winner.pk
    assert Entry.objects.count() == 1
    assert verify_ledger().violations == []


def test_one_member_in_thirty_two_windows_gets_the_points_once():
    make.published_program()
    sanne = make.member()
    make.open_receipt(receipt="r1")

    answers = at_once(lambda _: claim(sanne), THREADS)

    assert sorted(answers) == ["claimed"] + ["claimed_before"] * (THREADS - 1)
    assert make.balance(sanne) == 25


def test_a_member_and_the_counter_do_not_both_have_it():
    make.published_program()
    sanne, anna = make.member(), make.member()
    boss = make.staff(superuser=True)
    receipt = make.open_receipt(receipt="r1")

    def work(number):
        if number % 2:
            return claim(sanne)
        book_receipt(staff_id=boss.pk, receipt_id=receipt.pk, member_id=anna.pk, now=NOW)
        return "claimed"

    answers = at_once(work, 8)

    assert answers.count("claimed") == 1
    assert Entry.objects.count() == 1


def test_what_is_given_back_while_the_receipt_is_claimed_is_taken_off_either_way(tmp_path):
    make.published_program()
    path = tmp_path / "night.csv"
    path.write_text(f"kind,id,member,at,total,refers_to\nrefund,f1,,{NOW.isoformat()},5.00,r1\n")
    sanne = make.member()
    receipt = make.open_receipt(receipt="r1")

    def work(number):
        if number:
            return claim(sanne)
        return import_activity(path=path, source_id=receipt.source_id, now=NOW).faults

    answers = at_once(work, 2)

    assert answers == [[], "claimed"]
    assert make.balance(sanne) == 20
    assert verify_ledger().violations == []


def test_guesses_in_parallel_are_all_counted():
    make.published_program()
    sanne = make.member()

    def work(_):
        count_try(member_id=sanne.pk, now=NOW)
        return "tried"

    answers = at_once(work, THREADS)

    assert answers.count("tried") == TRIES_A_DAY
    assert ClaimTries.objects.get().tries == TRIES_A_DAY
