"""A worker that sends what mailings have waiting, in a process of its own; prints its figures."""

import gc
import json
import os
import resource
import sys
from time import perf_counter, process_time

sys.path.insert(0, os.environ["BENCH_PROJECT"])

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from mailroom.mailing_run import send_mailings  # noqa: E402


def main() -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[1])
    # A worker has long read all its code when a mailing comes.
    reverse("home")
    gc.collect()
    gc.freeze()
    began, worked = perf_counter(), process_time()
    sent = 0
    while True:
        done = send_mailings(now=timezone.now())
        sent += done.sent
        if not done.work_left:
            break
    figures = {
        "sent": sent,
        "seconds": perf_counter() - began,
        "cpu": process_time() - worked,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(figures), flush=True)


if os.environ.get("BENCH_PROFILE"):
    import cProfile
    import pstats

    profile = cProfile.Profile()
    profile.runcall(main)
    pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(35)
else:
    main()
