"""What came of a replay, in words and figures a reader compares: today, the draft, the difference."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from points.models import ProgramVersion, Replay
from points.replay import STEPS, share, substance
from points.reports.wording import MINUS, money, points_text, signed, whole

HUNDRED = 100
CENT = Decimal("0.01")
SECONDS_A_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what it is, both figures, how they differ; `is_main` are read first."""

    name: str
    today: str
    draft: str
    difference: str
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A member to look at, named for who may know them: what they would have had."""

    member: int
    name: str
    today: str
    draft: str
    difference: str


@dataclass(frozen=True, slots=True)
class Group:
    """Members who get more, get less, or as much: how many, which part, how much on average."""

    kind: str
    title: str
    members: str
    part: str
    average: str
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Moves:
    """Members by tier, now down and then across; `cells` are (text, kind) where kind is a way."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    up: int
    down: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that the page of a replay says of its result."""

    is_empty: bool
    lead: str
    figures: tuple[Figure, ...]
    groups: tuple[Group, ...]
    moves: Moves
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; `left` is nothing until it can be told."""

    percent: int
    words: str
    left: str


def is_outdated(replay: Replay, draft: ProgramVersion, now: datetime) -> bool:
    """Tell whether the draft, or the version it would replace, is another than was tried."""
    against = ProgramVersion.objects.replaced_by(draft, now)
    return replay.digest != substance(draft.rules) or (
        against is not None and against.pk != replay.against_id
    )


def progress(replay: Replay) -> Progress:
    """Say how far a run is and how long it will take."""
    percent = HUNDRED * replay.done // replay.total if replay.total else 0
    words = ngettext(
        "%(done)s of %(total)s member", "%(done)s of %(total)s members", replay.total
    ) % {"done": whole(replay.done), "total": whole(replay.total)}
    if not replay.done or replay.started_at is None:
        return Progress(percent, words, "")
    took = (replay.heard_at - replay.started_at).total_seconds()
    return Progress(percent, words, _left(took * (replay.total - replay.done) / replay.done))


def _left(seconds: float) -> str:
    if seconds > SECONDS_A_MINUTE:
        minutes = round(seconds / SECONDS_A_MINUTE)
        return ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes) % {
            "count": whole(minutes)
        }
    rounded = max(1, round(seconds))
    return ngettext("about %(count)s second left", "about %(count)s seconds left", rounded) % {
        "count": whole(rounded)
    }


def outcome(replay: Replay, names: Mapping[int, str]) -> Outcome | None:
    """Put a result into words, its members by these names; None as long as there is none."""
    result = replay.result
    if result is None:
        return None
    return Outcome(
        is_empty=not result["members"],
        lead=_lead(result, replay),
        figures=tuple(_figures(result, replay.point_cost)),
        groups=tuple(_groups(result, names)),
        moves=_moves(result),
        assumptions=tuple(_assumptions(result)),
    )


def _lead(result: dict[str, Any], replay: Replay) -> str:
    more = result["draft"]["earned"] - result["today"]["earned"]
    facts = {
        "points": points_text(more),
        "cost": _money(abs(more * replay.point_cost)),
        "period": replay.get_months_display(),
    }
    if more > 0:
        return _("Over %(period)s members would have earned %(points)s more: %(cost)s.") % facts
    if more < 0:
        return _("Over %(period)s members would have earned %(points)s less: %(cost)s.") % facts
    return _("Over %(period)s members would have earned as many points.") % facts


def _figures(result: dict[str, Any], cost: Decimal) -> Iterator[Figure]:
    today, draft = result["today"], result["draft"]

    def row(name: str, key: str, *, main: bool = False) -> Figure:
        return _figure(name, today[key], draft[key], whole, main=main)

    def price(name: str, key: str, *, main: bool = False) -> Figure:
        return _figure(name, today[key] * cost, draft[key] * cost, _money, main=main)

    yield row(_("Points earned"), "earned")
    yield price(_("What they cost"), "earned", main=True)
    spent = Decimal(result["spent"])
    shares = [share(side["earned"], cost, spent) for side in (today, draft)]
    if shares[0] is not None and shares[1] is not None:
        yield _figure(
            _("Of every euro members paid"), shares[0] * HUNDRED, shares[1] * HUNDRED, _percent
        )
    yield row(_("Points spent"), "redeemed")
    yield row(_("Points expired"), "expired")
    yield row(_("Points that stay outstanding"), "outstanding")
    yield price(_("What those would cost"), "outstanding", main=True)
    if today["owed"] or draft["owed"]:
        yield row(_("Points that members owe"), "owed")


def _figure(
    name: str,
    today: Any,  # noqa: ANN401
    draft: Any,  # noqa: ANN401
    write: Callable[[Any], str],
    *,
    main: bool = False,
) -> Figure:
    more = draft - today
    sign = MINUS if more < 0 else "+"
    difference = f"{sign}{write(abs(more))}" if more else whole(0)
    return Figure(name, write(today), write(draft), difference, main)


def _percent(number: Decimal) -> str:
    # The formatter cuts off; it does not round.
    return f"{number_format(number.quantize(CENT), decimal_pos=2)}%"


def _money(amount: Decimal) -> str:
    return money(amount.quantize(CENT))


def _groups(result: dict[str, Any], names: Mapping[int, str]) -> Iterator[Group]:
    members = result["members"]
    for kind, key, title in (
        ("more", "winners", _("get more")),
        ("less", "losers", _("get less")),
    ):
        side = result[key]
        yield Group(
            kind,
            title,
            whole(side["members"]),
            _part(side["members"], members),
            _average(side["points"], side["members"]),
            tuple(
                Example(
                    one["member"],
                    names.get(one["member"], ""),
                    whole(one["today"]),
                    whole(one["draft"]),
                    signed(one["draft"] - one["today"]),
                )
                for one in side["examples"]
            ),
        )
    same = result["same"]
    yield Group("same", _("get as much"), whole(same), _part(same, members), "")


def _part(members: int, of: int) -> str:
    return f"{round(HUNDRED * members / of)}%" if of else ""


def _average(points: int, members: int) -> str:
    if not members:
        return ""
    return _("%(points)s on average") % {"points": signed(round(points / members))}


def tier_names(side: dict[str, Any]) -> list[str]:
    """Name the ranks of one side, the first one included."""
    place = 1 if (get_language() or "nl").startswith("en") else 0
    return [_("no tier"), *(names[place] for names in side["tiers"])]


def _moves(result: dict[str, Any]) -> Moves:
    before, after = tier_names(result["today"]), tier_names(result["draft"])
    counts = {(one, other): count for one, other, count in result["moves"]}
    up = sum(count for (one, other), count in counts.items() if other > one)
    down = sum(count for (one, other), count in counts.items() if other < one)
    rows = tuple(
        (
            name,
            tuple(_cell(counts.get((one, other), 0), one, other) for other in range(len(after))),
        )
        for one, name in enumerate(before)
    )
    return Moves(tuple(after), rows, up, down, _moved(up, down))


def _cell(count: int, before: int, after: int) -> tuple[str, str]:
    if not count:
        return "", "none"
    return whole(count), "up" if after > before else "down" if after < before else "same"


def _moved(up: int, down: int) -> str:
    if not up and not down:
        return _("Nobody would stand in another tier.")
    higher = ngettext(
        "%(count)s member would stand in a higher tier.",
        "%(count)s members would stand in a higher tier.",
        up,
    ) % {"count": whole(up)}
    lower = ngettext(
        "%(count)s member would stand in a lower tier.",
        "%(count)s members would stand in a lower tier.",
        down,
    ) % {"count": whole(down)}
    return " ".join([higher] * bool(up) + [lower] * bool(down))


def class_words(end: int) -> str:
    """Name a class of change by its two ends."""
    if not end:
        return _("as much")
    place = STEPS.index(abs(end))
    least = STEPS[place - 1] + 1 if place else 1
    facts = {"least": whole(least), "most": whole(abs(end))}
    if end > 0:
        return _("%(least)s to %(most)s more") % facts
    return _("%(least)s to %(most)s less") % facts


def _assumptions(result: dict[str, Any]) -> Iterator[str]:
    yield _(
        "Both columns replay the same purchases, returns and redemptions: one by today's rules, "
        "one by the draft's, each as if they had held the whole period. The first need not be "
        "what really happened."
    )
    yield _(
        "People buy the same. Whether better rules would bring them back more often it cannot say."
    )
    yield _(
        "Everybody begins with the tier and the points they had on the first day; points that "
        "were earned before keep the date on which they end, to the month."
    )
    yield _(
        "What was redeemed is redeemed again. Where the points do not suffice, as far as they go: "
        "%(today)s times by today's rules, %(draft)s times by the draft's."
    ) % {"today": whole(result["today"]["cut"]), "draft": whole(result["draft"]["cut"])}
    if result.get("dated"):
        yield _(
            "A rule with a first or last day counts on its own days only: one that lies ahead "
            "gives nothing here."
        )
    yield _("Points that staff gave or took by hand are the same in both.")
