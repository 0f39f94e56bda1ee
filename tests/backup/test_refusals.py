"""What restore refuses before it touches anything; each in one sentence, with exit code 2."""

import errno
import io
import json
import os
import tarfile

import pytest
from django.core.management import CommandError, call_command

from loyalty_site.backup import programs
from loyalty_site.backup.archive import Writer, read_backup
from loyalty_site.backup.facts import fingerprints
from loyalty_site.backup.failure import BackupError

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
FACTS = {
    "made_at": "2026-06-15T10:00:00+00:00",
    "migrations": [],
    "rows": {},
    "media_files": 0,
}


def written(path, **facts):
    with Writer(path) as archive:
        with archive.part("database.dump") as part:
            part.write(b"a dump" * 100)
        archive.finish(FACTS | {"keys": fingerprints()} | facts)
    return path


def refused(path, *options) -> str:
    with pytest.raises(CommandError) as error:
        call_command("restore", str(path), *options)
    assert error.value.returncode == 2
    return str(error.value)


def test_a_backup_reads_as_it_was_written(tmp_path):
    backup = read_backup(written(tmp_path / "b.tar"))

    with backup.open("database.dump") as stream:
        assert stream.read() == b"a dump" * 100
    assert [path.name for path in tmp_path.iterdir()] == ["b.tar"]


def test_every_flipped_byte_is_noticed(tmp_path):
    path = written(tmp_path / "b.tar")
    whole = path.read_bytes()
    content = whole.index(b"a dump")
    manifest = whole.index(b"made_at")

    for place in (content, content + 599, manifest, manifest + 40):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert "damaged" in refused(path)


@pytest.mark.parametrize("share", [0, 0.2, 0.5, 0.7])
def test_a_file_cut_short_is_noticed(tmp_path, share):
    path = written(tmp_path / "b.tar")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])

    assert str(path) in refused(path)


@pytest.mark.parametrize("content", [b"", b"PGDMP not ours", os.urandom(4096)])
def test_what_is_no_backup_is_refused(tmp_path, content):
    path = tmp_path / "b.tar"
    path.write_bytes(content)

    assert "no backup" in refused(path)


def test_a_tar_of_something_else_is_refused(tmp_path):
    path = tmp_path / "b.tar"
    with tarfile.open(path, "w") as tar:
        tar.addfile(tarfile.TarInfo("manifest.json"), io.BytesIO())

    assert "manifest" in refused(path)


def test_a_format_of_later_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("loyalty_site.backup.archive.FORMAT", 9)
    path = written(tmp_path / "b.tar")
    monkeypatch.undo()

    assert "format 9" in refused(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "No such file" in refused(tmp_path / "nothing.tar")


def test_a_backup_of_a_younger_program_is_refused(tmp_path):
    path = written(tmp_path / "b.tar", migrations=["points.0999_later"])

    assert "younger version" in refused(path)


def test_other_keys_are_named_and_not_told(tmp_path, settings):
    path = written(tmp_path / "b.tar")
    settings.SECRET_KEY = "another"

    said = refused(path)

    assert "not the keys" in said
    assert "SECRET_KEY" in said
    assert "another" not in said
    assert "another" not in json.dumps(read_backup(path).manifest)


def test_a_database_that_is_not_empty_is_refused(tmp_path):
    assert "not empty" in refused(written(tmp_path / "b.tar"))


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_backup_that_fails_leaves_nothing_behind_and_an_earlier_one_as_it_was(
    tmp_path, monkeypatch
):
    path = tmp_path / "b.tar"
    path.write_bytes(b"earlier")
    monkeypatch.setattr(programs, "_candidates", lambda _name: [])

    with pytest.raises(CommandError, match="No pg_dump"):
        call_command("backup", str(path))

    assert path.read_bytes() == b"earlier"
    assert [found.name for found in tmp_path.iterdir()] == ["b.tar"]


@pytest.mark.parametrize("place", ["no/such/place.tar", "/proc/klaver.tar"])
def test_a_place_that_cannot_be_written_is_told(tmp_path, place):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("backup", str(tmp_path / place))


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("loyalty_site.backup.making.copy", full)

    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", str(tmp_path / "b.tar"))
    assert list(tmp_path.iterdir()) == []


def test_a_program_fits_its_server_or_is_the_next_younger(monkeypatch):
    known = {"/15/pg_dump": 15, "/17/pg_dump": 17, "/18/pg_dump": 18}
    monkeypatch.setattr(programs, "_candidates", lambda _name: list(known))
    monkeypatch.setattr(programs, "_version", known.get)

    assert programs.program("pg_dump", server=15) == "/15/pg_dump"
    assert programs.program("pg_dump", server=16) == "/17/pg_dump"
    with pytest.raises(BackupError, match="found: 15, 17, 18"):
        programs.program("pg_dump", server=19)
