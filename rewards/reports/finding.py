"""Which voucher a typed code stands for."""

from rewards import codes, promotion_words
from rewards.code_vault import digest_of
from rewards.models import Voucher


def find_voucher(*, typed: str) -> Voucher | None:
    """
    Return the voucher of a code or a promotional word, its batch along; in one query.

    None for what cannot be either, without asking the database, and for what nobody has made.
    """
    possible = {codes.tidy(typed), promotion_words.tidy(typed)} - {""}
    if not possible:
        return None
    return Voucher.objects.filter(digest__in=[digest_of(code) for code in possible]).first()
