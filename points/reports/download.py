"""A member's book as a file for a spreadsheet."""

import csv
from collections.abc import Sequence
from io import StringIO
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from points.reports.lines import Line

BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets read UTF-8 as something else."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def book_as_csv(lines: Sequence[Line], zone: ZoneInfo) -> str:
    """Write lines as CSV, one row each, with their explanation."""
    out = StringIO()
    out.write(BYTE_ORDER_MARK)
    rows = csv.writer(out)
    rows.writerow([_("Line"), _("When"), _("What"), _("Where"), _("Points"), _("Why")])
    for line in lines:
        rows.writerow(
            [
                line.number or "",
                line.occurred_at.astimezone(zone).isoformat(timespec="seconds"),
                harmless(line.title),
                harmless(line.where),
                line.points,
                harmless(" ".join([line.summary, *line.details])),
            ]
        )
    return out.getvalue()


def harmless(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(FORMULA) else text
