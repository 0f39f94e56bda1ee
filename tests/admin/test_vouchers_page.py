"""Vouchers in the back office: found by member or whole code, read, and withdrawn for a reason."""

import pytest
from django.utils import timezone

from members.models import StaffAct
from rewards.actions.batches import stop_batch
from rewards.actions.voiding import void_voucher
from rewards.codes import new_code, shown
from rewards.models import Voucher
from tests import make
from tests.rewards import tills
from tests.rewards.codes_made import batch
from tests.rewards.issued import gift_card, reward, voucher

LIST = "/admin/rewards/voucher/"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def anna(boss):
    make.published_program()
    boss.language = "en"
    boss.save()
    return make.member(name="Anna Visser")


def text(answer) -> str:
    return answer.content.decode()


def found(desk, **query) -> set[int]:
    return {row.pk for row in desk.get(LIST, query).context["cl"].result_list}


def test_vouchers_are_found_by_member_state_and_kind_and_no_code_is_shown(desk, anna, now):
    mine = voucher(anna, now=now)
    card = gift_card(make.member(name="Bram Bos"), now=now)
    gone = voucher(anna, now=now)
    Voucher.objects.filter(pk=gone.pk).update(voided_at=now)

    assert found(desk) == {mine.pk, card.pk, gone.pk}
    assert found(desk, q="anna vi") == found(desk, q=f"#{anna.pk}") == {mine.pk, gone.pk}
    assert found(desk, q="#x") == found(desk, q="nobody") == set()
    assert found(desk, state="open") == {mine.pk, card.pk}
    assert found(desk, state="void") == {gone.pk}
    assert found(desk, state="redeemed") == found(desk, state="expired") == set()
    assert found(desk, gives__exact="gift_card") == {card.pk}
    page = text(desk.get(LIST))
    assert f"…\u00a0{mine.tail}" in page
    assert tills.code(mine)[:10] not in page.replace("-", "")


def test_a_whole_code_leads_to_its_voucher_and_stands_in_no_address(desk, anna, now):
    mine = voucher(anna, now=now)

    led = desk.post(f"{LIST}find/", {"code": shown(tills.code(mine)).lower()})

    assert led["Location"] == f"{LIST}{mine.pk}/change/"
    page = text(desk.get(led["Location"]))
    assert tills.code(mine) not in page.replace("-", "")
    assert "What happened to it" in page


def test_a_code_that_is_not_known_is_told_beside_its_field(desk, anna):
    told = desk.post(f"{LIST}find/", {"code": new_code()})

    assert "No voucher has this code" in str(told.context["form"].errors["code"])
    for _ in range(9):
        desk.post(f"{LIST}find/", {"code": new_code()})
    told = desk.post(f"{LIST}find/", {"code": new_code()})
    assert "Too many codes" in str(told.context["form"].errors["code"])


def test_all_that_happened_is_told_newest_first(desk, boss, anna, now):
    mine = voucher(anna, now=now)
    tills.reserved(mine, now=now, order="A-17", actor=f"user:{boss.pk}")

    page = desk.get(f"{LIST}{mine.pk}/change/")

    assert [one.words for one in page.context["happened"]] == ["held by a till", "issued"]
    assert "order A-17" in page.context["happened"][0].details
    assert page.context["happened"][0].who == boss.get_full_name()


def test_a_voucher_is_withdrawn_for_a_reason_and_leaves_one_trace(desk, boss, anna, now):
    mine = voucher(anna, now=now)

    desk.post(f"{LIST}{mine.pk}/withdraw/", {"reason": "Printed twice"})

    mine.refresh_from_db()
    assert mine.void_reason == "Printed twice"
    traces = StaffAct.objects.filter(object_id=str(mine.pk), reason="Printed twice")
    assert traces.count() == 1
    again = desk.get(f"{LIST}{mine.pk}/change/")
    assert f"{LIST}{mine.pk}/withdraw/" not in text(again)


def test_what_is_withdrawn_already_is_told_so(desk, boss, anna, now):
    mine, many = voucher(anna, now=now), batch(1, now=now, by=boss)
    void_voucher(voucher_id=mine.pk, staff_id=boss.pk, reason="Printed twice", now=now)
    stop_batch(batch_id=many.pk, staff_id=boss.pk, now=now)

    for one in (mine, many.vouchers.get()):
        answer = desk.post(f"{LIST}{one.pk}/withdraw/", {"reason": "Again"})

        assert "This was withdrawn already." in text(answer)
    assert not StaffAct.objects.filter(reason="Again").exists()


def test_who_may_not_open_members_finds_no_vouchers_by_them(desk, desk_of, anna, now):
    mine = voucher(anna, now=now)
    other = voucher(make.member(name="Bas Jansen"), now=now)

    assert found(desk, q="Anna") == {mine.pk}
    assert found(desk_of("rewards.view_voucher"), q="Anna") == {mine.pk, other.pk}


def test_a_members_page_shows_their_vouchers(desk, desk_of, anna, now):
    mine = voucher(anna, now=now)
    address = f"/admin/members/member/{anna.pk}/change/"

    assert f"{LIST}{mine.pk}/change/" in text(desk.get(address))
    assert mine.tail not in text(desk_of("members.view_member").get(address))


def test_the_list_asks_as_little_of_many_as_of_few(
    desk, anna, now, django_assert_num_queries, django_assert_max_num_queries
):
    voucher(anna, now=now, reward=reward())
    desk.get(LIST)
    with django_assert_max_num_queries(11) as first:
        desk.get(LIST)
    for number in range(8):
        voucher(make.member(), now=now, reward=reward(points=number + 1))

    with django_assert_num_queries(len(first)):
        desk.get(LIST)
