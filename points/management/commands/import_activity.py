"""Take in purchases, refunds, redemptions, bonuses and adjustments from a file."""

import csv
import sys
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import CommandParser
from django.utils import timezone

from members.actions.sources import name_source
from members.refusals import Refusal
from members.table_file import Fault, UnreadableFile
from points.actions.activity import Summary, import_activity, rehearse_activity
from points.management.console import LedgerCommand

SHOWN = 200


class Command(LedgerCommand):
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
        stream = self._open_rejects(rejects) if rejects else None
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
        if stream is not None and rejects is not None:
            self._write_rejects(stream, rejects, file.name, result.faults)
        if result.faults:
            sys.exit(1)

    def _open_rejects(self, path: Path) -> TextIO:
        try:
            return path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise self.could_not_start(f"--rejects {path}: {error.strerror or error}") from None

    def _report(self, file: Path, result: Summary, seconds: float, *, dry_run: bool) -> None:
        for fault in result.warnings[:SHOWN]:
            self.stderr.write(f"warning: {file.name}, line {fault.row}: {fault.why}")
        for fault in result.faults[:SHOWN]:
            self.stderr.write(f"{fault.file or file.name}, line {fault.row}: {fault.why}")
        hidden = len(result.faults) - SHOWN
        if hidden > 0:
            self.stderr.write(f"… and {hidden} more; --rejects FILE lists them all")
        kept = "Nothing was kept (dry run). " if dry_run else ""
        too_old = f" ({result.too_old} more too old to be claimed)" if result.too_old else ""
        self.stdout.write(
            f"{kept}{result.posted} posted, {result.repeated} known already,"
            f" {result.enrolled} members enrolled, {len(result.faults)} rejected,"
            f" {len(result.warnings)} warnings, without a card: {result.without_card}"
            f"{too_old}, in {seconds:.1f} s."
        )

    def _write_rejects(self, stream: TextIO, path: Path, name: str, faults: list[Fault]) -> None:
        """A full disk must not hide what was rejected: it is on standard error either way."""
        try:
            with stream:
                writer = csv.writer(stream)
                writer.writerow(["file", "line", "reason"])
                writer.writerows((fault.file or name, fault.row, fault.why) for fault in faults)
        except OSError as error:
            for fault in faults[SHOWN:]:
                self.stderr.write(f"line {fault.row}: {fault.why}")
            self.stderr.write(f"--rejects {path}: {error.strerror or error}; all of it is above")
            sys.exit(1)
