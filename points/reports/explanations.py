"""Why a line of the book is what it is, in sentences that account for every point."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q
from django.utils.translation import gettext as _

from points.kinds import Kind
from points.local_time import local_day
from points.models import Allocation, Entry, Lot, Purchase
from points.program_cache import current_program
from points.reports.reasons import reason_line, reward_named
from points.reports.valuation import Facts, valuation, version
from points.reports.wording import day, last_day, listed, money, points_text
from points.rules import Program, Rules


@dataclass(frozen=True, slots=True)
class Around:
    """What the lines being explained refer to, loaded at once."""

    program: Program
    purchases: Mapping[tuple[int, str], Purchase]
    origins: Mapping[int, Entry]
    moved: Mapping[int, Sequence[Allocation]]

    def rules_at(self, entry: Entry) -> Rules:
        return self.program.at(entry.occurred_at) or self.program.versions[0]

    def purchase_of(self, entry: Entry) -> Purchase | None:
        return self.purchases.get(purchase_key(entry))


def purchase_key(entry: Entry) -> tuple[int, str]:
    """The source and the receipt of the purchase that an entry came of, if it came of one."""
    return entry.source_id, entry.explanation.get("purchase", entry.operation)


def explain(entry: Entry) -> list[str]:
    """Explain one line: a summary in one sentence first, then the details."""
    return explain_all([entry])[0]


def explain_all(entries: Sequence[Entry], around: Around | None = None) -> list[list[str]]:
    """Explain lines in a constant number of queries; none if what is around is given."""
    around = around or look_around(entries)
    return [_EXPLAIN[Kind(entry.kind)](entry, around) for entry in entries]


def explain_purchase(purchase: Purchase, program: Program | None = None) -> list[str]:
    """Explain a purchase, also one that earned nothing and so left no line."""
    if purchase.explanation is None:
        entry = Entry.objects.select_related("lot").get(pk=purchase.lot)
        return explain(entry)
    facts: Facts = purchase.explanation
    rules = (program or current_program()).numbered(facts["version"])
    summary = _("No points on this purchase of %(total)s.") % {
        "total": money(Decimal(facts["total"]))
    }
    return [summary, *valuation(facts, rules, points=0), version(facts)]


def look_around(entries: Sequence[Entry]) -> Around:
    """Load what the lines refer to: purchases, where expired points came from, lots."""
    return Around(
        program=current_program(),
        purchases=purchases_of(entries),
        origins=_origins(entries),
        moved=_moved(entries),
    )


def purchases_of(entries: Iterable[Entry]) -> dict[tuple[int, str], Purchase]:
    """Load the purchases that entries came of, by source and receipt."""
    wanted = {
        purchase_key(entry)
        for entry in entries
        if entry.kind in {Kind.EARNED, Kind.CLAWED_BACK, Kind.REFUND_VOIDED}
    }
    if not wanted:
        return {}
    found = Purchase.objects.filter(
        source__in={source for source, _key in wanted}, receipt__in={key for _source, key in wanted}
    )
    return {(purchase.source_id, purchase.receipt): purchase for purchase in found}


def _origins(entries: Iterable[Entry]) -> dict[int, Entry]:
    lots = {entry.explanation["lot"] for entry in entries if entry.kind == Kind.EXPIRED}
    return Entry.objects.select_related("lot").in_bulk(lots) if lots else {}


def _moved(entries: Sequence[Entry]) -> dict[int, list[Allocation]]:
    ids = [entry.pk for entry in entries]
    if not ids:
        return {}
    # Only what the line itself moved: a later undoing has a line of its own.
    rows = (
        Allocation.objects.filter(
            Q(entry__in=ids, cause=F("entry")) | Q(lot__in=ids, cause=F("lot"))
        )
        .select_related("lot")
        .order_by("lot__expires_at", "lot")
    )
    moved: dict[int, list[Allocation]] = {}
    for row in rows:
        moved.setdefault(row.cause_id, []).append(row)
    return moved


# Points in


def _earned(entry: Entry, around: Around) -> list[str]:
    facts: Facts = entry.explanation
    rules = around.program.numbered(facts["version"])
    summary = _("%(points)s earned on a purchase of %(total)s.") % {
        "points": points_text(entry.points),
        "total": money(Decimal(facts["total"])),
    }
    return [
        summary,
        *valuation(facts, rules, points=entry.points),
        *_debts_paid(entry, around),
        *_validity(entry, rules),
        version(facts),
    ]


def _bonus(entry: Entry, around: Around) -> list[str]:
    reason = entry.explanation.get("reason")
    if reason == "welcome":
        summary = _("%(points)s as a welcome to the program.")
    else:
        summary = _("%(points)s given as a bonus.")
    return _credit(entry, around, summary, None if reason == "welcome" else reason)


def _gift_received(entry: Entry, around: Around) -> list[str]:
    summary = _("%(points)s received as a gift.")
    return _credit(entry, around, summary, entry.explanation.get("reason"))


def _credit(entry: Entry, around: Around, summary: str, reason: str | None) -> list[str]:
    rules = around.rules_at(entry)
    return [
        summary % {"points": points_text(entry.points)},
        *reason_line(reason),
        *_debts_paid(entry, around),
        *_validity(entry, rules),
        version(entry.explanation),
    ]


def _validity(entry: Entry, rules: Rules) -> list[str]:
    lot: Lot | None = getattr(entry, "lot", None)
    if lot is None:
        return []
    lines = []
    if lot.available_at > entry.occurred_at:
        lines.append(
            _("Can be spent from %(day)s.") % {"day": day(local_day(lot.available_at, rules.zone))}
        )
    until = last_day(lot.expires_at, rules.zone)
    if until is None:
        lines.append(_("These points do not expire."))
    else:
        lines.append(_("Valid up to and including %(day)s.") % {"day": day(until)})
    return lines


def _debts_paid(entry: Entry, around: Around) -> list[str]:
    paid = sum(row.points for row in around.moved.get(entry.pk, []) if row.entry_id != entry.pk)
    if not paid:
        return []
    return [
        _("%(points)s of these went to points that were still owed.")
        % {"points": points_text(paid)}
    ]


# Points out


def _clawed_back(entry: Entry, around: Around) -> list[str]:
    facts: Facts = entry.explanation
    if facts.get("reason") == "waived_before":
        return [
            _("%(points)s taken back for an earlier return.")
            % {"points": points_text(entry.points)},
            _(
                "At the time of the return they had been spent and were let go; "
                "now that they have come back they are taken after all."
            ),
        ]
    lines = [
        _("%(points)s taken back for a return of %(refunded)s.")
        % {"points": points_text(entry.points), "refunded": money(Decimal(facts["refunded"]))},
        *_returned_purchase(entry, around),
        *_returned_lines(facts),
        _(
            "What is left of the purchase, %(base)s, earns %(target)s; so %(goal)s had to be "
            "taken back."
        )
        % {
            "base": money(Decimal(facts["base"])),
            "target": points_text(facts["target"]),
            "goal": points_text(facts["goal"]),
        },
        *_taken_from(entry, around),
    ]
    return [*lines, *_shortfall(entry), *_beyond(facts), version(facts)]


def _returned_purchase(entry: Entry, around: Around) -> list[str]:
    purchase = around.purchase_of(entry)
    if purchase is None:
        return []
    return [
        _("It belongs to the purchase of %(total)s on %(day)s, which earned %(points)s.")
        % {
            "total": money(purchase.total),
            "day": day(local_day(purchase.placed_at, around.rules_at(entry).zone)),
            "points": points_text(purchase.earned),
        }
    ]


def _returned_lines(facts: Facts) -> list[str]:
    if not facts.get("lines"):
        return []
    lines = [
        _("line %(line)s for %(amount)s") % {"line": line, "amount": money(Decimal(amount))}
        for line, _quantity, amount in facts["lines"]
    ]
    return [_("Of the receipt came back: %(lines)s.") % {"lines": listed(lines)}]


def _shortfall(entry: Entry) -> list[str]:
    lines = []
    owed = getattr(entry, "owed", None)
    if owed is not None:
        lines.append(
            _("%(points)s had been spent already: they come off the next points.")
            % {"points": points_text(owed.points)}
        )
    if waived := entry.explanation.get("waived"):
        lines.append(
            _("%(points)s had been spent already and are let go.") % {"points": points_text(waived)}
        )
    return lines


def _beyond(facts: Facts) -> list[str]:
    if "beyond_paid" not in facts:
        return []
    amount = money(Decimal(facts["beyond_paid"]))
    return [_("%(amount)s more was given back than was paid.") % {"amount": amount}]


def _redeemed(entry: Entry, around: Around) -> list[str]:
    reward = reward_named(entry.explanation.get("reason") or "")
    if not reward:
        return _debit(entry, around, _("%(points)s redeemed."))
    facts = {"points": points_text(entry.points), "reward": reward}
    return [_("%(points)s redeemed for %(reward)s.") % facts, *_taken_from(entry, around)]


def _gift_sent(entry: Entry, around: Around) -> list[str]:
    return _debit(entry, around, _("%(points)s given away."))


def _debit(entry: Entry, around: Around, summary: str) -> list[str]:
    return [
        summary % {"points": points_text(entry.points)},
        *reason_line(entry.explanation.get("reason")),
        *_taken_from(entry, around),
    ]


def _taken_from(entry: Entry, around: Around) -> list[str]:
    zone = around.rules_at(entry).zone
    lines = []
    for row in around.moved.get(entry.pk, []):
        if row.entry_id != entry.pk or row.lot is None:
            continue
        until = last_day(row.lot.expires_at, zone)
        points = points_text(row.points)
        if until is None:
            lines.append(
                _("%(points)s came out of points that do not expire.") % {"points": points}
            )
        else:
            lines.append(
                _("%(points)s came out of points valid up to and including %(day)s.")
                % {"points": points, "day": day(until)}
            )
    return lines


def _adjusted(entry: Entry, around: Around) -> list[str]:
    if entry.points > 0:
        reason = entry.explanation.get("reason")
        if reason == "opening":
            summary = _("%(points)s brought along from our earlier program.")
            return _credit(entry, around, summary, None)
        return _credit(entry, around, _("%(points)s added as a correction."), reason)
    return _debit(entry, around, _("%(points)s taken off as a correction."))


def _expired(entry: Entry, around: Around) -> list[str]:
    reason = entry.explanation["reason"]
    points = {"points": points_text(entry.points)}
    if reason == "late_debit":
        lines = [
            _("%(points)s that had expired count again.") % points,
            _("They were used before their last day; we heard of it afterwards."),
        ]
    elif reason == "restored_after_end":
        lines = [
            _("%(points)s expired as they came back.") % points,
            _("Points come back with their old dates, and the last day of these had passed."),
        ]
    else:
        lines = [_("%(points)s expired unused.") % points]
    return [*lines, *_origin(entry, around)]


def _origin(entry: Entry, around: Around) -> list[str]:
    origin = around.origins.get(entry.explanation["lot"])
    if origin is None:
        return []
    zone = around.rules_at(entry).zone
    until = last_day(origin.lot.expires_at, zone)
    return [
        _("They were of %(got)s and valid up to and including %(until)s.")
        % {
            "got": day(local_day(origin.occurred_at, zone)),
            "until": day(until) if until else "–",
        }
    ]


# Points that come back


def _restored(entry: Entry, around: Around) -> list[str]:  # noqa: ARG001
    lines = [
        _("%(points)s given back: a redemption was undone.") % {"points": points_text(entry.points)}
    ]
    if "asked" in entry.explanation:
        lines.append(_("The redemption was undone in part."))
    return [*lines, _old_dates()]


def _refund_voided(entry: Entry, around: Around) -> list[str]:
    return [
        _("%(points)s given back: a return was undone.") % {"points": points_text(entry.points)},
        *_returned_purchase(entry, around),
        _old_dates(),
    ]


def _old_dates() -> str:
    return _("Points come back with the dates they had; those past their last day expire at once.")


_EXPLAIN = {
    Kind.EARNED: _earned,
    Kind.BONUS: _bonus,
    Kind.CLAWED_BACK: _clawed_back,
    Kind.REDEEMED: _redeemed,
    Kind.RESTORED: _restored,
    Kind.EXPIRED: _expired,
    Kind.ADJUSTED: _adjusted,
    Kind.GIFT_SENT: _gift_sent,
    Kind.GIFT_RECEIVED: _gift_received,
    Kind.REFUND_VOIDED: _refund_voided,
}
