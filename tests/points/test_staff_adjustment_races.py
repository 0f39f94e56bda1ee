"""Many at once: what the locks on a request and on a colleague's day are for."""

from decimal import Decimal
from uuid import uuid4

import pytest

from members.models import Approval
from points.actions.staff_adjustment import approve_adjustment
from points.actions.staff_purchase import Slip, enter_purchase
from points.models import AdjustedInADay, Entry, Purchase
from points.reports.verification import verify_ledger
from tests import make
from tests.members.at_once import at_once
from tests.points.adjusting import adjust

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW
THREADS = 32


def test_thirty_two_threads_approve_a_request_and_it_is_posted_once():
    make.published_program()
    sanne = make.member(points=10)
    asked = adjust(make.staff_with("points.adjust_points"), sanne, 600)
    deciders = [make.staff_with("members.decide_approval") for _ in range(4)]

    def approve(number):
        approve_adjustment(
            approval_id=asked.pk,
            digest=asked.digest,
            staff_id=deciders[number % 4].pk,
            note="",
            now=NOW,
        )
        return "approved"

    answers = at_once(approve, THREADS)

    assert sorted(answers) == ["already_decided"] * (THREADS - 1) + ["approved"]
    assert make.balance(sanne) == 610
    assert Entry.objects.filter(points=600).count() == 1
    assert verify_ledger().violations == []


def test_ten_times_just_under_the_limit_at_once_is_once():
    make.published_program()
    bram = make.staff_with("points.adjust_points")
    members = [make.member(points=10) for _ in range(10)]
    # The day's count is there already: what holds them apart is its lock, not its making.
    adjust(bram, members[0], 1)

    answers = at_once(lambda number: adjust(bram, members[number], 499), 10)

    assert answers.count(None) == 1
    assert Approval.objects.filter(state="waiting").count() == 9
    assert AdjustedInADay.objects.get(staff=bram).points == 500
    assert Entry.objects.filter(points=499).count() == 1


@pytest.mark.parametrize(("points", "posted", "asked"), [(60, 1, 0), (600, 0, 1)])
def test_one_form_sent_from_many_threads_counts_once(points, posted, asked):
    make.published_program()
    bram = make.staff_with("points.adjust_points")
    sanne = make.member(points=10)
    key = uuid4()

    at_once(lambda _: adjust(bram, sanne, points, key=key), 16)

    assert Entry.objects.filter(points=points).count() == posted
    assert Approval.objects.count() == asked


def test_ten_receipts_just_under_the_limit_at_once_are_one():
    make.published_program()
    bram = make.staff_with("points.enter_purchase", "points.adjust_points")
    members = [make.member(points=10) for _ in range(10)]
    source = make.source()
    adjust(bram, members[0], 1)

    def enter(number):
        slip = Slip(source, f"r-{number}", "", NOW, Decimal(499))
        return type(
            enter_purchase(
                staff_id=bram.pk, member_id=members[number].pk, slip=slip, note="Off", now=NOW
            )
        )

    answers = at_once(enter, 10)

    assert (answers.count(Purchase), answers.count(Approval)) == (1, 9)
    assert AdjustedInADay.objects.get(staff=bram).points == 500
    assert verify_ledger().violations == []
