"""Vouchers by the thousand: written by COPY, read and wiped by their place in a batch."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from secrets import token_bytes
from typing import Any

from django.db import connection

from rewards.code_vault import digests_of, seal_all
from rewards.codes import GROUP
from rewards.models import Batch, Voucher

UUID_BYTES = 16
OWN = ("reference", "digest", "sealed", "tail")
"""The columns in which vouchers of a batch differ."""
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
SEALS = """
SELECT id, sealed FROM rewards_voucher
 WHERE batch_id = %s AND id > %s ORDER BY id LIMIT %s
"""
WIPE = """
WITH chosen AS (
  SELECT id FROM rewards_voucher WHERE batch_id = %s AND id > %s ORDER BY id LIMIT %s
), wiped AS (
  UPDATE rewards_voucher v SET sealed = '' FROM chosen
   WHERE v.id = chosen.id AND v.sealed <> '' RETURNING v.id
)
SELECT max(chosen.id), (SELECT count(*) FROM wiped) FROM chosen
"""


def copy_vouchers(batch: Batch, codes: Sequence[str], *, now: datetime) -> None:
    """Write a voucher for each code; one that is taken already fails the whole."""
    columns, text = rows_of(batch, codes, now=now)
    table = Voucher._meta.db_table
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
    ):
        copy.write(text)


def rows_of(batch: Batch, codes: Sequence[str], *, now: datetime) -> tuple[str, str]:
    """Return the names of the columns, and a line for each voucher as COPY reads it."""
    alike = _alike(batch, now)
    rest = "\t".join(["", *map(_as_text, alike.values())]) + "\n"
    rows = zip(_references(len(codes)), digests_of(codes), seal_all(codes), codes, strict=True)
    text = "".join(
        f"{reference}\t\\\\x{digest.hex()}\t\\\\x{sealed.hex()}\t{code[-GROUP:]}{rest}"
        for reference, digest, sealed, code in rows
    )
    return ", ".join(f'"{name}"' for name in (*OWN, *alike)), text


def seals_of(batch_id: int, *, chunk: int) -> Iterator[list[bytes]]:
    """Read the seals of a batch in the order they were made, some at a time."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(SEALS, (batch_id, last, chunk))
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield [bytes(sealed) for _, sealed in rows]


def wipe_seals(batch_id: int, *, after: int, chunk: int) -> tuple[int | None, int]:
    """Wipe some seals after a place; return the last place looked at, and how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(WIPE, (batch_id, after, chunk))
        last, wiped = cursor.fetchone()
    return last, int(wiped)


def _alike(batch: Batch, now: datetime) -> dict[str, Any]:
    """What all of a batch have in common, by column, as a voucher would be saved."""
    voucher = Voucher(
        gives=batch.gives,
        value=batch.value,
        percent=batch.percent,
        most_off=batch.most_off,
        product=batch.product,
        least_order=batch.least_order,
        is_alone=batch.is_alone,
        vat=batch.vat,
        cost=batch.cost,
        batch=batch,
        issued_at=now,
        valid_from=batch.valid_from,
        expires_at=batch.expires_at,
    )
    return {
        str(field.column): getattr(voucher, field.attname)
        for field in Voucher._meta.concrete_fields
        if not field.primary_key and field.column not in OWN
    }


def _as_text(value: object) -> str:
    """Write a value as COPY reads it."""
    if value is None:
        return r"\N"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).translate(ESCAPES)


def _references(count: int) -> Iterator[str]:
    """Random UUIDs of version 4, drawn all at once."""
    drawn = token_bytes(UUID_BYTES * count).hex()
    for at in range(0, len(drawn), 2 * UUID_BYTES):
        one = drawn[at : at + 2 * UUID_BYTES]
        yield f"{one[:12]}4{one[13:16]}8{one[17:]}"
