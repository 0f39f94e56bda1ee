"""Starting, stopping and dying, with nothing lost."""

import os
import signal
import subprocess
from collections.abc import Iterator
from uuid import uuid4

import pytest

from loyalty_site.embedded import Servers
from loyalty_site.embedded.process import server_identity
from tests.embedded.users import (
    User,
    answering,
    processes_in,
    read_both,
    user_of,
    wait_for,
    wait_until_gone,
    write_both,
)


def have_kept(servers: Servers, value: str) -> bool:
    """Whether both servers have the value, once."""
    return all(values.count(value) == 1 for values in read_both(servers))


@pytest.fixture
def value() -> str:
    return str(uuid4())


def test_the_servers_stop_after_their_last_user_and_keep_the_data(lived_in, value):
    with user_of(lived_in) as servers:
        write_both(servers, value)
    wait_until_gone(lived_in)

    with user_of(lived_in) as servers:
        assert have_kept(servers, value)


def test_the_servers_stop_after_a_user_that_was_killed(lived_in):
    user = User(lived_in)
    assert user.wait_until_attached()

    user.kill()

    wait_until_gone(lived_in)


@pytest.mark.parametrize("server", ["bin/postgres", "valkey-server"])
def test_a_killed_server_comes_back_under_its_users_with_the_data(lived_in, value, server):
    with user_of(lived_in) as servers:
        write_both(servers, value)
        victim = processes_in(lived_in)[server]

        os.kill(victim, signal.SIGKILL)

        wait_for(lambda: processes_in(lived_in).get(server) not in {None, victim})
        wait_for(lambda: answering(servers))
        assert have_kept(servers, value)


def test_a_killed_supervisor_takes_the_servers_along_and_the_next_starts_them(lived_in, value):
    with user_of(lived_in) as servers:
        write_both(servers, value)

        os.kill(processes_in(lived_in)["supervise"], signal.SIGKILL)

        with user_of(lived_in) as again:
            assert have_kept(again, value)


@pytest.fixture
def bystander() -> Iterator[int]:
    """The number of some process of the account that PostgreSQL runs as."""
    with subprocess.Popen(["sleep", "60"], **server_identity()) as process:
        yield process.pid
        process.kill()


def test_a_pid_file_that_names_somebody_else_is_no_obstacle(lived_in, value, bystander):
    with user_of(lived_in) as servers:
        write_both(servers, value)
    wait_until_gone(lived_in)
    (lived_in / "postgres" / "postmaster.pid").write_text(f"{bystander}\n{lived_in}/postgres\n")

    with user_of(lived_in) as servers:
        assert have_kept(servers, value)
