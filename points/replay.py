"""
The past again, under other rules: pure, one member after another, nothing is written.

Both programs get the same opening and the same events, so that all that differs between the two
outcomes comes of the rules.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from heapq import heappush, heappushpop
from typing import Any

from points.events import Purchase, Refund
from points.program_file import digest
from points.replay_walk import History, Side
from points.rules import NOTHING, Rules

EXAMPLES = 5
STEPS = tuple(digit * 10**zeros for zeros in range(1, 7) for digit in (1, 2, 5))
"""Where the classes of change end: 10, 20, 50, 100 points and so on, up and down alike."""
LABELS = {"name", "effective_at"}
THINGS = ("categor", "department", "product")


def substance(program: Mapping[str, Any]) -> str:
    """Return the fingerprint of what rules say, whatever they are called and whenever they hold."""
    return digest({key: said for key, said in program.items() if key not in LABELS})


def things_named(program: object, *, within: bool = False) -> Iterator[str]:
    """
    Yield the categories, departments and products that rules name, in small letters.

    Any key that speaks of one counts, at any depth, so that rules of a later kind do too.
    """
    if isinstance(program, Mapping):
        for key, said in program.items():
            yield from things_named(said, within=any(thing in key for thing in THINGS))
    elif isinstance(program, list):
        for said in program:
            yield from things_named(said, within=within)
    elif within and isinstance(program, str):
        yield from {program.lower(), program.casefold()}


Example = tuple[int, int, int, int]
"""By how much, negated member, and points received under today's rules and under the draft."""


class Comparison:
    """What today's rules and a draft make of the same period, member after member."""

    def __init__(self, today: Rules, draft: Rules, *, since: datetime, until: datetime) -> None:
        self.today, self.draft = Side(today, since, until), Side(draft, since, until)
        self._rules = (*today.earning_rules, *draft.earning_rules)
        self.members = self.quiet = self.purchases = self.opening = 0
        self.spent = NOTHING
        self.same = 0
        self._changed: dict[int, list[int]] = {1: [0, 0], -1: [0, 0]}
        self._examples: dict[int, list[Example]] = {1: [], -1: []}
        self._moves: Counter[tuple[int, int]] = Counter()
        self._classes: Counter[int] = Counter()

    def add(self, history: History) -> None:
        """Replay one member; who neither bought nor joined counts for what is outstanding."""
        before, after = self.today.walk(history), self.draft.walk(history)
        self.opening += history.opening.points
        bought = 0
        for event in history.events:
            if isinstance(event, Purchase):
                bought += 1
                self.spent += event.total
            elif isinstance(event, Refund):
                self.spent -= event.total
        self.purchases += bought
        self._moves[before.tier, after.tier] += 1
        if not bought and history.joined_at is None:
            self.quiet += 1
            return
        self.members += 1
        self._compare(history.member, before.received, after.received)

    def _compare(self, member: int, before: int, after: int) -> None:
        change = after - before
        self._classes[_class_of(change)] += 1
        if not change:
            self.same += 1
            return
        way = 1 if change > 0 else -1
        self._changed[way][0] += 1
        self._changed[way][1] += change
        kept = self._examples[way]
        # Of equal changes the member who joined first.
        example = (abs(change), -member, before, after)
        if len(kept) < EXAMPLES:
            heappush(kept, example)
        else:
            heappushpop(kept, example)

    def result(self) -> dict[str, Any]:
        """Write it down as JSON keeps it."""
        return {
            "members": self.members,
            "quiet": self.quiet,
            "purchases": self.purchases,
            "spent": str(self.spent),
            "opening": self.opening,
            "dated": any(rule.starts or rule.ends for rule in self._rules),
            "today": _figures(self.today),
            "draft": _figures(self.draft),
            "winners": self._written(1),
            "losers": self._written(-1),
            "same": self.same,
            "moves": [[*ranks, count] for ranks, count in sorted(self._moves.items())],
            "classes": sorted(map(list, self._classes.items())),
        }

    def _written(self, way: int) -> dict[str, Any]:
        members, points = self._changed[way]
        return {
            "members": members,
            "points": points,
            "examples": [
                {"member": -member, "today": before, "draft": after}
                for _, member, before, after in sorted(self._examples[way], reverse=True)
            ],
        }


def _figures(side: Side) -> dict[str, Any]:
    totals = side.totals
    return {
        "earned": totals.earned,
        "redeemed": totals.redeemed,
        "expired": totals.expired,
        "outstanding": totals.outstanding,
        "owed": totals.owed,
        "cut": totals.cut,
        "missing": totals.missing,
        "tiers": [[tier.name_nl, tier.name_en] for tier in side.rules.tiers],
    }


def _class_of(change: int) -> int:
    """Return the outer end of the class a change falls in; 0 for no change."""
    size = abs(change)
    end = next((step for step in STEPS if size <= step), STEPS[-1])
    return 0 if not change else end if change > 0 else -end


def share(points: int, point_cost: Decimal, spent: Decimal) -> Decimal | None:
    """Return what points cost of each unit that was spent; None where nothing was."""
    return points * point_cost / spent if spent > 0 else None
