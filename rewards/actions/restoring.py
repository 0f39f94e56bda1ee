"""What a database that was put back must hear of batches: what left, and what was withdrawn."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from members.actions.approval import settle
from members.models import Approval, User
from rewards.actions.exports import wipe_codes
from rewards.models import Batch, BatchExport

Rows = Sequence[Mapping[str, Any]]


def replay_exports(*, rows: Rows, now: datetime) -> int:
    """
    Keep codes that left the house since as exported, and wipe them again; return how many did.

    A batch that was begun after the backup is not there: its codes are no good at any till.
    """
    kept = sum(_replay_export(row, now) for row in rows)
    wipe_codes(now=now)
    return kept


@transaction.atomic
def replay_stopped_batches(*, rows: Rows) -> int:
    """Withdraw once more the batches that were withdrawn since; return how many those are."""
    stopped = 0
    for row in rows:
        known = Batch.objects.filter(request_key=row["batch"], stopped_at=None)
        stopped += known.update(stopped_at=datetime.fromisoformat(row["at"]))
    return stopped


@transaction.atomic
def _replay_export(row: Mapping[str, Any], now: datetime) -> bool:
    pk = Batch.objects.filter(request_key=row["batch"]).values_list("pk", flat=True).first()
    if pk is None:
        return False
    batch = Batch.objects.lock(pk)
    finished_at = _moment(row["finished_at"])
    export = BatchExport.objects.filter(pk=pk).first()
    if export is None:
        BatchExport.objects.create(
            batch=batch,
            approval=_approval(row["approval"], now),
            exported_by=_person(row["exported_by"]),
            exported_at=_moment(row["exported_at"]) or now,
            codes=row["codes"],
            begun=row["begun"],
            finished_at=finished_at,
        )
    elif export.finished_at is None:
        export.begun, export.finished_at = max(export.begun, row["begun"]), finished_at
        export.save(update_fields=["begun", "finished_at"])
    return True


def _approval(told: Mapping[str, Any], now: datetime) -> Approval:
    """Return the request as it was agreed to, whether or not it stood there already."""
    known = Approval.objects.filter(request_key=told["request_key"]).first()
    approval = known or Approval.objects.create(
        kind=Approval.Kind.CODES,
        asked=told["asked"],
        digest=told["digest"],
        reason=told["reason"],
        request_key=told["request_key"],
        asked_by=_person(told["asked_by"]),
        asked_at=_moment(told["asked_at"]) or now,
        expires_at=_moment(told["expires_at"]) or now,
    )
    if approval.state != Approval.State.WAITING:
        return approval
    return settle(
        approval=approval,
        state=Approval.State.APPROVED,
        staff_id=_person(told["decided_by"]).pk,
        note=told["note"],
        now=_moment(told["decided_at"]) or now,
    )


def _person(told: Mapping[str, str]) -> User:
    """Return a colleague; who came after the backup gets a login that opens nothing."""
    known = User.objects.filter(email=told["email"]).first()
    return known or User.objects.create(email=told["email"], name=told["name"], is_active=False)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
