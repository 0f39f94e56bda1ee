"""Puts a backup back."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections
from django.utils import timezone

from loyalty_site.backup.archive import Manifest, read_backup
from loyalty_site.backup.facts import OWNER, fingerprints, refuse_younger, tables
from loyalty_site.backup.failure import BackupError
from loyalty_site.backup.restoring import others_at_work, restore_backup

COULD_NOT_START = 2
DIFFERENT = 1


class Command(BaseCommand):
    """For who keeps the machine; the site is stopped meanwhile."""

    help = (
        "Put a backup back, into an empty database or, with --replace, in place of what is there."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--replace", action="store_true", help="the database is not empty")
        parser.add_argument("--yes", action="store_true", help="do not ask; for scripts")
        parser.add_argument(
            "--other-keys", action="store_true", help="the keys it was made with are lost"
        )
        parser.add_argument(
            "--carry-over-from",
            metavar="URL",
            help="the database that was in use last, if it is not the one that is replaced: who "
            "said stop there since the backup stays unmailed",
        )

    def handle(self, *_: Any, path: Path, **options: Any) -> None:
        try:
            done = self.restore(path, options)
        except (BackupError, DatabaseError) as error:
            raise CommandError(" ".join(str(error).split()), returncode=COULD_NOT_START) from error
        if done:
            sys.exit(DIFFERENT)

    def restore(self, path: Path, options: dict[str, Any]) -> list[str]:
        """Check everything, ask, and do it; returns what differs from the manifest."""
        self.stdout.write(f"Checking {path} ...")
        backup = read_backup(path)
        refuse_younger(backup.manifest)
        refuse_other_keys(backup.manifest, allowed=options["other_keys"])
        refuse_full(replace=options["replace"])
        self.confirm(backup.manifest, options)
        restored = restore_backup(
            backup,
            carry_over_from=options["carry_over_from"],
            now=timezone.now(),
            say=self.stdout.write,
        )
        for sentence in restored.mended:
            self.stdout.write(f"  {sentence}")
        for difference in restored.differences:
            self.stderr.write(difference)
        self.stdout.write(
            f"Restored {restored.rows} rows and {restored.media_files} media files of "
            f"{backup.manifest['made_at']}. Now run `manage.py verify_ledger`, then start the site."
        )
        return restored.differences

    def confirm(self, manifest: Manifest, options: dict[str, Any]) -> None:
        """Have the name of what is lost typed."""
        if not options["replace"] or options["yes"]:
            return
        name = connections[OWNER].settings_dict["NAME"]
        if not sys.stdin.isatty():
            raise BackupError("Nobody is there to confirm: add --yes if you mean it.")
        self.stdout.write(f"All of {name} is replaced by the backup of {manifest['made_at']}.")
        if input(f"Type {name} to go on: ").strip() != name:
            raise BackupError("Not confirmed; nothing was changed.")


def refuse_other_keys(manifest: Manifest, *, allowed: bool) -> None:
    """Raise if the backup belongs to other keys: links and sealed values would not open."""
    here, there = fingerprints(), manifest["keys"]
    other = [name for name in there if here.get(name) != there[name]]
    if other and not allowed:
        raise BackupError(
            f"These are not the keys the backup was made with: {', '.join(other)}. Set the keys of "
            "then, or add --other-keys: links in letters that were sent then stop working."
        )


def refuse_full(*, replace: bool) -> None:
    """Raise if the database holds something that nobody said may go, or is in use."""
    if tables() and not replace:
        raise BackupError(
            "The database is not empty. Restore into a new one, or add --replace to lose what is "
            "there."
        )
    if others := others_at_work():
        raise BackupError(
            f"The database is in use ({others} connections): stop web, workers and beat first."
        )
