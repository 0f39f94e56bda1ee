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
        self.line.sendall(f"{self.server.welcome}\r\n".encode())
        self.to, self.is_mid_mail = "", False
        while (command := self.read(self.line, b"\r\n")) is not None:
            answer = self.answer(command[:4].upper(), command)
            if not self.say(self.line, answer) or command.upper() == b"QUIT":
                return
            if answer.startswith("354"):
                self.is_mid_mail = False
                if not self.take(self.line, self.to):
                    return

    def answer(self, verb, command):
        match verb:
            case b"EHLO":
                offers = "250-PIPELINING\r\n" if self.server.pipelining else ""
                return f"250-here\r\n{offers}250 8BITMIME"
            case b"DATA":
                return self.server.next("data", "354 go on")
            case b"RCPT":
                self.to = re.search(rb"<(.*)>", command)[1].decode()
                return self.server.next("rcpt", "250 ok")
            case b"MAIL" if self.is_mid_mail:
                return "503 nested"
            case b"MAIL":
                self.is_mid_mail = True
                return self.server.next("mail", "250 ok")
            case _:
                self.is_mid_mail = False
                return "250 ok"

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
