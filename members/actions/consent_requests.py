"""Saying yes to mail: at once where the mailbox is proven, else once it has answered a letter."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from members.actions.consent import NoNewsForLeavers, record_consent, stop_mail
from members.mail_topics import yes_words
from members.models import Consent, ConsentRequest, LatestConsent, Member
from members.models.consent_request import A_LETTER_EACH
from members.refusals import Refusal
from members.reports.mail_consent import address_is_proven
from members.signals import announce, consent_asked

SALT = "members.consent"
HOLDS = timedelta(days=30)
SAID_BY_THEMSELVES = (Consent.How.JOINING, Consent.How.PROFILE)
Wordings = Mapping[Consent.Topic, str]


class NowhereToAsk(Refusal):
    code = "nowhere_to_ask"


class UnknownRequest(Refusal):
    code = "unknown_request"


class RequestExpired(Refusal):
    code = "request_expired"


class AddressChanged(Refusal):
    code = "address_changed"


@transaction.atomic
def say_yes(
    *,
    member_id: int,
    wordings: Wordings,
    language: str,
    how: Consent.How,
    now: datetime,
    said_at: datetime | None = None,
    staff_id: int | None = None,
    proof: str = "",
) -> ConsentRequest | None:
    """
    Agree to mail, topic by topic, in the very words that were asked.

    What members say themselves about a mailbox they proved counts at once, from `said_at` on,
    and None is returned. Anybody else's yes waits for the mailbox: the request is returned
    whose letter has to be answered. Refuses a closed membership, and one without an address.
    """
    member = Member.objects.lock(member_id)
    if member.status == Member.Status.CLOSED:
        raise NoNewsForLeavers(gettext_lazy("This membership has been closed."))
    if how not in SAID_BY_THEMSELVES or not address_is_proven(member):
        return _ask(member, wordings, language, how, now, staff_id, proof)
    for topic, wording in wordings.items():
        record_consent(
            member_id=member_id,
            topic=topic,
            channel=Consent.Channel.EMAIL,
            given=True,
            how=how,
            wording=wording,
            language=language,
            now=said_at or now,
            proof=_("login %(number)s, address proven by a code") % {"number": member.user_id},
        )
    return None


@transaction.atomic
def ask_at_new_address(*, member_id: int, staff_id: int, now: datetime) -> ConsentRequest | None:
    """
    Let every yes wait for the new mailbox after staff have written down another address.

    Nobody has shown yet to read mail there, and a slip of the pen would mail a stranger. Returns
    None where there is nothing to ask: no yes, no address, or one that is proven.
    """
    member = Member.objects.lock(member_id)
    agreed = LatestConsent.objects.filter(
        member=member, channel=Consent.Channel.EMAIL, given=True
    ).select_related("consent")
    wordings = {Consent.Topic(one.topic): one.consent.wording for one in agreed}
    if not wordings or address_is_proven(member):
        return None
    stop_mail(
        member_id=member_id,
        topics=wordings,
        how=Consent.How.STAFF,
        wording=_("Staff wrote down another address, which has not answered yet."),
        language=get_language() or "",
        now=now,
    )
    if not member.email:
        return None
    ours = yes_words(wordings, member.language)
    asked = {topic: wording or ours[topic] for topic, wording in wordings.items()}
    return _ask(member, asked, member.language, Consent.How.STAFF, now, staff_id, "")


@transaction.atomic
def confirm_request(*, token: str, now: datetime) -> ConsentRequest:
    """
    Count the yes of who followed the link in a letter and pressed its button.

    A second press changes nothing and returns the same. Refuses a forged link, one that has
    run out, one to an address that is no longer the member's, and a closed membership.
    """
    found = request_of_token(token=token)
    member = Member.objects.lock(found.member_id)
    request = ConsentRequest.objects.lock(found.pk)
    if request.confirmed_at is not None:
        return request
    refuse_a_dead_one(request=request, member=member, now=now)
    for topic in request.topics:
        record_consent(
            member_id=member.pk,
            topic=topic,
            channel=Consent.Channel(request.channel),
            given=True,
            how=Consent.How.LETTER,
            wording=request.wordings[topic.value],
            language=request.language,
            address=request.address,
            request_id=request.pk,
            proof=_("confirmed question %(number)s") % {"number": request.pk},
            now=now,
        )
    request.confirmed_at = now
    request.save(update_fields=["confirmed_at"])
    return request


def request_token(*, request: ConsentRequest) -> str:
    """Return what stands in the link of a letter: it names the request and cannot be made up."""
    return signing.dumps(request.pk, salt=SALT)


def request_of_token(*, token: str) -> ConsentRequest:
    """Return the request of a link; refuses a forged one."""
    try:
        number = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        number = None
    request = ConsentRequest.objects.select_related("member").filter(pk=number).first()
    if request is None:
        raise UnknownRequest(
            gettext_lazy("We don't know this link. Open it as it stands in your letter.")
        )
    return request


def refuse_a_dead_one(*, request: ConsentRequest, member: Member, now: datetime) -> None:
    """Refuse a request that nobody can confirm any more, saying why."""
    if member.status == Member.Status.CLOSED:
        raise NoNewsForLeavers(gettext_lazy("This membership has been closed."))
    if request.address != member.email:
        raise AddressChanged(
            gettext_lazy("This letter went to an address that is no longer the member's.")
        )
    if request.expires_at <= now:
        raise RequestExpired(
            gettext_lazy("This question has run out, or was answered with no since.")
        )


def _ask(
    member: Member,
    wordings: Wordings,
    language: str,
    how: Consent.How,
    now: datetime,
    staff_id: int | None,
    proof: str,
) -> ConsentRequest | None:
    """Ask what is neither agreed to nor asked already; remind of what is, once a day at most."""
    if not member.email:
        raise NowhereToAsk(
            gettext_lazy("We know no e-mail address of this member; ask for one first.")
        )
    open_requests = list(ConsentRequest.objects.filter(member=member).open_at(now).order_by("id"))
    asked = {topic for request in open_requests for topic in request.topics}
    agreed = set(
        LatestConsent.objects.filter(
            member=member, channel=Consent.Channel.EMAIL, given=True
        ).values_list("topic", flat=True)
    )
    left = {
        topic.value: wording
        for topic, wording in wordings.items()
        if topic not in asked and topic.value not in agreed
    }
    if not left:
        concerned = [one for one in open_requests if set(one.topics) & set(wordings)]
        return _remind(concerned[-1], now) if concerned else None
    request = ConsentRequest.objects.create(
        member=member,
        wordings=left,
        language=language,
        address=member.email,
        how=how,
        proof=proof,
        asked_at=now,
        asked_by_id=staff_id,
        write_at=_next_letter(member, now),
        expires_at=now + HOLDS,
    )
    announce(consent_asked, request_id=request.pk)
    return request


def _remind(request: ConsentRequest, now: datetime) -> ConsentRequest:
    if request.write_at + A_LETTER_EACH > now:
        return request
    request.times_asked += 1
    request.write_at, request.expires_at = now, now + HOLDS
    request.save(update_fields=["times_asked", "write_at", "expires_at"])
    announce(consent_asked, request_id=request.pk)
    return request


def _next_letter(member: Member, now: datetime) -> datetime:
    """Now, or a day after the last question that this mailbox got, answered or not."""
    last = (
        ConsentRequest.objects.filter(member=member, address=member.email)
        .order_by("-write_at")
        .values_list("write_at", flat=True)
        .first()
    )
    return max(now, last + A_LETTER_EACH) if last else now
