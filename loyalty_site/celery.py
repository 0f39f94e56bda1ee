"""The job engine; `loyalty_site.jobs` says what runs when."""

import os
from collections.abc import Callable
from typing import Any

from celery import Celery, Task
from celery.schedules import crontab
from kombu import Queue

from loyalty_site.task_starts import counted_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty_site.settings")


class CountedTask(Task):
    """
    A task of which a message is not begun for ever.

    A worker that is killed gives its message back, and a message that kills its worker would
    come back each time; this one fails instead, and stands among the tasks that failed.
    """

    def __call__(self, *args: object, **kwargs: object) -> object:
        with counted_start(self.request.id):
            return self.run(*args, **kwargs)


app = Celery("klaver", task_cls=CountedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
# Tasks of the rooms below find it in every thread, the web server's included.
app.set_default()
app.autodiscover_tasks(["loyalty_site", "points", "mailroom"])
task: Callable[[Callable[..., None]], Any] = app.task
"""Celery's decorator, with the type that it lacks."""
# The jobs have a queue of their own, read in turn with the other: however many messages wait
# there, what sweeps after them is not kept waiting behind them.
app.conf.task_queues = [Queue("jobs", routing_key="jobs"), Queue("celery", routing_key="celery")]
app.conf.task_routes = {"loyalty_site.tasks.*": {"queue": "jobs"}}
app.conf.beat_schedule = {
    # Each minute, and forgotten before the next: what is due stands in the database.
    "tick": {
        "task": "loyalty_site.tasks.tick",
        "schedule": crontab(),
        "options": {"expires": 55},
    },
}
