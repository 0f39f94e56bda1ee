"""Making vouchers: a code that nobody can guess, and what it is worth."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from members.signals import announce
from rewards.code_vault import digest_of, opened, seal
from rewards.codes import GROUP, new_code
from rewards.models import Batch, Voucher
from rewards.models.reward import Vat
from rewards.signals import voucher_issued


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a voucher is good for; which of these it has follows from what it gives."""

    gives: str
    value: Decimal | None = None
    percent: Decimal | None = None
    most_off: Decimal | None = None
    product: str = ""
    least_order: Decimal = Decimal(0)
    is_alone: bool = False
    vat: str = Vat.MULTI
    cost: Decimal | None = None


@transaction.atomic
def issue_voucher(
    *,
    worth: Worth,
    valid_from: datetime,
    expires_at: datetime,
    now: datetime,
    member_id: int | None = None,
    batch: Batch | None = None,
) -> Voucher:
    """
    Make one voucher with a fresh code; who may read the code asks `code_of`.

    Two vouchers with the same code are kept apart by the database; by chance that never happens.
    """
    voucher = new_voucher(
        worth=worth, valid_from=valid_from, expires_at=expires_at, now=now, member_id=member_id
    )
    voucher.batch = batch
    voucher.save(force_insert=True)
    announce(voucher_issued, voucher_id=voucher.pk)
    return voucher


def new_voucher(
    *,
    worth: Worth,
    valid_from: datetime,
    expires_at: datetime,
    now: datetime,
    member_id: int | None = None,
    reward_id: int | None = None,
) -> Voucher:
    """Draw a code and return the voucher of it, not kept yet."""
    code = new_code()
    return Voucher(
        digest=digest_of(code),
        sealed=seal(code),
        tail=code[-GROUP:],
        gives=worth.gives,
        value=worth.value,
        percent=worth.percent,
        most_off=worth.most_off,
        product=worth.product,
        least_order=worth.least_order,
        is_alone=worth.is_alone,
        vat=worth.vat,
        cost=worth.cost,
        member_id=member_id,
        reward_id=reward_id,
        issued_at=now,
        valid_from=valid_from,
        expires_at=expires_at,
    )


def code_of(*, voucher: Voucher) -> str:
    """Return a voucher's code, without dashes, for its owner; empty once it may not be read again."""
    return opened(bytes(voucher.sealed)) if voucher.sealed else ""
