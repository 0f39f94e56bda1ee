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
    told = told_all(entries, purchases)
    undo_at = now if adjusts else None
    return [
        Panel(
            "points/admin/_entries.html",
            {"rows": entry_rows(entries, told, undo_at=undo_at), "member": member},
        ),
        Panel(
            "points/admin/_purchases.html",
            {"rows": purchase_rows(purchases, told), "member": member},
        ),
        Panel("points/admin/_lots.html", {"rows": open_lots(member, now), "debts": debts(member)}),
    ]


def told_all(entries: list[Entry], purchases: list[Purchase]) -> dict[int, list[str]]:
    """Explain lines of one member, and those its purchases earned, together; by line."""
    known = {entry.pk for entry in entries}
    older = {bought.lot for bought in purchases if bought.lot is not None} - known
    earned = list(Entry.objects.filter(pk__in=older).select_related("lot")) if older else []
    both = [*entries, *earned]
    return {entry.pk: sentences for entry, sentences in zip(both, explain_all(both), strict=True)}


def entry_rows(
    entries: list[Entry], told: dict[int, list[str]], *, undo_at: datetime | None
) -> list[Told]:
    """Offer to undo what was adjusted that day and stands."""
    keys = {entry.operation for entry in entries}
    return [
        Told(
            row=entry,
            points=signed(entry.points),
            summary=told[entry.pk][0],
            details=told[entry.pk][1:],
            can_undo=undo_at is not None
            and can_be_undone(entry=entry, now=undo_at)
            and str(undo_key(entry=entry)) not in keys,
        )
        for entry in entries
    ]


def purchase_rows(purchases: list[Purchase], told: dict[int, list[str]]) -> list[Told]:
    rows = []
    for bought in purchases:
        sentences = told[bought.lot] if bought.lot is not None else explain_purchase(bought)
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
