"""What a backup says of the site it was made of: versions, keys' fingerprints, rows in each table."""

import hashlib
import hmac
import platform
from typing import Any

import django
from django.conf import settings
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from loyalty_site.backup.archive import Manifest
from loyalty_site.backup.failure import BackupError

MEANING = b"klaver: fingerprint of a key in a backup"
OWNER = "owner"


def fingerprints() -> dict[str, str]:
    """Tell keys apart without telling them: each signs the same words."""
    keys = {
        "SECRET_KEY": settings.SECRET_KEY,
        "VOUCHER_KEY": settings.VOUCHER_KEY,
    }
    return {
        name: hmac.new(str(key).encode(), MEANING, hashlib.sha256).hexdigest()[:16]
        for name, key in keys.items()
        if key
    }


def versions() -> dict[str, Any]:
    return {
        "django": django.get_version(),
        "python": platform.python_version(),
        "postgres": server_version(),
    }


def server_version(using: str = OWNER) -> int:
    return int(connections[using].cursor().connection.info.server_version) // 10_000


def migrations_done(using: str = OWNER) -> list[str]:
    """Name every migration that the database has seen."""
    done = MigrationRecorder(connections[using]).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in done)


def refuse_younger(manifest: Manifest) -> None:
    """Raise if the backup was made by a version of the program that knows more than this one."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    installed = {name.partition(".")[0] for name in known}
    unknown = [
        name
        for name in manifest["migrations"]
        if name not in known and name.partition(".")[0] in installed
    ]
    if unknown:
        raise BackupError(
            f"This backup was made by a younger version of the program (it knows {unknown[0]}): "
            "put it back with that version."
        )


def tables(using: str = OWNER) -> list[str]:
    """Name the tables of the site; a database without any is empty."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        )
        return [name for (name,) in cursor.fetchall()]


def rows_in_each(using: str = OWNER) -> dict[str, int]:
    counted = {}
    with connections[using].cursor() as cursor:
        for name in tables(using):
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
            counted[name] = cursor.fetchone()[0]
    return counted
