"""PostgreSQL's own programs: those of this machine, or those of the embedded server."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from psycopg.conninfo import make_conninfo

from loyalty_site.backup.archive import A_PIECE
from loyalty_site.backup.failure import BackupError
from loyalty_site.embedded.binaries import POSTGRES_PACKAGE, package_directory

LONGEST_COMPLAINT = 400


def program(name: str, *, server: int) -> Path:
    """Find a program that understands a server of this version: its own, or the next younger."""
    found = {version: path for path in _candidates(name) if (version := _version(path)) is not None}
    fitting = [version for version in found if version >= server]
    if not fitting:
        has = ", ".join(map(str, sorted(found))) or "none"
        raise BackupError(
            f"No {name} for PostgreSQL {server} (found: {has}): install the server's client "
            "programs, for example postgresql-client."
        )
    return found[min(fitting)]


def _candidates(name: str) -> list[Path]:
    embedded = package_directory(POSTGRES_PACKAGE).glob(f"pginstall*/bin/{name}")
    debian = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    on_path = shutil.which(name)
    return [*embedded, *debian, *([Path(on_path)] if on_path else [])]


def _version(path: Path) -> int | None:
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    number = re.search(r"(\d+)\.?\d*", told.stdout)
    return int(number[1]) if number else None


def address_of(facts: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Say where a database is, for libpq: the password in the environment, where nobody reads it."""
    # What is not libpq's own stands in OPTIONS too.
    ours = {"pool", "prepare_threshold", "server_side_binding", "isolation_level", "options"}
    options = {name: value for name, value in facts["OPTIONS"].items() if name not in ours}
    given = {
        "dbname": facts["NAME"],
        "user": facts["USER"],
        "host": facts["HOST"],
        "port": facts["PORT"],
        **options,
    }
    conninfo = make_conninfo(**{name: value for name, value in given.items() if value})
    environment = dict(os.environ)
    if facts["PASSWORD"]:
        environment["PGPASSWORD"] = facts["PASSWORD"]
    return conninfo, environment


@contextmanager
def reading(command: list[str | Path], environment: dict[str, str]) -> Iterator[IO[bytes]]:
    """Run a program and read what it writes; it must end well."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment,
        )
        assert process.stdout is not None  # noqa: S101 - asked for in the line above
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            process.stdout.close()
        _must_have_ended_well(process, command, complaints)


@contextmanager
def writing(command: list[str | Path], environment: dict[str, str]) -> Iterator[IO[bytes]]:
    """Run a program and write to it; it must end well."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env=environment,
        )
        assert process.stdin is not None  # noqa: S101 - asked for in the line above
        try:
            yield process.stdin
            process.stdin.close()
        except BrokenPipeError:
            # It said why before it stopped listening.
            _must_have_ended_well(process, command, complaints)
            raise
        except BaseException:
            process.kill()
            process.wait()
            raise
        _must_have_ended_well(process, command, complaints)


def copy(source: IO[bytes], target: Any) -> None:  # noqa: ANN401 - whatever can be written to
    while piece := source.read(A_PIECE):
        target.write(piece)


def _must_have_ended_well(
    process: "subprocess.Popen[bytes]", command: list[str | Path], complaints: IO[bytes]
) -> None:
    if process.wait() == 0:
        return
    complaints.seek(0)
    lines = complaints.read(A_PIECE).decode(errors="replace").strip().splitlines()
    serious = [line for line in lines if "ERROR" in line or "error" in line or "FATAL" in line]
    said = " ".join((serious or lines or ["it left no message"])[0].split())[:LONGEST_COMPLAINT]
    raise BackupError(f"{Path(command[0]).name} failed: {said}")
