"""Making a backup: one file, of one moment."""

import tarfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from django.conf import settings
from django.db import connections, transaction

from loyalty_site.backup.archive import Manifest, Part, Writer
from loyalty_site.backup.facts import (
    OWNER,
    fingerprints,
    migrations_done,
    rows_in_each,
    server_version,
    versions,
)
from loyalty_site.backup.failure import BackupError
from loyalty_site.backup.programs import address_of, copy, program, reading

DATABASE = "database.dump"
MEDIA = "media.tar"
Say = Callable[[str], None]


def make_backup(path: Path, *, now: datetime, say: Say) -> Manifest:
    """
    Write the database and the media into one file that only its owner can read.

    The rows that the manifest counts and those in the dump are of the same moment, however busy
    the site is. Raises `BackupError`, with nothing left behind, if anything goes wrong.
    """
    try:
        with Writer(path) as archive, transaction.atomic(using=OWNER):
            snapshot = _snapshot()
            facts = _facts(now)
            say("Dumping the database ...")
            with archive.part(DATABASE) as part:
                _dump(snapshot, part)
            say("Counting its rows ...")
            facts["rows"] = rows_in_each()
            say("Packing the media ...")
            with archive.part(MEDIA) as part:
                facts["media_files"] = _pack_media(Path(settings.MEDIA_ROOT), part)
            return archive.finish(facts)
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror or error}") from error


def _facts(now: datetime) -> Manifest:
    return {
        "made_at": now.isoformat(),
        "versions": versions(),
        "migrations": migrations_done(),
        "keys": fingerprints(),
    }


def _snapshot() -> str:
    """Hold on to this moment, for ourselves and for pg_dump."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        return str(cursor.fetchone()[0])


def _dump(snapshot: str, part: Part) -> None:
    conninfo, environment = address_of(connections[OWNER].settings_dict)
    command: list[str | Path] = [
        program("pg_dump", server=server_version()),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--schema=public",
        f"--snapshot={snapshot}",
        f"--dbname={conninfo}",
    ]
    with reading(command, environment) as stream:
        copy(stream, part)


def _pack_media(root: Path, part: Part) -> int:
    """Pack every file below the root, by its name there; what is not a file is left out."""
    count = 0
    stream = cast("IO[bytes]", part)
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(root.rglob("*")) if root.is_dir() else []:
            if path.is_file() and not path.is_symlink():
                tar.add(path, arcname=str(path.relative_to(root)), recursive=False)
                count += 1
    return count
