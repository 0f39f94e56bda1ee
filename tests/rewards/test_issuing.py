"""A voucher is made with what it is worth, and announced."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from rewards.actions.issuing import Worth, issue_voucher
from rewards.code_vault import digest_of
from rewards.models import Voucher
from rewards.signals import voucher_issued
from tests import make
from tests.rewards import tills

pytestmark = pytest.mark.django_db


def test_a_voucher_holds_what_it_is_worth(now, django_capture_on_commit_callbacks):
    heard = []

    def listen(sender, voucher_id, **_facts):
        heard.append(voucher_id)

    voucher_issued.connect(listen)
    worth = Worth(gives="percentage", percent=Decimal(10), most_off=Decimal(20), is_alone=True)
    with django_capture_on_commit_callbacks(execute=True):
        made = issue_voucher(
            worth=worth, valid_from=now, expires_at=now + timedelta(days=30), now=now
        )

    found = Voucher.objects.get(digest=digest_of(tills.code(made)))
    assert (found.gives, found.percent, found.most_off) == ("percentage", 10, 20)
    assert (found.value, found.is_alone, found.vat) == (None, True, "multi")
    assert heard == [made.pk]


@pytest.mark.parametrize(
    ("at", "facts", "state"),
    [
        (0, {}, "issued"),
        (-1, {}, "early"),
        (30, {}, "expired"),
        (0, {"reserved": 1}, "reserved"),
        (0, {"used": 1}, "redeemed"),
        (30, {"used": 1}, "redeemed"),
        (0, {"voided_at": make.NOW}, "void"),
    ],
)
def test_its_state_follows_from_the_moment(at, facts, state, now):
    made = tills.voucher(days=30)
    for name, value in facts.items():
        setattr(made, name, value)

    assert made.state(now + timedelta(days=at)) == state


@pytest.mark.parametrize(
    "changes",
    [
        {"used": 2},
        {"used": 1, "reserved": 1},
        {"captured": Decimal("50.01")},
        {"captured": Decimal("-0.01")},
        {"most_uses": 0},
    ],
)
def test_the_database_holds_what_may_never_be(changes):
    made = tills.voucher(gives="gift_card", value="50.00")

    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.objects.filter(pk=made.pk).update(**changes)


def test_what_a_voucher_is_worth_stays():
    made = tills.voucher()

    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        Voucher.objects.filter(pk=made.pk).update(value=Decimal(500))
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        made.delete()
