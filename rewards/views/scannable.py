"""A code as people and scanners read it, for whom may have it."""

from dataclasses import dataclass

from rewards.actions.issuing import code_of
from rewards.barcodes import Drawing, bars, qr
from rewards.code_vault import SealBrokenError
from rewards.codes import shown
from rewards.models import Voucher


@dataclass(frozen=True, slots=True)
class Scannable:
    """A code in three groups, and as scanners read it."""

    code: str
    shown: str
    bars: Drawing
    qr: Drawing


def scannable(voucher: Voucher) -> Scannable | None:
    """Open a code for its owner; None if it cannot be read, for want of the seal or of the key."""
    try:
        code = code_of(voucher=voucher)
    except SealBrokenError:
        return None
    return Scannable(code, shown(code), bars(code), qr(code)) if code else None
