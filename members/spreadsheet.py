"""Files for a spreadsheet: read as UTF-8, and never run as formulas."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import chain

BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets read UTF-8 as something else."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield a CSV line by line, so that a long one is never held whole; every text is harmless."""
    yield BYTE_ORDER_MARK
    for row in chain([header], rows):
        line = StringIO()
        csv.writer(line).writerow(
            [harmless(cell) if isinstance(cell, str) else cell for cell in row]
        )
        yield line.getvalue()


def harmless(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(FORMULA) else text
