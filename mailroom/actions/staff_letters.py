"""The letters to colleagues about their logins."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from mailroom.actions.posting import post_letter
from mailroom.models import Letter
from mailroom.wording import write_letter
from members.models import User


def post_second_factor_removed(*, user_id: int, by_id: int, now: datetime) -> Letter:
    """Tell somebody that a colleague removed their second factor; call it in the same transaction."""
    people = User.objects.in_bulk([user_id, by_id])
    user, colleague = people[user_id], people[by_id]
    written = write_letter(
        "second_factor",
        language=user.language,
        reader=user.name,
        url=f"{settings.SITE_URL}{reverse('account_login')}",
        now=now,
        colleague=colleague.get_full_name(),
    )
    return post_letter(
        key=f"second-factor:{user_id}:{now:%Y%m%d%H%M%S%f}",
        to=user.email,
        language=written.language,
        subject=written.subject,
        text=written.text,
        html=written.html,
        now=now,
    )
