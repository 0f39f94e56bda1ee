"""Vouchers on the counter's pages: found by code or card, confirmed, and in no address."""

from decimal import Decimal

import pytest
from django.utils import timezone

from members.actions.proof import proof_key
from members.card_proof import code, step_at
from members.models import Card
from rewards.codes import new_code, shown
from rewards.models import Capture, Voucher
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.rewards import tills
from tests.rewards.issued import gift_card, reward, voucher

pytestmark = pytest.mark.django_db
COUNTER = "/admin/counter/"
USE = "/admin/counter/voucher/"


@pytest.fixture
def joost():
    make.published_program()
    may = ("members.look_up_member", "rewards.look_up_voucher")
    return with_factor(make.staff_with(*may, language="en"))


@pytest.fixture
def counter(joost):
    return at_desk(joost)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def anna(joost):
    return make.member(name="Anna Visser")


def proof_of(member) -> str:
    card = Card.objects.get(member=member)
    return f"{card.number}{code(proof_key(number=card.number), step_at(timezone.now()))}"


def text(answer) -> str:
    return answer.content.decode()


def ask(client, line):
    return client.post(COUNTER, {"line": line})


def send(client, one, page, **answers):
    asked = {"code": tills.code(one), "key": str(page.context["form"]["key"].value())}
    return client.post(USE, asked | answers)


@pytest.mark.parametrize(
    "write", [shown, str, str.lower, lambda code: shown(code).replace("-", " ")]
)
def test_a_scanned_code_shows_what_it_is_whose_and_until_when(counter, anna, now, write):
    mine = voucher(anna, now=now)

    page = ask(counter, write(tills.code(mine)))

    assert "€8 off an order" in text(page)
    assert "Anna Visser" in text(page)
    assert "no-store" in page.headers.get("Cache-Control", "no-store")


def test_a_card_still_leads_to_its_member_with_their_vouchers(counter, anna, now):
    mine = voucher(anna, now=now)

    found = ask(counter, anna.cards.get().number)
    page = text(counter.get(found["Location"]))

    assert found["Location"] == f"{COUNTER}{anna.pk}/"
    assert f"… {mine.tail}" in page
    assert tills.code(mine)[:10] not in page.replace("-", "")


def test_nothing_happens_before_it_is_agreed_to(counter, anna, now):
    mine = voucher(anna, now=now)
    page = ask(counter, tills.code(mine))

    offered = send(counter, mine, page, total="30,00")
    offered = send(counter, mine, page, total="30.00")

    assert "Take €8.00 off" in text(offered)
    assert "€22.00" in text(offered)
    assert not Capture.objects.exists()


def test_once_agreed_it_is_used_and_a_second_click_uses_nothing_more(counter, anna, now):
    card = gift_card(anna, "25.00", now=now)
    page = ask(counter, tills.code(card))

    answers = {"total": "10.00", "order": "A-1", "agreed": "1"}
    used = [send(counter, card, page, **answers) for _ in range(2)]

    capture = Capture.objects.get()
    assert [one["Location"] for one in used] == [f"/admin/counter/used/{capture.reference}/"] * 2
    assert "€15.00" in text(counter.get(used[0]["Location"]))
    counter.post(f"/admin/counter/used/{capture.reference}/undo/")
    card.refresh_from_db()
    assert card.left == Decimal("25.00")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"total": ""}, "required"),
        ({"total": "-1"}, "greater than or equal"),
        ({"total": "abc"}, "number"),
        ({"total": "9" * 40}, "digits"),
        ({"total": "10.00"}, "€40.00 more"),
    ],
)
def test_what_is_wrong_stands_beside_the_form(counter, anna, now, answers, words):
    mine = voucher(anna, now=now, least_order=Decimal(50))
    page = ask(counter, tills.code(mine))

    told = send(counter, mine, page, **answers)

    assert told.status_code == 200
    form = told.context["form"]
    assert form.errors
    assert not Capture.objects.exists()


def test_a_product_asks_its_price_and_a_service_asks_no_total(counter, anna, now):
    bag = voucher(anna, None, now=now, gives="product", product="bag")
    perk = voucher(anna, None, now=now, gives="perk")

    for one, answers in ((bag, {"total": "30", "price": "4.50"}), (perk, {})):
        page = ask(counter, tills.code(one))
        send(counter, one, page, **answers, agreed="1")

    assert sorted(Capture.objects.values_list("amount", flat=True)) == [0, Decimal("4.50")]


def test_a_voucher_that_is_over_says_so_and_asks_nothing(counter, anna, now):
    mine = voucher(anna, now=now)
    Voucher.objects.filter(pk=mine.pk).update(voided_at=now)

    page = ask(counter, tills.code(mine))

    assert "withdrawn" in text(page)
    assert page.context["form"] is None
    assert send(counter, mine, ask(counter, tills.code(voucher(anna, now=now)))).status_code == 200
    assert not Capture.objects.exists()


@pytest.mark.parametrize("line", ["AAAAA-AAAAA-AAAAA", "00000 00000 00000", "12345abcde12345"])
def test_a_code_that_is_not_known_is_told_and_counted(counter, joost, line):
    page = ask(counter, line)

    assert "No voucher has this code" in text(page)


def test_who_tries_codes_is_stopped(counter, joost):
    for _ in range(10):
        ask(counter, new_code())

    assert "Too many codes that are no good" in text(ask(counter, new_code()))


def test_a_word_for_everybody_is_found_and_a_name_is_still_a_name(counter, anna, now):
    assert "A name alone is not enough" in text(ask(counter, "Visser"))


def test_who_may_not_look_up_vouchers_sees_none(anna, now):
    other = at_desk(with_factor(make.staff_with("members.look_up_member", language="en")))
    mine = voucher(anna, now=now)

    page = ask(other, tills.code(mine))

    assert "Vouchers are not yours to look up" in text(page)
    assert tills.code(mine) not in text(page)
    assert other.post(USE, {"code": tills.code(mine)}).status_code == 403
    assert mine.tail not in text(other.get(f"{COUNTER}{anna.pk}/"))
    assert other.get(f"{COUNTER}{anna.pk}/reward/").status_code == 403


def test_what_a_member_can_have_is_offered_at_each_price(counter, anna, now):
    make.give(anna, 1500, now=now)
    fits = reward(changed_at=now)
    reward(points=9000, changed_at=now)
    reward(
        points=500,
        value=Decimal(5),
        step_points=500,
        step_value=Decimal(5),
        most_points=2000,
        changed_at=now,
    )

    page = counter.get(f"{COUNTER}{anna.pk}/reward/")

    values = [value for value, _label in page.context["form"].fields["choice"].choices]
    assert len(values) == 4
    assert f"{fits.pk}-800-1" in values


def test_a_second_click_shows_the_voucher_though_nothing_is_left_to_spend(counter, anna, now):
    make.give(anna, 800, now=now)
    what = reward(changed_at=now)
    page = counter.get(f"{COUNTER}{anna.pk}/reward/")
    asked = {
        "choice": f"{what.pk}-800-1",
        "shown": proof_of(anna),
        "key": str(page.context["form"]["key"].value()),
    }

    first, again = (counter.post(f"{COUNTER}{anna.pk}/reward/", asked) for _ in range(2))

    mine = Voucher.objects.get(member=anna)
    assert first.context["voucher"] == again.context["voucher"] == mine
    other = counter.post(f"{COUNTER}{anna.pk}/reward/", asked | {"choice": f"{what.pk}-900-1"})
    assert other.context["form"].errors


@pytest.mark.parametrize("choice", ["", "x", "1-2-3", "0-0-0"])
def test_a_choice_that_is_none_is_refused(counter, anna, choice):
    asked = {"choice": choice, "shown": "1", "key": "x"}

    page = counter.post(f"{COUNTER}{anna.pk}/reward/", asked)

    assert page.status_code == 200
    assert page.context["form"].errors


@pytest.mark.parametrize("number", ["0", "999999999"])
def test_nobody_redeems_for_who_is_not_there(counter, number):
    assert counter.get(f"{COUNTER}{number}/reward/").status_code == 404
