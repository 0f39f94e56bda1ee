"""The export of a batch: asked, read by a second person, and downloaded once."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.admin.buttons import Question, ReasonForm
from members.models import Approval, User
from points.reports.wording import whole
from rewards.actions.exports import EXPORT, codes_of, end_download, requests_about, still_approved
from rewards.models import Batch, BatchExport
from rewards.reports.batch_words import first_day, last_day, worth_words

HEADER = "code"
LINE_END = "\r\n"
CODE_SHOWN = 17
"""Fifteen symbols in three groups: so every line is as long, and a browser notices a short file."""


class AskForm(ReasonForm):
    """Why, and for whom the codes are; sent twice it asks once."""

    request_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


ASK = Question(
    title=gettext_lazy("Ask for the codes of this batch"),
    text=gettext_lazy(
        "Codes are money, so two people let them out. A colleague reads your request; once they "
        "agree you download the codes, one time. After that nobody can read them here any more."
    ),
    submit=gettext_lazy("Ask"),
    form=AskForm,
)
STOP = Question(
    title=gettext_lazy("Withdraw this"),
    text=gettext_lazy(
        "From this moment none of its codes can be used any more, also those that people have in "
        "their hands. What was used already stays used."
    ),
    submit=gettext_lazy("Withdraw"),
    is_final=True,
)


def codes_sentence(approval: Approval) -> str:
    """Say what is asked in a few words."""
    asked = approval.asked
    words = _("export the %(codes)s codes of %(name)s")
    return words % {"codes": whole(asked["codes"]), "name": asked["name"]}


def codes_facts(approval: Approval) -> dict[str, Any]:
    """What a second person reads, from the request itself and not from what stands now."""
    asked = approval.asked
    batch = Batch.objects.filter(pk=asked["batch"]).first()
    return {
        "codes": {
            "name": asked["name"],
            "codes": whole(asked["codes"]),
            "batch": batch,
            "facts": [
                (_("Codes"), whole(asked["codes"])),
                (_("What each code is worth"), worth_words(batch) if batch else "–"),
                (_("First day"), first_day(datetime.fromisoformat(asked["valid_from"]))),
                (_("Last day"), last_day(datetime.fromisoformat(asked["expires_at"]))),
            ],
        },
    }


def codes_hindrance(reader: User) -> str:
    """Why this reader cannot approve it, beside what keeps them from any request."""
    if not reader.has_perm(EXPORT):
        return _("It waits for a colleague who may let codes out.")
    return ""


def export_facts(batch: Batch, reader: User, now: datetime) -> dict[str, Any]:
    """Where the export of a batch stands, and what this reader can do about it."""
    export = BatchExport.objects.filter(pk=batch.pk).select_related("exported_by").first()
    newest = requests_about(batch=batch).select_related("asked_by", "decided_by").first()
    is_mine = newest is not None and newest.asked_by_id == reader.pk
    may_export = reader.has_perm(EXPORT) and batch.stopped_at is None
    approved = newest is not None and still_approved(approval=newest, now=now)
    again = export is not None and export.exported_by_id == reader.pk and not export.is_over(now)
    return {
        "export": export,
        "export_asked": newest,
        "is_waiting": newest is not None and newest.is_open(now),
        "may_ask": may_export and export is None and not (newest and _stands(newest, now)),
        "may_download": may_export and ((export is None and approved and is_mine) or again),
        "broke_off": export is not None and export.finished_at is None,
    }


def lines_of(batch_id: int) -> Iterator[bytes]:
    """Write every code on a line; that all went out is written down after the last."""
    yield f"{HEADER}{LINE_END}".encode()
    for codes in codes_of(batch_id=batch_id):
        yield "".join(f"{code}{LINE_END}" for code in codes).encode()
    end_download(batch_id=batch_id, now=timezone.now())


def length_of(codes: int) -> int:
    """How many bytes the file has, so that a browser says so if it gets fewer."""
    return len(HEADER) + len(LINE_END) + codes * (CODE_SHOWN + len(LINE_END))


def _stands(approval: Approval, now: datetime) -> bool:
    return approval.is_open(now) or still_approved(approval=approval, now=now)
