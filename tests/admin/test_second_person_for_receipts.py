"""The ninth way round the second person: a receipt that nobody else has seen."""

import pytest
from django.utils import timezone

from members.models import Approval
from points.models import Entry
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.admin.second_person import APPROVALS, ASKS, DECIDES, ask, decide, shown_digest

pytestmark = pytest.mark.django_db


@pytest.fixture
def sanne():
    make.published_program()
    return make.member(name="Sanne de Vries", points=1000)


@pytest.fixture
def deciding():
    return at_desk(with_factor(make.staff_with(*DECIDES, name="Carla Smit", language="en")))


def enter(desk, member, total, receipt="R-77"):
    address = f"/admin/members/member/{member.pk}/purchase/"
    answers = {
        "receipt": receipt,
        "source": make.source(),
        "store": "Markt",
        "placed_at_0": timezone.localdate().isoformat(),
        "placed_at_1": "00:00:00",
        "total": total,
        "reason": "Till was off",
    }
    return desk.post(address, answers)


@pytest.fixture
def entering():
    colleague = make.staff_with("points.enter_purchase", *ASKS, language="en", name="Bram Bakker")
    return at_desk(with_factor(colleague))


def test_a_receipt_made_up_is_points_that_a_colleague_decides(entering, deciding, sanne):
    enter(entering, sanne, "600.00")
    approval = Approval.objects.get()

    assert make.balance(sanne) == 1000
    page = deciding.get(f"{APPROVALS}{approval.pk}/change/").content.decode()
    for fact in ("Request to enter a purchase", "+600", "€600.00", "R-77", "Markt", "Till was off"):
        assert fact in page
    assert "enter receipt R-77 for 600 points" in deciding.get(APPROVALS).content.decode()
    decide(deciding, approval, digest=shown_digest(deciding, approval))
    assert make.balance(sanne) == 1600
    assert Entry.objects.latest("sequence").kind == 1


def test_receipts_just_under_the_limit_and_corrections_add_up(entering, sanne):
    enter(entering, sanne, "400.00")
    enter(entering, sanne, "400.00", receipt="R-78")
    ask(entering, sanne, 200)

    assert make.balance(sanne) == 1400
    assert Approval.objects.filter(state="waiting").count() == 2


def test_nobody_approves_the_receipt_they_entered(sanne):
    both = at_desk(with_factor(make.staff_with("points.enter_purchase", *ASKS, *DECIDES)))
    enter(both, sanne, "600.00")

    answer = decide(both, Approval.objects.get())

    assert answer.context["form"].non_field_errors()
    assert make.balance(sanne) == 1000
