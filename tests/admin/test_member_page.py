"""The members' list and a member's page."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from members.models import Card, Member
from points.events import Line
from tests import make

pytestmark = pytest.mark.django_db
LIST = "/admin/members/member/"


@pytest.fixture
def program():
    return make.published_program(excluded='["TOBACCO"]')


def names(answer) -> list[str]:
    return [str(member) for member in answer.context["cl"].result_list]


@pytest.mark.parametrize("text", ["anna", "ANNA v", "anna.vis@", " anna"])
def test_a_member_is_found_by_the_beginning_of_name_or_address(desk, text):
    make.member(name="Anna Visser", email="anna.vis@example.nl")
    make.member(name="Johanna Bos", email="joh@example.nl")

    assert names(desk.get(LIST, {"q": text})) == ["Anna Visser"]


def test_a_member_is_found_by_the_first_digits_of_a_card(desk):
    anna = make.member(name="Anna Visser")
    make.member(name="Johanna Bos")
    number = Card.objects.get(member=anna).number

    assert names(desk.get(LIST, {"q": number})) == ["Anna Visser"]
    assert "Anna Visser" in names(desk.get(LIST, {"q": number[:6]}))


def test_members_are_filtered_by_status_and_by_tier(desk, program):
    silver = make.member(name="Silver")
    make.purchase(silver, "600.00")
    make.member(name="Frozen", points=5)
    Member.objects.filter(name="Frozen").update(status="frozen")

    assert names(desk.get(LIST, {"status__exact": "frozen"})) == ["Frozen"]
    assert names(desk.get(LIST, {"account__tier__rank__exact": 1})) == ["Silver"]


def test_the_list_asks_as_little_for_many_members_as_for_one(
    desk, program, django_assert_max_num_queries, django_assert_num_queries
):
    make.member(points=5)
    desk.get(LIST)
    with django_assert_max_num_queries(12) as first:
        desk.get(LIST)
    for _ in range(5):
        make.member(points=5)

    with django_assert_num_queries(len(first)):
        desk.get(LIST)


def test_the_page_tells_what_a_member_has_and_why(desk, program):
    now = timezone.now()
    member = make.member(name="Anna Visser", now=now)
    make.purchase(
        member,
        "25.00",
        at=now - timedelta(days=3),
        now=now,
        receipt="R-1",
        lines=(
            Line(1, "p1", "FOOD", "TEA", Decimal(1), Decimal("20.00")),
            Line(2, "p2", "SHOP", "TOBACCO", Decimal(1), Decimal("5.00")),
        ),
    )
    make.give(member, 30, now=now)

    page = desk.get(f"{LIST}{member.pk}/change/", headers={"accept-language": "en"})

    top = page.context["above"][1].facts["stands"]
    assert (top.balance, top.spendable, top.pending, top.debt) == (50, 50, 0, 0)
    text = page.content.decode()
    assert "Anna Visser" in text
    assert Card.objects.get(member=member).number in text
    assert "R-1" in text
    assert "TOBACCO" in text
    assert "+20" in text
    assert "+30" in text


def test_the_page_takes_the_same_few_queries_however_much_happened(
    desk, program, django_assert_max_num_queries, django_assert_num_queries
):
    now = timezone.now()
    member = make.member(now=now)
    make.purchase(member, now=now)
    address = f"{LIST}{member.pk}/change/"
    desk.get(address)
    with django_assert_max_num_queries(45) as first:
        desk.get(address)
    for _ in range(8):
        make.purchase(member, now=now)

    with django_assert_num_queries(len(first)):
        desk.get(address)


def test_a_member_without_a_program_has_a_page_too(desk):
    member = make.member()

    assert desk.get(f"{LIST}{member.pk}/change/").status_code == 200


def test_staff_correct_a_name_and_the_address_becomes_lower_case(desk):
    member = make.member(name="Ana Visser")

    desk.post(
        f"{LIST}{member.pk}/change/",
        {"name": "Anna Visser", "email": "Anna@Example.NL", "language": "nl", "birthday": ""},
    )

    member.refresh_from_db()
    assert (member.name, member.email) == ("Anna Visser", "anna@example.nl")


def test_the_address_of_a_login_is_not_changed_by_staff(desk):
    member = make.member_with_login()
    before = member.email

    desk.post(
        f"{LIST}{member.pk}/change/",
        {"name": "Anna", "email": "other@example.nl", "language": "nl", "birthday": ""},
    )

    member.refresh_from_db()
    assert (member.name, member.email) == ("Anna", before)


def test_a_correction_writes_no_more_than_was_typed(desk):
    member = make.member()

    desk.post(
        f"{LIST}{member.pk}/change/",
        {
            "name": "Anna",
            "email": member.email,
            "language": "nl",
            "birthday": "",
            "status": "closed",
            "joined_through": "till",
        },
    )

    member.refresh_from_db()
    assert (member.status, member.joined_through) == ("active", "staff")


def test_staff_enroll_a_member_who_gets_a_card(desk):
    answer = desk.post(
        f"{LIST}add/",
        {"name": "Anna Visser", "email": "Anna@example.nl", "birthday": "", "language": "nl"},
    )

    member = Member.objects.get(email="anna@example.nl")
    assert answer["Location"] == f"{LIST}{member.pk}/change/"
    assert member.joined_through == Member.Through.STAFF
    assert member.cards.count() == 1


def test_an_address_in_use_is_refused_beside_the_form(desk):
    make.member(email="anna@example.nl")

    answer = desk.post(f"{LIST}add/", {"email": "anna@example.nl", "language": "nl"})

    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert Member.objects.count() == 1
