"""Asking for pages: in this process, and over HTTP of the server that a shop runs."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, perf_counter, sleep, time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django.test import Client
from django.test.client import ClientHandler

from harness import ground
from members.models import User

SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105
START_SECONDS = 30
HANDLER = ClientHandler(enforce_csrf_checks=False)
"""One for all: each would read the list of static files anew, which a server does once."""
Request = tuple[str, str]
"""An address, and the cookies it is asked with."""


def client_of(user: User) -> Client:
    """Return a client of a login; staff have used their second factor."""
    client = Client(headers={"accept-language": "nl"}, SERVER_NAME="localhost")
    client.handler = HANDLER
    client.force_login(user)
    if user.is_staff:
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": "mfa", "at": time(), "type": Authenticator.Type.TOTP}
        ]
        session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
        session.save()
    return client


def member_of_staff() -> User:
    known = User.objects.filter(is_superuser=True).first()
    if known is None:
        known = User.objects.create_superuser("boss@example.nl", name="Boss")
        TOTP.activate(known, SECRET)
    return known


def timed(client: Client, address: str) -> tuple[float, int, int]:
    """Return the milliseconds, queries and bytes of one page."""
    queries = 0

    def count(execute, sql, params, many, context):
        nonlocal queries
        queries += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        began = perf_counter()
        page = client.get(address, secure=True)
        took = 1_000 * (perf_counter() - began)
    assert page.status_code == 200, (address, page.status_code, page.headers)
    return took, queries, len(page.content)


@contextmanager
def server(urls: str = "harness.bare", workers: int = 1) -> Iterator[int]:
    """Run granian with the addresses of a module; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    options += ["--workers", str(workers), "--blocking-threads", "4", "--no-ws"]
    options += ["--log-level", "warning"]
    running = subprocess.Popen(
        [sys.executable, *options, "loyalty_site.wsgi:application"],
        cwd=ground.PROJECT,
        env=os.environ
        | {
            "PYTHONPATH": f"{ground.PROJECT}:{ground.PROJECT / 'bench'}",
            "BENCH_URLS": urls,
        },
        start_new_session=True,
    )
    try:
        wait_for(port)
        yield port
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(timeout=20)


def wait_for(port: int) -> None:
    until = monotonic() + START_SECONDS
    while monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")


def pages_a_second(port: int, requests: Sequence[Request], *, connections: int) -> float:
    """Fetch (address, cookies) over so many connections at once; return the rate."""
    began = perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(lambda share: fetch(port, share), shares(requests, connections)))
    return len(requests) / (perf_counter() - began)


def shares(requests: Sequence[Request], number: int) -> list[Sequence[Request]]:
    return [requests[first::number] for first in range(number)]


def fetch(port: int, requests: Sequence[Request]) -> None:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for address, cookies in requests:
        headers = {"Host": "localhost", "Cookie": cookies, "X-Forwarded-Proto": "https"}
        wire.request("GET", address, headers=headers)
        answer = wire.getresponse()
        answer.read()
        assert answer.status == 200, (address, answer.status)
    wire.close()
