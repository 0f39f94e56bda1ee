"""A mailing in a storm: workers killed at random, a mail server that hangs up before its 250."""

import os
import random
import signal
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from time import monotonic, sleep

from django.db import connections
from django.utils import timezone

from bench.harness import sink
from mailroom.mailing_run import send_mailings
from mailroom.models import Delivery, Mailing
from tests import make
from tests.mailroom.tallied import tallies

WORKERS = 2
LATER = timedelta(minutes=16)


def worker():
    """Send until it is done, in a process of its own; return its number."""
    pid = os.fork()
    if pid:
        return pid
    # The parent's connections stay the parent's.
    for connection in connections.all(initialized_only=True):
        connection.connection = None
    with suppress(BaseException):
        while Mailing.objects.filter(state="running").exists():
            with suppress(Exception):
                send_mailings(now=timezone.now(), seconds=1)
            sleep(0.01)
    os._exit(0)


def weather(mailing, port, settings, *, kills, between, seed):
    """Let workers send, kill one now and then, and start another in its place."""
    chance = random.Random(seed)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    workers = [worker() for _ in range(WORKERS)]
    try:
        for _ in range(kills):
            sleep(chance.uniform(*between))
            victim = workers.pop(chance.randrange(len(workers)))
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
            workers.append(worker())
        calm = monotonic() + 120
        while monotonic() < calm and Delivery.objects.filter(state="waiting").exists():
            sleep(0.1)
    finally:
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    # What the dead held is settled when surely nobody is alive any more.
    for round_number in range(1, 200):
        with suppress(Exception):
            send_mailings(now=timezone.now() + round_number * LATER, seconds=5)
        mailing.refresh_from_db()
        if mailing.state == "done":
            break


def storm(settings, tmp_path, *, recipients, kills, between, cut, seed=7):
    """Go through it, and check that nobody got two, and nobody none without our knowing."""
    readers = make.crowd(recipients)
    log = tmp_path / "sink.log"
    with sink.running("--log", str(log), "--cut", str(cut)) as port:
        mailing = make.mailing(*readers, topic="")
        weather(mailing, port, settings, kills=kills, between=between, seed=seed)

    seen = [line.split() for line in log.read_text().splitlines()]
    reached = {int(name.removeprefix("delivery-")): how for how, name in seen}
    states = dict(Delivery.objects.filter(mailing=mailing).values_list("pk", "state"))
    assert len(seen) == len(reached), Counter(name for _, name in seen).most_common(3)
    assert set(states.values()) <= {"sent", "unknown"}
    assert {key for key, state in states.items() if state == "sent"} <= {
        key for key, how in reached.items() if how == "ok"
    }
    cut_ones = {key for key, how in reached.items() if how == "cut"}
    assert {states[key] for key in cut_ones} <= {"unknown"}
    assert len(states) == recipients
    tallies(mailing)
    return {
        "sent": list(states.values()).count("sent"),
        "unknown": list(states.values()).count("unknown"),
        "cut": len(cut_ones),
        "never left though unknown": len(set(states) - set(reached)),
    }
