"""How home names the days that matter."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from points.reports.statement import situation
from tests import make
from tests.make import NOW
from tests.portal.conftest import client_of


def home(member, day, hour=12):
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    with time_machine.travel(at, tick=False):
        page = client_of(member.user).get("/my/").content.decode()
    return " ".join(page.split())


@pytest.fixture
def silver(program):
    member = make.member_with_login(joined_at=NOW - timedelta(days=800), language="en")
    member.user.language = "en"
    member.user.save(update_fields=["language"])
    make.purchase(member, "500.00", at=NOW - timedelta(days=300))
    return member


@pytest.mark.parametrize(
    ("days_before", "said"), [(1, "today"), (2, "by tomorrow"), (3, "before {day}")]
)
def test_the_last_day_to_keep_a_tier_reads_as_one_says_it(silver, days_before, said):
    before = situation(silver.pk, NOW).keep.before

    page = home(silver, before - timedelta(days=days_before))

    said = said.format(day=f"{before.day} {before:%B}")
    assert f"</strong> {said} keeps you Silver." in page


@pytest.mark.parametrize(("days_before", "said"), [(0, "today"), (1, "tomorrow"), (2, "{day}")])
def test_the_last_day_of_points_reads_as_one_says_it(silver, days_before, said):
    last, points = situation(silver.pk, NOW).expiring[0]

    page = home(silver, last - timedelta(days=days_before))

    said = said.format(day=f"{last.day} {last:%B}")
    assert f"<strong>{points}</strong> points expire after {said}." in page
