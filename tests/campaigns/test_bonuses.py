"""Bonus points of a campaign: once each, and only for mail that left."""

import pytest
from django.utils.translation import override

from campaigns.actions.bonuses import give_bonuses
from campaigns.actions.sending import start_campaigns
from campaigns.models import Bonus, Campaign
from mailroom.models import Delivery, Mailing, Tally
from points.models import Entry
from points.reports.explanations import explain
from tests import make
from tests.campaigns.campaigning import readers, scheduled

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(now):
    make.published_program()
    readers(4)
    made = scheduled(bonus_points=50)
    start_campaigns(now=now)
    return Campaign.objects.get(pk=made.pk)


def became(state, *, of, now, count=1):
    """Let some waiting deliveries come to this end, tallies and all."""
    chosen = list(Delivery.objects.filter(mailing=of, state="waiting").order_by("pk")[:count])
    for one in chosen:
        one.state, one.left_at = state, now
        one.sent_at = now if state == "sent" else None
        one.reason = "capped" if state == "skipped" else ""
        one.save()
    for moved, number in ((state, count), ("waiting", -count)):
        tally, _new = Tally.objects.get_or_create(
            mailing_id=of, state=moved, reason="capped" if moved == "skipped" else ""
        )
        tally.count += number
        tally.save()
    return [one.member_id for one in chosen]


def test_only_whom_it_was_sent_to_gets_points_and_once(campaign, now):
    sent = became("sent", of=campaign.mailing_id, now=now, count=2)
    became("skipped", of=campaign.mailing_id, now=now)
    became("unknown", of=campaign.mailing_id, now=now)

    first, again = give_bonuses(now=now), give_bonuses(now=now)

    assert (first, again) == (2, 0)
    assert set(Entry.objects.values_list("member", flat=True)) == set(sent)
    assert set(Entry.objects.values_list("points", flat=True)) == {50}
    assert Campaign.objects.get().bonus_given == 2


def test_the_book_says_what_they_are_for(campaign, now):
    became("sent", of=campaign.mailing_id, now=now)
    give_bonuses(now=now)

    with override("en"):
        told = explain(Entry.objects.get())

    assert "For reading our mail “Spring”." in told


def test_who_is_reached_later_gets_it_in_a_later_round(campaign, now):
    became("sent", of=campaign.mailing_id, now=now, count=3)
    give_bonuses(now=now)
    became("sent", of=campaign.mailing_id, now=now)

    assert give_bonuses(now=now) == 1
    assert Bonus.objects.count() == 4


def test_it_ends_when_nobody_can_follow(campaign, now):
    became("sent", of=campaign.mailing_id, now=now, count=3)
    unknown = became("unknown", of=campaign.mailing_id, now=now)
    Mailing.objects.update(state="done", finished_at=now)
    give_bonuses(now=now)
    assert Campaign.objects.get().bonus_done_at is None

    # Somebody finds out that it did arrive.
    Delivery.objects.filter(member__in=unknown).update(state="sent", sent_at=now)
    Tally.objects.filter(state="unknown").update(count=0)
    Tally.objects.filter(state="sent").update(count=4)

    assert give_bonuses(now=now) == 1
    give_bonuses(now=now)
    assert Campaign.objects.get().bonus_done_at == now


def test_a_lost_row_of_ours_gives_nothing_twice(campaign, now):
    """The ledger knows the operation, whatever we remember."""
    became("sent", of=campaign.mailing_id, now=now)
    give_bonuses(now=now)
    Campaign.objects.update(bonus_after=0, bonus_settled=0)

    give_bonuses(now=now)

    assert Entry.objects.count() == 1
