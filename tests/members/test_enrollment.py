"""Becoming a member."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from members.actions.enrollment import (
    AddressInUse,
    BornInTheFuture,
    claim_membership,
    enroll_by_number,
    enroll_member,
)
from members.models import Card, ExternalId, Member, User
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


def test_a_login_becomes_a_member(now):
    user = make.login(email="sanne@example.nl", name="Sanne", language=User.Language.ENGLISH)

    member = claim_membership(user_id=user.pk, now=now)

    assert (member.user, member.name, member.email) == (user, "Sanne", "sanne@example.nl")
    assert member.language == User.Language.ENGLISH
    assert member.joined_through == Member.Through.PORTAL


def test_claiming_again_changes_nothing(now):
    user = make.login()
    first = claim_membership(user_id=user.pk, now=now)

    again = claim_membership(user_id=user.pk, now=now + timedelta(days=1))

    assert again == first
    assert again.joined_at == now
    assert Card.objects.count() == 1


def test_a_login_claims_what_a_till_enrolled_under_its_address(now):
    waiting = enroll_member(through=TILL, email="sanne@example.nl", now=now)
    user = make.login(email="Sanne@example.nl", name="Sanne", language=User.Language.ENGLISH)

    member = claim_membership(user_id=user.pk, now=now)

    member.refresh_from_db()
    assert member.pk == waiting.pk
    assert (member.user, member.name, member.language) == (user, "Sanne", "en")
    assert member.joined_through == TILL


def test_a_claim_keeps_the_name_that_staff_wrote(now):
    enroll_member(through=STAFF, name="Mevrouw De Vries", email="sanne@example.nl", now=now)
    user = make.login(email="sanne@example.nl", name="san")

    member = claim_membership(user_id=user.pk, now=now)

    assert member.name == "Mevrouw De Vries"


def test_a_claim_does_not_take_another_logins_membership(now):
    other = make.member_with_login()
    user = make.login()
    Member.objects.filter(pk=other.pk).update(email=user.email)

    with pytest.raises(AddressInUse):
        claim_membership(user_id=user.pk, now=now)

    other.refresh_from_db()
    assert other.user != user


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
