"""A member's vouchers: what can be used first, each for its owner alone, kept by nobody."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from rewards.actions.issuing import code_of
from rewards.codes import shown
from rewards.models import Capture, Reservation, Voucher
from tests import make
from tests.portal.conftest import client_of
from tests.rewards.issued import gift_card, reward, voucher

LIST = "/my/vouchers/"


def page_of(one) -> str:
    return f"{LIST}{one.reference}/"


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def now():
    """Pages ask the clock themselves."""
    return timezone.now()


def used(one, amount, *, order="A-17", at):
    """Let a till have taken an amount off an order."""
    hold = Reservation.objects.create(
        voucher=one,
        key=order,
        order=order,
        total=Decimal("60.00"),
        amount=Decimal(amount),
        state=Reservation.State.CAPTURED,
        made_at=at,
        until=at + timedelta(minutes=15),
        ended_at=at,
        actor="user:1",
    )
    facts = {"voucher": one, "amount": Decimal(amount), "order": order}
    Capture.objects.create(reservation=hold, captured_at=at, actor="user:1", **facts)
    if one.is_gift_card:
        one.captured += Decimal(amount)
    one.used = int(not one.is_gift_card or one.left == 0)
    one.save(update_fields=["used", "captured"])


# The list


def test_what_ends_soonest_comes_first_and_what_is_over_stands_below(door, member, now):
    later = voucher(member, now=now, days=90)
    sooner = voucher(member, now=now, days=9)
    coming = voucher(member, now=now, since=3, days=30)
    spent = voucher(member, now=now)
    used(spent, "8.00", at=now)
    expired = voucher(member, now=now - timedelta(days=40), days=30)
    voided = voucher(member, now=now)
    Voucher.objects.filter(pk=voided.pk).update(voided_at=now, void_reason="Printed twice")

    shown_page = door.get(LIST)

    tickets = [ticket.voucher.pk for ticket in shown_page.context["tickets"]]
    over = [(ticket.voucher.pk, ticket.state) for ticket in shown_page.context["over"]]
    assert tickets == [sooner.pk, coming.pk, later.pk]
    assert over == [(voided.pk, "void"), (expired.pk, "expired"), (spent.pk, "redeemed")]
    assert "Printed twice" not in text(shown_page)


def test_the_list_shows_no_code_at_all(door, member, now):
    code = code_of(voucher=voucher(member, now=now))

    page = text(door.get(LIST))

    assert code not in page
    assert shown(code) not in page


def test_who_has_none_is_told_how_to_get_one(door):
    assert "You have no vouchers yet" in text(door.get(LIST))


def test_what_is_over_is_leafed_through(door, member, now):
    for _ in range(22):
        voucher(member, now=now - timedelta(days=40), days=30)

    first, second = door.get(LIST), door.get(LIST, {"page": "2"})

    assert [len(page.context["over"]) for page in (first, second)] == [20, 2]
    assert door.get(LIST, {"page": "x"}).status_code == 200


@pytest.mark.parametrize("vouchers", [1, 12])
def test_the_list_asks_as_little_of_many_as_of_few(
    door, member, settings, now, django_assert_num_queries, vouchers
):
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    for number in range(vouchers):
        voucher(member, now=now, reward=reward(points=number + 1))
        voucher(member, now=now - timedelta(days=40), days=30, reward=reward(points=number + 1))
    door.get(LIST)

    with django_assert_num_queries(5):
        door.get(LIST)


# One voucher


def test_its_owner_reads_the_code_in_three_groups_with_both_pictures(door, member, now):
    mine = voucher(member, now=now, least_order=Decimal(20), is_alone=True)

    page = text(door.get(page_of(mine)))

    assert shown(code_of(voucher=mine)) in page
    assert page.count('role="img"') == 2
    assert "For one order from €20, not together with other vouchers." in page
    assert "€8 off an order" in page


def test_another_member_finds_nothing_and_a_stranger_is_asked_to_log_in(door, visitor, now):
    other = make.member_with_login()
    theirs = gift_card(other, now=now)

    for address in (page_of(theirs), f"{page_of(theirs)}a4.pdf", f"{page_of(theirs)}share/"):
        assert door.get(address).status_code in {404, 405}, address
        assert visitor.get(address).status_code in {302, 405}, address
    for address in (f"{page_of(theirs)}share/", f"{page_of(theirs)}share/end/"):
        assert door.post(address).status_code == 404
        assert visitor.post(address).status_code == 302
    assert Voucher.objects.get(pk=theirs.pk).share_key is None


def test_who_is_logged_in_and_no_member_sees_no_vouchers(program, now):
    theirs = voucher(make.member(), now=now)
    client = client_of(make.login())

    assert shown(code_of(voucher=theirs)) not in text(client.get(page_of(theirs)))


def test_nobody_keeps_a_page_of_vouchers(door, member, now):
    mine = voucher(member, now=now)

    for address in (LIST, page_of(mine), f"{page_of(mine)}a4.pdf"):
        assert "no-store" in door.get(address).headers["Cache-Control"], address


def test_a_voucher_that_is_over_shows_no_code_and_what_it_was_used_on(door, member, now):
    mine = voucher(member, now=now)
    used(mine, "8.00", order="A-17", at=now)

    page = text(door.get(page_of(mine)))

    assert shown(code_of(voucher=mine)) not in page
    assert "This voucher has been used." in page
    assert "Order A-17, at the counter" in page
    assert "−€8.00" in page


def test_a_gift_card_says_what_is_left_and_where_the_rest_went(door, member, now):
    mine = gift_card(member, "25.00", now=now)
    used(mine, "7.40", at=now)

    page = text(door.get(page_of(mine)))

    assert "€17.60" in page
    assert "−€7.40" in page
    assert shown(code_of(voucher=mine)) in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"since": 3}, "You can use this voucher from"),
        ({"days": -1, "since": -2}, "This voucher has expired."),
    ],
)
def test_a_voucher_says_why_it_cannot_be_used_now(door, member, now, fields, words):
    assert words in text(door.get(page_of(voucher(member, now=now, **fields))))


def test_a_code_that_cannot_be_read_again_says_so(door, member, now, settings):
    sealed_otherwise, gone = voucher(member, now=now), voucher(member, now=now)
    Voucher.objects.filter(pk=gone.pk).update(sealed=b"")
    assert "We cannot show this code again" in text(door.get(page_of(gone)))

    settings.VOUCHER_KEY = "another one"

    assert "We cannot show this code again" in text(door.get(page_of(sealed_otherwise)))
    assert door.get(f"{page_of(sealed_otherwise)}a4.pdf").status_code == 302


def test_a_page_speaks_the_readers_language(program, now):
    member = make.member_with_login(language="nl")
    client = client_of(member.user)
    client.post("/language/", {"language": "nl"})
    mine = voucher(member, now=now, reward=reward(name_nl="Acht euro korting"))

    assert "Acht euro korting" in text(client.get(page_of(mine)))


@pytest.mark.parametrize("address", ["not-a-reference/", "0/", f"{'0' * 8}-0000-0000-0000-0/"])
def test_an_address_that_is_none_is_not_found(door, address):
    assert door.get(LIST + address).status_code == 404


def test_one_voucher_asks_the_database_this_often(
    door, member, settings, now, django_assert_num_queries
):
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    mine = gift_card(member, now=now, reward=reward())
    for number in range(3):
        used(mine, "1.00", order=f"A-{number}", at=now)
    door.get(page_of(mine))

    with django_assert_num_queries(5):
        door.get(page_of(mine))


# The first page


def test_the_first_page_leads_to_the_vouchers_there_are(door, member, now):
    assert LIST not in text(door.get("/my/"))
    voucher(member, now=now, days=9)
    voucher(member, now=now, days=90)

    page = text(door.get("/my/"))

    assert f'href="{LIST}"' in page
    assert "2 vouchers to use" in page
    with translation.override("en"):
        last = timezone.localdate(now + timedelta(days=9))
    assert str(last.year) in page


# Leaving


def test_who_leaves_hears_that_their_vouchers_cannot_be_seen_any_more(door, member, now):
    assert "voucher" not in text(door.get("/my/leave/"))
    voucher(member, now=now)
    gone = voucher(member, now=now)
    Voucher.objects.filter(pk=gone.pk).update(used=1)

    page = text(door.get("/my/leave/"))

    assert "You have 1 voucher to use. It stays good" in page
