"""The catalog in the back office: made by a form, priced, put in, counted, withdrawn."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from members.models import StaffAct
from rewards.models import Reward, Stock
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.admin.test_traces import Fields

pytestmark = pytest.mark.django_db
LIST = "/admin/rewards/reward/"
SEES = (
    "rewards.view_reward",
    "rewards.add_reward",
    "rewards.change_reward",
    "rewards.change_stock",
)
DISCOUNT = {
    "gives": "discount",
    "name_nl": "Korting",
    "name_en": "Discount",
    "points": "500",
    "value": "5",
}


def at_work(*permissions, language="en"):
    return at_desk(with_factor(make.staff_with(*permissions, language=language)))


@pytest.fixture
def desk():
    return at_work(*SEES)


def filled(desk, address=f"{LIST}add/", **changes):
    """Send the form as a browser would."""
    shown_now = Fields(desk.get(address).content.decode()).values
    return desk.post(address, shown_now | DISCOUNT | changes)


def page(of, name="change") -> str:
    return f"{LIST}{of.pk}/{name}/"


def faults(answer) -> dict:
    return answer.context["adminform"].form.errors


def counted(desk, made, **answers):
    address = page(made, "stock")
    return desk.post(address, Fields(desk.get(address).content.decode()).values | answers)


def test_a_reward_is_made_by_a_form_and_is_a_draft(desk):
    filled(desk, step_points="100", step_value="1", most_points="5000", cost="4.50")

    made = Reward.objects.get()
    assert (made.state, made.points, made.value) == ("draft", 500, Decimal(5))
    assert (made.step_points, made.step_value, made.most_points) == (100, Decimal(1), 5000)
    assert made.cost == Decimal("4.50")


def test_amounts_are_typed_as_the_reader_writes_them():
    filled(at_work(*SEES, language="nl"), value="7,50", cost="4,25")

    made = Reward.objects.get()
    assert (made.value, made.cost) == (Decimal("7.50"), Decimal("4.25"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"points": ""}, "points"),
        ({"points": "0"}, "points"),
        ({"points": "99999999999999999999999"}, "points"),
        ({"value": ""}, "value"),
        ({"value": "0"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "1e30"}, "value"),
        ({"gives": "percentage"}, "percent"),
        ({"gives": "percentage", "percent": "101"}, "percent"),
        ({"gives": "product"}, "product"),
        ({"gives": "nothing"}, "gives"),
        ({"step_points": "100"}, "step_value"),
        ({"step_points": "0", "step_value": "1", "most_points": "900"}, "step_points"),
        ({"step_points": "100", "step_value": "0", "most_points": "900"}, "step_value"),
        ({"step_points": "100", "step_value": "1", "most_points": "400"}, "most_points"),
        ({"per_member": "0"}, "per_member"),
        ({"valid_months": "0"}, "valid_months"),
        ({"valid_months": "121"}, "valid_months"),
        ({"name_nl": "A\x00B"}, "name_nl"),
        (
            {
                "from_at_0": "2026-05-02",
                "from_at_1": "10:00",
                "until_at_0": "2026-05-01",
                "until_at_1": "10:00",
            },
            "until_at",
        ),
    ],
)
def test_a_wrong_answer_is_told_beside_its_field_and_makes_nothing(desk, changes, field):
    answer = filled(desk, **changes)

    assert answer.status_code == 200
    assert field in faults(answer)
    assert not Reward.objects.exists()


def test_what_was_filled_in_for_another_kind_is_left_out(desk):
    filled(desk, percent="abc", most_off="3", product="8710400")

    made = Reward.objects.get()
    assert (made.percent, made.most_off, made.product) == (None, None, "")


def test_a_percentage_keeps_no_value_and_no_choice_of_points(desk):
    choice = {"step_points": "100", "step_value": "1", "most_points": "900"}

    filled(desk, gives="percentage", percent="10", **choice)

    made = Reward.objects.get()
    assert (made.percent, made.value, made.step_points) == (Decimal(10), None, None)


def test_another_price_is_another_revision_and_another_text_is_not(desk):
    made = make.reward()

    filled(desk, page(made), name_nl=made.name_nl, text_en="New words")
    after_words = Reward.objects.get().revision
    filled(desk, page(made), name_nl=made.name_nl, points="600")

    assert (after_words, Reward.objects.get().revision) == (1, 2)


def test_it_goes_into_the_catalog_and_out_of_it_by_a_button_each(desk):
    made = make.reward(state="draft")

    assert page(made, "withdraw") not in desk.get(page(made)).content.decode()
    desk.post(page(made, "put-in"), {"reason": "Spring"})
    made.refresh_from_db()
    assert made.state == "live"
    desk.post(page(made, "withdraw"), {"reason": "Spring is over"})
    made.refresh_from_db()
    assert made.state == "withdrawn"
    assert list(StaffAct.objects.on(made).order_by("pk").values_list("reason", flat=True)) == [
        "Spring",
        "Spring is over",
    ]


def test_stock_comes_in_or_is_counted(desk):
    made = make.reward()

    counted(desk, made, how="counted", pieces="7", reason="Counted")
    counted(desk, made, how="came_in", pieces="3", reason="A box")

    assert Stock.objects.get(pk=made.pk).left == 10
    acts = list(StaffAct.objects.on(made).order_by("pk").values_list("before", "after"))
    assert acts == [({"left": None}, {"left": 7}), ({"left": 7}, {"left": 10})]


def test_pieces_that_are_sent_twice_come_in_once(desk):
    made = make.reward(stock=2)
    address = page(made, "stock")
    box = {"how": "came_in", "pieces": "3", "reason": "A box"}
    body = Fields(desk.get(address).content.decode()).values | box

    for _click in range(2):
        desk.post(address, body)

    assert Stock.objects.get(pk=made.pk).left == 5


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"0" * 50])
def test_a_file_that_is_no_picture_is_told_so(desk, content):
    made = make.reward()
    upload = SimpleUploadedFile("reward.png", content, "image/png")

    answer = desk.post(page(made, "picture"), {"language": "both", "picture": upload, "alt": ""})

    assert answer.status_code == 200
    assert "picture" in answer.context["form"].errors
    assert not made.pictures.exists()


def test_the_list_asks_as_little_of_many_as_of_few(
    desk, django_assert_num_queries, django_assert_max_num_queries
):
    make.reward(stock=3)
    desk.get(LIST)
    with django_assert_max_num_queries(9) as first:
        desk.get(LIST)
    for number in range(8):
        make.reward(stock=number)

    with django_assert_num_queries(len(first)):
        desk.get(LIST)
