"""The members' list and a member's page."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from uuid import uuid4

import pytest
from django.utils import timezone

from members.actions.cards import issue_card
from members.actions.entitlement import is_own_account
from members.models import Card, Look, Member, StaffAct, User
from points.actions.purchases import Where
from points.events import Line
from points.models import Entry
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

    top = page.context["above"][2].facts["stands"]
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
    member = make.member(now=now, points=5)
    make.purchase(member, now=now)
    address = f"{LIST}{member.pk}/change/"
    for _ in range(2):
        desk.get(address)
    with django_assert_max_num_queries(40) as first:
        desk.get(address)
    asked = len(first)
    for _ in range(4):
        make.purchase(member, now=now)
        make.give(member, 3, now=now)
        issue_card(member_id=member.pk, now=now)
        make.letter(member_id=member.pk)
        desk.post(f"{LIST}{member.pk}/new-card/", {"reason": "For a partner"})

    with django_assert_num_queries(asked):
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


# The page as a card


def page_of(desk, member, query="") -> str:
    return desk.get(f"{LIST}{member.pk}/change/{query}").content.decode()


def test_the_page_is_a_card_and_the_form_comes_when_it_is_asked_for(desk):
    member = make.member(name="Anna Visser", birthday=date(1990, 5, 17))
    Member.objects.filter(pk=member.pk).update(postal_code="1234 AB")

    card, form = page_of(desk, member), page_of(desk, member, "?correct=1")

    assert 'name="name"' not in card
    assert "1234 AB" in card
    assert 'value="Anna Visser"' in form


def test_a_corrected_member_is_shown_as_a_card_again(desk):
    member = make.member()

    answer = desk.post(
        f"{LIST}{member.pk}/change/?correct=1",
        {"name": "Anna", "email": member.email, "language": "nl", "postal_code": "1234 AB"},
    )

    assert answer["Location"] == f"{LIST}{member.pk}/change/"
    member.refresh_from_db()
    assert member.postal_code == "1234 AB"


def test_who_may_not_correct_is_shown_no_form(desk_of):
    viewer = desk_of("members.view_member")
    member = make.member()

    assert "?correct=1" not in page_of(viewer, member)
    assert 'name="name"' not in page_of(viewer, member, "?correct=1")


def test_what_stays_private_is_shown_to_those_who_may_see_it(desk_of, desk):
    member = make.member()
    make.letter(member_id=member.pk, subject="Welcome here")

    assert "Welcome here" in page_of(desk, member)
    assert "looks-title" in page_of(desk, member)
    viewer = desk_of("members.view_member")
    assert "Welcome here" not in page_of(viewer, member)
    assert "looks-title" not in page_of(viewer, member)


def test_a_request_that_waits_is_told_on_the_page(desk, program):
    member = make.member(points=5)
    make_request(desk, member)

    assert "/admin/members/approval/" in page_of(desk, member)


def make_request(desk, member):
    form = {"points": 900, "cause": "mistake", "reason": "Off", "request_key": str(uuid4())}
    desk.post(f"{LIST}{member.pk}/adjust/", form)


# Looks


def test_opening_the_page_is_a_look_and_opening_it_again_at_once_is_the_same(desk, boss):
    member, other = make.member(), make.member()

    for who in (member, member, other):
        page_of(desk, who)

    looks = list(Look.objects.order_by("id").values_list("staff", "member", "through"))
    assert looks == [(boss.pk, member.pk, "page"), (boss.pk, other.pk, "page")]


def test_a_page_that_may_not_be_opened_is_no_look(desk_of):
    assert desk_of().get(f"{LIST}{make.member().pk}/change/").status_code == 403

    assert not Look.objects.exists()


def test_a_later_look_is_a_look_of_its_own(desk, boss):
    member = make.member()
    before = timezone.now() - timedelta(minutes=11)
    Look.objects.create(staff=boss, member=member, at=before, through="page")

    page_of(desk, member)

    assert Look.objects.count() == 2


# Two at once, and one's own


def test_a_second_save_is_refused_with_what_the_other_changed(desk, desk_of, boss):
    member = make.member(name="Ana Visser")
    Member.objects.filter(pk=member.pk).update(postal_code="1111 AA")
    address = f"{LIST}{member.pk}/change/?correct=1"
    other = desk_of("members.view_member", "members.change_member")
    shown = {
        who: re.search(r'name="_shown" value="([^"]+)"', who.get(address).content.decode())[1]
        for who in (desk, other)
    }
    form = {"name": "Ana Visser", "email": member.email, "language": "nl", "postal_code": "1111 AA"}

    first = desk.post(address, form | {"name": "Anna Visser", "_shown": unescape(shown[desk])})
    second = other.post(address, form | {"name": "Ana Vissers", "_shown": unescape(shown[other])})

    assert first.status_code == 302
    assert second.status_code == 200
    told = str(second.context["adminform"].form.non_field_errors())
    assert "Anna Visser" in told
    assert boss.get_full_name() in told
    assert Member.objects.get(pk=member.pk).name == "Anna Visser"
    assert StaffAct.objects.count() == 1


def test_an_own_account_is_recognized_by_login_and_by_address(boss):
    assert is_own_account(staff=boss, member=make.member(user_id=boss.pk))
    assert is_own_account(staff=boss, member=make.member(email=boss.email))
    assert not is_own_account(staff=boss, member=make.member())
    assert not is_own_account(staff=boss, member=make.member(email=None))


def test_staff_of_a_store_see_that_stores_purchases_and_lines(desk_of, program):
    now = timezone.now()
    member = make.member(now=now)
    for store in ("Markt", "Haven"):
        make.purchase(member, now=now, receipt=f"in-{store}", where=Where(store=store))
    viewer = desk_of("members.view_member")
    User.objects.filter(pk=int(viewer.session["_auth_user_id"])).update(store="Haven")

    shown = page_of(viewer, member)

    assert "in-Haven" in shown
    assert "in-Markt" not in shown


# Undoing


def test_an_adjustment_of_today_is_undone_from_the_page_once(desk, program):
    now = timezone.now()
    member = make.member(now=now, points=100)
    entry = Entry.objects.get()
    undo = f"/admin/points/entry/{entry.pk}/undo/"
    assert undo in page_of(desk, member)

    for _ in range(2):
        answer = desk.post(undo, {"reason": "Typed it wrong"})

    assert answer["Location"] == f"{LIST}{member.pk}/change/"
    assert make.balance(member) == 0
    assert undo not in page_of(desk, member)


def test_what_was_not_adjusted_today_offers_no_undo(desk, desk_of, program):
    now = timezone.now()
    member = make.member(now=now)
    make.give(member, 5, now=now - timedelta(days=2))
    make.purchase(member, now=now)
    entry = Entry.objects.earliest("occurred_at")

    assert "/undo/" not in page_of(desk, member)
    answer = desk.post(f"/admin/points/entry/{entry.pk}/undo/", {"reason": "No"})
    assert answer.context["form"].non_field_errors()
    viewer = desk_of("members.view_member", "points.view_entry")
    assert viewer.post(f"/admin/points/entry/{entry.pk}/undo/", {"reason": "No"}).status_code == 403
