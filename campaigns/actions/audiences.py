"""Saving whom a mailing can be for."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.conditions import Condition, as_json
from campaigns.models import Audience
from members.actions.entitlement import staff_who_may
from members.refusals import Refusal

ADD = "campaigns.add_audience"
CHANGE = "campaigns.change_audience"
LONGEST_NAME = 80


class NameTaken(Refusal):
    code = "audience_name_taken"


class ChangedSince(Refusal):
    code = "changed_since"


class AudienceArchived(Refusal):
    code = "audience_archived"


@transaction.atomic
def save_audience(
    *,
    audience_id: int | None,
    name: str,
    conditions: Iterable[Condition],
    seen: int,
    staff_id: int,
    now: datetime,
) -> Audience:
    """
    Keep an audience, new or as another edition; `seen` is the edition the editor had before them.

    What was scheduled or sent with it stays as it was: a campaign has the conditions of its own.
    """
    staff_who_may(staff_id=staff_id, permission=ADD if audience_id is None else CHANGE)
    if audience_id is None:
        audience = Audience(made_by_id=staff_id, made_at=now, edition=0)
    else:
        audience = Audience.objects.lock(audience_id)
        if audience.edition != seen:
            raise ChangedSince(_("A colleague has changed this meanwhile; open it again and look."))
        if audience.is_archived:
            raise AudienceArchived(_("This audience is put away; take it back first."))
    _refuse_taken(name, audience.pk)
    audience.name, audience.changed_at = name, now
    audience.conditions = as_json(conditions)
    audience.edition += 1
    audience.counted = audience.counted_at = None
    audience.save()
    return audience


@transaction.atomic
def copy_audience(*, audience_id: int, staff_id: int, now: datetime) -> Audience:
    """Make an audience with the same conditions under another name."""
    staff_who_may(staff_id=staff_id, permission=ADD)
    original = Audience.objects.lock(audience_id)
    return Audience.objects.create(
        name=_free_name(original.name),
        conditions=original.conditions,
        made_by_id=staff_id,
        made_at=now,
        changed_at=now,
    )


@transaction.atomic
def archive_audience(*, audience_id: int, staff_id: int, now: datetime) -> Audience:
    """Put an audience away: it stays to be read, and no campaign can take it any more."""
    return _archived(audience_id, staff_id, now)


@transaction.atomic
def restore_audience(*, audience_id: int, staff_id: int, now: datetime) -> Audience:  # noqa: ARG001
    """Take an audience back into use."""
    return _archived(audience_id, staff_id, None)


@transaction.atomic
def remember_count(*, audience_id: int, edition: int, counted: int, now: datetime) -> None:
    """Keep how many an audience had when somebody counted it, if it is still that edition."""
    Audience.objects.filter(pk=audience_id, edition=edition).update(counted=counted, counted_at=now)


def _archived(audience_id: int, staff_id: int, at: datetime | None) -> Audience:
    staff_who_may(staff_id=staff_id, permission=CHANGE)
    audience = Audience.objects.lock(audience_id)
    audience.archived_at = at
    audience.save(update_fields=["archived_at"])
    return audience


def _refuse_taken(name: str, pk: int | None) -> None:
    others = Audience.objects.filter(name=name)
    if (others if pk is None else others.exclude(pk=pk)).exists():
        raise NameTaken(_("There is an audience of this name already."))


def _free_name(name: str) -> str:
    """Return a name that nobody uses: with 2 behind it, or 3 and so on."""
    stem = name[: LONGEST_NAME - 5]
    taken = set(Audience.objects.filter(name__startswith=stem).values_list("name", flat=True))
    number = 2
    while f"{stem} {number}" in taken:
        number += 1
    return f"{stem} {number}"
