"""What this room shows on a member's page: the standing, lots, lines and purchases."""

from dataclasses import dataclass
from datetime import date, datetime

from members.admin.panels import Panel
from members.models import Member, Tier
from points.actions.staff_adjustment import can_be_undone, undo_key
from points.models import Debt, Entry, Lot, Purchase
from points.models.store import entries_of_store
from points.program_cache import current_program
from points.reports.explanations import explain_all, explain_purchase
from points.reports.statement import situation
from points.reports.wording import last_day, signed

MOST_LOTS = 20
LATEST = 10
SOONEST = 3


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot as staff read it; without a last day it is valid for ever."""

    lot: Lot
    is_pending: bool
    until: date | None


@dataclass(frozen=True, slots=True)
class Told:
    """A line or a purchase with its explanation: a sentence, then what accounts for it."""

    row: Entry | Purchase
    points: str
    summary: str
    details: list[str]
    can_undo: bool = False


def standing(member: Member, now: datetime) -> Panel:
    """Answer what they have, what they may spend, what goes first and how far the next tier is."""
    stands = situation(member.pk, now)
    ranks = [rank for rank in (stands.tier, stands.next_tier) if rank is not None]
    names = Tier.objects.in_bulk(ranks)
    return Panel(
        "points/admin/_standing.html",
        {
            "member": member,
            "stands": stands,
            "expiring": stands.expiring[:SOONEST],
            "tier": names.get(stands.tier),
            "next_tier": names.get(stands.next_tier),
        },
    )


def history(
    member: Member, now: datetime, *, store: str = "", adjusts: bool = False
) -> list[Panel]:
    """
    Show the latest lines and purchases, of one store if it is named, and what is open.

    Who adjusts points is offered to undo what was adjusted today.
    """
    booked, bought = (
        Entry.objects.of_member(member.pk),
        Purchase.objects.filter(member_id=member.pk),
    )
    if store:
        booked, bought = booked.filter(entries_of_store(store)), bought.filter(store=store)
    entries = list(booked.select_related("source", "lot").order_by("-occurred_at", "-id")[:LATEST])
    purchases = list(bought.select_related("source").order_by("-placed_at", "-id")[:LATEST])
    rows = told_entries(entries, undo_at=now if adjusts else None)
    return [
        Panel("points/admin/_entries.html", {"rows": rows, "member": member}),
        Panel(
            "points/admin/_purchases.html", {"rows": told_purchases(purchases), "member": member}
        ),
        Panel("points/admin/_lots.html", {"rows": open_lots(member, now), "debts": debts(member)}),
    ]


def told_entries(entries: list[Entry], *, undo_at: datetime | None = None) -> list[Told]:
    """Explain lines of one member; offer to undo what was adjusted that day and stands."""
    keys = {entry.operation for entry in entries}
    return [
        Told(
            row=entry,
            points=signed(entry.points),
            summary=sentences[0],
            details=sentences[1:],
            can_undo=undo_at is not None
            and can_be_undone(entry=entry, now=undo_at)
            and str(undo_key(entry=entry)) not in keys,
        )
        for entry, sentences in zip(entries, explain_all(entries), strict=True)
    ]


def told_purchases(purchases: list[Purchase]) -> list[Told]:
    """Explain purchases of one member, those that earned all at once."""
    earned = list(
        Entry.objects.filter(pk__in=[bought.lot for bought in purchases if bought.lot is not None])
        .select_related("lot")
        .order_by("pk")
    )
    told = {
        entry.pk: sentences for entry, sentences in zip(earned, explain_all(earned), strict=True)
    }
    rows = []
    for bought in purchases:
        sentences = told[bought.lot] if bought.lot in told else explain_purchase(bought)
        rows.append(Told(bought, signed(bought.earned), sentences[0], sentences[1:]))
    return rows


def open_lots(member: Member, now: datetime) -> list[LotRow]:
    """Show what is left and not expired, in the order it is spent."""
    rules = current_program().at(now)
    lots = (
        Lot.objects.filter(member_id=member.pk, remaining__gt=0, expires_at__gt=now)
        .select_related("entry")
        .order_by("expires_at", "available_at", "entry")[:MOST_LOTS]
    )
    return [
        LotRow(
            lot=lot,
            is_pending=lot.available_at > now,
            until=last_day(lot.expires_at, rules.zone) if rules else None,
        )
        for lot in lots
    ]


def debts(member: Member) -> list[Debt]:
    return list(
        Debt.objects.filter(member_id=member.pk, remaining__gt=0).order_by("at", "entry")[
            :MOST_LOTS
        ]
    )
