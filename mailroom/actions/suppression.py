"""Addresses that get no mail: who enters them, what lifts them, and what providers tell of them."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailroom.models import SoftBounces, Suppression
from members.actions.traces import record_act
from members.models import Member
from members.refusals import Refusal

IN_A_ROW = 5
"""So many mails that came back for now, with none arriving between, are one that came back for good."""
LONGEST_ADDRESS = 254
LONGEST_DETAIL = 300
LONGEST_WHY = 200


class NotAnAddress(Refusal):
    code = "not_an_address"


class AlreadyLifted(Refusal):
    code = "suppression_lifted"


@transaction.atomic
def suppress_address(
    *, email: str, cause: Suppression.Cause, detail: str, now: datetime
) -> Suppression:
    """Write to an address no more; the same cause twice is one, and the first says since when."""
    address = tidy(email=email)
    held = Suppression.objects.in_force().filter(email=address, cause=cause)
    try:
        with transaction.atomic():
            return held.first() or Suppression.objects.create(
                email=address, cause=cause, detail=detail[:LONGEST_DETAIL], since=now
            )
    except IntegrityError as error:
        if "one_suppression_in_force" not in str(error):
            raise
        return held.get()


@transaction.atomic
def enter_suppression(*, email: str, staff_id: int, reason: str, now: datetime) -> Suppression:
    """Let staff keep mail from an address, which leaves a trace. Refuses what is no address."""
    suppression = suppress_address(
        email=email, cause=Suppression.Cause.STAFF, detail=reason, now=now
    )
    record_act(
        staff_id=staff_id,
        what=_("No more mail to %(email)s") % {"email": suppression.email},
        on=suppression,
        now=now,
        member_id=_member_at(suppression.email),
        reason=reason,
    )
    return suppression


@transaction.atomic
def lift_suppression(
    *, suppression_id: int, staff_id: int, reason: str, now: datetime
) -> Suppression:
    """Let mail go to an address again, which leaves a trace. Refuses one that was lifted."""
    suppression = Suppression.objects.lock(suppression_id)
    if suppression.lifted_at is not None:
        raise AlreadyLifted(gettext_lazy("Mail goes to this address again already."))
    _lift(suppression, reason, now)
    record_act(
        staff_id=staff_id,
        what=_("Mail goes to %(email)s again") % {"email": suppression.email},
        on=suppression,
        now=now,
        member_id=_member_at(suppression.email),
        before={"cause": suppression.cause},
        reason=reason,
    )
    return suppression


@transaction.atomic
def lift_proven_address(*, email: str, now: datetime) -> int:
    """
    Let mail go again to an address whose reader has just typed in a code from it.

    That it came back is over then. What its reader or staff said about it stays.
    """
    held = Suppression.objects.in_force().filter(
        email=email.lower(), cause=Suppression.Cause.BOUNCE
    )
    found = list(held.select_for_update())
    for suppression in found:
        _lift(suppression, _("a code sent to it was read"), now)
    SoftBounces.objects.filter(email=email.lower()).update(events=[], delivered_at=now)
    return len(found)


@transaction.atomic
def count_soft_bounce(
    *, email: str, event: str, detail: str, at: datetime, now: datetime
) -> Suppression | None:
    """
    Count mail that came back for now; after five in a row the address gets none any more.

    `event` is the provider's name of what it told: told twice it counts once. One that is older
    than the last mail that arrived counts no more.
    """
    address = tidy(email=email)
    SoftBounces.objects.get_or_create(email=address, defaults={"latest_at": at})
    row = SoftBounces.objects.select_for_update().get(email=address)
    if event in row.events or (row.delivered_at is not None and at <= row.delivered_at):
        return None
    row.events = [*row.events, event]
    row.latest_at = max(row.latest_at, at)
    row.save(update_fields=["events", "latest_at"])
    if len(row.events) < IN_A_ROW:
        return None
    return suppress_address(email=address, cause=Suppression.Cause.BOUNCE, detail=detail, now=now)


@transaction.atomic
def forget_soft_bounces(*, email: str, at: datetime) -> None:
    """Begin counting anew: mail has arrived. Most addresses have never been counted."""
    rows = SoftBounces.objects.select_for_update().filter(email=email.lower())
    for row in rows:
        if row.delivered_at is None or row.delivered_at < at:
            row.delivered_at = at
            row.events = row.events if row.latest_at > at else []
            row.save(update_fields=["delivered_at", "events"])


def was_lifted_after(*, email: str, cause: Suppression.Cause, at: datetime) -> bool:
    """Whether somebody let mail go there again after this happened: old news changes nothing."""
    lifted = Suppression.objects.filter(email=email.lower(), cause=cause, lifted_at__gte=at)
    return lifted.exists()


def tidy(*, email: str) -> str:
    """Write an address as this house does; refuses what is none."""
    address = email.strip().lower()
    try:
        validate_email(address)
        MaxLengthValidator(LONGEST_ADDRESS)(address)
    except ValidationError:
        raise NotAnAddress(
            gettext_lazy("This is not an e-mail address; write one like anna@example.nl.")
        ) from None
    return address


def _lift(suppression: Suppression, why: str, now: datetime) -> None:
    suppression.lifted_at, suppression.lifted_why = now, why[:LONGEST_WHY]
    suppression.save(update_fields=["lifted_at", "lifted_why"])


def _member_at(email: str) -> int | None:
    return Member.objects.filter(email=email).values_list("pk", flat=True).first()
