"""Write every member's figures at the end of a day as CSV."""

import csv
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from members.models import Source
from points.local_time import end_of_day
from points.management.console import LedgerCommand, instant
from points.program_cache import current_program
from points.reports.balances import COLUMNS, balances


class Command(LedgerCommand):
    help = (
        "CSV of every member's figures at the end of a local day, true whether or not the nightly"
        " job has run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--known-at", metavar="TIMESTAMP", help="what was known then")
        parser.add_argument("--source", help="show the members' numbers in this source")

    def handle(self, *, as_of: str, **options: Any) -> None:
        try:
            day = date.fromisoformat(as_of)
            program = current_program()
            until = end_of_day(day, program.versions[0].zone)
        except (ValueError, OverflowError):
            raise self.could_not_start(f"--as-of {as_of!r} is not a day, YYYY-MM-DD") from None
        except IndexError:
            raise self.could_not_start("No program has been published yet.") from None
        source_id = self._source(options["source"])
        known_at = instant(options["known_at"]) if options["known_at"] else timezone.now()
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        for number, *figures in balances(until=until, known_at=known_at, source_id=source_id):
            writer.writerow([number, day.isoformat(), *figures])

    def _source(self, name: str | None) -> int | None:
        if name is None:
            return None
        source = Source.objects.filter(name=name).first()
        if source is None:
            known = ", ".join(Source.objects.values_list("name", flat=True))
            raise self.could_not_start(f"--source {name}: not known; known are {known}")
        return source.pk
