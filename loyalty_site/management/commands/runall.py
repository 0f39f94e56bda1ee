"""The whole site under one terminal: web, worker and beat."""

import contextlib
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from loyalty_site.embedded.process import parent_death_signal

COULD_NOT_START = 2
WATCH_SECONDS = 0.2
ANSWER_SECONDS = 60
STOP_SECONDS = 25
LONE_WORKER = ["--without-gossip", "--without-mingle"]

Processes = dict[str, subprocess.Popen[str]]


class Command(BaseCommand):
    """Migrates, then runs everything until Ctrl-C, or until one of the processes dies."""

    help = "Migrate, then run web, worker and beat; Ctrl-C stops them all."
    # Some of them need tables; the processes make their own once there are any.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 for all networks")
        parser.add_argument("--skip-migrate", action="store_true")
        parser.add_argument("--demo", action="store_true", help="seed the demo, show its logins")

    def handle(
        self, *_: object, host: str, port: int, skip_migrate: bool, demo: bool, **_options: object
    ) -> None:
        refuse_taken_port(host, port)
        if settings.DEBUG:
            # Links in letters lead to where this site is.
            os.environ.setdefault("SITE_URL", address(host, port))
        self.prepare(migrate=not skip_migrate, demo=demo)
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        processes = start_all(host, port)
        logs = Logs(processes)
        try:
            if answers_in_time(host, port, processes, stopping):
                self.welcome(host, port, demo=demo)
            logs.show()
            casualty = wait_for_end(processes, stopping)
        finally:
            stop_all(processes)
        logs.finish()
        if casualty and not stopping.is_set():
            code = exit_code(processes[casualty])
            raise CommandError(
                f"{casualty} stopped with exit code {code}, so all is stopped.", returncode=code
            )
        self.stdout.write("Stopped.")

    def prepare(self, *, migrate: bool, demo: bool) -> None:
        """Bring the database up to date, and fill it for a demo."""
        settings.STATE_DIR.mkdir(parents=True, exist_ok=True)
        try:
            if migrate:
                self.stdout.write("Migrating the database ...")
                call_command("migrate", database="owner", verbosity=0)
            if demo:
                self.stdout.write("Seeding the demo, on the first run only ...")
                call_command("seed_demo")
        except OperationalError as error:
            reason = " ".join(str(error).split())
            raise CommandError(
                f"The database cannot be used: {reason}", returncode=COULD_NOT_START
            ) from error
        close_connections()

    def welcome(self, host: str, port: int, *, demo: bool) -> None:
        """Say where everything is, before the logs begin."""
        site = address(host, port)
        addresses = [("Members", "/"), ("Back office", "/admin/")]
        if settings.DEBUG:
            addresses.append(("Mail that was sent", "/outbox/"))
        self.stdout.write("")
        for label, path in addresses:
            self.stdout.write(f"  {label:<20}{site}{path}")
        if demo:
            call_command("demo_logins")
            close_connections()
        self.stdout.write("\n  Ctrl-C stops everything.\n")


def address(host: str, port: int) -> str:
    """Return where a browser finds the site."""
    # Passkeys work on "localhost", and on no bare address.
    name = "localhost" if host in {"127.0.0.1", "0.0.0.0"} else host  # noqa: S104
    return f"http://{name}:{port}"


def refuse_taken_port(host: str, port: int) -> None:
    """Raise before anything is started if the web server could not listen."""
    try:
        with socket.create_server((host, port)):
            return
    except (OSError, OverflowError) as error:
        taken = getattr(error, "errno", None) == errno.EADDRINUSE
        reason = "another program listens there" if taken else str(error).rstrip(".")
        raise CommandError(
            f"Cannot listen on {host}, port {port}: {reason}. "
            "Choose another with --port (make demo: PORT=).",
            returncode=COULD_NOT_START,
        ) from error


def close_connections() -> None:
    """Let go of the database: this process only waits from here on."""
    connections.close_all()
    for connection in connections.all(initialized_only=True):
        close_pool = getattr(connection, "close_pool", None)
        if close_pool:
            close_pool()


def start_all(host: str, port: int) -> Processes:
    """Start the three processes, each the leader of its own group."""
    web = ["-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    # Celery warns of root because of pickles; our messages are JSON.
    celery = ["-W", "ignore:You're running the worker with superuser"]
    celery += ["-m", "celery", "--quiet", "-A", "loyalty_site"]
    schedule = settings.STATE_DIR / "beat-schedule"
    return {
        "web": start([*web, "--blocking-threads", "4", "--no-ws", "loyalty_site.wsgi:application"]),
        "worker": start([*celery, "worker", "-l", "WARNING", "-c", "2", *LONE_WORKER]),
        "beat": start([*celery, "beat", "-l", "WARNING", "--pidfile=", f"--schedule={schedule}"]),
    }


def start(options: list[str]) -> subprocess.Popen[str]:
    """Start a Python program that is told to stop when this process dies."""
    return subprocess.Popen(
        [sys.executable, *options],
        cwd=Path(settings.BASE_DIR),
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=parent_death_signal(signal.SIGTERM),  # noqa: PLW1509 - no thread of ours yet
    )


class Logs:
    """What the processes print, each line with the name of its process."""

    def __init__(self, processes: Processes) -> None:
        self.shown = threading.Event()
        self.readers = [
            threading.Thread(target=self.read, args=item, daemon=True) for item in processes.items()
        ]
        for reader in self.readers:
            reader.start()

    def read(self, name: str, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or []:
            self.shown.wait()
            sys.stdout.write(f"{name:>6} | {line}")
            sys.stdout.flush()

    def show(self) -> None:
        """Print from now on, beginning with what came before."""
        self.shown.set()

    def finish(self) -> None:
        """Print the last lines of processes that have ended."""
        self.shown.set()
        for reader in self.readers:
            reader.join(timeout=1)


def answers_in_time(host: str, port: int, processes: Processes, stopping: threading.Event) -> bool:
    """Wait for the first page, whatever its status; False if there is nothing to wait for."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline and not stopping.wait(WATCH_SECONDS):
        if first_dead(processes):
            return False
        if answers(host, port):
            return True
    return False


def answers(host: str, port: int) -> bool:
    # The home page, which every visitor sees; /healthz/ waits for the worker too.
    known_as = next((name for name in settings.ALLOWED_HOSTS if name != "*"), "localhost")
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/", headers={"Host": known_as.lstrip(".")})
        connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def first_dead(processes: Processes) -> str | None:
    """Return the name of a process that has ended, if one has."""
    return next((name for name, process in processes.items() if process.poll() is not None), None)


def wait_for_end(processes: Processes, stopping: threading.Event) -> str | None:
    """Wait for Ctrl-C, or return the name of the first process that ended by itself."""
    while True:
        casualty = first_dead(processes)
        if casualty or stopping.wait(WATCH_SECONDS):
            return casualty


def stop_all(processes: Processes) -> None:
    """Ask all to stop, and end by force what has not after a while."""
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        # Also what a process that was killed has left: a web worker would keep the port.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def exit_code(process: subprocess.Popen[str]) -> int:
    """Return the code as a shell shows it; a process that stops unasked has failed."""
    code = process.returncode
    return 128 - code if code < 0 else code or 1
