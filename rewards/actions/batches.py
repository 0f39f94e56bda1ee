"""Batches of unique codes: asked for, and withdrawn as a whole."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from members.actions.entitlement import staff_who_may
from members.refusals import Refusal
from members.signals import announce
from rewards.actions.issuing import Worth
from rewards.models import Batch
from rewards.models.batch import MOST_CODES
from rewards.models.reward import Gives
from rewards.signals import batch_asked

ADD = "rewards.add_batch"
STOP = "rewards.stop_batch"
HUNDRED = Decimal(100)
ASKED = (
    *("form", "name", "wanted", "gives", "value", "percent", "most_off", "product"),
    *("least_order", "is_alone", "vat", "cost", "valid_from", "expires_at", "per_member"),
)
"""What a form asks: sent again with another of these, it means another batch."""


class WorthNothing(Refusal):
    code = "worth_nothing"


class WindowClosed(Refusal):
    code = "window_closed"


class TooManyCodes(Refusal):
    code = "too_many_codes"


class BatchNameTaken(Refusal):
    code = "name_taken"


class OtherBatch(Refusal):
    code = "other_content"


class BatchStopped(Refusal):
    code = "batch_stopped"


@transaction.atomic
def start_batch(
    *,
    name: str,
    worth: Worth,
    wanted: int,
    valid_from: datetime,
    expires_at: datetime,
    request_key: UUID,
    staff_id: int,
    now: datetime,
) -> Batch:
    """
    Write down that so many unique codes are to be made; a worker makes them by its number.

    The same request key starts one batch. Refuses what is worth nothing, a window that is over
    before it begins, a name that is taken, and more than a million.
    """
    staff = staff_who_may(staff_id=staff_id, permission=ADD)
    if not 1 <= wanted <= MOST_CODES:
        raise TooManyCodes(_("A batch holds from 1 to 1,000,000 codes."))
    batch = new_batch(
        form=Batch.Form.CODES,
        name=name,
        worth=worth,
        valid_from=valid_from,
        expires_at=expires_at,
        request_key=request_key,
        staff_id=staff.pk,
        now=now,
    )
    batch.wanted = wanted
    kept = keep_batch(batch=batch)
    if kept is batch:
        announce(batch_asked, batch_id=batch.pk)
    return kept


@transaction.atomic
def stop_batch(*, batch_id: int, staff_id: int, now: datetime) -> Batch:
    """
    Withdraw a batch: from here on none of its vouchers can be used, and no more are made.

    What has been used stays used. Waits for the chunk that is being made, a second at most.
    """
    batch = Batch.objects.lock(batch_id)
    staff_who_may(staff_id=staff_id, permission=STOP)
    if batch.stopped_at is not None:
        raise BatchStopped(_("This was withdrawn already."))
    batch.stopped_at = now
    batch.save(update_fields=["stopped_at"])
    return batch


def new_batch(
    *,
    form: Batch.Form,
    name: str,
    worth: Worth,
    valid_from: datetime,
    expires_at: datetime,
    request_key: UUID,
    staff_id: int,
    now: datetime,
) -> Batch:
    """Return a batch that is not kept yet; refuses what makes no sense."""
    if not _is_worth_something(worth):
        raise WorthNothing(_("Say what it is worth: an amount, a percentage or a product."))
    if expires_at <= max(valid_from, now):
        raise WindowClosed(_("It has to end after it begins, and not in the past."))
    return Batch(
        form=form,
        name=name.strip(),
        gives=worth.gives,
        value=worth.value,
        percent=worth.percent,
        most_off=worth.most_off,
        product=worth.product,
        least_order=worth.least_order,
        is_alone=worth.is_alone,
        vat=worth.vat,
        cost=worth.cost,
        valid_from=valid_from,
        expires_at=expires_at,
        request_key=request_key,
        made_by_id=staff_id,
        made_at=now,
    )


def keep_batch(*, batch: Batch) -> Batch:
    """Keep a new batch, or return the one that its request key has made before."""
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError:
        earlier = Batch.objects.filter(request_key=batch.request_key).first()
        if earlier is None:
            raise BatchNameTaken(_("There is one of this name already.")) from None
        if any(getattr(earlier, name) != getattr(batch, name) for name in ASKED):
            raise OtherBatch(
                _("This form was sent before with other answers; open it again.")
            ) from None
        return earlier
    return batch


def worth_of(*, batch: Batch) -> Worth:
    """Return what each voucher of a batch is worth."""
    return Worth(
        gives=batch.gives,
        value=batch.value,
        percent=batch.percent,
        most_off=batch.most_off,
        product=batch.product,
        least_order=batch.least_order,
        is_alone=batch.is_alone,
        vat=batch.vat,
        cost=batch.cost,
    )


def _is_worth_something(worth: Worth) -> bool:
    holds: dict[str, Callable[[], bool]] = {
        Gives.DISCOUNT: lambda: worth.value is not None and worth.value > 0,
        Gives.GIFT_CARD: lambda: worth.value is not None and worth.value > 0,
        Gives.PERCENTAGE: lambda: worth.percent is not None and 0 < worth.percent <= HUNDRED,
        Gives.PRODUCT: lambda: bool(worth.product),
        Gives.DONATION: lambda: False,
    }
    return holds.get(worth.gives, lambda: True)()
