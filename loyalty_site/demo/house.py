"""What Marktzicht has set up and what its staff have done, through their own actions."""

import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from loyalty_site.actions.logins import open_login
from loyalty_site.demo.logins import MANAGER, SHOP, login_in, login_of
from loyalty_site.demo.people import person
from members.actions.branding import branding_version, change_branding
from members.actions.cards import replace_card
from members.actions.invitation import invite_all
from members.actions.joining import claim_membership
from members.actions.membership import close_membership
from members.actions.terms import accept_terms, draft_terms, publish_terms
from members.actions.traces import record_act, record_look
from members.models import (
    Approval,
    Branding,
    Card,
    Departure,
    Invitation,
    Look,
    Member,
    Terms,
    User,
)
from members.reports.guests import Guest, guest_list
from points.actions.adjustment import AdjustmentReason
from points.actions.staff_adjustment import Adjustment, adjust_by_staff
from points.reports.wording import points_text

TERMS = Path(__file__).parent / "terms.toml"
OPENED = timedelta(days=36)
FIRST_GROUP = timedelta(days=28)
SECOND_GROUP = timedelta(days=6)
A_WEEK = timedelta(days=7)
NEIGHBOR = Guest("buurvrouw", "hennie.buurvrouw@post.example", "Hennie Buurvrouw")
REQUEST = UUID("6a3c4f4e-9b0e-4b36-8a52-6f0f5f3f7a01")
GOOD_WILL = UUID("6a3c4f4e-9b0e-4b36-8a52-6f0f5f3f7a02")


def set_up_house(now: datetime) -> None:
    """Do whatever is not done yet; what somebody set since stays as it is."""
    with override(User.Language.DUTCH):
        dress_up(now - OPENED)
        publish_the_terms(now - OPENED)
        invite_customers(now)
        work_a_day(now)


def dress_up(at: datetime) -> None:
    """Give the shop its name and its line, unless it has a look already."""
    if branding_version():
        return
    wanted = {
        "name": "Marktzicht",
        "tagline_nl": "Verse boodschappen, en een extraatje terug.",
        "tagline_en": "Fresh groceries, and a little something back.",
        "tone": Branding.Tone.WARM.value,
        "contact_email": f"klanten@{SHOP}",
        "contact_address": "Marktplein 1, 1234 AB Voorbeeldstad",
        "website": f"https://{SHOP}",
    }
    change_branding(wanted=wanted, logo=None, shown=0, staff_id=login_of(MANAGER).pk, now=at)


@transaction.atomic
def publish_the_terms(at: datetime) -> None:
    """Put the terms into force, unless there are any, and let the demo member accept them."""
    if Terms.objects.exists():
        return
    texts = tomllib.loads(TERMS.read_text("utf-8"))
    staff_id = login_of(MANAGER).pk
    terms = draft_terms(text_nl=texts["nl"], text_en=texts["en"], staff_id=staff_id, now=at)
    publish_terms(terms_id=terms.pk, staff_id=staff_id, now=at)
    words = _("Terms %(version)s are in force") % {"version": terms}
    record_act(staff_id=staff_id, what=words, on=terms, now=at, reason="Eerste versie")
    sanne = Member.objects.get(email=person(0).email)
    accept_terms(member_id=sanne.pk, terms_id=terms.pk, now=at)


@transaction.atomic
def invite_customers(now: datetime) -> None:
    """Invite two groups: of the first one has joined and the others' letters run out soon."""
    if Invitation.objects.exists():
        return
    _invite([person(number).email for number in (4, 5, 6)], [], now - FIRST_GROUP)
    _invite([person(number).email for number in (7, 8, 9)], [NEIGHBOR], now - SECOND_GROUP)
    first = Invitation.objects.filter(email=person(4).email, joined_at__isnull=True).first()
    if first is not None:
        login = open_login(email=first.email, name=first.name)
        claim_membership(user_id=login.pk, now=now - FIRST_GROUP + A_WEEK)


def _invite(addresses: Sequence[str], others: list[Guest], at: datetime) -> None:
    known = Member.objects.filter(email__in=addresses).values_list("pk", flat=True)
    found = guest_list(member_ids=list(known), now=at)
    staff_id = login_in("marketing").pk
    reason = "Vaste klanten voor de proef"
    invite_all(guests=[*found.guests, *others], staff_id=staff_id, reason=reason, now=at)


@transaction.atomic
def work_a_day(now: datetime) -> None:
    """Do what a day brings: a lost card, good will, a farewell, a request for a second person."""
    if Approval.objects.exists():
        return
    asking, waiting, leaving = (_member_or_sanne(number) for number in (2, 3, 11))
    _replace_card(waiting, now - timedelta(hours=3))
    _adjust(
        waiting, 75, AdjustmentReason.GOOD_WILL, "Lang gewacht op een nieuwe kaart", GOOD_WILL, now
    )
    if leaving.user_id is None and not Departure.objects.exists():
        words = "We gaan naar Zeeland, daar zit geen Marktzicht."
        at = now - timedelta(days=3)
        close_membership(member_id=leaving.pk, now=at, reason=Departure.Reason.MOVED, words=words)
    why = "Drie bonnen stonden op de oude kaart; ik heb ze aan de balie gezien"
    _look(asking, "service", Look.Through.PAGE, now)
    _adjust(asking, 1_250, AdjustmentReason.MISSING_PURCHASE, why, REQUEST, now)


def _member_or_sanne(number: int) -> Member:
    """The person of this number, or Sanne in a demo too small for them."""
    known = Member.objects.filter(email=person(number).email).first()
    return known or Member.objects.get(email=person(0).email)


def _replace_card(member: Member, at: datetime) -> None:
    card = Card.objects.filter(member=member, blocked_at__isnull=True).first()
    if card is None:
        return
    _look(member, "counter", Look.Through.COUNTER, at)
    reason = "Kaart verloren"
    new = replace_card(card_id=card.pk, reason=reason, now=at)
    record_act(
        staff_id=login_in("counter").pk,
        what=_("Card %(old)s was replaced by %(new)s") % {"old": card, "new": new},
        on=card,
        now=at,
        member_id=member.pk,
        before={"card": card.number},
        after={"card": new.number},
        reason=reason,
    )


def _adjust(
    member: Member, points: int, cause: AdjustmentReason, why: str, key: UUID, now: datetime
) -> None:
    """Adjust as the form does: at once, or by asking a second person."""
    staff_id = login_in("service").pk
    wanted = Adjustment(member_id=member.pk, points=points, cause=cause, note=why, request_key=key)
    asked = adjust_by_staff(staff_id=staff_id, adjustment=wanted, now=now)
    words = (
        _("%(points)s given: %(cause)s")
        if asked is None
        else _("A second person was asked to give %(points)s; nothing has changed yet")
    )
    facts = {"points": points_text(points), "cause": cause.label}
    record_act(staff_id=staff_id, what=words % facts, on=member, now=now, reason=why)


def _look(member: Member, group: str, through: Look.Through, at: datetime) -> None:
    record_look(staff_id=login_in(group).pk, member_id=member.pk, through=through, now=at)
