"""Nobody finds a code by trying: strangers hear the same, and soon nothing at all."""

from datetime import timedelta
from decimal import Decimal

import pytest

from rewards.actions.captures import capture_reservation
from rewards.actions.reservations import VouchersRefused, reserve_voucher
from rewards.actions.voiding import void_voucher
from rewards.actions.wrong_tries import TooManyWrongCodes, check_may_try, note_wrong_try
from rewards.codes import new_code
from rewards.models import WrongTry
from rewards.order_rules import Order, Why
from rewards.reports.validation import UNKNOWN, Asker, validated, vouchers_of
from rewards.signals import codes_guessed
from tests import make
from tests.rewards import tills

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
MINUTE = timedelta(minutes=1)


def used(now=make.NOW, **facts):
    voucher = tills.voucher(**facts)
    held = tills.reserved(voucher)
    capture_reservation(reservation_id=held.pk, amount=None, actor="user:0", now=now)
    return voucher


def expired(**facts):
    return tills.voucher(now=make.NOW - timedelta(days=40), **facts)


def void(now=make.NOW, **facts):
    voucher = tills.voucher(**facts)
    return void_voucher(voucher_id=voucher.pk, staff_id=make.staff().pk, reason="Lost", now=now)


SPOILED = {"used": used, "expired": expired, "void": void}


def told(code, asker, *, now=make.NOW, reference="", total="40.00"):
    (answer,) = validated(
        vouchers=vouchers_of([code]),
        order=Order(total=Decimal(total), reference=reference),
        asker=asker,
        now=now,
    )
    return answer


def guess(client_id, *, now=make.NOW, code=None, key="k"):
    return reserve_voucher(
        code=code or new_code(),
        order=Order(total=Decimal(40)),
        key=key,
        client_id=client_id,
        actor="api:1",
        member_id=None,
        now=now,
    )


def wrong(times, client_id, *, now=make.NOW):
    for _ in range(times):
        with pytest.raises(VouchersRefused):
            guess(client_id, now=now)


@pytest.mark.parametrize("spoil", SPOILED)
def test_unknown_used_expired_and_withdrawn_codes_are_alike_to_a_stranger(spoil):
    stranger = Asker(source_id=make.source())
    code = tills.code(SPOILED[spoil]())

    answers = [told(code, stranger), told(new_code(), stranger), told("no code", stranger)]

    assert [answer.voucher for answer in answers] == [None] * 3
    assert [answer.told for answer in answers] == [UNKNOWN] * 3


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_stranger_hears_as_little_of_one_the_order_does_not_fit(spoil):
    code = tills.code(SPOILED[spoil](least_order=Decimal("40.00")))

    assert told(code, Asker(source_id=make.source()), total="1.00").told == UNKNOWN


@pytest.mark.parametrize("spoil", SPOILED)
def test_staff_and_who_shows_the_owners_card_see_why(spoil):
    make.published_program()
    sanne, other = make.member(), make.member()
    code = tills.code(SPOILED[spoil](member_id=sanne.pk))
    why = {"used": Why.USED, "expired": Why.EXPIRED, "void": Why.WITHDRAWN}[spoil]
    source = make.source()

    def whys(asker):
        return [reason.why for reason in told(code, asker).told.reasons]

    assert whys(Asker()) == [why]
    assert whys(Asker(source_id=source, member_id=sanne.pk, is_proven=True)) == [why]
    assert whys(Asker(source_id=source, member_id=sanne.pk)) == [Why.NOT_USABLE]
    assert whys(Asker(source_id=source, member_id=other.pk, is_proven=True)) == [Why.NOT_USABLE]


def test_the_order_it_was_used_on_is_told_so(now):
    voucher, till = tills.voucher(), tills.till()
    held = tills.reserved(voucher, client_id=till, order="O-1")
    capture_reservation(reservation_id=held.pk, amount=None, actor="api:1", now=now)
    asker = Asker(source_id=make.source())

    bound = told(tills.code(voucher), asker, reference="O-1")

    assert [reason.why for reason in bound.told.reasons] == [Why.USED]
    assert told(tills.code(voucher), asker, reference="O-2").told == UNKNOWN


def test_ten_wrong_codes_a_minute_and_then_none_not_even_a_right_one(now):
    till, code = tills.till(), tills.code(tills.voucher())
    wrong(10, till)

    with pytest.raises(TooManyWrongCodes) as raised:
        guess(till, code=code, now=now + timedelta(seconds=18))

    assert raised.value.details == {"retry_after": 42}
    assert guess(till, code=code, now=now + MINUTE).pk


def test_a_hundred_wrong_codes_an_hour(now):
    till = tills.till()
    for minute in range(10):
        wrong(10, till, now=now + minute * MINUTE)

    with pytest.raises(TooManyWrongCodes) as raised:
        guess(till, now=now + 20 * MINUTE)

    assert raised.value.details == {"retry_after": 40 * 60}
    check_may_try(client_id=till, staff_id=None, now=now + 60 * MINUTE)


def test_other_clients_and_staff_are_counted_by_themselves(now):
    one, other, staff = tills.till("Till 1"), tills.till("Till 2"), make.staff().pk
    wrong(10, one)

    wrong(1, other)
    check_may_try(client_id=None, staff_id=staff, now=now)

    assert dict(WrongTry.objects.values_list("client", "tries")) == {one: 10, other: 1}


def test_right_codes_are_not_counted():
    till = tills.till()
    for number in range(12):
        guess(till, code=tills.code(tills.voucher()), key=f"k{number}")

    assert not WrongTry.objects.exists()


def test_what_the_order_does_not_fit_is_no_wrong_try():
    till = tills.till()
    voucher = tills.voucher(least_order=Decimal(100))

    with pytest.raises(VouchersRefused, match="more"):
        guess(till, code=tills.code(voucher))

    assert not WrongTry.objects.exists()


def test_the_alarm_rings_once_an_hour(now, django_capture_on_commit_callbacks):
    till, heard = tills.till(), []

    def listen(sender, wrong_try_id, **_facts):
        heard.append(wrong_try_id)

    codes_guessed.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        for minute in range(12):
            note_wrong_try(
                client_id=till, staff_id=None, now=now + minute * MINUTE, many=9 + minute
            )

    row = WrongTry.objects.get()
    assert (row.tries, row.alarmed_at) == (sum(range(9, 21)), now + MINUTE)
    assert heard == [row.pk]


def test_counting_needs_no_cache(now, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    till = tills.till()
    wrong(10, till)

    with pytest.raises(TooManyWrongCodes):
        guess(till)
