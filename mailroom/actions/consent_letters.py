"""The letter that asks a mailbox whether it wants our mail."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from mailroom.actions.posting import post_letter
from mailroom.models import Letter
from mailroom.wording import write_letter
from members.actions.consent_requests import request_token
from members.models import ConsentRequest

QUESTION = "consent"
SWEPT_BACK = timedelta(days=7)
A_SWEEP = 1_000
A_MOMENT = timedelta(microseconds=1)


def post_consent_question(*, request_id: int, now: datetime) -> Letter | None:
    """
    Ask a mailbox to confirm a yes, once for each time it was to be asked.

    Returns None if nobody waits for the answer any more, or if the letter is for later: the
    sweep writes it then.
    """
    request = (
        ConsentRequest.objects.open_at(now)
        .select_related("member")
        .filter(pk=request_id, write_at__lte=now)
        .first()
    )
    if request is None:
        return None
    path = reverse("members:confirm_consent", args=[request_token(request=request)])
    written = write_letter(
        QUESTION,
        language=request.language,
        reader=request.member.name,
        url=f"{settings.SITE_URL}{path}",
        now=now,
        wordings=" ".join(f"“{request.wordings[topic.value]}”" for topic in request.topics),
        asked_on=_day(request.asked_at, request.language),
        until=_day(request.expires_at - A_MOMENT, request.language),
    )
    return post_letter(
        key=f"{QUESTION}:{request.pk}:{request.times_asked}",
        to=request.address,
        language=written.language,
        subject=written.subject,
        text=written.text,
        html=written.html,
        member_id=request.member_id,
        now=now,
    )


def post_missing_questions(*, now: datetime) -> int:
    """Write every question of the last days that was for later or was missed; returns how many."""
    key = Concat(
        Value(f"{QUESTION}:"),
        Cast(OuterRef("pk"), CharField()),
        Value(":"),
        Cast(OuterRef("times_asked"), CharField()),
    )
    due = ConsentRequest.objects.to_write(now - SWEPT_BACK, now)
    missing = due.filter(~Exists(Letter.objects.filter(key=key))).order_by("pk")
    numbers = missing.values_list("pk", flat=True)[:A_SWEEP]
    letters = [post_consent_question(request_id=number, now=now) for number in numbers]
    return len([letter for letter in letters if letter is not None])


def _day(moment: datetime, language: str) -> str:
    with override(language):
        return date_format(timezone.localtime(moment), "j F Y")
