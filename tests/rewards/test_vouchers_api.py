"""The life of a voucher as a till speaks it."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from members.actions.proof import proof_key
from members.card_proof import code, step_at
from members.models import Card, Scope
from points.models import Lot
from points.reports.verification import verify_ledger
from rewards.codes import new_code, shown
from rewards.models import Reservation, Voucher, WrongTry
from tests import make
from tests.api.conftest import Till, till_with
from tests.rewards import tills

pytestmark = pytest.mark.django_db
ORDER = {"total": "40.00", "currency": "EUR"}


@pytest.fixture
def source(db):
    return make.source("chain")


@pytest.fixture
def till(source):
    return till_with(*Scope.values, source=source)


@pytest.fixture
def fresh():
    """A moment of the real clock, by which vouchers here are valid."""
    return timezone.now() - timedelta(minutes=1)


@pytest.fixture
def voucher(fresh):
    return tills.voucher(now=fresh)


def proof_of(member):
    card = Card.objects.get(member=member)
    return f"{card.number}{code(proof_key(number=card.number), step_at(timezone.now()))}"


def reserve(till, voucher, *, key="k-1", **order):
    body = {"reservation": key, "code": shown(tills.code(voucher)), "order": ORDER | order}
    return till.post("/vouchers/reservations", body)


def reservation(answer):
    return answer.json()["vouchers"][0]["id"]


def capture(till, held, **body):
    return till.post(f"/vouchers/reservations/{held}/capture", body)


def test_a_voucher_is_validated_held_used_and_given_back(till, voucher):
    asked = till.post("/vouchers/validate", {"code": tills.code(voucher), "order": ORDER})
    held = reserve(till, voucher)
    used = capture(till, reservation(held))
    back = till.post(f"/vouchers/captures/{used.json()['capture']}/rollback", {"rollback": "r-1"})

    assert asked.json()["off"] == held.json()["off"] == "5.00"
    assert asked.json()["vouchers"][0]["voucher"]["ends_in"] == voucher.tail
    statuses = [one.status_code for one in (asked, held, used, back)]
    assert statuses == [200, 201, 201, 201]
    assert (back.json()["amount"], back.json()["points"]) == ("5.00", 0)


def test_each_step_sent_again_is_answered_the_same(till, voucher):
    held = reserve(till, voucher)
    used = capture(till, reservation(held))
    address = f"/vouchers/captures/{used.json()['capture']}/rollback"
    back = till.post(address, {"rollback": "r-1", "amount": "2.00"})

    again = [
        capture(till, reservation(held)),
        till.post(address, {"rollback": "r-1", "amount": "2.00"}),
    ]

    assert [one.status_code for one in again] == [200, 200]
    assert reserve(till, voucher, total="40.0").json()["reservation"] == "k-1"
    assert till.post(address, {"rollback": "r-1", "amount": "2"}).content == back.content
    assert [one.content for one in again] == [used.content, back.content]
    other = till.post(address, {"rollback": "r-1", "amount": "3.00"})
    assert (other.status_code, other.json()["code"]) == (409, "other_content")


def test_no_code_stands_in_an_answer(till, voucher):
    secret = tills.code(voucher)
    asked = till.post("/vouchers/validate", {"code": secret, "order": ORDER})
    held = reserve(till, voucher)

    for answer in (asked, held):
        assert secret not in answer.content.decode()
        assert shown(secret) not in answer.content.decode()


def test_several_vouchers_are_told_one_by_one_with_what_would_help(till, fresh):
    early = tills.voucher(now=fresh, valid_from=fresh + timedelta(days=2))
    dear = tills.voucher(now=fresh, least_order=Decimal("44.00"))
    good = tills.voucher(now=fresh, gives="percentage")
    codes = [tills.code(one) for one in (early, dear, good)]

    asked = till.post("/vouchers/validate", {"codes": [*codes, new_code()], "order": ORDER}).json()

    told = [[reason["code"] for reason in one["reasons"]] for one in asked["vouchers"]]
    assert told == [["voucher_early"], ["order_too_small"], [], ["voucher_not_usable"]]
    assert asked["vouchers"][1]["reasons"][0]["missing"] == "4.00"
    assert asked["vouchers"][1]["reasons"][0]["message"].startswith("€4.00 more")
    assert asked["vouchers"][3]["voucher"] is None
    assert asked["off"] == "4.00"


def test_what_is_not_valid_is_refused_with_its_reasons(till, fresh):
    dear = tills.voucher(now=fresh, least_order=Decimal("44.00"))

    answer = reserve(till, dear)

    assert (answer.status_code, answer.json()["code"]) == (409, "order_too_small")
    assert answer.json()["details"]["vouchers"][0]["reasons"][0]["missing"] == "4.00"
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("body", [{}, {"code": "A", "codes": ["B"]}, {"codes": []}])
def test_one_code_or_several_and_not_both(till, body):
    answer = till.post("/vouchers/validate", body | {"order": ORDER})

    assert (answer.status_code, answer.json()["code"]) == (422, "not_valid")


def test_wrong_codes_are_answered_429_with_how_long_to_wait(till):
    with time_machine.travel(timezone.now().replace(second=18), tick=False):
        for _ in range(10):
            till.post("/vouchers/validate", {"code": new_code(), "order": ORDER})
        answer = till.post("/vouchers/validate", {"code": new_code(), "order": ORDER})

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_wrong_codes")
    assert answer.headers["Retry-After"] == "41"
    assert WrongTry.objects.get().tries == 10


def test_another_till_of_the_business_goes_on_and_another_business_does_not(till, source, voucher):
    held = reservation(reserve(till, voucher))
    sibling = till_with(*Scope.values, source=source, name="Till 2")
    stranger = till_with(*Scope.values, source=make.source("other"), name="Till 3")

    refused = capture(stranger, held)
    used = capture(sibling, held)
    rolled = stranger.post(
        f"/vouchers/captures/{used.json()['capture']}/rollback", {"rollback": "r"}
    )

    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_reservation")
    assert used.status_code == 201
    assert (rolled.status_code, rolled.json()["code"]) == (404, "unknown_capture")


def test_an_order_that_is_cancelled_lets_its_voucher_go(till, voucher):
    held = reservation(reserve(till, voucher))

    gone = till.post(f"/vouchers/reservations/{held}/release", {})
    late = capture(till, held)

    assert (gone.status_code, gone.json()["state"]) == (200, "released")
    assert (late.status_code, late.json()["code"]) == (409, "reservation_released")
    assert reserve(till, voucher, key="k-2").status_code == 201


def test_who_shows_their_card_hears_why_their_voucher_is_of_no_use(till, fresh):
    make.published_program()
    sanne = make.member()
    voucher = tills.voucher(now=fresh, member_id=sanne.pk)
    capture(till, reservation(reserve(till, voucher)))
    body = {"code": tills.code(voucher), "order": ORDER}

    stranger = till.post("/vouchers/validate", body).json()
    owner = till.post("/vouchers/validate", body | {"proof": proof_of(sanne)}).json()
    wrong = till.post("/vouchers/validate", body | {"proof": "2" * 21})

    assert stranger["vouchers"][0]["reasons"][0]["code"] == "voucher_not_usable"
    assert owner["vouchers"][0]["reasons"][0]["code"] == "voucher_used"
    assert (wrong.status_code, wrong.json()["code"]) == (403, "proof_wrong")


@pytest.fixture
def sanne(db, fresh):
    make.published_program()
    return make.member(points=800, now=fresh)


def redeem(till, sanne, *, key="k-1", number=None, **body):
    number = number or Card.objects.get(member=sanne).number
    return till.post(f"/members/{number}/redemptions", body, **{"Idempotency-Key": key})


def test_points_are_spent_by_who_shows_their_card(till, sanne):
    reward = make.reward()

    answer = redeem(till, sanne, reward=reward.pk, proof=proof_of(sanne))
    again = redeem(till, sanne, reward=reward.pk, proof=proof_of(sanne))

    told = answer.json()
    assert (answer.status_code, again.status_code) == (201, 200)
    assert answer.content == again.content
    assert (told["points"], make.balance(sanne)) == (500, 300)
    assert told["voucher"]["code"] == shown(tills.code(Voucher.objects.get()))


def test_the_eight_digits_alone_will_do(till, sanne):
    proof = proof_of(sanne)[13:]

    answer = redeem(till, sanne, reward=make.reward().pk, proof=f"{proof[:4]} {proof[4:]}")

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("proof", "expected"), [(None, "no_proof"), ("48213907", "proof_wrong"), ("x", "proof_wrong")]
)
def test_a_card_number_alone_never_spends(till, sanne, proof, expected):
    body = {"proof": proof} if proof else {}

    answer = redeem(till, sanne, reward=make.reward().pk, **body)

    assert (answer.status_code, answer.json()["code"]) == (403, expected)
    assert make.balance(sanne) == 800


def test_a_code_of_a_card_opens_one_redemption(till, sanne):
    reward, proof = make.reward(points=100), proof_of(sanne)
    redeem(till, sanne, reward=reward.pk, proof=proof)

    again = redeem(till, sanne, reward=reward.pk, proof=proof, key="k-2")

    assert (again.status_code, again.json()["code"]) == (403, "proof_used")
    assert make.balance(sanne) == 700


def test_what_is_refused_leaves_the_code_unused(till, sanne):
    proof = proof_of(sanne)

    dear = redeem(till, sanne, reward=make.reward(points=900).pk, proof=proof)
    cheap = redeem(till, sanne, reward=make.reward(points=100).pk, proof=proof, key="k-2")

    assert (dear.status_code, dear.json()["code"]) == (409, "not_enough_points")
    assert dear.json()["details"] == {"missing": 100}
    assert cheap.status_code == 201


def test_anothers_card_spends_nothing(till, sanne):
    other = make.member(points=800, now=timezone.now() - timedelta(minutes=1))

    answer = redeem(till, sanne, reward=make.reward().pk, proof=proof_of(other))

    assert (answer.status_code, answer.json()["code"]) == (403, "proof_wrong")


def test_the_same_key_with_another_wish_is_refused(till, sanne):
    redeem(till, sanne, reward=make.reward(points=100).pk, proof=proof_of(sanne))

    other = redeem(till, sanne, reward=make.reward(points=100).pk, proof=proof_of(sanne))

    assert (other.status_code, other.json()["code"]) == (409, "other_content")


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"reward": 2**31 - 1}, 404, "unknown_reward"),
        ({"reward": 2**63}, 422, "not_valid"),
        ({"points": 10**9}, 422, "not_valid"),
        ({"points": 501}, 409, "no_such_price"),
        ({"revision": 2}, 409, "reward_repriced"),
    ],
)
def test_a_wish_that_cannot_be_is_told_so(till, sanne, body, status, expected):
    asked = {"reward": make.reward().pk, "proof": proof_of(sanne)} | body

    answer = redeem(till, sanne, **asked)

    assert (answer.status_code, answer.json()["code"]) == (status, expected)
    assert make.balance(sanne) == 800


@pytest.mark.parametrize("number", ["0", "%00", "%ED%A0%80", "9" * 5_000])
def test_a_number_that_is_nobodys_is_not_found(till, number):
    body = {"reward": 1, "proof": "12345678"}
    answer = till.post(f"/members/{number}/redemptions", body, **{"Idempotency-Key": "one"})

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_member")


def test_points_come_back_through_the_till(till, sanne):
    before = dict(Lot.objects.values_list("pk", "remaining"))
    redeem(till, sanne, reward=make.reward().pk, proof=proof_of(sanne))
    used = capture(till, reservation(reserve(till, Voucher.objects.get())))

    back = till.post(f"/vouchers/captures/{used.json()['capture']}/rollback", {"rollback": "r-1"})

    assert back.json()["points"] == 500
    assert dict(Lot.objects.values_list("pk", "remaining")) == before
    assert verify_ledger().violations == []


def test_the_catalog_comes_in_pages_and_without_what_is_for_some(till):
    rewards = [make.reward() for _ in range(3)]
    make.reward(audience="invited")
    make.reward(state="draft")

    first = till.get("/rewards?limit=2").json()
    rest = till.get(f"/rewards?limit=2&after={first['next']}").json()

    told = [one["reward"] for one in first["rewards"] + rest["rewards"]]
    assert told == [reward.pk for reward in rewards]
    assert rest["next"] is None
    assert Till().get("/rewards").status_code == 401
