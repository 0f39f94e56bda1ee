"""Becoming a member, several at once."""

from threading import Event

import pytest
from django.db import transaction

from members.actions.enrollment import enroll_by_number, enroll_member
from members.actions.joining import claim_membership
from members.models import Card, ExternalId, Member
from tests import make
from tests.members.at_once import at_once, wait_for_waiting

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW


def test_two_logins_of_one_person_claim_one_membership():
    user = make.applicant()

    answers = at_once(lambda _: claim_membership(user_id=user.pk, now=NOW).pk, 6)

    assert len(set(answers)) == 1
    assert Member.objects.count() == 1
    assert Card.objects.count() == 1


def test_one_address_enrolled_by_many_at_once_is_one_member():
    def enroll(_):
        return bool(enroll_member(through=Member.Through.STAFF, email="sanne@example.nl", now=NOW))

    answers = at_once(enroll, 6)

    assert answers.count(True) == 1
    assert answers.count("address_in_use") == 5


def test_a_claim_waits_for_the_till_that_enrolls_its_address():
    user = make.applicant(email="sanne@example.nl")
    enrolled = Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                member = enroll_member(through=Member.Through.TILL, email=user.email, now=NOW)
                enrolled.set()
                wait_for_waiting(1)
            return member.pk
        enrolled.wait(10)
        return claim_membership(user_id=user.pk, now=NOW).pk

    till, claimed = at_once(work, 2)

    assert till == claimed
    assert Member.objects.get().user == user


def test_two_imports_of_one_source_enroll_each_number_once():
    source = make.source()
    joined = {f"n{number}": NOW for number in range(50)}

    answers = at_once(lambda _: enroll_by_number(source_id=source, joined=joined, now=NOW), 4)

    assert all(answer == answers[0] for answer in answers)
    assert ExternalId.objects.count() == 50
    assert Member.objects.count() == 50
