"""Writing down each yes and no to being sent something."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Consent, ConsentRequest, LatestConsent, Member
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
    language: str = "",
    address: str | None = None,
    request_id: int | None = None,
    mailing_id: int | None = None,
) -> Consent:
    """
    Write down an answer and the very words that were asked; nothing earlier is changed.

    It holds from the moment this returns: who sends locks the member too. `address` is the
    mailbox it is about, the member's where none is named. A no ends what the member was still
    asked by letter. Refuses the yes of a closed membership. The same answer as before is the
    same answer: a second press leaves no second row.
    """
    member = Member.objects.lock(member_id)
    if given and member.status == Member.Status.CLOSED:
        raise NoNewsForLeavers(gettext_lazy("This membership has been closed."))
    if not given:
        _end_questions(member_id, topic, now)
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
        language=language,
        address=(member.email or "") if address is None else address,
        request_id=request_id,
        mailing=mailing_id,
        proof=proof,
    )


def answer_news(
    *,
    member_id: int,
    given: bool,
    how: Consent.How,
    wording: str,
    now: datetime,
    proof: str = "",
    language: str = "",
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
        proof=proof,
        language=language,
    )


@transaction.atomic
def stop_mail(
    *,
    member_id: int,
    topics: Iterable[Consent.Topic],
    how: Consent.How,
    wording: str,
    now: datetime,
    language: str = "",
    address: str | None = None,
    mailing_id: int | None = None,
    proof: str = "",
) -> list[Consent]:
    """
    Say no to these topics by e-mail, whatever was said before; a second time changes nothing.

    Nobody has to prove anything to be left alone, and a closed membership may say it too.
    """
    return [
        record_consent(
            member_id=member_id,
            topic=topic,
            channel=Consent.Channel.EMAIL,
            given=False,
            how=how,
            wording=wording,
            now=now,
            proof=proof,
            language=language,
            address=address,
            mailing_id=mailing_id,
        )
        for topic in topics
    ]


@transaction.atomic
def withdraw_everything(*, member_id: int, how: Consent.How, wording: str, now: datetime) -> int:
    """Take back every yes; what was never agreed to stays unsaid. Returns how many."""
    Member.objects.lock(member_id)
    ConsentRequest.objects.filter(member_id=member_id).open_at(now).update(expires_at=now)
    topics = LatestConsent.objects.filter(
        member_id=member_id, channel=Consent.Channel.EMAIL, given=True
    ).values_list("topic", flat=True)
    return len(
        stop_mail(
            member_id=member_id,
            topics=[Consent.Topic(topic) for topic in topics],
            how=how,
            wording=wording,
            now=now,
        )
    )


@transaction.atomic
def withdraw_complained(
    *,
    member_id: int,
    how: Consent.How,
    said_at: datetime,
    address: str,
    mailing_id: int | None,
    now: datetime,
) -> int:
    """
    Take back every yes that is older than what a mail provider reported; returns how many.

    A report that comes late, or a second time, does not undo what was said after it.
    """
    Member.objects.lock(member_id)
    older = LatestConsent.objects.filter(
        member_id=member_id,
        channel=Consent.Channel.EMAIL,
        given=True,
        consent__given_at__lte=said_at,
    ).values_list("topic", flat=True)
    wording = (
        _("Our mail was reported as unwanted.")
        if how == Consent.How.SPAM
        else _("Our mail was stopped at the mail provider.")
    )
    return len(
        stop_mail(
            member_id=member_id,
            topics=[Consent.Topic(topic) for topic in older],
            how=how,
            wording=wording,
            address=address,
            mailing_id=mailing_id,
            now=now,
        )
    )


def _end_questions(member_id: int, topic: Consent.Topic, now: datetime) -> None:
    ConsentRequest.objects.filter(
        member_id=member_id,
        confirmed_at__isnull=True,
        expires_at__gt=now,
        wordings__has_key=str(topic),
    ).update(expires_at=now)
