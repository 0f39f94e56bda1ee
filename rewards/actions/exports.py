"""Codes leave the house once, by two people; then nobody can read them again, the house included."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.actions.approval import (
    NotWhatWasShown,
    ask_second_person,
    open_for_decision,
    settle,
)
from members.actions.entitlement import staff_who_may
from members.models import Approval
from members.models.approval import ApprovalQuerySet
from members.refusals import Refusal
from rewards.batch_sql import seals_of, wipe_seals
from rewards.code_vault import opened
from rewards.codes import shown
from rewards.models import Batch, BatchExport

EXPORT = "rewards.export_codes"
READ_CHUNK = 5_000
WIPE_CHUNK = 10_000
DOWNLOAD_WITHIN = timedelta(days=7)
"""After it was approved; then it has to be asked again."""


class NothingToExport(Refusal):
    code = "nothing_to_export"


class AlreadyExported(Refusal):
    code = "already_exported"


class ExportAsked(Refusal):
    code = "export_asked"


class NotApproved(Refusal):
    code = "not_approved"


class SealsWipedError(Exception):
    """The codes were wiped while they were being read; what was sent is not whole."""


@transaction.atomic
def ask_export(
    *, batch_id: int, reason: str, request_key: UUID, staff_id: int, now: datetime
) -> Approval:
    """
    Ask a colleague to agree that a batch's codes leave the house, once, with whom asks.

    The same request key asks once. Refuses what is not ready, withdrawn, exported before, or
    asked already.
    """
    staff = staff_who_may(staff_id=staff_id, permission=EXPORT)
    batch = Batch.objects.lock(batch_id)
    earlier = Approval.objects.filter(request_key=request_key).first()
    if earlier is not None:
        return earlier
    _refuse_unfit(batch)
    if BatchExport.objects.filter(pk=batch_id).exists():
        raise AlreadyExported(_("These codes have left the house; that happens once."))
    if requests_about(batch=batch).waiting(now).exists() or _approved(batch, now).exists():
        raise ExportAsked(_("This has been asked already."))
    return ask_second_person(
        kind=Approval.Kind.CODES,
        member_id=None,
        asked=as_asked(batch=batch),
        reason=reason,
        request_key=request_key,
        staff_id=staff.pk,
        now=now,
    )


@transaction.atomic
def approve_export(
    *, approval_id: int, digest: str, staff_id: int, note: str, now: datetime
) -> Approval:
    """Agree that a colleague downloads a batch's codes; refuses as `open_for_decision` does."""
    approval = open_for_decision(approval_id=approval_id, digest=digest, staff_id=staff_id, now=now)
    staff_who_may(staff_id=staff_id, permission=EXPORT)
    staff_who_may(staff_id=approval.asked_by_id, permission=EXPORT)
    batch = Batch.objects.lock(int(approval.asked["batch"]))
    _refuse_unfit(batch)
    if approval.asked != as_asked(batch=batch):
        raise NotWhatWasShown(_("This is not what you were shown; read the request again."))
    return settle(
        approval=approval, state=Approval.State.APPROVED, staff_id=staff_id, note=note, now=now
    )


@transaction.atomic
def begin_download(*, batch_id: int, staff_id: int, now: datetime) -> BatchExport:
    """
    Write down that the codes leave now, before the first one does.

    Whom it was approved for may begin again within half an hour as long as none went out whole:
    the same codes to the same person give away nothing more. Refuses anybody else, and later.
    """
    staff = staff_who_may(staff_id=staff_id, permission=EXPORT)
    batch = Batch.objects.lock(batch_id)
    _refuse_unfit(batch)
    export = BatchExport.objects.filter(pk=batch_id).first()
    if export is not None:
        if export.exported_by_id != staff.pk or export.is_over(now):
            raise AlreadyExported(_("These codes have left the house; that happens once."))
        export.begun += 1
        export.save(update_fields=["begun"])
        return export
    approval = _approved(batch, now).filter(asked_by=staff).first()
    if approval is None:
        raise NotApproved(_("A colleague has to agree first, and lately, to your request."))
    return BatchExport.objects.create(
        batch=batch, approval=approval, exported_by=staff, exported_at=now, codes=batch.made
    )


def codes_of(*, batch_id: int) -> Iterator[list[str]]:
    """Read the codes of a batch in groups of five, some thousands at a time."""
    for seals in seals_of(batch_id, chunk=READ_CHUNK):
        if not all(seals):
            raise SealsWipedError
        yield [shown(opened(seal)) for seal in seals]


@transaction.atomic
def end_download(*, batch_id: int, now: datetime) -> BatchExport:
    """Write down that the last code went out; from here on they are wiped."""
    export = BatchExport.objects.lock(batch_id)
    if export.finished_at is None:
        export.finished_at = now
        export.save(update_fields=["finished_at"])
    return export


def wipe_codes(*, now: datetime) -> int:
    """Wipe the seals of all exports that are over, a chunk at a time; return how many there were."""
    over = BatchExport.objects.to_wipe(now).order_by("pk").values_list("pk", flat=True)
    return sum(_wiped(batch_id, now) for batch_id in list(over))


def requests_about(*, batch: Batch) -> ApprovalQuerySet:
    """Every request to export this batch."""
    return Approval.objects.filter(kind=Approval.Kind.CODES, asked__batch=batch.pk)


def still_approved(*, approval: Approval, now: datetime) -> bool:
    """Tell whether a colleague agreed, and lately enough to download by it."""
    agreed_at = approval.decided_at if approval.state == Approval.State.APPROVED else None
    return agreed_at is not None and agreed_at > now - DOWNLOAD_WITHIN


def as_asked(*, batch: Batch) -> dict[str, Any]:
    """Write down what is asked: which codes, how many, and what each is worth."""
    return {
        "batch": batch.pk,
        "name": batch.name,
        "codes": batch.made,
        "gives": batch.gives,
        "value": None if batch.value is None else str(batch.value),
        "percent": None if batch.percent is None else str(batch.percent),
        "product": batch.product,
        "valid_from": batch.valid_from.isoformat(),
        "expires_at": batch.expires_at.isoformat(),
    }


def _approved(batch: Batch, now: datetime) -> ApprovalQuerySet:
    lately = now - DOWNLOAD_WITHIN
    return requests_about(batch=batch).filter(state=Approval.State.APPROVED, decided_at__gt=lately)


def _refuse_unfit(batch: Batch) -> None:
    if batch.form != Batch.Form.CODES or batch.state != Batch.State.READY:
        raise NothingToExport(_("There are no codes to export yet."))
    if batch.stopped_at is not None:
        raise NothingToExport(_("This batch was withdrawn; its codes are no good to anybody."))


def _wiped(batch_id: int, now: datetime) -> int:
    wiped, last = 0, 0
    while True:
        reached, count = wipe_seals(batch_id, after=last, chunk=WIPE_CHUNK)
        if reached is None:
            break
        last, wiped = reached, wiped + count
    BatchExport.objects.filter(pk=batch_id, wiped_at=None).update(wiped_at=now)
    return wiped
