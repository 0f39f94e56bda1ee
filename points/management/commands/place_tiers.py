"""The nightly placement, by hand."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from points.actions.placement import place_tiers
from points.management.console import LedgerCommand, instant


class Command(LedgerCommand):
    help = "Place every member whose tier may have to change."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", metavar="TIMESTAMP", help="as of then; now if left out")

    def handle(self, *, as_of: str | None, **_: Any) -> None:
        now = timezone.now()
        progress = self.progress()
        placed = place_tiers(
            at=instant(as_of) if as_of else now,
            now=now,
            progress=lambda so_far: progress.show(f"reviewed {so_far.reviewed} members"),
        )
        seconds = progress.end()
        self.stdout.write(
            f"{placed.reviewed} members reviewed, {placed.rose} rose, {placed.fell} fell,"
            f" in {seconds:.1f} s."
        )
