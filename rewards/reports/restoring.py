"""What of batches must outlive a database being replaced by an older one."""

from datetime import datetime
from typing import Any

from django.db import connections
from django.db.models import Q

from members.models import User
from rewards.models import Batch, BatchExport

Rows = list[dict[str, Any]]


def exports_since(*, using: str, made_at: datetime) -> Rows:
    """Exports that went on after that moment: whose codes have left, with whose agreement."""
    if not _has(BatchExport._meta.db_table, using):
        return []
    since = Q(exported_at__gte=made_at) | Q(finished_at__gte=made_at) | Q(wiped_at__gte=made_at)
    people = ("exported_by", "approval__asked_by", "approval__decided_by")
    left = BatchExport.objects.using(using).filter(since | Q(wiped_at=None))
    return [_export(row) for row in left.select_related("batch", *people).order_by("pk")]


def batches_stopped_since(*, using: str, made_at: datetime) -> Rows:
    """Batches that were withdrawn after that moment."""
    if not _has(Batch._meta.db_table, using):
        return []
    stopped = Batch.objects.using(using).filter(stopped_at__gte=made_at).order_by("pk")
    return [
        {"batch": str(batch.request_key), "at": batch.stopped_at.isoformat()}
        for batch in stopped
        if batch.stopped_at is not None
    ]


def _has(table: str, using: str) -> bool:
    """Tell whether a database, which may be of an older version, knows of a table."""
    return table in connections[using].introspection.table_names()


def _export(row: BatchExport) -> dict[str, Any]:
    asked = row.approval
    return {
        "batch": str(row.batch.request_key),
        "codes": row.codes,
        "begun": row.begun,
        "exported_by": _person(row.exported_by),
        "exported_at": row.exported_at.isoformat(),
        "finished_at": row.finished_at and row.finished_at.isoformat(),
        "approval": {
            "asked": asked.asked,
            "digest": asked.digest,
            "reason": asked.reason,
            "request_key": str(asked.request_key),
            "asked_by": _person(asked.asked_by),
            "asked_at": asked.asked_at.isoformat(),
            "expires_at": asked.expires_at.isoformat(),
            "decided_by": _person(asked.decided_by) if asked.decided_by else None,
            "decided_at": asked.decided_at and asked.decided_at.isoformat(),
            "note": asked.note,
        },
    }


def _person(user: User) -> dict[str, str]:
    return {"email": user.email, "name": user.get_full_name()}
