"""What a reader sets by the link in a letter, without logging in."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.actions.consent import record_consent, stop_mail
from members.mail_topics import stop_all_words, stop_words, topic_words
from members.models import Consent, Member
from members.refusals import Refusal
from members.stop_link import StopLink

Topics = set[Consent.Topic]
MOST_CHANGES = 30
AN_HOUR = timedelta(hours=1)


class OldLink(Refusal):
    code = "old_link"


class TooManyChanges(Refusal):
    code = "too_many_changes"


@transaction.atomic
def stop_by_link(*, link: StopLink, language: str, now: datetime) -> list[Consent.Topic]:
    """
    Stop the topic of a link, or every topic where it names none; returns which it was.

    It needs nothing but the link, counts at once, and a second time changes nothing. Nobody
    is refused: neither who has left, nor who follows the link of an earlier address.
    """
    topics = topics_of(link=link)
    member = Member.objects.filter(pk=link.member_id).first()
    if member is None:
        return topics
    stop_mail(
        member_id=member.pk,
        topics=topics,
        how=Consent.How.STOP,
        wording=stop_words() if len(topics) == 1 else stop_all_words(),
        language=language,
        address=_address(link, member),
        mailing_id=link.mailing_id or None,
        now=now,
    )
    return topics


@transaction.atomic
def set_preferences(
    *, link: StopLink, shown: Topics, chosen: Topics, language: str, now: datetime
) -> None:
    """
    Write down what somebody ticked and unticked; what they left as they saw it stays.

    The link was read in the mailbox it names, which proves a yes as a code would. Refuses
    one of an earlier address, whoever has left, and turning on again and again.
    """
    member = Member.objects.lock(link.member_id)
    if not link.is_of(member.email or ""):
        raise OldLink(gettext_lazy("This link is of an earlier address: it can stop mail alone."))
    if chosen - shown and _changed_lately(member, now) >= MOST_CHANGES:
        raise TooManyChanges(gettext_lazy("That was often. Please try again in an hour."))
    for topic in sorted((chosen - shown) | (shown - chosen)):
        record_consent(
            member_id=member.pk,
            topic=topic,
            channel=Consent.Channel.EMAIL,
            given=topic in chosen,
            how=Consent.How.PAGE,
            wording=topic_words(topic).ticked,
            language=language,
            mailing_id=link.mailing_id or None,
            proof=_("by the link in a letter to this address"),
            now=now,
        )


def topics_of(*, link: StopLink) -> list[Consent.Topic]:
    """The topic a link stops; all of them where it names none that we know."""
    if link.topic in Consent.Topic.values:
        return [Consent.Topic(link.topic)]
    return list(Consent.Topic)


def _address(link: StopLink, member: Member) -> str:
    """The mailbox that said it; of an earlier one nothing is left but a mark."""
    return member.email if member.email and link.is_of(member.email) else ""


def _changed_lately(member: Member, now: datetime) -> int:
    lately = Consent.objects.filter(member=member, how=Consent.How.PAGE, given_at__gt=now - AN_HOUR)
    return lately.count()
