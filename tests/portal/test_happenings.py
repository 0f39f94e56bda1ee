"""What home shows of what happened last."""

from datetime import timedelta

import pytest

from points.actions.expiry import expire_points
from points.reports.lines import latest_happenings
from tests import make

pytestmark = pytest.mark.django_db


def test_points_that_expired_do_not_hide_what_the_member_did(now):
    make.published_program()
    member = make.member(joined_at=now - timedelta(days=500))
    for number in range(30):
        make.purchase(member, "20.00", at=now - timedelta(days=400 + number), now=now)
    make.purchase(member, "33.00", at=now - timedelta(days=50), now=now)
    make.purchase(member, "44.00", at=now - timedelta(days=49), now=now)
    expire_points(until=now, now=now)

    latest = latest_happenings(member.pk, 3)

    assert [line.points for line in latest] == [-20, 44, 33]
