"""Mailings sent: who gets one, who does not and why, and what is done when things go wrong."""

import email
import email.policy
from datetime import timedelta

import pytest
from django.core import mail as outbox

from mailroom.actions.deliveries import claim_deliveries, let_leave
from mailroom.actions.mailings import pause_mailing, stop_mailing
from mailroom.actions.suppression import suppress_address
from mailroom.layout import compile_for
from mailroom.mailing_run import send_mailings
from mailroom.models import Delivery, Mailing, MailRules, Suppression
from mailroom.outcome import MailServerRefusesUsError
from members.models import Member
from members.stop_link import read_stop_token
from tests import make
from tests.mailroom.scripted import DROP, STALL, scripted
from tests.mailroom.tallied import tallies

pytestmark = pytest.mark.django_db


def where(mailing):
    """Each member's state and reason, in order."""
    found = Delivery.objects.filter(mailing=mailing).order_by("id")
    return [" ".join(filter(None, row)) for row in found.values_list("state", "reason")]


def read(content):
    return email.message_from_bytes(content, policy=email.policy.default)


def test_a_mailing_reaches_each_of_its_readers_once(settings, now):
    dutch, english = make.member(language="nl"), make.member(language="en")
    mailing = make.mailing(dutch, english)
    with scripted(settings) as server:
        first, again = send_mailings(now=now), send_mailings(now=now)

    mailing.refresh_from_db()
    assert (first.sent, again.sent, mailing.state) == (2, 0, "done")
    assert tallies(mailing) == {("sent", ""): 2}
    nl, en = (read(content) for _, content in server.taken)
    assert [to for to, _ in server.taken] == [dutch.email, english.email]
    assert (nl["subject"], en["subject"]) == ("Nieuws voor Sanne", "News for Sanne")
    assert dutch.name in nl.get_body(("plain",)).get_content()
    assert english.name in en.get_body(("html",)).get_content()
    assert en["content-language"] == "en"
    assert en["message-id"].startswith("<delivery-")
    assert en["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    token = en["list-unsubscribe"].strip("<>").split("/")[-2]
    link = read_stop_token(token)
    assert (link.member_id, link.topic, link.mailing_id) == (english.pk, "news", mailing.pk)
    assert link.is_of(english.email)


def test_any_other_backend_of_django_sends_as_well(now):
    reader = make.member()
    mailing = make.mailing(reader, topic="")

    send_mailings(now=now)

    (message,) = outbox.outbox
    assert tallies(mailing) == {("sent", ""): 1}
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in message.extra_headers
    assert message.to == [f'"{reader.name}" <{reader.email}>']


def test_who_may_not_be_mailed_is_skipped_with_the_reason(now):
    readers = {name: make.member() for name in ("fine", "never", "back", "bounced", "closed")}
    nowhere = make.member(email=None)
    MailRules.objects.create(cap_letters=1)
    mailing = make.mailing(*readers.values(), nowhere, agree=False, is_started=False)
    for name in ("fine", "back", "bounced", "closed"):
        make.consent(readers[name])
    make.consent(readers["back"], given=False)
    suppress_address(email=readers["bounced"].email, cause="bounce", detail="", now=now)
    Member.objects.filter(pk=readers["closed"].pk).update(status="closed", closed_at=now)
    Mailing.objects.update(state="running")

    done = send_mailings(now=now)

    assert where(mailing) == [
        "sent",
        "skipped no_consent",
        "skipped no_consent",
        "skipped suppressed",
        "skipped closed",
        "skipped no_address",
    ]
    assert (done.sent, done.skipped) == (1, 5)
    assert len(tallies(mailing)) == 5


def test_mail_about_a_membership_asks_for_no_consent_and_minds_no_complaint(now):
    plain, spam, bounced = make.member(), make.member(), make.member()
    suppress_address(email=spam.email, cause="spam", detail="", now=now)
    suppress_address(email=bounced.email, cause="bounce", detail="", now=now)
    mailing = make.mailing(plain, spam, bounced, topic="")

    send_mailings(now=now)

    assert where(mailing) == ["sent", "sent", "skipped suppressed"]


def test_a_complaint_keeps_marketing_away(now):
    reader = make.member()
    suppress_address(email=reader.email, cause="spam", detail="", now=now)
    mailing = make.mailing(reader)

    send_mailings(now=now)

    assert where(mailing) == ["skipped suppressed"]


def test_a_suppression_that_was_lifted_keeps_nothing_away(now):
    reader = make.member()
    suppress_address(email=reader.email, cause="bounce", detail="", now=now)
    Suppression.objects.update(lifted_at=now)
    mailing = make.mailing(reader)

    send_mailings(now=now)

    assert where(mailing) == ["sent"]


def test_nobody_gets_more_marketing_than_the_cap(now):
    reader = make.member()
    mailings = [make.mailing(reader) for _ in range(3)]
    about_membership = make.mailing(reader, topic="")

    send_mailings(now=now)
    later = make.mailing(reader)
    send_mailings(now=now + timedelta(days=8))

    states = [where(mailing)[0] for mailing in (*mailings, about_membership, later)]
    assert states == ["sent", "sent", "skipped capped", "sent", "sent"]


def test_the_cap_counts_two_copies_in_one_batch(now):
    MailRules.objects.create(cap_letters=1)
    mailing = make.mailing(make.member(), is_started=False)
    make.add(mailing, occurrence="again")
    Mailing.objects.update(state="running")

    send_mailings(now=now)

    assert where(mailing) == ["sent", "skipped capped"]


def test_consent_taken_back_mid_send_is_heard(now):
    reader = make.member()
    mailing = make.mailing(reader)
    claimed = claim_deliveries(mailing_id=mailing.pk, mark=make.MARK, after=0, most=9, now=now)
    make.consent(reader, given=False)

    left = let_leave(mailing_id=mailing.pk, mark=make.MARK, claimed=claimed, now=now)

    assert (left.mails, where(mailing)) == ([], ["skipped no_consent"])


@pytest.mark.parametrize(
    ("act", "state"), [(pause_mailing, "waiting"), (stop_mailing, "skipped stopped")]
)
def test_a_mailing_held_up_after_the_claim_does_not_leave(now, act, state):
    mailing = make.mailing(make.member())
    claimed = claim_deliveries(mailing_id=mailing.pk, mark=make.MARK, after=0, most=9, now=now)
    act(mailing_id=mailing.pk, now=now)

    left = let_leave(mailing_id=mailing.pk, mark=make.MARK, claimed=claimed, now=now)

    assert (left.mails, left.goes_on, where(mailing)) == ([], False, [state])
    tallies(mailing)


def test_an_address_that_changed_meanwhile_gets_the_mail(settings, now):
    reader = make.member()
    mailing = make.mailing(reader)
    claimed = claim_deliveries(mailing_id=mailing.pk, mark=make.MARK, after=0, most=9, now=now)
    Member.objects.filter(pk=reader.pk).update(email="new@example.nl")

    left = let_leave(mailing_id=mailing.pk, mark=make.MARK, claimed=claimed, now=now)

    assert left.mails[0].email == "new@example.nl"


def test_a_refusal_for_now_is_tried_again_and_then_has_failed(settings, now):
    mailing = make.mailing(make.member())
    with scripted(settings, rcpt=["451 not now"] * 9, data=["503 no"] * 9):
        for hour in range(0, 60, 6):
            send_mailings(now=now + timedelta(hours=hour))
            if hour == 0:
                delivery = Delivery.objects.get()
                assert (delivery.state, delivery.left_at) == ("waiting", None)
                assert delivery.try_at - now < timedelta(minutes=6)

    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.fault) == (5, "451 not now")
    assert where(mailing) == ["failed refused"]
    mailing.refresh_from_db()
    assert mailing.state == "done"
    tallies(mailing)


def test_an_address_where_nobody_lives_gets_no_more_mail(settings, now):
    gone, other = make.member(), make.member()
    mailing = make.mailing(gone, other)
    with scripted(settings, rcpt=["550 5.1.1 no such user"], data=["503 no"]):
        send_mailings(now=now)

    assert where(mailing) == ["failed refused", "sent"]
    held = Suppression.objects.get()
    assert (held.email, held.cause, held.detail) == (gone.email, "bounce", "550 5.1.1 no such user")


def test_where_the_line_broke_nobody_knows_and_the_rest_goes_on(settings, now):
    mailing = make.mailing(*(make.member() for _ in range(4)))
    with scripted(settings, content=["250 ok", DROP]) as server:
        done = send_mailings(now=now)
        send_mailings(now=now + timedelta(days=1))

    assert where(mailing) == ["sent", "unknown", "sent", "sent"]
    assert (done.in_doubt, len(server.taken), len(server.cut)) == (1, 3, 1)
    assert tallies(mailing) == {("sent", ""): 3, ("unknown", ""): 1}


def test_a_server_that_stalls_holds_nobody_up(settings, now):
    mailing = make.mailing(*(make.member() for _ in range(3)))
    with scripted(settings, content=[STALL]):
        send_mailings(now=now)

    assert where(mailing) == ["unknown", "sent", "sent"]


def test_a_server_that_closes_gets_the_rest_over_a_new_line(settings, now):
    mailing = make.mailing(*(make.member() for _ in range(3)))
    with scripted(settings, content=["250 ok", "421 busy"]) as server:
        send_mailings(now=now)
        send_mailings(now=now + timedelta(minutes=6))

    assert where(mailing) == ["sent", "sent", "sent"]
    assert len(server.taken) == 3


def test_a_server_that_throttles_is_left_alone_for_a_while(settings, now):
    mailing = make.mailing(*(make.member() for _ in range(30)))
    with scripted(settings, rcpt=["450 too many"] * 16, data=["503 no"] * 16):
        done = send_mailings(now=now)
        mailing.refresh_from_db()
        assert (10 <= done.refused < 16, mailing.fault) == (True, "450 too many")
        send_mailings(now=now + timedelta(minutes=1))
        send_mailings(now=now + timedelta(minutes=10))

    mailing.refresh_from_db()
    assert (mailing.fault, tallies(mailing)) == ("", {("sent", ""): 30})


def test_a_server_that_refuses_us_loses_nothing_and_staff_are_told(settings, now):
    mailing = make.mailing(make.member(), make.member())
    with scripted(settings, mail=["550 who are you"]), pytest.raises(MailServerRefusesUsError):
        send_mailings(now=now)

    mailing.refresh_from_db()
    assert where(mailing) == ["waiting", "waiting"]
    assert mailing.fault == "550 who are you"
    assert set(Delivery.objects.values_list("attempts", "left_at", "claim")) == {(0, None, None)}


def test_a_server_that_is_not_there_loses_nothing(settings, now):
    mailing = make.mailing(make.member())
    with scripted(settings):
        pass

    with pytest.raises(MailServerRefusesUsError):
        send_mailings(now=now)

    mailing.refresh_from_db()
    assert (where(mailing), mailing.fault[:22]) == (["waiting"], "ConnectionRefusedError")


def test_a_message_that_cannot_be_made_holds_up_its_own_mailing_alone(now, monkeypatch):
    bad, good = make.mailing(make.member(), topic="surveys"), make.mailing(make.member())
    monkeypatch.setattr("mailroom.composing.compile_for", only_for("news"))

    with pytest.raises(ZeroDivisionError):
        send_mailings(now=now)

    bad.refresh_from_db()
    assert (where(bad), where(good)) == (["waiting"], ["sent"])
    assert "ZeroDivisionError" in bad.fault


def only_for(topic):
    def compiled(content, language, about, now):
        if about != topic:
            raise ZeroDivisionError("no such layout")
        return compile_for(content, language, about, now)

    return compiled
