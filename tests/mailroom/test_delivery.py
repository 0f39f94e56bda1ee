"""Letters on their way: sent once, refused, in doubt, and sent again when a person says so."""

import email
import email.policy
from datetime import timedelta

import pytest

from mailroom.actions.sending import NotStuck, claim_letter, record_sent, send_again
from mailroom.actions.suppression import suppress_address
from mailroom.delivery import deliver_letters
from mailroom.models import Letter, Suppression
from mailroom.outcome import MailServerRefusesUsError
from tests import make
from tests.mailroom.scripted import scripted
from tests.mailroom.servers import Answering, Dropping, Keeper, Particular, serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter():
    return make.letter()


def read(envelope):
    return email.message_from_bytes(envelope.content, policy=email.policy.default)


def test_a_letter_is_sent_once_with_a_name_of_its_own(settings, letter, now):
    with serving(Keeper(), settings) as server:
        done = deliver_letters(now=now)
        again = deliver_letters(now=now)

    letter.refresh_from_db()
    assert (letter.state, done.sent, again.sent) == ("sent", 1, 0)
    assert letter.sent_at >= now
    message = read(server.letters[0])
    assert message["Message-ID"] == f"<letter-{letter.pk}@example.nl>"
    assert server.letters[0].rcpt_tos == [letter.to]
    assert message.get_body(("plain",)).get_content().strip() == letter.text
    assert "<p>" in message.get_body(("html",)).get_content()


def test_a_refusal_that_may_pass_is_tried_again_later(settings, letter, now):
    with serving(Answering("451 come back in a while"), settings) as server:
        deliver_letters(now=now)
        letter.refresh_from_db()
        assert (letter.state, letter.fault) == ("waiting", "451 come back in a while")

        deliver_letters(now=now + timedelta(minutes=4))
        assert not server.letters
        deliver_letters(now=now + timedelta(minutes=6))

    letter.refresh_from_db()
    assert (letter.state, letter.fault) == ("sent", "")


def test_after_five_such_refusals_a_letter_has_failed(settings, letter, now):
    with serving(Answering(*["451 not now"] * 9), settings):
        for hour in range(0, 60, 6):
            deliver_letters(now=now + timedelta(hours=hour))

    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.fault) == ("failed", 5, "451 not now")


def test_a_refusal_for_good_fails_at_once_and_the_next_letter_goes_on(settings, letter, now):
    other = make.letter()
    with serving(Answering("550 nobody lives here"), settings):
        deliver_letters(now=now)

    letter.refresh_from_db()
    other.refresh_from_db()
    assert (letter.state, letter.fault) == ("failed", "550 nobody lives here")
    assert other.state == "sent"


def test_where_the_line_broke_nobody_knows_and_nobody_sends_again(settings, letter, now):
    with serving(Dropping(), settings) as server:
        deliver_letters(now=now)
        deliver_letters(now=now + timedelta(days=1))

    letter.refresh_from_db()
    assert letter.state == "unknown"
    assert letter.fault
    assert len(server.letters) == 1


def test_a_letter_whose_sender_died_is_in_doubt_after_a_while_and_stays(settings, letter, now):
    claim_letter(now=now)
    with serving(Keeper(), settings) as server:
        deliver_letters(now=now + timedelta(minutes=14))
        letter.refresh_from_db()
        assert letter.state == "sending"
        done = deliver_letters(now=now + timedelta(minutes=16))
        deliver_letters(now=now + timedelta(days=1))

    letter.refresh_from_db()
    assert (letter.state, done.in_doubt) == ("unknown", 1)
    assert not server.letters


def test_a_sender_who_was_only_slow_has_the_last_word(letter, now):
    claimed = claim_letter(now=now)
    deliver_letters(now=now + timedelta(minutes=16))

    record_sent(letter=claimed, now=now + timedelta(minutes=17))

    letter.refresh_from_db()
    assert letter.state == "sent"


def test_a_server_that_refuses_us_loses_no_letter(settings, letter, now):
    with serving(Particular(), settings), pytest.raises(MailServerRefusesUsError, match="550"):
        deliver_letters(now=now)

    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("waiting", 0)
    assert "we do not know you" in letter.fault


def test_a_server_that_is_not_there_loses_no_letter(settings, letter, now):
    with serving(Keeper(), settings):
        pass

    with pytest.raises(OSError, match="refused"):
        deliver_letters(now=now)

    letter.refresh_from_db()
    assert (letter.state, letter.claimed_at) == ("waiting", None)


def test_a_run_has_an_end(settings, now):
    for _ in range(3):
        make.letter()
    with serving(Keeper(), settings) as server:
        deliver_letters(now=now, most=2)

    assert len(server.letters) == 2
    assert Letter.objects.waiting().count() == 1


def test_a_stuck_letter_is_sent_again_under_the_same_name(settings, letter, now):
    with serving(Dropping(), settings) as server:
        deliver_letters(now=now)
    first = read(server.letters[0])["Message-ID"]

    send_again(letter_id=letter.pk, now=now)

    with serving(Keeper(), settings) as server:
        deliver_letters(now=now)
    letter.refresh_from_db()
    assert letter.state == "sent"
    assert read(server.letters[0])["Message-ID"] == first


def test_an_old_attempt_has_no_say_over_a_new_one(letter, now):
    old = claim_letter(now=now)
    deliver_letters(now=now + timedelta(minutes=16))
    send_again(letter_id=letter.pk, now=now + timedelta(minutes=20))
    claim_letter(now=now + timedelta(minutes=20))

    record_sent(letter=old, now=now + timedelta(minutes=21))

    letter.refresh_from_db()
    assert letter.state == "sending"


def test_a_letter_that_is_not_stuck_is_not_sent_again(letter, now):
    with pytest.raises(NotStuck):
        send_again(letter_id=letter.pk, now=now)
    claimed = claim_letter(now=now)
    with pytest.raises(NotStuck):
        send_again(letter_id=letter.pk, now=now)
    record_sent(letter=claimed, now=now)
    with pytest.raises(NotStuck):
        send_again(letter_id=letter.pk, now=now)


def test_an_address_that_gets_no_mail_gets_no_letter(settings, letter, now):
    suppress_address(email=letter.to, cause="bounce", detail="", now=now)
    complained = make.letter(to="Spam@example.nl")
    suppress_address(email="spam@example.nl", cause="spam", detail="", now=now)
    with serving(Keeper(), settings) as server:
        done = deliver_letters(now=now)

    letter.refresh_from_db()
    complained.refresh_from_db()
    assert (letter.state, complained.state) == ("failed", "sent")
    assert (done.refused, len(server.letters)) == (1, 1)


def test_a_letter_to_nobody_suppresses_its_address(settings, letter, now):
    with serving(Answering("550 5.1.1 no such user"), settings):
        deliver_letters(now=now)

    held = Suppression.objects.get()
    assert (held.email, held.cause) == (letter.to, "bounce")


def test_many_letters_arrive_each_once_and_in_few_commits(settings, now):
    letters = [make.letter() for _ in range(50)]
    with scripted(settings) as server:
        done = deliver_letters(now=now)

    assert done.sent == 50
    assert sorted(to for to, _ in server.taken) == sorted(one.to for one in letters)
