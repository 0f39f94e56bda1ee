"""
A mail server that takes everything and keeps nothing, in a process of its own.

It offers PIPELINING, counts mails (ask it `XCOUNT`), writes their Message-IDs down where it is
told to, and can hang up before its 250, or answer some recipients with a refusal.
"""

import argparse
import asyncio
import random
import re
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

IDENT = re.compile(rb"^Message-ID:\s*<([^@>]+)", re.MULTILINE | re.IGNORECASE)
WELCOME = b"220 sink\r\n"
OFFERS = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"
OK = b"250 2.0.0 ok\r\n"


class Sink(asyncio.Protocol):
    """One connection."""

    mails = 0
    cut = 0.0
    log = None

    def connection_made(self, transport):
        self.wire, self.got, self.is_content = transport, b"", False
        transport.write(WELCOME)

    def data_received(self, data):
        self.got = got = self.got + data if self.got else data
        answers, at = [], 0
        while True:
            end = got.find(b"\r\n.\r\n" if self.is_content else b"\r\n", at)
            if end < 0:
                break
            if self.is_content:
                if not self.keep(got[at:end]):
                    return
                answers.append(OK)
                at = end + 5
            else:
                answers.append(self.answer(got[at:end]))
                # The content's first line may be its last dot.
                at = end if self.is_content else end + 2
                if self.is_content and got[at : at + 5] != b"\r\n.\r\n":
                    at = end + 2
        self.got = got[at:]
        if answers:
            self.wire.write(b"".join(answers))

    def keep(self, content):
        """Take a mail; tell whether the line still stands."""
        is_cut = Sink.cut and random.random() < Sink.cut
        if Sink.log is not None:
            ident = IDENT.search(content)
            Sink.log.write(b"%s %s\n" % (b"cut" if is_cut else b"ok", ident[1] if ident else b"?"))
            Sink.log.flush()
        self.is_content = False
        if is_cut:
            self.wire.abort()
            return False
        Sink.mails += 1
        return True

    def answer(self, line):
        match line[:4].upper():
            case b"DATA":
                self.is_content = True
                return b"354 go on\r\n"
            case b"EHLO":
                return OFFERS
            case b"QUIT":
                return b"221 bye\r\n"
            case b"XCOU":
                return b"250 %d\r\n" % Sink.mails
            case _:
                return OK


async def serve(arguments):
    Sink.cut = arguments.cut
    Sink.log = arguments.log.open("ab") if arguments.log else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", arguments.port)
    port = server.sockets[0].getsockname()[1]
    part = arguments.port_file.with_suffix(".part")
    part.write_text(str(port))
    part.rename(arguments.port_file)
    await server.serve_forever()


@contextmanager
def running(*options: str) -> Iterator[int]:
    """Run a sink; give its port."""
    with TemporaryDirectory() as directory:
        told = Path(directory, "port")
        command = [sys.executable, __file__, "--port-file", str(told), *options]
        process = subprocess.Popen(command)
        try:
            for _ in range(1_000):
                if told.exists():
                    break
                sleep(0.01)
            yield int(told.read_text())
        finally:
            process.kill()
            process.wait()


def count(port: int) -> int:
    """How many mails a sink has taken."""
    with smtplib.SMTP("127.0.0.1", port) as line:
        return int(line.docmd("XCOUNT")[1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--cut", type=float, default=0.0)
    parser.add_argument("--log", type=Path)
    asyncio.run(serve(parser.parse_args()))
