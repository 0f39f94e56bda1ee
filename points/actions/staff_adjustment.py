"""Points that staff give and take: alone up to a limit, above it with a second person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.actions.approval import (
    AlreadyDecided,
    ask_second_person,
    open_for_decision,
    settle,
    whom_it_is_about,
)
from members.actions.entitlement import refuse_own_account, staff_who_may
from members.models import PROGRAM_SOURCE, Approval, Member
from members.models.approval import fingerprint
from members.refusals import Refusal
from points.actions.adjustment import AdjustmentReason, NothingToAdjust, adjust_points
from points.actions.alone import add, count_of_today, fits, today
from points.kinds import Kind
from points.models import Entry
from points.refusals import OtherContent

ADJUST = "points.adjust_points"
UNDOING = UUID("6f1d3c1e-5f0f-4a44-9f0e-3a3d1f4c7a52")


class CannotBeUndone(Refusal):
    code = "cannot_be_undone"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What is to be given to a member or taken from them, and why."""

    member_id: int
    points: int
    cause: AdjustmentReason
    note: str
    request_key: UUID

    def as_asked(self) -> dict[str, str | int]:
        """Write it down as an approval keeps it."""
        return {
            "member": self.member_id,
            "points": self.points,
            "cause": self.cause.value,
            "note": self.note,
            "request_key": str(self.request_key),
        }

    @classmethod
    def from_asked(cls, asked: dict[str, str | int]) -> "Adjustment":
        return cls(
            member_id=int(asked["member"]),
            points=int(asked["points"]),
            cause=AdjustmentReason(str(asked["cause"])),
            note=str(asked["note"]),
            request_key=UUID(str(asked["request_key"])),
        )


@transaction.atomic
def adjust_by_staff(*, staff_id: int, adjustment: Adjustment, now: datetime) -> Approval | None:
    """
    Adjust at once within the day's limit; above it ask a second person and return the request.

    What one member of staff gives and takes alone on a local day adds up. The same request
    key adjusts or asks once. Refuses who may not (any more), and one's own account.
    """
    if adjustment.points == 0:
        raise NothingToAdjust(_("A correction needs points, above or below 0."))
    alone = count_of_today(staff_id=staff_id, now=now)
    member = Member.objects.lock(adjustment.member_id)
    staff = staff_who_may(staff_id=staff_id, permission=ADJUST)
    refuse_own_account(staff=staff, member=member)

    asked = Approval.objects.filter(request_key=adjustment.request_key).first()
    if asked is not None:
        return _same_request(asked, adjustment)
    if _was_posted(adjustment):
        return None
    if not fits(count=alone, points=adjustment.points):
        return ask_second_person(
            kind=Approval.Kind.ADJUSTMENT,
            member_id=member.pk,
            asked=adjustment.as_asked(),
            reason=adjustment.note,
            request_key=adjustment.request_key,
            staff_id=staff_id,
            now=now,
        )

    _post(adjustment, actor=f"user:{staff_id}", now=now)
    add(count=alone, points=adjustment.points)
    return None


@transaction.atomic
def approve_adjustment(
    *, approval_id: int, digest: str, staff_id: int, note: str, now: datetime
) -> Approval:
    """
    Carry out, word for word, what a colleague asked and this member of staff was shown.

    Whatever the ledger refuses leaves the request waiting. Refuses as `open_for_decision`
    does, and if who asked may not adjust any more or gains by it.
    """
    approval = open_for_decision(approval_id=approval_id, digest=digest, staff_id=staff_id, now=now)
    asker = staff_who_may(staff_id=approval.asked_by_id, permission=ADJUST)
    refuse_own_account(staff=asker, member=whom_it_is_about(approval=approval))

    adjustment = Adjustment.from_asked(approval.asked)
    _post(adjustment, actor=f"user:{asker.pk},user:{staff_id}", now=now)
    return settle(
        approval=approval, state=Approval.State.APPROVED, staff_id=staff_id, note=note, now=now
    )


def undo_adjustment(*, staff_id: int, entry_id: int, note: str, now: datetime) -> Approval | None:
    """
    Adjust the other way what staff adjusted today, under the same rules, once.

    Refuses what was not adjusted by staff or on an earlier day.
    """
    entry = Entry.objects.get(pk=entry_id)
    if not can_be_undone(entry=entry, now=now):
        raise CannotBeUndone(
            _("Only what staff adjusted today can be undone; adjust the points the other way.")
        )
    return adjust_by_staff(staff_id=staff_id, adjustment=_undoing(entry, note), now=now)


def _undoing(entry: Entry, note: str) -> Adjustment:
    """The adjustment that undoes a line; its key follows from the line's, so it comes once."""
    return Adjustment(
        member_id=entry.member_id,
        points=-entry.points,
        cause=AdjustmentReason.MISTAKE,
        note=note,
        request_key=undo_key(entry=entry),
    )


def undo_key(*, entry: Entry) -> UUID:
    return uuid5(UNDOING, str(entry.pk))


def can_be_undone(*, entry: Entry, now: datetime) -> bool:
    """Tell whether staff adjusted this line today."""
    by_staff = entry.actor.startswith("user:") and (
        entry.kind == Kind.ADJUSTED
        or (entry.kind == Kind.BONUS and entry.explanation.get("reason") == "good_will")
    )
    return by_staff and today(at=entry.occurred_at) == today(at=now)


def _post(adjustment: Adjustment, *, actor: str, now: datetime) -> None:
    adjust_points(
        member_id=adjustment.member_id,
        points=adjustment.points,
        reason=adjustment.cause,
        request_key=adjustment.request_key,
        actor=actor,
        now=now,
    )


def _same_request(asked: Approval, adjustment: Adjustment) -> Approval:
    if asked.digest != fingerprint(adjustment.as_asked()):
        raise OtherContent(_("This form was sent before with other points; open it again."))
    if asked.state != Approval.State.WAITING:
        raise AlreadyDecided(
            _("This request has been decided already: %(state)s.")
            % {"state": asked.get_state_display()}
        )
    return asked


def _was_posted(adjustment: Adjustment) -> bool:
    """Tell a form that is sent twice from one that was changed in between."""
    earlier = Entry.objects.filter(
        source_id=PROGRAM_SOURCE,
        kind__in=[Kind.ADJUSTED, Kind.BONUS],
        operation=str(adjustment.request_key),
    ).first()
    if earlier is None:
        return False
    if (earlier.member_id, earlier.points) != (adjustment.member_id, adjustment.points):
        raise OtherContent(_("This form was sent before with other points; open it again."))
    return True
