"""A till on a real connection, which may be cut, and a server that may lose its answer."""

import http.client
import json
import socket
import struct
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer
from django.http import StreamingHttpResponse
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from django.test.utils import override_settings

LOSE = "X-Lose-The-Answer"
CUT = struct.pack("ii", 1, 0)
"""Linger for no time at all: whatever was not read is thrown away, and the other end told."""


def answers_get_lost(get_response):
    """Carry a request out, then break the connection before its answer has left."""

    def middleware(request):
        response = get_response(request)
        if LOSE in request.headers:
            response.close()
            return StreamingHttpResponse(_broken())
        return response

    return middleware


def _broken():
    raise ConnectionAbortedError
    yield b""


class Patient(ThreadedWSGIServer):
    """Lets a hundred connections wait; the usual ten would refuse fifty tills that come at once."""

    request_queue_size = 100


class Server(LiveServerThread):
    server_class = Patient


@contextmanager
def served():
    """Run the site in this process, with answers that can be made to get lost; give its address."""
    middleware = ["tests.api.wire.answers_get_lost", *settings.MIDDLEWARE]
    with override_settings(MIDDLEWARE=middleware):
        server = Server("localhost", static_handler=_StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.terminate()


class Wire:
    """Speaks HTTP to the address of a server with the key of a till."""

    def __init__(self, url, till):
        self.host = urlsplit(url).netloc
        self.headers = {
            "Content-Type": "application/json",
            "Accept-Language": "en",
            "Connection": "close",
        } | till.headers

    def post(self, path, body, **headers):
        """Return the status, the bytes and the headers of the answer."""
        line = http.client.HTTPConnection(self.host, timeout=60)
        try:
            line.request(
                "POST", f"/api/v1{path}", json.dumps(body), self.headers | _dashed(headers)
            )
            answer = line.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            line.close()

    def post_and_cut(self, path, body, until=None, **headers):
        """Send all of it, wait `until` something is so, and go away without reading a byte."""
        content = json.dumps(body).encode()
        sent = self.headers | _dashed(headers) | {"Host": self.host}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        start = f"POST /api/v1{path} HTTP/1.1\r\n{head}Content-Length: {len(content)}\r\n\r\n"
        name, port = self.host.rsplit(":", 1)
        with socket.create_connection((name, int(port)), timeout=60) as line:
            line.sendall(start.encode() + content)
            if until:
                until()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CUT)

    def post_and_lose(self, path, body, **headers):
        """Send it to a server that carries it out and loses the answer."""
        try:
            status, content, _headers = self.post(path, body, **{LOSE: "1"}, **headers)
        except (http.client.HTTPException, ConnectionError):
            return
        raise AssertionError(f"an answer came after all: {status} {content!r}")


def _dashed(headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}
