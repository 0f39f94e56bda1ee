"""A code for everybody that each member may use so many times."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from members.refusals import Refusal
from rewards.actions.captures import capture_reservation
from rewards.actions.reservations import release_reservation
from rewards.actions.rollbacks import roll_back
from rewards.models import Capture, Reservation
from tests import make
from tests.members.at_once import at_once
from tests.rewards import tills
from tests.rewards.codes_made import promotion

pytestmark = pytest.mark.django_db
LATER = make.NOW + timedelta(minutes=15)


@pytest.fixture
def word():
    return promotion("SUMMER25", per_member=1).vouchers.get()


@pytest.fixture
def sanne():
    return make.member()


def hold(word, by, *, now=make.NOW, **fields):
    return tills.reserved(word, member_id=by and by.pk, now=now, **fields)


def use(word, by, *, now=make.NOW, **fields) -> Capture:
    held = hold(word, by, now=now, **fields)
    return capture_reservation(reservation_id=held.pk, amount=None, actor="user:0", now=now)


def refused(word, by, *, now=make.NOW, **fields) -> str:
    with pytest.raises(Refusal) as refusal:
        hold(word, by, now=now, **fields)
    return refusal.value.code


def give_back(capture, amount, key):
    roll_back(
        capture_id=capture.pk,
        amount=Decimal(amount),
        key=key,
        client_id=None,
        actor="user:0",
        now=make.NOW,
    )


def test_a_member_uses_it_as_often_as_they_may_and_another_still_does(word, sanne):
    use(word, sanne)

    assert refused(word, sanne) == "used_by_member"
    use(word, make.member())

    word.refresh_from_db()
    assert (word.used, word.reserved) == (2, 0)


@pytest.mark.parametrize("name", ["", "Till 1"])
def test_without_a_card_it_is_used_nowhere(word, name):
    client = tills.till(name) if name else None

    assert refused(word, None, client_id=client) == "member_needed"

    assert not Reservation.objects.exists()


def test_without_a_limit_for_each_nobody_has_to_say_whose_it_is(sanne):
    free = promotion("WINTER25").vouchers.get()

    for by in (None, sanne, sanne):
        use(free, by)

    free.refresh_from_db()
    assert free.used == 3


def test_what_a_till_holds_for_a_member_counts_until_it_ran_out(word, sanne):
    hold(word, sanne, client_id=tills.till("Till 1"))

    assert refused(word, sanne, now=LATER - make.A_MOMENT) == "used_by_member"
    assert hold(word, sanne, now=LATER).until > LATER


def test_what_was_let_go_counts_no_more(word, sanne):
    release_reservation(reservation_id=hold(word, sanne).pk, now=make.NOW)

    assert use(word, sanne).amount == 5


def test_a_use_returns_to_the_member_once_all_of_it_came_back(word, sanne):
    used = use(word, sanne)

    give_back(used, "4.00", "k-1")
    assert refused(word, sanne) == "used_by_member"
    give_back(used, "1.00", "k-2")

    assert use(word, sanne).amount == 5


@pytest.mark.django_db(transaction=True)
def test_tills_at_once_let_a_member_use_it_no_more_than_they_may():
    word, sanne = promotion("AUTUMN25", per_member=2).vouchers.get(), make.member()
    clients = [tills.till("Till 1"), tills.till("Till 2", source_id=make.source("web")), None]

    def work(number):
        use(word, sanne, client_id=clients[number % 3], key=f"k-{number}")
        return "used"

    answers = Counter(at_once(work, 16))

    assert answers == {"used": 2, "used_by_member": 14}
    word.refresh_from_db()
    assert (word.used, word.reserved) == (2, 0)
