"""A database that was put back: no campaign leaves a second time by itself."""

import pytest

from campaigns.actions.sending import hold_restored_campaigns, start_campaigns
from campaigns.models import Campaign
from mailroom.models import Delivery
from members.signals import database_restored
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(now):
    colleague = make.staff()
    make.consent(make.member())
    return Campaign.objects.create(
        name="Spring",
        state=Campaign.State.SCHEDULED,
        conditions=[],
        sentences={},
        counted=1,
        reachable=1,
        drafted_by=colleague,
        changed_by=colleague,
        scheduled_by=colleague,
        drafted_at=now,
    )


def test_what_was_to_leave_is_a_draft_that_says_why(due, now):
    told = database_restored.send(sender=None, made_at=now, now=now, carried={})

    start_campaigns(now=now)

    due.refresh_from_db()
    assert (due.state, due.why) == ("draft", "restored")
    assert not Delivery.objects.exists()
    assert any("1" in str(answer) for _receiver, answer in told)


def test_a_draft_stays_as_it_was(due):
    Campaign.objects.update(state=Campaign.State.DRAFT)

    assert hold_restored_campaigns() == 0
