"""Starting and stopping a server process."""

import ctypes
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

from loyalty_site.embedded.layout import runs_as_other_user, server_account
from loyalty_site.embedded.options import server_environment

STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.03
LOG_TAIL_BYTES = 4000
SERIOUS = ("FATAL", "PANIC", "ERROR", "error")


class Identity(TypedDict, total=False):
    """Arguments that start a process as somebody else."""

    user: int
    group: int
    extra_groups: list[int]


def start_server(
    command: Sequence[str | Path], *, log: Path, stop_signal: signal.Signals, held_lock: int
) -> subprocess.Popen[bytes]:
    """
    Start a server that stops when this process dies, however it dies.

    The server holds the lock too, so whoever takes the lock knows that it has gone.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=server_environment(),
            start_new_session=True,
            pass_fds=[held_lock],
            **server_identity(),
            preexec_fn=parent_death_signal(stop_signal),  # noqa: PLW1509 - we have one thread
        )


def server_identity() -> Identity:
    """Return the account to start a server as, if it is not our own."""
    if not runs_as_other_user():
        return {}
    account = server_account()
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def parent_death_signal(chosen: signal.Signals) -> Callable[[], object] | None:
    """Return what asks Linux to send the signal when our parent dies; elsewhere nothing."""
    try:
        prctl = ctypes.CDLL(None).prctl
    except AttributeError:
        return None
    return lambda: prctl(PR_SET_PDEATHSIG, int(chosen))


def wait_until_up(server: subprocess.Popen[bytes], is_up: Callable[[], bool]) -> bool:
    """Wait for the first answer; False if the server dies before it."""
    while server.poll() is None:
        if is_up():
            return True
        time.sleep(POLL_SECONDS)
    return False


def stop_server(server: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    """Stop the server in order, or by force if it takes too long."""
    if server.poll() is None:
        server.send_signal(stop_signal)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def died(server: str, log: Path) -> str:
    """Say that a server died, and of what, as far as its log tells."""
    return f"{server} stopped: {last_complaint(log)} (the whole story: {log})"


def last_complaint(log: Path) -> str:
    """Return the last serious line of the log, or else its last line."""
    try:
        tail = log.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
    except OSError:
        tail = ""
    lines = [line.strip() for line in tail.splitlines() if line.strip()]
    serious = [line for line in lines if any(word in line for word in SERIOUS)]
    return (serious or lines or ["it left no message"])[-1]
