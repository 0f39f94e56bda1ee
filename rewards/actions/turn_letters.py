"""The letter that says: it is there again, and one is yours for two days."""

from datetime import datetime

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from mailroom.actions.posting import post_letter
from mailroom.models import Letter
from mailroom.wording import write_letter
from members.models import Member
from points.program_cache import program_zone
from rewards.models import Place

TURN = "turn"
A_SWEEP = 1_000


def post_turn(*, place_id: int, now: datetime) -> Letter | None:
    """Tell a member that a piece is held for them; None if it no longer is, or nobody reads."""
    place = Place.objects.select_related("member", "reward").get(pk=place_id)
    member = place.member
    if not place.is_held(now) or place.held_until is None:
        return None
    if not member.email or member.status != Member.Status.ACTIVE:
        return None
    until = place.held_until.astimezone(program_zone())
    with translation.override(member.language):
        written = write_letter(
            "rewards/your_turn",
            language=member.language,
            reader=member.name,
            url=f"{settings.SITE_URL}{reverse('rewards:reward', args=[place.reward_id])}",
            now=now,
            reward=place.reward.name,
            until=date_format(until, "l j F, H:i"),
        )
    return post_letter(
        key=f"{TURN}:{place.pk}",
        to=member.email,
        language=written.language,
        subject=written.subject,
        text=written.text,
        html=written.html,
        member_id=member.pk,
        now=now,
    )


def post_missing_turns(*, now: datetime) -> int:
    """Write every such letter that an announcement missed."""
    key = Concat(Value(f"{TURN}:"), Cast(OuterRef("pk"), CharField()))
    untold = (
        Place.objects.filter(state=Place.State.HELD, held_until__gt=now)
        .filter(~Exists(Letter.objects.filter(key=key)))
        .order_by("pk")
        .values_list("pk", flat=True)[:A_SWEEP]
    )
    posted = [post_turn(place_id=pk, now=now) for pk in list(untold)]
    return len([letter for letter in posted if letter is not None])
