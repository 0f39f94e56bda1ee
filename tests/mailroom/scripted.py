"""A mail server that answers as a test tells it to, with PIPELINING or without."""

import re
import socket
import threading
from contextlib import contextmanager, suppress

DROP, STALL = "drop", "stall"
"""What may be told instead of an answer: hang up without a word; say nothing any more."""


class Scripted:
    """
    Answers `mail`, `rcpt`, `data` and `content` with what stands there, each time the next.

    Nothing left is yes. Keeps (recipient, content) of what it said 250 to, and of what it cut.
    """

    def __init__(self, *, pipelining=True, welcome="220 here", **answers):
        self.answers = {name: list(given) for name, given in answers.items()}
        self.welcome = welcome
        self.pipelining = pipelining
        self.taken, self.cut, self.connections = [], [], 0
        self.over = threading.Event()
        self.groups = []

    def next(self, name, default):
        left = self.answers.get(name)
        return left.pop(0) if left else default

    def talk(self, line):
        self.connections += 1
        Talk(self, line).go()


class Talk:
    """One connection."""

    def __init__(self, server, line):
        self.server, self.line, self.got = server, line, b""

    def go(self):
        line, server = self.line, self.server
        line.sendall(f"{server.welcome}\r\n".encode())
        to = ""
        while (command := self.read(line, b"\r\n")) is not None:
            verb = command[:4].upper()
            if verb == b"EHLO":
                offers = "250-here\r\n250-PIPELINING\r\n" if server.pipelining else "250-here\r\n"
                answer = f"{offers}250 8BITMIME"
            elif verb == b"DATA":
                answer = server.next("data", "354 go on")
            elif verb == b"RCPT":
                to = re.search(rb"<(.*)>", command)[1].decode()
                answer = server.next("rcpt", "250 ok")
            else:
                answer = server.next("mail", "250 ok") if verb == b"MAIL" else "250 ok"
            if not self.say(line, answer):
                return
            if verb == b"QUIT":
                return
            if answer.startswith("354") and not self.take(line, to):
                return

    def take(self, line, to):
        content = self.read(line, b"\r\n.\r\n")
        if content is None:
            return False
        answer = self.server.next("content", "250 taken")
        kept = self.server.taken if answer.startswith("250") else self.server.cut
        kept.append((to, content))
        return self.say(line, answer)

    def say(self, line, answer):
        if answer == STALL:
            self.server.over.wait(30)
            return False
        if answer == DROP:
            return False
        line.sendall(answer.encode() + b"\r\n")
        return not answer.startswith("421")

    def read(self, line, until):
        while until not in self.got:
            if until == b"\r\n.\r\n" and self.got.startswith(b".\r\n"):
                self.got = self.got[3:]
                return b""
            part = line.recv(1 << 16)
            if not part:
                return None
            self.got += part
        found, self.got = self.got.split(until, 1)
        if until == b"\r\n" and found[:4].upper() in (b"DATA", b"MAIL"):
            self.server.groups.append((found[:4], self.got))
        return found


@contextmanager
def scripted(settings, **answers):
    """Run such a server on a thread; Django mails to it."""
    server = Scripted(**answers)
    listener = socket.create_server(("127.0.0.1", 0))

    def talk(line):
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with line, suppress(OSError):
            server.talk(line)

    def accept():
        while not server.over.is_set():
            try:
                line, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=[line], daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = listener.getsockname()
    settings.EMAIL_TIMEOUT = 0.5
    try:
        yield server
    finally:
        server.over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
