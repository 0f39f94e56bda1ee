"""The job engine; `loyalty_site.jobs` says what runs when."""

import os
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty_site.settings")

app = Celery("klaver")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Tasks of the rooms below find it in every thread, the web server's included.
app.set_default()
app.autodiscover_tasks(["loyalty_site", "points", "mailroom"])
task: Callable[[Callable[..., None]], Any] = app.task
"""Celery's decorator, with the type that it lacks."""
app.conf.beat_schedule = {
    # Each minute, and forgotten before the next: what is due stands in the database.
    "tick": {
        "task": "loyalty_site.tasks.tick",
        "schedule": crontab(),
        "options": {"expires": 55},
    },
}
