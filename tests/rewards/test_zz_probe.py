"""Scratch."""
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone
from django.test import Client

from members.models import Scope, StaffAct
from rewards.models import *
from rewards.actions.captures import capture_reservation
from rewards.actions.rollbacks import roll_back
from rewards.order_rules import *
from tests import make
from tests.admin.conftest import *
from tests.api.conftest import till_with
from tests.rewards import tills
from tests.rewards.codes_made import promotion, coupon_rule, batch, maker
from tests.rewards.issued import gift_card, voucher, reward

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture(autouse=True)
def program(now):
    make.published_program(now=now)


def test_stock_twice(desk):
    r = make.reward(stock=5)
    p = desk.get(f"/admin/rewards/reward/{r.pk}/stock/")
    for _ in range(2):
        a = desk.post(f"/admin/rewards/reward/{r.pk}/stock/", {"how": "came_in", "pieces": "10", "reason": "x"})
        print(a.status_code)
    assert Stock.objects.get().left == 15


def test_amount_written_otherwise():
    till = till_with(*Scope.values, source=make.source("chain"))
    now = timezone.now() - timedelta(minutes=1)
    v = tills.voucher(gives="gift_card", value="50.00", now=now)
    def res(total):
        return till.post("/vouchers/reservations", {"reservation": "k", "code": tills.code(v), "order": {"total": total, "currency": "EUR"}})
    a, b = res("40.00"), res("40.0")
    print(a.status_code, b.status_code)
    h = a.json()["vouchers"][0]["id"]
    c = till.post(f"/vouchers/reservations/{h}/capture", {"amount": "10"})
    c2 = till.post(f"/vouchers/reservations/{h}/capture", {"amount": "10.00"})
    print(c.status_code, c2.status_code, c2.content)
    d = till.post(f"/vouchers/captures/{c.json()['capture']}/rollback", {"rollback": "r", "amount": "5"})
    d2 = till.post(f"/vouchers/captures/{c.json()['capture']}/rollback", {"rollback": "r", "amount": "5.00"})
    print(d.status_code, d2.status_code, d2.content)
    assert (b.status_code, c2.status_code, d2.status_code) == (200, 200, 200)


def test_negative_most(desk):
    b = desk.get("/admin/rewards/batch/add/")
    assert b.status_code == 200


def test_counter_undo_after_hour_and_api(desk):
    assert desk.post(f"/admin/counter/voucher/used/{uuid4()}/undo/").status_code in (404,)


def test_picture_junk(desk):
    from django.core.files.uploadedfile import SimpleUploadedFile
    r = make.reward()
    for c in (b"", b"RIFF", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, b"GIF89a"):
        a = desk.post(f"/admin/rewards/reward/{r.pk}/picture/", {"language": "both", "picture": SimpleUploadedFile("x.png", c), "alt": "a"})
        print(a.status_code)
        assert a.status_code == 200
    assert not RewardPicture.objects.exists()


def test_invited_junk(desk):
    r = make.reward()
    for m in ("\x00", "9" * 200, "٣" * 13, "x@", "\ud7ff"):
        a = desk.post(f"/admin/rewards/reward/{r.pk}/invited/", {"what": "add", "member": m, "reason": "x"})
        assert a.status_code == 200


def test_early_junk(desk):
    r = make.reward()
    for at in ("0001-01-01", "9999-12-31", "x"):
        a = desk.post(f"/admin/rewards/reward/{r.pk}/early/", {"tier": "1", "from_at_0": at, "from_at_1": "00:00", "reason": "x"})
        print(a.status_code)
        assert a.status_code < 500
        assert desk.get(f"/admin/rewards/reward/{r.pk}/change/").status_code == 200
        assert Client().get(f"/rewards/{r.pk}/").status_code == 200


REWARD = {
    "gives": "discount", "name_nl": "Korting", "name_en": "Discount", "audience": "members", "tier": "0", "points": "500",
    "value": "5.00", "least_order": "0", "valid_months": "12", "period": "ever", "handing": "none", "vat": "multi",
}
@pytest.mark.parametrize("changes", [{"points": "9" * 30}, {"points": "NaN"}, {"per_member": "9" * 30}, {"per_member": "2147483648"}, {"valid_months": "99999"}, {"from_at_0": "0001-01-01", "from_at_1": "00:00"}, {"from_at_0": "9999-12-31", "from_at_1": "23:59"}, {"until_at_0": "9999-12-31", "until_at_1": "23:59"}, {"until_at_0": "0001-01-01", "until_at_1": "00:00"}, {"value": "Infinity"}, {"least_order": "-5"}, {"cost": "-5"}, {"name_nl": "A\x00"}, {"step_points": "9" * 20, "step_value": "1", "most_points": "9" * 20}, {"gives": "x"}, {"tier": "99"}, {"product": "x" * 65}])
def test_reward_form(desk, changes):
    a = desk.post("/admin/rewards/reward/add/", REWARD | changes)
    print(a.status_code, a.status_code == 200 and a.context["adminform"].form.errors)
    assert a.status_code < 500
    Reward.objects.update(state="live")
    if Reward.objects.exists():
        r = Reward.objects.get()
        assert desk.get("/admin/rewards/reward/").status_code == 200
        assert desk.get(f"/admin/rewards/reward/{r.pk}/change/").status_code == 200
        member = make.member_with_login(points=800)
        c = Client(); c.force_login(member.user)
        assert c.get("/rewards/").status_code == 200
        assert c.get(f"/rewards/{r.pk}/").status_code in (200, 404)
        till = till_with(*Scope.values, source=make.source("chain"))
        assert till.get("/rewards").status_code == 200
