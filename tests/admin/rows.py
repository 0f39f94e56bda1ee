"""A row of every model of the back office, for tests that open every page."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone

from campaigns.models import Audience, Campaign
from loyalty_site.models import FailedTask, JobRun
from mailroom.actions.suppression import suppress_address
from mailroom.models import Letter, MailRules, Suppression
from members.actions.api_clients import create_client
from members.actions.traces import record_act, record_look
from members.models import (
    ApiClient,
    Application,
    Approval,
    Branding,
    Card,
    Departure,
    Invitation,
    JoiningRules,
    Look,
    Member,
    Source,
    StaffAct,
    Terms,
    Tier,
    User,
)
from members.models.approval import fingerprint
from points.actions.publication import save_draft
from points.models import (
    AdjustmentLimit,
    Entry,
    OpenReceipt,
    ProgramVersion,
    Purchase,
    Replay,
    Spending,
    UnusualUse,
)
from rewards.actions.captures import capture_reservation
from rewards.actions.wrong_tries import note_wrong_try
from rewards.models import Batch, CouponRule, Redemption, Reward, Voucher, WrongTry
from tests import make
from tests.rewards import codes_made, tills


def one_of_each() -> dict:
    """Make a row of each model, and return them by model."""
    make.published_program()
    now = timezone.now()
    colleague = make.staff()
    member = make.member(points=50)
    purchase = make.purchase_in("North", member)
    make.refund(purchase, key="hand-1")
    looks(colleague, member, now)
    key = "0f0d9b39-5e6f-4b0f-8f0e-2f1f3f4f5f6f"
    asked = {"points": 900, "cause": "mistake", "member": member.pk, "note": "Till was off"}
    asked |= {"request_key": key}
    applicant = make.login()
    reward = make.reward(gives="perk", handing="ship", now=now)
    return {
        Member: member,
        ApiClient: create_client(
            name="Till 1", source_id=make.source(), scopes=["members:read"], now=now
        ).key.client,
        Purchase: purchase,
        Card: Card.objects.latest("id"),
        Entry: Entry.objects.latest("occurred_at"),
        ProgramVersion: ProgramVersion.objects.latest("number"),
        Replay: tried(colleague, now),
        JobRun: JobRun.objects.create(
            job="expire_points",
            period="2026-06-14",
            state="done",
            started_at=now,
            finished_at=now,
            done={"points": 12},
        ),
        FailedTask: FailedTask.objects.create(
            task="points.tasks.replay_draft",
            arguments={"args": [1], "kwargs": {}},
            error="ValueError: no",
            first_failed_at=now,
            failed_at=now,
        ),
        Tier: Tier.objects.get(rank=1),
        Source: Source.objects.latest("id"),
        User: colleague,
        Group: Group.objects.get(name="counter"),
        Look: Look.objects.latest("id"),
        StaffAct: StaffAct.objects.latest("id"),
        Branding: Branding.objects.create(),
        JoiningRules: JoiningRules.objects.create(),
        AdjustmentLimit: AdjustmentLimit.objects.create(),
        Terms: Terms.objects.create(number=1, text_nl="Doe mee.", text_en="Take part."),
        Application: Application.objects.create(user=applicant, applied_at=now, queued_at=now),
        Departure: Departure.objects.create(
            member=make.member(), reason=Departure.Reason.MOVED, left_at=now
        ),
        Invitation: Invitation.objects.create(
            email="anna@example.nl",
            invited_by=colleague,
            invited_at=now,
            expires_at=now + timedelta(days=30),
        ),
        Letter: make.letter(),
        Suppression: suppress_address(
            email="anna@example.nl", cause=Suppression.Cause.BOUNCE, detail="550 no", now=now
        ),
        MailRules: MailRules.objects.create(),
        Audience: Audience.objects.create(
            name="Everybody", made_by=colleague, made_at=now, changed_at=now
        ),
        Campaign: Campaign.objects.create(
            name="Spring", drafted_by=colleague, changed_by=colleague, drafted_at=now
        ),
        Reward: reward,
        Redemption: make.redeem(make.member(points=500), reward, now=now),
        Spending: Spending.objects.create(
            member=member, total=25, purchases=1, latest_at=now, counted_at=now
        ),
        UnusualUse: unusual(member, purchase, now),
        OpenReceipt: make.open_receipt(store="North"),
        Batch: codes_made.asked_batch(now=now),
        CouponRule: codes_made.coupon_rule(now=now),
        Voucher: tills.voucher(member_id=member.pk, now=now),
        WrongTry: note_wrong_try(client_id=tills.till("Till 99"), staff_id=None, now=now, many=12),
        Approval: Approval.objects.create(
            kind=Approval.Kind.ADJUSTMENT,
            member=member,
            asked=asked,
            digest=fingerprint(asked),
            reason="Till was off",
            request_key=key,
            asked_by=colleague,
            asked_at=now,
            expires_at=now + timedelta(days=7),
        ),
    }


def draft_with_a_rule() -> int:
    """A draft whose first rule can be changed and taken out."""
    draft = ProgramVersion.objects.drafts().first()
    return (draft or save_draft(toml=make.program_toml() + make.DOUBLE_TUESDAY)).pk


def used_at_counter():
    """What a voucher was used on a moment ago, by its reference."""
    now = timezone.now()
    held = tills.reserved(tills.voucher(now=now), now=now)
    capture = capture_reservation(reservation_id=held.pk, amount=None, actor="user:1", now=now)
    return capture.reference


def tried(colleague, now):
    """A draft that waits to be tried on the past."""
    version = ProgramVersion.objects.latest("number")
    return Replay.objects.create(
        draft=version, against=version, digest="", asked_by=colleague, asked_at=now, heard_at=now
    )


def unusual(member, purchase, now):
    """A card that one cashier scanned too often."""
    return UnusualUse.objects.create(
        days=90,
        since=now - timedelta(days=90),
        until=now,
        source_id=purchase.source_id,
        store="North",
        who="cashier-7",
        member_id=member.pk,
        purchases=80,
        points=800,
        expected=2,
        score=9,
        next_card=3,
        next_cashier=1,
        usual=2,
        busiest_on=now.date(),
        busiest=9,
    )


def looks(colleague, member, now):
    """Leave a trace of each kind."""
    record_act(staff_id=colleague.pk, what="Froze", on=member, now=now)
    record_look(staff_id=colleague.pk, member_id=member.pk, through=Look.Through.COUNTER, now=now)
