"""What must outlive a database that a backup replaces, kept in a file until it is replayed."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from loyalty_site.backup.failure import BackupError
from members.signals import database_restored, replacement_considered

Carried = dict[str, list[Any]]
Answers = list[tuple[object, tuple[str, list[Any]]]]


def carried_path(backup: Path) -> Path:
    return backup.with_name(f"{backup.name}.carried.json")


def collect(*, using: str, made_at: datetime) -> Carried:
    """Ask every room what must not be forgotten of the database that goes."""
    answers = replacement_considered.send(sender=None, using=using, made_at=made_at)
    return {name: rows for _receiver, (name, rows) in cast("Answers", answers)}


def keep(path: Path, carried: Carried) -> Carried:
    """
    Keep it beside the backup until it has been replayed, together with what is there already.

    A restore that was cut short has left its file; the database it replaced is gone.
    """
    earlier = _read(path)
    merged: Carried = {
        name: _without_doubles([*earlier.get(name, []), *carried.get(name, [])])
        for name in {*earlier, *carried}
    }
    text = json.dumps(merged, default=_to_the_microsecond)
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(
            os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
        ) as to:
            to.write(text)
            to.flush()
            os.fsync(to.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise BackupError(
            f"{path} cannot be written, and what must outlive this database has to be kept there "
            f"while it is replaced: {error.strerror}"
        ) from error
    return _read(path)


def replay(*, made_at: datetime, now: datetime, carried: Carried) -> list[str]:
    """Let every room mend what must not be as it was; returns what they did, in sentences."""
    answers = database_restored.send(sender=None, made_at=made_at, now=now, carried=carried)
    return [str(answer) for _receiver, answer in answers if answer]


def _read(path: Path) -> Carried:
    try:
        found: Carried = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BackupError(
            f"{path}, left by a restore that was cut short, cannot be read: {error}"
        ) from error
    return found


def _without_doubles(rows: list[Any]) -> list[Any]:
    texts = {json.dumps(row, default=_to_the_microsecond, sort_keys=True): row for row in rows}
    return list(texts.values())


def _to_the_microsecond(moment: datetime) -> str:
    return moment.isoformat()
