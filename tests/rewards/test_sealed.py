"""Codes in the database: nobody reads one there, and its owner still does."""

import pytest
from django.apps import apps
from django.db import connection

from rewards.actions.sharing import share_gift_card
from rewards.code_vault import share_token
from rewards.codes import shown
from tests import make
from tests.rewards import tills
from tests.rewards.issued import gift_card, reward, voucher

pytestmark = pytest.mark.django_db


def dump() -> bytes:
    """Every row of every table of the program, as PostgreSQL writes it out."""
    parts = []
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT row::text FROM {name} AS row")
            parts += [line.encode() for (line,) in cursor.fetchall()]
            # As bytes too: what is text within a bytea is written as hexadecimal digits.
            parts += [bytes.fromhex(piece) for line in parts[-1:] for piece in _hex(line)]
    everything = b"\n".join(parts)
    return everything + b"\n".join(
        bytes.fromhex(piece) for piece in _hex(everything) if len(piece) % 2 == 0
    )


def _hex(line: bytes) -> list[str]:
    return [
        piece.split(b'"')[0].split(b",")[0].split(b")")[0].decode()
        for piece in line.split(b"\\x")[1:]
        if all(sign in b"0123456789abcdef" for sign in piece.split(b'"')[0].split(b",")[0])
    ]


def test_no_code_and_no_link_is_readable_in_a_dump_and_the_owner_still_has_theirs(now):
    make.published_program()
    anna = make.member(points=5000)
    bought = make.redeem(anna, reward()).voucher
    card = gift_card(anna)
    shared = share_gift_card(voucher_id=card.pk, member_id=anna.pk, shows_name=True, now=now)
    used = voucher(anna)
    tills.reserved(used, order="A-1")

    written = dump()

    codes = [tills.code(one) for one in (bought, card, used)]
    assert all(len(code) == 15 for code in codes)
    for code in codes:
        for form in (code, shown(code), code.lower()):
            assert form.encode() not in written
            assert form.encode().hex().encode() not in written
    assert share_token(shared.share_key).encode() not in written
    assert bought.tail.encode() in written
    assert b"A-1" in written
