"""Take in the people of an earlier program, with their consent and their opening balance."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from members.actions.sources import name_source
from members.refusals import Refusal
from members.table_file import UnreadableFile
from points.actions.people import PeopleSummary, import_people, rehearse_people
from points.management.console import ImportCommand


class Command(ImportCommand):
    help = (
        "Take in the people of an earlier program: who they are, what they agreed to and the"
        " points they bring along. The same file again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV or .csv.gz; see docs/people-file.md")
        parser.add_argument("--source", default="import", help="where the file comes from")
        parser.add_argument("--rejects", type=Path, help="write what was rejected to this CSV")
        parser.add_argument("--dry-run", action="store_true", help="report, and keep nothing")

    def handle(self, *, file: Path, rejects: Path | None, **options: Any) -> None:
        stream = self.open_rejects(rejects)
        progress = self.progress()
        run = rehearse_people if options["dry_run"] else import_people
        try:
            result = run(
                path=file,
                source_id=name_source(name=options["source"]).pk,
                now=timezone.now(),
                progress=progress.part,
            )
        except (UnreadableFile, Refusal) as error:
            raise self.could_not_start(str(error)) from None
        seconds = progress.end()
        self.complain(file.name, result.faults, result.warnings)
        kept = "Nothing was kept (dry run). " if options["dry_run"] else ""
        self.stdout.write(f"{kept}{_told(result)}, in {seconds:.1f} s.")
        self.write_rejects(stream, file.name, result.faults)
        if result.faults:
            sys.exit(1)


def _told(result: PeopleSummary) -> str:
    return (
        f"{result.new} members enrolled, {result.filled} completed, {result.known} known already,"
        f" {result.points} points brought along by {result.openings},"
        f" {len(result.faults)} rejected, {len(result.warnings)} warnings"
    )
