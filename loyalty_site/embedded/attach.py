"""Using the embedded servers, and starting them if need be."""

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO

from loyalty_site.embedded import locks
from loyalty_site.embedded.failure import EmbeddedError
from loyalty_site.embedded.layout import PROJECT, Layout
from loyalty_site.embedded.options import grace_seconds, postgres_settings
from loyalty_site.embedded.servers import Servers, servers_at

POLL_SECONDS = 0.03
# A supervisor that leaves no word was killed, and is worth another try.
MOST_STARTS = 3

_held: dict[Path, BinaryIO] = {}


def attach(state_dir: Path | None = None, *, timeout: float = 60) -> Servers:
    """
    Return the addresses of running servers, started now if they were not.

    They run until some seconds after the last process that attached has gone,
    in whatever way it went. Raises `EmbeddedError` if they cannot run.
    """
    layout = Layout.find(state_dir)
    deadline = time.monotonic() + timeout
    hold(layout, timeout)
    starts = 0
    while not is_up(layout):
        if time.monotonic() > deadline:
            raise EmbeddedError(f"The embedded servers are not up in {timeout:g} s{logs(layout)}")
        starts += start_if_down(layout, earlier=starts)
        time.sleep(POLL_SECONDS)
    return servers_at(layout)


def hold(layout: Layout, timeout: float) -> None:
    """Count as a user until this process ends."""
    if layout.state in _held:
        return
    held = locks.take(layout.users_lock, shared=True, timeout=timeout)
    if held is None:
        raise EmbeddedError(f"The embedded servers do not let anybody in{logs(layout)}")
    _held[layout.state] = held


def is_up(layout: Layout) -> bool:
    """Whether both servers take connections, with a supervisor that keeps them."""
    if not (layout.ready.exists() and locks.is_held(layout.supervisor_lock)):
        return False
    return connects(layout.postgres_socket) and connects(layout.valkey_socket)


def connects(path: Path) -> bool:
    """Whether somebody listens at the socket."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
    except OSError:
        return False
    return True


def start_if_down(layout: Layout, *, earlier: int) -> bool:
    """Start a supervisor if there is none, and tell whether we did."""
    gate = locks.take(layout.start_lock)
    if gate is None:
        return False
    with gate:
        if locks.is_held(layout.supervisor_lock):
            return False
        if earlier >= MOST_STARTS or (earlier and layout.failure.exists()):
            raise EmbeddedError(why_it_failed(layout))
        start_supervisor(layout)
        return True


def start_supervisor(layout: Layout) -> None:
    """Start the supervisor as a process of its own, that outlives this one."""
    # It reads these itself; a mistake in them is told sooner here.
    grace_seconds()
    postgres_settings()
    layout.failure.unlink(missing_ok=True)
    with layout.supervisor_log.open("ab") as log:
        subprocess.run(
            [sys.executable, "-m", "loyalty_site.embedded", "supervise", str(layout.state)],
            check=True,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def why_it_failed(layout: Layout) -> str:
    """Return the supervisor's last words."""
    try:
        return layout.failure.read_text()
    except OSError:
        return f"The embedded servers do not start{logs(layout)}"


def logs(layout: Layout) -> str:
    return f": see the logs in {layout.state}, or set DATABASE_URL and REDIS_URL."
