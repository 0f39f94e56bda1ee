"""Addresses without mail: one row a cause, lifted by staff or by a code that was read."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.core import mail
from django.test import Client, RequestFactory

from mailroom.actions.consent_letters import post_consent_question, post_missing_questions
from mailroom.actions.mail_news import News, act_on_news
from mailroom.actions.suppression import (
    AlreadyLifted,
    NotAnAddress,
    count_soft_bounce,
    enter_suppression,
    lift_suppression,
    suppress_address,
)
from mailroom.mail_event import About, Happened, about_of, moment_of, what_happened
from mailroom.models import Delivery, Letter, SoftBounces, Suppression, Tally
from mailroom.receivers import trust_an_address_that_read_a_code
from members.actions.consent_requests import say_yes
from members.models import Consent, LatestConsent, Member, StaffAct
from tests import make
from tests.members.at_once import at_once
from tests.portal.test_accounts import code_of

pytestmark = pytest.mark.django_db
SANNE = "sanne@example.nl"
DAY = timedelta(days=1)


def hold(now, *, cause=Suppression.Cause.BOUNCE, email=SANNE):
    return suppress_address(email=email, cause=cause, detail="550 no", now=now)


def held() -> set:
    return set(Suppression.objects.in_force().values_list("cause", flat=True))


def test_the_same_cause_twice_is_one_row_since_the_first(now):
    first = hold(now)
    second = hold(now + DAY, email=" Sanne@EXAMPLE.nl ")
    hold(now, cause=Suppression.Cause.SPAM)

    assert second == first
    assert second.since == now
    assert held() == {"bounce", "spam"}


@pytest.mark.parametrize("email", ["", "x", "a b@example.nl", f"{'a' * 250}@example.nl"])
def test_what_is_no_address_is_refused(now, email):
    with pytest.raises(NotAnAddress):
        hold(now, email=email)


def test_a_lifted_one_is_lifted_once_and_can_come_back(now):
    staff = make.staff()
    first = hold(now)
    facts = {"staff_id": staff.pk, "reason": "Works", "now": now + DAY}
    lift_suppression(suppression_id=first.pk, **facts)

    with pytest.raises(AlreadyLifted):
        lift_suppression(suppression_id=first.pk, **facts)
    assert hold(now + 2 * DAY) != first
    assert held() == {"bounce"}


def test_what_staff_enter_leaves_a_trace_with_the_member(now):
    sanne = make.member(email=SANNE)

    enter_suppression(email=SANNE, staff_id=make.staff().pk, reason="Not hers", now=now)

    act = StaffAct.objects.get()
    assert (act.member, act.reason) == (sanne, "Not hers")


@pytest.mark.django_db(transaction=True)
def test_many_at_once_hold_an_address_once():
    at_once(lambda _number: hold(make.NOW), 8)

    assert Suppression.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_soft_bounces_at_once_are_all_counted():
    def bounce(number):
        count_soft_bounce(email=SANNE, event=f"e{number}", detail="452", at=make.NOW, now=make.NOW)

    at_once(bounce, 5)

    assert len(SoftBounces.objects.get().events) == 5
    assert held() == {"bounce"}


# A code that was read


def log_in(user):
    client = Client()
    client.post("/accounts/login/", {"login": user.email})
    client.post("/accounts/login/code/confirm/", {"code": code_of(mail.outbox[-1])})
    return client.get("/my/")


def test_a_code_that_was_read_shows_that_mail_arrives(now):
    make.published_program()
    member = make.member_with_login()
    for cause in Suppression.Cause:
        hold(now, cause=cause, email=member.email)
    count_soft_bounce(email=member.email, event="e", detail="", at=now, now=now)

    assert log_in(member.user).status_code == 200

    assert held() == {"spam", "staff"}
    assert SoftBounces.objects.get().events == []


def test_a_login_without_a_code_shows_nothing(now):
    make.published_program()
    member = make.member_with_login()
    hold(now, email=member.email)
    request = RequestFactory().get("/")
    request.user = member.user
    request.session = {
        "account_authentication_methods": [{"method": "mfa", "at": 1, "type": "webauthn"}],
        "account_authentication_methods_user": str(member.user_id),
    }

    trust_an_address_that_read_a_code(request=request, user=member.user)

    assert held() == {"bounce"}


# News about a mailing


def news(happened, address, now, **fields):
    facts = {"at": now, "said": "550 no", "event": "e1"} | fields
    return News(happened=happened, address=address, **facts)


def sent_delivery(now):
    sanne = make.member(email=SANNE)
    make.mailing(sanne)
    Delivery.objects.update(state="sent", left_at=now, sent_at=now)
    Tally.objects.update(state="sent")
    return Delivery.objects.get()


def tallies() -> dict:
    return {(one.state, one.reason): one.count for one in Tally.objects.filter(count__gt=0)}


def test_a_delivery_that_came_back_has_failed_and_its_tally_moves_once(now):
    delivery = sent_delivery(now)
    about = About("delivery", delivery.pk)

    for _ in range(2):
        act_on_news(news=news(Happened.CAME_BACK, SANNE, now, about=about), now=now)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, delivery.fault) == ("failed", "refused", "550 no")
    assert tallies() == {("failed", "refused"): 1}


def test_a_complaint_about_a_mailing_takes_back_the_yes_of_whom_it_went_to(now):
    delivery = sent_delivery(now)
    Member.objects.update(email="new@example.nl")
    about = About("delivery", delivery.pk)

    act_on_news(news=news(Happened.COMPLAINED, SANNE, now + DAY, about=about), now=now + DAY)

    assert not LatestConsent.objects.filter(given=True).exists()
    assert Consent.objects.stopped_by(delivery.mailing_id) == 1


# What an event means


@pytest.mark.parametrize(
    ("event", "reason", "facts", "happened"),
    [
        ("bounced", "bounced", {}, Happened.CAME_BACK),
        ("bounced", None, {}, Happened.CAME_BACK),
        ("rejected", "invalid", {}, Happened.CAME_BACK),
        ("bounced", "bounced", {"event": "soft_bounce"}, Happened.CAME_BACK_FOR_NOW),
        ("bounced", "bounced", {"hard_bounce": False}, Happened.CAME_BACK_FOR_NOW),
        ("bounced", "timed_out", {}, Happened.CAME_BACK_FOR_NOW),
        ("bounced", "blocked", {}, Happened.NOT_TAKEN),
        ("bounced", "spam", {}, Happened.NOT_TAKEN),
        ("rejected", None, {}, Happened.NOT_TAKEN),
        ("rejected", "spam", {}, Happened.COMPLAINED),
        ("rejected", "unsubscribed", {}, Happened.STOPPED),
        ("failed", None, {}, Happened.NOT_TAKEN),
        ("delivered", None, {}, Happened.ARRIVED),
        ("opened", None, {}, Happened.NOTHING),
        ("deferred", None, {}, Happened.NOTHING),
    ],
)
def test_an_event_in_our_own_words(event, reason, facts, happened):
    assert what_happened(event, reason, facts) == happened


@pytest.mark.parametrize(
    ("metadata", "message_id", "about"),
    [
        ({"klaver": "delivery-7"}, "x", About("delivery", 7)),
        ({}, "<letter-3@example.nl>", About("letter", 3)),
        ({"klaver": "letter-x"}, None, None),
        ({"klaver": f"letter-{'9' * 30}"}, None, None),
        ({}, "883953f4-6105", None),
    ],
)
def test_a_message_is_known_by_our_number(metadata, message_id, about):
    assert about_of(metadata, message_id) == about


def test_a_clock_that_runs_ahead_is_not_believed(now):
    assert moment_of(now + DAY, now) == moment_of(None, now) == now
    assert moment_of(now - DAY, now) == now - DAY
    assert moment_of((now - DAY).replace(tzinfo=None), now) == now


# The letter that asks


def asked(now):
    return say_yes(
        member_id=make.member(email=SANNE, language="en").pk,
        wordings={Consent.Topic.NEWS: "Mag er nieuws komen?"},
        language="en",
        how=Consent.How.STAFF,
        now=now,
    )


def test_the_question_is_written_once_in_its_own_words(now):
    request = asked(now)

    letters = [post_consent_question(request_id=request.pk, now=now) for _ in range(2)]

    assert letters[0] == letters[1]
    assert (letters[0].to, letters[0].key) == (SANNE, f"consent:{request.pk}:1")
    assert "Mag er nieuws komen?" in letters[0].text
    assert "/mail/yes/" in letters[0].text
    assert "15 July 2026" in letters[0].text


def test_the_sweep_writes_what_was_missed_and_what_was_for_later(now):
    request = asked(now)
    more = say_yes(
        member_id=request.member_id,
        wordings={Consent.Topic.SURVEYS: "Vragen?"},
        language="en",
        how=Consent.How.STAFF,
        now=now,
    )

    assert post_consent_question(request_id=more.pk, now=now) is None
    assert post_missing_questions(now=now) == 1
    assert post_missing_questions(now=now) == 0
    assert post_missing_questions(now=now + DAY) == 1
    assert Letter.objects.count() == 2


def test_nobody_is_asked_at_an_address_that_changed(now):
    request = asked(now)
    Member.objects.update(email="new@example.nl")

    assert post_consent_question(request_id=request.pk, now=now) is None
    assert post_missing_questions(now=now) == 0


def test_a_confirmed_address_is_trusted(now):
    member = make.member_with_login()
    hold(now, email=member.email)
    address = EmailAddress.objects.get()

    request = RequestFactory().get("/")
    request.session = {}
    email_confirmed.send(sender=EmailAddress, request=request, email_address=address)

    assert held() == set()
