"""Why somebody can't have a reward yet and how far it is, in their own language."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Tier
from points.local_time import local_day
from points.reports.wording import day, points_text, whole
from rewards.standing import Reason, Why


def how_far(reason: Reason, tiers: dict[int, str], zone: ZoneInfo) -> str:
    """Say in a few words what stands between a member and a reward: "340 points to go"."""
    return SAYS[reason.why](reason, tiers, zone)


def tier_names() -> dict[int, str]:
    """Name every tier in the reader's language, by rank."""
    return {tier.rank: tier.name for tier in Tier.objects.all()}


def _sold_out(reason: Reason, _tiers: dict[int, str], _zone: ZoneInfo) -> str:
    if not reason.before:
        return _("sold out")
    return ngettext(
        "sold out – %(count)s before you", "sold out – %(count)s before you", reason.before
    ) % {"count": whole(reason.before)}


def _limit(reason: Reason, _tiers: dict[int, str], _zone: ZoneInfo) -> str:
    if reason.again_on is None:
        return _("you have had this one")
    return _("again from %(day)s") % {"day": day(reason.again_on)}


def _tier(reason: Reason, tiers: dict[int, str], _zone: ZoneInfo) -> str:
    return _("from %(tier)s") % {"tier": tiers.get(reason.tier, str(reason.tier))}


def _not_yet(reason: Reason, _tiers: dict[int, str], zone: ZoneInfo) -> str:
    if reason.from_at is None:
        return ""
    return _("from %(day)s") % {"day": day(local_day(reason.from_at, zone))}


def _points(reason: Reason, _tiers: dict[int, str], _zone: ZoneInfo) -> str:
    return _("%(points)s to go") % {"points": points_text(reason.missing)}


SAYS: dict[Why, Callable[[Reason, dict[int, str], ZoneInfo], str]] = {
    Why.NOT_SEEN: lambda *_known: _("not in the catalog"),
    Why.WITHDRAWN: lambda *_known: _("no longer in the catalog"),
    Why.OVER: lambda *_known: _("over"),
    Why.FROZEN: lambda *_known: _("your membership is frozen"),
    Why.CLOSED: lambda *_known: _("your membership has ended"),
    Why.TIER: _tier,
    Why.NOT_YET: _not_yet,
    Why.LIMIT: _limit,
    Why.SOLD_OUT: _sold_out,
    Why.POINTS: _points,
}


def why_not(reason: Reason, tiers: dict[int, str], zone: ZoneInfo) -> str:
    """Say in a sentence why a member can't have a reward, for who has just asked for it."""
    match reason.why:
        case Why.NOT_SEEN:
            return _("There is no such reward.")
        case Why.WITHDRAWN:
            return _("This reward is no longer in the catalog.")
        case Why.OVER:
            return _("This reward is over.")
        case Why.FROZEN:
            return _("This membership is frozen; points cannot be spent.")
        case Why.CLOSED:
            return _("This membership has been closed.")
        case Why.SOLD_OUT:
            return _("This reward is sold out. No points were taken.")
        case Why.POINTS:
            return _("You need %(points)s more for this reward.") % {
                "points": points_text(reason.missing)
            }
    return _when(reason, tiers, zone)


def _when(reason: Reason, tiers: dict[int, str], zone: ZoneInfo) -> str:
    if reason.why is Why.TIER:
        return _("This reward is there from tier %(tier)s.") % {
            "tier": tiers.get(reason.tier, str(reason.tier))
        }
    if reason.why is Why.NOT_YET and reason.from_at is not None:
        return _("You can have this reward from %(day)s.") % {
            "day": day(local_day(reason.from_at, zone))
        }
    if reason.again_on is not None:
        return _("You have had this reward as often as you may; again from %(day)s.") % {
            "day": day(reason.again_on)
        }
    return _("You have had this reward as often as you may.")
