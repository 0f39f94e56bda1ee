"""Coming in, many at once: capacity holds, and nobody comes in twice."""

from threading import Event

import pytest
from django.db import transaction
from django.test import Client

from members.actions.consent import answer_news
from members.actions.joining import admit, claim_membership, leave_line
from members.actions.joining_rules import hold_joining_rules
from members.actions.terms import accept_terms, draft_terms
from members.actions.waiting_list import admit_waiting
from members.models import Acceptance, Application, Consent, Member, Terms, User
from tests import make
from tests.members.at_once import at_once, wait_for_waiting

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW


def test_32_at_once_never_take_more_places_than_there_are():
    make.joining("waiting_list", capacity=5)
    users = [make.applicant() for _ in range(32)]

    answers = at_once(lambda number: claim_membership(user_id=users[number].pk, now=NOW), 32)

    assert len([one for one in answers if isinstance(one, Member)]) == 5
    assert Member.objects.count() == 5
    assert Application.objects.waiting().count() == 27


def test_letting_people_in_while_others_come_holds_the_capacity_and_the_order():
    make.joining("waiting_list", capacity=1)
    make.member()
    line = [make.applicant() for _ in range(8)]
    for user in line:
        claim_membership(user_id=user.pk, now=NOW)
    make.joining("waiting_list", capacity=5)
    late = [make.applicant() for _ in range(8)]

    def work(number):
        if number < 4:
            return admit_waiting(now=NOW)
        return claim_membership(user_id=late[number - 4].pk, now=NOW)

    at_once(work, 12)

    inside = set(Member.objects.filter(user__isnull=False).values_list("user_id", flat=True))
    assert inside == {user.pk for user in line[:4]}


def test_nobody_comes_in_while_the_rules_are_being_changed():
    make.joining("waiting_list", capacity=2)
    user, held = make.applicant(), Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                hold_joining_rules()
                held.set()
                wait_for_waiting(1)
                return Member.objects.count()
        held.wait(10)
        return bool(claim_membership(user_id=user.pk, now=NOW))

    assert at_once(work, 2) == [0, True]


def test_who_leaves_the_line_while_being_let_in_is_either_in_or_out():
    make.joining("waiting_list", capacity=1)
    make.member()
    users = [make.applicant() for _ in range(6)]
    for user in users:
        claim_membership(user_id=user.pk, now=NOW)
    make.joining("open")

    def work(number):
        if number == 0:
            return admit_waiting(now=NOW)
        return leave_line(user_id=users[number - 1].pk)

    at_once(work, 7)

    for user in users:
        kept = Application.objects.filter(user=user).first()
        assert Member.objects.filter(user=user).exists() == (kept is not None)


def test_who_leaves_the_line_waits_for_whoever_lets_them_in():
    make.joining("waiting_list", capacity=1)
    make.member()
    user, held = make.applicant(), Event()
    claim_membership(user_id=user.pk, now=NOW)
    make.joining("open")

    def work(number):
        if number == 0:
            with transaction.atomic():
                User.objects.select_for_update().get(pk=user.pk)
                held.set()
                wait_for_waiting(1)
                admit(user_id=user.pk, now=NOW)
            return "let in"
        held.wait(10)
        return leave_line(user_id=user.pk)

    at_once(work, 2)

    assert Application.objects.get().admitted_at == NOW


def test_an_address_sent_twice_at_once_makes_one_login_and_no_fault():
    answers = {"name": "Noor", "email": "noor@example.nl", "birthday": "1990-05-17"}

    statuses = at_once(
        lambda _: Client().post("/accounts/signup/", answers).status_code,
        4,
    )

    # Who comes second is told to wait for the mail of the first.
    assert set(statuses) <= {302, 429}
    assert User.objects.count() == 1
    assert Application.objects.count() == 1


def test_terms_pressed_many_times_at_once_are_accepted_once():
    member, terms = make.member(), make.terms()

    at_once(lambda _: accept_terms(member_id=member.pk, terms_id=terms.pk, now=NOW).pk, 6)

    assert Acceptance.objects.count() == 1


def test_a_yes_pressed_many_times_at_once_is_one_yes():
    member = make.member()

    at_once(
        lambda _: (
            answer_news(
                member_id=member.pk, given=True, how=Consent.How.PROFILE, wording="News?", now=NOW
            ).pk
        ),
        6,
    )

    assert Consent.objects.count() == 1


def test_two_colleagues_who_begin_new_terms_at_once_get_two_numbers():
    staff = make.staff()

    at_once(
        lambda number: (
            draft_terms(text_nl=f"nl {number}", text_en="en", staff_id=staff.pk, now=NOW).number
        ),
        4,
    )

    assert sorted(Terms.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
