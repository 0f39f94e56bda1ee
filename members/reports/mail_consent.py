"""What a member has said about mail, and whether their mailbox has been proven."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress

from members.mail_topics import TopicWords, topic_words
from members.models import Consent, ConsentRequest, Member


@dataclass(frozen=True, slots=True)
class TopicStand:
    """Where a member stands on a topic: the last word, and the letter that still has to be answered."""

    topic: Consent.Topic
    words: TopicWords
    last: Consent | None
    asked: ConsentRequest | None

    @property
    def given(self) -> bool:
        return self.last is not None and self.last.given


def stands(member: Member, now: datetime) -> list[TopicStand]:
    """Every topic with the last word on it, in two queries."""
    last = {
        one.topic: one
        for one in Consent.objects.latest_of(member.pk)
        if one.channel == Consent.Channel.EMAIL
    }
    open_requests = ConsentRequest.objects.filter(member=member).open_at(now).order_by("id")
    asked = {topic: request for request in open_requests for topic in request.topics}
    return [
        TopicStand(topic, topic_words(topic), last.get(topic.value), asked.get(topic))
        for topic in Consent.Topic
    ]


def address_is_proven(member: Member) -> bool:
    """Whether who logs in as this member has shown, by a code, to read the member's mail."""
    if member.user_id is None or not member.email:
        return False
    proven = EmailAddress.objects.filter(user_id=member.user_id, verified=True)
    return bool(proven.filter(email__iexact=member.email).exists())


def veiled(address: str) -> str:
    """Show enough of an address to know one's own, and too little to learn another's."""
    name, _at, host = address.rpartition("@")
    return f"{name[:1]}•••@{host}"
