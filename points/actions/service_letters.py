"""The letters that say: welcome, and you reached a tier. Each is written once."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import translation

from mailroom.actions.posting import post_letter
from mailroom.facts import facts_of
from mailroom.models import Letter
from mailroom.wording import write_letter
from members.models import Application, Card, Member, Placement
from points.program_cache import current_program
from points.reports.wording import decimal, tier_name
from points.rules import ONE

WELCOME, WELCOME_AT_THE_TILL, TIER = "welcome", "welcome-till", "tier"
SWEPT_BACK = timedelta(days=2)
"""A welcome later than this is none, and neither is a feast."""
A_SWEEP = 1_000
LATEST_PLACEMENTS = 50_000


def post_welcome(*, member_id: int, now: datetime) -> Letter | None:
    """
    Welcome who has just joined: to the card, or, without a login yet, to claiming it.

    None for who was welcomed before, has no address, was brought in by an import, or waited in
    line and hears of their place in another letter.
    """
    member = Member.objects.get(pk=member_id)
    if not _is_welcomed(member):
        return None
    card = Card.objects.active().filter(member=member).order_by("-pk").first()
    with translation.override(member.language):
        facts = facts_of([member], wanted={"spendable", "balance"}, now=now)[member_id]
        has_login = member.user_id is not None
        written = write_letter(
            "points/welcome" if has_login else "points/welcome_at_the_till",
            language=member.language,
            reader=member.name,
            url=_address("members:card" if has_login else "account_signup"),
            now=now,
            card=card.number if card else "",
            balance=facts.get("balance", ""),
            has_points="balance" in facts,
            has_card=card is not None,
            email=member.email or "",
        )
    return post_letter(
        key=f"{WELCOME if has_login else WELCOME_AT_THE_TILL}:{member_id}",
        to=member.email or "",
        language=written.language,
        subject=written.subject,
        text=written.text,
        html=written.html,
        member_id=member_id,
        now=now,
    )


def _is_welcomed(member: Member) -> bool:
    return bool(
        member.email
        and member.status == Member.Status.ACTIVE
        and member.joined_through != Member.Through.IMPORT
        and not Letter.objects.filter(
            key__in=[f"{WELCOME}:{member.pk}", f"{WELCOME_AT_THE_TILL}:{member.pk}"]
        ).exists()
        and not Application.objects.filter(
            user=member.user_id, user__isnull=False, queued_at__isnull=False
        ).exists()
    )


def post_tier_reached(*, placement_id: int, now: datetime) -> Letter | None:
    """
    Tell a member which tier they have just reached.

    None if they stand elsewhere by now, or reached it in a past that was only now recorded.
    """
    placement = Placement.objects.select_related("member", "member__account").get(pk=placement_id)
    member, rules = placement.member, current_program().at(now)
    stands_there = member.account.tier_id == placement.tier_id
    if rules is None or not stands_there or placement.since <= now - SWEPT_BACK:
        return None
    if not member.email or member.status != Member.Status.ACTIVE:
        return None
    rank = placement.tier_id
    with translation.override(member.language):
        written = write_letter(
            "points/tier_reached",
            language=member.language,
            reader=member.name,
            url=_address("home"),
            now=now,
            tier=tier_name(rules, rank),
            times=decimal(rules.multiplier(rank)),
            has_extra=rules.multiplier(rank) > ONE,
        )
    return post_letter(
        key=f"{TIER}:{placement.pk}",
        to=member.email,
        language=written.language,
        subject=written.subject,
        text=written.text,
        html=written.html,
        member_id=member.pk,
        now=now,
    )


def post_service_letters(*, now: datetime) -> int:
    """Write every welcome and every tier of the last days that still has no letter."""
    joined = (
        Member.objects.filter(
            status=Member.Status.ACTIVE,
            email__isnull=False,
            joined_at__gt=now - SWEPT_BACK,
            joined_at__lte=now,
        )
        .exclude(joined_through=Member.Through.IMPORT)
        .filter(~Exists(_letter_about(WELCOME)), ~Exists(_letter_about(WELCOME_AT_THE_TILL)))
        .order_by("pk")
        .values_list("pk", flat=True)[:A_SWEEP]
    )
    letters = _posted(joined, lambda number: post_welcome(member_id=number, now=now))
    rises = _rises(now).filter(~Exists(_letter_about(TIER))).values_list("pk", flat=True)
    return letters + _posted(
        rises[:A_SWEEP], lambda number: post_tier_reached(placement_id=number, now=now)
    )


def _rises(now: datetime) -> QuerySet[Placement]:
    latest = Placement.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return Placement.objects.filter(
        pk__gt=latest - LATEST_PLACEMENTS,
        reason=Placement.Reason.ROSE,
        since__gt=now - SWEPT_BACK,
        since__lte=now,
        member__email__isnull=False,
        member__status=Member.Status.ACTIVE,
    ).order_by("pk")


def _letter_about(about: str) -> QuerySet[Letter]:
    key = Concat(Value(f"{about}:"), Cast(OuterRef("pk"), CharField()))
    return Letter.objects.filter(key=key)


def _posted(numbers: Iterable[int], post: Callable[[int], Letter | None]) -> int:
    return len([letter for letter in map(post, numbers) if letter is not None])


def _address(name: str) -> str:
    return f"{settings.SITE_URL}{reverse(name)}"
