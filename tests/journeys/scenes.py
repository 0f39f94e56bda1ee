"""How the program may stand: not yet open, about to change, with a line, with new terms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from members.actions.joining import claim_membership
from members.actions.membership import close_membership
from members.models import Departure, User
from rewards.code_vault import digest_of, seal, share_token
from rewards.codes import GROUP, new_code
from rewards.models import Voucher
from tests import make

People = dict[str, User]


@dataclass(frozen=True)
class Scene:
    """What has to be so, and the pages that look different then, each with whom it is shown to."""

    prepare: Callable[[datetime], People]
    pages: dict[str, tuple[str, str | None]]


def nothing_yet(_now: datetime) -> People:
    return {}


def another_version(now: datetime) -> People:
    """Announce other rules for next month."""
    make.published_program(now=now)
    make.published_program(now=now, rate=3, effective_at=(now + timedelta(days=30)).isoformat())
    return {}


def a_line(now: datetime) -> People:
    """Let the one place be taken, and three wait."""
    make.published_program(now=now)
    make.member(now=now)
    make.joining("waiting_list", capacity=1, now=now)
    waiting = [make.applicant(now=now - timedelta(days=day)) for day in (3, 2, 1)]
    for user in waiting:
        claim_membership(user_id=user.pk, now=now)
    return {"waiting": waiting[-1]}


def by_invitation(now: datetime) -> People:
    make.published_program(now=now)
    make.joining("invitation", now=now)
    return {"stranger": make.login(name="Ties Visser")}


def refused(now: datetime) -> People:
    """Answer the questions without being invited."""
    make.published_program(now=now)
    make.joining("invitation", now=now)
    return {"refused": make.applicant(now=now)}


def farewell(now: datetime) -> People:
    """Let a member leave who had points, and staff end the membership of another."""
    make.published_program(now=now)
    member = make.member_with_login(name="Gerda Groen", points=1250)
    close_membership(member_id=member.pk, now=now, reason=Departure.Reason.UNSAID)
    other = make.member_with_login(name="Hugo Bakker")
    close_membership(member_id=other.pk, now=now)
    return {"gone": member.user, "ended": other.user}


def new_terms(now: datetime) -> People:
    """Publish terms that a member has not accepted yet."""
    make.published_program(now=now)
    member = make.member_with_login(name="Anna Hoekstra")
    make.terms("# Meedoen\n\nWie meedoet spaart punten.\n\n- Een kaart per persoon.", now=now)
    return {"member": member.user}


TO_USE, CARD_TO_GIVE, CARD_GIVEN, OVER = (UUID(int=number) for number in range(1, 5))
"""Vouchers that have one address in every run."""


def vouchers(now: datetime) -> People:
    """Give a member a voucher to use, gift cards of which one is shared, and one that is over."""
    make.published_program(now=now)
    member = make.member_with_login(name="Anna Hoekstra")
    kinds = {TO_USE: "discount", CARD_TO_GIVE: "gift_card", CARD_GIVEN: "gift_card"}
    for reference in (TO_USE, CARD_TO_GIVE, CARD_GIVEN, OVER):
        code = new_code()
        Voucher.objects.create(
            reference=reference,
            digest=digest_of(code),
            sealed=seal(code),
            tail=code[-GROUP:],
            gives=kinds.get(reference, "discount"),
            value=Decimal("12.50"),
            member=member,
            issued_at=now - timedelta(days=40),
            valid_from=now - timedelta(days=40),
            expires_at=now - timedelta(days=1) if reference == OVER else now + timedelta(days=40),
            share_key=reference if reference == CARD_GIVEN else None,
            shares_name=reference == CARD_GIVEN,
        )
    newcomer = make.member_with_login(name="Noor van Dijk")
    return {"member": member.user, "newcomer": newcomer.user}


SCENES = {
    "vouchers": Scene(
        vouchers,
        {
            "vouchers": ("/my/vouchers/", "member"),
            "vouchers-none": ("/my/vouchers/", "newcomer"),
            "voucher": (f"/my/vouchers/{TO_USE}/", "member"),
            "voucher-over": (f"/my/vouchers/{OVER}/", "member"),
            "gift-card": (f"/my/vouchers/{CARD_TO_GIVE}/", "member"),
            "gift-card-given": (f"/my/vouchers/{CARD_GIVEN}/", "member"),
            "gift-card-opened": (f"/gift/{share_token(CARD_GIVEN)}/", None),
            "gift-card-none": ("/gift/x/", None),
        },
    ),
    "early": Scene(nothing_yet, {"landing-early": ("/", None)}),
    "later": Scene(another_version, {"landing-later": ("/", None)}),
    "line": Scene(
        a_line,
        {
            "landing-line": ("/", None),
            "join-line": ("/accounts/signup/", None),
            "waiting": ("/my/", "waiting"),
        },
    ),
    "invitation": Scene(
        by_invitation,
        {
            "landing-invitation": ("/", None),
            "join-invitation": ("/accounts/signup/", None),
            "no-member-invitation": ("/my/", "stranger"),
        },
    ),
    "refused": Scene(refused, {"join-refused": ("/my/", "refused")}),
    "farewell": Scene(
        farewell,
        {
            "gone": ("/my/leave/", "gone"),
            "home-gone": ("/my/", "gone"),
            "profile-gone": ("/my/profile/", "gone"),
            "ended": ("/my/leave/", "ended"),
        },
    ),
    "terms": Scene(
        new_terms,
        {
            "terms": ("/terms/", None),
            "join-terms": ("/accounts/signup/", None),
            "home-terms": ("/my/", "member"),
            "my-terms": ("/my/terms/", "member"),
        },
    ),
}
