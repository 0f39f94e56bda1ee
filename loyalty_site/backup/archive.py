"""The file of a backup: a tar of parts and, last, a manifest with the SHA-256 of each."""

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from loyalty_site.backup.failure import BackupError

FORMAT = 1
MANIFEST = "manifest.json"
A_PIECE = 1024 * 1024
LARGEST_MANIFEST = 16 * A_PIECE
BLOCK = tarfile.BLOCKSIZE
Manifest = dict[str, Any]


class Part:
    """A part being written: counts and hashes what passes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, piece: bytes) -> int:
        self._file.write(piece)
        self._hash.update(piece)
        self.size += len(piece)
        return len(piece)

    def facts(self) -> dict[str, Any]:
        return {"bytes": self.size, "sha256": self._hash.hexdigest()}


class Writer:
    """
    Writes a backup beside its place and moves it there when it is whole.

    Parts are streamed: the size is filled in when the last byte is known. Whatever goes wrong
    leaves nothing behind, and an earlier file of that name as it was.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._unfinished = path.with_name(f"{path.name}.part")
        self._parts: Manifest = {}

    def __enter__(self) -> "Writer":
        self._unfinished.unlink(missing_ok=True)
        descriptor = os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._file.close()
        finally:
            self._unfinished.unlink(missing_ok=True)

    @contextmanager
    def part(self, name: str) -> Iterator[Part]:
        """Open a part; it ends with the block."""
        start = self._file.tell()
        self._file.write(bytes(BLOCK))
        part = Part(self._file)
        yield part
        self._file.write(bytes(-part.size % BLOCK))
        end = self._file.tell()
        header = tarfile.TarInfo(name)
        header.size, header.mode = part.size, 0o600
        self._file.seek(start)
        self._file.write(header.tobuf(tarfile.GNU_FORMAT))
        self._file.seek(end)
        self._parts[name] = part.facts()

    def finish(self, facts: Manifest) -> Manifest:
        """Write the manifest and move the file to its place."""
        manifest = {"format": FORMAT, **facts, "parts": dict(self._parts)}
        manifest["digest"] = digest_of(manifest)
        with self.part(MANIFEST) as part:
            part.write(json.dumps(manifest, indent=1).encode())
        self._file.write(bytes(2 * BLOCK))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._unfinished.replace(self.path)
        return manifest


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup whose every byte was checked."""

    path: Path
    manifest: Manifest

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        with tarfile.open(self.path, "r:") as tar:
            stream = tar.extractfile(name)
            if stream is None:
                raise BackupError(f"{self.path} holds no {name}.")
            yield stream


def read_backup(path: Path) -> Backup:
    """Open a backup and check it whole, before anything is done with it."""
    try:
        with tarfile.open(path, "r:") as tar:
            manifest = _manifest(path, tar)
            for name, facts in manifest["parts"].items():
                _check(path, tar, name, facts)
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise BackupError(f"{path} is no backup, or it is damaged: {error}") from error
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror or error}") from error
    return Backup(path, manifest)


def _manifest(path: Path, tar: tarfile.TarFile) -> Manifest:
    member = tar.getmember(MANIFEST)
    stream = tar.extractfile(member)
    if stream is None or member.size > LARGEST_MANIFEST:
        raise BackupError(f"{path} is no backup: its manifest cannot be read.")
    try:
        manifest: Manifest = json.loads(stream.read())
        is_whole = manifest["digest"] == digest_of(manifest)
    except (ValueError, TypeError, KeyError) as error:
        raise BackupError(f"{path} is damaged: its manifest cannot be read.") from error
    if not is_whole:
        raise BackupError(f"{path} is damaged: its manifest was changed.")
    if manifest["format"] != FORMAT:
        raise BackupError(
            f"{path} has format {manifest['format']}; this program reads format {FORMAT}."
        )
    return manifest


def _check(path: Path, tar: tarfile.TarFile, name: str, facts: Manifest) -> None:
    stream = tar.extractfile(name)
    found = hashlib.sha256()
    while stream and (piece := stream.read(A_PIECE)):
        found.update(piece)
    if found.hexdigest() != facts["sha256"]:
        raise BackupError(f"{path} is damaged: {name} is not what was written.")


def digest_of(manifest: Manifest) -> str:
    """The fingerprint of everything in the manifest but itself."""
    rest = {name: value for name, value in manifest.items() if name != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
