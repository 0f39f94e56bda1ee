"""Histories for replays, and what a replay makes of them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from points.events import Purchase
from points.program_file import compile_rules, read_program
from points.replay import Comparison
from points.replay_walk import History, Opening, in_time
from tests import make

SINCE = datetime(2025, 6, 14, 22, tzinfo=UTC)
UNTIL = datetime(2026, 6, 15, 10, tzinfo=UTC)


def rules(number=1, **changes):
    return compile_rules(number, read_program(make.program_toml(**changes)))


def bought(key, total, days, member=1, **fields):
    return Purchase(key, member, SINCE + timedelta(days=days), Decimal(total), **fields)


def history(*events, member=1, joined_at=None, **opening):
    return History(member, Opening(**opening), sorted(events, key=in_time), joined_at)


def compared(*histories, today=None, draft=None):
    """Replay under today's rules and a draft that gives two points for a euro."""
    comparison = Comparison(today or rules(), draft or rules(2, rate=2), since=SINCE, until=UNTIL)
    for one in histories:
        comparison.add(one)
    return comparison.result()
