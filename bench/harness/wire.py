"""A till on a connection that is kept, as little as speaks HTTP, so that it weighs little."""

import json
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any


def request(path: str, body: object, key: str) -> bytes:
    """Write a whole request down, so that nothing of it is made while it is timed."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n"
        f"Authorization: Bearer {key}\r\nAccept-Language: nl\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def send_over(port: int, requests: Sequence[bytes], *, connections: int) -> list[tuple[float, Any]]:
    """Send over so many connections at once; return the seconds and the answer of each."""
    shares = [requests[first::connections] for first in range(connections)]
    with ThreadPoolExecutor(connections) as pool:
        done = list(pool.map(lambda share: list(_send(port, share)), shares))
    return [(seconds, json.loads(_good(*answer))) for share in done for seconds, *answer in share]


def _send(port: int, requests: Iterable[bytes]) -> Iterable[tuple[float, bytes, bytes]]:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for one in requests:
            began = perf_counter()
            line.sendall(one)
            head, body = _answer(line)
            yield perf_counter() - began, head, body


def _answer(line: socket.socket) -> tuple[bytes, bytes]:
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(line)
    head, body = got.split(b"\r\n\r\n", 1)
    for name, value in (each.split(b":", 1) for each in head.split(b"\r\n")[1:]):
        if name.lower() == b"content-length":
            while len(body) < int(value):
                body += _more(line)
    return head, body


def _more(line: socket.socket) -> bytes:
    part = line.recv(1 << 16)
    if not part:
        raise ConnectionError("the server closed the connection")
    return part


def _good(head: bytes, body: bytes) -> bytes:
    assert head.split()[1] in {b"200", b"201"}, (head, body[:300])
    return body
