"""What Marktzicht offers for points, and what some members had already."""

import tomllib
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.utils.translation import override

from loyalty_site.demo.logins import login_in
from loyalty_site.demo.people import person
from loyalty_site.demo.pictures import drawn
from members.actions.traces import record_act
from members.models import Member, Tier, User
from members.refusals import Refusal
from points.models import Account
from points.reports.statement import situation
from rewards.actions.catalog import count_stock, put_in_catalog, save_reward, set_picture
from rewards.actions.choices import count_choices
from rewards.actions.redemption import redeem_reward
from rewards.actions.waiting_list import join_line
from rewards.models import Reward
from rewards.pictures import clean_picture
from rewards.reports.offers import price_of

WRITTEN = tomllib.loads((Path(__file__).parent / "rewards.toml").read_text("utf-8"))["reward"]
OPENED = timedelta(days=30)
MOST_EAGER = 12
SANNES = 1
"""Her place among those who redeem: the latest, with a voucher that nobody used yet."""
WAITING = 3
SHARE = 8
"""Of what they can spend they spend so much at once."""
OF_THE_DEMO = ("picture", "stock", "alt_nl", "alt_en", "tier")
AMOUNTS = ("value", "step_value", "percent", "most_off", "cost")


def fill_catalog(now: datetime) -> None:
    """Put up the catalog and let a few members redeem, unless there is a catalog already."""
    if Reward.objects.exists():
        return
    staff_id = login_in("marketing").pk
    with override(User.Language.DUTCH):
        rewards = [put_up(entry, staff_id, now - OPENED) for entry in WRITTEN]
    redeem_a_few(rewards, now)
    count_choices(now=now)


def put_up(entry: dict[str, Any], staff_id: int, at: datetime) -> Reward:
    """Make one reward as marketing would."""
    wanted = {name: value for name, value in entry.items() if name not in OF_THE_DEMO}
    wanted |= {name: Decimal(wanted[name]) for name in AMOUNTS if name in wanted}
    wanted["tier_id"] = min(entry.get("tier", 0), Tier.objects.count() - 1)
    reward = save_reward(reward_id=None, wanted=wanted, now=at)
    if "stock" in entry:
        count_stock(reward_id=reward.pk, pieces=entry["stock"], now=at)
    content = clean_picture(BytesIO(drawn(entry["picture"])), 1)
    for language in ("nl", "en"):
        alt = entry[f"alt_{language}"]
        set_picture(reward_id=reward.pk, language=language, content=content, alt=alt)
    put_in_catalog(reward_id=reward.pk, now=at)
    record_act(staff_id=staff_id, what="In de catalogus gezet", on=reward, now=at)
    return reward


def redeem_a_few(rewards: list[Reward], now: datetime) -> None:
    """Let members who have most points redeem what they can, and some wait for what is gone."""
    rich = list(Account.objects.order_by("-balance").values_list("member_id", flat=True))
    sanne = Member.objects.filter(email=person(0).email).values_list("pk", flat=True).first()
    if sanne is not None:
        # Whom the demo logs in has something to show.
        rich = [rich[0], *[pk for pk in rich[1:] if pk != sanne]]
        rich.insert(min(SANNES, len(rich)), sanne)
    # Whoever came first stands first.
    for number, member_id in reversed(list(enumerate(rich[1 : MOST_EAGER + 1]))):
        reward = Reward.objects.get(pk=rewards[number % len(rewards) if number % 2 else 0].pk)
        points = price_of(reward).highest(situation(member_id, now).spendable // SHARE)
        at = now - timedelta(days=2 * number, hours=number)
        # Who has too few points, or meets an empty shelf, redeems nothing.
        with suppress(Refusal):
            redeem_reward(
                member_id=member_id,
                reward_id=reward.pk,
                points=points,
                revision=reward.revision,
                request_key=uuid5(NAMESPACE_URL, f"marktzicht:{reward.pk}:{member_id}"),
                actor=f"member:{member_id}",
                now=max(at, now - OPENED),
            )
    gone = next(reward for reward in Reward.objects.with_its_stock() if reward.free == 0)
    waiting = Member.objects.filter(pk__in=rich[1 : WAITING + 1]).order_by("pk")
    for place, member in enumerate(waiting):
        # It is for members of a higher tier, and not each of these has reached it.
        with suppress(Refusal):
            join_line(member_id=member.pk, reward_id=gone.pk, now=now - timedelta(days=9 - place))
