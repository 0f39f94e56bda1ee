"""Asking a second person, and what a second person decides."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.actions.entitlement import refuse_own_account, staff_who_may
from members.models import Approval, Member
from members.models.approval import fingerprint
from members.refusals import Refusal

HOLDS = timedelta(days=7)
"""How long a request waits before it has to be asked again."""
DECIDE = "members.decide_approval"


class OwnRequest(Refusal):
    code = "own_request"


class SomebodyElsesRequest(Refusal):
    code = "somebody_elses_request"


class AlreadyDecided(Refusal):
    code = "already_decided"


class RequestExpired(Refusal):
    code = "request_expired"


class NotWhatWasShown(Refusal):
    code = "not_what_was_shown"


@transaction.atomic
def ask_second_person(
    *,
    kind: Approval.Kind,
    member_id: int | None,
    asked: Mapping[str, Any],
    reason: str,
    request_key: UUID,
    staff_id: int,
    now: datetime,
) -> Approval:
    """Write down word for word what a colleague is to decide; nothing happens before."""
    return Approval.objects.create(
        kind=kind,
        member_id=member_id,
        asked=dict(asked),
        digest=fingerprint(asked),
        reason=reason,
        request_key=request_key,
        asked_by_id=staff_id,
        asked_at=now,
        expires_at=now + HOLDS,
    )


@transaction.atomic
def open_for_decision(*, approval_id: int, digest: str, staff_id: int, now: datetime) -> Approval:
    """
    Lock a request, and its member if it has one, for whom decides it now; `digest` is of what they were shown.

    Refuses what was decided or has expired, what is not what was shown, who asked it
    themselves, who gains by it, and who may not decide (any more).
    """
    approval = Approval.objects.lock(approval_id)
    member = Member.objects.lock(approval.member_id) if approval.member_id is not None else None
    staff = staff_who_may(staff_id=staff_id, permission=DECIDE)
    if approval.state != Approval.State.WAITING:
        raise AlreadyDecided(
            _("This request has been decided already: %(state)s.")
            % {"state": approval.get_state_display()}
        )
    if approval.expires_at <= now:
        raise RequestExpired(_("This request has expired; it has to be asked again."))
    if approval.asked_by_id == staff.pk:
        raise OwnRequest(_("Nobody decides what they asked themselves."))
    if not digest == approval.digest == fingerprint(approval.asked):
        raise NotWhatWasShown(_("This is not what you were shown; read the request again."))
    if member is not None:
        refuse_own_account(staff=staff, member=member)
    return approval


def whom_it_is_about(*, approval: Approval) -> Member:
    """Return the member of a request that is about one."""
    if approval.member is None:
        raise TypeError(f"{approval} is about nobody")
    return approval.member


@transaction.atomic
def refuse_request(
    *, approval_id: int, digest: str, staff_id: int, note: str, now: datetime
) -> Approval:
    """Say no to what a colleague asks, and why; nothing happens."""
    approval = open_for_decision(approval_id=approval_id, digest=digest, staff_id=staff_id, now=now)
    return settle(
        approval=approval, state=Approval.State.REFUSED, staff_id=staff_id, note=note, now=now
    )


@transaction.atomic
def withdraw_request(*, approval_id: int, staff_id: int, note: str, now: datetime) -> Approval:
    """Take back what one asked oneself, as long as nobody has decided it."""
    approval = Approval.objects.lock(approval_id)
    if approval.asked_by_id != staff_id:
        raise SomebodyElsesRequest(_("Only who asked it can withdraw a request."))
    if approval.state != Approval.State.WAITING:
        raise AlreadyDecided(
            _("This request has been decided already: %(state)s.")
            % {"state": approval.get_state_display()}
        )
    return settle(
        approval=approval, state=Approval.State.WITHDRAWN, staff_id=staff_id, note=note, now=now
    )


def settle(
    *, approval: Approval, state: Approval.State, staff_id: int, note: str, now: datetime
) -> Approval:
    """Write the decision into a row that the caller has locked."""
    approval.state = state
    approval.decided_by_id = staff_id
    approval.decided_at = now
    approval.note = note.strip()
    approval.save(update_fields=["state", "decided_by", "decided_at", "note"])
    return approval
