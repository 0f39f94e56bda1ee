"""What this room shows on a member's page: the person, cards, tiers, requests, traces."""

from dataclasses import dataclass
from datetime import datetime

from members.admin.panels import Panel
from members.models import (
    Acceptance,
    Approval,
    Card,
    Consent,
    ExternalId,
    Invitation,
    Look,
    Member,
    Placement,
    StaffAct,
)
from members.reports.mail_consent import stands
from members.reports.traces import deeds_of

MOST = 20
LATEST = 8


@dataclass(frozen=True, slots=True)
class Rights:
    """What a reader of a member's page may do or see on it, beside its buttons."""

    corrects: bool
    changes_cards: bool
    sees_looks: bool
    sees_requests: bool
    answers_about_mail: bool = False


def person(member: Member, rights: Rights) -> Panel:
    """Show who it is and on which terms they take part; two queries."""
    accepted = Acceptance.objects.filter(member=member).select_related("terms").first()
    return Panel(
        "members/admin/_person.html",
        {
            "member": member,
            "accepted": accepted,
            "external_ids": list(
                ExternalId.objects.filter(member=member).select_related("source")[:MOST]
            ),
            "may_correct": rights.corrects,
        },
    )


def mail(member: Member, rights: Rights, now: datetime) -> Panel:
    """Show which mail a member wants, and all they ever said about it; three queries."""
    said = Consent.objects.filter(member=member).select_related("request__asked_by")
    return Panel(
        "members/admin/_mail.html",
        {
            "member": member,
            "stands": stands(member, now),
            "said": list(said.order_by("-id")[:MOST]),
            "may_answer": rights.answers_about_mail and member.status != Member.Status.CLOSED,
        },
    )


def cards(member: Member, rights: Rights) -> Panel:
    """Show the newest cards, those that work first among the rest by date."""
    return Panel(
        "members/admin/_cards.html",
        {
            "cards": list(Card.objects.filter(member=member).order_by("-id")[:MOST]),
            "may_change_cards": rights.changes_cards,
        },
    )


def tiers(member: Member) -> Panel:
    """Show the tiers a member has stood in, the latest first."""
    return Panel(
        "members/admin/_tiers.html",
        {
            "placements": list(
                Placement.objects.filter(member=member)
                .select_related("tier")
                .order_by("-since", "-id")[:MOST]
            )
        },
    )


def invitations(member: Member) -> list[Invitation]:
    """Every invitation of a member, whether they were known already or joined by it."""
    known = Invitation.objects.filter(member=member)
    joined = Invitation.objects.filter(joined_as=member)
    return list((known | joined).order_by("-id")[:LATEST])


def requests(member: Member, rights: Rights, now: datetime) -> Panel:
    """Show what waits for a second person."""
    waiting = (
        Approval.objects.waiting(now).filter(member=member).select_related("asked_by")
        if rights.sees_requests
        else Approval.objects.none()
    )
    return Panel("members/admin/_requests.html", {"requests": list(waiting.order_by("id"))})


def traces(member: Member, rights: Rights) -> list[Panel]:
    """Show what staff did last and why; who looked, to those who guard privacy."""
    acts = StaffAct.objects.filter(member=member).select_related("staff", "content_type")
    panels = [
        Panel(
            "members/admin/_done.html",
            {"deeds": deeds_of(acts.order_by("-id")[:LATEST]), "member": member},
        )
    ]
    if rights.sees_looks:
        looks = Look.objects.filter(member=member).select_related("staff").order_by("-id")
        panels.append(
            Panel("members/admin/_looks.html", {"looks": list(looks[:LATEST]), "member": member})
        )
    return panels
