"""Points for who was reached by a campaign: once each, for mail that really left."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from campaigns.models import Bonus, Campaign
from mailroom.models import Delivery, Mailing, Tally
from members.models import PROGRAM_SOURCE
from points.actions.posting import post_events
from points.events import Credit
from points.kinds import Kind
from points.reports.reasons import MAILING

BATCH = 500
MOST_BATCHES = 40
UNDECIDED = (
    Delivery.State.WAITING,
    Delivery.State.CLAIMED,
    Delivery.State.SENDING,
    Delivery.State.UNKNOWN,
)
PROGRAM = "program"


def give_bonuses(*, now: datetime, most: int = MOST_BATCHES) -> int:
    """Give what campaigns still owe to those they reached; return how many members got it."""
    given = 0
    for pk in list(Campaign.objects.owing_bonus().order_by("pk").values_list("pk", flat=True)):
        for _round in range(most):
            more = give_batch(campaign_id=pk, now=now)
            given += more or 0
            if more is None:
                break
    return given


@transaction.atomic
def give_batch(*, campaign_id: int, now: datetime) -> int | None:
    """
    Give the next few members of a campaign their bonus; None where there is none to give now.

    The entry, the row that says so and how far the round is are one transaction, and the ledger
    knows the operation: nobody gets it twice. Who is refused by the ledger gets a row of none.
    """
    campaign = Campaign.objects.lock(campaign_id)
    if campaign.bonus_done_at is not None or campaign.mailing_id is None:
        return None
    counts = _counts(campaign)
    # Where everybody who got it has been decided about, nobody has to be looked for.
    readers = (
        _next_readers(campaign) if counts[Delivery.State.SENT] > campaign.bonus_settled else []
    )
    if not readers:
        undecided = sum(counts[state] for state in UNDECIDED)
        _end_round(campaign, now, is_last=campaign.bonus_after == 0 and not undecided)
        return None
    credits = [
        Credit(
            f"campaign:{campaign.pk}:{reader}",
            reader,
            now,
            campaign.bonus_points,
            Kind.BONUS,
            f"{MAILING}{campaign.name}",
        )
        for reader in readers
    ]
    outcome = post_events(credits, source_id=PROGRAM_SOURCE, actor=PROGRAM, now=now)
    refused = {event.member for event, _refusal in outcome.refused}
    Bonus.objects.bulk_create(
        [
            Bonus(
                campaign=campaign,
                member_id=reader,
                points=0 if reader in refused else campaign.bonus_points,
                given_at=now,
            )
            for reader in readers
        ]
    )
    campaign.bonus_after = readers[-1]
    campaign.bonus_given += len(readers) - len(refused)
    campaign.bonus_settled += len(readers)
    campaign.save(update_fields=["bonus_after", "bonus_given", "bonus_settled"])
    return len(readers) - len(refused)


def _counts(campaign: Campaign) -> Counter[str]:
    """How many deliveries stand in each state, from the tallies."""
    counts: Counter[str] = Counter()
    for tally in Tally.objects.filter(mailing=campaign.mailing_id):
        counts[tally.state] += tally.count
    return counts


def _next_readers(campaign: Campaign) -> list[int]:
    """Members after the last one of this round whose mail was sent and who have no bonus yet."""
    has_it = Bonus.objects.filter(campaign=campaign, member=OuterRef("member"))
    rows = Delivery.objects.filter(
        ~Exists(has_it),
        mailing=campaign.mailing_id,
        member__gt=campaign.bonus_after,
        state=Delivery.State.SENT,
    )
    return list(rows.order_by("member").values_list("member_id", flat=True).distinct()[:BATCH])


def _end_round(campaign: Campaign, now: datetime, *, is_last: bool) -> None:
    """Begin the next round from the first member on, or end for good."""
    over = campaign.mailing is not None and campaign.mailing.state in (
        Mailing.State.DONE,
        Mailing.State.STOPPED,
    )
    campaign.bonus_after = 0
    campaign.bonus_done_at = now if is_last and over else None
    campaign.save(update_fields=["bonus_after", "bonus_done_at"])
