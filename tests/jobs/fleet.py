"""Workers, beats and a Valkey of their own, as processes that can be killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis
from celery import Celery
from django.db import connections

from loyalty_site.embedded import locks
from loyalty_site.embedded.layout import PROJECT, Layout, own_directory
from loyalty_site.embedded.process import parent_death_signal
from loyalty_site.embedded.valkey import is_up, start_valkey
from tests.embedded.users import state_directory, wait_for

TABLES = """
CREATE TABLE drill_number (number int PRIMARY KEY, sent_at timestamptz, done_at timestamptz);
CREATE TABLE drill_start (number int, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE drill_effect (name text, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE drill_period (period text PRIMARY KEY, done_at timestamptz);
"""
CELERY = ["-W", "ignore", "-m", "celery", "--quiet", "-A", "tests.jobs.numbers"]
WORKER = ["worker", "-l", "WARNING", "-c", "4", "--without-gossip", "--without-mingle"]


def url_of(alias: str) -> str:
    facts = connections[alias].settings_dict
    return f"postgresql://{facts['USER']}@/{facts['NAME']}?host={quote(facts['HOST'])}"


class Fleet:
    """What a machine runs for the site, with everything that may go wrong."""

    def __init__(self, state: Path, **environment: str) -> None:
        self.layout = Layout.find(state)
        own_directory(self.layout.sockets)
        self.held = locks.take(self.layout.servers_lock)
        self.address = f"unix://{self.layout.valkey_socket}"
        self.log = (state / "fleet.log").open("ab")
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "loyalty_site.settings",
            "DATABASE_URL": url_of("default"),
            "DATABASE_OWNER_URL": url_of("owner"),
            "REDIS_URL": self.address,
            **environment,
        }
        broker = f"redis+socket://{self.layout.valkey_socket}?virtual_host=0"
        self.sender = Celery("drill", broker=broker, set_as_current=False)
        self.processes: dict[str, subprocess.Popen] = {}
        self.start_valkey()

    def start_valkey(self) -> None:
        self.valkey = start_valkey(self.layout, self.held.fileno())
        wait_for(lambda: is_up(self.layout))

    def kill_valkey(self) -> None:
        self.valkey.kill()
        self.valkey.wait()
        self.start_valkey()

    def start(self, name: str) -> None:
        """Start `worker…` or `beat…`; a name says which of several."""
        part = WORKER if name.startswith("worker") else self.beat(name)
        part = [*part, "-n", f"{name}@drill"] if name.startswith("worker") else part
        self.processes[name] = subprocess.Popen(
            [sys.executable, *CELERY, *part],
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            # A run of the tests that is killed leaves nobody behind.
            preexec_fn=parent_death_signal(signal.SIGKILL),  # noqa: PLW1509
        )

    def beat(self, name: str) -> list[str]:
        schedule = self.layout.state / f"{name}-schedule"
        return ["beat", "-l", "ERROR", "--pidfile=", f"--schedule={schedule}"]

    def children(self, name: str) -> list[int]:
        pid = self.processes[name].pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in listed]

    def kill_child(self, name: str, which: int = 0) -> None:
        children = self.children(name)
        if children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(children[which % len(children)], signal.SIGKILL)

    def kill(self, name: str) -> None:
        """Kill a process and all it has started, and start it again."""
        self.end(name)
        self.start(name)

    def end(self, name: str) -> None:
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def send(self, task: str, *arguments: int) -> None:
        self.sender.send_task(f"tests.jobs.numbers.{task}", args=arguments)

    def send_numbers(self, count: int) -> None:
        for number in range(count):
            self.send("do_number", number)

    def flush(self) -> None:
        with redis.Redis.from_url(self.address) as valkey:
            valkey.flushall()

    def last_words(self) -> str:
        return (self.layout.state / "fleet.log").read_text(errors="replace")[-8000:]

    def stop(self) -> None:
        for name in list(self.processes):
            self.end(name)
        self.sender.close()
        self.valkey.kill()
        self.valkey.wait()
        self.held.close()
        self.log.close()


@contextlib.contextmanager
def fleet(**environment: str) -> Iterator[Fleet]:
    """Everything but the workers; tables for the numbers, gone at the end."""
    with psycopg.connect(url_of("owner"), autocommit=True) as owner:
        drop(owner)
        owner.execute(TABLES)
        for name in ("drill_number", "drill_start", "drill_effect", "drill_period"):
            role = connections["default"].settings_dict["USER"]
            owner.execute(f"GRANT ALL ON {name} TO {role}")
    with state_directory() as state:
        running = Fleet(state, **environment)
        try:
            yield running
        finally:
            running.stop()
            with psycopg.connect(url_of("owner"), autocommit=True) as owner:
                drop(owner)


def drop(owner: psycopg.Connection) -> None:
    owner.execute("SET lock_timeout = '20s'")
    owner.execute("DROP TABLE IF EXISTS drill_number, drill_start, drill_effect, drill_period")


class Ledger:
    """What the workers did, as the database tells."""

    def __init__(self) -> None:
        self.line = psycopg.connect(url_of("owner"), autocommit=True)

    def close(self) -> None:
        self.line.close()

    def write_numbers(self, count: int) -> None:
        self.line.execute(
            "INSERT INTO drill_number (number, sent_at)"
            " SELECT n, clock_timestamp() FROM generate_series(0, %s) AS n",
            [count - 1],
        )

    def one(self, query: str, *values: object) -> int:
        return self.line.execute(query, values).fetchone()[0]

    def done(self) -> int:
        return self.one("SELECT count(*) FROM drill_number WHERE done_at IS NOT NULL")

    def left(self) -> int:
        return self.one("SELECT count(*) FROM drill_number WHERE done_at IS NULL")

    def effects(self) -> int:
        return self.one("SELECT count(*) FROM drill_effect WHERE name LIKE 'number%%'")

    def doubled(self) -> int:
        return self.one(
            "SELECT count(*) FROM (SELECT name FROM drill_effect GROUP BY name"
            " HAVING count(*) > 1) AS twice"
        )

    def in_hand(self) -> list[int]:
        """Numbers that were begun and are not done."""
        rows = self.line.execute(
            "SELECT DISTINCT number FROM drill_start JOIN drill_number USING (number)"
            " WHERE done_at IS NULL"
        )
        return [number for (number,) in rows]


def seconds_until_done(ledger: Ledger, numbers: list[int], since: float) -> list[float]:
    """How long after `since` each of these was done."""
    rows = ledger.line.execute(
        "SELECT extract(epoch FROM done_at) FROM drill_number WHERE number = ANY(%s)", [numbers]
    )
    return [float(at) - since for (at,) in rows]


def soon(condition, patience: float, running: "Fleet | None" = None) -> None:
    """Wait as long as it takes, within reason; if it takes longer, tell what the workers said."""
    began = time.monotonic()
    while not condition():
        said = running.last_words() if running and time.monotonic() - began >= patience else ""
        assert time.monotonic() - began < patience, f"not within {patience} s\n{said}"
        time.sleep(0.1)
