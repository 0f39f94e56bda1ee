"""Putting a backup back: all of it or nothing, and nobody is mailed who said stop meanwhile."""

import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

import redis
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.utils.dateparse import parse_datetime

from loyalty_site.backup.archive import Backup, Manifest
from loyalty_site.backup.carrying import Carried, carried_path, collect, keep, replay
from loyalty_site.backup.facts import OWNER, rows_in_each, server_version, tables
from loyalty_site.backup.failure import BackupError
from loyalty_site.backup.making import DATABASE, MEDIA
from loyalty_site.backup.programs import address_of, copy, program, reading, writing
from loyalty_site.connections import database
from loyalty_site.grants import grant_to_application, revoke_from_application

Say = Callable[[str], None]
EARLIER = "earlier"
KNOWS_TRANSACTION_TIMEOUT = 17
UNKNOWN_SETTING = b"SET transaction_timeout = 0;\n"
FIRST_PIECE = 64 * 1024
IN_ONE_GO = b"SET lock_timeout = '15s';\nDROP SCHEMA IF EXISTS public CASCADE;\n"


@dataclass(slots=True)
class Restored:
    """What was done, for the summary."""

    rows: int = 0
    media_files: int = 0
    mended: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)


def restore_backup(
    backup: Backup, *, carry_over_from: str | None, now: datetime, say: Say
) -> Restored:
    """
    Replace the database and the media by those of the backup, which has been checked.

    The database changes in one transaction. The application's role may not use it again before
    every room has mended what must not be as it was then; a restore that is cut short before
    that is simply run again.
    """
    made_at = made_at_of(backup.manifest)
    kept_at = carried_path(backup.path)
    with _earlier(carry_over_from) as using:
        carried = keep(kept_at, collect(using=using, made_at=made_at) if using else {})
    say("Putting the database back ...")
    _load(backup)
    revoke_from_application(OWNER)
    done = Restored(differences=_differences(backup.manifest))
    done.rows = sum(backup.manifest["rows"].values())
    _bring_up_to_date(say)
    say("Mending what must not be as it was ...")
    done.mended = _mend(made_at, now, carried)
    say("Unpacking the media ...")
    done.media_files = _unpack_media(backup, Path(settings.MEDIA_ROOT))
    _forget_cache(say)
    grant_to_application(OWNER)
    kept_at.unlink(missing_ok=True)
    return done


def made_at_of(manifest: Manifest) -> datetime:
    moment = parse_datetime(manifest["made_at"])
    if moment is None:
        raise BackupError("The manifest does not say when the backup was made.")
    return moment


def others_at_work() -> int:
    """Count who else is connected to the database."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usesysid IS NOT NULL AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def _earlier(address: str | None) -> Iterator[str | None]:
    """The database to carry over from: another one, or the one that is replaced; None if empty."""
    if address is None:
        yield OWNER if "members_consent" in tables() else None
        return
    connections.databases[EARLIER] = {
        **connections.databases[OWNER],
        **database(address, pool=False),
    }
    try:
        yield EARLIER
    finally:
        connections[EARLIER].close()
        del connections.databases[EARLIER]


def _load(backup: Backup) -> None:
    """Empty the schema and fill it again, in one transaction: it all stands or nothing changed."""
    server = server_version()
    conninfo, environment = address_of(connections[OWNER].settings_dict)
    connections.close_all()
    script: list[str | Path] = [program("pg_restore", server=server), "--no-owner", "--file=-"]
    psql: list[str | Path] = [
        program("psql", server=server),
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        f"--dbname={conninfo}",
    ]
    with backup.open(DATABASE) as dump, writing(psql, environment) as target:
        target.write(IN_ONE_GO)
        _pipe(dump, [*script, "--no-privileges"], environment, target, server)


def _pipe(
    dump: IO[bytes],
    script: list[str | Path],
    environment: dict[str, str],
    target: IO[bytes],
    server: int,
) -> None:
    # pg_restore wants a file that it can wind; the part may be large, so it is no pipe in memory.
    with tempfile.NamedTemporaryFile(prefix="klaver-restore-") as unpacked:
        copy(dump, unpacked)
        unpacked.flush()
        with reading([*script, unpacked.name], environment) as lines:
            first = lines.read(FIRST_PIECE)
            if server < KNOWS_TRANSACTION_TIMEOUT:
                first = first.replace(UNKNOWN_SETTING, b"")
            target.write(first)
            copy(lines, target)


def _differences(manifest: Manifest) -> list[str]:
    """Compare what came back with what the manifest counted."""
    expected, found = manifest["rows"], rows_in_each()
    return [
        f"{name}: {found.get(name, 0)} rows instead of {count}"
        for name, count in expected.items()
        if found.get(name, 0) != count
    ]


def _bring_up_to_date(say: Say) -> None:
    """Migrate what an older version of the program left; it gives rights, which must wait."""
    say("Bringing it up to date ...")
    call_command("migrate", database=OWNER, verbosity=0, interactive=False)
    revoke_from_application(OWNER)


def _mend(made_at: datetime, now: datetime, carried: Carried) -> list[str]:
    with _as_owner():
        return replay(made_at=made_at, now=now, carried=carried)


@contextmanager
def _as_owner() -> Iterator[None]:
    """Let what the rooms do run as the owner: the application's role may do nothing yet."""
    line = connections["default"]
    usual = line.settings_dict
    line.close()
    if close_pool := getattr(line, "close_pool", None):
        close_pool()
    line.settings_dict = {**connections[OWNER].settings_dict}
    try:
        yield
    finally:
        line.close()
        line.settings_dict = usual


def _unpack_media(backup: Backup, root: Path) -> int:
    """Unpack beside the media and swap, so that there is never half of them."""
    unpacked = root.with_name(f"{root.name}.restored")
    replaced = root.with_name(f"{root.name}.replaced")
    try:
        for leftover in (unpacked, replaced):
            shutil.rmtree(leftover, ignore_errors=True)
        unpacked.mkdir(parents=True)
        with backup.open(MEDIA) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            tar.extractall(unpacked, filter="data")
        if root.exists():
            root.rename(replaced)
        unpacked.rename(root)
        shutil.rmtree(replaced, ignore_errors=True)
    except (OSError, tarfile.TarError) as error:
        raise BackupError(f"The media cannot be put into {root}: {error}") from error
    return int(backup.manifest["media_files"])


def _forget_cache(say: Say) -> None:
    """Sessions and rules kept in the cache are of the database that is gone."""
    try:
        cache.clear()
    except redis.RedisError:
        say("The cache cannot be reached: empty it before the site starts.")
