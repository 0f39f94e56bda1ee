"""Publish a program version from a TOML file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from members.refusals import Refusal
from points.actions.publication import publish_program
from points.management.console import LedgerCommand
from points.program_file import ProgramFileError


class Command(LedgerCommand):
    help = "Publish a program version from a TOML file; the same file twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_: Any) -> None:
        try:
            toml = file.read_text(encoding="utf-8")
        except OSError as error:
            raise self.could_not_start(f"{file}: {error.strerror or error}") from None
        except UnicodeDecodeError as error:
            raise self.could_not_start(f"{file}: byte {error.start + 1} is not UTF-8") from None
        try:
            version, is_new = publish_program(toml=toml, now=timezone.now())
        except ProgramFileError as error:
            raise self.could_not_start(*(f"{file}: {fault}" for fault in error.faults)) from None
        except Refusal as refusal:
            raise self.could_not_start(f"{file}: {refusal}") from None
        if is_new:
            self.stdout.write(f"Published {version}, in force from {version.effective_at}.")
        else:
            self.stdout.write(f"{version} has been published before; nothing changed.")
