"""The embedded Valkey: every write is logged, nothing is ever evicted."""

import signal
import socket
import subprocess

from loyalty_site.embedded.binaries import valkey_server
from loyalty_site.embedded.layout import Layout, own_directory
from loyalty_site.embedded.process import start_server

STOP_SIGNAL = signal.SIGTERM
# One for every test process, and then some.
DATABASES = 128
OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "databases": str(DATABASES),
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
}


def start_valkey(layout: Layout, held_lock: int) -> subprocess.Popen[bytes]:
    """Start Valkey on its socket, without a port."""
    own_directory(layout.valkey_data)
    places = {"unixsocket": str(layout.valkey_socket), "dir": str(layout.valkey_data)}
    options = [part for name, value in (OPTIONS | places).items() for part in (f"--{name}", value)]
    return start_server(
        [valkey_server(layout), *options],
        log=layout.valkey_log,
        stop_signal=STOP_SIGNAL,
        held_lock=held_lock,
    )


def is_up(layout: Layout) -> bool:
    """Whether Valkey answers, which it does once it has read its log."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(layout.valkey_socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
