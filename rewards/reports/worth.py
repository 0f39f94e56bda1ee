"""What a reward costs and gives, in the reader's words."""

from decimal import Decimal

from django.utils.translation import gettext as _

from points.reports.wording import decimal, money, points_text
from rewards.models import Reward
from rewards.models.reward import Gives
from rewards.reports.offers import price_of


def price_text(reward: Reward) -> str:
    """Say what it costs: "500 points", or "from 500 points" where there is a choice."""
    text = points_text(reward.points)
    return _("from %(points)s") % {"points": text} if reward.has_steps else text


def worth_text(reward: Reward, points: int | None = None) -> str:
    """Say in a few words what it gives, for so many points; empty where its name says it all."""
    value = price_of(reward).worth(reward.points if points is None else points)
    is_open = reward.has_steps and points is None
    match reward.gives:
        case Gives.PERCENTAGE:
            return _percentage(reward.percent or Decimal(0), reward.most_off)
        case Gives.DISCOUNT:
            says = _("from %(amount)s off") if is_open else _("%(amount)s off")
        case Gives.GIFT_CARD:
            says = _("gift card from %(amount)s") if is_open else _("gift card of %(amount)s")
        case Gives.DONATION:
            says = _("we give from %(amount)s") if is_open else _("we give %(amount)s")
        case _other:
            says = _("worth %(amount)s")
    return says % {"amount": money(value)} if value else ""


def steps_text(reward: Reward) -> str:
    """Say what each step adds: "each 100 points more add €1.00, up to 2,000 points"."""
    if not reward.step_points or not reward.step_value or not reward.most_points:
        return ""
    return _("Each %(points)s more add %(amount)s, up to %(most)s.") % {
        "points": points_text(reward.step_points),
        "amount": money(reward.step_value),
        "most": points_text(reward.most_points),
    }


def _percentage(percent: Decimal, most: Decimal | None) -> str:
    if most is None:
        return _("%(percent)s%% off") % {"percent": decimal(percent)}
    return _("%(percent)s%% off, up to %(amount)s") % {
        "percent": decimal(percent),
        "amount": money(most),
    }
