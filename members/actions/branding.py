"""Changing how the program looks and speaks."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from members.actions.traces import record_act
from members.models import Branding, StaffAct
from members.models.branding import ONLY
from members.refusals import Refusal
from members.signals import announce, branding_changed


class BrandingChangedMeanwhile(Refusal):
    """`theirs` holds what the others changed: for each field its value before and now."""

    code = "branding_changed_meanwhile"

    def __init__(self, message: str, theirs: Mapping[str, tuple[Any, Any]]) -> None:
        super().__init__(message)
        self.theirs = theirs


@transaction.atomic
def change_branding(
    *,
    wanted: Mapping[str, str],
    logo: bytes | None,
    shown: int,
    staff_id: int,
    now: datetime,
) -> Branding:
    """
    Store the branding that is wanted, and leave a row of what changed.

    `logo` is a PNG made by `clean_logo`, nothing to remove it, None to keep it. `shown` is
    the `branding_version` that staff had before them; refuses if a colleague saved since.
    """
    Branding.objects.get_or_create(pk=ONLY)
    branding = Branding.objects.select_for_update().defer("logo").get(pk=ONLY)
    _refuse_if_changed(branding, shown)

    values: dict[str, Any] = dict(wanted)
    if logo is not None:
        values["logo_digest"] = sha256(logo).hexdigest()[:16] if logo else ""
    before = {name: getattr(branding, name) for name in values}
    changed = {name: value for name, value in values.items() if value != before[name]}
    if not changed:
        return branding
    for name, value in changed.items():
        setattr(branding, name, value)
    if "logo_digest" in changed:
        branding.logo = logo or b""
        branding.save(update_fields=[*changed, "logo"])
    else:
        branding.save(update_fields=[*changed])

    record_act(
        staff_id=staff_id,
        what=_("Changed: %(fields)s") % {"fields": _named(changed)},
        on=branding,
        now=now,
        before={name: before[name] for name in changed},
        after=changed,
    )
    announce(branding_changed, branding_id=branding.pk)
    return branding


def branding_version() -> int:
    """Number what a page shows, so that a later save can tell whether it still stands."""
    latest = StaffAct.objects.on(Branding(pk=ONLY)).first()
    return latest.pk if latest else 0


def _refuse_if_changed(branding: Branding, shown: int) -> None:
    acts = list(StaffAct.objects.on(branding).filter(pk__gt=shown).order_by("pk"))
    if not acts:
        return
    theirs: dict[str, tuple[Any, Any]] = {}
    for act in acts:
        for name, was in act.before.items():
            first = theirs[name][0] if name in theirs else was
            theirs[name] = (first, act.after[name])
    raise BrandingChangedMeanwhile(
        _(
            "%(who)s saved this page after you opened it and changed: %(what)s. Nothing of yours "
            "is saved yet. Look at both below and save again."
        )
        % {
            "who": get_text_list(sorted({act.staff.get_full_name() for act in acts}), _("and")),
            "what": _told(theirs),
        },
        theirs,
    )


def _told(changes: Mapping[str, tuple[Any, Any]]) -> str:
    return ", ".join(
        _label(name) if name == "logo_digest" else f"{_label(name)} (“{was}” → “{now}”)"
        for name, (was, now) in changes.items()
    )


def _named(names: Mapping[str, Any]) -> str:
    return get_text_list([_label(name) for name in names], _("and"))


def _label(name: str) -> str:
    known = "logo" if name == "logo_digest" else name
    field: Any = Branding._meta.get_field(known)
    return str(field.verbose_name)
