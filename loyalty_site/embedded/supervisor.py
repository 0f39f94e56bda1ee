"""The small process that is the parent of both servers."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg

from loyalty_site.embedded import locks, postgres, valkey
from loyalty_site.embedded.failure import EmbeddedError
from loyalty_site.embedded.layout import Layout, own_directory
from loyalty_site.embedded.options import grace_seconds
from loyalty_site.embedded.process import died, stop_server, wait_until_up

WATCH_SECONDS = 0.25
PREDECESSOR_SECONDS = 45
# A server that dies this often, each time soon after its start, will go on dying.
MOST_DEATHS = 3
STABLE_SECONDS = 60
LARGEST_LOG_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class Server:
    """One running server, how to ask after it and how to end it."""

    name: str
    process: subprocess.Popen[bytes]
    is_up: Callable[[Layout], bool]
    stop_signal: signal.Signals
    log: Path


def detach(layout: Layout) -> None:
    """Go on as the supervisor in the background, unless there is one."""
    lock = locks.take(layout.supervisor_lock, timeout=1)
    if lock is None:
        return
    with lock:
        # The child has the lock from its first moment, so nobody sees it missing.
        if os.fork() == 0:
            os.chdir("/")
            # The logs hold statements, and these hold personal data.
            os.umask(0o077)
            Supervisor(layout).run()


@dataclass
class Supervisor:
    """Runs both servers as long as some process uses them."""

    layout: Layout
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Run the servers; leave word if they cannot run."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.layout.ready.unlink(missing_ok=True)
        try:
            self.keep_running()
        except (EmbeddedError, OSError, psycopg.Error) as error:
            self.layout.failure.write_text(" ".join(str(error).split()))

    def keep_running(self) -> None:
        """Start the servers again when one dies under its users."""
        deaths = 0
        while True:
            started = time.monotonic()
            casualty = self.run_once()
            if casualty is None:
                return
            deaths = 1 if time.monotonic() - started > STABLE_SECONDS else deaths + 1
            if deaths > MOST_DEATHS:
                raise EmbeddedError(died(casualty.name, casualty.log))

    def run_once(self) -> Server | None:
        """Run both servers; return the one that died, or None when their work is done."""
        with ExitStack() as held:
            servers = start_both(self.layout, held)
            for server in servers:
                if not wait_until_up(server.process, partial(server.is_up, self.layout)):
                    raise EmbeddedError(died(server.name, server.log))
            postgres.ensure_roles(self.layout)
            self.layout.ready.touch()
            held.callback(self.layout.ready.unlink, missing_ok=True)
            return self.watch(servers)

    def watch(self, servers: list[Server]) -> Server | None:
        """Wait until a server dies, or until nobody has used them for a while."""
        grace = grace_seconds()
        last_use = time.monotonic()
        while not self.stopping.wait(WATCH_SECONDS):
            for server in servers:
                if server.process.poll() is not None:
                    return server
            door = locks.take(self.layout.users_lock)
            if door is None:
                last_use = time.monotonic()
                continue
            with door:
                if time.monotonic() - last_use > grace:
                    # Before the door opens again: who comes now must not count on us.
                    self.layout.ready.unlink()
                    return None
        return None


def start_both(layout: Layout, held: ExitStack) -> list[Server]:
    """Start both servers, once their predecessors in this directory have gone."""
    lock = locks.take(layout.servers_lock, timeout=PREDECESSOR_SECONDS)
    if lock is None:
        raise EmbeddedError(f"Earlier servers in {layout.state} do not stop: end them by hand.")
    held.enter_context(lock)
    own_directory(layout.sockets)
    set_aside_if_large(layout.postgres_log)
    set_aside_if_large(layout.valkey_log)
    postgres.prepare_data(layout)
    first = Server(
        name="PostgreSQL",
        process=postgres.start_postgres(layout, lock.fileno()),
        is_up=postgres.is_up,
        stop_signal=postgres.STOP_SIGNAL,
        log=layout.postgres_log,
    )
    held.callback(stop_server, first.process, first.stop_signal)
    second = Server(
        name="Valkey",
        process=valkey.start_valkey(layout, lock.fileno()),
        is_up=valkey.is_up,
        stop_signal=valkey.STOP_SIGNAL,
        log=layout.valkey_log,
    )
    held.callback(stop_server, second.process, second.stop_signal)
    return [first, second]


def set_aside_if_large(log: Path) -> None:
    """Begin a new log when the old one has grown, and keep one old one."""
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.old"))
