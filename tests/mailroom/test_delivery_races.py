"""Letters, sent by several workers at once."""

from threading import Event

import pytest
from django.db import transaction

from mailroom.actions.posting import post_letter
from mailroom.actions.sending import claim_letter, send_again
from mailroom.delivery import deliver_letters
from mailroom.models import Letter
from mailroom.receivers import send_at_once
from mailroom.signals import letter_posted
from tests import make
from tests.mailroom.servers import Keeper, serving
from tests.members.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW


@pytest.fixture(autouse=True)
def _no_knocks():
    """Nobody sends at once what these tests post."""
    letter_posted.disconnect(send_at_once)
    yield
    letter_posted.connect(send_at_once)


def test_two_workers_never_send_one_letter_twice(settings):
    letters = [make.letter() for _ in range(40)]
    with serving(Keeper(), settings) as server:
        done = at_once(lambda _: deliver_letters(now=NOW).sent, 4)

    assert sum(done) == len(server.letters) == 40
    assert {envelope.rcpt_tos[0] for envelope in server.letters} == {one.to for one in letters}
    assert Letter.objects.filter(state="sent").count() == 40


def test_a_letter_that_somebody_holds_is_passed_over():
    first, second = make.letter(), make.letter()
    held, done = Event(), Event()

    def work(number):
        if number == 0:
            with transaction.atomic():
                claimed = claim_letter(now=NOW).pk
                held.set()
                return claimed if done.wait(10) else "the other waited"
        held.wait(10)
        claimed = claim_letter(now=NOW).pk
        done.set()
        return claimed

    assert at_once(work) == [first.pk, second.pk]


def test_one_key_posted_by_many_at_once_is_one_letter():
    fields = {"to": "a@example.nl", "language": "nl", "subject": "s", "text": "t", "html": ""}

    answers = at_once(lambda _: post_letter(key="k", now=NOW, **fields).pk, 6)

    assert len(set(answers)) == 1
    assert Letter.objects.count() == 1


def test_a_stuck_letter_is_sent_again_once_however_often_it_is_asked():
    letter = make.letter()
    Letter.objects.filter(pk=letter.pk).update(state="failed", sent_at=None)

    answers = at_once(lambda _: send_again(letter_id=letter.pk, now=NOW).pk, 4)

    assert answers.count("letter_not_stuck") == 3
