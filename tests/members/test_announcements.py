"""Announcing, and refusing."""

import pytest
from django.db import transaction
from django.dispatch import Signal
from django.utils import translation
from django.utils.translation import gettext_lazy as lazily  # makemessages must not collect it

from members.refusals import Refusal
from members.signals import announce

something_happened = Signal()


@pytest.fixture
def heard():
    seen = []

    def fail(**_):
        raise RuntimeError("a receiver of ours has a bug")

    def hear(member_id, **_):
        seen.append(member_id)

    something_happened.connect(fail)
    something_happened.connect(hear)
    yield seen
    something_happened.disconnect(fail)
    something_happened.disconnect(hear)


@pytest.mark.django_db(transaction=True)
def test_news_is_told_after_the_commit(heard):
    with transaction.atomic():
        announce(something_happened, member_id=7)
        inside = list(heard)

    assert inside == []
    assert heard == [7]


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_no_news(heard):
    with transaction.atomic():
        announce(something_happened, member_id=7)
        transaction.set_rollback(True)

    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_a_failing_receiver_stops_nobody_and_is_logged(heard, caplog):
    announce(something_happened, member_id=7)

    assert heard == [7]
    assert "receiver failed" in caplog.text


class NoRoom(Refusal):
    code = "no_room"


def test_a_refusal_has_a_code_words_and_figures():
    refusal = NoRoom("There is no room.", wanted=3, left=1)

    assert (refusal.code, str(refusal), refusal.details) == (
        "no_room",
        "There is no room.",
        {"wanted": 3, "left": 1},
    )


def test_a_refusal_speaks_the_readers_language():
    refusal = NoRoom(lazily("Yes"))

    with translation.override("nl"):
        assert str(refusal) == "Ja"
