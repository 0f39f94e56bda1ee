"""Two pictures of a replay: who gets how much more or less, and who moves to which tier."""

from dataclasses import dataclass
from typing import Any

from points.replay import STEPS
from points.reports.replay_words import class_words, tier_names
from points.reports.wording import MINUS, whole

WIDTH, HEIGHT, FOOT, HEAD = 720, 150, 22, 18
LEAST_SEEN = 2
FLOW_HEIGHT, FLOW_GAP, FLOW_LEFT, FLOW_RIGHT, NODE = 216, 16, 180, 540, 10


@dataclass(frozen=True, slots=True)
class Bar:
    """A class of change: its place, how many members, and which way it goes."""

    x: int
    y: int
    width: int
    height: int
    middle: int
    kind: str
    number: str
    foot: str
    words: str


@dataclass(frozen=True, slots=True)
class Node:
    """A tier on one side: its place and how many stand in it."""

    y: int
    height: int
    middle: int
    words: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Members who stand in one tier by today's rules and in another or the same by the draft's."""

    path: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Flows:
    """Both sides and what runs between them."""

    left: tuple[Node, ...]
    right: tuple[Node, ...]
    flows: tuple[Flow, ...]


def changes(result: dict[str, Any]) -> tuple[Bar, ...]:
    """Lay out a bar for each class between the least and the most change there was."""
    counts: dict[int, int] = dict(result["classes"])
    if not counts:
        return ()
    ends = [*(-step for step in reversed(STEPS)), 0, *STEPS]
    # At least one class on either side, so that the middle is seen for what it is.
    first = ends.index(min(*counts, -STEPS[0]))
    last = ends.index(max(*counts, STEPS[0]))
    shown = ends[first : last + 1]
    step, most = WIDTH // len(shown), max(counts.values())
    return tuple(
        _bar(place * step, step, end, counts.get(end, 0), most) for place, end in enumerate(shown)
    )


def _bar(x: int, step: int, end: int, count: int, most: int) -> Bar:
    room = HEIGHT - FOOT - HEAD
    height = max(LEAST_SEEN, round(room * count / most)) if count else 0
    sign = "+" if end > 0 else MINUS if end < 0 else ""
    return Bar(
        x=x + 2,
        y=HEIGHT - FOOT - height,
        width=step - 4,
        height=height,
        middle=x + step // 2,
        kind="more" if end > 0 else "less" if end < 0 else "same",
        number=whole(count) if count else "",
        foot=f"{sign}{_short(abs(end))}",
        words=f"{class_words(end)}: {whole(count)}",
    )


def _short(number: int) -> str:
    thousands, rest = divmod(number, 1000)
    return f"{whole(thousands)}k" if thousands and not rest else whole(number)


def tier_flows(result: dict[str, Any]) -> Flows:
    """Lay out the tiers of both sides from the highest down, and a band for each move."""
    moves = {(one, other): count for one, other, count in result["moves"]}
    names = tier_names(result["today"]), tier_names(result["draft"])
    left = _sums(moves, 0, len(names[0]))
    right = _sums(moves, 1, len(names[1]))
    room = FLOW_HEIGHT - FLOW_GAP * (max(len(left), len(right)) - 1)
    scale = room / max(1, sum(moves.values()))
    tops = _tops(left, scale), _tops(right, scale)
    return Flows(
        _nodes(left, tops[0], scale, names[0]),
        _nodes(right, tops[1], scale, names[1]),
        _flows(moves, tops, scale, names),
    )


def _sums(moves: dict[tuple[int, int], int], side: int, many: int) -> list[int]:
    sums = [0] * many
    for ranks, count in moves.items():
        sums[ranks[side]] += count
    return sums


def _tops(sums: list[int], scale: float) -> list[float]:
    """Where each rank begins; the highest stands on top."""
    tops, y = [0.0] * len(sums), 0.0
    for rank in reversed(range(len(sums))):
        tops[rank] = y
        y += sums[rank] * scale + FLOW_GAP
    return tops


def _nodes(sums: list[int], tops: list[float], scale: float, names: list[str]) -> tuple[Node, ...]:
    return tuple(
        Node(
            y=round(tops[rank]),
            height=max(LEAST_SEEN, round(count * scale)),
            middle=round(tops[rank] + count * scale / 2) + 4,
            words=f"{names[rank]} · {whole(count)}",
        )
        for rank, count in reversed(list(enumerate(sums)))
    )


def _flows(
    moves: dict[tuple[int, int], int],
    tops: tuple[list[float], list[float]],
    scale: float,
    names: tuple[list[str], list[str]],
) -> tuple[Flow, ...]:
    left, right = [*tops[0]], [*tops[1]]
    drawn = []
    # From the highest rank down on both sides, so that bands cross as little as they can.
    for one, other in sorted(moves, reverse=True):
        count = moves[one, other]
        thick = count * scale
        drawn.append(
            Flow(
                _band(left[one], right[other], max(1.0, thick)),
                "up" if other > one else "down" if other < one else "same",
                f"{names[0][one]} → {names[1][other]}: {whole(count)}",
            )
        )
        left[one] += thick
        right[other] += thick
    return tuple(drawn)


def _band(left: float, right: float, thick: float) -> str:
    """Return the outline of a band from one side to the other; no language puts a comma in it."""
    start, end, middle = FLOW_LEFT + NODE, FLOW_RIGHT, (FLOW_LEFT + NODE + FLOW_RIGHT) // 2
    a, b, c, d = (f"{y:.1f}" for y in (left, right, right + thick, left + thick))
    return (
        f"M{start} {a}C{middle} {a} {middle} {b} {end} {b}"
        f"V{c}C{middle} {c} {middle} {d} {start} {d}Z"
    )
