"""Batches, promotional codes, coupons and finance in the back office."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from members.models import Approval, StaffAct
from rewards.actions.batch_making import make_batch
from rewards.actions.issuing import code_of
from rewards.codes import shown
from rewards.models import Batch, BatchExport, CouponRule, Voucher
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.admin.test_traces import COUPON, WORTH, Fields
from tests.rewards.codes_made import asked_batch, batch, coupon_rule, promotion

pytestmark = pytest.mark.django_db
BATCHES, RULES = "/admin/rewards/batch/", "/admin/rewards/couponrule/"
SEES = ("rewards.view_batch", "rewards.add_batch", "rewards.stop_batch", "rewards.export_codes")
DECIDES = ("members.decide_approval", "members.view_approval", "rewards.export_codes")
WORD = {"word": "SUMMER25", "most_uses": "100"}


def at_work(*permissions, **fields):
    return at_desk(with_factor(make.staff_with(*permissions, language="en", **fields)))


@pytest.fixture
def marketing():
    return at_work(*SEES, name="Daan Kuipers")


def filled(desk, address, **changes):
    """Send a form as a browser would."""
    shown_now = Fields(desk.get(address).content.decode()).values
    return desk.post(address, shown_now | WORTH | changes)


def page(of, name="change") -> str:
    return f"{BATCHES}{of.pk}/{name}/"


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


# Made


def test_a_batch_is_asked_for_and_its_page_shows_how_far_it_is(marketing):
    answer = filled(marketing, f"{BATCHES}add/", wanted="300")

    asked = Batch.objects.get()
    assert answer["Location"] == page(asked)
    assert asked.wanted == 300
    now = timezone.now()
    Batch.objects.update(
        made=100, started_at=now - timedelta(seconds=2), heard_at=now, began_with=0
    )
    shown_now = text_of(marketing.get(page(asked)))
    assert "100 of 300 codes" in shown_now
    assert "50 a second" in shown_now
    assert "about 4 seconds left" in shown_now
    assert 'http-equiv="refresh"' in shown_now


def test_a_batch_whose_worker_was_lost_says_so(marketing):
    asked = asked_batch(5, now=timezone.now() - timedelta(minutes=3))

    shown_now = text_of(marketing.get(page(asked)))

    assert "The worker was lost" in shown_now
    assert 'http-equiv="refresh"' not in shown_now


def test_a_form_sent_twice_makes_one_batch_and_one_trace(marketing):
    address = f"{BATCHES}add/"
    body = Fields(marketing.get(address).content.decode()).values | WORTH | {"wanted": "3"}

    marketing.post(address, body)
    again = marketing.post(address, body)

    assert again.status_code == 302
    assert Batch.objects.count() == 1
    assert StaffAct.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"wanted": "0"}, "wanted"),
        ({"wanted": "1000001"}, "wanted"),
        ({"wanted": "99999999999999999999"}, "wanted"),
        ({"name": ""}, "name"),
        ({"value": ""}, "value"),
        ({"value": "-1"}, "value"),
        ({"value": "0"}, "value"),
        ({"value": "1e9"}, "value"),
        ({"value": "99999999999"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"gives": "percentage", "value": "", "percent": "101"}, "percent"),
        ({"gives": "percentage", "value": ""}, "percent"),
        ({"gives": "percentage", "value": "", "percent": "5", "most_off": "0"}, "most_off"),
        ({"gives": "product", "value": ""}, "product"),
        ({"gives": "nothing"}, "gives"),
        ({"last_day": "2020-01-01"}, "last_day"),
        ({"last_day": "soon"}, "last_day"),
        ({"last_day": "9999-12-31"}, "last_day"),
        ({"first_day": "0001-01-01"}, "first_day"),
        ({"first_day": "2040-01-01", "last_day": "2039-01-01"}, "last_day"),
        ({"request_key": "x"}, "request_key"),
        ({"name": "A\x00B"}, "name"),
    ],
)
def test_a_wrong_answer_is_told_beside_its_field_and_makes_nothing(marketing, changes, field):
    answer = filled(marketing, f"{BATCHES}add/", **({"wanted": "3"} | changes))

    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not Batch.objects.exists()


def test_what_was_filled_in_for_another_kind_is_left_out(marketing):
    filled(marketing, f"{BATCHES}add/", wanted="3", percent="abc", most_off="2", product="x")

    made = Batch.objects.get()
    assert (made.percent, made.most_off, made.product) == (None, None, "")


def test_a_name_that_is_taken_is_told_beside_the_name(marketing):
    asked_batch(name="Cinema")

    answer = filled(marketing, f"{BATCHES}add/", wanted="3")

    assert "name" in answer.context["form"].errors


def test_a_code_for_everybody_is_made_and_shown_to_who_may_make_them(marketing):
    filled(marketing, f"{BATCHES}promotion/", **WORD)

    made = Batch.objects.get()
    assert (made.form, Voucher.objects.get().most_uses) == (Batch.Form.PROMOTION, 100)
    assert "SUMMER25" in text_of(marketing.get(page(made)))
    assert "SUMMER25" not in text_of(at_work("rewards.view_batch").get(page(made)))
    act = StaffAct.objects.get()
    assert "SUMMER" not in f"{act.what}{act.before}{act.after}".upper()


def test_a_code_that_was_sealed_with_another_key_breaks_no_page(marketing, settings):
    filled(marketing, f"{BATCHES}promotion/", **WORD)

    settings.VOUCHER_KEY = "another key than it was sealed with"

    assert "cannot be read with the key" in text_of(marketing.get(page(Batch.objects.get())))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"word": "abc"}, "word"),
        ({"word": "50% OFF"}, "word"),
        ({"word": "CINEMA"}, "name"),
        ({"word": "TAKEN"}, "word"),
        ({"most_uses": "0"}, "most_uses"),
        ({"most_uses": "10000001"}, "most_uses"),
        ({"per_member": "101"}, "most_uses"),
    ],
)
def test_a_wrong_word_is_told_beside_its_field(marketing, changes, field):
    promotion("TAKEN", name="Earlier")

    answer = filled(marketing, f"{BATCHES}promotion/", **(WORD | changes))

    assert field in answer.context["form"].errors
    assert Batch.objects.count() == 1


def test_a_batch_is_withdrawn_by_a_button_with_a_reason(marketing):
    made = batch(2)

    marketing.post(page(made, "stop"), {"reason": "Leaked"})

    made.refresh_from_db()
    assert made.stopped_at is not None
    assert StaffAct.objects.get().reason == "Leaked"
    assert "withdrawn" in text_of(marketing.get(page(made)))


def test_a_list_of_batches_takes_few_queries(marketing, django_assert_max_num_queries):
    for _ in range(5):
        batch(1)
    marketing.get(BATCHES)

    with django_assert_max_num_queries(8):
        marketing.get(BATCHES)


# Exported


def approved(asker, of):
    asker.post(page(of, "ask_codes".replace("_", "-")), ask_body(asker, of))
    approval = Approval.objects.latest("pk")
    colleague = at_work(*DECIDES)
    read = text_of(colleague.get(f"/admin/members/approval/{approval.pk}/change/"))
    assert "Request to export codes" in read
    body = {"digest": approval.digest, "decision": "approve", "note": ""}
    done = colleague.post(f"/admin/members/approval/{approval.pk}/decide/", body)
    assert done.status_code == 302, text_of(done)
    return approval


def ask_body(desk, of):
    return Fields(desk.get(page(of, "ask-codes")).content.decode()).values | {"reason": "Print"}


def test_two_people_let_codes_out_once(marketing):
    made = batch(3)
    approved(marketing, made)

    answer = marketing.post(page(made, "download"))
    body = b"".join(answer.streaming_content).decode()

    codes = [code_of(voucher=one) for one in made.vouchers.order_by("pk")]
    assert body.split("\r\n") == ["code", *map(shown, codes), ""]
    assert int(answer["Content-Length"]) == len(body)
    assert "no-store" in answer["Cache-Control"]
    assert BatchExport.objects.get().finished_at is not None
    again = marketing.post(page(made, "download"))
    assert again.status_code == 302
    whats = [act.what for act in StaffAct.objects.order_by("pk")]
    assert len(whats) == 3
    assert not any(code in "".join(whats) for code in codes)


def test_a_download_that_broke_off_can_be_begun_again(marketing):
    made = batch(3)
    approved(marketing, made)
    broken = marketing.post(page(made, "download"))
    next(iter(broken.streaming_content))
    assert BatchExport.objects.get().finished_at is None
    assert "broke off" in text_of(marketing.get(page(made)))

    answer = marketing.post(page(made, "download"))

    assert len(b"".join(answer.streaming_content)) == int(answer["Content-Length"])
    assert BatchExport.objects.get().begun == 2


def test_reading_the_address_of_a_download_gives_nothing(marketing):
    made = batch(1)
    approved(marketing, made)

    assert marketing.get(page(made, "download")).status_code == 302
    assert not BatchExport.objects.exists()


# Coupons


@pytest.fixture
def coupons():
    return at_work("rewards.view_couponrule", "rewards.add_couponrule", "rewards.change_couponrule")


def test_a_coupon_rule_is_made_followed_and_stopped(coupons):
    filled(coupons, f"{RULES}add/", **COUPON, stores="North, South ,")

    rule = CouponRule.objects.get()
    assert rule.stores == ["North", "South"]
    assert rule.lines_en == "€5 off"
    assert "in force" in text_of(coupons.get(f"{RULES}{rule.pk}/change/"))

    coupons.post(f"{RULES}{rule.pk}/stop/", {"reason": "Enough"})

    rule.refresh_from_db()
    assert rule.stopped_at is not None
    assert StaffAct.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ean": "123"}, "ean"),
        ({"valid_days": "0"}, "valid_days"),
        ({"least_total": "x"}, "least_total"),
        ({"lines_nl": ""}, "lines_nl"),
        ({"tier": "77"}, "tier"),
        ({"gives": "gift_card"}, "gives"),
    ],
)
def test_a_wrong_coupon_rule_is_told_beside_its_field(coupons, changes, field):
    answer = filled(coupons, f"{RULES}add/", **(COUPON | changes))

    assert field in answer.context["form"].errors
    assert not CouponRule.objects.exists()


def test_a_list_of_rules_takes_few_queries(coupons, django_assert_max_num_queries):
    for _ in range(5):
        coupon_rule()
    coupons.get(RULES)

    with django_assert_max_num_queries(8):
        coupons.get(RULES)


# Finance


@pytest.fixture
def finance():
    return at_work("rewards.see_voucher_figures", "rewards.view_batch")


def test_finance_reads_what_is_owed_and_takes_it_along(finance):
    make.published_program()
    make_batch(batch_id=asked_batch(4, now=timezone.now()).pk, now=timezone.now())

    read = text_of(finance.get(f"{BATCHES}finance/"))
    file = b"".join(finance.get(f"{BATCHES}finance/export/").streaming_content).decode("utf-8-sig")

    assert "€20.00" in read
    assert "20.00" in file
    assert len(file.splitlines()) == 3


@pytest.mark.parametrize(
    "query",
    [
        "since=x&until=y",
        "since=2026-06-02&until=2026-06-01",
        "since=2026-06-01",
        "since=9999-12-31&until=9999-12-31",
        "since=0001-01-01&until=0001-01-02",
    ],
)
def test_a_period_that_makes_no_sense_is_told_and_breaks_nothing(finance, query):
    assert finance.get(f"{BATCHES}finance/?{query}").status_code == 200
    answer = finance.get(f"{BATCHES}finance/export/?{query}")
    assert b"".join(answer.streaming_content)


def test_what_was_used_costs_what_it_cost(finance):
    assert "Nothing moved" in text_of(finance.get(f"{BATCHES}finance/"))
    assert Decimal(0) == finance.get(f"{BATCHES}finance/").context["report"].owed_total
