"""Rules are published by two: one asks with the draft as it is, another sees it and approves."""

from datetime import UTC, datetime
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
from members.refusals import Refusal
from points.actions.publication import (
    AlreadyPublished,
    EffectiveInThePast,
    check_against_published,
    fill,
    lock_publishing,
    publish_version,
    refuse_while_asked,
)
from points.models import ProgramVersion
from points.refusals import OtherContent

PUBLISH = "points.publish_programversion"
DRAFT = "points.change_programversion"


class SecondPersonNeeded(Refusal):
    code = "second_person_needed"


class OwnDraft(Refusal):
    code = "own_draft"


class OtherRulesSince(Refusal):
    code = "other_rules_since"


@transaction.atomic
def publish_first_version(*, version_id: int, staff_id: int, now: datetime) -> ProgramVersion:
    """Publish the rules a program begins with; every later version takes a second person."""
    lock_publishing()
    staff_who_may(staff_id=staff_id, permission=PUBLISH)
    if ProgramVersion.objects.published().exclude(pk=version_id).exists():
        raise SecondPersonNeeded(
            _("Members live by rules already: ask a colleague to publish the new ones.")
        )
    return publish_version(version_id=version_id, now=now, published_by_id=staff_id)


@transaction.atomic
def ask_publication(
    *,
    version_id: int,
    effective_at: datetime,
    reason: str,
    request_key: UUID,
    staff_id: int,
    now: datetime,
) -> Approval:
    """
    Ask a colleague to publish a draft from a moment to come; the draft gets that moment.

    Until it is decided the draft stays as it was asked. The same request key asks once.
    """
    lock_publishing()
    version = ProgramVersion.objects.select_for_update().get(pk=version_id)
    staff_who_may(staff_id=staff_id, permission=DRAFT)
    known = Approval.objects.filter(request_key=request_key).first()
    if known is not None:
        return _same_request(known, version, effective_at)
    if version.is_published:
        raise AlreadyPublished(_("This version has been published already."))
    refuse_while_asked(version=version, now=now)
    if effective_at <= now:
        raise EffectiveInThePast(
            _("A new version cannot take effect in the past; choose a date to come.")
        )

    moment = effective_at.astimezone(UTC).isoformat()
    fill(version=version, rules=version.rules | {"effective_at": moment})
    check_against_published(version=version, now=now)
    version.save()
    return ask_second_person(
        kind=Approval.Kind.PUBLICATION,
        member_id=None,
        asked=as_asked(version=version, now=now),
        reason=reason,
        request_key=request_key,
        staff_id=staff_id,
        now=now,
    )


@transaction.atomic
def approve_publication(
    *, approval_id: int, digest: str, staff_id: int, note: str, now: datetime
) -> Approval:
    """
    Publish, to the letter, the draft that a colleague asked for and this member of staff read.

    Refuses as `open_for_decision` and `publish_version` do; who drafted it; and where other
    rules have come between, for then it is another change than the one that was shown.
    """
    lock_publishing()
    approval = open_for_decision(approval_id=approval_id, digest=digest, staff_id=staff_id, now=now)
    staff_who_may(staff_id=staff_id, permission=PUBLISH)
    staff_who_may(staff_id=approval.asked_by_id, permission=DRAFT)
    version = ProgramVersion.objects.select_for_update().get(pk=approval.asked["version"])
    if version.drafted_by_id == staff_id:
        raise OwnDraft(_("Nobody publishes the rules they drafted themselves."))
    asked, stands = approval.asked, as_asked(version=version, now=now)
    if {**asked, "against": None} != {**stands, "against": None}:
        raise NotWhatWasShown(_("This is not what you were shown; read the request again."))
    if asked["against"] != stands["against"]:
        raise OtherRulesSince(
            _("Other rules were published since this was asked; it has to be asked again.")
        )
    publish_version(version_id=version.pk, now=now, published_by_id=staff_id)
    return settle(
        approval=approval, state=Approval.State.APPROVED, staff_id=staff_id, note=note, now=now
    )


def as_asked(*, version: ProgramVersion, now: datetime) -> dict[str, Any]:
    """Write down what is asked: every rule, and which rules they would take the place of."""
    against = ProgramVersion.objects.replaced_by(version, now)
    return {
        "version": version.pk,
        "number": version.number,
        "digest": version.digest,
        "rules": version.rules,
        "against": against.number if against else None,
    }


def _same_request(known: Approval, version: ProgramVersion, effective_at: datetime) -> Approval:
    moment = effective_at.astimezone(UTC).isoformat()
    same = (
        known.kind == Approval.Kind.PUBLICATION
        and known.asked["version"] == version.pk
        and known.asked["rules"]["effective_at"] == moment
    )
    if not same:
        raise OtherContent(_("This form was sent before with other answers; open it again."))
    return known
