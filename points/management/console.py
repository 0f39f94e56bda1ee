"""What the commands of this room share: progress that does not scroll, and faults a line each."""

import csv
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.dateparse import parse_datetime

from members.table_file import Fault

EVERY_SECONDS = 0.5
SHOWN = 200


class Progress:
    """Shows how far long work is, on standard error, now and then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = time.monotonic()
        self._started = self._shown
        self._width = 0

    def show(self, text: str, *, at_once: bool = False) -> None:
        if not at_once and time.monotonic() - self._shown < EVERY_SECONDS:
            return
        self._shown = time.monotonic()
        if self._stream.isatty():
            self._stream.write("\r" + text.ljust(self._width))
            self._width = len(text)
        else:
            self._stream.write(text + "\n")
        self._stream.flush()

    def part(self, doing: str, done: int, total: int) -> None:
        share = f" of {total} ({100 * done // total} %)" if total else ""
        self.show(f"{doing}: {done}{share}", at_once=bool(total) and done == total)

    def end(self) -> float:
        """Finish the line; return the seconds it all took."""
        if self._width:
            self._stream.write("\n")
            self._width = 0
        return time.monotonic() - self._started


class LedgerCommand(BaseCommand):
    """Says what is wrong in a line each; exit 1 for rejects, 2 if it could not start."""

    requires_system_checks = ()

    def execute(self, *args: Any, **options: Any) -> str | None:
        with translation.override("en"):
            return super().execute(*args, **options)

    def progress(self) -> Progress:
        return Progress(sys.stderr)

    def could_not_start(self, *lines: str) -> CommandError:
        return CommandError("\n".join(lines), returncode=2)


class ImportCommand(LedgerCommand):
    """Takes a file in, and says of each row that was rejected where and why."""

    def open_rejects(self, path: Path | None) -> TextIO | None:
        """Open the file for what is rejected before anything is done, if one was asked for."""
        try:
            return path.open("w", encoding="utf-8", newline="") if path else None
        except OSError as error:
            raise self.could_not_start(f"--rejects {path}: {error.strerror or error}") from None

    def complain(self, name: str, faults: Sequence[Fault], warnings: Sequence[Fault]) -> None:
        """Write the first warnings and faults to standard error, a line each."""
        for fault in warnings[:SHOWN]:
            self.stderr.write(f"warning: {name}, line {fault.row}: {fault.why}")
        for fault in faults[:SHOWN]:
            self.stderr.write(f"{fault.file or name}, line {fault.row}: {fault.why}")
        hidden = len(faults) - SHOWN
        if hidden > 0:
            self.stderr.write(f"… and {hidden} more; --rejects FILE lists them all")

    def write_rejects(self, stream: TextIO | None, name: str, faults: Sequence[Fault]) -> None:
        """A full disk must not hide what was rejected: it is on standard error either way."""
        if stream is None:
            return
        try:
            with stream:
                writer = csv.writer(stream)
                writer.writerow(["file", "line", "reason"])
                writer.writerows((fault.file or name, fault.row, fault.why) for fault in faults)
        except OSError as error:
            for fault in faults[SHOWN:]:
                self.stderr.write(f"line {fault.row}: {fault.why}")
            why = error.strerror or error
            self.stderr.write(f"--rejects {stream.name}: {why}; all of it is above")
            sys.exit(1)


def instant(text: str) -> datetime:
    """Parse a moment with its zone, for a command line."""
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise CommandError(
            f"{text!r} is not a moment with its zone, such as 2026-01-31T12:00:00+01:00",
            returncode=2,
        )
    return at
