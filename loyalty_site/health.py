"""Whether everything works, for whoever watches from outside; says nothing secret."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection
from kombu.exceptions import OperationalError

from loyalty_site.job_health import JobHealth, job_health
from loyalty_site.jobs import JOBS
from loyalty_site.worker_pulse import last_pulse
from points.program_cache import program_zone

PATIENCE = 2
"""Seconds for each server; no check takes longer."""

log = structlog.get_logger("klaver.health")


@dataclass(slots=True)
class Health:
    """What was found; `faults` empty means that all is well."""

    faults: list[str] = field(default_factory=list)
    jobs: list[JobHealth] = field(default_factory=list)


@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when all is well and 503 otherwise, with what is not."""
    found = look(timezone.now())
    return JsonResponse(as_json(found), status=503 if found.faults else 200)


def look(now: datetime) -> Health:
    """Check database, broker, worker and jobs."""
    found = Health()
    if not broker_answers():
        found.faults.append("broker")
    if not worker_lives():
        found.faults.append("worker")
    if not database_answers():
        found.faults.append("database")
        return found
    found.jobs = job_health(jobs=JOBS, zone=program_zone(), now=now)
    if any(job.is_late for job in found.jobs):
        found.faults.append("jobs")
    return found


def as_json(found: Health) -> dict[str, Any]:
    """Put it in words that stay the same."""
    parts = ("database", "broker", "worker")
    return {
        "status": "failing" if found.faults else "ok",
        **{part: "failing" if part in found.faults else "ok" for part in parts},
        "jobs": {each.job.name: _job(each) for each in found.jobs},
    }


def _job(each: JobHealth) -> dict[str, Any]:
    run = each.last
    return {
        "late": each.is_late,
        "period": run and run.period,
        "state": run.state if run else "never",
        "finished_at": run and run.finished_at,
    }


def database_answers() -> bool:
    """Ask on a connection of its own: the pool would wait long before it gave up."""
    params = connection.get_connection_params()
    params.pop("pool", None)
    params |= {"connect_timeout": PATIENCE, "autocommit": True}
    try:
        with psycopg.connect(**params) as fresh:
            fresh.execute("SELECT 1 FROM loyalty_site_jobrun LIMIT 1")
    except (psycopg.Error, DatabaseError):
        log.warning("the database does not answer", exc_info=True)
        return False
    return True


def broker_answers() -> bool:
    limits = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | limits
    try:
        with Connection(settings.CELERY_BROKER_URL, transport_options=options) as broker:
            broker.channel().client.ping()
    except (OperationalError, redis.RedisError, OSError):
        log.warning("the broker does not answer", exc_info=True)
        return False
    return True


def worker_lives() -> bool:
    try:
        return last_pulse() is not None
    except redis.RedisError:
        return False
