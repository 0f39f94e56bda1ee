"""The nightly placement: who falls after grace, and who stands elsewhere under new rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from members.models import Placement
from points.local_time import local_day, midnight
from points.placement import Standing, place
from points.program_cache import current_program
from points.rules import Rules

MEMBERS_A_BATCH = 2_000
DUE = """
SELECT a.member_id, a.tier_id, a.tier_since FROM points_account a
 WHERE a.member_id > %(after)s
   AND ((a.tier_id > 0 AND (a.review_on IS NULL OR a.review_on <= %(today)s))
     OR (a.reviewed_under <> %(version)s AND (a.tier_id > 0 OR a.status_bound >= %(lowest)s)))
 ORDER BY a.member_id LIMIT %(most)s FOR UPDATE
"""
BOUGHT = """
SELECT member_id, placed_at, status FROM points_purchase
 WHERE member_id = ANY(%s::bigint[]) AND placed_at >= %s AND placed_at < %s AND status > 0
"""
PLACE = """
UPDATE points_account a SET tier_id = n.rank, tier_since = n.since, review_on = n.review,
       reviewed_under = %s
  FROM (SELECT * FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[], %s::date[]))
    AS n(member, rank, since, review)
 WHERE a.member_id = n.member
"""
NOBODY = 2**62


@dataclass(slots=True)
class Placed:
    """What a run found."""

    reviewed: int = 0
    rose: int = 0
    fell: int = 0


def place_tiers(
    *,
    at: datetime,
    now: datetime,
    progress: Callable[[Placed], None] = lambda _: None,
) -> Placed:
    """
    Place every member whose tier may have to change by the local day of `at`.

    Derived from time: a run that was missed places as of the right days when it is caught up.
    """
    total = Placed()
    rules = current_program().at(at)
    if rules is None:
        return total
    after = 0
    while True:
        last = _place_batch(after, local_day(at, rules.zone), rules, now, total)
        if last is None:
            return total
        after = last
        progress(total)


@dataclass(slots=True)
class _Change:
    member: int
    rank: int
    since: datetime | None
    standings: list[Standing]


@transaction.atomic
def _place_batch(after: int, today: date, rules: Rules, now: datetime, total: Placed) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            DUE,
            {
                "after": after,
                "today": today,
                "version": rules.number,
                "lowest": rules.threshold(1) if rules.top else NOBODY,
                "most": MEMBERS_A_BATCH,
            },
        )
        accounts = cursor.fetchall()
        if not accounts:
            return None
        days = _status_days(cursor, accounts, today, now, rules)
        changes = [
            _Change(
                member,
                rank,
                since,
                place(
                    rank=rank,
                    since=_counted_from(since, today, rules),
                    days=days.get(member, ()),
                    today=today,
                    rules=rules,
                ),
            )
            for member, rank, since in accounts
        ]
        _write(cursor, changes, rules)
    _record(changes, rules, now, total)
    total.reviewed += len(accounts)
    return int(accounts[-1][0])


def _status_days(
    cursor: CursorWrapper,
    accounts: Sequence[tuple[int, int, datetime | None]],
    today: date,
    now: datetime,
    rules: Rules,
) -> dict[int, list[tuple[date, int]]]:
    """Load who bought what on which day, what came after a night that is caught up included."""
    since = min((_counted_from(at, today, rules) for _, _, at in accounts), default=today)
    first = midnight(since - timedelta(days=rules.window_days), rules.zone)
    until = midnight(max(today, local_day(now, rules.zone)) + timedelta(days=1), rules.zone)
    cursor.execute(BOUGHT, ([member for member, *_ in accounts], first, until))
    days: dict[int, list[tuple[date, int]]] = {}
    for member, placed_at, status in cursor.fetchall():
        days.setdefault(member, []).append((local_day(placed_at, rules.zone), status))
    return days


def _counted_from(since: datetime | None, today: date, rules: Rules) -> date:
    """The day from which a fall is looked for; two windows back is as good as ever."""
    floor = today - timedelta(days=2 * rules.window_days + rules.grace_days)
    return max(floor, local_day(since, rules.zone)) if since else today


def _since(change: _Change, standing: Standing, rules: Rules) -> datetime | None:
    if standing.rank == change.rank:
        return change.since
    return midnight(standing.since, rules.zone)


def _write(cursor: CursorWrapper, changes: list[_Change], rules: Rules) -> None:
    current = [(change, change.standings[-1]) for change in changes]
    cursor.execute(
        PLACE,
        (
            rules.number,
            [change.member for change, _ in current],
            [standing.rank for _, standing in current],
            [_since(change, standing, rules) for change, standing in current],
            [standing.review_on for _, standing in current],
        ),
    )


def _record(changes: list[_Change], rules: Rules, now: datetime, total: Placed) -> None:
    placements = []
    for change in changes:
        rank = change.rank
        for standing in change.standings:
            if standing.rank == rank:
                continue
            rose = standing.rank > rank
            total.rose += rose
            total.fell += not rose
            placements.append(
                Placement(
                    member_id=change.member,
                    tier_id=standing.rank,
                    since=midnight(standing.since, rules.zone),
                    recorded_at=now,
                    reason=Placement.Reason.REVISED if rose else Placement.Reason.FELL,
                )
            )
            rank = standing.rank
    Placement.objects.bulk_create(placements)
