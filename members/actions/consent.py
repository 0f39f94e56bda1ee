"""Writing down each yes and no to being sent something."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.models import Consent, Member
from members.refusals import Refusal


class NoNewsForLeavers(Refusal):
    code = "no_news_for_leavers"


@transaction.atomic
def record_consent(
    *,
    member_id: int,
    topic: Consent.Topic,
    channel: Consent.Channel,
    given: bool,
    how: Consent.How,
    wording: str,
    now: datetime,
    proof: str = "",
) -> Consent:
    """
    Write down an answer and the very words that were asked; nothing earlier is changed.

    Refuses the yes of a closed membership. The same answer as before is the same answer: a second press leaves no second row.
    """
    member = Member.objects.lock(member_id)
    if given and member.status == Member.Status.CLOSED:
        raise NoNewsForLeavers(_("This membership has been closed."))
    last = (
        Consent.objects.filter(member_id=member_id, topic=topic, channel=channel)
        .order_by("-id")
        .first()
    )
    if last is not None and last.given == given:
        return last
    return Consent.objects.create(
        member_id=member_id,
        topic=topic,
        channel=channel,
        given=given,
        given_at=now,
        how=how,
        wording=wording,
        proof=proof,
    )


def answer_news(
    *, member_id: int, given: bool, how: Consent.How, wording: str, now: datetime
) -> Consent:
    """Say yes or no to news by e-mail."""
    return record_consent(
        member_id=member_id,
        topic=Consent.Topic.NEWS,
        channel=Consent.Channel.EMAIL,
        given=given,
        how=how,
        wording=wording,
        now=now,
    )
