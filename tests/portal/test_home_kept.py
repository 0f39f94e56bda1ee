"""The first page is kept while it is true, and no longer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.actions.membership import freeze_membership
from tests import make

pytestmark = pytest.mark.django_db


def asked(door) -> int:
    with CaptureQueriesContext(connection) as queries:
        door.get("/my/")
    return len(queries)


def test_a_second_look_asks_the_database_less(door, member):
    make.purchase(member, "20.00")
    first = asked(door)

    assert asked(door) < first


def test_a_purchase_shows_at_once(door, member):
    make.purchase(member, "20.00")
    door.get("/my/")

    make.purchase(member, "30.00", receipt="later")

    assert "<strong>50</strong>" in door.get("/my/").content.decode()


def test_a_frozen_member_reads_so_at_once(door, member):
    make.purchase(member, "20.00")
    before = door.get("/my/").content

    freeze_membership(member_id=member.pk)

    assert door.get("/my/").content != before


def test_nobody_sees_what_is_anothers(door, member, client):
    make.purchase(member, "20.00")
    door.get("/my/")
    other = make.member_with_login()
    make.purchase(other, "7.00")
    client.force_login(other.user)

    shown = client.get("/my/").content.decode()

    assert "<strong>7</strong>" in shown
    assert "<strong>20</strong>" not in shown


def test_what_expires_at_midnight_is_gone_after_it(door, member, time_machine):
    now = timezone.now()
    make.purchase(member, "20.00", at=now - timedelta(days=360), now=now)
    assert "<strong>20</strong>" in door.get("/my/").content.decode()

    time_machine.move_to(now + timedelta(days=10))

    assert "<strong>20</strong>" not in door.get("/my/").content.decode()
