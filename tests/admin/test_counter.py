"""The counter: one box, one person, and a trace of each look."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from members.actions.cards import block_card
from members.models import Card, Look, Member
from members.reports.counter import MOST_SHOWN
from tests import make
from tests.admin.conftest import at_desk, with_factor

pytestmark = pytest.mark.django_db
COUNTER = "/admin/counter/"


@pytest.fixture
def joost():
    may = ("members.look_up_member", "members.add_member")
    return with_factor(make.staff_with(*may, language="en"))


@pytest.fixture
def counter(joost):
    return at_desk(joost)


@pytest.fixture
def anna():
    make.published_program()
    anna = make.member(name="Anna Visser", email="anna@example.nl", birthday=date(1980, 3, 12))
    Member.objects.filter(pk=anna.pk).update(postal_code="1234 AB")
    return Member.objects.get(pk=anna.pk)


def ask(client, line):
    return client.post(COUNTER, {"line": line})


def named(answer) -> list[str]:
    return [match.member.name for match in answer.context["answer"].matches]


def page_of(member) -> str:
    return f"{COUNTER}{member.pk}/"


def test_the_counter_opens_with_a_box_to_type_in(counter):
    shown = counter.get(COUNTER).content.decode()

    assert "autofocus" in shown
    assert "/admin/members/member/add/" in shown


def test_a_scanned_card_leads_straight_to_its_member(counter, anna):
    number = Card.objects.get(member=anna).number

    assert ask(counter, number)["Location"] == page_of(anna)
    assert ask(counter, f"{number[:7]} {number[7:]}\n")["Location"] == page_of(anna)


def test_a_blocked_card_still_tells_whose_it_was(counter, anna):
    card = Card.objects.get(member=anna)
    block_card(card_id=card.pk, reason="Lost", now=make.NOW)

    assert ask(counter, card.number)["Location"] == page_of(anna)


def test_an_address_leads_straight_to_its_member(counter, anna):
    assert ask(counter, "Anna@Example.nl")["Location"] == page_of(anna)


@pytest.mark.parametrize(
    "line", ["Visser 1234AB", "anna 1234", "12-3-1980 visser", "vis ann 1234 ab", "1234 visser"]
)
def test_a_name_with_a_postal_code_or_birthday_shows_who_fits(counter, anna, line):
    make.member(name="Anna Visser")

    shown = ask(counter, line)

    assert named(shown) == ["Anna Visser"]
    text = shown.content.decode()
    assert "12 March" in text
    assert "1980" not in text.replace(line, "").replace("Sanne 12-3-1980", "")
    assert "anna@example.nl" not in text
    assert page_of(anna) in text


def test_a_name_alone_names_nobody(counter, anna):
    shown = ask(counter, "Anna Visser")

    assert named(shown) == []
    assert "A name alone is not enough" in shown.content.decode()


@pytest.mark.parametrize("line", ["1234 AB", "12-3-1980", "a 1234", "% 1234", "_ 12-3-1980"])
def test_a_postal_code_or_birthday_alone_names_nobody(counter, anna, line):
    assert named(ask(counter, line)) == []


def test_of_too_many_nobody_is_named(counter, anna):
    for _ in range(MOST_SHOWN):
        made = make.member(name="Anna Bakker")
        Member.objects.filter(pk=made.pk).update(postal_code="1234 CD")

    shown = ask(counter, "Anna 1234")

    assert named(shown) == []
    assert "Too many people fit" in shown.content.decode()
    assert named(ask(counter, "Anna Visser 1234")) == ["Anna Visser"]


def test_who_left_is_not_found_by_name_and_told_of_by_card(counter, anna):
    Member.objects.filter(pk=anna.pk).update(status="closed", closed_at=make.NOW)

    assert named(ask(counter, "Visser 1234")) == []
    told = ask(counter, Card.objects.get(member=anna).number)
    assert "This membership has ended" in told.content.decode()


@pytest.mark.parametrize(
    "line", ["nobody 1234 AB", "nobody@example.nl", "2000000000008", "\x00", "x" * 5000, "<script>"]
)
def test_what_finds_nobody_says_what_to_try(counter, anna, line):
    shown = ask(counter, line)

    assert shown.status_code == 200
    assert named(shown) == []
    assert "<script>x" not in shown.content.decode()
    assert "/admin/members/member/add/" in shown.content.decode()


def test_what_was_typed_stands_in_no_address(counter, anna):
    assert named(ask(counter, "Visser 1234AB")) == ["Anna Visser"]
    assert not counter.get(COUNTER, {"line": "Visser 1234AB"}).context["answer"].matches


def test_each_look_is_recorded_once_in_a_while(counter, joost, anna):
    ask(counter, "Visser 1234AB")
    assert not Look.objects.exists()

    for _ in range(2):
        counter.get(page_of(anna))

    look = Look.objects.get()
    assert (look.staff, look.member, look.through) == (joost, anna, Look.Through.COUNTER)


def test_the_page_shows_what_the_counter_needs_and_no_more(counter, anna):
    make.give(anna, 120, now=timezone.now())
    make.purchase_in("North", anna, "25.00", at=timezone.now(), now=timezone.now())

    shown = counter.get(page_of(anna)).content.decode()

    assert "Anna Visser" in shown
    assert ">120<" in shown.replace(" ", "").replace("\n", "") or "145" in shown
    assert "North" in shown
    assert "anna@example.nl" not in shown
    assert "/adjust/" not in shown
    assert "/block/" not in shown
    assert f"/admin/members/member/{anna.pk}/change/" not in shown


def test_who_works_in_one_store_sees_purchases_of_that_store_alone(joost, counter, anna):
    for store in ("North", "South"):
        make.purchase_in(store, anna, at=timezone.now(), now=timezone.now())
    joost.store = "South"
    joost.save()

    shown = counter.get(page_of(anna))

    assert [bought.store for bought in shown.context["purchases"]] == ["South"]


def test_a_members_own_address_sends_the_counter_to_its_page(counter, anna):
    answer = counter.get(f"/admin/members/member/{anna.pk}/change/")

    assert answer["Location"] == page_of(anna)


@pytest.mark.parametrize("number", ["0", "999999999", "99999999999999999999999"])
def test_a_member_that_is_not_there_is_not_found(counter, number):
    assert counter.get(f"{COUNTER}{number}/").status_code == 404


def test_the_counter_is_closed_to_who_may_not_look_up(desk_of, anna):
    other = desk_of("members.view_card")

    assert ask(other, "Visser 1234AB").status_code == 403
    assert other.get(page_of(anna)).status_code == 403
    assert not Look.objects.exists()


def test_looking_up_asks_as_little_of_many_as_of_few(
    counter, anna, django_assert_num_queries, django_assert_max_num_queries
):
    ask(counter, "Visser 1234 AB")
    with django_assert_max_num_queries(14) as first:
        ask(counter, "Visser 1234 AB")
    for _ in range(4):
        made = make.member(name="Visser", now=make.NOW - timedelta(days=9))
        Member.objects.filter(pk=made.pk).update(postal_code="1234 AB")

    with django_assert_num_queries(len(first)):
        assert len(named(ask(counter, "Visser 1234 AB"))) == 5


# Looking back at who looked


def test_looks_are_counted_by_colleague_for_who_watches_over_privacy(counter, joost, desk_of, anna):
    other = make.member()
    for member in (anna, other):
        counter.get(page_of(member))
    watcher = desk_of("members.view_look")

    shown = watcher.get("/admin/members/look/")

    [rate] = shown.context["rates"]
    assert (rate.who, rate.day, rate.week, rate.members) == (joost.get_full_name(), 2, 2, 2)
    assert f"/admin/members/member/{anna.pk}/" not in shown.content.decode()


def test_whom_the_counter_enrolls_is_found_by_the_postal_code_that_was_given(counter):
    answers = {"name": "Anna Visser", "postal_code": "1234ab", "language": "nl"}

    enrolled = counter.post("/admin/members/member/add/", answers)

    anna = Member.objects.get(name="Anna Visser")
    assert enrolled["Location"] == f"/admin/members/member/{anna.pk}/change/"
    assert anna.postal_code == "1234 AB"
    assert named(ask(counter, "visser 1234")) == ["Anna Visser"]


def test_a_postal_code_that_is_none_is_told_beside_its_field(counter):
    shown = counter.post("/admin/members/member/add/", {"postal_code": "??", "language": "nl"})

    assert "postal_code" in shown.context["form"].errors
    assert not Member.objects.exists()


def test_the_question_of_enrolling_leads_back_to_the_counter(counter):
    assert counter.get("/admin/members/member/add/").context["back"] == COUNTER
