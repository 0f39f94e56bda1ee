"""One command runs the site, and one signal stops all of it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty_site.embedded.layout import PROJECT
from tests.embedded.users import state_directory, wait_for

pytestmark = pytest.mark.drill


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with state_directory() as directory:
        yield directory


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Site:
    """A run of `runall`, and the processes that belong to it."""

    def __init__(self, state: Path, port: int, *options: str) -> None:
        self.port = port
        self.mark = f"KLAVER_RUN={port}"
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL"}
        }
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "runall", "--port", str(port), *options],
            cwd=PROJECT,
            env=environment | {"EMBEDDED_DIR": str(state), "KLAVER_RUN": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def status(self) -> int | None:
        """Return the status of the first page, if the site answers."""
        assert self.process.poll() is None, self.process.stdout.read()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def processes(self) -> dict[str, list[int]]:
        """Return the living processes of this run by what they are, the oldest first."""
        found = {}
        for directory in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
            try:
                marks = (directory / "environ").read_bytes().decode(errors="replace").split("\0")
                command = (directory / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            names = {"granian", "worker", "beat", "runall"} & set(command)
            if self.mark in marks and names:
                found.setdefault(names.pop(), []).append(int(directory.name))
        return found

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and all that was printed."""
        printed, _ = self.process.communicate(timeout=60)
        wait_for(lambda: not self.processes())
        return self.process.returncode, printed


@pytest.fixture
def site(state, port) -> Iterator[Site]:
    site = Site(state, port)
    try:
        assert wait_for(site.status, patience=120) == 200
        wait_for(lambda: len(site.processes()) == 4)
        yield site
    finally:
        site.process.terminate()
        site.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_all_and_leaves_the_checkout_as_it_was(site, number):
    before = set(PROJECT.iterdir())

    site.process.send_signal(number)
    code, printed = site.end()

    assert code == 0
    assert 0 < printed.index(f"http://localhost:{site.port}/admin/") < printed.index(" | ")
    assert printed.rstrip().endswith("Stopped.")
    assert "Traceback" not in printed
    assert not {path for path in set(PROJECT.iterdir()) - before if "beat" in path.name}


@pytest.mark.parametrize("name", ["granian", "worker", "beat"])
def test_the_death_of_one_stops_all_with_its_code(site, name):
    os.kill(site.processes()[name][0], signal.SIGKILL)

    code, printed = site.end()

    assert code == 128 + signal.SIGKILL
    label = "web" if name == "granian" else name
    assert f"{label} stopped with exit code 137, so all is stopped." in printed


def test_killing_runall_itself_stops_all(site):
    site.process.kill()
    wait_for(lambda: not site.processes())

    assert site.processes() == {}


def test_a_port_in_use_is_told_in_one_line(state, port):
    with socket.create_server(("127.0.0.1", port)):
        code, printed = Site(state, port).end()

    assert code == 2
    assert printed.count("\n") == 1
    assert f"port {port}: another program listens there" in printed
