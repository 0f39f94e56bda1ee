"""Codes are sealed: nothing in a row tells one, and another key opens none."""

import pytest
from django.db import connection

from rewards.actions.issuing import code_of
from rewards.code_vault import DIGEST_BYTES, SealBrokenError, digest_of, opened, seal
from rewards.codes import new_code, shown, tidy
from rewards.models import Voucher
from tests.rewards import tills

CODE = "7F3Q29KXM4T8BAC"


def test_what_was_sealed_is_opened_again():
    assert opened(seal(CODE)) == CODE


def test_the_same_code_is_sealed_differently_each_time():
    assert seal(CODE) != seal(CODE)
    assert len(seal(CODE)) == 12 + len(CODE) + 16


def test_the_digest_is_the_same_each_time_and_short():
    assert digest_of(CODE) == digest_of(CODE)
    assert len(digest_of(CODE)) == DIGEST_BYTES
    assert digest_of(CODE) != digest_of(new_code())


def test_another_key_opens_nothing_and_finds_nothing(settings):
    sealed, digest = seal(CODE), digest_of(CODE)
    settings.VOUCHER_KEY = "another site's"

    with pytest.raises(SealBrokenError):
        opened(sealed)
    assert digest_of(CODE) != digest


def test_a_seal_that_was_touched_does_not_open():
    sealed = bytearray(seal(CODE))
    sealed[-1] ^= 1

    with pytest.raises(SealBrokenError):
        opened(bytes(sealed))


@pytest.mark.django_db
def test_no_code_is_readable_in_a_row_but_its_owner_sees_it():
    made = tills.voucher()
    code = tills.code(made)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v::text, encode(sealed, 'escape'), encode(digest, 'escape')"
            " FROM rewards_voucher v WHERE id = %s",
            [made.pk],
        )
        dumped = " ".join(cursor.fetchone())

    assert tidy(code) == code
    assert code not in dumped
    assert shown(code) not in dumped
    # Ten symbols are left to guess: 50 bits, of those that are known by their last group.
    assert code[5:] not in dumped
    assert made.tail == code[-5:]


@pytest.mark.django_db
def test_a_code_that_may_not_be_read_again_is_empty():
    made = tills.voucher()
    Voucher.objects.filter(pk=made.pk).update(sealed=b"")
    made.refresh_from_db()

    assert code_of(voucher=made) == ""
