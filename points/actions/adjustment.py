"""Points that no purchase earned: welcome bonuses, good will and corrections."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from members.models import PROGRAM_SOURCE, Member
from members.refusals import Refusal
from points.actions.posting import post_event
from points.book import Book
from points.events import Credit, Debit
from points.kinds import Kind
from points.models import Entry
from points.program_cache import current_program

WELCOME = "welcome"
SWEPT_BACK = timedelta(days=35)


class AdjustmentReason(models.TextChoices):
    """Why staff correct points; a code, so that no personal data enters the ledger."""

    MISSING_PURCHASE = "missing_purchase", _("a purchase was missing")
    WRONG_MEMBER = "wrong_member", _("a purchase went to another member")
    MISTAKE = "mistake", _("a mistake of ours")
    GOOD_WILL = "good_will", _("good will")
    MISUSE = "misuse", _("misuse")


class NothingToAdjust(Refusal):
    code = "nothing_to_adjust"


def adjust_points(
    *,
    member_id: int,
    points: int,
    reason: AdjustmentReason,
    request_key: UUID,
    actor: str,
    now: datetime,
) -> Book:
    """
    Correct a balance up or down; good will becomes a bonus.

    Down takes from open lots only and never makes a debt. The same request key adjusts once.
    """
    if points == 0:
        raise NothingToAdjust(_("A correction needs points, above or below 0."))
    key = str(request_key)
    event: Credit | Debit
    if points > 0:
        kind = Kind.BONUS if reason is AdjustmentReason.GOOD_WILL else Kind.ADJUSTED
        event = Credit(key, member_id, now, points, kind, reason.value)
    else:
        event = Debit(key, member_id, now, -points, Kind.ADJUSTED, reason.value)
    return post_event(event, source_id=PROGRAM_SOURCE, actor=actor, now=now)


def give_welcome_bonus(*, member_id: int, now: datetime) -> Book | None:
    """
    Give a member the welcome bonus of the moment they joined, once.

    Members brought in by an import were welcomed elsewhere. Returns None if nothing is due.
    """
    member = Member.objects.get(pk=member_id)
    rules = current_program().at(member.joined_at)
    if member.joined_through == Member.Through.IMPORT or rules is None or not rules.welcome_bonus:
        return None
    event = Credit(
        f"{WELCOME}:{member_id}",
        member_id,
        member.joined_at,
        rules.welcome_bonus,
        Kind.BONUS,
        WELCOME,
    )
    return post_event(event, source_id=PROGRAM_SOURCE, actor="program", now=now)


def welcome_new_members(*, now: datetime, most: int = 1_000) -> int:
    """Give every welcome bonus of the last weeks that is still due; the sweep behind the news."""
    if not any(rules.welcome_bonus for rules in current_program().versions):
        return 0
    given = Entry.objects.filter(
        source_id=PROGRAM_SOURCE,
        kind=Kind.BONUS,
        operation=Concat(Value(f"{WELCOME}:"), Cast(OuterRef("pk"), models.CharField())),
    )
    waiting = (
        Member.objects.taking_part()
        .exclude(joined_through=Member.Through.IMPORT)
        .filter(~Exists(given), joined_at__gt=now - SWEPT_BACK, joined_at__lte=now)
        .values_list("pk", flat=True)[:most]
    )
    bonuses = [give_welcome_bonus(member_id=member, now=now) for member in waiting]
    return len([book for book in bonuses if book is not None])
