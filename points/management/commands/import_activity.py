"""Take in purchases, refunds, redemptions, bonuses and adjustments from a file."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from members.actions.sources import name_source
from members.refusals import Refusal
from members.table_file import UnreadableFile
from points.actions.activity import Summary, import_activity, rehearse_activity
from points.management.console import ImportCommand


class Command(ImportCommand):
    help = (
        "Take in purchases, refunds, redemptions, bonuses and adjustments: a till's night file or"
        " another system's history. The same file again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV or .csv.gz; see docs/activity-file.md")
        parser.add_argument("--source", default="import", help="where the file comes from")
        parser.add_argument("--lines", type=Path, help="the receipts' lines")
        parser.add_argument("--rejects", type=Path, help="write what was rejected to this CSV")
        parser.add_argument("--create-members", action="store_true", help="enroll new numbers")
        parser.add_argument("--dry-run", action="store_true", help="report, and keep nothing")

    def handle(self, *, file: Path, rejects: Path | None, **options: Any) -> None:
        stream = self.open_rejects(rejects)
        progress = self.progress()
        run = rehearse_activity if options["dry_run"] else import_activity
        try:
            result = run(
                path=file,
                source_id=name_source(name=options["source"]).pk,
                now=timezone.now(),
                lines=options["lines"],
                create_members=options["create_members"],
                progress=progress.part,
            )
        except (UnreadableFile, Refusal) as error:
            raise self.could_not_start(str(error)) from None
        seconds = progress.end()
        self._report(file, result, seconds, dry_run=options["dry_run"])
        self.write_rejects(stream, file.name, result.faults)
        if result.faults:
            sys.exit(1)

    def _report(self, file: Path, result: Summary, seconds: float, *, dry_run: bool) -> None:
        self.complain(file.name, result.faults, result.warnings)
        kept = "Nothing was kept (dry run). " if dry_run else ""
        too_old = f" ({result.too_old} more too old to be claimed)" if result.too_old else ""
        self.stdout.write(
            f"{kept}{result.posted} posted, {result.repeated} known already,"
            f" {result.enrolled} members enrolled, {len(result.faults)} rejected,"
            f" {len(result.warnings)} warnings, without a card: {result.without_card}"
            f"{too_old}, in {seconds:.1f} s."
        )
