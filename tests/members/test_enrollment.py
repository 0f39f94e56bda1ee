"""Becoming a member."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from members.actions.enrollment import AddressInUse, enroll_by_number, enroll_member
from members.actions.joining import claim_membership
from members.actions.membership import close_membership
from members.details import BornInTheFuture
from members.models import Card, ExternalId, Member
from members.signals import member_joined
from tests import make

pytestmark = pytest.mark.django_db
STAFF, TILL = Member.Through.STAFF, Member.Through.TILL


def test_staff_enroll_somebody_with_no_more_than_a_name(now):
    member = enroll_member(through=STAFF, name="  Sanne de Vries ", now=now)

    member.refresh_from_db()
    assert (member.name, member.email, member.joined_through) == ("Sanne de Vries", None, STAFF)
    assert member.may_spend
    assert member.cards.count() == 1


def test_an_address_is_kept_in_small_letters(now):
    member = enroll_member(through=TILL, email=" Sanne@Example.NL ", now=now)

    member.refresh_from_db()
    assert member.email == "sanne@example.nl"


@pytest.mark.parametrize("email", [None, "", "   "])
def test_no_address_is_no_address_for_any_number_of_members(now, email):
    first = enroll_member(through=TILL, email=email, now=now)
    second = enroll_member(through=TILL, email=email, now=now)

    assert first.email is None
    assert second.email is None


def test_an_address_belongs_to_one_member(now):
    enroll_member(through=STAFF, email="sanne@example.nl", now=now)

    with pytest.raises(AddressInUse) as refused:
        enroll_member(through=STAFF, email="SANNE@example.nl", now=now)

    assert refused.value.code == "address_in_use"
    assert Member.objects.count() == 1
    assert Card.objects.count() == 1


def test_a_login_has_one_membership(now):
    user = make.login()
    enroll_member(through=STAFF, user_id=user.pk, now=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        enroll_member(through=STAFF, user_id=user.pk, now=now)


def test_nobody_is_born_in_the_future(now):
    with pytest.raises(BornInTheFuture):
        enroll_member(through=STAFF, birthday=now.date() + timedelta(days=1), now=now)

    assert not Member.objects.exists()


def test_who_was_born_today_may_join(now):
    member = enroll_member(through=STAFF, birthday=now.date(), now=now)

    assert member.birthday == now.date()


def test_today_is_the_local_day(now):
    late_in_the_evening = now.replace(hour=22, minute=30)  # in Amsterdam the next day has begun

    member = enroll_member(through=STAFF, birthday=date(2026, 6, 16), now=late_in_the_evening)

    assert member.birthday == date(2026, 6, 16)


def test_joining_is_announced_once_it_is_certain(now, django_capture_on_commit_callbacks):
    heard = []

    def hear(member_id, **_):
        heard.append(member_id)

    member_joined.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            member = enroll_member(through=STAFF, now=now)
            before = list(heard)
    finally:
        member_joined.disconnect(hear)

    assert before == []
    assert heard == [member.pk]


def test_staff_give_the_address_of_a_closed_membership_to_a_new_one(now):
    left = make.member_with_login()
    address, user = left.email, left.user
    close_membership(member_id=left.pk, now=now)

    back = enroll_member(through=STAFF, email=address, now=now)

    left.refresh_from_db()
    assert (left.email, left.user, left.status) == (None, None, Member.Status.CLOSED)
    assert back.email == address
    assert claim_membership(user_id=user.pk, now=now) == back


@pytest.mark.parametrize("through", [TILL, Member.Through.PORTAL])
def test_the_address_of_a_closed_membership_is_given_away_by_staff_alone(now, through):
    left = make.member(email="sanne@example.nl")
    close_membership(member_id=left.pk, now=now)

    with pytest.raises(AddressInUse):
        enroll_member(through=through, email="sanne@example.nl", now=now)

    left.refresh_from_db()
    assert left.email == "sanne@example.nl"


def test_staff_do_not_take_the_address_of_who_takes_part(now):
    make.member(email="sanne@example.nl")

    with pytest.raises(AddressInUse):
        enroll_member(through=STAFF, email="sanne@example.nl", now=now)


def test_numbers_of_another_system_become_members_with_cards(now):
    source = make.source()
    joined = {"17": now - timedelta(days=5), "18": now - timedelta(days=3)}

    members = enroll_by_number(source_id=source, joined=joined, now=now)

    for number, member_id in members.items():
        member = Member.objects.get(pk=member_id)
        assert member.joined_at == joined[number]
        assert member.joined_through == Member.Through.IMPORT
        assert member.external_ids.get().key == number
        assert member.cards.get().issued_at == now


def test_a_known_number_keeps_its_member(now):
    source = make.source()
    before = enroll_by_number(source_id=source, joined={"17": now}, now=now)

    after = enroll_by_number(source_id=source, joined={"17": now, "18": now}, now=now)

    assert after["17"] == before["17"]
    assert Member.objects.count() == 2


def test_the_same_number_of_two_systems_is_two_members(now):
    here = enroll_by_number(source_id=make.source("a"), joined={"17": now}, now=now)
    there = enroll_by_number(source_id=make.source("b"), joined={"17": now}, now=now)

    assert here["17"] != there["17"]


def test_no_numbers_are_no_members(now):
    assert enroll_by_number(source_id=make.source(), joined={}, now=now) == {}


@pytest.mark.parametrize("many", [1, 300])
def test_enrolling_many_takes_as_many_statements_as_enrolling_one(
    now, many, django_assert_num_queries
):
    source = make.source()
    joined = {f"n{number}": now for number in range(many)}

    # The lock, who is known, members, numbers, card numbers taken, cards; and two savepoints.
    with django_assert_num_queries(6 + 4):
        enroll_by_number(source_id=source, joined=joined, now=now)

    assert ExternalId.objects.count() == many
