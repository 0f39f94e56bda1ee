"""Keeps the whole site in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from loyalty_site.backup.failure import BackupError
from loyalty_site.backup.making import make_backup

COULD_NOT_START = 2


class Command(BaseCommand):
    """For who keeps the machine; runs while the site is in use."""

    help = "Write database and media into one file; into a directory, under a name with the time."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the file, or a directory that is there")

    def handle(self, *_: Any, path: Path, **_options: Any) -> None:
        now = timezone.now()
        place = (
            path / f"klaver-{timezone.localtime(now):%Y%m%d-%H%M%S}.tar" if path.is_dir() else path
        )
        try:
            manifest = make_backup(place, now=now, say=self.stdout.write)
        except (BackupError, DatabaseError) as error:
            raise CommandError(" ".join(str(error).split()), returncode=COULD_NOT_START) from error
        rows = sum(manifest["rows"].values())
        megabytes = place.stat().st_size / 1024**2
        self.stdout.write(
            f"{place}: {rows} rows in {len(manifest['rows'])} tables, "
            f"{manifest['media_files']} media files, {megabytes:.1f} MB."
        )
        self.stdout.write("Keep the keys elsewhere: the file holds their fingerprints alone.")
