"""Receipts of Marktzicht that no card was shown at: for whoever wants to try claiming one."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from loyalty_site.demo import sample
from members.actions.sources import name_source
from points.actions.activity import import_activity
from points.models import OpenReceipt
from points.program_cache import program_zone

SOURCE = "marktzicht-kassa"
NUMBERS = ("MZ-1001", "MZ-1002", "MZ-1003")
APART = 150
"""So many purchases of the sample lie between them: some days."""


def leave_receipts(rows: list[sample.Row], now: datetime) -> None:
    """Let the till report three purchases of the last days without a card, once."""
    source_id = name_source(name=SOURCE).pk
    if OpenReceipt.objects.filter(source_id=source_id).exists():
        return
    zone = program_zone()
    bought = [row for row in rows if row["kind"] == "purchase"]
    lost = [
        bought[-1 - APART * place] | {"id": number, "member": ""}
        for place, number in enumerate(NUMBERS)
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "without-a-card.csv"
        sample.write_moved(lost, path, sample.days_to_yesterday(now.astimezone(zone).date()), zone)
        import_activity(path=path, source_id=source_id, now=now)


def still_there() -> list[OpenReceipt]:
    """Return those that can still be claimed, the youngest first."""
    return list(OpenReceipt.objects.unclaimed().filter(source__name=SOURCE).order_by("-placed_at"))
