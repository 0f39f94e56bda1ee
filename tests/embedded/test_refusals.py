"""What the servers say when they cannot run: one line that tells what to do."""

import os
from pathlib import Path

import pytest

from loyalty_site.embedded import EmbeddedError, attach, binaries
from loyalty_site.embedded.layout import Layout, own_directory, refuse_foreign, server_account
from loyalty_site.embedded.postgres import refuse_full_disk, refuse_others_data
from loyalty_site.embedded.process import last_complaint


def refusal_of(state: Path) -> str:
    with pytest.raises(EmbeddedError) as refusal:
        attach(state)
    message = str(refusal.value)
    assert "\n" not in message
    return message


def test_a_server_that_dies_at_its_start_is_named_with_its_last_words(state, monkeypatch):
    monkeypatch.setenv("EMBEDDED_POSTGRES", "shared_buffers=lots")

    message = refusal_of(state)

    assert message.startswith("PostgreSQL stopped: ")
    assert 'invalid value for parameter "shared_buffers"' in message
    assert str(state / "postgres.log") in message


def test_a_start_after_a_failed_one_works(state, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("EMBEDDED_POSTGRES", "fsync=off;shared_buffers=lots")
        refusal_of(state)

    assert attach(state).database_url


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("EMBEDDED_GRACE", "soon", "EMBEDDED_GRACE=soon is not a number of seconds."),
        ("EMBEDDED_POSTGRES", "fsync", "EMBEDDED_POSTGRES: `fsync` is not a name=value."),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(state, monkeypatch, name, value, complaint):
    monkeypatch.setenv(name, value)

    assert refusal_of(state) == complaint


def test_a_state_directory_that_cannot_be_written_is_named(state):
    state.write_text("a file, not a directory")

    assert refusal_of(state / "deeper").startswith(f"Cannot write to {state}/deeper")


def test_servers_that_are_not_up_in_time_are_not_waited_for(state):
    with pytest.raises(EmbeddedError, match=r"not up in 0 s: see the logs in"):
        attach(state, timeout=0)


@pytest.mark.parametrize(
    ("package", "find", "setting"),
    [
        ("POSTGRES_PACKAGE", binaries.postgres_home, "DATABASE_URL"),
        ("VALKEY_PACKAGE", binaries.valkey_server, "REDIS_URL"),
    ],
)
def test_a_missing_program_is_named_with_the_way_out(state, monkeypatch, package, find, setting):
    monkeypatch.setattr(binaries, package, "not_installed_here")

    with pytest.raises(EmbeddedError, match=rf"not_installed_here: run `make setup`.*{setting}"):
        find(Layout.find(state))


def test_a_full_disk_is_seen_before_the_database_is_made(state):
    layout = Layout.find(state)

    with pytest.raises(EmbeddedError, match="free some, or set EMBEDDED_DIR"):
        refuse_full_disk(layout, needed=2**60)


def test_a_directory_that_is_not_ours_is_refused(state):
    Layout.find(state)
    elsewhere = state / "elsewhere"
    elsewhere.mkdir()
    trap = state / "trap"
    trap.symlink_to(elsewhere)

    with pytest.raises(EmbeddedError, match="belongs to another user"):
        own_directory(trap)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_data_of_another_user_is_refused(state):
    layout = Layout.find(state)
    layout.postgres_data.mkdir()
    version = layout.postgres_data / "PG_VERSION"
    version.write_text("18")
    os.chown(version, 4321, 4321)
    os.chown(layout.postgres_data, 4321, 4321)

    with pytest.raises(EmbeddedError, match="was made by another user"):
        refuse_others_data(layout)
    with pytest.raises(EmbeddedError, match="belongs to another user"):
        refuse_foreign(layout.postgres_data, server_account())


def test_the_last_complaint_of_a_log_is_its_last_serious_line(tmp_path):
    log = tmp_path / "server.log"

    log.write_text("LOG: fine\nFATAL: no room\nHINT: make some\n")

    assert last_complaint(log) == "FATAL: no room"


def test_a_log_without_complaints_gives_its_last_line(tmp_path):
    log = tmp_path / "server.log"
    assert last_complaint(log) == "it left no message"

    log.write_text("one\ntwo\n")

    assert last_complaint(log) == "two"
