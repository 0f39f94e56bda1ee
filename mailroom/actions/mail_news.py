"""Acting on what a mail provider tells: the same news twice, late or in any order does no harm."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from mailroom.actions.suppression import (
    count_soft_bounce,
    forget_soft_bounces,
    suppress_address,
    tidy,
    was_lifted_after,
)
from mailroom.delivery_sql.tallies import move_tallies
from mailroom.mail_event import About, Happened
from mailroom.models import Delivery, Letter, Suppression
from members.actions.consent import withdraw_complained
from members.models import Consent, Member

LONGEST_FAULT = 300
LONGEST_EVENT = 120


@dataclass(frozen=True, slots=True)
class News:
    """What happened to mail for an address, when, and what the server said."""

    happened: Happened
    address: str
    at: datetime
    said: str
    event: str
    about: About | None = None


@transaction.atomic
def act_on_news(*, news: News, now: datetime) -> None:
    """
    Do what the news calls for: hold mail back, take consent back, mark the message.

    Locks members before messages. Refuses what is about no address.
    """
    address = tidy(email=news.address)
    match news.happened:
        case Happened.CAME_BACK:
            _hold_back(address, Suppression.Cause.BOUNCE, news, now)
            _mark_failed(news, address)
        case Happened.CAME_BACK_FOR_NOW:
            count_soft_bounce(
                email=address,
                event=news.event[:LONGEST_EVENT],
                detail=news.said,
                at=news.at,
                now=now,
            )
            _mark_failed(news, address)
        case Happened.NOT_TAKEN:
            _mark_failed(news, address)
        case Happened.COMPLAINED:
            _take_back(address, Consent.How.SPAM, news, now)
            _hold_back(address, Suppression.Cause.SPAM, news, now)
        case Happened.STOPPED:
            _take_back(address, Consent.How.STOP, news, now)
        case Happened.ARRIVED:
            forget_soft_bounces(email=address, at=news.at)
            _mark_sent(news, address)
        case Happened.NOTHING:
            pass


def _hold_back(address: str, cause: Suppression.Cause, news: News, now: datetime) -> None:
    if not was_lifted_after(email=address, cause=cause, at=news.at):
        suppress_address(email=address, cause=cause, detail=news.said, now=now)


def _take_back(address: str, how: Consent.How, news: News, now: datetime) -> None:
    """The reader of the address, and whoever we wrote that message to."""
    delivery = _delivery(news.about)
    concerned = set(Member.objects.filter(email=address).values_list("pk", flat=True))
    if delivery is not None:
        concerned.add(delivery.member_id)
    for member_id in sorted(concerned):
        withdraw_complained(
            member_id=member_id,
            how=how,
            said_at=news.at,
            address=address,
            mailing_id=delivery.mailing_id if delivery else None,
            now=now,
        )


def _mark_failed(news: News, address: str) -> None:
    """Let the message say that it did not arrive; one that is being sent is its sender's."""
    about = news.about
    if about is None:
        return
    if about.kind == "letter":
        Letter.objects.filter(
            pk=about.number, to__iexact=address, state__in=[Letter.State.SENT, Letter.State.UNKNOWN]
        ).update(state=Letter.State.FAILED, sent_at=None, fault=news.said[:LONGEST_FAULT])
        return
    delivery = _locked(about, Delivery.State.SENT, Delivery.State.UNKNOWN)
    if delivery is not None:
        delivery.sent_at, delivery.fault = None, news.said[:LONGEST_FAULT]
        _move(delivery, Delivery.State.FAILED, Delivery.Reason.REFUSED)


def _mark_sent(news: News, address: str) -> None:
    """What arrived was sent: nobody need wonder about it any more."""
    about = news.about
    if about is None:
        return
    if about.kind == "letter":
        Letter.objects.filter(
            pk=about.number, to__iexact=address, state=Letter.State.UNKNOWN
        ).update(state=Letter.State.SENT, sent_at=news.at, fault="")
        return
    delivery = _locked(about, Delivery.State.UNKNOWN)
    if delivery is not None:
        delivery.sent_at, delivery.fault = news.at, ""
        _move(delivery, Delivery.State.SENT, "")


def _locked(about: About, *states: Delivery.State) -> Delivery | None:
    found = Delivery.objects.select_for_update(of=("self",))
    return found.filter(pk=about.number, state__in=states).first()


def _move(delivery: Delivery, state: Delivery.State, reason: str) -> None:
    was = (delivery.mailing_id, delivery.state, delivery.reason)
    delivery.state, delivery.reason = state, reason
    delivery.save(update_fields=["state", "reason", "sent_at", "fault"])
    now_is = (delivery.mailing_id, delivery.state, delivery.reason)
    move_tallies(Counter({was: -1, now_is: 1}))


def _delivery(about: About | None) -> Delivery | None:
    if about is None or about.kind != "delivery":
        return None
    return Delivery.objects.filter(pk=about.number).first()
