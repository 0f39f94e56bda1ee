"""The nightly expiry, by hand."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from points.actions.expiry import expire_points
from points.management.console import LedgerCommand, instant


class Command(LedgerCommand):
    help = "Write the expiry of every lot that has ended; what has expired follows from time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", metavar="TIMESTAMP", help="up to then; now if left out")

    def handle(self, *, as_of: str | None, **_: Any) -> None:
        now = timezone.now()
        until = instant(as_of) if as_of else now
        progress = self.progress()
        done = expire_points(
            until=until,
            now=now,
            progress=lambda so_far: progress.show(f"expired {so_far.lots} lots"),
        )
        seconds = progress.end()
        self.stdout.write(
            f"{done.points} points of {done.lots} lots have expired, in {seconds:.1f} s."
        )
