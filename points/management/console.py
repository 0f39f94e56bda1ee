"""What the commands of this room share: progress that does not scroll, and faults a line each."""

import sys
import time
from datetime import datetime
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.dateparse import parse_datetime

EVERY_SECONDS = 0.5


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
