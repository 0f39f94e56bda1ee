"""`/members/{number}` and its statement: what somebody has, now and as of a day."""

from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from members.api.auth import Key, caller_of
from members.api.errors import ApiError, ErrorBody
from members.api.faults import not_valid
from members.api.fields import Day, Moment, can_be_kept, instant
from members.models import Member, Scope
from members.reports.numbers import holders_of
from points.api.bodies import TierBody
from points.api.refusing import unknown_member
from points.local_time import end_of_day
from points.program_cache import current_program
from points.reports.balances import balance_of
from points.reports.posted import tier_name
from points.reports.statement import situation

router = Router(tags=["Members"])
WRONG = dict.fromkeys((400, 401, 403, 404, 409, 422, 429), ErrorBody)
reads = Key(Scope.READ_MEMBERS)


class MemberAnswer(Schema):
    """What a till shows: no name and no address."""

    member: str = Field(description="The number as it was asked.")
    status: str = Field(description="active, frozen (earns, cannot spend) or closed.")
    balance: int = Field(description="All points, those pending included.")
    spendable: int = Field(description="What can be spent right now.", ge=0)
    pending: int = Field(description="What cannot be spent yet.", ge=0)
    tier: TierBody
    expires_next: date | None = Field(description="The last day of the points that go first.")


class StatementQuery(Schema):
    """As of which day, and by what was known when."""

    as_of: Day = Field(description="A local day, YYYY-MM-DD.", examples=["2026-03-31"])
    known_at: Moment | None = Field(None, description="Count what was known then; now if absent.")


class StatementAnswer(Schema):
    """A member's figures at the end of a local day; they add up to the balance."""

    member: str
    as_of: date
    known_at: str = Field(description="What was known at this moment is counted.")
    earned: int
    bonus: int
    redeemed: int
    restored: int
    clawed_back: int
    expired: int
    adjusted: int
    gifted: int
    balance: int
    pending: int
    debt: int


@router.get(
    "/{number}", auth=reads, response={200: MemberAnswer, **WRONG}, summary="Look a member up"
)
def look_up(request: HttpRequest, number: str) -> MemberAnswer:
    """Answers what a member has. A number identifies; it proves nothing about who holds it."""
    now = timezone.now()
    member = _member(request, number)
    stands = situation(member.pk, now)
    rules = current_program().at(now)
    return MemberAnswer(
        member=number,
        status=member.status,
        balance=stands.balance,
        spendable=stands.spendable,
        pending=stands.pending,
        tier=TierBody(rank=stands.tier, name=tier_name(rules, stands.tier) if rules else ""),
        expires_next=stands.expiring[0][0] if stands.expiring else None,
    )


@router.get(
    "/{number}/statement",
    auth=reads,
    response={200: StatementAnswer, **WRONG},
    summary="A member's figures as of a day",
)
def statement(request: HttpRequest, number: str, asked: Query[StatementQuery]) -> StatementAnswer:
    """
    Answers the figures at the end of a local day, whether or not the nightly job has run.

    A till that was offline reports late: `as_of` says what is true of that day, `known_at` what
    was known of it then.
    """
    member = _member(request, number)
    versions = current_program().versions
    if not versions:
        raise ApiError(409, "outside_program", _("No program has been published yet."))
    known: datetime = asked.known_at or timezone.now()
    try:
        until = end_of_day(asked.as_of, versions[0].zone)
    except (OverflowError, ValueError):
        too_far = {"loc": ("query", "as_of"), "msg": _("This day lies too far away.")}
        raise not_valid([too_far]) from None
    figures = balance_of(member_id=member.pk, until=until, known_at=known)
    return StatementAnswer(member=number, as_of=asked.as_of, known_at=instant(known), **figures)


def _member(request: HttpRequest, number: str) -> Member:
    source_id = caller_of(request).client.source_id
    found = holders_of([number], source_id) if can_be_kept(number) else {}
    if number not in found:
        raise unknown_member(number)
    return Member.objects.get(pk=found[number][0])
