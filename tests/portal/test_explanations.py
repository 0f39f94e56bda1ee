"""Every kind of line explains itself, in the reader's language, down to the last point."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils.translation import override

from members.actions.membership import close_membership
from members.models import PROGRAM_SOURCE
from points.actions.adjustment import AdjustmentReason, adjust_points, give_welcome_bonus
from points.actions.expiry import expire_points
from points.actions.posting import post_event
from points.actions.purchases import record_refund, void_refund
from points.actions.redemption import restore_points, spend_points
from points.events import Credit, Debit, Line
from points.kinds import Kind
from points.models import Entry
from points.reports.explanations import explain, explain_purchase
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def member():
    make.published_program(silver="1.5", excluded='["Tobacco"]')
    return make.member(joined_at=NOW - timedelta(days=800))


def said(member, kind):
    """What the latest line of a kind says."""
    entry = Entry.objects.of_member(member.pk).filter(kind=kind).latest("id")
    return explain(entry)


def spend(member, points, now=NOW):
    key = uuid4()
    spend_points(member_id=member.pk, points=points, request_key=key, actor="user:1", now=now)
    return key


def give_back(member, purchase, total, refund="refund-1", now=NOW):
    record_refund(
        member_id=member.pk,
        source_id=purchase.source_id,
        refund=refund,
        receipt=purchase.receipt,
        refunded_at=now,
        total=Decimal(total),
        actor="import:1",
        now=now,
    )


def adjust(member, points, reason):
    adjust_points(
        member_id=member.pk,
        points=points,
        reason=reason,
        request_key=uuid4(),
        actor="user:1",
        now=NOW,
    )


def test_a_purchase_explains_base_rate_rounding_status_validity_and_version(member):
    make.purchase(member, "12.95")

    assert said(member, Kind.EARNED) == [
        "12 points earned on a purchase of €12.95.",
        "€12.95 × 1 per euro = 12.95, rounded down to 12 points.",
        "Counts as 12 status points for the tier.",
        "Valid up to and including 15 June 2027.",
        "By version 1 of the program.",
    ]


def test_a_purchase_in_a_tier_explains_its_multiplier(member):
    make.purchase(member, "600.00", at=NOW - DAY)
    make.purchase(member, "11.00")

    lines = said(member, Kind.EARNED)

    assert lines[0] == "16 points earned on a purchase of €11.00."
    assert lines[1] == "€11.00 × 1 per euro × 1.5 for Silver = 16.5, rounded down to 16 points."
    assert lines[2] == "Counts as 11 status points for the tier."


def test_what_earns_nothing_is_taken_off_one_by_one(member):
    bread = Line(1, "bread", "Bakery", "Bread", Decimal(1), Decimal("4.00"))
    smoke = Line(2, "smoke", "Kiosk", "tobacco", Decimal(1), Decimal("9.50"))
    make.purchase(member, "13.50", lines=(bread, smoke))

    lines = said(member, Kind.EARNED)

    assert lines[1:4] == [
        "€9.50 of it was for tobacco, which earns no points.",
        "So €4.00 counts.",
        "€4.00 × 1 per euro = 4.",
    ]


def test_a_purchase_that_earned_nothing_says_why(member):
    smoke = Line(1, "smoke", "Kiosk", "Tobacco", Decimal(1), Decimal("9.50"))
    nothing = make.purchase(member, "9.50", lines=(smoke,))
    little = make.purchase(member, "0.80")

    assert explain_purchase(nothing) == [
        "No points on this purchase of €9.50.",
        "€9.50 of it was for Tobacco, which earns no points.",
        "So €0.00 counts.",
        "By version 1 of the program.",
    ]
    assert explain_purchase(little)[1] == "€0.80 × 1 per euro = 0.8, rounded down to 0 points."


def test_a_purchase_that_earned_is_explained_by_its_line(member):
    purchase = make.purchase(member, "12.95")

    assert explain_purchase(purchase) == said(member, Kind.EARNED)


def test_a_welcome_says_so_and_how_long_it_lasts():
    make.published_program(welcome_bonus=50)
    member = make.member(joined_at=NOW)
    give_welcome_bonus(member_id=member.pk, now=NOW)

    assert said(member, Kind.BONUS) == [
        "50 points as a welcome to the program.",
        "Valid up to and including 15 June 2027.",
        "By version 1 of the program.",
    ]


def test_points_on_their_way_say_from_when_they_can_be_spent():
    make.published_program(pending_days=2)
    member = make.member()
    make.purchase(member, "10.00")

    assert "Can be spent from 17 June 2026." in said(member, Kind.EARNED)


def test_points_for_ever_say_so():
    make.published_program(valid_months=0)
    member = make.member()
    make.purchase(member, "10.00")

    assert "These points do not expire." in said(member, Kind.EARNED)


def test_a_redemption_names_the_points_it_took_the_soonest_to_expire_first(member):
    make.purchase(member, "30.00", at=NOW - 60 * DAY)
    make.purchase(member, "50.00")
    spend(member, 45)

    assert said(member, Kind.REDEEMED) == [
        "45 points redeemed.",
        "30 points came out of points valid up to and including 16 April 2027.",
        "15 points came out of points valid up to and including 15 June 2027.",
    ]


def test_a_redemption_of_points_for_ever_says_so():
    make.published_program(valid_months=0)
    member = make.member()
    make.purchase(member, "10.00", at=NOW - DAY)
    spend(member, 1)

    assert said(member, Kind.REDEEMED) == [
        "1 point redeemed.",
        "1 point came out of points that do not expire.",
    ]


def test_a_return_accounts_for_what_it_took_and_what_is_owed(member):
    purchase = make.purchase(member, "80.00", at=NOW - DAY)
    spend(member, 60)
    give_back(member, purchase, "50.50")

    assert said(member, Kind.CLAWED_BACK) == [
        "51 points taken back for a return of €50.50.",
        "It belongs to the purchase of €80.00 on 14 June 2026, which earned 80 points.",
        "What is left of the purchase, €29.50, earns 29 points; so 51 points had to be taken back.",
        "20 points came out of points valid up to and including 14 June 2027.",
        "31 points had been spent already: they come off the next points.",
        "By version 1 of the program.",
    ]


def test_the_next_purchase_says_what_of_it_was_owed(member):
    purchase = make.purchase(member, "80.00", at=NOW - DAY)
    spend(member, 60)
    give_back(member, purchase, "80.00")
    make.purchase(member, "100.00")

    assert "60 points of these went to points that were still owed." in said(member, Kind.EARNED)


def test_a_return_that_lets_go_says_how_much_and_takes_it_when_points_come_back():
    make.published_program(policy="within_balance")
    member = make.member()
    purchase = make.purchase(member, "80.00", at=NOW - DAY)
    key = spend(member, 60)
    give_back(member, purchase, "81.00")
    first = said(member, Kind.CLAWED_BACK)
    restore_points(
        member_id=member.pk, redemption_key=key, request_key=uuid4(), actor="user:1", now=NOW
    )

    assert "60 points had been spent already and are let go." in first
    assert "€1.00 more was given back than was paid." in first
    assert said(member, Kind.CLAWED_BACK)[0] == "60 points taken back for an earlier return."
    assert len(said(member, Kind.CLAWED_BACK)) == 2


def test_an_undone_return_gives_the_points_back(member):
    purchase = make.purchase(member, "80.00", at=NOW - DAY)
    give_back(member, purchase, "80.00")
    void_refund(
        member_id=member.pk,
        source_id=purchase.source_id,
        request_key="undo-1",
        refund="refund-1",
        voided_at=NOW,
        actor="user:1",
        now=NOW,
    )

    lines = said(member, Kind.REFUND_VOIDED)

    assert lines[0] == "80 points given back: a return was undone."
    assert lines[1].startswith("It belongs to the purchase of €80.00 on 14 June 2026")


def test_an_undone_redemption_says_whether_in_part(member):
    make.purchase(member, "80.00", at=NOW - DAY)
    key = spend(member, 60)
    facts = {"member_id": member.pk, "redemption_key": key, "actor": "user:1", "now": NOW}
    restore_points(**facts, request_key=uuid4(), points=10)
    in_part = said(member, Kind.RESTORED)
    restore_points(**facts, request_key=uuid4())

    assert in_part[:2] == [
        "10 points given back: a redemption was undone.",
        "The redemption was undone in part.",
    ]
    assert said(member, Kind.RESTORED)[0] == "50 points given back: a redemption was undone."


def test_expiry_names_the_day_the_points_were_got_and_their_last(member):
    make.purchase(member, "30.00", at=NOW - timedelta(days=400))
    expire_points(until=NOW, now=NOW)

    assert said(member, Kind.EXPIRED) == [
        "30 points expired unused.",
        "They were of 11 May 2025 and valid up to and including 11 May 2026.",
    ]


def test_points_that_come_back_too_late_say_that_they_expire_at_once(member):
    then = NOW - timedelta(days=400)
    make.purchase(member, "30.00", at=then, now=then)
    key = spend(member, 30, now=then)
    restore_points(
        member_id=member.pk, redemption_key=key, request_key=uuid4(), actor="user:1", now=NOW
    )

    lines = said(member, Kind.EXPIRED)

    assert lines[0] == "30 points expired as they came back."
    assert lines[-1] == "They were of 11 May 2025 and valid up to and including 11 May 2026."


def test_a_use_we_heard_of_too_late_makes_expired_points_count_again(member):
    then = NOW - timedelta(days=400)
    make.purchase(member, "30.00", at=then, now=then)
    expire_points(until=NOW, now=NOW)
    late = Debit("late", member.pk, then + 30 * DAY, 10, Kind.REDEEMED)
    post_event(late, source_id=make.source(), actor="import:1", now=NOW)

    lines = said(member, Kind.EXPIRED)

    assert lines[0] == "10 points that had expired count again."


@pytest.mark.parametrize(
    ("points", "reason", "kind", "lines"),
    [
        (
            20,
            AdjustmentReason.MISTAKE,
            Kind.ADJUSTED,
            ["20 points added as a correction.", "Reason: a mistake of ours."],
        ),
        (
            -20,
            AdjustmentReason.MISUSE,
            Kind.ADJUSTED,
            ["20 points taken off as a correction.", "Reason: misuse."],
        ),
        (
            20,
            AdjustmentReason.GOOD_WILL,
            Kind.BONUS,
            ["20 points given as a bonus.", "Reason: good will."],
        ),
        (
            5,
            AdjustmentReason.MISSING_PURCHASE,
            Kind.ADJUSTED,
            ["5 points added as a correction.", "Reason: a purchase was missing."],
        ),
        (
            5,
            AdjustmentReason.WRONG_MEMBER,
            Kind.ADJUSTED,
            ["5 points added as a correction.", "Reason: a purchase went to another member."],
        ),
    ],
)
def test_a_correction_gives_its_reason(member, points, reason, kind, lines):
    make.purchase(member, "80.00", at=NOW - DAY)
    adjust(member, points, reason)

    assert said(member, kind)[:2] == lines


def test_a_reason_from_elsewhere_is_quoted_as_it_is(member):
    gift = Credit("g1", member.pk, NOW, 25, Kind.GIFT_RECEIVED, "from a neighbor")
    post_event(gift, source_id=PROGRAM_SOURCE, actor="user:1", now=NOW)

    lines = said(member, Kind.GIFT_RECEIVED)

    assert lines[:2] == ["25 points received as a gift.", "Reason: from a neighbor."]


def test_a_gift_sent_says_which_points_went(member):
    make.purchase(member, "80.00", at=NOW - DAY)
    sent = Debit("g2", member.pk, NOW, 25, Kind.GIFT_SENT)
    post_event(sent, source_id=PROGRAM_SOURCE, actor="user:1", now=NOW)

    assert said(member, Kind.GIFT_SENT)[0] == "25 points given away."
    assert len(said(member, Kind.GIFT_SENT)) == 2


def test_a_return_to_a_closed_membership_lets_go_of_what_is_missing(member):
    purchase = make.purchase(member, "80.00", at=NOW - DAY)
    spend(member, 60)
    close_membership(member_id=member.pk, now=NOW)
    give_back(member, purchase, "80.00")

    assert "60 points had been spent already and are let go." in said(member, Kind.CLAWED_BACK)
