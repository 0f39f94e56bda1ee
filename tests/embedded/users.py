"""Processes that use embedded servers, as the site's own processes do."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import redis

from loyalty_site.embedded import Servers
from loyalty_site.embedded.layout import PROJECT, Layout
from loyalty_site.embedded.servers import servers_at

PATIENCE_SECONDS = 30
USE = """
import sys
from loyalty_site.embedded import EmbeddedError, attach
try:
    print(attach().database_url, flush=True)
except EmbeddedError as error:
    sys.exit(f"refused: {error}")
sys.stdin.read()
"""


class User:
    """A process that holds the servers of a state directory until it leaves or is killed."""

    def __init__(self, state: Path, *, python: str = sys.executable, **options: object) -> None:
        self.process = subprocess.Popen(
            [python, "-c", USE],
            cwd=PROJECT,
            env=os.environ | {"EMBEDDED_DIR": str(state)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **options,
        )

    def wait_until_attached(self) -> str:
        """Return the address that the process got, or nothing if it was refused."""
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextlib.contextmanager
def user_of(state: Path) -> Iterator[Servers]:
    """Keep the servers up for a while."""
    user = User(state)
    try:
        assert user.wait_until_attached()
        yield servers_at(Layout.find(state))
    finally:
        user.leave()


def processes_in(state: Path) -> dict[str, int]:
    """Return the supervisor and the servers that run in the state directory."""
    found = {}
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            command = (directory / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        for name in ("supervise", "bin/postgres", "valkey-server"):
            if name in command and f"{state}" in command:
                found[name] = int(directory.name)
    return found


def wait_for(condition: Callable[[], object], patience: float = PATIENCE_SECONDS) -> object:
    """Return the condition's first true answer."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{condition} never came true")


def wait_until_gone(state: Path) -> None:
    wait_for(lambda: not processes_in(state))


def write_both(servers: Servers, value: str) -> None:
    """Store the value in both servers, durably."""
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [value])
    with redis.Redis.from_url(servers.redis_url) as valkey:
        valkey.rpush("kept", value)
        # Written to its log once a second; a kill before that loses nothing on disk.
        valkey.execute_command("WAITAOF", 1, 0, 5000)


def read_both(servers: Servers) -> tuple[list[str], list[str]]:
    """Return what both servers have kept."""
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        rows = [value for (value,) in connection.execute("SELECT value FROM kept")]
    with redis.Redis.from_url(servers.redis_url, decode_responses=True) as valkey:
        return rows, valkey.lrange("kept", 0, -1)


def answering(servers: Servers) -> bool:
    """Whether both servers answer at this moment."""
    try:
        psycopg.connect(servers.database_url).close()
        with redis.Redis.from_url(servers.redis_url) as valkey:
            return bool(valkey.ping())
    except (psycopg.OperationalError, redis.ConnectionError):
        return False


@contextlib.contextmanager
def state_directory(name: str = "s") -> Iterator[Path]:
    """Make a state directory with a short name that any account can reach."""
    with tempfile.TemporaryDirectory(prefix="klaver-", dir="/tmp") as parent:
        Path(parent).chmod(0o755)
        state = Path(parent, name)
        try:
            yield state
        finally:
            end_servers(state)


def end_servers(state: Path) -> None:
    """Stop what still runs in the state directory."""
    supervisor = processes_in(state).get("supervise")
    if supervisor:
        os.kill(supervisor, signal.SIGTERM)
    wait_until_gone(state)
